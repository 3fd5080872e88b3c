/**
 * The table of messages: one row per message and destination, written in the same transaction as what it tells of, so
 * that nothing that happened goes untold and nothing is told that did not happen. Telling people belongs to no run.
 */

import type { Card } from '../../core/cards/card.ts'
import type { CardChannel, Channel, EventChannel } from '../../hooks/channel.ts'
import { iso } from './runs.ts'

/**
 * `due`: waits for its (next) attempt. `given up`: the last attempt failed too, or no attempt can go well. `disabled`: its
 * destination is gone. `replaced`: a newer message about the same thing took its place before it was delivered.
 */
export type MessageState = 'due' | 'delivered' | 'given up' | 'disabled' | 'replaced'

/** What a message says, in no vendor's words and without any secret. */
export type Payload =
  | { readonly kind: 'event'; readonly type: string; readonly timestamp: string; readonly data: object }
  | { readonly kind: 'card'; readonly card: Card }

export interface MessageRow {
  /** `msg_…`; stays over retries. */
  readonly id: string
  /** Key of a channel. */
  readonly destination: string
  /** For people: the type of an event, the sort of a card. */
  readonly about: string
  /** What a card is about, so that a later one takes its place; null for what is told once. */
  readonly subject: string | null
  /** The run whose digest this is: when it is delivered, notice has been given. */
  readonly announces: string | null
  readonly payload: Payload
  readonly state: MessageState
  /** Attempts so far; one counts from the moment it begins. */
  readonly attempt: number
  /** Real time of the next attempt. */
  readonly dueAt: number
  /** HTTP status of the last attempt, where one came. */
  readonly status: number | null
  /** Why the last attempt failed; "" when it did not. */
  readonly reason: string
  /** How the vendor knows the message, where it does. */
  readonly ref: string | null
  readonly createdAt: number
  readonly deliveredAt: number | null
}

export interface NewEvent {
  readonly type: string
  readonly data: object
  readonly announces?: string | null
}

/** Something that happened, to every channel for programs among these. Gives the ids of the messages. */
export function putEvent(
  sql: SqlStorage,
  channels: readonly Channel[],
  event: NewEvent,
  now: number,
): readonly string[] {
  const payload: Payload = { kind: 'event', type: event.type, timestamp: iso(now), data: event.data }
  return channels
    .filter((one): one is EventChannel => one.takes === 'event')
    .map(({ key }) => {
      return insert(sql, key, payload, { about: event.type, subject: null, announces: event.announces ?? null, now })
    })
}

export interface NewCard {
  readonly card: Card
  /** What sort of card, for the list of deliveries: `digest`, `result`, `plan`. */
  readonly about: string
  /** Such as `plan:<run>`: the card takes the place of the one that was told about the same thing before. */
  readonly subject: string | null
  /** Only changes a message that is there; where there is none, or it cannot be changed, nothing is said. */
  readonly edit?: boolean
  readonly announces?: string | null
}

/**
 * A card, to every channel for people among these. What waits about the same thing is not sent any longer. Gives the ids of
 * the messages.
 */
export function putCard(sql: SqlStorage, channels: readonly Channel[], card: NewCard, now: number): readonly string[] {
  const payload: Payload = { kind: 'card', card: card.card }
  const { about, subject } = card
  const ids: string[] = []
  for (const channel of channels.filter((one): one is CardChannel => one.takes === 'card')) {
    if (card.edit === true && !(channel.edits && isTold(sql, channel.key, subject))) continue
    if (subject !== null) {
      sql.exec(
        `UPDATE outbox SET state = 'replaced', reason = 'A newer message took its place.'
         WHERE destination = ? AND subject = ? AND state = 'due'`,
        channel.key,
        subject,
      )
    }
    ids.push(insert(sql, channel.key, payload, { about, subject, announces: card.announces ?? null, now }))
  }
  return ids
}

interface Filing {
  readonly about: string
  readonly subject: string | null
  readonly announces: string | null
  readonly now: number
}

function insert(sql: SqlStorage, destination: string, payload: Payload, filing: Filing): string {
  const id = `msg_${crypto.randomUUID().replaceAll('-', '')}`
  sql.exec(
    `INSERT INTO outbox (id, destination, about, subject, announces, payload, state, attempt, due_at, reason, created_at)
     VALUES (?, ?, ?, ?, ?, ?, 'due', 0, ?, '', ?)`,
    id,
    destination,
    filing.about,
    filing.subject,
    filing.announces,
    JSON.stringify(payload),
    filing.now,
    filing.now,
  )
  return id
}

/** Whether a message about this is there, or on its way. */
function isTold(sql: SqlStorage, destination: string, subject: string | null): boolean {
  if (subject === null) return false
  const told = sql.exec(
    `SELECT 1 FROM outbox WHERE destination = ? AND subject = ? AND (state = 'due' OR ref IS NOT NULL) LIMIT 1`,
    destination,
    subject,
  )
  return told.toArray().length > 0
}
