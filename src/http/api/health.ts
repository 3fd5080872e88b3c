/** Whether the sweeping goes on: for monitors without a token, with the reasons for whoever may look. */

import * as v from 'valibot'
import { configText, readConfig } from '../../config.ts'
import { CONDITION_CODES } from '../../core/judge/standstill.ts'
import { type PublicHealth, publicHealth } from '../../workspace/views/health.ts'
import { HEALTH_CODES } from '../../workspace/views/health-codes.ts'
import { operation } from './operation.ts'
import { PauseShape, Time } from './shapes.ts'

const Code = v.picklist(HEALTH_CODES)

const PUBLIC = {
  healthy: v.pipe(v.boolean(), v.description('Whether everything is done that is to be done; a pause is meant.')),
  level: v.pipe(
    v.picklist(['failing', 'degraded', 'healthy']),
    v.description('failing: nothing is done (503); degraded: something is not done (200).'),
  ),
  code: v.pipe(Code, v.description('The gravest of the codes, for programs.')),
  codes: v.pipe(v.array(Code), v.description('All that hold, the gravest first.')),
  reason: v.pipe(v.string(), v.description('The same in words; with a token, with names and numbers.')),
  goodRunMinutes: v.pipe(v.nullable(v.number()), v.description('Since the last good scheduled run ended.')),
  tickMinutes: v.pipe(v.nullable(v.number()), v.description('Since the newest cron tick came.')),
  paused: v.boolean(),
  planWaits: v.pipe(v.boolean(), v.description('Whether a plan waits for people.')),
}

const PublicShape = v.pipe(v.strictObject(PUBLIC), v.title('Health'))

const DetailShape = v.pipe(
  v.strictObject({
    ...PUBLIC,
    lastGoodRun: v.pipe(
      v.nullable(v.strictObject({ id: v.string(), finishedAt: Time, status: v.string() })),
      v.description('The last good scheduled run.'),
    ),
    lastTick: v.pipe(v.nullable(Time), v.description('When the newest cron tick came.')),
    pause: v.nullable(PauseShape),
    waiting: v.pipe(
      v.nullable(v.strictObject({ run: v.string(), expiresAt: Time })),
      v.description('The plan that waits for people.'),
    ),
    audit: v.pipe(
      v.nullable(v.strictObject({ run: v.string(), hash: v.string() })),
      v.description('The newest link of the audit chain.'),
    ),
    leftovers: v.pipe(
      v.array(
        v.strictObject({
          projectId: v.number(),
          name: v.string(),
          of: v.pipe(v.number(), v.description('The project that was to be restored.')),
          run: v.string(),
          goesOn: v.pipe(v.boolean(), v.description('Whether the same restore, asked for again, goes on with it.')),
        }),
      ),
      v.description(
        'Projects that restores made, or may have made, and that are not complete. They are never deleted.',
      ),
    ),
    conditions: v.pipe(
      v.array(
        v.strictObject({
          code: v.picklist(CONDITION_CODES),
          rule: v.pipe(v.nullable(v.string()), v.description('Null where it is about all rules.')),
          says: v.string(),
          since: Time,
        }),
      ),
      v.description('Conditions in which rules stand still: each held in three scheduled scans in a row.'),
    ),
  }),
  v.title('HealthDetail'),
)

const HealthShape = v.union([DetailShape, PublicShape])

const NOTHING_KNOWN: Omit<PublicHealth, 'reason'> = {
  healthy: false,
  level: 'failing',
  code: 'not_configured',
  codes: ['not_configured'],
  goodRunMinutes: null,
  tickMinutes: null,
  paused: false,
  planWaits: false,
}

export const showHealth = operation({
  id: 'showHealth',
  method: 'GET',
  path: '/health',
  needs: 'none',
  knows: 'read',
  topic: 'Health',
  summary: 'Whether the last good scheduled run is young enough, and whether something stands still',
  details: 'Without a token it says what and how old; with one it says why, and names runs, rules and projects.',
  answers: {
    200: { means: 'It runs; `level` says whether something is not done.', shape: HealthShape },
    401: 'The credentials that were sent are wrong.',
    429: 'Too many requests, or too many wrong credentials, came from this address.',
    503: { means: 'It does not run; the code says why.', shape: HealthShape },
  },
  async handle({ c, workspace, caller }) {
    const read = readConfig(c.env)
    if (!read.ok) {
      // Nobody can be known without settings, and this names settings alone.
      return c.json({ ...NOTHING_KNOWN, reason: configText(read.problems) }, 503, { 'retry-after': '60' })
    }
    // How far the reading of activity is, pages and `why` say.
    const { reading: _reading, ...health } = await workspace.health()
    const shown = caller.rights.includes('read') ? health : publicHealth(health)
    return health.level === 'failing' ? c.json(shown, 503, { 'retry-after': '60' }) : c.json(shown, 200)
  },
})
