/** QuantConnect asked to slow down. That is a condition of the whole service, so it is kept for all runs, not for one item. */

import { readFact, writeFact } from './facts.ts'

/** Where it does not say for how long; twice as long each time in a row. */
const WAIT_MS = 60_000

/** A run does not wait longer than this, from the first time it was asked to slow down in a row. */
const LONGEST_MS = 3_600_000

/** Asked again so soon after the end of a wait, it is still the same condition. */
const SAME_MS = 5 * 60_000

/** Notes that a call was throttled. `now`: real time. */
export function noteThrottle(sql: SqlStorage, retryAfterMs: number | null, now: number): void {
  const before = readFact(sql, 'throttle')
  const since = before !== null && now < before.until + SAME_MS ? before.since : now
  const times = since === now ? 0 : (before?.times ?? 0)
  const wait = retryAfterMs ?? WAIT_MS * 2 ** times
  writeFact(sql, 'throttle', { since, until: Math.max(now + wait, before?.until ?? 0), times: times + 1 })
}

/** Until when nothing may be sent, in real time; null = it may. */
export function throttledUntil(sql: SqlStorage, now: number): number | null {
  const throttle = readFact(sql, 'throttle')
  return throttle === null || throttle.until <= now ? null : throttle.until
}

/** Whether the wait that stands now is longer than a run waits. */
export function isThrottledTooLong(sql: SqlStorage, now: number): boolean {
  const throttle = readFact(sql, 'throttle')
  return throttle !== null && throttle.until > now && throttle.until - throttle.since > LONGEST_MS
}
