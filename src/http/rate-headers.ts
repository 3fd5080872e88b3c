/**
 * How often one may ask, on the answers that count (draft-ietf-httpapi-ratelimit-headers): the limit always, and what is left
 * of it once that is less than half.
 */

import type { MiddlewareHandler } from 'hono'
import type { Door } from './caller.ts'

export const rateHeaders: MiddlewareHandler<Door> = async (c, next) => {
  await next()
  const { rate } = c.var
  if (rate === undefined) return
  c.res.headers.set('ratelimit-policy', `"${rate.name}";q=${rate.most};w=60`)
  if (rate.left * 2 < rate.most) c.res.headers.set('ratelimit', `"${rate.name}";r=${rate.left};t=${rate.resetsIn}`)
}
