/** Which directories fill the slots of `keep`, each as young as its youngest project. */

import { type Directory, directoriesOf } from '../evidence/directory.ts'
import { projectAt } from '../evidence/facts.ts'
import { type Doubt, type Evidence, isUnknown } from '../evidence/project.ts'
import type { Reading, Reason } from '../policy/reason.ts'
import type { Keep, Rule } from '../policy/rule.ts'
import { type Bench, type Finding, type Need, unread } from './finding.ts'
import { slots } from './keep.ts'
import { type Selection, within } from './selection.ts'
import { asksForActivity, mayFillSlot, OTHERS_NOT_READ, rankDate, rankDoubt, rankNeed } from './slot.ts'

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
  const ifAllMatched = new Map<Directory | null, ReadonlySet<number | string>>()

  return slotOf

  /** Among directories of the same parent, or all of them, the newest stay, with what they are in; null = not one of those. */
  function slotOf(directory: Directory): Stopped | null {
    const parent = keep.per === 'directory' ? directory.parent : null
    if (
      isIn(
        directory,
        openSlots(parent, slotsOf, (reading) => reading === 'yes'),
      )
    ) {
      const isSure =
        !asksForActivity(rule.when) ||
        isIn(
          directory,
          openSlots(parent, ifAllMatched, (reading) => reading !== 'no'),
        )
      if (isSure) return { kind: 'saved', reason: { kind: 'slot', rule: rule.id, newest: keep.newest } }
      return openSlot(directory, [unread(rule, 'keep', OTHERS_NOT_READ)], [])
    }
    const at = newestOf(directory)
    const why = isUnknown(at) ? at : doubtAbout(directory)
    if (why === null) return null
    const needs = directory.members.flatMap((member) => rankNeed(keep, facts, projectAt(facts, member)))
    return openSlot(directory, [unread(rule, keep.by, why)], needs)
  }

  function openSlot({ path }: Directory, reasons: readonly Reason[], needs: readonly Need[]): Stopped {
    return { kind: 'unknown', own: false, unit: path, reasons, needs }
  }

  /** Why the youngest project of a directory may be younger than its date. */
  function doubtAbout({ members }: Directory): Doubt | null {
    for (const member of members) {
      const why = rankDoubt(keep, facts, projectAt(facts, member))
      if (why !== null) return why
    }
    return null
  }

  function isIn(directory: Directory, ids: ReadonlySet<number | string>): boolean {
    return within(directory).some((one) => ids.has(one.path))
  }

  function openSlots(
    parent: Directory | null,
    filled: Map<Directory | null, ReadonlySet<number | string>>,
    isMatched: (reading: Reading) => boolean,
  ): ReadonlySet<number | string> {
    const known = filled.get(parent)
    if (known !== undefined) return known
    const all = [...(parent?.children ?? directories.values())]
    const group = keep.per === 'directory' ? all.filter((one) => one.parent === parent) : all
    const made = slots(
      keep,
      group.filter((one) => fillsSlot(one, isMatched)),
      { idOf: ({ path }) => path, dateOf: (one) => newestOf(one), isCandidate: () => true },
    )
    filled.set(parent, made)
    return made
  }

  function fillsSlot(directory: Directory, isMatched: (reading: Reading) => boolean): boolean {
    return isMatched(whole(directory)) && directory.members.every((member) => mayFillSlot(bench, rule, member))
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
