/** Reads how many backtests a project has and when the last one was started. */

import { malformed, type Result, succeed } from './failure.ts'
import type { Meter } from './meter.ts'
import { checkedId } from './projects.ts'
import type { MostBytes, Transport } from './transport.ts'
import { readDate } from './wire-date.ts'
import { isRow, readCount } from './wire-value.ts'

export interface Backtests {
  readonly count: number
  /** When the newest was created, milliseconds, UTC; null = there is none. */
  readonly last: number | null
}

export async function listBacktests(
  transport: Transport,
  projectId: number,
  meter: Meter,
  most?: MostBytes,
): Promise<Result<Backtests>> {
  const answer = await transport.read('backtests/list', { projectId: checkedId(projectId) }, meter, most)
  if (!answer.ok) return answer
  const { backtests, count } = answer.value
  if (!Array.isArray(backtests)) return malformed(`"backtests" of project ${projectId} is missing or is not a list`)
  const told = readCount(count)
  if (told !== null && told !== backtests.length) {
    return malformed(`"count" says ${told} backtests of project ${projectId} and ${backtests.length} came`)
  }

  const seen = new Set<string>()
  let last: number | null = null
  for (const [place, row] of backtests.entries()) {
    const which = `backtest ${place + 1} of project ${projectId}`
    if (!isRow(row)) return malformed(`${which} is not an object`)
    const created = readDate(row.created)
    if (created === null) return malformed(`${which} has no readable date`)
    if (typeof row.backtestId !== 'string' || row.backtestId === '') return malformed(`${which} has no id`)
    if (seen.has(row.backtestId)) return malformed(`${which} is listed twice`)
    seen.add(row.backtestId)
    if (last === null || created > last) last = created
  }
  return succeed({ count: backtests.length, last })
}
