/** Requests to the doors for machines, signed by other people's libraries. */

import { sign } from '@octokit/webhooks-methods'
import { Webhook } from 'standardwebhooks'
import { ask, GITHUB_SECRET, WEBHOOK_SECRET } from './door.ts'
import type { World } from './world.ts'

type Settings = { readonly [name: string]: string | undefined }

export interface Signing {
  /** The `webhook-id`; left out = a new one. */
  readonly id?: string
  /** Real time of the attempt; left out = now. */
  readonly at?: number
  readonly secret?: string
  /** Headers that are otherwise. */
  readonly headers?: { readonly [name: string]: string }
  readonly env?: Settings
}

/** The body of a command. */
export function commandBody(type: string, data: unknown): string {
  return JSON.stringify({ type, timestamp: '2026-11-24T10:00:00Z', data })
}

/** Sends a signed command to `POST /hooks`. */
export function hook(world: World, type: string, data: unknown, signing: Signing = {}): Promise<Response> {
  return rawHook(world, commandBody(type, data), signing)
}

/** Sends that very body, signed, to `POST /hooks`. */
export function rawHook(world: World, body: string, signing: Signing = {}): Promise<Response> {
  const headers = { ...signedHeaders(body, signing), ...signing.headers }
  return ask(world, '/hooks', { method: 'POST', bearer: null, body, headers, ...withEnv(signing.env) })
}

export function signedHeaders(body: string, signing: Signing = {}): { readonly [name: string]: string } {
  const { id = `msg_${crypto.randomUUID()}`, at = Date.now(), secret = WEBHOOK_SECRET } = signing
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(at), body),
  }
}

export interface Delivery {
  readonly secret?: string
  readonly headers?: { readonly [name: string]: string }
  readonly env?: Settings
}

/** Sends a signed delivery of that event to `POST /hooks/github`. */
export async function delivery(
  world: World,
  event: string,
  payload: object | string,
  { secret = GITHUB_SECRET, headers = {}, env }: Delivery = {},
): Promise<Response> {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const signed = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': crypto.randomUUID(),
    'x-hub-signature-256': await sign(secret, body),
  }
  const all = { ...signed, ...headers }
  return ask(world, '/hooks/github', { method: 'POST', bearer: null, body, headers: all, ...withEnv(env) })
}

function withEnv(env: Settings | undefined) {
  return env === undefined ? {} : { env }
}
