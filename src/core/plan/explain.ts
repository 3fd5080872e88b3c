/** Verdicts in plain sentences: why a project is kept, protected, held, not judged, marked or due (G17). */

import { durationText } from '../base/duration.ts'
import { nextOpening } from '../base/window.ts'
import { directoriesOf, homesOf } from '../evidence/directory.ts'
import { type Facts, projectAt } from '../evidence/facts.ts'
import type { Memory } from '../evidence/memory.ts'
import { type Inventory, isUnknown, type Project } from '../evidence/project.ts'
import type { Bar } from '../judge/bar.ts'
import { markOf, toldAt } from '../judge/claim.ts'
import { type Court, openCourt } from '../judge/court.ts'
import { viewOf } from '../judge/directory-view.ts'
import type { Finding } from '../judge/finding.ts'
import type { Verdict, VerdictState } from '../judge/verdict.ts'
import { type Condition, evaluate, predicatesOf } from '../policy/condition.ts'
import type { DirectoryView } from '../policy/measured.ts'
import type { Policy } from '../policy/policy.ts'
import type { Reading } from '../policy/reason.ts'
import { isDestructive, type Rule } from '../policy/rule.ts'
import { type ActivityView, activityView } from './activity-view.ts'
import { askText } from './asking.ts'
import type { OwnActionView } from './own-action-view.ts'
import { minuteText, reasonText } from './sentences.ts'
import { thresholdText } from './words.ts'

export { reasonText, warningText } from './sentences.ts'
export { ruleSentence } from './words.ts'

/** One predicate of a rule against one project. */
export interface PredicateFact {
  readonly predicate: string
  readonly part: 'when' | 'unless'
  /** What was read, in words; why it could not be, when `reading` is unknown. */
  readonly value: string
  /** What the rule asks for, as the policy writes it. */
  readonly threshold: string
  readonly reading: Reading
}

/** What one rule says of a project. */
export interface RuleFact {
  readonly rule: string
  /** Whether `when` holds. */
  readonly matched: Reading
  /** What came of it: nothing, saved by something, not judged, selected, or out of its reach (protected or held). */
  readonly outcome: 'no match' | 'saved' | 'not judged' | 'selected' | 'untouchable'
  readonly sentences: readonly string[]
  readonly predicates: readonly PredicateFact[]
}

export interface Why {
  readonly projectId: number
  /** As the API wrote it. */
  readonly name: string
  readonly verdict: VerdictState
  readonly sentences: readonly string[]
  readonly rules: readonly RuleFact[]
  /** The mark of the winning rule, ISO 8601 UTC. */
  readonly mark: { readonly rule: string; readonly since: string } | null
  /** When it may happen at the earliest, ISO 8601 UTC; null when nothing will. */
  readonly due: string | null
  readonly activity: ActivityView
  /** What leansweep did to it since the last scan, oldest first; the verdict is of the project as that left it. */
  readonly actions: readonly OwnActionView[]
}

/** Why a project has the verdict it has; null when it is not in the inventory. The same code as `decide`. */
export function why(policy: Policy, inventory: Inventory, memory: Memory, now: number, projectId: number): Why | null {
  const place = inventory.projects.findIndex(({ id }) => id === projectId)
  const project = inventory.projects[place]
  if (project === undefined) return null
  const court = openCourt(policy, inventory, memory, now)
  const verdict = court.verdict(place)
  const opens = verdict.state === 'due' ? null : opensAfterGrace(policy, verdict, now)
  return {
    projectId,
    name: project.name,
    verdict: verdict.state,
    sentences: [...verdictSentences(policy, verdict, opens), ...peopleSentences(policy, court.facts, project, verdict)],
    rules: court.bars.map((bar, i) => ruleFact(policy, court, bar, i, place)),
    mark: verdict.rule === null || verdict.since === null ? null : { rule: verdict.rule, since: iso(verdict.since) },
    due: verdict.dueAt === null ? null : iso(opens ?? fellDue(policy, verdict, verdict.dueAt)),
    activity: activityView(court.facts, project),
    actions: [],
  }
}

/** Of what is not due yet: when the window opens that it still has to wait for; null where it need not. */
function opensAfterGrace(policy: Policy, { action, dueAt }: Verdict, now: number): number | null {
  if (dueAt === null || action === null || !isDestructive(action)) return null
  const ripe = Math.max(dueAt, now)
  const opening = nextOpening(policy.window, ripe, policy.timezone)
  return opening === ripe ? null : opening
}

/** When what is due became so: the first moment after its grace at which the window was open. It does not move any more. */
function fellDue({ window, timezone }: Policy, { action }: Verdict, dueAt: number): number {
  if (action === null || !isDestructive(action)) return dueAt
  return nextOpening(window, dueAt, timezone) ?? dueAt
}

