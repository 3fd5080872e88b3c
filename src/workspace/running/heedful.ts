/** Clients that heed a throttle: after one, nothing further is sent until QuantConnect said it may be. */

import type { QuantConnect } from '../../quantconnect/client.ts'
import { type Failure, fail, type Result } from '../../quantconnect/failure.ts'
import { noteThrottle, throttledUntil } from '../ledger/throttle.ts'

/** Notes each throttled call, and sends nothing until its time is over. Mutations are asked about by the gate. */
export function heedful(client: QuantConnect, sql: SqlStorage, now: () => number): QuantConnect {
  const read = async <T>(send: () => Promise<Result<T>>): Promise<Result<T>> => {
    const until = throttledUntil(sql, now())
    if (until !== null) return fail(throttled(until - now()))
    return noted(await send())
  }
  const noted = <T>(result: Result<T>): Result<T> => {
    if (!result.ok && result.failure.kind === 'throttled') noteThrottle(sql, result.failure.retryAfterMs, now())
    return result
  }
  return {
    ...reads(client, read),
    mutate: async (permit, meter) => {
      const sent = await client.mutate(permit, meter)
      return { ...sent, result: noted(sent.result) }
    },
  }
}

/** As a run sees it: a read that is throttled is one that the next step makes, as when its calls are used up. */
export function postponing(client: QuantConnect): QuantConnect {
  const read = async <T>(send: () => Promise<Result<T>>): Promise<Result<T>> => {
    const result = await send()
    if (result.ok || result.failure.kind !== 'throttled') return result
    return fail({ kind: 'budget', detail: `QuantConnect asked to slow down: ${result.failure.detail}` })
  }
  return reads(client, read)
}

type Reading = <T>(send: () => Promise<Result<T>>) => Promise<Result<T>>

/** Every method that asks QuantConnect something, sent by way of `read`. */
function reads(client: QuantConnect, read: Reading): QuantConnect {
  const wrap =
    <Given extends readonly unknown[], T>(ask: (...given: Given) => Promise<Result<T>>) =>
    (...given: Given) =>
      read(() => ask(...given))
  return {
    ...client,
    authenticate: wrap(client.authenticate),
    readProjectPage: wrap(client.readProjectPage),
    readProjects: wrap(client.readProjects),
    proveEnd: wrap(client.proveEnd),
    readWithoutPaging: wrap(client.readWithoutPaging),
    readProject: wrap(client.readProject),
    readFiles: wrap(client.readFiles),
    listBacktests: wrap(client.listBacktests),
    listLive: wrap(client.listLive),
  }
}

function throttled(ms: number): Failure {
  return { kind: 'throttled', detail: 'a moment ago', retryAfterMs: ms }
}
