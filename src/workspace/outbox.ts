/**
 * The table of messages: one row per message and destination, written in the same transaction as what it tells of, so
 * that nothing that happened goes untold and nothing is told that did not happen. Telling people belongs to no run.
 */

import type { Card } from '../core/card.ts'
import type { CardChannel, Channel, EventChannel } from '../hooks/channel.ts'
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

/** Something that happened, to every channel for programs among these. */
export function putEvent(sql: SqlStorage, channels: readonly Channel[], event: NewEvent, now: number): void {
  const payload: Payload = { kind: 'event', type: event.type, timestamp: iso(now), data: event.data }
  for (const channel of channels.filter((one): one is EventChannel => one.takes === 'event')) {
    insert(sql, channel.key, payload, { about: event.type, subject: null, announces: event.announces ?? null, now })
  }
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

/** A card, to every channel for people among these. What waits about the same thing is not told any more. */
export function putCard(sql: SqlStorage, channels: readonly Channel[], card: NewCard, now: number): void {
  const payload: Payload = { kind: 'card', card: card.card }
  const { about, subject } = card
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
    insert(sql, channel.key, payload, { about, subject, announces: card.announces ?? null, now })
  }
}

interface Filing {
  readonly about: string
  readonly subject: string | null
  readonly announces: string | null
  readonly now: number
}

