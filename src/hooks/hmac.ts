/** HMAC-SHA256 as the doors use it: any of several secrets may have signed, and all of them are always tried. */

/** Bytes with memory of their own, as Web Crypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>

const SHA256 = { name: 'HMAC', hash: 'SHA-256' }
const encoder = new TextEncoder()

/** The 32 bytes that whoever knows the secret gets for this content. */
export async function macOf(secret: Bytes, content: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', secret, SHA256, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, content))
}

/**
 * Whether one of these MACs was made of the content with one of the secrets. Every pair is compared, by the platform and
 * in constant time, so that the time it takes does not tell which one it was.
 */
export async function isSignedByAny(
  secrets: readonly Bytes[],
  macs: readonly Bytes[],
  content: Bytes,
): Promise<boolean> {
  const compared = secrets.map(async (secret) => {
    const key = await crypto.subtle.importKey('raw', secret, SHA256, false, ['verify'])
    return Promise.all(macs.map((mac) => crypto.subtle.verify('HMAC', key, mac, content)))
  })
  return (await Promise.all(compared)).flat().includes(true)
}

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Bytes {
  return encoder.encode(text) as Bytes
}

/** Two lower-case digits a byte. */
export function toHex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The bytes of a text that is known to be lower-case hex of even length. */
export function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

export function toBase64(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes))
}

/**
 * The bytes of standard base64 with padding; null for any other spelling of the same bytes, which `atob` would take
 * (spaces, missing padding, bits left over).
 */
export function fromBase64(text: string): Bytes | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  return toBase64(bytes) === text ? bytes : null
}
