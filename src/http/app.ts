/** The router: one file per door, problem+json for whatever no door answers. */

import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { configText, readConfig } from '../config.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import { createApi } from './api.ts'
import { createPages } from './pages.ts'
import { problem } from './problem.ts'

export function createApp(): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>()
  app.use(
    '*',
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  )

  app.get('/health', async (c) => {
    const read = readConfig(c.env)
    if (!read.ok)
      return c.json({ healthy: false, reason: configText(read.problems), lastGoodRun: null, paused: false }, 503)
    const health = await workspaceOf(c.env).health()
    return c.json(health, health.healthy ? 200 : 503)
  })
  app.route('/api', createApi())
  app.route('/', createPages())

  app.notFound((c) => problem(c, 404, { title: 'Nothing here', detail: `There is no ${c.req.method} ${c.req.path}.` }))
  app.onError((error, c) => {
    // Only the kind of error is logged: a message may hold what must not be shown (G20).
    console.error(`${c.req.method} ${c.req.routePath}: ${error.name}`)
    return problem(c, 500, { title: 'Unexpected error', detail: "Try again; if it stays, look into the Worker's log." })
  })
  return app
}
