/** What is told of a destination that takes nothing: to people, through the others. */

import { troubleCard } from '../../core/cards/trouble-card.ts'
import type { Channel } from '../../hooks/channel.ts'
import { wasToldSince } from '../ledger/messages.ts'
import { putCard } from '../ledger/outbox.ts'
import { type Audience, notified } from './tell.ts'

const DAY = 86_400_000

/** Once a day for each destination. `now` is real time. */
export function tellTrouble(
  sql: SqlStorage,
  audience: Audience,
  { key, to }: Channel,
  kind: 'gone' | 'silent',
  reason: string,
  now: number,
): void {
  const subject = `trouble:${key}`
  if (wasToldSince(sql, subject, now - DAY)) return
  const others = notified(audience).filter((channel) => channel.key !== key)
  const card = troubleCard({ destination: key, to, kind, reason })
  putCard(sql, others, { card, about: 'trouble', subject }, now)
}
