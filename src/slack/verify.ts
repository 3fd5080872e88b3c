/**
 * Whether a request comes from Slack: HMAC-SHA256 over `v0:<timestamp>:<raw body>` ("Verifying requests from Slack"). The
 * same for commands, buttons and events.
 */

import { fromHex, isSignedByAny, utf8 } from '../hooks/hmac.ts'

/** How far the signed time may be from ours, either way, in seconds. */
export const TOLERANCE_S = 300

export interface SignedRequest {
  /** `X-Slack-Signature`, or null when it is absent. */
  readonly signature: string | null
  /** `X-Slack-Request-Timestamp`: Unix seconds. */
  readonly timestamp: string | null
  /** As it came over the wire, undecoded. */
  readonly body: Uint8Array<ArrayBuffer>
}

/** The answer to the sender is the same for every reason; the reason is for the log. */
export type Verified =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'absent' | 'malformed' | 'too far from now' | 'wrong' }

/** 32 bytes as lower-case hex; a header sent twice arrives joined and does not fit. */
const SIGNATURE = /^v0=([0-9a-f]{64})$/
/** Seconds since 1970 have ten digits until the year 2286; milliseconds have thirteen. */
const TIMESTAMP = /^[1-9]\d{0,10}$/

/** `secrets`: signing secrets as text, the new one and old ones still in use; all are tried. `nowMs`: real time. */
export async function verifySlack(
  secrets: readonly string[],
  { signature, timestamp, body }: SignedRequest,
  nowMs: number,
): Promise<Verified> {
  if (!signature || !timestamp) return { ok: false, why: 'absent' }
  const mac = SIGNATURE.exec(signature)?.[1]
  if (mac === undefined || !TIMESTAMP.test(timestamp)) return { ok: false, why: 'malformed' }
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_S) return { ok: false, why: 'too far from now' }
  const content = new Uint8Array(await new Blob([`v0:${timestamp}:`, body]).arrayBuffer())
  const isRight = await isSignedByAny(secrets.map(utf8), [fromHex(mac)], content)
  return isRight ? { ok: true } : { ok: false, why: 'wrong' }
}
