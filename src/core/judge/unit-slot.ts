/** Which directories fill the slots of `keep`, each as young as its youngest project. */

import { type Directory, directoriesOf } from '../evidence/directory.ts'
import { projectAt } from '../evidence/facts.ts'
import { type Evidence, isUnknown } from '../evidence/project.ts'
import type { Keep, Rule } from '../policy/rule.ts'
import { type Bench, type Finding, unread } from './finding.ts'
import { slots } from './keep.ts'
import { type Selection, within } from './selection.ts'
import { mayFillSlot, rankDate, rankNeed } from './slot.ts'

type Stopped = Extract<Finding, { kind: 'saved' | 'unknown' }>

/** What `keep` says of a directory; null = it is not one of those that stay. */
export function unitSlots(
  rule: Rule,
  keep: Keep,
  bench: Bench,
  { whole }: Selection,
): (directory: Directory) => Stopped | null {
  const { facts } = bench
  const directories = directoriesOf(facts.inventory)
  /** By the directory that holds those of one group. */
  const slotsOf = new Map<Directory | null, ReadonlySet<number | string>>()

  return slotOf

  /** Among directories of the same parent, or all of them, the newest stay, with what they are in; null = not one of those. */
  function slotOf(directory: Directory): Stopped | null {
    const parent = keep.per === 'directory' ? directory.parent : null
    const known = slotsOf.get(parent)
    const ids = known ?? openSlots(parent)
    if (known === undefined) slotsOf.set(parent, ids)
    if (within(directory).some((one) => ids.has(one.path)))
      return { kind: 'saved', reason: { kind: 'slot', rule: rule.id, newest: keep.newest } }
    const at = newestOf(directory)
    if (!isUnknown(at)) return null
    const needs = directory.members.flatMap((member) => rankNeed(keep, facts, projectAt(facts, member)))
    return { kind: 'unknown', own: false, reasons: [unread(rule, keep.by, at.unknown)], needs }
  }

  function openSlots(parent: Directory | null): ReadonlySet<number | string> {
    const all = [...(parent?.children ?? directories.values())]
    const group = keep.per === 'directory' ? all.filter((one) => one.parent === parent) : all
    return slots(keep, group.filter(fillsSlot), {
      idOf: ({ path }) => path,
      dateOf: (one) => newestOf(one),
      isCandidate: () => true,
    })
  }

  function fillsSlot(directory: Directory): boolean {
    return whole(directory) === 'yes' && directory.members.every((member) => mayFillSlot(bench, rule, member))
  }

  /** The date of a directory's youngest project. */
  function newestOf(directory: Directory): Evidence<number | null> {
    let newest: number | null = null
    for (const member of directory.members) {
      const at = rankDate(keep, facts, projectAt(facts, member))
      if (isUnknown(at)) return at
      if (at !== null && (newest === null || at > newest)) newest = at
    }
    return newest
  }
}
