/** Whether an item may still be acted on by what fresh lists show: asked of each item at its turn, and of all of a unit first. */

import { sentences } from '../../core/base/sentences.ts'
import { writtenBy } from '../../core/command/command-restore.ts'
import type { Project } from '../../core/evidence/project.ts'
import type { PlanItem } from '../../core/plan/plan.ts'
import { endPermissions } from '../ledger/announced.ts'
import type { ItemRow } from '../ledger/items.ts'
import type { OutcomeKind } from '../ledger/run.ts'
import type { Stands } from './gate.ts'
import { isInBin } from './judge.ts'
import type { Fresh } from './recheck.ts'
import { lookAgain } from './settle.ts'
import { type Slice, update } from './slice.ts'

/** `project` is null for a rebuild, which has none. `later`: the calls of this slice are used up. */
export type Revalidated =
  | { readonly kind: 'stands'; readonly project: Project | null; readonly stands: Stands & { readonly still: true } }
  | { readonly kind: 'left'; readonly outcome: OutcomeKind; readonly why: string }
  | { readonly kind: 'later'; readonly why: string }

export async function revalidate(slice: Slice, row: ItemRow, fresh: Fresh): Promise<Revalidated> {
  const { item } = row
  const project = fresh.inventory.projects.find((one) => one.id === item.projectId) ?? null
  if (project === null && item.action !== 'rebuild') return vanished(slice, row)
  if (project !== null && item.action === 'delete' && project.created === item.created && isInBin(project)) {
    // Should it come back, it starts anew.
    endPermissions(slice.sql, item.projectId, null)
    noteChanged(slice, fresh)
    return left('already', 'Somebody else moved it to the Recycle Bin.')
  }
  let stands = fresh.stands(row)
  let present = project
  if (stands.still && project !== null && isReadAgain(stands.item)) {
    // The list may be a minute old, and a person may have written since what this call would write over.
    const sight = await lookAgain(slice, item.projectId)
    if (sight === 'later') return LATER
    if (sight.kind !== 'seen') return left('changed', 'It could not be read again, so it was left alone.')
    present = sight.project
    stands = await fresh.standsWith(row, present)
  }
  return stands.still ? { kind: 'stands', project: present, stands } : left(stands.outcome, stands.why)
}

/** A description may hold a project, and what is put back or asked for by word must not go over a person's own work (G24). */
function isReadAgain(item: PlanItem): boolean {
  return writtenBy(item).description !== undefined || item.action === 'restore' || item.action === 'update'
}

/** What was asked for is not all done where something came since that it does not mean. */
function noteChanged(slice: Slice, { changed }: Fresh): void {
  const { message, state } = slice.run
  if (changed === null || message.includes(changed)) return
  update(slice, { message: sentences(message, changed), state: { ...state, left: true } })
}

/** Not in the list any more: gone only if a single look says so too, for lists have been seen with rows missing. */
async function vanished(slice: Slice, { item }: ItemRow): Promise<Revalidated> {
  const sight = await lookAgain(slice, item.projectId)
  if (sight === 'later') return LATER
  if (sight.kind === 'notFound') {
    endPermissions(slice.sql, item.projectId, null)
    return left('already', 'Somebody else removed it; it is not in the bin.')
  }
  return left('changed', 'The list does not hold it any more, so it was left alone.')
}

const LATER: Revalidated = { kind: 'later', why: 'The calls of this slice were used up.' }

function left(outcome: OutcomeKind, why: string): Revalidated {
  return { kind: 'left', outcome, why }
}
