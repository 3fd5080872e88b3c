/**
 * The only place that talks to QuantConnect. It refuses by construction: `read` takes nothing but the reading endpoints
 * listed here, `send` takes nothing but a permit, and the function that makes HTTP requests is not exported.
 */

import { readRetryAfter } from '../core/base/retry-after.ts'
import { type Fields, type Meaning, readAnswer } from './answer.ts'
import { encodeMutation, encodeRead, type Request } from './encode.ts'
import { type Failure, fail, type Result, succeed } from './failure.ts'
import { createLanes } from './lanes.ts'
import type { Meter } from './meter.ts'
import { type ClientOptions, completeOptions } from './options.ts'
import { type MutatingEndpoint, type Permit, spendPermit } from './permit.ts'
import { redact } from './redact.ts'
import { waitBefore } from './retry.ts'
import { sign } from './sign.ts'

/** Every endpoint that may be called without a permit. None of them changes anything. */
export const READ_ENDPOINTS = ['authenticate', 'projects/read', 'files/read', 'backtests/list', 'live/list'] as const

export type ReadEndpoint = (typeof READ_ENDPOINTS)[number]

/** Whose answers may be long: they are waited for longer. */
const LISTS: ReadonlySet<string> = new Set<ReadEndpoint>(['projects/read', 'files/read', 'backtests/list', 'live/list'])

/** What the transport needs from the world, so that tests can bring their own. */
export interface ClientDeps {
  readonly fetch: typeof fetch
  /** Real time in milliseconds. */
  now(): number
  sleep(ms: number): Promise<void>
  /** A number from 0 up to 1, for jitter. */
  random(): number
}

/** The answer to a mutation and what it tells about the effect. Times are real time in milliseconds. */
export interface Sent {
  readonly endpoint: MutatingEndpoint
  readonly result: Result<Fields>
  /** `accepted`: QuantConnect says it did it. `none`: it certainly did not. `unknown`: only a look can tell. */
  readonly effect: 'accepted' | 'none' | 'unknown'
  readonly sentAt: number
  readonly answeredAt: number
}

export interface Transport {
  /** Reads, with retries. Throws a TypeError for any endpoint that is not in `READ_ENDPOINTS`. */
  read(endpoint: ReadEndpoint, fields: Fields, meter: Meter, most?: MostBytes): Promise<Result<Fields>>
  /** Sends the mutation of a permit once, and never again whatever the answer is. */
  send(permit: Permit, meter: Meter): Promise<Sent>
  /** What the newest answer says the time is there, in milliseconds, cut to whole seconds; null while none said it. */
  date(): number | null
}

/** An answer larger than this is broken off: what it says is not worth the memory. Absent = none is. */
export type MostBytes = number

interface Attempt {
  readonly meaning: Meaning
  readonly retryAfterMs: number | null
  readonly sentAt: number
  readonly answeredAt: number
}

