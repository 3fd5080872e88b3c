/**
 * Closes what earlier runs left unsure: a survey at least a minute after the call tells whether it happened. Whatever that
 * survey shows, and whether or not it can be looked at, each unsure outcome comes to an end (G10).
 */

import { isUnknown, type Project } from '../../core/evidence/project.ts'
import { failureText } from '../../quantconnect/failure.ts'
import { forgetAction, recordAction } from '../ledger/acted-on.ts'
import { holdRestored } from '../ledger/holds.ts'
import { type ItemRow, writeRebuilt } from '../ledger/items.ts'
import { madeBy, noteLeftovers } from '../ledger/rebuilt.ts'
import { noteAbsent, putLast, settle, unsureItems } from '../ledger/unsettled.ts'
import { isInBin, judgeLater, LOOKS_APART_MS, type Sight } from './judge.ts'
import { policyTime, type Slice, update } from './slice.ts'

const DAY = 86_400_000

/** What nobody could look at for so long is given up; a deletion, which cannot be tried again meanwhile, much later. */
const GIVEN_UP_AFTER_MS = { delete: 7 * DAY, others: DAY }

/**
 * False when this slice's calls are used up before all could be looked at. What the list shows needs no look of its own, so
 * it comes first. A look that fails ends the looking: the others would most likely fail as well, one after the other and slice
 * after slice. The next survey looks again, and at that one last.
 */
export async function settleEarlier(slice: Slice, projects: readonly Project[]): Promise<boolean> {
  const { sql } = slice
  const now = slice.deps.now()
  const surveyAt = slice.run.state.surveyAt ?? now
  const due = unsureItems(sql).filter(
    (row) => row.run !== slice.run.id && surveyAt - (row.answeredAt ?? row.sentAt ?? 0) >= LOOKS_APART_MS,
  )
  const listed = new Map(projects.map((project) => [project.id, project]))
  for (const row of due) {
    const project = listed.get(idOf(row))
    if (row.item.action === 'rebuild' && row.rebuilt?.projectId == null) settleCreate(slice, row, projects, surveyAt)
    else if (project !== undefined) settleSeen(slice, row, { kind: 'seen', project })
  }
  noteLeftovers(sql, projects)
  for (const row of unsureItems(sql)) {
    if (!due.some((one) => isSameRow(one, row)) || idOf(row) === 0 || listed.has(idOf(row))) continue
    // Looked at a moment ago, perhaps by this very run: not yet a second look.
    if (row.absentAt !== null && now - row.absentAt < LOOKS_APART_MS) continue
    const sight = await lookAgain(slice, idOf(row))
    if (sight === 'later') return false
    if (sight.kind === 'unreadable') {
      update(slice, { state: { ...slice.run.state, readsFailed: true } })
      if (giveUp(slice, row, sight.detail)) continue
      putLast(sql, row)
      return true
    }
    settleSeen(slice, row, sight)
  }
  return true
}

/** The project to look at: for a rebuild the new one, 0 while nobody knows which that is. */
function idOf({ item, rebuilt }: ItemRow): number {
  return item.action === 'rebuild' ? (rebuilt?.projectId ?? 0) : item.projectId
}

function isSameRow(one: ItemRow, other: ItemRow): boolean {
  return one.run === other.run && one.item.projectId === other.item.projectId && one.settles === other.settles
}

function settleSeen(slice: Slice, row: ItemRow, sight: Exclude<Sight, { kind: 'unreadable' }>): void {
  const { sql, run } = slice
  const now = slice.deps.now()
  if (sight.kind === 'seen' && row.absentAt !== null) noteAbsent(sql, row, null)
  const absentFor = row.absentAt === null ? 0 : now - row.absentAt
  const { outcome, detail } =
    row.item.action === 'rebuild'
      ? judgeHalfBuilt(row, sight, absentFor)
      : judgeLater(row.item, row.answer, sight, absentFor)
  if (outcome === 'unsure') {
    if (sight.kind === 'notFound' && row.absentAt === null) noteAbsent(sql, row, now)
    else giveUp(slice, row, detail)
    return
  }
  settle(sql, row, run.id, outcome, detail)
  // Had it happened and been taken back since, its date would be another one.
  const isUntouched = sight.kind === 'seen' && sight.project.modified === row.item.modified
  if (outcome === 'failed' && row.answer?.kind !== 'accepted' && isUntouched) forgetAction(sql, row)
}

/** Ends what has been unsure for too long; false when it has not. */
function giveUp({ sql, run, deps }: Slice, row: ItemRow, why: string): boolean {
  const age = deps.now() - (row.answeredAt ?? row.sentAt ?? 0)
  if (age < (row.item.action === 'delete' ? GIVEN_UP_AFTER_MS.delete : GIVEN_UP_AFTER_MS.others)) return false
  const hours = Math.floor(age / 3_600_000)
  settle(
    sql,
    row,
    run.id,
    'failed',
    `Given up after ${hours} hours in which nobody could see whether it happened. ${why}`,
  )
  return true
}

/** The answer that would have told which project was made was lost: two looks without it, and none was made. */
function settleCreate(slice: Slice, row: ItemRow, projects: readonly Project[], lookedAt: number): void {
  const { sql, run } = slice
  const made = madeBy(sql, row, projects)
  if (made !== null && row.rebuilt !== null && !isUnknown(made.created)) {
    writeRebuilt(sql, row, { ...row.rebuilt, projectId: made.id, created: made.created })
    recordAction(sql, made.id, slice.deps.now())
    holdRestored(sql, { projectId: made.id, created: made.created }, policyTime(slice))
    settle(sql, row, run.id, 'failed', halfBuiltText(made.id, made.name))
  } else if (row.rebuilt === null || (row.absentAt !== null && lookedAt - row.absentAt >= LOOKS_APART_MS)) {
    const why = 'The call had no effect: no new project is in the list. Ask for the restore again.'
    settle(sql, row, run.id, 'failed', why)
  } else if (row.absentAt === null) noteAbsent(sql, row, lookedAt)
}

function judgeHalfBuilt(
  { rebuilt }: ItemRow,
  sight: Exclude<Sight, { kind: 'unreadable' }>,
  absentFor: number,
): { readonly outcome: 'failed' | 'unsure'; readonly detail: string } {
  const id = rebuilt?.projectId ?? 0
  if (sight.kind === 'seen' && sight.project.created === rebuilt?.created) {
    const { project } = sight
    const detail = isInBin(project) ? inBinText(id) : halfBuiltText(id, project.name)
    return { outcome: 'failed', detail }
  }
  const gone = `The new project ${id} is gone. Ask for the restore again.`
  return { outcome: sight.kind === 'seen' || absentFor >= LOOKS_APART_MS ? 'failed' : 'unsure', detail: gone }
}

/** What is said of a restore that ended before it was complete. */
export function halfBuiltText(projectId: number, name: string): string {
  return `Project ${projectId}, "${name}", was made and is not complete. Ask for the restore again: it goes on with it.`
}

export function inBinText(projectId: number): string {
  return `Somebody moved the new project ${projectId} to the Recycle Bin before it was complete. Ask for the restore again: it makes another one.`
}

/** A project that is absent from the list altogether: one single read must say so too. */
export async function lookAgain(slice: Slice, projectId: number): Promise<Sight | 'later'> {
  const read = await slice.deps.client.readProject(projectId, slice.meter)
  if (read.ok) return { kind: 'seen', project: read.value }
  if (read.failure.kind === 'budget') return 'later'
  if (read.failure.kind === 'notFound') return { kind: 'notFound' }
  return { kind: 'unreadable', detail: failureText(read.failure) }
}
