/** The list of projects once more, within a run that has scanned it already (G32): before acting, and to confirm. */

import type { Project } from '../../core/evidence/project.ts'
import { fail, type Result } from '../../quantconnect/failure.ts'
import { sentDeletions } from '../ledger/items.ts'
import { throttledUntil } from '../ledger/throttle.ts'
import { type Slice, update } from './slice.ts'
import { startAnew } from './starts-anew.ts'

/** A list that does not fit into this many slices in a row counts as one that cannot be read. */
const MOST_TRIES = 4

/**
 * Complete when it holds every project of the run's scan that is not known to be gone; otherwise it is read to its end, and
 * what is missing then is known to be gone. A failure of kind `budget` asks for another slice, at most three times in a row.
 */
export async function readLaterList(
  slice: Slice,
  scanned: readonly Project[],
  purpose: 'act' | 'confirm',
): Promise<Result<readonly Project[]>> {
  const { sql } = slice
  const { state, id } = slice.run
  // What we deleted may be gone for good. To confirm it is looked for on later pages all the same, which is one call for all.
  const isLookedFor = purpose === 'confirm' && (state.pages > 1 || state.cut !== null)
  const gone = (isLookedFor ? new Set<number>() : sentDeletions(sql, id)).union(new Set(state.gone))
  const expected = new Set(scanned.map((project) => project.id).filter((one) => one > 0)).difference(gone)
  const list = await slice.deps.client.readProjects(slice.meter, expected)
  if (!list.ok) return list.failure.kind === 'budget' ? outOfCalls(slice, list) : list
  const missing = expected.difference(new Set(list.value.map((project) => project.id)))
  if (missing.size > 0 || state.laterTries > 0) {
    update(slice, { state: { ...state, gone: [...state.gone, ...missing], laterTries: 0 } })
  }
  startAnew(slice, list.value, false)
  return list
}

function outOfCalls(slice: Slice, out: Result<readonly Project[]>): Result<readonly Project[]> {
  // A throttle is waited out; it says nothing of how long the list is.
  if (throttledUntil(slice.sql, slice.deps.now()) !== null) return out
  const { state } = slice.run
  const laterTries = state.laterTries + 1
  update(slice, { state: { ...state, laterTries } })
  if (laterTries < MOST_TRIES) return out
  const { callsPerSlice } = slice.deps.config
  const detail = `the list takes more than the ${callsPerSlice} calls one slice may make; set CALLS_PER_SLICE higher`
  return fail({ kind: 'transport', detail, effect: 'none' })
}
