/**
 * When a message that was not taken is tried again: the example schedule of Standard Webhooks 1.0.0, ten attempts in a
 * little over three days. Pure: the dice are an argument.
 */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** The wait before the first attempt, the second, …, in milliseconds. */
export const WAITS: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]

export const MOST_ATTEMPTS = WAITS.length

/** Waits are made longer by up to this part of them, so that messages that failed together do not all come back together. */
export const JITTER = 0.2

/** However long a receiver asks us to wait, it is not longer than the longest wait of the schedule. */
export const LONGEST_WAIT_MS = 24 * HOUR

/** What a destination gets no message for after it said "too many" or did not get to us in time, unless it names a wait. */
const SLOW_DOWN_MS = MINUTE

/** The wait after so many attempts, in milliseconds; null when there is no further one. `random` is from 0 to 1. */
export function waitAfter(attempts: number, random: number): number | null {
  const wait = WAITS[attempts]
  return wait === undefined ? null : Math.round(wait * (1 + JITTER * random))
}

/**
 * How long the whole destination is left alone after an attempt that failed: as long as it asks for, a minute after 429,
 * 502, 504 and a silence, else not at all.
 */
export function restAfter(status: number | 'silence' | null, retryAfterMs: number | null): number {
  if (retryAfterMs !== null) return Math.min(Math.max(0, retryAfterMs), LONGEST_WAIT_MS)
  return status === 429 || status === 502 || status === 504 || status === 'silence' ? SLOW_DOWN_MS : 0
}