export function createTransport(given: ClientOptions, deps: ClientDeps): Transport {
  const options = completeOptions(given)
  const lanes = createLanes(options, deps)
  let date: number | null = null
  const { fetch } = deps // called bare: as a method of `deps` the platform's fetch throws "Illegal invocation"

  async function read(
    endpoint: ReadEndpoint,
    fields: Fields,
    meter: Meter,
    most: MostBytes = Number.POSITIVE_INFINITY,
  ): Promise<Result<Fields>> {
    if (!READ_ENDPOINTS.includes(endpoint)) {
      throw new TypeError('This endpoint may change something, so it needs a permit.')
    }
    const request = encodeRead(endpoint, fields)
    let emptyServerErrors = 0
    let last = ''
    for (let tried = 1; ; tried += 1) {
      if (!meter.spend()) return fail({ kind: 'budget', detail: `before ${endpoint}${last}` })
      const { meaning, retryAfterMs } = await attempt(request, NEVER, most)
      if (meaning.kind === 'answer') return succeed(meaning.body)
      const failure = withoutEffect(meaning.failure)
      if (meaning.again === 'no') return fail(failure)
      if (meaning.again === 'emptyServerError') emptyServerErrors += 1
      if (emptyServerErrors === 2) return fail({ kind: 'auth', detail: 'HTTP 500 with an empty body, twice' })
      if (tried >= options.tries || isTooLong(failure)) return fail(failure)
      last = ' could be tried again'
      const named = failure.kind === 'throttled' ? (retryAfterMs ?? THROTTLED_MS) : retryAfterMs
      await deps.sleep(waitBefore(tried, named, options.backoffMs, deps.random(), options.longestWaitMs))
    }
  }

  async function send(permit: Permit, meter: Meter): Promise<Sent> {
    const { mutation, withdrawn } = spendPermit(permit)
    const { endpoint } = mutation
    if (!meter.spend()) {
      const at = deps.now()
      const result = fail({ kind: 'budget', detail: `before ${endpoint}` })
      return { endpoint, result, effect: 'none', sentAt: at, answeredAt: at }
    }
    const { meaning, sentAt, answeredAt } = await attempt(encodeMutation(mutation), withdrawn)
    const result = meaning.kind === 'answer' ? succeed(meaning.body) : fail(meaning.failure)
    return { endpoint, result, effect: effectOf(result), sentAt, answeredAt }
  }

  /** Asked to slow down for longer than one waits here, or without a time: whoever asked for the call comes again later. */
  function isTooLong(failure: Failure): boolean {
    return failure.kind === 'throttled' && (failure.retryAfterMs ?? THROTTLED_MS) > options.longestWaitMs
  }

  function attempt(request: Request, withdrawn = NEVER, most = Number.POSITIVE_INFINITY): Promise<Attempt> {
    return lanes.run(() => exchange(request, withdrawn, most))
  }

  /** One HTTP request, signed afresh, and what came back within the time-out, the body included. */
  async function exchange(
    { path, contentType, body }: Request,
    withdrawn: () => string | null,
    most: MostBytes,
  ): Promise<Attempt> {
    const signature = await sign(options.userId, options.token, deps.now())
    const secrets = [options.token, ...signature.secrets]
    const sentAt = deps.now()
    // Nothing is awaited between this question and the request.
    const why = withdrawn()
    if (why !== null) {
      const meaning: Meaning = { kind: 'failure', failure: { kind: 'withdrawn', detail: why }, again: 'no' }
      return { meaning, retryAfterMs: null, sentAt, answeredAt: sentAt }
    }
    const clock = startClock(LISTS.has(path) ? options.listTimeoutMs : options.timeoutMs)
    let answeredAt: number | null = null
    let retryAfterMs: number | null = null
    try {
      const response = await clock.within(
        fetch(`${options.baseUrl}/${path}`, {
          method: 'POST',
          redirect: 'manual',
          signal: clock.signal,
          headers: {
            Authorization: signature.authorization,
            Timestamp: signature.timestamp,
            'Content-Type': contentType,
            Accept: 'application/json',
            'User-Agent': 'leansweep',
          },
          body,
        }),
      )
      answeredAt = deps.now()
      const said = Date.parse(response.headers.get('Date') ?? '')
      if (!Number.isNaN(said)) date = said
      retryAfterMs = readRetryAfter(response.headers.get('Retry-After'), answeredAt)
      const bytes = await clock.within(readBody(response, most))
      const contentTypeBack = response.headers.get('Content-Type') ?? ''
      const meaning = readAnswer({ status: response.status, contentType: contentTypeBack, retryAfterMs, bytes })
      return { meaning: clean(meaning, secrets), retryAfterMs, sentAt, answeredAt }
    } catch (error) {
      if (error instanceof TooLarge) {
        const meaning: Meaning = { kind: 'failure', failure: { kind: 'tooLarge', detail: error.message }, again: 'no' }
        return { meaning, retryAfterMs, sentAt, answeredAt: answeredAt ?? deps.now() }
      }
      const failure: Failure = { kind: 'transport', detail: reasonOf(error), effect: 'unknown' }
      const meaning = clean({ kind: 'failure', failure, again: 'yes' }, secrets)
      return { meaning, retryAfterMs, sentAt, answeredAt: answeredAt ?? deps.now() }
    } finally {
      clock.stop()
    }
  }

  return { read, send, date: () => date }
}

/** How long to keep off after a throttle that names no time. */
const THROTTLED_MS = 60_000

const NEVER = (): string | null => null

class TimedOut extends Error {}

class TooLarge extends Error {}

/** The whole body, or none of it when it is larger than it may be. */
async function readBody(response: Response, most: MostBytes): Promise<ArrayBuffer | Uint8Array> {
  if (most === Number.POSITIVE_INFINITY || response.body === null) return response.arrayBuffer()
  const reader = response.body.getReader()
  const parts: Uint8Array[] = []
  let size = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength
    if (size > most) {
      await reader.cancel()
      throw new TooLarge(`it is larger than ${Math.floor(most / 1_048_576)} MiB`)
    }
    parts.push(part.value)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

/** Aborts the request after `timeoutMs`, and stops waiting even where the platform would not. */
function startClock(timeoutMs: number) {
  const controller = new AbortController()
  const { signal } = controller
  const timer = setTimeout(() => controller.abort(new TimedOut(`no answer within ${timeoutMs} ms`)), timeoutMs)
  const expired = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return {
    signal,
    within: <T>(work: Promise<T>): Promise<T> => Promise.race([work, expired]),
    stop: () => clearTimeout(timer),
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof TimedOut) return error.message
  return `the connection failed: ${error instanceof Error ? error.message : 'no reason given'}`
}

function clean(meaning: Meaning, secrets: readonly string[]): Meaning {
  return meaning.kind === 'answer' ? meaning : { ...meaning, failure: redact(meaning.failure, secrets) }
}

function withoutEffect(failure: Failure): Failure {
  return failure.kind === 'transport' ? { ...failure, effect: 'none' } : failure
}

/** Only a plain "no" is certain; an answer that cannot be read may well stand for a change that happened. */
function effectOf(result: Result<Fields>): Sent['effect'] {
  if (result.ok) return 'accepted'
  const { kind } = result.failure
  return kind === 'transport' || kind === 'malformed' ? 'unknown' : 'none'
}
