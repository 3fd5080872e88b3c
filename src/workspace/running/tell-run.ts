/** What is told of a run while it acts: how far it is, with a button to stop it. The result takes the card's place. */

import { approvalText } from '../../core/cards/ended-card.ts'
import { runningCard } from '../../core/cards/run-card.ts'
import { putCard } from '../ledger/outbox.ts'
import { proposalOf } from '../ledger/proposals.ts'
import type { RunRow } from '../ledger/runs.ts'
import { stoppedBy } from '../ledger/stops.ts'
import { type Audience, notified } from '../telling/tell.ts'
import { audienceIn } from './put-down.ts'
import type { Slice } from './slice.ts'
import { ITEMS_PER_SLICE } from './stages.ts'

/** Between two batches. A run of one batch is over before anybody could stop it: of that the result is enough. */
export function tellActing(slice: Slice): void {
  const { sql, run, deps } = slice
  if (progressOf(sql, run.id).of > ITEMS_PER_SLICE) tellGoing(sql, audienceIn(slice), run, deps.now())
}

/** Somebody stopped it: where a card about it is, that says so at once and has no button any more. `now` is real time. */
export function tellStopping(sql: SqlStorage, { channels }: Audience, run: RunRow, now: number): void {
  tellGoing(sql, { channels, notify: [] }, run, now)
}

/** To those who are notified; others only have their card changed where there is one. */
function tellGoing(sql: SqlStorage, audience: Audience, run: RunRow, now: number): void {
  const { id, trigger, actor, request } = run
  const proposal = request.kind === 'approved' ? proposalOf(sql, request.proposal) : null
  const approval =
    proposal === null
      ? null
      : approvalText(
          proposal.approvals.map(({ by }) => by),
          proposal.hash,
        )
  const progress = progressOf(sql, id)
  const card = runningCard({ id, trigger, actor, progress, approval, stoppedBy: stoppedBy(sql, id) })
  const people = notified(audience)
  const subject = proposal === null ? `run:${id}` : `plan:${proposal.run}`
  for (const channel of audience.channels) {
    const edit = proposal !== null || !people.includes(channel)
    putCard(sql, [channel], { card, about: proposal === null ? 'result' : 'plan', subject, edit }, now)
  }
}

/** Items of the run's own plan that act: how many are behind it. */
function progressOf(sql: SqlStorage, run: string): { readonly done: number; readonly of: number } {
  return sql
    .exec<{ done: number; of: number }>(
      `SELECT count(*) AS "of", coalesce(sum(state <> 'pending'), 0) AS done FROM items
       WHERE run = ? AND settles = '' AND state <> 'waiting'`,
      run,
    )
    .one()
}
