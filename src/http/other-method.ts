/** For what no route answers: 405 with what the path does take, or 404. */

import type { Context, Hono } from 'hono'
import type { Door } from './auth.ts'
import { problem } from './problem.ts'

/** OPTIONS gets the list of methods alone, and no leave for other sites: there is no CORS. */
export function answerUnrouted(app: Hono<Door>, c: Context<Door>): Response {
  const { method, path } = c.req
  const methods = methodsAt(app, path)
  // Nothing of the request is repeated, for anybody may have sent it (G29).
  if (methods.length === 0)
    return problem(c, 404, { title: 'Nothing here', detail: 'There is nothing at this address.' })
  const allow = [...methods, 'OPTIONS'].join(', ')
  if (method === 'OPTIONS') return c.body(null, 204, { allow })
  const detail = `This address takes ${methods.join(', ')}.`
  return problem(c, 405, { title: 'Not with this method', detail }, { allow })
}

function methodsAt(app: Hono<Door>, path: string): readonly string[] {
  const here = app.routes.filter((route) => route.method !== 'ALL' && patternOf(route.path).test(path))
  return [...new Set(here.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))]
}

/** `/projects/:id{[0-9]+}/hold` → its parameters are whatever fits between two slashes. */
function patternOf(route: string): RegExp {
  const source = route.split(/:\w+(?:\{.+?\})?/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${source.join('[^/]+')}$`)
}
