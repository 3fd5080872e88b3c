/**
 * All rules over one project at a time: what each rule says, which rule wins, and what follows from that. Everything is
 * remembered, so that judging one project for `why` and judging all of them for a plan are the same code (G4, G17).
 */

import type { Directory } from './directory.ts'
import { type Facts, openFacts, projectAt } from './facts.ts'
import { type Bench, type Finding, NO, projectFinder, spares } from './finding.ts'
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

/** What all rules say of one project. */
export interface Standing {
  readonly protection: ProtectionReading
  /** By position of the rule; empty when all say no, and for what is protected or held, which no rule looks at. */
  readonly findings: readonly Finding[]
  /** `unknown`: something that decides could not be read. `wanted`: a rule that marks selects it. */
  readonly outcome: 'untouchable' | 'unknown' | 'wanted' | 'kept'
  /** The least destructive action that a rule wants, when it is wanted. */
  readonly action: Action | null
  /** Which rules compete for it, when it is wanted. */
  readonly tier: Tier | null
  /** The rule that acts and spares it, when that keeps others from it. */
  readonly spared: Bar | null
}

/** The rule that gets a project, and when. */
export interface Winner extends Claim {
  /** Other rules that wanted it. */
  readonly over: readonly Bar[]
}

interface Claim {
  readonly bar: Bar
  readonly to: string | null
  readonly mark: Mark | null
  readonly when: Ripeness
}

interface Mildest {
  readonly bar: Bar
  readonly action: Action
  readonly wants: boolean
}

/** When something marked becomes due. */
interface Ripeness {
  /** The end of the grace; of a directory, that of the last project in it. */
  readonly dueAt: number
  /** Whether the mark was made before this decision, and not at a time still to come; of a directory, every mark. */
  readonly isOld: boolean
  /** The directory that goes, or waits, with it. */
  readonly directory: string | null
  /** A project in that directory that this rule does not get, so that the directory is not whole. */
  readonly missing: number | null
}

export interface Court {
  readonly facts: Facts
  readonly bars: readonly Bar[]
  readonly bench: Bench
  /** All three of the project at a place of the inventory. */
  standing(place: number): Standing
  winner(place: number): Winner | null
  verdict(place: number): Verdict
}

/** Rules that act are asked first, then those that mark but do not act, then those that only report. */
const TIERS = ['acts', 'marks', 'reports'] as const

export type Tier = (typeof TIERS)[number]

type Match = Extract<Finding, { kind: 'match' }>

