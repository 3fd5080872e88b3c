/** Headers of every answer: nothing may be loaded or run, nobody may frame a page, and forms go nowhere but here. */

import type { MiddlewareHandler } from 'hono'

const HEADERS: { readonly [name: string]: string } = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Not `no-referrer`: with it browsers send forms without saying where they come from.
  'referrer-policy': 'same-origin',
  'strict-transport-security': 'max-age=15552000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Characters that turn the direction of what follows, or are not shown at all: in a name they can make a page read wrongly. */
const DIRECTION = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]|(?![\t\n\r])\p{Cc}/gu

/** Every page, whatever it shows: such characters are written out, and no browser or proxy keeps it. */
export const safePages: MiddlewareHandler = async (c, next) => {
  await next()
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
  if (!(c.res.headers.get('content-type') ?? '').startsWith('text/html')) return
  const text = (await c.res.text()).replaceAll(DIRECTION, (one) => `[U+${hex(one)}]`)
  c.res = new Response(text, c.res)
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}

export const safeHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value)
}
