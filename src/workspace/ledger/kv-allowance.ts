/**
 * How many values KV takes a day. Every put is counted where it is made (`countingStore`), so that acting can stop short of
 * the allowance and leave enough for the records of runs.
 */

import { policyNow } from './clock.ts'
import { readFact, writeFact } from './facts.ts'

/** Writes of the day that acting leaves to records and inventories. */
const KEPT_FOR_RECORDS = 100

const DAY = 86_400_000

/** Counts writes to KV in the UTC day of that moment. `now`: real time. */
export function countKvWrites(sql: SqlStorage, now: number, writes = 1): void {
  const day = dayAt(sql, now)
  writeFact(sql, 'kvWrites', { day, count: kvWritesOn(sql, day) + writes })
}

/** Values put to KV so far on the present UTC day. `now`: real time. */
export function kvWritesToday(sql: SqlStorage, now: number): number {
  return kvWritesOn(sql, dayAt(sql, now))
}

/** How many further values acting may put today; 0 = none. `aDay`: KV_WRITES_A_DAY. `now`: real time. */
export function kvWritesLeft(sql: SqlStorage, aDay: number, now: number): number {
  return Math.max(0, aDay - KEPT_FOR_RECORDS - kvWritesToday(sql, now))
}

/** Real time at which the next UTC day begins, by the clock that days are counted in. */
export function nextKvDay(sql: SqlStorage, now: number): number {
  const at = policyNow(sql, now)
  return now + (DAY - (at % DAY))
}

/** Why acting may not put so many values now, as a sentence; null when it may. */
export function whyNoKvWrites(sql: SqlStorage, aDay: number, now: number, writes = 1): string | null {
  if (kvWritesLeft(sql, aDay, now) >= writes) return null
  const used = kvWritesToday(sql, now)
  return `KV has taken ${used} of the ${aDay} writes of this day (KV_WRITES_A_DAY), and the last ${KEPT_FOR_RECORDS} are kept for records. It goes on at 00:00 UTC.`
}

function dayAt(sql: SqlStorage, now: number): string {
  return new Date(policyNow(sql, now)).toISOString().slice(0, 10)
}

function kvWritesOn(sql: SqlStorage, day: string): number {
  const counted = readFact(sql, 'kvWrites')
  return counted?.day === day ? counted.count : 0
}
