/**
 * When the object has to wake up: one alarm for everything that has a time of its own. Each source says when it is next
 * due; the earliest counts.
 */

import { nextReply } from './asking/replies.ts'
import { nextDeadline } from './ledger/deadlines.ts'
import { nextKvTry, nextRestForKv } from './ledger/kv-failing.ts'
import { nextDelivery } from './ledger/messages.ts'
import { nextExpiry } from './ledger/proposals.ts'
import { nextRetention } from './ledger/retention.ts'
import { goingOn, type RunRow } from './ledger/runs.ts'
import { stoppedBy } from './ledger/stops.ts'
import { throttledUntil } from './ledger/throttle.ts'
import { nextRun, standsStillUntil } from './ledger/turns.ts'
import { nextCheck } from './running/check-backups.ts'
import { whyOver } from './running/over.ts'

/** Real time at which something is due, in milliseconds; in the past = at once, null = nothing waits. */
export type DueTime = (sql: SqlStorage) => number | null

/** Everything besides runs that has a time of its own. */
export const DUE_TIMES: readonly DueTime[] = [
  nextDelivery,
  nextExpiry,
  nextReply,
  nextDeadline,
  nextKvTry,
  nextRestForKv,
  nextRetention,
  nextCheck,
]

/** Waits after something went wrong unexpectedly, in milliseconds: for the run that is going on, and for all else. */
export interface Waits {
  readonly run: number
  readonly others: number
}

/** How long from now, in milliseconds, until something is due; null when nothing waits. `now` is real time. */
export function nextAlarm(sql: SqlStorage, now: number, waits: Waits): number | null {
  const times = DUE_TIMES.map((dueTime) => dueTime(sql)).filter((time) => time !== null)
  const others = times.map((time) => Math.max(0, time - now, waits.others))
  const runs = runTimes(sql, now).map((time) => Math.max(0, time - now, waits.run))
  const all = [...runs, ...others]
  return all.length === 0 ? null : Math.min(...all)
}

/** When runs that are going on have something to do. */
function runTimes(sql: SqlStorage, now: number): readonly number[] {
  const next = nextRun(sql, now)
  if (next !== null) return [waitsFor(sql, next, now)]
  return goingOn(sql).flatMap((run) => standsStillUntil(sql, run, now) ?? [])
}

/** A run waits out a throttle, unless it has an end to come to that takes no call. */
function waitsFor(sql: SqlStorage, run: RunRow, now: number): number {
  const isEnding = run.phase === 'record' || whyOver(sql, run, now) !== null
  const isStopped = run.phase !== 'confirm' && stoppedBy(sql, run.id) !== null
  return isEnding || isStopped ? now : (throttledUntil(sql, now) ?? now)
}
