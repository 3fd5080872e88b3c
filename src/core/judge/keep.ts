/** `keep`: among the items that `when` matched, the newest of each group stay. */

import { type Directory, homesOf } from '../evidence/directory.ts'
import { once, placesById } from '../evidence/facts.ts'
import { type Evidence, type Inventory, isUnknown } from '../evidence/project.ts'
import type { Keep } from '../policy/rule.ts'

/** How the items of a group compete for its slots. */
export interface Contest<Item> {
  /** Project id, or the path of a directory. */
  idOf(item: Item): number | string
  /** What `by` says; null = never, which is the oldest there is. */
  dateOf(item: Item): Evidence<number | null>
  /**
   * Whether it may fill a slot: matched, neither protected nor held nor younger than 48 hours. It is asked only of what is
   * new enough, which of a large group is little.
   */
  isCandidate(item: Item): boolean
}

interface Placed {
  readonly id: number | string
  readonly time: number
}

/**
 * Which candidates of one group stay. One whose date is unknown fills no slot, so it can push nobody out; but when all
 * fit, nobody's date matters. Ties go to the higher id, which QuantConnect gave out later.
 */
export function slots<Item>(
  { newest }: Keep,
  group: readonly Item[],
  { idOf, dateOf, isCandidate }: Contest<Item>,
): ReadonlySet<number | string> {
  /** The newest candidates so far, the newest first. */
  const placed: Placed[] = []
  const undated: Item[] = []
  for (const item of group) {
    const at = dateOf(item)
    if (isUnknown(at)) {
      undated.push(item)
      continue
    }
    const id = idOf(item)
    const time = at ?? Number.NEGATIVE_INFINITY
    const last = placed.length < newest ? undefined : placed[newest - 1]
    if (last !== undefined && !isBefore(time, id, last)) continue
    if (!isCandidate(item)) continue
    const after = placed.findIndex((other) => isBefore(time, id, other))
    placed.splice(after === -1 ? placed.length : after, 0, { id, time })
    if (placed.length > newest) placed.pop()
  }
  const ids = placed.map(({ id }) => id)
  const others = placed.length < newest ? undated.filter(isCandidate).map(idOf) : []
  return new Set(ids.length + others.length <= newest ? [...ids, ...others] : ids)
}

function isBefore(time: number, id: number | string, other: Placed): boolean {
  return time === other.time ? id > other.id : time > other.time
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
  if (group === ALL) return placesById(inventory)
  const known = once(MEMBERS, inventory, () => new Map<Group, readonly number[]>())
  const members = known.get(group) ?? placesById(inventory).filter((place) => isIn(group, inventory, place))
  known.set(group, members)
  return members
}

const MEMBERS = new WeakMap<Inventory, Map<Group, readonly number[]>>()

function isIn(group: Group, inventory: Inventory, place: number): boolean {
  return group === TOP ? homesOf(inventory)[place] === null : inventory.projects[place]?.ownerId === group
}
