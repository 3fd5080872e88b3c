/** What is told of projects that a digest named, once something was done to them or somebody keeps them: on that digest. */

import { doneWord } from '../../core/cards/card-text.ts'
import { type Settled, settledCard } from '../../core/cards/settled-card.ts'
import { newestDigests } from '../ledger/messages.ts'
import { putCard } from '../ledger/outbox.ts'
import type { Outcome } from '../ledger/run.ts'
import type { Audience } from './tell.ts'

/** Digests that are looked through: people press on what is near the end of a channel. */
const DIGESTS = 30

/** `now` is real time. */
export function tellSettled(sql: SqlStorage, { channels }: Audience, settled: readonly Settled[], now: number): void {
  if (settled.length === 0) return
  for (const { subject, card } of newestDigests(sql, DIGESTS)) {
    const changed = settledCard(card, settled)
    if (changed === null) continue
    // Where the digest itself is still on its way, this one takes its place, and its delivery is the notice.
    const announces = subject.slice('digest:'.length)
    putCard(sql, channels, { card: changed, about: 'digest', subject, edit: true, announces }, now)
  }
}

/** What a run did that leaves a project no choice: it is not where the digest says. */
export function doneTo(outcomes: readonly Outcome[]): readonly Settled[] {
  return outcomes
    .filter(({ outcome, action }) => outcome === 'done' && SETTLES.has(action))
    .map(({ projectId, name, action }) => ({ projectId, name, what: doneWord(action) }))
}

const SETTLES: ReadonlySet<string> = new Set(['delete', 'archive', 'move', 'rename', 'restore'])
