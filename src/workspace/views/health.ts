/** Whether the sweeping goes on, and what stands still. Real time. */

import { readingText } from '../../core/plan/readings.ts'
import { policyNow } from '../ledger/clock.ts'
import { type Begun, begunConditions } from '../ledger/conditions.ts'
import { type Leftover, readFact } from '../ledger/facts.ts'
import { openProposal } from '../ledger/proposals.ts'
import { readLeftovers } from '../ledger/rebuilt.ts'
import { iso } from '../ledger/runs.ts'
import { stuckUnits } from '../ledger/units.ts'
import { deliveryTrouble } from '../telling/deliveries.ts'
import { HEALTH, type HealthCode, type HealthLevel, healthCodes, type Seen } from './health-codes.ts'

/** What anybody may know: whether it is well, ages, no names. */
export interface PublicHealth {
  /** Whether everything is done that is to be done; a pause is meant. */
  readonly healthy: boolean
  readonly level: HealthLevel
  /** The gravest of `codes`. */
  readonly code: HealthCode
  /** All that hold, the gravest first. */
  readonly codes: readonly HealthCode[]
  readonly reason: string
  /** Minutes since the last good scheduled run ended; null = there was none. */
  readonly goodRunMinutes: number | null
  /** Minutes since the newest cron tick came; null = none came. */
  readonly tickMinutes: number | null
  readonly paused: boolean
  /** Whether a plan waits for people. */
  readonly planWaits: boolean
}

export interface Health extends PublicHealth {
  /** Of the last good scheduled run. */
  readonly lastGoodRun: { readonly id: string; readonly finishedAt: string; readonly status: string } | null
  /** When the newest cron tick came; null = none yet. */
  readonly lastTick: string | null
  /** Who paused it, and since when. */
  readonly pause: PauseView | null
  /** The plan that waits for people. */
  readonly waiting: { readonly run: string; readonly expiresAt: string } | null
  /** How far the reading of activity is, as a sentence; null when nothing is left to read. */
  readonly reading: string | null
  /** The newest link of the audit chain: a copy kept elsewhere shows when the chain was cut. */
  readonly audit: { readonly run: string; readonly hash: string } | null
  /** Projects that restores made, or may have made, and that are not complete, as the newest scan saw them. */
  readonly leftovers: readonly Leftover[]
  /** Conditions in which rules stand still. */
  readonly conditions: readonly ConditionView[]
}

/** One of them. `since`: ISO 8601 UTC. */
export type ConditionView = Omit<Begun, 'since'> & { readonly since: string }

export interface PauseView {
  readonly by: string
  readonly since: string
}

/** Null while nothing is paused. */
export function pauseView(sql: SqlStorage): PauseView | null {
  const pause = readFact(sql, 'pause')
  return pause === null ? null : { by: pause.by, since: iso(pause.at) }
}

/** The part of it that strangers get. */
export function publicHealth({
  healthy,
  level,
  code,
  codes,
  goodRunMinutes,
  tickMinutes,
  paused,
  planWaits,
}: Omit<Health, 'reading'>): PublicHealth {
  const reason = HEALTH[code].says
  return { healthy, level, code, codes, reason, goodRunMinutes, tickMinutes, paused, planWaits }
}

/** What the object cannot read from its storage: why settings or policy cannot be used; null when they can. */
export type Refusals = Pick<Seen, 'settings' | 'policy'>

/**
 * A good run: a whole survey that ended in anything but `blocked`, `refused` or `failed`. A skipped tick is none, and only
 * scheduled runs count: a report that anybody may ask for proves nothing about the clock (G30). `interval`: minutes between
 * two ticks.
 */
export function readHealth(sql: SqlStorage, refusals: Refusals, interval: number, now: number): Health {
  const good = readFact(sql, 'goodTick')
  const newest = sql
    .exec<{ id: string; status: string; message: string; cause: string | null }>(
      `SELECT id, status, message, json_extract(state, '$.cause') AS cause
       FROM runs INDEXED BY runs_by_time WHERE trigger = 'cron' AND status NOT IN ('queued', 'running') AND json_extract(state, '$.surveyAt') IS NOT NULL
       ORDER BY created_at DESC, id DESC LIMIT 2`,
    )
    .toArray()
  const tick = readFact(sql, 'tick')
  const pause = pauseView(sql)
  const open = openProposal(sql)
  const chain = readFact(sql, 'chain')
  const reading = readFact(sql, 'reading')
  const conditions = begunConditions(sql)
  const goodRunMinutes = good === null ? null : minutesSince(good.finishedAt)
  const tickMinutes = tick === null ? null : minutesSince(tick.arrived)
  const found = healthCodes({
    sql,
    ...refusals,
    goodRunMinutes,
    tickMinutes,
    allowed: 2 * interval,
    newest: newest.map(({ cause, ...run }) => ({ ...run, isApiDown: cause === 'api' })),
    conditions,
    stuck: stuckUnits(sql, policyNow(sql, now), now),
  })
  const codes = found.map(({ code }) => code)
  const [code = 'ok'] = codes
  const { level } = HEALTH[code]
  const trouble = level === 'failing' && !codes.includes('api_down') ? troubleText(sql) : ''
  const well = level === 'healthy' ? `The last good scheduled run ended ${goodRunMinutes} minutes ago. ` : ''
  // How old it is comes first, then why.
  const inOrder = [...found.filter((one) => isAge(one.code)), ...found.filter((one) => !isAge(one.code))]
  const reasons = code === 'ok' ? '' : inOrder.map(({ why }) => why).join(' ')
  return {
    healthy: level === 'healthy',
    level,
    code,
    codes,
    reason: `${well}${reasons}${trouble}`.trim() + deliveryTrouble(sql),
    goodRunMinutes,
    tickMinutes,
    planWaits: open !== null,
    lastGoodRun: good === null ? null : { id: good.run, finishedAt: iso(good.finishedAt), status: good.status },
    lastTick: tick === null ? null : iso(tick.arrived),
    paused: pause !== null,
    pause,
    waiting: open === null ? null : { run: open.run, expiresAt: iso(open.expiresAt) },
    reading: reading === null ? null : readingText(reading),
    audit: chain === null ? null : { run: chain.run, hash: chain.hash },
    leftovers: readLeftovers(sql),
    conditions: conditions.map(({ since, ...one }) => ({ ...one, since: iso(since) })),
  }

  function minutesSince(at: number): number {
    return Math.floor((now - at) / 60_000)
  }
}

function isAge(code: HealthCode): boolean {
  return code === 'never_ran' || code === 'stale'
}

/** How the newest run that came to nothing ended. */
function troubleText(sql: SqlStorage): string {
  const newest = readFact(sql, 'trouble')
  return newest === null ? '' : ` Run ${newest.run} ended ${newest.status}: ${newest.message}`
}
