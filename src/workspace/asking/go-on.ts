/** After a pause: what it kept from being done of approved plans is done, under the same approval and no other (G7, G19). */

import { policyNow } from '../ledger/clock.ts'
import { insertItems, itemsOf } from '../ledger/items.ts'
import { continueBy } from '../ledger/proposals.ts'
import { changeRun, insertRun, type RunRow, withRest } from '../ledger/runs.ts'
import { runId } from './submit.ts'

/** Belongs into the transaction that lifts the pause. A plan whose approval is over by then expires in its own run. `now`: real time. */
export function goOnWithRests(sql: SqlStorage, now: number): void {
  for (const run of withRest(sql)) {
    changeRun(sql, run, { state: { ...run.state, hasRest: false } })
    goOnWith(sql, run, now)
  }
}

function goOnWith(sql: SqlStorage, { id: former, request, bodyHash, actor }: RunRow, now: number): void {
  if (request.kind !== 'approved') return
  const items = itemsOf(sql, former).flatMap(({ outcome, item }) => (outcome === 'not_attempted' ? [item] : []))
  if (items.length === 0) return
  const id = runId(now)
  insertRun(sql, {
    id,
    triggerId: `rest:${former}`,
    bodyHash,
    trigger: 'approval',
    actor,
    request,
    policyAt: policyNow(sql, now),
    createdAt: now,
    message: `Goes on with the rest of run ${former}, which a pause ended.`,
  })
  insertItems(sql, id, items, () => 'pending')
  continueBy(sql, request.proposal, id)
}
