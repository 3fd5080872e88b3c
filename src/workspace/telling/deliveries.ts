/** What became of what was told, for people: the last deliveries, where they go, and sending one once more. */

import { count } from '../../core/base/duration.ts'
import { testCard } from '../../core/cards/test-card.ts'
import type { Channel } from '../../hooks/channel.ts'
import { disabledDestinations, enable } from '../ledger/destinations.ts'
import { changeMessage, failing, givenUp, isNewestOfSubject, listMessages, messageById } from '../ledger/messages.ts'
import { type MessageRow, type MessageState, putCard, putEvent } from '../ledger/outbox.ts'
import { iso } from '../ledger/runs.ts'

/** One message to one destination, without what it says. Times are ISO 8601 UTC. */
export interface DeliveryView {
  readonly id: string
  /** `webhook:1`, `slack`, … */
  readonly destination: string
  /** For programs or for people. */
  readonly kind: 'event' | 'card'
  /** The type of an event, the sort of a card. */
  readonly about: string
  readonly state: MessageState
  readonly attempts: number
  /** HTTP status of the last attempt; null when none came. */
  readonly status: number | null
  /** Why the last attempt failed; "" when it did not. */
  readonly reason: string
  readonly createdAt: string
  /** Null when there will be none. */
  readonly nextAttemptAt: string | null
  readonly deliveredAt: string | null
}

/** A place that the settings name. */
export interface DestinationView {
  readonly key: string
  /** Where that is, without what may be secret in its address. */
  readonly to: string
  readonly takes: 'event' | 'card'
  /** Why it gets nothing any more, and since when; null while it does. */
  readonly disabled: { readonly since: string; readonly reason: string } | null
}

export type Replayed =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'not found' | 'not now'; readonly message: string }

export function listDeliveries(sql: SqlStorage, limit: number, before: string | null): readonly DeliveryView[] {
  return listMessages(sql, limit, before).map(view)
}

export function listDestinations(sql: SqlStorage, channels: readonly Channel[]): readonly DestinationView[] {
  const disabled = new Map(disabledDestinations(sql).map(({ key, at, reason }) => [key, { since: iso(at), reason }]))
  return channels.map(({ key, to, takes }) => ({ key, to, takes, disabled: disabled.get(key) ?? null }))
}

/**
 * Sends a message once more, with its id and a schedule of its own, whatever became of it; a destination that was disabled
 * gets messages again. A card that a newer one replaced is not sent: it would bring back what is over.
 */
export function replay(storage: DurableObjectStorage, id: string, now: number): Replayed {
  const { sql } = storage
  return storage.transactionSync(() => {
    const row = messageById(sql, id)
    if (row === null) {
      const message = `There is no delivery ${id} (any more). GET /api/deliveries lists them.`
      return { ok: false, reason: 'not found', message }
    }
    if (!isNewestOfSubject(sql, row)) {
      const message = 'A newer message about the same thing took its place; replay that one.'
      return { ok: false, reason: 'not now', message }
    }
    enable(sql, row.destination)
    changeMessage(sql, id, { state: 'due', attempt: 0, dueAt: now, reason: '' })
    return { ok: true }
  })
}

/** Puts a test message for every destination, or for that one; the ids of its deliveries. Null: no such destination. */
export function sendTest(
  storage: DurableObjectStorage,
  channels: readonly Channel[],
  destination: string | null,
  by: string,
  now: number,
): readonly string[] | null {
  const meant = destination === null ? channels : channels.filter(({ key }) => key === destination)
  if (destination !== null && meant.length === 0) return null
  const { sql } = storage
  return storage.transactionSync(() => {
    for (const { key } of meant) enable(sql, key)
    const cards = putCard(sql, meant, { card: testCard(by), about: 'test', subject: null }, now)
    const events = putEvent(sql, meant, { type: 'test.message', data: { by } }, now)
    return [...cards, ...events]
  })
}

/** What should worry people, as sentences with a blank before each; "" when nothing does. */
export function deliveryTrouble(sql: SqlStorage): string {
  const gone = disabledDestinations(sql).map(({ key, reason }) => ` ${key} is told nothing any more: ${reason}`)
  const silent = givenUp(sql).map(
    ({ key, count: n, reason }) => ` ${count(n, 'message')} to ${key} given up since it last took one: ${reason}`,
  )
  const late = failing(sql).map(
    ({ key, count: n, reason }) => ` ${count(n, 'message')} to ${key} not delivered so far, and tried again: ${reason}`,
  )
  return [...gone, ...silent, ...late].join('')
}

function view(row: MessageRow): DeliveryView {
  return {
    id: row.id,
    destination: row.destination,
    kind: row.payload.kind,
    about: row.about,
    state: row.state,
    attempts: row.attempt,
    status: row.status,
    reason: row.reason,
    createdAt: iso(row.createdAt),
    nextAttemptAt: row.state === 'due' ? iso(row.dueAt) : null,
    deliveredAt: row.deliveredAt === null ? null : iso(row.deliveredAt),
  }
}
