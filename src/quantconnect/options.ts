/** The client's options: what each means, its default, and the check that a mistake in one shows at once. */

import { withoutEnd } from '../core/base/without-end.ts'

export interface ClientOptions {
  /** Where the API answers. @default 'https://www.quantconnect.com/api/v2' */
  readonly baseUrl?: string
  /** The QuantConnect user id: digits. */
  readonly userId: string
  /** The API token of that user. Never logged, never part of a failure. */
  readonly token: string
  /** Longest wait for one whole answer to a change or to a sign-in, in milliseconds. @default 15_000 (15 seconds) */
  readonly timeoutMs?: number
  /** The same for what reads lists: projects, files, backtests, deployments. @default 60_000 (a minute) */
  readonly listTimeoutMs?: number
  /** How often a read is tried in all. Mutations are sent once. @default 3 */
  readonly tries?: number
  /** Calls at the same time. @default 5 */
  readonly maxInFlight?: number
  /** Shortest time between the starts of two calls, in milliseconds. @default 0 (as fast as they come) */
  readonly minIntervalMs?: number
  /** Upper bound of the first wait before a repeat, in milliseconds; it doubles with each. @default 500 */
  readonly backoffMs?: number
  /** A read whose server asks for a longer wait is given up instead, in milliseconds. @default 30_000 (30 seconds) */
  readonly longestWaitMs?: number
}

const DEFAULTS = {
  baseUrl: 'https://www.quantconnect.com/api/v2',
  timeoutMs: 15_000,
  listTimeoutMs: 60_000,
  tries: 3,
  maxInFlight: 5,
  minIntervalMs: 0,
  backoffMs: 500,
  longestWaitMs: 30_000,
}

/** Throws a TypeError on a mistake: settings are checked before, so a mistake here is one of this program. */
export function completeOptions(given: ClientOptions): Required<ClientOptions> {
  const options = { ...DEFAULTS, ...given }
  const baseUrl = withoutEnd(options.baseUrl, '/')
  // With a "?" or "#" in it, the endpoint would end up in the query and something else would be called.
  if (!/^https?:\/\/[^\s@?#]+$/.test(baseUrl)) throw new TypeError('baseUrl must be a plain http or https address.')
  if (!/^\d+$/.test(options.userId)) throw new TypeError('userId must be digits.')
  if (options.token.trim() === '') throw new TypeError('token must not be empty.')
  atLeast(options.timeoutMs, 1, 'timeoutMs')
  atLeast(options.listTimeoutMs, 1, 'listTimeoutMs')
  atLeast(options.tries, 1, 'tries')
  atLeast(options.maxInFlight, 1, 'maxInFlight')
  atLeast(options.minIntervalMs, 0, 'minIntervalMs')
  atLeast(options.backoffMs, 0, 'backoffMs')
  atLeast(options.longestWaitMs, 0, 'longestWaitMs')
  return { ...options, baseUrl }
}

function atLeast(value: number, least: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new TypeError(`${name} must be a whole number, ${least} or more.`)
  }
}
