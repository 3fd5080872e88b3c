/** `keep`: among the items that `when` matched, the newest of each group stay. */

import { once, parentOf } from './facts.ts'
import { type Evidence, type Inventory, isUnknown, type Project } from './project.ts'
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

export type GroupKey = string | number

/** The group a project belongs to, or why that is unknown. */
export function groupOf(keep: Keep, project: Project): Evidence<GroupKey> {
  if (keep.per === 'rule') return ''
  return keep.per === 'owner' ? project.ownerId : parentOf(project.path)
}

const GROUPS = {
  directory: new WeakMap<Inventory, ReadonlyMap<GroupKey, readonly Project[]>>(),
  owner: new WeakMap<Inventory, ReadonlyMap<GroupKey, readonly Project[]>>(),
  rule: new WeakMap<Inventory, ReadonlyMap<GroupKey, readonly Project[]>>(),
}

/** All projects by group. */
export function groupsOf(keep: Keep, inventory: Inventory): ReadonlyMap<GroupKey, readonly Project[]> {
  return once(GROUPS[keep.per], inventory, () => {
    const groups = new Map<GroupKey, Project[]>()
    for (const project of inventory.projects) {
      const key = groupOf(keep, project)
      if (isUnknown(key)) continue
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [project])
      else group.push(project)
    }
    return groups
  })
}
