/** The query of a request, whatever it is for. */

import type { MiddlewareHandler } from 'hono'
import { problem } from './problem.ts'

/** Refuses a query in which a key stands twice, anywhere and to anybody: programs do not agree which of the two counts. */
export const eachOnce: MiddlewareHandler = async (c, next) => {
  if (Object.values(c.req.queries()).every((values) => values.length === 1)) return next()
  const detail = 'A query parameter is there twice, and which one is meant is not clear. Give it once.'
  return problem(c, 400, { title: 'Repeated query parameter', detail })
}
