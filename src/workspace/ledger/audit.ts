/** The table of the audit chain: one link per finished run, in the order in which they ended. */

import type { Link } from '../../records/chain.ts'
import { readFact, writeFact } from './facts.ts'

export interface AuditRow extends Link {
  /** Where its record is in KV. */
  readonly recordKey: string
  /** Real time at which the record was put, and until when KV keeps it. Milliseconds. */
  readonly putAt: number
  readonly expiresAt: number
}

type Columns = {
  position: number
  run: string
  previous: string | null
  hash: string
  record_key: string
  put_at: number
  expires_at: number
}

/**
 * Adds the link of a run that ends and moves the head; belongs into the transaction that ends the run. A chain that is
 * older than this table goes on where it was: the table begins with its next link.
 */
export function appendLink(sql: SqlStorage, link: Omit<AuditRow, 'position'>): void {
  const head = readFact(sql, 'chain')
  const position = (head?.position ?? 0) + 1
  if (head?.position === undefined) writeFact(sql, 'chainStart', { position, previous: link.previous })
  sql.exec(
    `INSERT OR REPLACE INTO audit (position, run, previous, hash, record_key, put_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    position,
    link.run,
    link.previous,
    link.hash,
    link.recordKey,
    link.putAt,
    link.expiresAt,
  )
  writeFact(sql, 'chain', { run: link.run, hash: link.hash, position })
}

/** Newest first; `before` is the position that the page before ended with. */
export function listLinks(sql: SqlStorage, limit: number, before: number | null): readonly AuditRow[] {
  return sql
    .exec<Columns>(
      'SELECT * FROM audit WHERE position < ? ORDER BY position DESC LIMIT ?',
      before ?? Number.MAX_SAFE_INTEGER,
      limit,
    )
    .toArray()
    .map(fromColumns)
}

/** The link whose record is under that key in KV. */
export function linkOfRecord(sql: SqlStorage, key: string): AuditRow | null {
  const row = sql.exec<Columns>('SELECT * FROM audit WHERE record_key = ?', key).toArray()[0]
  return row === undefined ? null : fromColumns(row)
}

/** KV has taken a record that waited for it. `now`: real time. */
export function noteRecordPut(sql: SqlStorage, key: string, now: number): void {
  sql.exec('UPDATE audit SET put_at = ? WHERE record_key = ?', now, key)
}

/** Lets go of the links at the old end whose runs are gone, and notes where the chain begins now. */
export function forgetOldLinks(sql: SqlStorage): void {
  const first = sql
    .exec<{ position: number; previous: string | null }>(
      `SELECT position, previous FROM audit WHERE EXISTS (SELECT 1 FROM runs WHERE runs.id = audit.run)
       ORDER BY position LIMIT 1`,
    )
    .toArray()[0]
  const start = readFact(sql, 'chainStart')
  if (first === undefined || start === null || first.position <= start.position) return
  sql.exec('DELETE FROM audit WHERE position < ?', first.position)
  writeFact(sql, 'chainStart', first)
}

function fromColumns(row: Columns): AuditRow {
  return {
    position: row.position,
    run: row.run,
    previous: row.previous,
    hash: row.hash,
    recordKey: row.record_key,
    putAt: row.put_at,
    expiresAt: row.expires_at,
  }
}
