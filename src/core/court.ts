/**
 * All rules over one project at a time: what each rule says, which rule wins, and what follows from that. Everything is
 * remembered, so that judging one project for `why` and judging all of them for a plan are the same code (G4, G17).
 */

import { directoriesOf } from './directory.ts'
import { type Facts, openFacts, projectAt } from './facts.ts'
import { type Bench, type Finding, NO, projectFinder } from './finding.ts'
import type { Mark, Memory } from './memory.ts'
import type { Policy } from './policy.ts'
import type { Inventory, Project } from './project.ts'
import { CLEAR, type ProtectionReading, protectionOf } from './protect.ts'
import type { OnlyReports, Reason } from './reason.ts'
import { ACTIONS, type Action, isDestructive, notBuilt, type Rule } from './rule.ts'
import { directoryFinder } from './unit.ts'
import { isOpen } from './window.ts'

export type VerdictState = 'kept' | 'protected' | 'held' | 'notJudged' | 'marked' | 'due'

/** What the policy says of one project. `rule`, `action`, `to` and the times are those of the winning rule. */
export interface Verdict {
  readonly projectId: number
  readonly state: VerdictState
  readonly rule: string | null
  readonly action: Action | null
  /** Since when it is marked; null for a mark made in this very decision. */
  readonly since: number | null
  /** When its grace ends, or ends for the last project of its directory; null when it never becomes due as things stand. */
  readonly dueAt: number | null
  /** The new full name before it is made unique, or the new full description; null for a delete. */
  readonly to: string | null
  /** The directory it is judged with; null when it is judged alone. */
  readonly directory: string | null
  readonly reasons: readonly Reason[]
}

/** One rule with everything that is the same for all projects. */
export interface Bar {
  readonly rule: Rule
  /** Why it only reports; null when it acts. */
  readonly onlyReports: OnlyReports | null
  /** What the rule says of the project at a place of the inventory. */
  find(place: number): Finding
  /** Reasons that say the same of every project. */
  readonly says: {
    readonly matched: Reason
    readonly noMatch: Reason
    readonly onlyReports: Reason | null
    readonly window: Reason
  }
}

/** What all rules say of one project, and which one wins. */
export interface Standing {
  readonly protection: ProtectionReading
  /** By position of the rule; empty when all say no, and for what is protected or held, which no rule looks at. */
  readonly findings: readonly Finding[]
  /** `unknown`: something that decides could not be read. `wanted`: a rule that marks selects it. */
  readonly outcome: 'untouchable' | 'unknown' | 'wanted' | 'kept'
  readonly winner: Winner | null
}

export interface Winner {
  readonly bar: Bar
  readonly finding: Extract<Finding, { kind: 'match' }>
  readonly action: Action
  readonly mark: Mark | null
  /** When the grace of this project ends. */
  readonly dueAt: number
  /** Other rules that act and wanted it. */
  readonly over: readonly Bar[]
}

/** A directory under the rule that wins all of it. */
interface Unit {
  /** When the grace of its last project ends. */
  readonly dueAt: number
  /** A project inside that this rule does not win, by which the directory is not whole. */
  readonly missing: number | null
  /** Whether a project in it is marked only now, or at a time still to come. */
  readonly unripe: boolean
}

export interface Court {
  readonly facts: Facts
  readonly bars: readonly Bar[]
  readonly bench: Bench
  /** Both of the project at a place of the inventory. */
  standing(place: number): Standing
  verdict(place: number): Verdict
}

/** Rules that act are asked first, then those that mark but do not act, then those that only report. */
const TIERS = ['acts', 'marks', 'reports'] as const

type Tier = (typeof TIERS)[number]

const NO_FINDINGS: readonly Finding[] = []
const NO_REASONS: readonly Reason[] = []
const NO_RULE: readonly Reason[] = [{ kind: 'no rule' }]
const NOBODY: readonly Bar[] = []
const UNWANTED: Standing = { protection: CLEAR, findings: NO_FINDINGS, outcome: 'kept', winner: null }

