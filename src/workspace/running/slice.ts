/** What one slice of a run works with. */

import type { Policy } from '../../core/policy/policy.ts'
import type { Deps } from '../../deps.ts'
import type { Meter } from '../../quantconnect/meter.ts'
import { policyTimeOf } from '../ledger/clock.ts'
import { changeRun, type RunChange, type RunRow } from '../ledger/runs.ts'

export interface Slice {
  readonly deps: Deps
  readonly storage: DurableObjectStorage
  readonly sql: SqlStorage
  readonly policy: Policy
  /** Counts this slice's API calls and refuses those over the budget. */
  readonly meter: Meter
  /** Calls of the slices before this one. */
  readonly callsBefore: number
  /** The run as it is now; `update` replaces it. */
  run: RunRow
}

/** Writes a change of the run, calls used so far included. */
export function update(slice: Slice, change: RunChange): void {
  slice.run = changeRun(slice.sql, slice.run, { ...change, apiCalls: slice.callsBefore + slice.meter.used })
}

/** Policy time now, inside this run. */
export function policyTime(slice: Slice): number {
  return policyTimeOf(slice.run, slice.deps.now())
}
