/**
 * All rules over one project at a time: what each rule says, which rule wins, and what follows from that. Everything is
 * remembered, so that judging one project for `why` and judging all of them for a plan are the same code (G4, G17).
 */

import { directoriesOf } from './directory.ts'
import { type Facts, openFacts } from './facts.ts'
import { type Bench, type Finding, NO, projectFinder } from './finding.ts'
import type { Mark, Memory } from './memory.ts'
import type { Policy } from './policy.ts'
import type { Inventory, Project } from './project.ts'
import { type ProtectionReading, protectionOf } from './protect.ts'
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
  find(project: Project): Finding
  /** Reasons that say the same of every project. */
  readonly says: { readonly noMatch: Reason; readonly onlyReports: Reason | null; readonly window: Reason }
}

/** What all rules say of one project, and which one wins. */
export interface Standing {
  readonly protection: ProtectionReading
  /** By position of the rule; empty for a project that is protected or held, which no rule looks at. */
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
  standing(project: Project): Standing
  verdict(project: Project): Verdict
}

/** Rules that act are asked first, then those that mark but do not act, then those that only report. */
const TIERS = ['acts', 'marks', 'reports'] as const

type Tier = (typeof TIERS)[number]

const NO_FINDINGS: readonly Finding[] = []
const NO_RULE: readonly Reason[] = [{ kind: 'no rule' }]

export function openCourt(policy: Policy, inventory: Inventory, memory: Memory, now: number): Court {
  const facts = openFacts(inventory, memory, now)
  const protections = new Map<number, ProtectionReading>()
  const bench: Bench = { facts, zone: policy.timezone, protection }
  // By id, so that the order of rules in the file shows nowhere.
  const bars = [...policy.rules].sort((a, b) => (a.id < b.id ? -1 : 1)).map((rule) => openBar(rule, bench))
  const tiers = TIERS.filter((tier) => bars.some((bar) => tierOf(bar) === tier))
  const isWindowOpen = isOpen(policy.window, now, policy.timezone)
  const standings = new Map<number, Standing>()
  const units = new Map<string, Unit>()

  return { facts, bars, bench, standing, verdict }

  function protection(project: Project): ProtectionReading {
    const known = protections.get(project.id)
    if (known !== undefined) return known
    const reading = protectionOf(policy, facts, project)
    protections.set(project.id, reading)
    return reading
  }

  function standing(project: Project): Standing {
    const known = standings.get(project.id)
    if (known !== undefined) return known
    const made = weigh(project)
    standings.set(project.id, made)
    return made
  }

  function weigh(project: Project): Standing {
    const reading = protection(project)
    if (reading.reading === 'yes') {
      return { protection: reading, findings: NO_FINDINGS, outcome: 'untouchable', winner: null }
    }
    const findings = bars.map((bar) => bar.find(project))
    if (findings.every((finding) => finding.kind === 'no' || finding.kind === 'saved')) {
      return { protection: reading, findings, outcome: 'kept', winner: null }
    }
    for (const tier of tiers) {
      const said = bars.flatMap((bar, i) => (tierOf(bar) === tier ? [{ bar, finding: findings[i] ?? NO }] : []))
      if (said.some(({ finding }) => finding.kind === 'unknown')) {
        return { protection: reading, findings, outcome: 'unknown', winner: null }
      }
      const winner = tier === 'reports' ? null : elect(project, said)
      if (winner !== null) return { protection: reading, findings, outcome: 'wanted', winner }
    }
    return { protection: reading, findings, outcome: 'kept', winner: null }
  }

  /** The least destructive wins; of the same action the one due first, then the rule's id. */
  function elect(project: Project, said: readonly { readonly bar: Bar; readonly finding: Finding }[]): Winner | null {
    let best: Winner | null = null
    const wanting: Bar[] = []
    for (const { bar, finding } of said) {
      const { then, after, id } = bar.rule
      if (finding.kind !== 'match' || then === 'report') continue
      wanting.push(bar)
      const mark = markOf(facts, bar.rule, project)
      const dueAt = (mark?.since ?? facts.now) + after
      const order = best === null ? -1 : ACTIONS.indexOf(then) - ACTIONS.indexOf(best.action) || dueAt - best.dueAt
      if (order < 0 || (order === 0 && best !== null && id < best.bar.rule.id)) {
        best = { bar, finding, action: then, mark, dueAt, over: wanting }
      }
    }
    return best === null ? null : { ...best, over: wanting.filter((bar) => bar !== best.bar) }
  }

  function verdict(project: Project): Verdict {
    const { protection, findings, outcome, winner } = standing(project)
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
    const reasons: Reason[] = [{ kind: 'matched', rule: rule.id, since: mark?.since ?? null }]
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
    if (mark === null || unit?.unripe) return { kind: 'new mark', rule: rule.id, until: dueAt }
    // A mark from the future: the clock went backwards, and time going backwards never causes an action.
    if (mark.since > facts.now || dueAt > facts.now) return { kind: 'grace', rule: rule.id, until: dueAt }
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
      if (winner === null || winner.bar !== bar) missing ??= member.id
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
    if (!tiers.includes('reports')) return []
    return bars.flatMap((bar, i): readonly Reason[] => {
      if (findings[i]?.kind !== 'match' || bar.onlyReports !== 'report' || bar.says.onlyReports === null) return []
      return [{ kind: 'matched', rule: bar.rule.id, since: null }, bar.says.onlyReports]
    })
  }
}

/** The mark of a rule on a project: its key is id, created and the hash of the rule. */
export function markOf(facts: Facts, rule: Rule, project: Project): Mark | null {
  const marks = facts.memory.marks.get(project.id)
  if (marks === undefined) return null
  return marks.find((mark) => mark.created === project.created && mark.ruleHash === rule.hash) ?? null
}

function openBar(rule: Rule, bench: Bench): Bar {
  const because = whyOnlyReports(rule)
  return {
    rule,
    onlyReports: because,
    find: rule.unit === 'directory' ? directoryFinder(rule, bench) : projectFinder(rule, bench),
    says: {
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
