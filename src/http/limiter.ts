/**
 * How often an address may fail: a small count per client address, in this isolate only. Best effort: Cloudflare runs many
 * isolates, each with its own count, and forgets them at will. It slows guessing and keeps logs short; what keeps strangers
 * out are secrets too long to guess.
 */

import type { Context } from 'hono'
import { type Problem, problem } from './problem.ts'

export interface Limiter {
  /** Whole seconds until this address may try again; null = now. */
  wait(address: string, now: number): number | null
  /** Counts one failure of this address. */
  failed(address: string, now: number): void
}

export interface LimiterOptions {
  /** Failures an address may have in a window; default 20. */
  readonly failures?: number
  /** Length of the window, which begins with an address's first failure; default one minute, in milliseconds. */
  readonly windowMs?: number
  /** Addresses remembered at a time; the one whose window began first is forgotten for the next. Default 5,000. */
  readonly addresses?: number
}

export function createLimiter(options: LimiterOptions = {}): Limiter {
  const { failures = 20, windowMs = 60_000, addresses = 5_000 } = options
  /** In the order in which windows began, as a Map keeps it. */
  const windows = new Map<string, { readonly since: number; count: number }>()

  return {
    wait(address, now) {
      const window = windows.get(address)
      if (window === undefined || window.count < failures) return null
      const left = window.since + windowMs - now
      return left > 0 ? Math.ceil(left / 1_000) : null
    },

    failed(address, now) {
      const window = windows.get(address)
      if (window !== undefined && now < window.since + windowMs) {
        window.count++
        return
      }
      windows.delete(address)
      const [oldest] = windows.keys()
      if (windows.size >= addresses && oldest !== undefined) windows.delete(oldest)
      windows.set(address, { since: now, count: 1 })
    },
  }
}

/**
 * Where a request comes from, as Cloudflare says. Of an IPv6 address the first 64 bits, for one customer has them all.
 * Without the header (a Worker on this machine) all are one address.
 */
export function clientAddress(c: Context): string {
  const address = c.req.header('cf-connecting-ip') ?? ''
  return address.includes(':') ? network(address) : address
}

/** 429, with the seconds to wait. */
export function tooManyFailures(c: Context, seconds: number): Response {
  c.header('retry-after', String(seconds))
  return problem(c, 429, TOO_MANY)
}

const TOO_MANY: Problem = {
  title: 'Too many failures',
  detail: 'Too many requests from this address were not accepted. Wait as long as Retry-After says, then mend them.',
}

function network(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
  return [...first, ...(tail === undefined ? [] : zeros), ...last].slice(0, 4).join(':')
}
