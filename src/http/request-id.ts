/** The id of a request: on its answer and in each line that is logged while it is answered, so that the two can be brought together. */

import type { Context, MiddlewareHandler } from 'hono'
import type { Redaction } from '../core/base/secrets.ts'
import { redactionOf } from '../log.ts'
import type { Door } from './caller.ts'

/** Made here and never taken over: what a caller sends proves nothing, and would stand in our log. */
export const withRequestId: MiddlewareHandler<Door> = async (c, next) => {
  const id = crypto.randomUUID()
  c.set('requestId', id)
  await next()
  c.res.headers.set('x-request-id', id)
}

/** For log lines of this request: without secrets, and with its id. */
export function logOf(c: Context<Door>): Redaction {
  const clean = redactionOf(c.env)
  return (text) => `${clean(text)} [request ${c.var.requestId}]`
}
