/** Closes what earlier runs left unsure: a survey at least a minute after the call tells whether it happened. */

import type { Project } from '../core/project.ts'
import { failureText } from '../quantconnect/failure.ts'
import type { ItemRow } from './items.ts'
import { judgeLater, type Sight } from './judge.ts'
import { madeBy } from './rebuilt.ts'
import { type Slice, update } from './slice.ts'
import { settle, unsureItems } from './unsettled.ts'

/** The list may be this old (the API has been seen to serve stale ones), so it proves nothing any sooner. */
const SETTLE_AFTER_MS = 60_000

/**
 * False when this slice's calls are used up before all could be looked at. A look that fails ends the looking: the others
 * would fail as well, one after the other and slice after slice, and the next survey looks again.
 */
export async function settleEarlier(slice: Slice, projects: readonly Project[]): Promise<boolean> {
  const surveyAt = slice.run.state.surveyAt ?? slice.deps.now()
  const due = unsureItems(slice.sql).filter(
    (row) => row.run !== slice.run.id && surveyAt - (row.answeredAt ?? row.sentAt ?? surveyAt) >= SETTLE_AFTER_MS,
  )
  for (const row of due) {
    if (row.item.action === 'rebuild') {
      settleRebuild(slice, row, projects)
      continue
    }
    const listed = projects.find((project) => project.id === row.item.projectId)
    const sight =
      listed === undefined ? await lookAgain(slice, row.item.projectId) : ({ kind: 'seen', project: listed } as const)
    if (sight === 'later') return false
    if (sight.kind === 'unreadable') {
      update(slice, { state: { ...slice.run.state, readsFailed: true } })
      return true
    }
    const { outcome, detail } = judgeLater(row.item, row.answer, sight)
    if (outcome !== 'unsure') settle(slice.sql, row, slice.run.id, outcome, detail)
  }
  return true
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
