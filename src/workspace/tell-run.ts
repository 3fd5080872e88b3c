/** What is told of a run while it acts: how far it is, with a button to stop it. The result takes the card's place. */

import { approvalText } from '../core/ended-card.ts'
import { runningCard } from '../core/run-card.ts'
import { ITEMS_PER_SLICE } from './act.ts'
import { putCard } from './outbox.ts'
import { proposalOf } from './proposals.ts'
import { audienceIn } from './put-down.ts'
import type { Slice } from './slice.ts'
import { notified } from './tell.ts'

/** Between two batches. A run of one batch is over before anybody could stop it: of that the result is enough. */
export function tellActing(slice: Slice): void {
  const { sql, run } = slice
  const { done, of } = progressOf(sql, run.id)
  if (of <= ITEMS_PER_SLICE) return
  const audience = audienceIn(slice)
  const proposal = run.request.kind === 'approved' ? proposalOf(sql, run.request.proposal) : null
  const approval =
    proposal === null
      ? null
      : approvalText(
          proposal.approvals.map(({ by }) => by),
          proposal.hash,
        )
  const { id, trigger, actor } = run
  const card = runningCard({ id, trigger, actor, progress: { done, of }, approval })
  const now = slice.deps.now()
  if (proposal === null) putCard(sql, notified(audience), { card, about: 'result', subject: `run:${id}` }, now)
  else putCard(sql, audience.channels, { card, about: 'plan', subject: `plan:${proposal.run}`, edit: true }, now)
}

/** Items of the run's own plan that act: how many are behind it. */
function progressOf(sql: SqlStorage, run: string): { readonly done: number; readonly of: number } {
  return sql
    .exec<{ done: number; of: number }>(
      `SELECT count(*) AS "of", coalesce(sum(state <> 'pending'), 0) AS done FROM items
       WHERE run = ? AND settles = '' AND state NOT IN ('shown', 'waiting')`,
      run,
    )
    .one()
}
