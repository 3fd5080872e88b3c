/** Sums over all runs there ever were: a run adds to them in its last transaction, and nothing takes from them again. */

import { itemsOf } from './items.ts'
import type { RunStatus } from './run.ts'
import type { RunRow } from './runs.ts'

/** What is summed up. `undone`: projects put back by an undo or a restore. */
export const TOTALS = ['acted', 'confirmed', 'failed', 'undone', 'apiCalls'] as const

export type Total = (typeof TOTALS)[number]

export function addToTotals(sql: SqlStorage, run: RunRow): void {
  const undone = itemsOf(sql, run.id).filter(
    ({ item, outcome }) => outcome === 'done' && (item.action === 'restore' || item.action === 'rebuild'),
  )
  const { acted, confirmed, failed } = run.counts
  const sums: { readonly [total in Total]: number } = {
    acted,
    confirmed,
    failed,
    undone: undone.length,
    apiCalls: run.apiCalls,
  }
  for (const total of TOTALS) add(sql, total, sums[total])
  add(sql, `runs ${run.status}`, 1)
}

export function readTotal(sql: SqlStorage, total: Total): number {
  return sumOf(sql, total)
}

export function readRuns(sql: SqlStorage, status: RunStatus): number {
  return sumOf(sql, `runs ${status}`)
}

function sumOf(sql: SqlStorage, name: string): number {
  return sql.exec<{ value: number }>('SELECT value FROM totals WHERE name = ?', name).toArray()[0]?.value ?? 0
}

function add(sql: SqlStorage, name: string, value: number): void {
  sql.exec(
    'INSERT INTO totals (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + ?2',
    name,
    value,
  )
}