export function openCourt(policy: Policy, inventory: Inventory, memory: Memory, now: number): Court {
  const facts = openFacts(inventory, memory, now)
  const protections = new Array<ProtectionReading | undefined>(inventory.projects.length)
  const bench: Bench = { facts, zone: policy.timezone, protection }
  // By id, so that the order of rules in the file shows nowhere.
  const bars = policy.rules.map((rule) => openBar(rule, bench)).sort(byId)
  const tiers = TIERS.filter((tier) => bars.some((bar) => tierOf(bar) === tier))
  const reporting = tiers.includes('reports')
  const isWindowOpen = isOpen(policy.window, now, policy.timezone)
  const standings = new Array<Standing | undefined>(inventory.projects.length)
  const units = new Map<string, Unit>()

  return { facts, bars, bench, standing, verdict }

  function protection(place: number): ProtectionReading {
    const known = protections[place]
    if (known !== undefined) return known
    const reading = protectionOf(policy, facts, projectAt(facts, place))
    protections[place] = reading
    return reading
  }

  function standing(place: number): Standing {
    const known = standings[place]
    if (known !== undefined) return known
    const made = weigh(place)
    standings[place] = made
    return made
  }

  function weigh(place: number): Standing {
    const reading = protection(place)
    if (reading.reading === 'yes') {
      return { protection: reading, findings: NO_FINDINGS, outcome: 'untouchable', winner: null }
    }
    const findings = findingsOf(place)
    if (findings === NO_FINDINGS && reading.reading === 'no') return UNWANTED
    for (const tier of tiers) {
      if (says(findings, tier, 'unknown')) return { protection: reading, findings, outcome: 'unknown', winner: null }
      if (tier === 'reports' || !says(findings, tier, 'match')) continue
      return {
        protection: reading,
        findings,
        outcome: 'wanted',
        winner: elect(projectAt(facts, place), findings, tier),
      }
    }
    return { protection: reading, findings, outcome: 'kept', winner: null }
  }

  /** What each rule says; one shared empty list when all say no, which is what most projects get. */
  function findingsOf(place: number): readonly Finding[] {
    let findings: Finding[] | null = null
    for (let i = 0; i < bars.length; i++) {
      const finding = bars[i]?.find(place) ?? NO
      if (finding.kind !== 'no' && findings === null) findings = new Array<Finding>(i).fill(NO)
      findings?.push(finding)
    }
    return findings ?? NO_FINDINGS
  }

  function says(findings: readonly Finding[], tier: Tier, kind: Finding['kind']): boolean {
    for (let i = 0; i < findings.length; i++) {
      const bar = bars[i]
      if (findings[i]?.kind === kind && bar !== undefined && tierOf(bar) === tier) return true
    }
    return false
  }

  /** The least destructive wins; of the same action the one due first, then the rule's id. */
  function elect(project: Project, findings: readonly Finding[], tier: Tier): Winner | null {
    let best: Winner | null = null
    let over = NOBODY
    for (let i = 0; i < findings.length; i++) {
      const bar = bars[i]
      const finding = findings[i]
      if (finding?.kind !== 'match' || bar === undefined || tierOf(bar) !== tier) continue
      const rival = candidate(project, bar, finding)
      if (rival === null) continue
      if (best === null) best = rival
      else {
        const wins = isMilder(rival, best)
        over = [...over, wins ? best.bar : bar]
        if (wins) best = rival
      }
    }
    return best === null || over === NOBODY ? best : { ...best, over: [...over].sort(byId) }
  }

  function candidate(project: Project, bar: Bar, finding: Winner['finding']): Winner | null {
    const { then, after } = bar.rule
    if (then === 'report') return null
    const mark = markOf(facts, bar.rule, project)
    return { bar, finding, action: then, mark, dueAt: (mark?.since ?? facts.now) + after, over: NOBODY }
  }

  function verdict(place: number): Verdict {
    const project = projectAt(facts, place)
    const { protection, findings, outcome, winner } = standing(place)
    if (winner !== null) return wanted(project, findings, winner)
    if (outcome === 'unknown') return plain(project, 'notJudged', unknownReasons(findings))
    if (protection.protectedBy.length > 0) return plain(project, 'protected', protection.protectedBy)
    if (protection.heldBy.length > 0) return plain(project, 'held', protection.heldBy)
    return plain(project, 'kept', keptReasons(findings))
  }

  function plain(project: Project, state: VerdictState, reasons: readonly Reason[]): Verdict {
    return {
      projectId: project.id,
      state,
      rule: null,
      action: null,
      since: null,
      dueAt: null,
      to: null,
      directory: null,
      reasons,
    }
  }

  function wanted(project: Project, findings: readonly Finding[], winner: Winner): Verdict {
    const { bar, finding, action, mark, over } = winner
    const { rule } = bar
    const unit = finding.directory === null || action === 'describe' ? null : unitOf(bar, finding.directory)
    const dueAt = unit?.dueAt ?? winner.dueAt
    const stop = whatStops(winner, unit, dueAt)
    const reasons: Reason[] = [mark === null ? bar.says.matched : { kind: 'matched', rule: rule.id, since: mark.since }]
    if (stop !== null) reasons.push(stop)
    if (over.length > 0) reasons.push({ kind: 'conflict', rule: rule.id, over: over.map((one) => one.rule.id) })
    for (const reason of reportedBy(findings)) reasons.push(reason)
    return {
      projectId: project.id,
      state: stop === null ? 'due' : 'marked',
      rule: rule.id,
      action,
      since: mark?.since ?? null,
      dueAt: bar.onlyReports === null ? dueAt : null,
      to: finding.to,
      directory: finding.directory,
      reasons,
    }
  }

  /** Everything that must be over before a marked project is due; null when it is. */
  function whatStops({ bar, action, mark, finding }: Winner, unit: Unit | null, dueAt: number): Reason | null {
    const { rule, says } = bar
    if (says.onlyReports !== null) return says.onlyReports
    if (unit !== null && unit.missing !== null && finding.directory !== null) {
      return { kind: 'directory waits', rule: rule.id, directory: finding.directory, projectId: unit.missing }
    }
    if (mark === null) return { kind: 'new mark', rule: rule.id, until: dueAt }
    // A mark from the future: the clock went backwards, and time going backwards never causes an action.
    if (unit?.unripe || mark.since > facts.now || dueAt > facts.now)
      return { kind: 'grace', rule: rule.id, until: dueAt }
    return isDestructive(action) && !isWindowOpen ? says.window : null
  }

  function unitOf(bar: Bar, path: string): Unit {
    const key = `${bar.rule.id}/${path}`
    const known = units.get(key)
    if (known !== undefined) return known
    let dueAt = Number.NEGATIVE_INFINITY
    let missing: number | null = null
    let unripe = false
    for (const member of directoriesOf(inventory).get(path)?.members ?? []) {
      const { winner } = standing(member)
      if (winner === null || winner.bar !== bar) missing ??= projectAt(facts, member).id
      else {
        dueAt = Math.max(dueAt, winner.dueAt)
        if (winner.mark === null || winner.mark.since > facts.now) unripe = true
      }
    }
    const unit = { dueAt, missing, unripe }
    units.set(key, unit)
    return unit
  }

  function unknownReasons(findings: readonly Finding[]): readonly Reason[] {
    return findings.flatMap((finding) => (finding.kind === 'unknown' ? finding.reasons : []))
  }

  function keptReasons(findings: readonly Finding[]): readonly Reason[] {
    let reasons: Reason[] | null = null
    for (const finding of findings) {
      if (finding.kind === 'saved') {
        reasons ??= []
        reasons.push(finding.reason)
      }
    }
    const reported = reportedBy(findings)
    if (reported.length > 0) return [...(reasons ?? []), ...reported]
    return reasons ?? NO_RULE
  }

  /** What rules with `then = "report"` see. */
  function reportedBy(findings: readonly Finding[]): readonly Reason[] {
    if (!reporting) return NO_REASONS
    return bars.flatMap((bar, i): readonly Reason[] => {
      if (findings[i]?.kind !== 'match' || bar.onlyReports !== 'report' || bar.says.onlyReports === null)
        return NO_REASONS
      return [bar.says.matched, bar.says.onlyReports]
    })
  }
}

