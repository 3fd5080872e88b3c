/** How long to wait before a read is tried again. Pure: the clock and the dice are arguments. */

/** However long a server asks us to wait, and however often we failed, one wait is never longer than this. */
export const LONGEST_WAIT_MS = 30_000

/**
 * `tried` is how many attempts have failed so far, from 1. A wait the server named wins; else exponential back-off with
 * full jitter: anything from nothing to `backoffMs` doubled once per failure. `random` is from 0 to 1.
 */
export function waitBefore(
  tried: number,
  retryAfterMs: number | null,
  backoffMs: number,
  random: number,
  longestMs = LONGEST_WAIT_MS,
): number {
  if (retryAfterMs !== null) return Math.min(retryAfterMs, longestMs)
  return Math.round(random * Math.min(backoffMs * 2 ** (tried - 1), LONGEST_WAIT_MS))
}
