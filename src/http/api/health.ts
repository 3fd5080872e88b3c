/** Whether the sweeping goes on: for monitors, without a token. */

import * as v from 'valibot'
import { configText, readConfig } from '../../config.ts'
import { operation } from './operation.ts'
import { Time } from './shapes.ts'

const Health = v.pipe(
  v.strictObject({
    healthy: v.boolean(),
    reason: v.string(),
    lastGoodRun: v.nullable(v.strictObject({ id: v.string(), finishedAt: Time, status: v.string() })),
    paused: v.boolean(),
  }),
  v.title('Health'),
)

export const showHealth = operation({
  id: 'showHealth',
  method: 'GET',
  path: '/health',
  needs: 'none',
  topic: 'Health',
  summary: 'Whether the last good run is younger than twice the interval',
  answers: {
    200: { means: 'It is.', shape: Health },
    503: { means: 'It is not; the reason says why.', shape: Health },
  },
  async handle({ c, workspace }) {
    const read = readConfig(c.env)
    if (!read.ok) {
      return c.json({ healthy: false, reason: configText(read.problems), lastGoodRun: null, paused: false }, 503)
    }
    const health = await workspace.health()
    return c.json(health, health.healthy ? 200 : 503)
  },
})
