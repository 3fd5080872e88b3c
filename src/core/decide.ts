/**
 * Policy + inventory + memory + now → one verdict with reasons for every project, the marks that stand from now on, and
 * the paid evidence that would settle something. Nothing else may be looked at, so equal evidence gives equal decisions.
 */

import { ACTS, type Bar, REPORTS } from './bar.ts'
import { markOf } from './claim.ts'
import { type Court, openCourt } from './court.ts'
import { WEEK } from './duration.ts'
import { placesById, projectAt } from './facts.ts'
import type { Need } from './finding.ts'
import type { Mark, Memory } from './memory.ts'
import type { Policy } from './policy.ts'
import { type Inventory, isUnknown, type Project } from './project.ts'
import type { Reason } from './reason.ts'
import type { Action } from './rule.ts'
import { NO_FINDINGS, type Standing } from './standing.ts'
import type { Verdict } from './verdict.ts'
import { type Warning, warningsOf } from './warnings.ts'

export type { Reason } from './reason.ts'
export type { Verdict, VerdictState } from './verdict.ts'

/** Several rules wanted the same project; the least destructive won. */
export interface Conflict {
  readonly projectId: number
  readonly rule: string
  readonly action: Action
  readonly over: readonly { readonly rule: string; readonly action: Action }[]
}

export interface Counts {
  readonly inventory: number
  readonly kept: number
  readonly protected: number
  readonly held: number
  readonly notJudged: number
  readonly marked: number
  readonly due: number
}

export interface Decision {
  /** Exactly one per project, in the order of the inventory. */
  readonly verdicts: readonly Verdict[]
  /** All marks that stand after this decision: old ones with their time, new ones with `since` = now. By id, then rule. */
  readonly marks: readonly Mark[]
  /** Marks that go, with the reason. */
  readonly unmarked: readonly { readonly mark: Mark; readonly reason: Reason }[]
  /** Paid evidence that would settle something. While it is unread it counts as unknown: read it, put it in, decide again. */
  readonly needs: readonly Need[]
  /** The six states add up to the inventory. */
  readonly counts: Counts
  readonly conflicts: readonly Conflict[]
  /** Holds that end within a week: that is announced. By project id. */
  readonly holdsEnding: readonly { readonly projectId: number; readonly until: number }[]
  readonly warnings: readonly Warning[]
}

export function decide(policy: Policy, inventory: Inventory, memory: Memory, now: number): Decision {
  const court = openCourt(policy, inventory, memory, now)
  const verdicts = inventory.projects.map((_, place) => court.verdict(place))
  const standings = inventory.projects.map((_, place) => court.standing(place))
  return {
    verdicts,
    ...marksOf(court, standings),
    needs: needsOf(standings),
    counts: countStates(verdicts),
    conflicts: conflictsOf(court, verdicts),
    holdsEnding: holdsEnding(court, verdicts),
    warnings: warningsOf(court, policy, inventory, standings),
  }
}

function marksOf(court: Court, standings: readonly Standing[]): Pick<Decision, 'marks' | 'unmarked'> {
  const { inventory, memory } = court.facts
  const marks: Mark[] = []
  const unmarked: { mark: Mark; reason: Reason }[] = []
  const positions = new Map(court.bars.map(({ rule }, i) => [rule.hash, i]))
  let met = 0

  for (const place of placesById(inventory)) {
    const project = projectAt(court.facts, place)
    const standing = standings[place]
    const old = memory.marks.get(project.id)
    if (standing === undefined || (old === undefined && standing.outcome !== 'wanted')) continue
    const before = marks.length
    addNewMarks(court, project, standing, marks)
    if (old === undefined) continue
    met++
    for (const mark of old) {
      const reason = whyGone(court, project, standing, positions.get(mark.ruleHash), mark)
      if (reason === null) marks.push(mark)
      else unmarked.push({ mark, reason })
    }
    if (marks.length > before + 1) marks.push(...marks.splice(before).sort(byRule))
  }
  if (met !== memory.marks.size) {
    const present = new Set(inventory.projects.map(({ id }) => id))
    for (const [id, old] of memory.marks) {
      if (!present.has(id)) for (const mark of old) unmarked.push({ mark, reason: { kind: 'gone' } })
    }
  }
  unmarked.sort((a, b) => a.mark.projectId - b.mark.projectId || byRule(a.mark, b.mark))
  return { marks, unmarked }
}

