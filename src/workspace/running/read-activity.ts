/** Reads when one project was last worked on, beyond what the list says (G31): the dates of its files, then its backtests. */

import { isUnknown } from '../../core/evidence/project.ts'
import type { QuantConnect } from '../../quantconnect/client.ts'
import { type Failure, failureText } from '../../quantconnect/failure.ts'
import type { Meter } from '../../quantconnect/meter.ts'

/** An answer larger than this is broken off: only its dates are wanted, and two of them are in memory at a time. */
const MOST_BYTES = 16 * 1_048_576

/** `later`: the calls are used up. `stop`: it is no failure of this project, so nothing further is to be read now. */
export type DateRead =
  | {
      readonly kind: 'read'
      readonly newest: number | null
      /** How many files or backtests there are. */
      readonly count: number
      readonly from: number
      readonly to: number
    }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'later' }
  | { readonly kind: 'stop'; readonly why: string }

/** What a reading is made with. `now`: real time. */
export interface Reader {
  readonly client: QuantConnect
  readonly meter: Meter
  now(): number
}

/** The date of a project's newest file. A project without files is not believed. */
export async function readNewestFile({ client, meter, now }: Reader, projectId: number): Promise<DateRead> {
  const from = now()
  const files = await client.readFiles(projectId, meter, MOST_BYTES)
  if (!files.ok) return failed(files.failure)
  let newest = Number.NEGATIVE_INFINITY
  for (const { name, modified } of files.value) {
    if (isUnknown(modified)) return { kind: 'failed', why: `its file ${name} has no readable date` }
    newest = Math.max(newest, modified)
  }
  if (!Number.isFinite(newest)) return { kind: 'failed', why: 'QuantConnect lists no file of it' }
  return { kind: 'read', newest, count: files.value.length, from, to: now() }
}

/** When a project's newest backtest was created; null = it has none. `earlier`: what an earlier reading found. */
export async function readNewestBacktest(
  { client, meter, now }: Reader,
  projectId: number,
  earlier: number | null,
): Promise<DateRead> {
  const from = now()
  const backtests = await client.listBacktests(projectId, meter, MOST_BYTES)
  if (!backtests.ok) return failed(backtests.failure)
  const { last: newest, count } = backtests.value
  if (newest === null && earlier !== null) {
    return { kind: 'failed', why: 'QuantConnect lists no backtest of it, and did before' }
  }
  return { kind: 'read', newest, count, from, to: now() }
}

function failed(failure: Failure): DateRead {
  if (failure.kind === 'budget') return { kind: 'later' }
  const why = failureText(failure)
  return failure.kind === 'throttled' || failure.kind === 'auth' ? { kind: 'stop', why } : { kind: 'failed', why }
}

/** Works through a list with so many at once, in order. Work that gives false keeps anything further from being begun. */
export async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<boolean>,
): Promise<void> {
  let next = 0
  let goesOn = true
  const lane = async () => {
    while (goesOn) {
      const item = items[next++]
      if (item === undefined) return
      if (!(await work(item))) goesOn = false
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
