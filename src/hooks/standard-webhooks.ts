/**
 * Standard Webhooks 1.0.0, version `v1` (HMAC-SHA256): what we sign and what others sign for us.
 * Source: standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`.
 */

import type { ProofFailure, ProofHeader } from './failure.ts'
import { type Bytes, fromBase64, isSignedByAny, macOf, toBase64, utf8 } from './hmac.ts'

/** How far the signed time may be from ours, in seconds, both ways: what the specification's libraries use. */
export const TOLERANCE_SECONDS = 300

/** The most `v1` signatures a message may carry; two are enough to change a secret. */
export const MOST_SIGNATURES = 5

/** A message as it came: headers as they were sent, null when absent; the body before anything was done to it. */
export interface WebhookMessage {
  readonly id: string | null
  readonly timestamp: string | null
  readonly signature: string | null
  readonly body: Bytes
}

/** `id` stays the same when the sender tries again. */
export type WebhookVerdict = { readonly ok: true; readonly id: string } | Refused

interface Refused {
  readonly ok: false
  readonly failure: ProofFailure
}

/** Visible characters; no full stop, as the specification says, and no comma, which joins headers sent twice. */
const ID = /^[!-+\-/-~]{1,256}$/
const TIMESTAMP = /^(?:0|[1-9]\d{0,14})$/
const ENTRY = /^[a-z0-9]+,[A-Za-z0-9+/=]+$/
/** 32 bytes in the one spelling they have. */
const V1 = /^v1,([A-Za-z0-9+/]{43}=)$/

/** The signature header of a message of ours. `timestamp`: whole seconds since 1970, of this attempt. */
export async function signWebhook(secret: Bytes, id: string, timestamp: number, body: Bytes): Promise<string> {
  if (!ID.test(id) || !TIMESTAMP.test(String(timestamp))) throw new TypeError('Not an id or a time that can be signed.')
  return `v1,${toBase64(await macOf(secret, signedContent(id, String(timestamp), body)))}`
}

/** Whether one of the secrets signed this message within the tolerance of `now` (milliseconds). */
export async function verifyWebhook(
  secrets: readonly Bytes[],
  message: WebhookMessage,
  now: number,
): Promise<WebhookVerdict> {
  const { id, timestamp, signature, body } = message
  if (!id) return absent('webhook-id')
  if (!timestamp) return absent('webhook-timestamp')
  if (!signature) return absent('webhook-signature')
  if (!ID.test(id)) return malformed('webhook-id')
  if (!TIMESTAMP.test(timestamp)) return malformed('webhook-timestamp')
  const read = readSignatures(signature)
  if (!read.ok) return read

  const late = Math.floor(now / 1_000) - Number(timestamp)
  if (late > TOLERANCE_SECONDS) return { ok: false, failure: { kind: 'too old', seconds: late } }
  if (late < -TOLERANCE_SECONDS) return { ok: false, failure: { kind: 'too new', seconds: -late } }

  if (await isSignedByAny(secrets, read.macs, signedContent(id, timestamp, body))) return { ok: true, id }
  return { ok: false, failure: { kind: 'mismatch', header: 'webhook-signature' } }
}

function signedContent(id: string, timestamp: string, body: Bytes): Bytes {
  const head = utf8(`${id}.${timestamp}.`)
  const content = new Uint8Array(head.length + body.length)
  content.set(head)
  content.set(body, head.length)
  return content
}

/** The MACs of the `v1` entries; entries of other versions are passed over. */
function readSignatures(header: string): { readonly ok: true; readonly macs: readonly Bytes[] } | Refused {
  const entries = header.split(' ')
  if (!entries.every((entry) => ENTRY.test(entry))) return malformed('webhook-signature')
  const ours = entries.filter((entry) => entry.startsWith('v1,'))
  if (ours.length === 0) return { ok: false, failure: { kind: 'no known version' } }
  if (ours.length > MOST_SIGNATURES)
    return { ok: false, failure: { kind: 'too many signatures', most: MOST_SIGNATURES } }
  const macs = ours.flatMap((entry) => fromBase64(V1.exec(entry)?.[1] ?? '!') ?? [])
  return macs.length === ours.length ? { ok: true, macs } : malformed('webhook-signature')
}

function absent(header: ProofHeader): Refused {
  return { ok: false, failure: { kind: 'absent', header } }
}

function malformed(header: ProofHeader): Refused {
  return { ok: false, failure: { kind: 'malformed', header } }
}
