/** The router: one file per door, problem+json for whatever no door answers. */

import { Hono } from 'hono/tiny' // with the smallest of its routers, quick enough for some dozens of routes
import { logError } from '../log.ts'
import { mountApi } from './api/mount.ts'
import { createGauges, type Door } from './auth.ts'
import { takeInteraction } from './discord.ts'
import { takeDelivery } from './github.ts'
import { safeHeaders, safePages } from './headers.ts'
import { takeCommand } from './hooks.ts'
import { onlyByOwnName } from './host.ts'
import { mountDescription } from './openapi/door.ts'
import { answerUnrouted } from './other-method.ts'
import { mountPages } from './pages/mount.ts'
import { problem } from './problem.ts'
import { takeAlgorithmMessage } from './quantconnect.ts'
import { eachOnce } from './query.ts'
import { rateHeaders } from './rate-headers.ts'
import { logOf, withRequestId } from './request-id.ts'
import { takeSlack } from './slack.ts'

export function createApp(): Hono<Door> {
  const app = new Hono<Door>()
  app.use('*', withRequestId, safeHeaders, rateHeaders, safePages, onlyByOwnName, eachOnce)

  const gauges = createGauges()
  mountApi(app, gauges)
  app.post('/hooks', (c) => takeCommand(c, gauges))
  app.post('/hooks/github', (c) => takeDelivery(c, gauges))
  app.post('/hooks/quantconnect', (c) => takeAlgorithmMessage(c, gauges))
  app.post('/slack/commands', (c) => takeSlack(c, gauges, 'commands'))
  app.post('/slack/actions', (c) => takeSlack(c, gauges, 'actions'))
  app.post('/slack/events', (c) => takeSlack(c, gauges, 'events'))
  app.post('/discord/interactions', (c) => takeInteraction(c, gauges))
  mountDescription(app)
  mountPages(app, gauges)

  app.notFound((c) => answerUnrouted(app, c))
  app.onError((error, c) => {
    logError(logOf(c), `${c.req.method} ${c.req.routePath}`, error)
    return problem(c, 500, { title: 'Unexpected error', detail: "Try again; if it stays, look into the Worker's log." })
  })
  return app
}
