/**
 * Counts of requests, in this isolate only. Best effort: Cloudflare runs many isolates, each with its own count, and forgets
 * them at will. They slow guessing and keep logs short; what keeps strangers out are secrets too long to guess.
 */

import type { Context } from 'hono'
import type { Door } from './caller.ts'
import { type Problem, problem } from './problem.ts'

/** How often an address may fail. */
export interface Limiter {
  /** Whole seconds until this address may try again; null = now. `failures`: so many it may have, instead of the usual. */
  wait(address: string, now: number, failures?: number): number | null
  /**
   * Counts one failure of this address, and with `what` each different one once. True for the first of a window, the one
   * that is worth a line in the log.
   */
  failed(address: string, now: number, what?: string): boolean
}

export interface LimiterOptions {
  /** Failures an address may have in a window; default 20. */
  readonly failures?: number
  /** Length of the window, which begins with an address's first failure; default one minute, in milliseconds. */
  readonly windowMs?: number
  /** Addresses remembered at a time; the one whose window began first is forgotten for the next. Default 5,000. */
  readonly addresses?: number
}

interface Window {
  readonly since: number
  count: number
  readonly seen: Set<string>
}

export function createLimiter(options: LimiterOptions = {}): Limiter {
  const { failures = 20, windowMs = 60_000, addresses = 5_000 } = options
  /** In the order in which windows began, as a Map keeps it. */
  const windows = new Map<string, Window>()

  return {
    wait(address, now, most = failures) {
      const window = windows.get(address)
      if (window === undefined || window.count < most) return null
      const left = window.since + windowMs - now
      return left > 0 ? Math.ceil(left / 1_000) : null
    },

    failed(address, now, what) {
      const window = windows.get(address)
      if (window !== undefined && now < window.since + windowMs) {
        if (what === undefined || !window.seen.has(what)) window.count++
        // Once an address has to wait nothing of it is looked at any more, so this stays as small as the limit.
        if (what !== undefined) window.seen.add(what)
        return false
      }
      windows.delete(address)
      makeRoom(windows, addresses)
      windows.set(address, { since: now, count: 1, seen: new Set(what === undefined ? [] : [what]) })
      return true
    },
  }
}

/** How often somebody may ask, whoever it is: each has so many requests in any minute. */
export interface Pace {
  /** One that may not is not counted. */
  take(who: string, perMinute: number, now: number): Taken
}

export interface Taken {
  /** Whole seconds until one more may be made; null = it may, and is counted. */
  readonly wait: number | null
  /** How many more may be made now, and in how many seconds there is room for another. */
  readonly left: number
  readonly resetsIn: number
}

const MINUTE = 60_000

/** When somebody asked, oldest first; what is before `from` is over. */
interface Asked {
  times: number[]
  from: number
}

/** `most`: so many are remembered at a time; who asked first is forgotten for the next. */
export function createPace(most = 5_000): Pace {
  const all = new Map<string, Asked>()
  return {
    take(who, perMinute, now) {
      const known = all.get(who)
      const asked = known ?? { times: [], from: 0 }
      forget(asked, now - MINUTE)
      const { times, from } = asked
      const resetsIn = Math.max(1, Math.ceil(((times[from] ?? now) + MINUTE - now) / 1_000))
      const left = perMinute - (times.length - from)
      if (left <= 0) {
        const freed = times[times.length - perMinute] ?? now
        return { wait: Math.max(1, Math.ceil((freed + MINUTE - now) / 1_000)), left: 0, resetsIn }
      }
      times.push(now)
      if (known === undefined) {
        makeRoom(all, most)
        all.set(who, asked)
      }
      return { wait: null, left: left - 1, resetsIn }
    },
  }
}

function forget(asked: Asked, until: number): void {
  while ((asked.times[asked.from] ?? Number.POSITIVE_INFINITY) <= until) asked.from++
  if (asked.from * 2 <= asked.times.length) return
  asked.times = asked.times.slice(asked.from)
  asked.from = 0
}

/** Forgets the oldest entry of a full map. */
function makeRoom(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys()
  if (map.size >= most && oldest !== undefined) map.delete(oldest)
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
  return problem(c, 429, TOO_MANY_FAILURES, { 'retry-after': String(seconds) })
}

/** 429 for somebody who may, only not so often. `what` may come so often, as in "60 writes a minute". */
function tooMany(c: Context, seconds: number, what: string): Response {
  const detail = `At most ${what}. This request was not counted and did nothing; wait as long as Retry-After says.`
  return problem(c, 429, { title: 'Too many requests', detail }, { 'retry-after': String(seconds) })
}

/**
 * 429 when somebody has made that many requests within a minute; null for an answer, and the request is counted. `name` is
 * that of the limit, for headers, and `what` may come so often, as in "reads a minute".
 */
export function limited(
  c: Context<Door>,
  pace: Pace,
  who: string,
  { name, most, what }: { readonly name: string; readonly most: number; readonly what: string },
): Response | null {
  const { wait, left, resetsIn } = pace.take(who, most, Date.now())
  c.set('rate', { name, most, left, resetsIn: wait ?? resetsIn })
  return wait === null ? null : tooMany(c, wait, `${most} ${what}`)
}

const TOO_MANY_FAILURES: Problem = {
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
