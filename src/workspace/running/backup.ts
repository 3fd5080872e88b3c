/** Backup before delete: the project's files are read, put, read back and hash-checked, or nothing is deleted (G9). */

import { isUnknown, type Project } from '../../core/evidence/project.ts'
import { failureText } from '../../quantconnect/failure.ts'
import { sizeOf } from '../../records/backup-shape.ts'
import { makeBackup, putBackup, readBackup } from '../../records/backups.ts'
import { backupKey } from '../../records/keys.ts'
import { putCopiedFiles } from '../ledger/activity.ts'
import type { ItemRow } from '../ledger/items.ts'
import { proposalOf } from '../ledger/proposals.ts'
import { policyTime, type Slice } from './slice.ts'

/** `later`: the store has not shown the backup yet, or the calls are used up; the next slice looks again. */
export type BackedUp =
  | { readonly kind: 'verified'; readonly key: string }
  | { readonly kind: 'later'; readonly why: string }
  | { readonly kind: 'changed' | 'failed'; readonly why: string }

/**
 * A copy put in an earlier slice, which the store did not show then, holds no longer than lists do: whether saving a file
 * moves the project's own date is not documented, and a pause between two slices may last for days.
 */
const COPY_GOOD_FOR_MS = 60_000

export async function makeVerifiedBackup(slice: Slice, row: ItemRow, project: Project): Promise<BackedUp> {
  const { sql, deps, run } = slice
  const { item } = row
  const earlier = sql
    .exec<{ key: string; hash: string }>(
      `SELECT key, hash FROM backups WHERE run = ? AND project_id = ? AND created = ? AND modified = ? AND put_at >= ?
       ORDER BY put_at DESC LIMIT 1`,
      run.id,
      item.projectId,
      item.created,
      item.modified,
      deps.now() - COPY_GOOD_FOR_MS,
    )
    .toArray()[0]
  if (earlier !== undefined) return verify(slice, earlier.key, earlier.hash)

  const askedAt = deps.now()
  const files = await deps.client.readFiles(item.projectId, slice.meter)
  if (!files.ok) {
    if (files.failure.kind === 'budget') return { kind: 'later', why: 'The calls of this slice were used up.' }
    return {
      kind: 'failed',
      why: `No backup, so nothing was done: its files could not be read. ${failureText(files.failure)}`,
    }
  }
  let newest = { name: '', modified: 0 }
  for (const file of files.value) {
    if (isUnknown(file.modified)) return { kind: 'failed', why: `No backup: ${file.name} has no readable date.` }
    if (file.modified > newest.modified) newest = { name: file.name, modified: file.modified }
  }
  putCopiedFiles(sql, item, newest.modified, { from: askedAt, to: deps.now() }, policyTime(slice))
  // An older one is activity (G31), whatever the list says. The API's dates have no fractions.
  if (newest.modified >= Math.floor(planMadeAt(slice) / 1_000) * 1_000 && newest.modified > item.modified) {
    return { kind: 'changed', why: `Its file ${newest.name} was saved after the plan was made.` }
  }
  const backup = makeBackup(project, item.created, item.modified, files.value)
  const key = backupKey(item.projectId, deps.now(), run.id)
  const put = await putBackup(deps.log, key, backup, deps.config.backupDays)
  if (!put.ok) return { kind: 'failed', why: put.detail }
  sql.exec(
    `INSERT OR REPLACE INTO backups (key, project_id, created, name, run, hash, files, bytes, modified, put_at, verified_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)`,
    key,
    item.projectId,
    item.created,
    item.name,
    run.id,
    put.hash,
    files.value.length,
    sizeOf(backup),
    item.modified,
    deps.now(),
  )
  return verify(slice, key, put.hash)
}

/** When the plan was made that is acted on, real time; the one that waited for people, if it did. */
function planMadeAt({ sql, run }: Slice): number {
  const waited = run.request.kind === 'approved' ? proposalOf(sql, run.request.proposal) : null
  return waited?.proposedAt ?? run.state.plannedAt ?? run.createdAt
}

/** The newest backup of a project that was read back whole; null when there is none. */
export function newestBackup(
  sql: SqlStorage,
  projectId: number,
): {
  readonly key: string
  readonly hash: string
  readonly name: string
  readonly created: number
  readonly modified: number
} | null {
  const rows = sql.exec<{ key: string; hash: string; name: string; created: number; modified: number }>(
    `SELECT key, hash, name, created, modified FROM backups WHERE project_id = ? AND verified_at IS NOT NULL
     ORDER BY put_at DESC LIMIT 1`,
    projectId,
  )
  return rows.toArray()[0] ?? null
}

async function verify(slice: Slice, key: string, hash: string): Promise<BackedUp> {
  const stored = await readBackup(slice.deps.log, key, hash)
  if (stored === null) return { kind: 'later', why: 'The backup could not be read back whole, so nothing was deleted.' }
  slice.sql.exec('UPDATE backups SET verified_at = ? WHERE key = ?', slice.deps.now(), key)
  return { kind: 'verified', key }
}
