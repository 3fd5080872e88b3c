/** Puts the inventory of a good run to KV, unless one that says the same is there for long enough. */

import { canonicalJson, sha256Hex } from '../../core/base/canonical.ts'
import type { Inventory } from '../../core/evidence/project.ts'
import { gzipJson } from '../../records/gzip.ts'
import { inventoryKey } from '../../records/keys.ts'
import { readFact, writeFact } from '../ledger/facts.ts'
import { type InventoryRow, newestInventory } from '../ledger/inventories.ts'
import { isKvResting } from '../ledger/kv-failing.ts'
import { iso, type RunRow } from '../ledger/runs.ts'

const DAY = 86_400_000

/** Of all changed inventories of a day only the first is kept as long as records are. */
const SHORT_LIFE_DAYS = 8

/** One that goes on unchanged is put again a day before KV lets go of it. */
const RENEWED_BEFORE_MS = DAY

interface PutDeps {
  readonly log: KVNamespace
  readonly config: { readonly recordDays: number }
  now(): number
}

/** Null when KV refused it, or has refused something a moment ago: the next good run puts its own. */
export async function putInventory(
  sql: SqlStorage,
  deps: PutDeps,
  run: RunRow,
  inventory: Inventory,
): Promise<InventoryRow | null> {
  const now = deps.now()
  const hash = await hashOf(sql, run, inventory)
  const newest = newestInventory(sql)
  if (newest?.hash === hash && newest.expiresAt > now + RENEWED_BEFORE_MS) return newest
  if (isKvResting(sql, now)) return null
  const day = iso(run.policyAt).slice(0, 10)
  const isFirst = newest?.hash !== hash && readFact(sql, 'longInventory')?.day !== day
  const { recordDays } = deps.config
  const days = isFirst ? recordDays : Math.min(SHORT_LIFE_DAYS, recordDays)
  const key = inventoryKey(run.createdAt, run.id)
  const metadata = { run: run.id, at: iso(run.policyAt), projects: inventory.projects.length }
  try {
    await deps.log.put(key, await gzipJson(inventory), { expirationTtl: days * 86_400, metadata })
  } catch {
    return null
  }
  if (isFirst) writeFact(sql, 'longInventory', { day })
  return { key, hash, expiresAt: now + days * DAY }
}

/** Of what the inventory says; when it was read, and when its activity was, is no part of it. */
async function hashOf(sql: SqlStorage, run: RunRow, { running, paid, activity }: Inventory): Promise<string> {
  const pages = sql
    .exec<{ rows: ArrayBuffer }>('SELECT rows FROM survey WHERE run = ? ORDER BY page', run.id)
    .toArray()
    .map(({ rows }) => rows)
  const hashes = await Promise.all(pages.map((page) => crypto.subtle.digest('SHA-256', page)))
  const seen = Object.entries(activity).map(([id, { files, backtest }]) => [id, files, backtest])
  return sha256Hex(canonicalJson([hashes.map((hash) => new Uint8Array(hash).toHex()), running, paid, seen]))
}
