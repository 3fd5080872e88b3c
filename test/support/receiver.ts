/** A receiver of webhooks for one test, and what the library of the specification's authors says of what it got. */

import { Webhook } from 'standardwebhooks'
import { inject, vi } from 'vitest'
import type { Answer, Received } from './node/receiver.ts'

export type { Answer, Received } from './node/receiver.ts'

/** Two endpoints never have the same. */
export const SECRETS = [
  'whsec_W0vYJ2qQ1H2m8m4J3qk3b8uSg1V1cHk6p0mWJ0YkTq0=',
  'whsec_3Yq0lq1qg9m2u0b7mDqk0w4rJ8zq2f3bQn5h7s8t9uA=',
  'whsec_9mDqk0w4rJ8zq2f3bQn5h7s8t9uA3Yq0lq1qg9m2u0Y=',
] as const

export interface Receiver {
  /** The address of an endpoint; its query holds a secret, which must not come up anywhere else. */
  url(endpoint: string): string
  /** What came so far, in order. */
  got(endpoint?: string): Promise<readonly Received[]>
  /** Waits until so many came. */
  wait(count: number, endpoint?: string): Promise<readonly Received[]>
  /** How the next requests to an endpoint are answered; those after them with 204. */
  answer(endpoint: string, ...answers: readonly Answer[]): Promise<void>
}

export const URL_SECRET = 'in-the-query-5f2c81'

export function makeReceiver(): Receiver {
  const base = inject('receiver')
  const world = crypto.randomUUID()
  const control = `${base}/control/${world}`
  const receiver: Receiver = {
    url: (endpoint) => `${base}/in/${world}/${endpoint}?token=${URL_SECRET}`,
    got: async (endpoint) => {
      const all = (await (await fetch(control)).json()) as Received[]
      return endpoint === undefined ? all : all.filter((one) => one.endpoint === endpoint)
    },
    wait: async (count, endpoint) => {
      for (let n = 0; n < 300; n++) {
        const got = await receiver.got(endpoint)
        if (got.length >= count) return got
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new Error(`Of ${count} messages only ${(await receiver.got(endpoint)).length} came.`)
    },
    answer: async (endpoint, ...answers) => {
      await (await fetch(control, { method: 'POST', body: JSON.stringify({ [endpoint]: answers }) })).text()
    },
  }
  return receiver
}

/** Settings that send to these endpoints of a receiver. */
export function sendingTo(receiver: Receiver, ...endpoints: readonly string[]): { readonly [name: string]: string } {
  return {
    WEBHOOK_URLS: endpoints.map((endpoint) => receiver.url(endpoint)).join(' '),
    WEBHOOK_SIGNING_SECRETS: endpoints.map((_, place) => SECRETS[place]).join(' '),
  }
}

export interface WebhookBody {
  readonly type: string
  readonly timestamp: string
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it.
  readonly data: any
}

/** The body of a message, after the other library has verified it at the time at which it was sent; it throws otherwise. */
export function verified({ body, headers }: Received, secret: string): WebhookBody {
  vi.useFakeTimers({ toFake: ['Date'], now: Number(headers['webhook-timestamp']) * 1_000 })
  try {
    return new Webhook(secret).verify(body, headers as Record<string, string>) as WebhookBody
  } finally {
    vi.useRealTimers()
  }
}
