/** Whether the sweeping goes on: the last good run is younger than twice the interval. Real time. */

import { deliveryTrouble } from './deliveries.ts'
import { iso } from './runs.ts'

export interface Health {
  readonly healthy: boolean
  readonly reason: string
  readonly lastGoodRun: { readonly id: string; readonly finishedAt: string; readonly status: string } | null
  readonly paused: boolean
}

/** A good run: a whole survey that ended in anything but `blocked`, `refused` or `failed`. A skipped tick is none. */
export function readHealth(sql: SqlStorage, paused: boolean, tickMinutes: number, now: number): Health {
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
  const answer = (healthy: boolean, reason: string): Health => ({
    healthy,
    reason: `${reason}${deliveryTrouble(sql)}`,
    lastGoodRun,
    paused,
  })

  if (good === undefined) return answer(false, `There has been no good run yet.${trouble}`)
  const age = Math.floor((now - good.finished_at) / 60_000)
  if (age <= 2 * tickMinutes) return answer(true, `The last good run ended ${age} minutes ago.`)
  return answer(false, `The last good run ended ${age} minutes ago; ${2 * tickMinutes} are allowed.${trouble}`)
}
