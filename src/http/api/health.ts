/** Whether the sweeping goes on: for monitors, without a token. */

import * as v from 'valibot'
import { configText, readConfig } from '../../config.ts'
import { operation } from './operation.ts'
import { PauseShape, Time } from './shapes.ts'

const Health = v.pipe(
  v.strictObject({
    healthy: v.boolean(),
    reason: v.string(),
    lastGoodRun: v.nullable(v.strictObject({ id: v.string(), finishedAt: Time, status: v.string() })),
    lastTick: v.pipe(v.nullable(Time), v.description('When the newest cron tick came.')),
    paused: v.boolean(),
    pause: v.nullable(PauseShape),
    waiting: v.pipe(
      v.nullable(v.strictObject({ run: v.string(), expiresAt: Time })),
      v.description('The plan that waits for people.'),
    ),
    audit: v.pipe(
      v.nullable(v.strictObject({ run: v.string(), hash: v.string() })),
      v.description('The newest link of the audit chain.'),
    ),
  }),
  v.title('Health'),
)

const NOTHING_KNOWN = {
  healthy: false,
  lastGoodRun: null,
  lastTick: null,
  paused: false,
  pause: null,
  waiting: null,
  audit: null,
}

export const showHealth = operation({
  id: 'showHealth',
  method: 'GET',
  path: '/health',
  needs: 'none',
  topic: 'Health',
  summary: 'Whether the last good run and the newest cron tick are younger than twice the interval',
  answers: {
    200: { means: 'It is.', shape: Health },
    503: { means: 'It is not; the reason says why.', shape: Health },
  },
  async handle({ c, workspace }) {
    const read = readConfig(c.env)
    if (!read.ok) {
      return c.json({ ...NOTHING_KNOWN, reason: configText(read.problems) }, 503)
    }
    const health = await workspace.health()
    return c.json(health, health.healthy ? 200 : 503)
  },
})
