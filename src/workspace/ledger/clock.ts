/**
 * The two clocks. Real time is `Date.now()`; policy time is what grace, days and holds count in: the newest tick's
 * scheduled time plus the real time since it arrived, so that a repeated tick computes the same plan and two weeks can
 * pass in a second (`?time=` on the scheduled handler). Without any tick yet it is real time.
 */

import { readFact } from './facts.ts'
import type { RunRow } from './runs.ts'

/** Policy time for anything that is not a tick. */
export function policyNow(sql: SqlStorage, realNow: number): number {
  const tick = readFact(sql, 'tick')
  return tick === null ? realNow : tick.scheduled + (realNow - tick.arrived)
}

/** Policy time inside a run: what it was when the run was asked for, plus the real time since. */
export function policyTimeOf(run: Pick<RunRow, 'policyAt' | 'createdAt'>, realNow: number): number {
  return run.policyAt + (realNow - run.createdAt)
}
