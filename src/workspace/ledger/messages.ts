/** The messages of the outbox as they are: which are due, what became of them, and what was told about a subject before. */

import type { Card } from '../../core/cards/card.ts'
import type { MessageRow, MessageState, Payload } from './outbox.ts'

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

/** Whether a message that is there, by the vendor's own reference, is one of ours that is kept up to date. */
export function isKept(sql: SqlStorage, destination: string, ref: string): boolean {
  const kept = sql.exec('SELECT 1 FROM outbox WHERE destination = ? AND ref = ? LIMIT 1', destination, ref)
  return kept.toArray().length > 0
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

/** Whether one of these places got a message about the plan that a run left waiting. `since`: real time at which it did. */
export function wasPlanTold(sql: SqlStorage, run: string, since: number, places: readonly string[]): boolean {
  const told = sql.exec(
    `SELECT 1 FROM outbox WHERE state = 'delivered' AND destination IN (SELECT value FROM json_each(?1))
       AND (subject = ?2 OR about = 'plan.proposed' AND created_at >= ?3 AND json_extract(payload, '$.data.run') = ?4) LIMIT 1`,
    JSON.stringify(places),
    `plan:${run}`,
    since,
    run,
  )
  return told.toArray().length > 0
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

/** By destination: how many messages failed more than once and are tried again, and why the newest did. */
export function failing(
  sql: SqlStorage,
): readonly { readonly key: string; readonly count: number; readonly reason: string }[] {
  return sql
    .exec<{ key: string; count: number; reason: string }>(
      `SELECT destination AS key, count(*) AS count, reason, max(rowid) FROM outbox
       WHERE state = 'due' AND attempt > 1 AND reason <> '' GROUP BY destination ORDER BY destination`,
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
