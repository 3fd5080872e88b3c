/** Closes what earlier runs left unsure: a survey at least a minute after the call tells whether it happened. */

import type { Project } from '../../core/evidence/project.ts'
import { failureText } from '../../quantconnect/failure.ts'
import { forgetAction } from '../ledger/acted-on.ts'
import type { ItemRow } from '../ledger/items.ts'
import { madeBy } from '../ledger/rebuilt.ts'
import { putLast, settle, unsureItems } from '../ledger/unsettled.ts'
import { judgeLater, type Sight } from './judge.ts'
import { type Slice, update } from './slice.ts'

/** The list may be this old (the API has been seen to serve stale ones), so it proves nothing any sooner. */
const SETTLE_AFTER_MS = 60_000

/**
 * False when this slice's calls are used up before all could be looked at. What the list shows needs no look of its own, so
 * it comes first. A look that fails ends the looking: the others would most likely fail as well, one after the other and slice
 * after slice. The next survey looks again, and at that one last.
 */
export async function settleEarlier(slice: Slice, projects: readonly Project[]): Promise<boolean> {
  const surveyAt = slice.run.state.surveyAt ?? slice.deps.now()
  const due = unsureItems(slice.sql).filter(
    (row) => row.run !== slice.run.id && surveyAt - (row.answeredAt ?? row.sentAt ?? surveyAt) >= SETTLE_AFTER_MS,
  )
  const listed = new Map(projects.map((project) => [project.id, project]))
  for (const row of due) {
    const project = listed.get(row.item.projectId)
    if (row.item.action === 'rebuild') settleRebuild(slice, row, projects)
    else if (project !== undefined) settleSeen(slice, row, { kind: 'seen', project })
  }
  for (const row of due.filter(({ item }) => item.action !== 'rebuild' && !listed.has(item.projectId))) {
    const sight = await lookAgain(slice, row.item.projectId)
    if (sight === 'later') return false
    if (sight.kind === 'unreadable') {
      putLast(slice.sql, row)
      update(slice, { state: { ...slice.run.state, readsFailed: true } })
      return true
    }
    settleSeen(slice, row, sight)
  }
  return true
}

function settleSeen(slice: Slice, row: ItemRow, sight: Sight): void {
  const { outcome, detail } = judgeLater(row.item, row.answer, sight)
  if (outcome === 'unsure') return
  settle(slice.sql, row, slice.run.id, outcome, detail)
  // Had it happened and been taken back since, its date would be another one.
  const isUntouched = sight.kind === 'seen' && sight.project.modified === row.item.modified
  if (outcome === 'failed' && row.answer?.kind !== 'accepted' && isUntouched) forgetAction(slice.sql, row)
}

/** An answer that was lost when a project was to be made again: by now it is in the list, or was never made. */
function settleRebuild(slice: Slice, row: ItemRow, projects: readonly Project[]): void {
  const made = madeBy(row, projects)
  const why =
    made === null
      ? 'The call had no effect: no new project is in the list. Ask for the restore again.'
      : `An empty project ${made.id}, "${made.name}", was made, but not filled. Delete it and ask for the restore again.`
  settle(slice.sql, row, slice.run.id, 'failed', why)
}

/** A project that is absent from the list altogether: one single read must say so too. */
export async function lookAgain(slice: Slice, projectId: number): Promise<Sight | 'later'> {
  const read = await slice.deps.client.readProject(projectId, slice.meter)
  if (read.ok) return { kind: 'seen', project: read.value }
  if (read.failure.kind === 'budget') return 'later'
  if (read.failure.kind === 'notFound') return { kind: 'notFound' }
  return { kind: 'unreadable', detail: failureText(read.failure) }
}
