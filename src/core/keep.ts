/** `keep`: among the items that `when` matched, the newest of each group stay. */

import { type Directory, homesOf } from './directory.ts'
import { once } from './facts.ts'
import { type Evidence, type Inventory, isUnknown } from './project.ts'
import type { Keep } from './rule.ts'

/** An item that may fill a slot: matched, neither protected nor held nor younger than 48 hours. */
export interface Candidate {
  /** Project id, or the path of a directory. */
  readonly id: number | string
  /** What `by` says; null = never, which is the oldest there is. */
  readonly at: Evidence<number | null>
}

/**
 * Which candidates of one group stay. One whose date is unknown fills no slot, so it can push nobody out; but when all
 * fit, nobody's date matters. Ties go to the higher id, which QuantConnect gave out later.
 */
export function slots(keep: Keep, candidates: readonly Candidate[]): ReadonlySet<number | string> {
  if (candidates.length <= keep.newest) return new Set(candidates.map(({ id }) => id))
  const dated = candidates.filter(({ at }) => !isUnknown(at))
  dated.sort((a, b) => timeOf(b) - timeOf(a) || (a.id < b.id ? 1 : -1))
  return new Set(dated.slice(0, keep.newest).map(({ id }) => id))
}

function timeOf({ at }: Candidate): number {
  // Not -Infinity: the difference of two of those is no number.
  return typeof at === 'number' ? at : Number.MIN_SAFE_INTEGER
}

/** The group a project belongs to, as something to remember its slots by, or why it is unknown. */
export function groupOf(keep: Keep, inventory: Inventory, place: number): Evidence<Group> {
  if (keep.per === 'directory') return homesOf(inventory)[place] ?? TOP
  const ownerId = inventory.projects[place]?.ownerId ?? 0
  return keep.per === 'rule' ? ALL : ownerId
}

/** A directory, an owner's id, what stands at the top, or everything. */
export type Group = Directory | number | typeof TOP | typeof ALL

const TOP = 'top'
const ALL = 'all'

/** The places of the projects of a group. */
export function membersOf(group: Group, inventory: Inventory): readonly number[] {
  if (typeof group === 'object') return group.own
  const known = once(MEMBERS, inventory, () => new Map<Group, readonly number[]>())
  const members =
    known.get(group) ?? inventory.projects.flatMap((_, place) => (isIn(group, inventory, place) ? [place] : []))
  known.set(group, members)
  return members
}

const MEMBERS = new WeakMap<Inventory, Map<Group, readonly number[]>>()

function isIn(group: Group, inventory: Inventory, place: number): boolean {
  if (group === ALL) return true
  return group === TOP ? homesOf(inventory)[place] === null : inventory.projects[place]?.ownerId === group
}
