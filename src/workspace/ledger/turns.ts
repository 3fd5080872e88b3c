/** Whose turn it is: one run at a time, and while a pause keeps one from acting, the others go on. */

import { standsUntil } from './pause.ts'
import { approvalEnds } from './proposals.ts'
import { goingOn, type RunRow } from './runs.ts'

/** The run whose slice is next; null when there is none, or a pause keeps all that there are from going on. */
export function nextRun(sql: SqlStorage, now: number): RunRow | null {
  return goingOn(sql).find((run) => standsStillUntil(sql, run, now) === null) ?? null
}

/** Paused, a run stands still until its time is over, or that of the approval it carries out. */
export function standsStillUntil(sql: SqlStorage, run: RunRow, now: number): number | null {
  const until = standsUntil(sql, run, now)
  const ends = approvalEnds(sql, run) ?? Number.POSITIVE_INFINITY
  return until === null || ends <= now ? null : Math.min(until, ends)
}
