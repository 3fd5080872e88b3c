/** What is told of conditions in which rules stand still: that one began, and that it is over. */

import { standstillCard } from '../../core/cards/standstill-card.ts'
import type { ConditionChange } from '../ledger/conditions.ts'
import { putCard } from '../ledger/outbox.ts'
import { type Audience, notified } from './tell.ts'

/** `run`: whose scan showed it. `now` is real time. */
export function tellConditions(
  sql: SqlStorage,
  audience: Audience,
  changes: readonly ConditionChange[],
  run: string,
  now: number,
): void {
  for (const { change, code, rule, says } of changes) {
    const card = standstillCard({ change, rule, says, run })
    const subject = `standstill:${code}:${rule ?? ''}:${change}:${run}`
    putCard(sql, notified(audience), { card, about: 'standstill', subject }, now)
  }
}
