/**
 * The copies of a directory (G23): many under one key of the store, each pack read back once. What a process that is killed
 * had read and not put yet is read again.
 */

import { type Backup, hashBackup, isPackWhole, MOST_PACK_BYTES, packPart, putPack } from '../../records/backups.ts'
import { packKey } from '../../records/keys.ts'
import type { ItemRow } from '../ledger/items.ts'
import { noteBackup } from './backup.ts'
import type { Slice } from './slice.ts'

/** `later`: the store does not show it yet. */
export type Packed = { readonly kind: 'verified' } | { readonly kind: 'later' | 'failed'; readonly why: string }

export interface Pack {
  /** Puts what is in it first, if it would become too large. */
  add(row: ItemRow, backup: Backup, bytes: number): Promise<Packed>
  /** Puts what is in it, and reads that back. */
  close(): Promise<Packed>
}

const VERIFIED: Packed = { kind: 'verified' }
const NOT_SHOWN: Packed = {
  kind: 'later',
  why: 'The backups could not be read back whole, so nothing was deleted.',
}
const NOT_TAKEN: Packed = {
  kind: 'failed',
  why: 'The store (KV) did not take the backups, so nothing was done. The next tick tries again.',
}

interface Part {
  readonly row: ItemRow
  readonly part: Uint8Array
  readonly hash: string
  readonly files: number
  readonly bytes: number
}

export function openPack(slice: Slice): Pack {
  const { deps, run } = slice
  let parts: Part[] = []
  let size = 0
  let number = 0
  return { add, close }

  async function add(row: ItemRow, backup: Backup, bytes: number): Promise<Packed> {
    const part = await packPart(backup)
    const before = size + part.byteLength > MOST_PACK_BYTES ? await close() : VERIFIED
    parts.push({ row, part, hash: await hashBackup(backup), files: backup.files.length, bytes })
    size += part.byteLength
    return before
  }

  async function close(): Promise<Packed> {
    const full = parts
    if (full.length === 0) return VERIFIED
    parts = []
    size = 0
    const putAt = deps.now()
    const key = packKey(putAt, run.id, number++)
    const bytes = full.map(({ part }) => part)
    if (!(await putPack(deps.log, key, bytes, deps.config.backupDays))) return NOT_TAKEN
    slice.storage.transactionSync(() => {
      let at = 0
      for (const { row, part, ...rest } of full) {
        const { length } = part
        noteBackup(slice, row.item, { key: `${key}/${row.item.projectId}`, pack: { key, at, length }, putAt, ...rest })
        at += length
      }
    })
    return verifyPack(slice, key)
  }
}

/** Reads back what a run put for some projects and has not seen whole yet, each pack once. */
export async function verifyPut(slice: Slice, rows: readonly ItemRow[]): Promise<Packed> {
  const ids = new Set(rows.map(({ item }) => item.projectId))
  const put = slice.sql
    .exec<{ pack: string; id: number }>(
      'SELECT pack, project_id AS id FROM backups WHERE run = ? AND pack IS NOT NULL AND verified_at IS NULL',
      slice.run.id,
    )
    .toArray()
  for (const key of new Set(put.flatMap(({ pack, id }) => (ids.has(id) ? [pack] : [])))) {
    const went = await verifyPack(slice, key)
    if (went.kind !== 'verified') return went
  }
  return VERIFIED
}

async function verifyPack({ sql, deps }: Slice, key: string): Promise<Packed> {
  const parts = sql
    .exec<{ at: number; length: number; hash: string }>(
      'SELECT part_at AS at, part_length AS length, hash FROM backups WHERE pack = ? ORDER BY part_at',
      key,
    )
    .toArray()
  if (!(await isPackWhole(deps.log, key, parts))) return NOT_SHOWN
  sql.exec('UPDATE backups SET verified_at = ? WHERE pack = ?', deps.now(), key)
  return VERIFIED
}
