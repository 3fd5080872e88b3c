/** Shows the verified backups: the list from the ledger, and one with its files, read from KV and hashed again. */

import type { BackupView, ShownBackup } from '../../records/backup-shape.ts'
import { readBackup } from '../../records/backups.ts'
import { iso } from './runs.ts'

/** `never`: the ledger knows of none. `gone`: it does, and what is in the store is missing or damaged. */
export type BackupAsked =
  | { readonly ok: true; readonly backup: ShownBackup }
  | { readonly ok: false; readonly reason: 'never' | 'gone'; readonly message: string }

type Columns = {
  key: string
  project_id: number
  name: string
  run: string
  hash: string
  files: number
  bytes: number | null
  put_at: number
}

const SELECT =
  'SELECT key, project_id, name, run, hash, files, bytes, put_at FROM backups WHERE verified_at IS NOT NULL'

/** Newest first; `before` is the key of the last backup of the page before. */
export function listBackups(sql: SqlStorage, limit: number, before: string | null): readonly BackupView[] {
  const rows =
    before === null
      ? sql.exec<Columns>(`${SELECT} ORDER BY put_at DESC, key DESC LIMIT ?`, limit)
      : sql.exec<Columns>(
          `${SELECT} AND (put_at, key) < (SELECT put_at, key FROM backups WHERE key = ?)
           ORDER BY put_at DESC, key DESC LIMIT ?`,
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
): Promise<BackupAsked> {
  const row = sql
    .exec<Columns>(
      `${SELECT} AND project_id = ? AND (? IS NULL OR run = ?) ORDER BY put_at DESC LIMIT 1`,
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
  const backup = await readBackup(log, row.key, row.hash)
  if (backup !== null) {
    return { ok: true, backup: { key: row.key, run: row.run, at: iso(row.put_at), hash: row.hash, ...backup } }
  }
  const what = `The backup of project ${projectId} from ${iso(row.put_at)} was whole when it was made.`
  const now = 'Now it is not in the store, or does not hash to what it did, so it is not shown.'
  return { ok: false, reason: 'gone', message: `${what} ${now} Ask again in a minute; it is kept under ${row.key}.` }
}
