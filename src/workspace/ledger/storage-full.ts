/**
 * A database that takes nothing more. What is only kept for convenience is dropped, in this order and no further than it
 * takes: delivered messages, answers that follow, stored pages, copies of what KV has. Intents, holds, backups, the audit
 * chain and a pause never are.
 */

import { readFact, removeFact, writeFact } from './facts.ts'
import { dropInKv } from './stored.ts'

const DROPS: readonly ((sql: SqlStorage) => void)[] = [
  (sql) => sql.exec(`DELETE FROM outbox WHERE state <> 'due'`),
  (sql) => sql.exec('DELETE FROM replies'),
  // Of a run that is going on they are what it works with.
  (sql) => {
    for (const table of ['survey', 'paid']) {
      sql.exec(`DELETE FROM ${table} WHERE run NOT IN (SELECT id FROM runs WHERE status IN ('queued', 'running'))`)
    }
  },
  (sql) => dropInKv(sql),
]

/** Bytes that have to fit in, so that a run can be put down. */
const ROOM_BYTES = 200_000

/** Whether an error says that the database takes nothing more. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && /SQLITE_FULL|database or disk is full/.test(error.message)
}

/** Since when the database is full, in real time; null while it is not. */
export function storageFullSince(sql: SqlStorage): number | null {
  return readFact(sql, 'storageFull')?.since ?? null
}

/** Makes room, and notes since when that was needed, once there is room for the note. Whether there is any now. */
export function makeRoom(storage: DurableObjectStorage, since: number): boolean {
  for (const drop of [null, ...DROPS]) {
    drop?.(storage.sql)
    if (hasRoom(storage)) {
      storage.transactionSync(() =>
        writeFact(storage.sql, 'storageFull', { since: storageFullSince(storage.sql) ?? since }),
      )
      return true
    }
  }
  return false
}

/** After work that went well. Whether there is room now. */
export function endFull(storage: DurableObjectStorage): boolean {
  if (!hasRoom(storage)) return false
  removeFact(storage.sql, 'storageFull')
  return true
}

/** Tries it: there is no other way to ask. Leaves nothing behind. */
function hasRoom(storage: DurableObjectStorage): boolean {
  try {
    storage.transactionSync(() => {
      storage.sql.exec(`INSERT OR REPLACE INTO facts (name, value) VALUES ('room', hex(zeroblob(?)))`, ROOM_BYTES / 2)
      storage.sql.exec(`DELETE FROM facts WHERE name = 'room'`)
    })
    return true
  } catch (error) {
    if (isFull(error)) return false
    throw error
  }
}
