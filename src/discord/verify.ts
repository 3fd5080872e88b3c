/**
 * Whether a request comes from Discord: an Ed25519 signature over the bytes of the timestamp followed by the raw body
 * (Discord, "Receiving and Responding", security and authorization). Discord sends wrong signatures on purpose now and
 * then and takes the address away from whoever accepts them.
 */

/** How far the signed time may be from ours, either way, in seconds. Discord demands no check; the time is signed anyway. */
export const TOLERANCE_S = 300

export interface SignedRequest {
  /** `X-Signature-Ed25519`, or null when it is absent. */
  readonly signature: string | null
  /** `X-Signature-Timestamp`: Unix seconds. */
  readonly timestamp: string | null
  /** As it came over the wire, undecoded. */
  readonly body: Uint8Array
}

/** The answer to the sender is the same for every reason; the reason is for the log. */
export type Verified =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'absent' | 'malformed' | 'too far from now' | 'wrong' }

/** Discord writes 64 bytes as lower-case hex; a header sent twice arrives joined and does not fit either. */
const SIGNATURE = /^[0-9a-f]{128}$/
/** Seconds since 1970 have ten digits until the year 2286; milliseconds have thirteen. */
const TIMESTAMP = /^[1-9]\d{0,10}$/

/** `publicKeys`: each 64 lower-case hex characters, from the settings; all are tried. `nowMs`: real time. */
export async function verifyDiscord(
  publicKeys: readonly string[],
  { signature, timestamp, body }: SignedRequest,
  nowMs: number,
): Promise<Verified> {
  if (signature === null || timestamp === null) return { ok: false, why: 'absent' }
  if (!SIGNATURE.test(signature) || !TIMESTAMP.test(timestamp)) return { ok: false, why: 'malformed' }
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_S) return { ok: false, why: 'too far from now' }
  const message = await new Blob([timestamp, body]).arrayBuffer()
  const bytes = Uint8Array.fromHex(signature)
  const verdicts = await Promise.all(publicKeys.map((key) => isSignedBy(key, bytes, message)))
  return verdicts.includes(true) ? { ok: true } : { ok: false, why: 'wrong' }
}

async function isSignedBy(
  publicKey: string,
  signature: Uint8Array<ArrayBuffer>,
  message: ArrayBuffer,
): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', Uint8Array.fromHex(publicKey), 'Ed25519', false, ['verify'])
  return crypto.subtle.verify('Ed25519', key, signature, message)
}
