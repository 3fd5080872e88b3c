/** How long to wait before a read is tried again. Pure: the clock and the dice are arguments. */

/** However long a server asks us to wait, and however often we failed, one wait is never longer than this. */
export const LONGEST_WAIT_MS = 30_000

/**
 * `tried` is how many attempts have failed so far, from 1. A wait the server named wins; else exponential back-off with
 * full jitter: anything from nothing to `backoffMs` doubled once per failure. `random` is from 0 to 1.
 */
export function waitBefore(tried: number, retryAfterMs: number | null, backoffMs: number, random: number): number {
  if (retryAfterMs !== null) return Math.min(retryAfterMs, LONGEST_WAIT_MS)
  return Math.round(random * Math.min(backoffMs * 2 ** (tried - 1), LONGEST_WAIT_MS))
}

const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** Reads a `Retry-After` header, seconds or HTTP date (RFC 9110, 10.2.3), as milliseconds from `nowMs`; null = none. */
export function readRetryAfter(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  if (!HTTP_DATE.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