function insert(sql: SqlStorage, destination: string, payload: Payload, filing: Filing): void {
  sql.exec(
    `INSERT INTO outbox (id, destination, about, subject, announces, payload, state, attempt, due_at, reason, created_at)
     VALUES (?, ?, ?, ?, ?, ?, 'due', 0, ?, '', ?)`,
    `msg_${crypto.randomUUID().replaceAll('-', '')}`,
    destination,
    filing.about,
    filing.subject,
    filing.announces,
    JSON.stringify(payload),
    filing.now,
    filing.now,
  )
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

/** Whether a message that is there, by the vendor's own reference, is one of ours that is kept up to date. */
export function isKept(sql: SqlStorage, destination: string, ref: string): boolean {
  const kept = sql.exec('SELECT 1 FROM outbox WHERE destination = ? AND ref = ? LIMIT 1', destination, ref)
  return kept.toArray().length > 0
}

/** What the newest digests say by now, each with the subject it is known by. */
export function newestDigests(
  sql: SqlStorage,
  limit: number,
): readonly { readonly subject: string; readonly card: Card }[] {
  return sql
    .exec<{ subject: string; payload: string }>(
      `SELECT subject, payload, max(rowid) AS newest FROM outbox WHERE subject LIKE 'digest:%'
       GROUP BY subject ORDER BY newest DESC LIMIT ?`,
      limit,
    )
    .toArray()
    .flatMap(({ subject, payload }) => {
      const read = JSON.parse(payload) as Payload
      return read.kind === 'card' ? [{ subject, card: read.card }] : []
    })
}

/** The next messages whose time has come, by due time, leaving out destinations that rest. */
export function dueMessages(sql: SqlStorage, now: number, limit: number): readonly MessageRow[] {
  return sql
    .exec<Columns>(
      `SELECT o.* FROM outbox o LEFT JOIN destinations d ON d.key = o.destination
       WHERE o.state = 'due' AND o.due_at <= ? AND coalesce(d.not_before, 0) <= ? ORDER BY o.due_at, o.rowid LIMIT ?`,
      now,
      now,
      limit,
    )
    .toArray()
    .map(fromColumns)
}

/** When the next message can go; null when none waits. */
export function nextDelivery(sql: SqlStorage): number | null {
  return sql
    .exec<{ at: number | null }>(
      `SELECT min(max(o.due_at, coalesce(d.not_before, 0))) AS at
       FROM outbox o LEFT JOIN destinations d ON d.key = o.destination WHERE o.state = 'due'`,
    )
    .one().at
}

/** How the vendor knows the newest message about the same thing, this one's own first post included. */
export function refOf(sql: SqlStorage, row: MessageRow): string | null {
  const found = sql
    .exec<{ ref: string }>(
      `SELECT ref FROM outbox WHERE ref IS NOT NULL AND destination = ? AND (id = ? OR subject = ?)
       ORDER BY rowid DESC LIMIT 1`,
      row.destination,
      row.id,
      row.subject,
    )
    .toArray()[0]
  return found?.ref ?? null
}

/** Whether the same was tried before, with an end that nobody knows: this message, or one whose place it takes. */
export function isRepeat(sql: SqlStorage, { id, destination, subject, attempt }: MessageRow): boolean {
  if (attempt > 0) return true
  const tried = sql.exec(
    'SELECT 1 FROM outbox WHERE destination = ? AND subject = ? AND id <> ? AND attempt > 0 AND ref IS NULL LIMIT 1',
    destination,
    subject,
    id,
  )
  return tried.toArray().length > 0
}

/** Fields of a message that change. */
export interface MessageChange {
  readonly state?: MessageState
  readonly attempt?: number
  readonly dueAt?: number
  readonly status?: number | null
  readonly reason?: string
  readonly ref?: string
  readonly deliveredAt?: number
}

const COLUMN: { readonly [field in keyof MessageChange]-?: string } = {
  state: 'state',
  attempt: 'attempt',
  dueAt: 'due_at',
  status: 'status',
  reason: 'reason',
  ref: 'ref',
  deliveredAt: 'delivered_at',
}

export function changeMessage(sql: SqlStorage, id: string, change: MessageChange): void {
  const fields = Object.keys(change) as (keyof MessageChange)[]
  sql.exec(
    `UPDATE outbox SET ${fields.map((field) => `${COLUMN[field]} = ?`).join(', ')} WHERE id = ?`,
    ...fields.map((field) => change[field] ?? null),
    id,
  )
}

export function messageById(sql: SqlStorage, id: string): MessageRow | null {
  const row = sql.exec<Columns>('SELECT * FROM outbox WHERE id = ?', id).toArray()[0]
  return row === undefined ? null : fromColumns(row)
}

/** How many messages are still to be delivered. */
export function waitingMessages(sql: SqlStorage): number {
  return sql.exec<{ n: number }>(`SELECT count(*) AS n FROM outbox WHERE state = 'due'`).one().n
}

/** Whether anything about this was written for anybody since then. */
export function wasToldSince(sql: SqlStorage, subject: string, since: number): boolean {
  return (
    sql.exec('SELECT 1 FROM outbox WHERE subject = ? AND created_at > ? LIMIT 1', subject, since).toArray().length > 0
  )
}

/** By destination: how many messages were given up since the last one was delivered there, and why the newest was. */
export function givenUp(
  sql: SqlStorage,
): readonly { readonly key: string; readonly count: number; readonly reason: string }[] {
  return sql
    .exec<{ key: string; count: number; reason: string }>(
      `SELECT destination AS key, count(*) AS count, reason, max(rowid) FROM outbox o
       WHERE state = 'given up' AND rowid > coalesce(
         (SELECT max(rowid) FROM outbox WHERE destination = o.destination AND state = 'delivered'), 0)
       GROUP BY destination ORDER BY destination`,
    )
    .toArray()
    .map(({ key, count, reason }) => ({ key, count, reason }))
}

/** Whether nothing newer was told about the same thing there; true of what is told once. */
export function isNewestOfSubject(sql: SqlStorage, row: MessageRow): boolean {
  const newer = sql.exec(
    `SELECT 1 FROM outbox WHERE destination = ?1 AND subject = ?2 AND rowid > (SELECT rowid FROM outbox WHERE id = ?3) LIMIT 1`,
    row.destination,
    row.subject,
    row.id,
  )
  return newer.toArray().length === 0
}

/** Newest first; `before` is the last id of the page before. After a message that is not known (any more) there is nothing. */
export function listMessages(sql: SqlStorage, limit: number, before: string | null): readonly MessageRow[] {
  const rows =
    before === null
      ? sql.exec<Columns>('SELECT * FROM outbox ORDER BY rowid DESC LIMIT ?', limit)
      : sql.exec<Columns>(
          'SELECT * FROM outbox WHERE rowid < (SELECT rowid FROM outbox WHERE id = ?) ORDER BY rowid DESC LIMIT ?',
          before,
          limit,
        )
  return rows.toArray().map(fromColumns)
}

/** Lets go of messages older than this whose time is over. */
export function forgetMessages(sql: SqlStorage, before: number): void {
  sql.exec(`DELETE FROM outbox WHERE created_at < ? AND state <> 'due'`, before)
}

type Columns = {
  id: string
  destination: string
  about: string
  subject: string | null
  announces: string | null
  payload: string
  state: string
  attempt: number
  due_at: number
  status: number | null
  reason: string
  ref: string | null
  created_at: number
  delivered_at: number | null
}

function fromColumns(row: Columns): MessageRow {
  return {
    id: row.id,
    destination: row.destination,
    about: row.about,
    subject: row.subject,
    announces: row.announces,
    payload: JSON.parse(row.payload) as Payload,
    state: row.state as MessageState,
    attempt: row.attempt,
    dueAt: row.due_at,
    status: row.status,
    reason: row.reason,
    ref: row.ref,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
  }
}
