/** Backup before delete: the project's files are read, put, read back and hash-checked, or nothing is deleted (G9). */

import { sentences } from '../../core/base/sentences.ts'
import { isUnknown, type Project } from '../../core/evidence/project.ts'
import type { PlanItem } from '../../core/plan/plan.ts'
import { type Failure, failureText } from '../../quantconnect/failure.ts'
import type { ProjectFile } from '../../quantconnect/files.ts'
import { sizeOf } from '../../records/backup-shape.ts'
import { type Backup, hashBackup, makeBackup, type PackPart, putBackup, readBackup } from '../../records/backups.ts'
import { backupKey } from '../../records/keys.ts'
import { putCopiedFiles } from '../ledger/activity.ts'
import { isSecondEmptyReading } from '../ledger/backups.ts'
import type { ItemRow } from '../ledger/items.ts'
import { holdRestBack, whyNoCopies } from '../ledger/kv-failing.ts'
import { forgetNoBackup, noteNoBackup } from '../ledger/no-backups.ts'
import { runById } from '../ledger/runs.ts'
import { wordOf } from './asked.ts'
import { policyTime, type Slice, update } from './slice.ts'

/** `later`: the store has not shown the backup yet, or the calls are used up; the next slice looks again. */
export type BackedUp = { readonly kind: 'verified'; readonly key: string } | NotBackedUp

export type NotBackedUp =
  | { readonly kind: 'later'; readonly why: string }
  | { readonly kind: 'changed'; readonly why: string }
  /** `of`: what failed is the project's own, perhaps the network's, or a condition of a whole service. */
  | { readonly kind: 'failed'; readonly why: string; readonly of: 'project' | 'network' | 'service' }
  /** No copy can be made of anything now. */
  | { readonly kind: 'not_attempted'; readonly why: string }

/**
 * A copy put in an earlier slice, which the store did not show then, holds no longer than lists do: whether saving a file
 * moves the project's own date is not documented, and a pause between two slices may last for days.
 */
const COPY_GOOD_FOR_MS = 60_000

/** Files of more than this are not copied: a value in KV takes 25 MiB, and an isolate has 128 MB for all it does. */
const MOST_BYTES = 20 * 1_024 * 1_024

/** Text grows in an answer, where it is quoted; one that is longer is not read to its end. */
const MOST_ANSWER_BYTES = 2 * MOST_BYTES

const FAILED_OF: { readonly [kind in Failure['kind']]: 'project' | 'network' | 'service' } = {
  malformed: 'project',
  tooLarge: 'project',
  refused: 'project',
  transport: 'network',
  notFound: 'service',
  auth: 'service',
  throttled: 'service',
  budget: 'service',
  withdrawn: 'service',
}

export async function makeVerifiedBackup(slice: Slice, row: ItemRow, project: Project): Promise<BackedUp> {
  const { sql, deps, run } = slice
  const { item } = row
  const copied = row.unit === null ? null : copyOf(slice, item)
  // A date that moved may be of our own reading, or of somebody who saved in the same second: the files tell.
  const isNew = copied !== null && copied.put_at >= deps.now() - COPY_GOOD_FOR_MS && project.modified === item.modified
  if (copied !== null && isNew) return { kind: 'verified', key: copied.key }
  const earlier = sql
    .exec<{ key: string; hash: string }>(
      `SELECT key, hash FROM backups WHERE run = ? AND project_id = ? AND created = ? AND modified = ? AND put_at >= ? AND pack IS NULL
       ORDER BY put_at DESC LIMIT 1`,
      run.id,
      item.projectId,
      item.created,
      item.modified,
      deps.now() - COPY_GOOD_FOR_MS,
    )
    .toArray()[0]
  if (earlier !== undefined) return verify(slice, earlier.key, earlier.hash)
  const heldBack = copied === null ? heldBackCopy(slice) : null
  if (heldBack !== null) return heldBack

  const read = await readCopy(slice, row, project)
  if (read.kind !== 'read') return read
  const { backup } = read
  if (copied !== null) {
    // The copies of a directory are made before its first call, and not again: what they hold is compared (G23).
    if ((await hashBackup(backup)) === copied.hash) return { kind: 'verified', key: copied.key }
    return { kind: 'changed', why: 'Its files are not any more as they were copied.' }
  }
  const putAt = deps.now()
  const key = backupKey(item.projectId, putAt, run.id)
  const put = await putBackup(deps.log, key, backup, deps.config.backupDays)
  if (!put.ok) return { kind: 'failed', why: put.detail, of: 'service' }
  noteBackup(slice, item, { key, pack: null, putAt, hash: put.hash, files: backup.files.length, bytes: read.bytes })
  return verify(slice, key, put.hash)
}

