/** Each day one backup in fifty is read back and hashed, the one whose last check is oldest first. A bad one is named. */

import { readBackup } from '../../records/backups.ts'
import { backupsToCheck, countBackups, noteCheck } from '../ledger/backups.ts'
import { readFact, writeFact } from '../ledger/facts.ts'

const DAY = 86_400_000
const ONE_IN = 50

/** Backups one alarm reads: each may have 20 MB. */
const AT_ONCE = 3

/** A key that was put is seen everywhere after a minute. */
const SEEN_AFTER_MS = 10 * 60_000

interface CheckDeps {
  readonly log: KVNamespace
  now(): number
}

export async function checkBackups({ sql }: DurableObjectStorage, deps: CheckDeps): Promise<void> {
  const now = deps.now()
  const left = leftToday(sql, now)
  if (left === 0) return
  const rows = backupsToCheck(sql, now, now - SEEN_AFTER_MS, Math.min(left, AT_ONCE))
  for (const row of rows) {
    const isReadable = await canRead(deps.log, row.pack?.key ?? row.key)
    // The store itself cannot be read: nothing is said of the copy, and the next day looks again.
    if (!isReadable) return writeFact(sql, 'backupCheck', { day: dayOf(now), left: 0 })
    const backup = await readBackup(deps.log, row, row.hash)
    noteCheck(sql, row.key, now, backup !== null)
  }
  writeFact(sql, 'backupCheck', { day: dayOf(now), left: rows.length === 0 ? 0 : left - rows.length })
}

/** When the rest of today's checks is to go on; null when none is left. A `DueTime`. */
export function nextCheck(sql: SqlStorage): number | null {
  return (readFact(sql, 'backupCheck')?.left ?? 0) > 0 ? 0 : null
}

function leftToday(sql: SqlStorage, now: number): number {
  const check = readFact(sql, 'backupCheck')
  if (check?.day === dayOf(now)) return check.left
  const left = Math.ceil(countBackups(sql, now) / ONE_IN)
  writeFact(sql, 'backupCheck', { day: dayOf(now), left })
  return left
}

async function canRead(log: KVNamespace, key: string): Promise<boolean> {
  try {
    await log.get(key, 'stream').then((body) => body?.cancel())
    return true
  } catch {
    return false
  }
}

function dayOf(now: number): string {
  return new Date(Math.floor(now / DAY) * DAY).toISOString().slice(0, 10)
}