/** Adds the marks whose grace starts now, by rule. What is not judged keeps its marks, but nothing starts its grace. */
function addNewMarks(
  { bars, facts }: Court,
  project: Project,
  { findings, outcome, spared }: Standing,
  marks: Mark[],
): void {
  const { id, created } = project
  if (outcome !== 'wanted' || isUnknown(created)) return
  for (let i = 0; i < findings.length; i++) {
    const bar = bars[i]
    if (findings[i]?.kind !== 'match' || bar === undefined || bar.tier === REPORTS) continue
    if (spared !== null && bar.tier === ACTS) continue
    const { rule } = bar
    if (markOf(facts, rule, project) !== null) continue
    marks.push({ projectId: id, created, rule: rule.id, ruleHash: rule.hash, since: facts.now })
  }
}

/** Why a mark does not stand any more; null when it does. Unknown keeps it. */
function whyGone(
  court: Court,
  project: Project,
  { protection, findings, outcome, spared }: Standing,
  position: number | undefined,
  mark: Mark,
): Reason | null {
  // An unreadable `created` may still be the same project; another one is another project (G16).
  if (!isUnknown(project.created) && project.created !== mark.created) return { kind: 'gone' }
  const bar = position === undefined ? undefined : court.bars[position]
  if (position === undefined || bar === undefined) return { kind: 'rule changed', rule: mark.rule }
  if (outcome === 'untouchable') return protection.protectedBy[0] ?? protection.heldBy[0] ?? bar.says.noMatch
  const finding = findings[position]
  if (finding?.kind === 'saved') return finding.reason
  if (finding?.kind === 'match' && spared !== null && bar.tier === ACTS) {
    return { kind: 'spared', rule: bar.rule.id, by: spared.rule.id }
  }
  return finding?.kind === 'match' || finding?.kind === 'unknown' ? null : bar.says.noMatch
}

function byRule(a: Mark, b: Mark): number {
  return a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.since - b.since
}

function needsOf(standings: readonly Standing[]): readonly Need[] {
  const needs = new Map<string, Need>()
  for (const { findings } of standings) {
    if (findings === NO_FINDINGS) continue
    for (const finding of findings) {
      if (finding.kind !== 'unknown') continue
      for (const need of finding.needs) needs.set(`${need.projectId}/${need.kind}`, need)
    }
  }
  return [...needs.values()].sort((a, b) => a.projectId - b.projectId || (a.kind < b.kind ? -1 : 1))
}

function conflictsOf(court: Court, verdicts: readonly Verdict[]): readonly Conflict[] {
  const conflicts: Conflict[] = []
  for (const place of placesById(court.facts.inventory)) {
    const verdict = verdicts[place]
    if (verdict === undefined || verdict.rule === null || verdict.action === null) continue
    const conflict = verdict.reasons.find((reason) => reason.kind === 'conflict')
    if (conflict?.kind !== 'conflict') continue
    const over = conflict.over.flatMap((id) => court.bars.filter(({ rule }) => rule.id === id).flatMap(claimOf))
    conflicts.push({ projectId: verdict.projectId, rule: verdict.rule, action: verdict.action, over })
  }
  return conflicts
}

/** Of several holds on a project the longest counts. */
function holdsEnding({ facts }: Court, verdicts: readonly Verdict[]): Decision['holdsEnding'] {
  return placesById(facts.inventory).flatMap((place) => {
    const verdict = verdicts[place]
    if (verdict?.state !== 'held') return []
    const ends = verdict.reasons.map((reason) =>
      reason.kind === 'held' ? (reason.until ?? Number.POSITIVE_INFINITY) : 0,
    )
    const until = Math.max(...ends)
    return until - facts.now <= WEEK ? [{ projectId: verdict.projectId, until }] : []
  })
}

function claimOf({ rule }: Bar): { readonly rule: string; readonly action: Action }[] {
  return rule.then === 'report' ? [] : [{ rule: rule.id, action: rule.then }]
}

function countStates(verdicts: readonly Verdict[]): Counts {
  const counts = { inventory: verdicts.length, kept: 0, protected: 0, held: 0, notJudged: 0, marked: 0, due: 0 }
  for (const { state } of verdicts) counts[state]++
  return counts
}