/** The reasons of a plan item: what the rule asked and what was read, mark, grace and notice, conflicts. */
export function itemReasons(rule: Rule, facts: Facts, project: Project, verdict: Verdict): readonly string[] {
  const view = verdict.directory === null ? null : viewAt(facts, verdict.directory)
  const read = predicateFacts(facts, 'when', rule.when, project, view).filter(({ reading }) => reading === 'yes')
  const asked = read.map(({ predicate, value, threshold }) => `${predicate} ${value} (${threshold})`)
  const since =
    verdict.since === null
      ? ''
      : `Marked since ${minuteText(verdict.since)}; the grace of ${durationText(rule.after)} is over.`
  const mark = rule.notice === 0 ? null : markOf(facts, rule, project)
  const told = mark === null ? null : toldAt(facts, mark)
  return [
    `Rule "${rule.id}" selects it: ${asked.join(', ')}.`,
    since,
    told === null ? '' : `People were told of it on ${minuteText(told)}.`,
    ...verdict.reasons.filter(({ kind }) => kind === 'conflict').map((reason) => reasonText(reason)),
  ].filter((sentence) => sentence !== '')
}

function verdictSentences(policy: Policy, verdict: Verdict, opening: number | null): readonly string[] {
  const { state, rule, action } = verdict
  const said = verdict.reasons.map((reason) => reasonText(reason, policy))
  if (rule === null || action === null) return [STATES[state], ...said]
  const aim = verdict.to === null ? action : `${action}, to "${verdict.to}"`
  const later = opening === null ? [] : [`The window opens ${minuteText(opening)}.`]
  return [`${STATES[state]} Rule "${rule}" wants: ${aim}.`, ...said, ...later]
}

/** Whom a marked or due project still waits for, where its verdict does not say so already. */
function peopleSentences(policy: Policy, facts: Facts, project: Project, verdict: Verdict): readonly string[] {
  const rule = policy.rules.find(({ id }) => id === verdict.rule)
  if (rule === undefined || verdict.dueAt === null) return []
  const asks = rule.approve === 'never' ? [] : [askText({ rule: rule.id, approve: rule.approve, again: false })]
  const isSaid = verdict.reasons.some(({ kind }) => kind === 'told' || kind === 'untold')
  if (rule.notice === 0 || isSaid) return asks
  const mark = markOf(facts, rule, project)
  const told = mark === null ? null : toldAt(facts, mark)
  const notice =
    told === null
      ? `It goes no sooner than ${durationText(rule.notice)} after a message about it was delivered; none has been yet.`
      : `People were told of it on ${minuteText(told)}.`
  return [notice, ...asks]
}

const STATES: { readonly [state in VerdictState]: string } = {
  kept: 'It is kept.',
  protected: 'It is protected; no rule touches it.',
  held: 'It is held; no rule touches it.',
  notJudged: 'It is not judged, and so not touched: something that decides is not known.',
  marked: 'It is marked.',
  due: 'It is due.',
}

function ruleFact(policy: Policy, court: Court, bar: Bar, position: number, place: number): RuleFact {
  const { rule } = bar
  const project = projectAt(court.facts, place)
  const finding = court.standing(place).findings[position]
  const view = rule.unit === 'directory' ? unitView(court, rule, place, finding) : null
  const matched = rule.unit === 'directory' && view === null ? 'no' : evaluate(rule.when, court.facts, project, view)
  const predicates = [
    ...predicateFacts(court.facts, 'when', rule.when, project, view),
    ...(rule.unless === null ? [] : predicateFacts(court.facts, 'unless', rule.unless, project, view)),
  ]
  const base = { rule: rule.id, matched, predicates }
  // A protected or held project is not weighed at all, whatever the rule's conditions read.
  if (finding === undefined && matched !== 'no') return { ...base, outcome: 'untouchable', sentences: [] }
  if (finding === undefined || finding.kind === 'no') return { ...base, outcome: 'no match', sentences: [] }
  if (finding.kind === 'saved') return { ...base, outcome: 'saved', sentences: [reasonText(finding.reason, policy)] }
  if (finding.kind === 'match') return { ...base, outcome: 'selected', sentences: [] }
  return { ...base, outcome: 'not judged', sentences: finding.reasons.map((reason) => reasonText(reason, policy)) }
}

/**
 * The directory a directory rule looks at for a project: the outermost that it selects, else the outermost that may match,
 * else the one the project stands in.
 */
function unitView(court: Court, rule: Rule, place: number, finding: Finding | undefined): DirectoryView | null {
  const selected = finding?.kind === 'match' ? finding.units?.[0] : undefined
  if (selected !== undefined) return viewOf(court.facts, selected)
  const project = projectAt(court.facts, place)
  let found = homesOf(court.facts.inventory)[place] ?? null
  for (let one = found; one !== null; one = one.parent) {
    if (evaluate(rule.when, court.facts, project, viewOf(court.facts, one)) !== 'no') found = one
  }
  return found === null ? null : viewOf(court.facts, found)
}

function viewAt(facts: Facts, path: string): DirectoryView | null {
  const directory = directoriesOf(facts.inventory).get(path)
  return directory === undefined ? null : viewOf(facts, directory)
}

function predicateFacts(
  facts: Facts,
  part: PredicateFact['part'],
  condition: Condition,
  project: Project,
  view: DirectoryView | null,
): readonly PredicateFact[] {
  return predicatesOf(condition).map((predicate) => {
    const read = predicate.read(facts, project, view)
    return {
      predicate: predicate.name,
      part,
      value: isUnknown(read) ? read.unknown : read,
      threshold: thresholdText(predicate),
      reading: predicate.test(facts, project, view),
    }
  })
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