const NO_FINDINGS: readonly Finding[] = []
const NO_REASONS: readonly Reason[] = []
const NO_RULE: readonly Reason[] = [{ kind: 'no rule' }]
const NOBODY: readonly Bar[] = []
const UNWANTED: Standing = {
  protection: CLEAR,
  findings: NO_FINDINGS,
  outcome: 'kept',
  action: null,
  tier: null,
  spared: null,
}

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
  const units = new Map<string, Ripeness>()

  return { facts, bars, bench, standing, winner, verdict }

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
    const plain = { protection: reading, action: null, tier: null, spared: null }
    if (reading.reading === 'yes') return { ...plain, findings: NO_FINDINGS, outcome: 'untouchable' }
    const findings = findingsOf(place)
    if (findings === NO_FINDINGS && reading.reading === 'no') return UNWANTED
    let spared: Bar | null = null
    for (const tier of tiers) {
      if (says(findings, tier, 'unknown')) return { ...plain, findings, outcome: 'unknown' }
      const mildest = tier === 'reports' ? null : mildestOf(findings, tier)
      if (mildest === null) continue
      if (mildest.wants)
        return { protection: reading, findings, outcome: 'wanted', action: mildest.action, tier, spared }
      if (tier === 'acts') spared = mildest.bar
    }
    return { ...plain, findings, outcome: 'kept', spared }
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

  /** The least destructive of the rules of a tier that select the project, and whether one of those wants it. */
  function mildestOf(findings: readonly Finding[], tier: Tier): Mildest | null {
    let mildest: Mildest | null = null
    for (let i = 0; i < findings.length; i++) {
      const bar = bars[i]
      const finding = findings[i]
      if (bar === undefined || finding === undefined || bar.rule.then === 'report' || tierOf(bar) !== tier) continue
      const wants = finding.kind === 'match'
      if (!wants && !spares(finding)) continue
      const order = mildest === null ? -1 : ACTIONS.indexOf(bar.rule.then) - ACTIONS.indexOf(mildest.action)
      if (order < 0 || (order === 0 && wants)) mildest = { bar, action: bar.rule.then, wants }
    }
    return mildest
  }

  /** The least destructive wins; of the same action the one due first, then the rule's id. */
  function winner(place: number): Winner | null {
    const { findings, action, tier } = standing(place)
    if (action === null) return null
    let best: Claim | null = null
    let wanting = 0
    for (let i = 0; i < findings.length; i++) {
      const bar = bars[i]
      const finding = findings[i]
      if (finding?.kind !== 'match' || bar === undefined || tierOf(bar) !== tier) continue
      wanting++
      if (bar.rule.then !== action) continue
      const claim = claimOf(place, bar, finding)
      if (best === null || isSooner(claim.when, best.when)) best = claim
    }
    if (best === null) return null
    const { bar } = best
    const others = () => bars.filter((one, i) => one !== bar && findings[i]?.kind === 'match' && tierOf(one) === tier)
    return { ...best, over: wanting === 1 ? NOBODY : others() }
  }

  function claimOf(place: number, bar: Bar, { to, units: around }: Match): Claim {
    const mark = markOf(facts, bar.rule, projectAt(facts, place))
    const alone = ripenessOf(mark, bar.rule)
    if (around === null || bar.rule.then === 'describe') return { bar, to, mark, when: alone }
    let when: Ripeness | null = null
    for (const directory of around) {
      const whole = unitOf(bar, directory)
      if (when === null || isSooner(whole, when)) when = whole
    }
    return { bar, to, mark, when: when ?? alone }
  }

  function ripenessOf(mark: Mark | null, { after }: Rule): Ripeness {
    const since = mark?.since ?? now
    // A mark from the future: the clock went backwards, and time going backwards never causes an action.
    return { dueAt: since + after, isOld: mark !== null && since <= now, directory: null, missing: null }
  }

  /** A directory is due when every project in it is, and waits while a milder rule has one of them. */
  function unitOf(bar: Bar, { path, members }: Directory): Ripeness {
    const key = `${bar.rule.id}/${path}`
    const known = units.get(key)
    if (known !== undefined) return known
    let dueAt = Number.NEGATIVE_INFINITY
    let isOld = true
    let missing: number | null = null
    for (const member of members) {
      const project = projectAt(facts, member)
      if (!isLeftTo(standing(member), bar)) missing ??= project.id
      const one = ripenessOf(markOf(facts, bar.rule, project), bar.rule)
      dueAt = Math.max(dueAt, one.dueAt)
      isOld = isOld && one.isOld
    }
    const unit = { dueAt, isOld, directory: path, missing }
    units.set(key, unit)
    return unit
  }

  /** Whether no milder rule has, or spares, a project. */
  function isLeftTo({ action, tier }: Standing, bar: Bar): boolean {
    return action === bar.rule.then && tier === tierOf(bar)
  }

  function verdict(place: number): Verdict {
    const project = projectAt(facts, place)
    const { protection, findings, outcome, spared } = standing(place)
    const won = outcome === 'wanted' ? winner(place) : null
    if (won !== null) return wanted(project, findings, won, spared)
    if (outcome === 'unknown') return plain(project, 'notJudged', unknownReasons(findings))
    if (protection.protectedBy.length > 0) return plain(project, 'protected', protection.protectedBy)
    if (protection.heldBy.length > 0) return plain(project, 'held', protection.heldBy)
    return plain(project, 'kept', keptReasons(findings, spared))
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

  function wanted(project: Project, findings: readonly Finding[], won: Winner, spared: Bar | null): Verdict {
    const { bar, to, mark, when, over } = won
    const { rule } = bar
    const stop = whatStops(won)
    const reasons: Reason[] = [mark === null ? bar.says.matched : { kind: 'matched', rule: rule.id, since: mark.since }]
    if (stop !== null) reasons.push(stop)
    if (over.length > 0) reasons.push({ kind: 'conflict', rule: rule.id, over: over.map((one) => one.rule.id) })
    reasons.push(...sparedFrom(findings, spared), ...reportedBy(findings))
    return {
      projectId: project.id,
      state: stop === null ? 'due' : 'marked',
      rule: rule.id,
      action: rule.then === 'report' ? null : rule.then,
      since: mark?.since ?? null,
      dueAt: bar.onlyReports === null && when.missing === null ? when.dueAt : null,
      to,
      directory: when.directory,
      reasons,
    }
  }

  /** What must be over before a marked project is due; null when it is. */
  function whatStops({ bar, mark, when }: Winner): Reason | null {
    const { rule, says } = bar
    const { dueAt, isOld, directory, missing } = when
    if (says.onlyReports !== null) return says.onlyReports
    if (missing !== null && directory !== null) {
      return { kind: 'directory waits', rule: rule.id, directory, projectId: missing }
    }
    if (mark === null) return { kind: 'new mark', rule: rule.id, until: dueAt }
    if (!isOld || dueAt > now) return { kind: 'grace', rule: rule.id, until: dueAt }
    return isDestructive(rule.then) && !isWindowOpen ? says.window : null
  }

  function unknownReasons(findings: readonly Finding[]): readonly Reason[] {
    return findings.flatMap((finding) => (finding.kind === 'unknown' ? finding.reasons : []))
  }

  function keptReasons(findings: readonly Finding[], spared: Bar | null): readonly Reason[] {
    const reasons = findings.flatMap((finding) => (finding.kind === 'saved' ? [finding.reason] : NO_REASONS))
    const all = [...reasons, ...sparedFrom(findings, spared), ...reportedBy(findings)]
    return all.length === 0 ? NO_RULE : all
  }

  /** The rules that a milder one, which spares the project, keeps from it. */
  function sparedFrom(findings: readonly Finding[], spared: Bar | null): readonly Reason[] {
    if (spared === null) return NO_REASONS
    return bars.flatMap((bar, i): readonly Reason[] => {
      if (findings[i]?.kind !== 'match' || bar.onlyReports !== null) return NO_REASONS
      return [{ kind: 'spared', rule: bar.rule.id, by: spared.rule.id }]
    })
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

/** What waits for another project comes last, so that it never keeps another rule from its turn. */
function isSooner(one: Ripeness, other: Ripeness): boolean {
  if ((one.missing === null) !== (other.missing === null)) return one.missing === null
  return one.dueAt < other.dueAt
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

/** When a rule is asked. */
export function tierOf({ onlyReports }: Bar): Tier {
  if (onlyReports === null) return 'acts'
  return onlyReports === 'report' ? 'reports' : 'marks'
}
