/**
 * Values for KV that the object keeps itself: until KV has taken them, and the newest ones longer, because KV may show a new
 * key up to a minute late. Each is gzip JSON, in parts.
 */

import { gunzipJson } from '../../records/gzip.ts'
import { joined, partsOf } from './parts.ts'

/** A value under its key in KV. */
export interface Stored {
  readonly key: string
  /** gzip JSON. */
  readonly bytes: Uint8Array
  readonly metadata: object
  /** Real time until which KV keeps it. */
  readonly expiresAt: number
}

/** What waits for KV may take so much; a value beyond that is not kept here, and is made again from the tables. */
const MOST_WAITING_BYTES = 50 * 1_000_000

export type StoredKind = 'record' | 'list'

/** Values of a kind that stay here although KV has them. */
const NEWEST_KEPT: { readonly [kind in StoredKind]: number } = { record: 50, list: 4 }

/** Keeps a value; `inKv`: KV has it already. Belongs into the transaction that ends the run. */
export function keepStored(sql: SqlStorage, kind: StoredKind, value: Stored, inKv: boolean): void {
  const { last } = sql
    .exec<{ last: number | null }>('SELECT max(position) AS last FROM stored WHERE kind = ?', kind)
    .one()
  const fits = inKv || waitingBytes(sql) + value.bytes.byteLength <= MOST_WAITING_BYTES
  dropParts(sql, value.key)
  sql.exec(
    'INSERT OR REPLACE INTO stored (key, kind, position, bytes, metadata, expires_at, in_kv) VALUES (?, ?, ?, ?, ?, ?, ?)',
    value.key,
    kind,
    (last ?? 0) + 1,
    fits ? value.bytes.byteLength : 0,
    JSON.stringify(value.metadata),
    value.expiresAt,
    inKv ? 1 : 0,
  )
  if (fits) {
    for (const [part, bytes] of partsOf(value.bytes).entries()) {
      sql.exec('INSERT INTO stored_parts (key, part, bytes) VALUES (?, ?, ?)', value.key, part, bytes)
    }
  }
  dropInKv(sql, (last ?? 0) + 1 - NEWEST_KEPT[kind], kind)
}

/** The value, as the JSON it holds; null when it is not kept here. */
export async function readStored(sql: SqlStorage, key: string): Promise<unknown> {
  const bytes = storedBytes(sql, key)
  return bytes === null ? null : gunzipJson(bytes)
}

export function storedBytes(sql: SqlStorage, key: string): Uint8Array | null {
  const parts = sql
    .exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM stored_parts WHERE key = ? ORDER BY part', key)
    .toArray()
  return parts.length === 0 ? null : joined(parts.map(({ bytes }) => bytes))
}

/** Whether KV has taken that value; null when it is not kept here. */
export function isInKv(sql: SqlStorage, key: string): boolean | null {
  const row = sql.exec<{ in_kv: number }>('SELECT in_kv FROM stored WHERE key = ?', key).toArray()[0]
  return row === undefined ? null : row.in_kv === 1
}

/** Values that wait for KV, oldest first. */
export function waitingForKv(
  sql: SqlStorage,
  limit: number,
): readonly {
  readonly key: string
  readonly kind: StoredKind
  readonly metadata: string
  readonly expiresAt: number
}[] {
  return sql
    .exec<{ key: string; kind: string; metadata: string; expires_at: number }>(
      'SELECT key, kind, metadata, expires_at FROM stored WHERE in_kv = 0 ORDER BY rowid LIMIT ?',
      limit,
    )
    .toArray()
    .map(({ key, kind, metadata, expires_at: expiresAt }) => ({ key, kind: kind as StoredKind, metadata, expiresAt }))
}

export function markInKv(sql: SqlStorage, key: string): void {
  sql.exec('UPDATE stored SET in_kv = 1 WHERE key = ?', key)
}

/** Lets go of a value that needs no place in KV any more. */
export function dropStored(sql: SqlStorage, key: string): void {
  dropParts(sql, key)
  sql.exec('DELETE FROM stored WHERE key = ?', key)
}

/** Lets go of copies that KV has, up to that position, or all of them. */
export function dropInKv(sql: SqlStorage, upTo = Number.MAX_SAFE_INTEGER, kind: StoredKind | null = null): void {
  const old = 'in_kv = 1 AND position <= ?1 AND (?2 IS NULL OR kind = ?2)'
  sql.exec(`DELETE FROM stored_parts WHERE key IN (SELECT key FROM stored WHERE ${old})`, upTo, kind)
  sql.exec(`DELETE FROM stored WHERE ${old}`, upTo, kind)
}

function dropParts(sql: SqlStorage, key: string): void {
  sql.exec('DELETE FROM stored_parts WHERE key = ?', key)
}

function waitingBytes(sql: SqlStorage): number {
  return sql.exec<{ n: number | null }>('SELECT sum(bytes) AS n FROM stored WHERE in_kv = 0').one().n ?? 0
}
