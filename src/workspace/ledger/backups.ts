/** Shows the verified backups: the list from the ledger, and one with its files, read from KV and hashed again. */

import type { BackupView, ShownBackup } from '../../records/backup-shape.ts'
import { readBackup, type StoredBackup } from '../../records/backups.ts'
import { iso } from './runs.ts'

/** `never`: the ledger knows of none. `gone`: it does, and what is in the store is missing or damaged. */
export type BackupAsked =
  | { readonly ok: true; readonly backup: ShownBackup }
  | { readonly ok: false; readonly reason: 'never' | 'gone'; readonly message: string }

type Columns = Place & {
  project_id: number
  name: string
  run: string
  hash: string
  files: number
  bytes: number | null
  put_at: number
}

/** `key` of a backup in a pack is that of the pack, a slash and the project's id. */
type Place = {
  key: string
  pack: string | null
  part_at: number | null
  part_length: number | null
}

function placeOf({ key, pack, part_at, part_length }: Place): StoredBackup {
  if (pack === null || part_at === null || part_length === null) return { key, pack: null }
  return { key, pack: { key: pack, at: part_at, length: part_length } }
}

/** Only what KV still has: each row keeps the end of the lifetime with which it was put. */
const SELECT = `SELECT key, pack, part_at, part_length, project_id, name, run, hash, files, bytes, put_at FROM backups
  WHERE verified_at IS NOT NULL AND expires_at > ?`

/** A backup that a restore can use. */
export interface KeptBackup {
  readonly key: string
  readonly place: StoredBackup
  readonly hash: string
  readonly name: string
  readonly created: number
  readonly modified: number
}

/**
 * The newest backup of a project that was read back whole and has not expired; null when there is none. Zero files is no
 * backup, so one with files comes before any without.
 */
export function newestBackup(sql: SqlStorage, projectId: number, now: number): KeptBackup | null {
  const rows = sql.exec<Place & { hash: string; name: string; created: number; modified: number }>(
    `SELECT key, pack, part_at, part_length, hash, name, created, modified FROM backups
     WHERE project_id = ? AND verified_at IS NOT NULL AND expires_at > ? ORDER BY files = 0, put_at DESC LIMIT 1`,
    projectId,
    now,
  )
  const [row] = rows.toArray()
  if (row === undefined) return null
  const { key, hash, name, created, modified } = row
  return { key, place: placeOf(row), hash, name, created, modified }
}

/** Newest first; `before` is the key of the last backup of the page before. */
export function listBackups(sql: SqlStorage, now: number, limit: number, before: string | null): readonly BackupView[] {
  const rows =
    before === null
      ? sql.exec<Columns>(`${SELECT} ORDER BY put_at DESC, key DESC LIMIT ?`, now, limit)
      : sql.exec<Columns>(
          `${SELECT} AND (put_at, key) < (SELECT put_at, key FROM backups WHERE key = ?)
           ORDER BY put_at DESC, key DESC LIMIT ?`,
          now,
          before,
          limit,
        )
  return rows.toArray().map((row) => ({
    projectId: row.project_id,
    name: row.name,
    run: row.run,
    at: iso(row.put_at),
    files: row.files,
    size: row.bytes,
    key: row.key,
  }))
}

/** The newest verified backup of a project, or the one that a run made; only if it is whole. */
export async function showBackup(
  sql: SqlStorage,
  log: KVNamespace,
  projectId: number,
  run: string | null,
  now: number,
): Promise<BackupAsked> {
  const row = sql
    .exec<Columns>(
      `${SELECT} AND project_id = ? AND (? IS NULL OR run = ?) ORDER BY put_at DESC LIMIT 1`,
      now,
      projectId,
      run,
      run,
    )
    .toArray()[0]
  if (row === undefined) {
    const whose = run === null ? '' : ` from run ${run}`
    const why = 'One is made before a project is deleted, and kept for BACKUP_DAYS. GET /api/backups lists them.'
    return {
      ok: false,
      reason: 'never',
      message: `There is no verified backup of project ${projectId}${whose}. ${why}`,
    }
  }
  const backup = await readBackup(log, placeOf(row), row.hash)
  if (backup !== null) {
    return { ok: true, backup: { key: row.key, run: row.run, at: iso(row.put_at), hash: row.hash, ...backup } }
  }
  const what = `The backup of project ${projectId} from ${iso(row.put_at)} was whole when it was made.`
  const today = 'Now it is not in the store, or does not hash to what it did, so it is not shown.'
  return { ok: false, reason: 'gone', message: `${what} ${today} Ask again in a minute; it is kept under ${row.key}.` }
}

/** Two readings closer to each other than this are one: what answers wrongly does so for a while. */
const READINGS_APART_MS = 60_000

/**
 * Notes that a project was seen without any file, or (`isEmpty` false) with some. Whether an earlier reading, at least a
 * minute ago, saw none either and nothing else was seen since. `now` is real time.
 */
export function isSecondEmptyReading(
  sql: SqlStorage,
  { projectId, created }: { readonly projectId: number; readonly created: number },
  isEmpty: boolean,
  now: number,
): boolean {
  if (!isEmpty) {
    sql.exec('DELETE FROM empty_readings WHERE project_id = ? AND created = ?', projectId, created)
    return false
  }
  sql.exec('INSERT OR IGNORE INTO empty_readings (project_id, created, at) VALUES (?, ?, ?)', projectId, created, now)
  const first = sql
    .exec<{ at: number }>('SELECT at FROM empty_readings WHERE project_id = ? AND created = ?', projectId, created)
    .one()
  return now - first.at >= READINGS_APART_MS
}

/** A copy that was whole when it was made, and is not any more. */
export interface BadBackup {
  readonly key: string
  readonly projectId: number
  readonly name: string
  /** Real time of the first check that found it so. */
  readonly since: number
}

/** Backups that a check found missing or damaged, and none found whole since. */
export function badBackups(sql: SqlStorage): readonly BadBackup[] {
  return sql
    .exec<{ key: string; project_id: number; name: string; bad_since: number }>(
      'SELECT key, project_id, name, bad_since FROM backups WHERE bad_since IS NOT NULL ORDER BY bad_since, key LIMIT 100',
    )
    .toArray()
    .map((row) => ({ key: row.key, projectId: row.project_id, name: row.name, since: row.bad_since }))
}

/** Verified backups that KV still keeps. `now`: real time. */
export function countBackups(sql: SqlStorage, now: number): number {
  return sql
    .exec<{ n: number }>('SELECT count(*) AS n FROM backups WHERE verified_at IS NOT NULL AND expires_at > ?', now)
    .one().n
}

/** Those that were put before that time, the one whose last check is oldest first. */
export function backupsToCheck(
  sql: SqlStorage,
  now: number,
  putBefore: number,
  limit: number,
): readonly (StoredBackup & { readonly hash: string })[] {
  return sql
    .exec<Place & { hash: string }>(
      `SELECT key, pack, part_at, part_length, hash FROM backups WHERE verified_at IS NOT NULL AND expires_at > ? AND put_at < ?
       ORDER BY coalesce(checked_at, verified_at) LIMIT ?`,
      now,
      putBefore,
      limit,
    )
    .toArray()
    .map((row) => ({ ...placeOf(row), hash: row.hash }))
}

export function noteCheck(sql: SqlStorage, key: string, now: number, isWhole: boolean): void {
  sql.exec(
    'UPDATE backups SET checked_at = ?1, bad_since = CASE WHEN ?3 THEN NULL ELSE coalesce(bad_since, ?1) END WHERE key = ?2',
    now,
    key,
    isWhole ? 1 : 0,
  )
}