interface Copied {
  readonly kind: 'read'
  readonly backup: Backup
  readonly bytes: number
}

/**
 * Reads a project's files and makes a backup of them, which is not put anywhere yet; or says why there is none. One that
 * cannot be made is noted, so that the files are not read again every hour.
 */
export async function readCopy(slice: Slice, row: ItemRow, project: Project): Promise<Copied | NotBackedUp> {
  const read = await readWhole(slice, row, project)
  if (read.kind === 'read') forgetNoBackup(slice.sql, row.item.projectId)
  if (read.kind === 'failed' && read.of !== 'service') {
    noteNoBackup(slice.sql, row.item, read.why, read.of === 'project', slice.run.policyAt)
  }
  return read
}

async function readWhole(slice: Slice, row: ItemRow, project: Project): Promise<Copied | NotBackedUp> {
  const { sql, deps } = slice
  const { item } = row
  const askedAt = deps.now()
  const files = await deps.client.readFiles(item.projectId, slice.meter, MOST_ANSWER_BYTES)
  if (!files.ok) {
    if (files.failure.kind === 'budget') return { kind: 'later', why: 'The calls of this slice were used up.' }
    const why = `No backup, so nothing was done: its files could not be read. ${failureText(files.failure)}`
    return { kind: 'failed', why, of: FAILED_OF[files.failure.kind] }
  }
  const unfit = whyNoBackup(slice, row, files.value)
  if (files.value.every(({ modified }) => !isUnknown(modified))) {
    // Those of before the plan are activity (G31), whatever the list says.
    const newest = Math.max(0, ...files.value.map(({ modified }) => (isUnknown(modified) ? 0 : modified)))
    putCopiedFiles(sql, item, newest, { from: askedAt, to: deps.now() }, policyTime(slice))
  }
  if (unfit !== null) return unfit
  const backup = makeBackup(project, item.created, item.modified, files.value)
  const bytes = sizeOf(backup)
  if (bytes <= MOST_BYTES) return { kind: 'read', backup, bytes }
  const why = `No backup, so nothing was done: it is too large for one. Its files have ${bytes} bytes, and at most ${MOST_BYTES} are copied.`
  return { kind: 'failed', why, of: 'project' }
}

/** Puts a backup down that was put into the store and not read back yet. `pack`: where it is when it is not alone under its key. */
export function noteBackup(
  { sql, run, deps }: Slice,
  item: PlanItem,
  { key, pack, putAt, hash, files, bytes }: PutBackup,
): void {
  sql.exec(
    `INSERT OR REPLACE INTO backups (key, pack, part_at, part_length, project_id, created, name, run, hash, files, bytes, modified,
       put_at, verified_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)`,
    key,
    pack?.key ?? null,
    pack?.at ?? null,
    pack?.length ?? null,
    item.projectId,
    item.created,
    item.name,
    run.id,
    hash,
    files,
    bytes,
    item.modified,
    deps.now(),
    putAt + deps.config.backupDays * 86_400_000,
  )
}

interface PutBackup {
  readonly key: string
  readonly pack: PackPart | null
  /** Real time from which its lifetime counts. */
  readonly putAt: number
  readonly hash: string
  readonly files: number
  readonly bytes: number
}

