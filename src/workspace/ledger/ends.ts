/** What `/health` and `/metrics` want to know of all runs that ended: kept with each end, so that nothing has to be searched for. */

import { readFact, writeFact } from './facts.ts'
import type { RunStatus } from './run.ts'
import type { RunRow } from './runs.ts'

const GOOD: readonly RunStatus[] = ['ok', 'partial', 'waiting']
const BAD: readonly RunStatus[] = ['blocked', 'refused', 'failed']

/** Belongs into the transaction that ends the run. */
export function noteEnd(sql: SqlStorage, { id, trigger, status, message, state, createdAt, finishedAt }: RunRow): void {
  if (state.good && finishedAt !== null && GOOD.includes(status)) {
    writeFact(sql, 'goodEnd', { at: finishedAt })
    if (trigger === 'cron') writeFact(sql, 'goodTick', { run: id, finishedAt, status })
  }
  if (BAD.includes(status) && createdAt >= (readFact(sql, 'trouble')?.createdAt ?? 0)) {
    writeFact(sql, 'trouble', { run: id, createdAt, status, message })
  }
}
