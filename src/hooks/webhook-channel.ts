/**
 * An address that gets events as Standard Webhooks 1.0.0. 2xx is taken, everything else is not: a redirect is not followed,
 * 410 means that the address is gone for good, and a `retry-after` is passed on.
 */

import { readRetryAfter } from '../core/base/retry-after.ts'
import { type Delivery, type DeliveryDeps, type EventChannel, type EventMessage, fingerprintOf } from './channel.ts'
import type { Endpoint } from './endpoints.ts'
import { toBase64, utf8 } from './hmac.ts'
import { signWebhook } from './standard-webhooks.ts'

/** `number` counts from 1, in the order of the setting. */
export function webhookChannel(number: number, endpoint: Endpoint): EventChannel {
  return {
    key: `webhook:${number}`,
    of: 'webhook',
    to: new URL(endpoint.url).host,
    takes: 'event',
    fingerprint: () => fingerprintOf(endpoint.url, ...endpoint.keys.map(toBase64)),
    deliver: (message, deps) => deliver(endpoint, message, deps),
  }
}

async function deliver({ url, keys }: Endpoint, message: EventMessage, deps: DeliveryDeps): Promise<Delivery> {
  const { id, type, timestamp, data } = message
  // Serialised once: what is signed is what is sent.
  const body = utf8(JSON.stringify({ type, timestamp, data }))
  // The time of this attempt, not of the event.
  const seconds = Math.floor(deps.now() / 1_000)
  const signatures = await Promise.all(keys.map((key) => signWebhook(key, id, seconds, body)))
  const response = await deps.fetch(url, {
    method: 'POST',
    redirect: 'manual',
    signal: deps.signal,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'leansweep',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signatures.join(' '),
    },
    body,
  })
  const { status } = response
  // What it says besides is nobody's business, but the connection is free only when it has been let go.
  await response.body?.cancel()
  if (status >= 200 && status < 300) return { kind: 'delivered', status }
  if (status === 410) return { kind: 'gone', status, detail: 'It answered 410: this address is gone.' }
  const wait = readRetryAfter(response.headers.get('retry-after'), deps.now())
  const what = status >= 300 && status < 400 ? ', a redirect, which is not followed' : ''
  const again: Delivery = { kind: 'again', status, detail: `It answered ${status}${what}.` }
  return wait === null ? again : { ...again, retryAfterMs: wait }
}
