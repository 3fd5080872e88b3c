/**
 * Signs one request. QuantConnect's scheme is a plain SHA-256 of token, colon and time (not an HMAC), sent as the
 * password of HTTP Basic; the same time goes into its own header (lean-cli, lean/components/api/api_client.py).
 */

export interface Signature {
  /** Value of the `Authorization` header. */
  readonly authorization: string
  /** Value of the `Timestamp` header: Unix seconds. */
  readonly timestamp: string
  /** Everything above that must never be shown; the time is none, and an error about the clock has to name it. */
  readonly secrets: readonly string[]
}

/** `atMs` is real time in milliseconds; the server refuses a signature older than 7,200 s. */
export async function sign(userId: string, token: string, atMs: number): Promise<Signature> {
  const timestamp = String(Math.floor(atMs / 1_000))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${token}:${timestamp}`))
  const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const credentials = btoa(`${userId}:${hash}`)
  return { authorization: `Basic ${credentials}`, timestamp, secrets: [credentials, hash] }
}
