/** Whether the sweeping goes on: the last good scheduled run is younger than twice the interval. Real time. */

import { readingText } from '../../core/plan/readings.ts'
import { type Leftover, readFact } from '../ledger/facts.ts'
import { openProposal } from '../ledger/proposals.ts'
import { readLeftovers } from '../ledger/rebuilt.ts'
import { iso } from '../ledger/runs.ts'
import { deliveryTrouble } from '../telling/deliveries.ts'

/** What is the matter, for programs; each has a sentence that anybody may read. */
export const HEALTH_CODES = {
  ok: 'All is well.',
  no_good_run: 'There has been no good scheduled run yet.',
  good_run_too_old: 'The last good scheduled run is too old.',
  no_tick: 'The cron does not fire.',
  not_configured: 'The settings are not complete.',
} as const

export type HealthCode = keyof typeof HEALTH_CODES

/** What anybody may know: whether it is well, ages, no names. */
export interface PublicHealth {
  readonly healthy: boolean
  readonly code: HealthCode
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
}

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
  code,
  goodRunMinutes,
  tickMinutes,
  paused,
  planWaits,
}: Omit<Health, 'reading'>): PublicHealth {
  return { healthy, code, reason: HEALTH_CODES[code], goodRunMinutes, tickMinutes, paused, planWaits }
}

/**
 * A good run: a whole survey that ended in anything but `blocked`, `refused` or `failed`. A skipped tick is none, and only
 * scheduled runs count: a report that anybody may ask for proves nothing about the clock (G30). `interval`: minutes between
 * two ticks.
 */
export function readHealth(sql: SqlStorage, interval: number, now: number): Health {
  const good = sql
    .exec<{ id: string; finished_at: number; status: string }>(
      `SELECT id, finished_at, status FROM runs
       WHERE trigger = 'cron' AND status IN ('ok', 'partial', 'waiting') AND json_extract(state, '$.good') = 1
       ORDER BY finished_at DESC LIMIT 1`,
    )
    .toArray()[0]
  const newest = sql
    .exec<{ id: string; status: string; message: string }>(
      `SELECT id, status, message FROM runs WHERE status IN ('blocked', 'refused', 'failed') ORDER BY created_at DESC LIMIT 1`,
    )
    .toArray()[0]
  const trouble = newest === undefined ? '' : ` Run ${newest.id} ended ${newest.status}: ${newest.message}`
  const lastGoodRun =
    good === undefined ? null : { id: good.id, finishedAt: iso(good.finished_at), status: good.status }
  const tick = readFact(sql, 'tick')
  const pause = pauseView(sql)
  const open = openProposal(sql)
  const chain = readFact(sql, 'chain')
  const reading = readFact(sql, 'reading')
  const goodRunMinutes = good === undefined ? null : minutesSince(good.finished_at)
  const tickMinutes = tick === null ? null : minutesSince(tick.arrived)
  const answer = (code: HealthCode, reason: string): Health => ({
    healthy: code === 'ok',
    code,
    reason: `${reason}${pause === null ? '' : ` Paused by ${pause.by} since ${pause.since}.`}${deliveryTrouble(sql)}`,
    goodRunMinutes,
    tickMinutes,
    planWaits: open !== null,
    lastGoodRun,
    lastTick: tick === null ? null : iso(tick.arrived),
    paused: pause !== null,
    pause,
    waiting: open === null ? null : { run: open.run, expiresAt: iso(open.expiresAt) },
    reading: reading === null ? null : readingText(reading),
    audit: chain === null ? null : { run: chain.run, hash: chain.hash },
    leftovers: readLeftovers(sql),
  })

  const allowed = 2 * interval
  if (goodRunMinutes === null) return answer('no_good_run', `${HEALTH_CODES.no_good_run}${trouble}`)
  if (goodRunMinutes > allowed) {
    const ended = `The last good scheduled run ended ${goodRunMinutes} minutes ago; ${allowed} are allowed.`
    return answer('good_run_too_old', `${ended}${trouble}`)
  }
  const silence = tickMinutes ?? 0
  if (silence > allowed) {
    return answer(
      'no_tick',
      `The newest cron tick came ${silence} minutes ago; ${allowed} are allowed. Look at the triggers of the Worker: the cron does not fire.`,
    )
  }
  return answer('ok', `The last good scheduled run ended ${goodRunMinutes} minutes ago.`)

  function minutesSince(at: number): number {
    return Math.floor((now - at) / 60_000)
  }
}
