/**
 * When the object has to wake up: one alarm for everything that has a time of its own. Each source says when it is next
 * due; the earliest counts.
 */

import { nextReply } from './asking/replies.ts'
import { readFact } from './ledger/facts.ts'
import { nextDelivery } from './ledger/messages.ts'
import { nextExpiry } from './ledger/proposals.ts'
import { nextRun, type RunRow } from './ledger/runs.ts'
import { stoppedBy } from './ledger/stops.ts'

/** Real time at which something is due, in milliseconds; in the past = at once, null = nothing waits. */
export type DueTime = (sql: SqlStorage) => number | null

/** Everything besides runs that has a time of its own. */
export const DUE_TIMES: readonly DueTime[] = [nextDelivery, nextExpiry, nextReply]

/** Waits after something went wrong unexpectedly, in milliseconds: for the run that is going on, and for all else. */
export interface Waits {
  readonly run: number
  readonly others: number
}

/** How long from now, in milliseconds, until something is due; null when nothing waits. `now` is real time. */
export function nextAlarm(sql: SqlStorage, now: number, waits: Waits): number | null {
  const times = DUE_TIMES.map((dueTime) => dueTime(sql)).filter((time) => time !== null)
  const others = times.map((time) => Math.max(0, time - now, waits.others))
  const all = isRunDue(sql) ? [Math.max(0, waits.run), ...others] : others
  return all.length === 0 ? null : Math.min(...all)
}

/** Paused between two items, a run stands still: nothing goes on until a person lifts it, and then this run does. */
export function standsStill(sql: SqlStorage, run: RunRow): boolean {
  // Somebody stopped it: then it ends, pause or not.
  if (stoppedBy(sql, run.id) !== null) return false
  return (run.phase === 'act' || run.phase === 'rebuild') && readFact(sql, 'pause') !== null
}

function isRunDue(sql: SqlStorage): boolean {
  const run = nextRun(sql)
  return run !== null && !standsStill(sql, run)
}
