/** What is told of a run that somebody took back: its own card says so, and offers no Undo any more. */

import { putCard } from '../ledger/outbox.ts'
import type { RunRow } from '../ledger/runs.ts'
import { endedRun } from './plan-cards.ts'
import type { Audience } from './tell.ts'

/** `run`: one that has ended, of whatever kind. `now` is real time. */
export function tellUndone(sql: SqlStorage, { channels }: Audience, { request }: RunRow, now: number): void {
  const undone = request.kind === 'undo' ? endedRun(sql, request.run) : null
  if (undone === null) return
  const about = undone.subject.startsWith('plan:') ? 'plan' : 'result'
  putCard(sql, channels, { card: undone.card, about, subject: undone.subject, edit: true }, now)
}
