/** The stored inventories, one per good run: what tools that replay a policy ask for. The snapshots themselves are in KV. */

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
