/**
 * What a pause, or a store that took no copies, kept from being done of approved plans is done afterwards, under the same
 * approval and no other (G7, G19).
 */

import { policyNow } from '../ledger/clock.ts'
import { readFact, removeFact } from '../ledger/facts.ts'
import { insertItems, itemsOf } from '../ledger/items.ts'
import { holdRestBack, nextRestForKv, whyNoCopies } from '../ledger/kv-failing.ts'
import { continueBy } from '../ledger/proposals.ts'
import { changeRun, goingOn, insertRun, type RunRow, withRest } from '../ledger/runs.ts'
import { runId } from './submit.ts'

/** Belongs into the transaction that lifts what kept it. A plan whose approval is over by then expires in its own run. `now`: real time. */
export function goOnWithRests(sql: SqlStorage, now: number): void {
  for (const run of withRest(sql)) {
    changeRun(sql, run, { state: { ...run.state, hasRest: false } })
    goOnWith(sql, run, now)
  }
}

/** Goes on with what waited for KV, once it takes copies again; during a pause that is left to its end. `now`: real time. */
export function goOnAfterKv(storage: DurableObjectStorage, aDay: number, now: number): void {
  const { sql } = storage
  const until = nextRestForKv(sql)
  if (until === null || goingOn(sql).some(({ state }) => state.hasRest)) return
  if (whyNoCopies(sql, aDay, now) !== null) {
    // Looked at again with the next day's allowance, or as soon as KV takes what waits.
    if (until <= now) holdRestBack(sql, now)
    return
  }
  storage.transactionSync(() => {
    removeFact(sql, 'restForKv')
    if (readFact(sql, 'pause') === null) goOnWithRests(sql, now)
  })
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
    message: `Goes on with the rest of run ${former}, which could not do all of it.`,
  })
  insertItems(sql, id, items, () => 'pending')
  continueBy(sql, request.proposal, id)
}
