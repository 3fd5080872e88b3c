/**
 * The inventories of good runs: what tools that replay a policy ask for. The snapshots themselves are in KV; runs that saw
 * the same share one.
 */

import type { StoredInventory } from './run.ts'
import { iso, runById } from './runs.ts'

type Columns = { key: string; run: string; at: number; projects: number | null }

const SELECT = `SELECT inventories.key, inventories.run, inventories.at, json_extract(runs.counts, '$.inventory') AS projects
  FROM inventories JOIN runs ON runs.id = inventories.run`

/** Newest survey first; `before` is the last run of the page before. */
export function listInventories(sql: SqlStorage, limit: number, before: string | null): readonly StoredInventory[] {
  const after = before === null ? null : runById(sql, before)
  if (before !== null && after === null) return []
  const rows =
    after === null
      ? sql.exec<Columns>(`${SELECT} ORDER BY inventories.at DESC, inventories.run DESC LIMIT ?`, limit)
      : sql.exec<Columns>(
          `${SELECT} WHERE (inventories.at, inventories.run) < (?, ?)
           ORDER BY inventories.at DESC, inventories.run DESC LIMIT ?`,
          after.policyAt,
          after.id,
          limit,
        )
  return rows.toArray().map(({ key, run, at, projects }) => ({ run, key, at: iso(at), projects: projects ?? 0 }))
}

/** Where the inventory of a run is in KV; null when that run stored none. */
export function inventoryKeyOf(sql: SqlStorage, run: string): string | null {
  const row = sql.exec<{ key: string }>('SELECT key FROM inventories WHERE run = ?', run).toArray()[0]
  return row?.key ?? null
}

/** Where an inventory is that a run saw, and what of it is compared. */
export interface InventoryRow {
  readonly key: string
  readonly hash: string
  /** Real time until which KV keeps it. */
  readonly expiresAt: number
}

/** The newest; null when there is none. */
export function newestInventory(sql: SqlStorage): InventoryRow | null {
  const row = sql
    .exec<{ key: string; hash: string; expires_at: number }>(
      'SELECT key, hash, expires_at FROM inventories ORDER BY at DESC, run DESC LIMIT 1',
    )
    .toArray()[0]
  return row === undefined ? null : { key: row.key, hash: row.hash, expiresAt: row.expires_at }
}

export function writeInventory(sql: SqlStorage, run: string, at: number, { key, hash, expiresAt }: InventoryRow): void {
  sql.exec(
    'INSERT OR REPLACE INTO inventories (run, key, at, hash, expires_at) VALUES (?, ?, ?, ?, ?)',
    run,
    key,
    at,
    hash,
    expiresAt,
  )
}
