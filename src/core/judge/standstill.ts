/** What keeps rules from ever doing anything, as far as one inventory shows it (G33): it is no fault of a single project. */

import { placeOf } from '../base/names.ts'
import { placesById } from '../evidence/facts.ts'
import { type Inventory, isUnknown } from '../evidence/project.ts'
import type { Bar } from './bar.ts'
import type { Finding } from './finding.ts'
import type { Standing } from './standing.ts'
import type { Verdict } from './verdict.ts'

/** Conditions in which rules stand still, for programs. */
export const CONDITION_CODES = [
  'facts_missing',
  'wrong_organization',
  'nobody_told',
  'rule_idle',
  'names_unwritable',
  'activity_backlog',
] as const

export type ConditionCode = (typeof CONDITION_CODES)[number]

/** A fact that is not known for most of what a rule selects, or may select. */
export interface MissingFact {
  readonly rule: string
  readonly what: string
  /** Why, of one of them. */
  readonly why: string
  readonly unknown: number
  readonly of: number
}

/** Projects that a rule would rename or move, but not under those names. */
export interface UnwritableNames {
  readonly rule: string
  readonly count: number
  /** Of one of them. */
  readonly name: string
  readonly why: string
}

/** Why no rule can touch anything: every project is of another organization, or protected. */
export interface NothingToTouch {
  readonly projects: number
  readonly ofOthers: number
  /** The organization that most of them belong to; null when all are ours. */
  readonly theirs: string | null
}

export interface Standstill {
  /** At most one for each rule: the fact that is missing most often. */
  readonly missing: readonly MissingFact[]
  readonly unwritable: readonly UnwritableNames[]
  readonly untouchable: NothingToTouch | null
}

/** Fewer than this may be chance. */
const FEWEST = 5
const SHARE = 0.5

export function standstillOf(
  bars: readonly Bar[],
  inventory: Inventory,
  standings: readonly Standing[],
  verdicts: readonly Verdict[],
): Standstill {
  // In the order of ids, so that the API's order shows in no text.
  const places = placesById(inventory)
  const inOrder = places.flatMap((place) => standings[place] ?? [])
  return {
    missing: bars.flatMap((bar, position) => missingFact(bar, position, inOrder)),
    unwritable: unwritableNames(inventory, verdicts, places),
    untouchable: nothingToTouch(inventory, standings),
  }
}

function missingFact({ rule }: Bar, position: number, standings: readonly Standing[]): readonly MissingFact[] {
  const facts = new Map<string, { unknown: number; readonly why: string }>()
  let of = 0
  for (const { findings } of standings) {
    const finding = findings[position]
    if (finding?.kind !== 'match' && finding?.kind !== 'unknown') continue
    of++
    for (const [what, why] of unknownIn(finding)) {
      const known = facts.get(what)
      if (known === undefined) facts.set(what, { unknown: 1, why })
      else known.unknown++
    }
  }
  let most: MissingFact | null = null
  for (const [what, { unknown, why }] of facts) {
    if (unknown < FEWEST || unknown <= of * SHARE) continue
    if (most !== null && (unknown < most.unknown || (unknown === most.unknown && what > most.what))) continue
    most = { rule: rule.id, what, why, unknown, of }
  }
  return most === null ? [] : [most]
}

/** The facts that are not known, each once; what merely has not been read yet is none. */
function unknownIn(finding: Finding): ReadonlyMap<string, string> {
  const facts = new Map<string, string>()
  if (finding.kind !== 'unknown') return facts
  for (const reason of finding.reasons) {
    if (reason.kind === 'unknown' && reason.code !== 'activity-not-read') facts.set(reason.what, reason.why)
  }
  return facts
}

function unwritableNames(
  { projects }: Inventory,
  verdicts: readonly Verdict[],
  places: readonly number[],
): readonly UnwritableNames[] {
  const byRule = new Map<string, { count: number; readonly name: string; readonly why: string }>()
  for (const place of places) {
    for (const reason of verdicts[place]?.reasons ?? []) {
      if (reason.kind !== 'unwritable') continue
      const known = byRule.get(reason.rule)
      if (known !== undefined) known.count++
      else byRule.set(reason.rule, { count: 1, name: projects[place]?.name ?? '', why: reason.why })
    }
  }
  return [...byRule].map(([rule, found]) => ({ rule, ...found })).sort((a, b) => (a.rule < b.rule ? -1 : 1))
}

/** What is in QuantConnect's own places does not count. */
function nothingToTouch(inventory: Inventory, standings: readonly Standing[]): NothingToTouch | null {
  const others = new Map<string, number>()
  let projects = 0
  let ofOthers = 0
  for (let place = 0; place < standings.length; place++) {
    const project = inventory.projects[place]
    if (project === undefined || placeOf(project.path) !== null) continue
    projects++
    const { organizationId } = project
    if (!isUnknown(organizationId) && organizationId !== inventory.organizationId) {
      ofOthers++
      others.set(organizationId, (others.get(organizationId) ?? 0) + 1)
    } else if ((standings[place]?.protection.protectedBy.length ?? 0) === 0) return null
  }
  const isChance = ofOthers < projects && projects < FEWEST
  if (projects === 0 || isChance) return null
  const [most] = [...others].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return { projects, ofOthers, theirs: most?.[0] ?? null }
}