function isMilder(one: Winner, other: Winner): boolean {
  const order = ACTIONS.indexOf(one.action) - ACTIONS.indexOf(other.action) || one.dueAt - other.dueAt
  return order < 0 || (order === 0 && byId(one.bar, other.bar) < 0)
}

function byId(one: Bar, other: Bar): number {
  return one.rule.id < other.rule.id ? -1 : 1
}

/** The mark of a rule on a project: its key is id, created and the hash of the rule. */
export function markOf(facts: Facts, rule: Rule, project: Project): Mark | null {
  const marks = facts.memory.marks.get(project.id)
  if (marks === undefined) return null
  for (const mark of marks) if (mark.created === project.created && mark.ruleHash === rule.hash) return mark
  return null
}

function openBar(rule: Rule, bench: Bench): Bar {
  const because = whyOnlyReports(rule)
  return {
    rule,
    onlyReports: because,
    find: rule.unit === 'directory' ? directoryFinder(rule, bench) : projectFinder(rule, bench),
    says: {
      matched: { kind: 'matched', rule: rule.id, since: null },
      noMatch: { kind: 'no match', rule: rule.id },
      onlyReports: because === null ? null : { kind: 'only reports', rule: rule.id, because },
      window: { kind: 'window', rule: rule.id },
    },
  }
}

function whyOnlyReports(rule: Rule): OnlyReports | null {
  if (rule.then === 'report') return 'report'
  if (!rule.enforce) return 'enforce'
  return notBuilt(rule).length > 0 ? 'notBuilt' : null
}

function tierOf({ onlyReports }: Bar): Tier {
  if (onlyReports === null) return 'acts'
  return onlyReports === 'report' ? 'reports' : 'marks'
}
