/** Answers that do not change are sent once: `ETag`, and 304 to whoever has it already. */

import type { Context } from 'hono'

/** Headers of an answer that has this tag. */
export function tagged(tag: string): { readonly etag: string; readonly 'cache-control': string } {
  return { etag: tag, 'cache-control': 'private, no-cache' }
}

/** The 304 for a caller that has this version; null for all others. */
export function notModified(c: Context, tag: string): Response | null {
  const wanted = c.req.header('if-none-match') ?? ''
  const has = wanted.trim() === '*' || wanted.match(/"[^"]*"/g)?.includes(tag)
  return has ? c.body(null, 304, tagged(tag)) : null
}

/** JSON with the hash of its bytes as its tag. */
export async function taggedJson(c: Context, value: object): Promise<Response> {
  const body = JSON.stringify(value)
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body))
  const hex = Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const tag = `"${hex}"`
  return notModified(c, tag) ?? c.body(body, 200, { ...tagged(tag), 'content-type': 'application/json' })
}
