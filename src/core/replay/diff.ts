/** Two policies over one inventory: which matches come and go, rule by rule and project by project. */

import type { Memory } from '../evidence/memory.ts'
import type { Inventory } from '../evidence/project.ts'
import { type Court, openCourt } from '../judge/court.ts'
import type { VerdictState } from '../judge/decide.ts'
import type { Policy } from '../policy/policy.ts'
import type { Reason } from '../policy/reason.ts'
import type { Rule } from '../policy/rule.ts'

/** What one policy says of a project. */
export interface Side {
  readonly verdict: VerdictState
  readonly rule: string | null
  readonly action: string | null
  /** The new name or description the rule would write. */
  readonly to: string | null
  readonly reasons: readonly Reason[]
}

/** A project of which the two policies say something different. */
export interface ProjectDiff {
  readonly projectId: number
  /** As the API wrote it. */
  readonly name: string
  readonly before: Side
  readonly after: Side
  /** Ids of rules that newly select it, and of those that no longer do. */
  readonly gained: readonly string[]
  readonly lost: readonly string[]
}

export interface RuleDiff {
  readonly rule: string
  /** `edited`: anything but `why` and `limit` differs, so that every grace of the rule starts again. */
  readonly change: 'added' | 'removed' | 'edited' | 'same'
  /** How many projects it selects under the old policy and under the new one. */
  readonly before: number
  readonly after: number
  /** Ids of the projects it newly selects, and of those it no longer does. */
  readonly gained: readonly number[]
  readonly lost: readonly number[]
}

export interface PolicyDiff {
  /** Every rule of either policy, by id. */
  readonly rules: readonly RuleDiff[]
  /** Only projects with a difference, by id. */
  readonly projects: readonly ProjectDiff[]
}

/** Compares two policies on the same evidence, at the same moment. A rule is the same rule if its id is. */
export function diffPolicies(old: Policy, next: Policy, inventory: Inventory, memory: Memory, now: number): PolicyDiff {
  const courts = [openCourt(old, inventory, memory, now), openCourt(next, inventory, memory, now)] as const
  const tallies = new Map(ruleIds(old, next).map((id) => [id, { before: 0, after: 0, gained: [], lost: [] } as Tally]))
  const projects: ProjectDiff[] = []

  for (const [place, { id, name }] of inventory.projects.entries()) {
    const [before, after] = courts.map((court) => selecting(court, place)) as [readonly string[], readonly string[]]
    const gained = after.filter((rule) => !before.includes(rule))
    const lost = before.filter((rule) => !after.includes(rule))
    for (const rule of before) count(tallies, rule, (tally) => tally.before++)
    for (const rule of after) count(tallies, rule, (tally) => tally.after++)
    for (const rule of gained) count(tallies, rule, (tally) => tally.gained.push(id))
    for (const rule of lost) count(tallies, rule, (tally) => tally.lost.push(id))
    const sides = { before: sideOf(courts[0], place), after: sideOf(courts[1], place) }
    if (gained.length > 0 || lost.length > 0 || !isSame(sides.before, sides.after)) {
      projects.push({ projectId: id, name, ...sides, gained, lost })
    }
  }
  projects.sort((a, b) => a.projectId - b.projectId)
  const rules = [...tallies].map(([rule, { before, after, gained, lost }]) => ({
    rule,
    change: changeOf(ruleOf(old, rule), ruleOf(next, rule)),
    before,
    after,
    gained: gained.sort(byNumber),
    lost: lost.sort(byNumber),
  }))
  return { rules, projects }
}

interface Tally {
  before: number
  after: number
  readonly gained: number[]
  readonly lost: number[]
}

function count(tallies: ReadonlyMap<string, Tally>, rule: string, change: (tally: Tally) => void): void {
  const tally = tallies.get(rule)
  if (tally !== undefined) change(tally)
}

function ruleIds(old: Policy, next: Policy): readonly string[] {
  return [...new Set([...old.rules, ...next.rules].map(({ id }) => id))].sort()
}

function ruleOf(policy: Policy, id: string): Rule | null {
  return policy.rules.find((rule) => rule.id === id) ?? null
}

function changeOf(before: Rule | null, after: Rule | null): RuleDiff['change'] {
  if (before === null) return 'added'
  if (after === null) return 'removed'
  return before.hash === after.hash ? 'same' : 'edited'
}

/** Ids of the rules that select the project at a place: nothing protects, holds, excepts or keeps it. */
function selecting(court: Court, place: number): readonly string[] {
  const { findings } = court.standing(place)
  return court.bars.flatMap(({ rule }, i) => (findings[i]?.kind === 'match' ? [rule.id] : []))
}

function sideOf(court: Court, place: number): Side {
  const { state, rule, action, to, reasons } = court.verdict(place)
  return { verdict: state, rule, action, to, reasons }
}

/** Reasons may differ where nothing does: an edited rule says the same with another date. */
function isSame(a: Side, b: Side): boolean {
  return a.verdict === b.verdict && a.rule === b.rule && a.action === b.action && a.to === b.to
}

function byNumber(a: number, b: number): number {
  return a - b
}
