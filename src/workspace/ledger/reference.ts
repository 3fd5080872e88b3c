/**
 * The reference of the shrink guard, kept in a few chunks: a quiet run reads them and writes none, and a change rewrites
 * the chunks it is in.
 */

import type { ReferenceEntry } from '../../core/evidence/reference.ts'
import { gunzipJson, gzipJson } from '../../records/gzip.ts'
import { readFact, writeFact } from './facts.ts'
import { LONGEST_WAIT_MS } from './runs.ts'

/** By the id, so that a project always is in the same one: at 50,000 projects some 3,000 in each. */
const CHUNKS = 16

/** A chunk as it is stored: id, name, and 1 for what was last seen in the bin. */
type Packed = readonly (readonly [id: number, name: string, binned: 0 | 1])[]

/** Chunks to be written; null = nothing is left in it. */
export type ReferenceChange = ReadonlyMap<number, Uint8Array | null>

/** Null before the first list was verified. */
export async function readReference(sql: SqlStorage): Promise<readonly ReferenceEntry[] | null> {
  if (readFact(sql, 'reference') === null) return null
  const chunks = await readChunks(sql)
  const entries = [...chunks.values()].flat().map(([id, name, binned]) => ({ id, name, binned: binned === 1 }))
  return entries.sort((a, b) => a.id - b.id)
}

/** The chunks in which this reference differs from the stored one. */
export async function packReference(sql: SqlStorage, reference: readonly ReferenceEntry[]): Promise<ReferenceChange> {
  const stored = await readChunks(sql)
  const wanted = new Map<number, Packed[number][]>()
  for (const { id, name, binned } of [...reference].sort((a, b) => a.id - b.id)) {
    const chunk = id % CHUNKS
    const rows = wanted.get(chunk) ?? []
    rows.push([id, name, binned ? 1 : 0])
    wanted.set(chunk, rows)
  }
  const change = new Map<number, Uint8Array | null>()
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const rows = wanted.get(chunk)
    if (JSON.stringify(rows) === JSON.stringify(stored.get(chunk))) continue
    change.set(chunk, rows === undefined ? null : await gzipJson(rows))
  }
  return change
}

/** `since`: real time from which on our deletions are not in the reference yet. */
export function writeReference(sql: SqlStorage, change: ReferenceChange, since: number): void {
  for (const [chunk, rows] of change) {
    if (rows === null) sql.exec('DELETE FROM reference WHERE chunk = ?', chunk)
    else sql.exec('INSERT OR REPLACE INTO reference (chunk, rows) VALUES (?, ?)', chunk, rows)
  }
  writeFact(sql, 'reference', { since })
}

/**
 * Ids of the projects we sent a deletion for since the reference was written, unless it was plainly refused. What counts is
 * the moment of the call: its run may have waited while others wrote the reference.
 */
export function deletedByUs(sql: SqlStorage): ReadonlySet<number> {
  const since = readFact(sql, 'reference')?.since
  if (since === undefined) return new Set()
  const rows = sql.exec<{ project_id: number }>(
    `SELECT DISTINCT items.project_id FROM runs JOIN items ON items.run = runs.id
     WHERE runs.created_at >= ? AND items.sent_at >= ? AND json_extract(items.item, '$.action') = 'delete'
       AND coalesce(json_extract(items.answer, '$.kind'), '') <> 'refused'`,
    since - LONGEST_WAIT_MS,
    since,
  )
  return new Set(rows.toArray().map(({ project_id }) => project_id))
}

async function readChunks(sql: SqlStorage): Promise<ReadonlyMap<number, Packed>> {
  const rows = sql.exec<{ chunk: number; rows: ArrayBuffer }>('SELECT chunk, rows FROM reference').toArray()
  return new Map(
    await Promise.all(rows.map(async ({ chunk, rows }) => [chunk, (await gunzipJson(rows)) as Packed] as const)),
  )
}