/** The copy that this run made and read back whole, however old it is; null when there is none. */
export function copyOf(
  { sql, run }: Slice,
  item: PlanItem,
): { readonly key: string; readonly hash: string; readonly put_at: number } | null {
  const [copy] = sql
    .exec<{ key: string; hash: string; put_at: number }>(
      `SELECT key, hash, put_at FROM backups
       WHERE run = ? AND project_id = ? AND created = ? AND modified = ? AND verified_at IS NOT NULL
       ORDER BY put_at LIMIT 1`,
      run.id,
      item.projectId,
      item.created,
      item.modified,
    )
    .toArray()
  return copy ?? null
}

/** No copy can be made of anything now: what needs one is left for later, and nothing is said against it. Null when one can. */
export function heldBackCopy(slice: Slice): { readonly kind: 'not_attempted'; readonly why: string } | null {
  const { run, sql, deps } = slice
  const why = whyNoCopies(sql, deps.config.kvWritesADay, deps.now())
  if (why === null) return null
  const isApproved = run.request.kind === 'approved'
  if (isApproved) holdRestBack(sql, deps.now())
  const message = run.message.includes(why) ? run.message : sentences(run.message, why)
  update(slice, { message, state: { ...run.state, hasRest: run.state.hasRest || isApproved } })
  return { kind: 'not_attempted', why }
}

/** What the files say against a copy, or against deleting what they belong to; null when nothing does. */
function whyNoBackup(slice: Slice, row: ItemRow, files: readonly ProjectFile[]): NotBackedUp | null {
  const { sql, deps } = slice
  const since = newFrom(slice)
  for (const file of files) {
    if (isUnknown(file.modified))
      return { kind: 'failed', why: `No backup: ${file.name} has no readable date.`, of: 'project' }
    // Dates have no fractions. What the list itself showed when the plan was made is not newer than the plan.
    if (file.modified > row.item.modified && file.modified >= Math.floor(since.at / 1_000) * 1_000) {
      return { kind: 'changed', why: `Its file ${file.name} was saved after ${since.what}.` }
    }
  }
  const isSecond = isSecondEmptyReading(sql, row.item, files.length === 0, deps.now())
  if (files.length > 0) return null
  const why = 'QuantConnect shows no file of it, which may be a fault, and no file is no backup.'
  const asked = wordOf(sql, slice.run)?.asked
  if (asked?.kind !== 'command' || asked.command.type !== 'project.delete') {
    const only = 'Only a command to delete this one project may delete it.'
    return { kind: 'failed', why: `Nothing was done: ${why} ${only}`, of: 'project' }
  }
  if (isSecond) return null
  return {
    kind: 'failed',
    why: `Nothing was done: ${why} Ask again in a minute: when there is still none then, it is deleted.`,
    of: 'project',
  }
}

/** From when on a file is newer than what was meant: the plan (G9), or the command, which may have waited (G25). */
function newFrom(slice: Slice): { readonly at: number; readonly what: string } {
  const planned = plannedAt(slice)
  const word = wordOf(slice.sql, slice.run)
  const asked = word?.asked.kind === 'command' ? (word.run.state.asOf ?? word.run.receivedAt) : planned
  return asked < planned ? { at: asked, what: 'this was asked for' } : { at: planned, what: 'the plan was made' }
}

/** When the lists that the plan was made from were asked for, by QuantConnect's clock. */
function plannedAt({ sql, run }: Slice): number {
  const planner = run.request.kind === 'approved' ? runById(sql, run.request.proposal) : run
  const { planned = null, surveyAt } = planner?.state ?? run.state
  return planned ?? surveyAt ?? planner?.createdAt ?? run.createdAt
}

async function verify(slice: Slice, key: string, hash: string): Promise<BackedUp> {
  const stored = await readBackup(slice.deps.log, { key, pack: null }, hash)
  if (stored === null) return { kind: 'later', why: 'The backup could not be read back whole, so nothing was deleted.' }
  slice.sql.exec('UPDATE backups SET verified_at = ? WHERE key = ?', slice.deps.now(), key)
  return { kind: 'verified', key }
}
