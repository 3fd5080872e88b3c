/** Whether the sweeping goes on: the last good run is younger than twice the interval. Real time. */

import { readFact } from '../ledger/facts.ts'
import { openProposal } from '../ledger/proposals.ts'
import { iso } from '../ledger/runs.ts'
import { deliveryTrouble } from '../telling/deliveries.ts'

export interface Health {
  readonly healthy: boolean
  readonly reason: string
  readonly lastGoodRun: { readonly id: string; readonly finishedAt: string; readonly status: string } | null
  /** When the newest cron tick came; null = none yet. */
  readonly lastTick: string | null
  readonly paused: boolean
  /** Who paused it, and since when. */
  readonly pause: PauseView | null
  /** The plan that waits for people. */
  readonly waiting: { readonly run: string; readonly expiresAt: string } | null
  /** The newest link of the audit chain: a copy kept elsewhere shows when the chain was cut. */
  readonly audit: { readonly run: string; readonly hash: string } | null
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

/** A good run: a whole survey that ended in anything but `blocked`, `refused` or `failed`. A skipped tick is none. */
export function readHealth(sql: SqlStorage, tickMinutes: number, now: number): Health {
  const good = sql
    .exec<{ id: string; finished_at: number; status: string }>(
      `SELECT id, finished_at, status FROM runs WHERE status IN ('ok', 'partial', 'waiting') AND json_extract(state, '$.good') = 1
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
  const answer = (healthy: boolean, reason: string): Health => ({
    healthy,
    reason: `${reason}${pause === null ? '' : ` Paused by ${pause.by} since ${pause.since}.`}${deliveryTrouble(sql)}`,
    lastGoodRun,
    lastTick: tick === null ? null : iso(tick.arrived),
    paused: pause !== null,
    pause,
    waiting: open === null ? null : { run: open.run, expiresAt: iso(open.expiresAt) },
    audit: chain === null ? null : { run: chain.run, hash: chain.hash },
  })

  const allowed = 2 * tickMinutes
  if (good === undefined) return answer(false, `There has been no good run yet.${trouble}`)
  const age = minutesSince(good.finished_at)
  if (age > allowed)
    return answer(false, `The last good run ended ${age} minutes ago; ${allowed} are allowed.${trouble}`)
  const silence = tick === null ? 0 : minutesSince(tick.arrived)
  if (silence > allowed) {
    return answer(
      false,
      `The newest cron tick came ${silence} minutes ago; ${allowed} are allowed. Look at the triggers of the Worker: the cron does not fire.`,
    )
  }
  return answer(true, `The last good run ended ${age} minutes ago.`)

  function minutesSince(at: number): number {
    return Math.floor((now - at) / 60_000)
  }
}
