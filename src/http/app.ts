/** The router: one file per door, problem+json for whatever no door answers. */

import { type Context, Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { secureHeaders } from 'hono/secure-headers'
import { logError, redactionOf } from '../log.ts'
import { mountApi } from './api/mount.ts'
import type { Door } from './auth.ts'
import { createPages } from './pages.ts'
import { problem } from './problem.ts'

export function createApp(): Hono<Door> {
  const app = new Hono<Door>()
  app.use(
    '*',
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    }),
  )
  app.use('*', methodNotAllowed({ app, onMethodNotAllowed: (c, methods) => otherMethod(c, methods) }))

  mountApi(app)
  app.route('/', createPages())

  app.notFound((c) => problem(c, 404, { title: 'Nothing here', detail: `There is no ${c.req.method} ${c.req.path}.` }))
  app.onError((error, c) => {
    logError(redactionOf(c.env), `${c.req.method} ${c.req.routePath}`, error)
    return problem(c, 500, { title: 'Unexpected error', detail: "Try again; if it stays, look into the Worker's log." })
  })
  return app
}

/** 405 with what the path does take; OPTIONS gets that alone, and no leave for other sites: there is no CORS. */
function otherMethod(c: Context<Door>, methods: readonly string[]): Response {
  const allow = [...methods, 'OPTIONS'].join(', ')
  if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow })
  const detail = `${c.req.path} takes ${methods.join(', ')}; this was ${c.req.method}.`
  return problem(c, 405, { title: 'Not with this method', detail }, { allow })
}
