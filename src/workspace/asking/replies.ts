/**
 * Answers that follow: somebody typed or pressed, was told "the result follows", and a run went on. Kept here rather than
 * in the request that asked, which would be lost with its process. The way back is a secret of the vendor's that works for
 * some minutes: it is in this table alone, and gone once it is used or over.
 */

import type { Card } from '../../core/cards/card.ts'
import { planCard } from '../../core/cards/plan-card.ts'
import { resultCard } from '../../core/cards/run-card.ts'
import type { Deps } from '../../deps.ts'
import type { Delivery, Replier, Said } from '../../hooks/channel.ts'
import { runFacts } from '../ledger/run-facts.ts'
import { runById } from '../ledger/runs.ts'
import { draftRecord, shownRecord } from '../running/draft-record.ts'

/** An answer to come: `after` a run has ended, its result; or at once, what it `says`. */
export interface NewReply {
  readonly vendor: Replier['of']
  /** As its replier takes it. */
  readonly way: string
  /** Real time, in milliseconds, until which the way works. */
  readonly until: number
  readonly what: { readonly after: string } | { readonly says: Said }
}

/** Answers one round sends, each in one request. */
export const REPLIES_PER_ALARM = 2

/** Somebody waits for it, so it is tried again soon; and nothing else waits long for it. */
const WAITS_MS = [1_000, 3_000, 10_000, 30_000, 60_000, 120_000] as const
const TIMEOUT_MS = 5_000

type ReplyDeps = Pick<Deps, 'repliers' | 'fetch' | 'now' | 'log'>

export function putReply(sql: SqlStorage, { vendor, way, until, what }: NewReply, now: number): void {
  const [run, says] = 'after' in what ? [what.after, null] : [null, JSON.stringify(what.says)]
  sql.exec(
    'INSERT INTO replies (vendor, way, run, says, until, due_at, attempt) VALUES (?, ?, ?, ?, ?, ?, 0)',
    vendor,
    way,
    run,
    says,
    until,
    now,
  )
}

/** When the next answer can be sent, or the next way back is over; null when none waits. */
export function nextReply(sql: SqlStorage): number | null {
  const { due } = sql.exec<{ due: number | null }>(`SELECT min(due_at) AS due FROM replies WHERE ${IS_READY}`).one()
  const { over } = sql.exec<{ over: number | null }>('SELECT min(until) AS over FROM replies').one()
  return due === null || over === null ? over : Math.min(due, over)
}

/** Sends what is due, and lets go of what is over. How many requests that took. */
export async function answerDue({ sql }: DurableObjectStorage, deps: ReplyDeps): Promise<number> {
  sql.exec('DELETE FROM replies WHERE until <= ?', deps.now())
  const rows = sql
    .exec<Row>(
      `SELECT * FROM replies WHERE ${IS_READY} AND due_at <= ? ORDER BY due_at, id LIMIT ${REPLIES_PER_ALARM}`,
      deps.now(),
    )
    .toArray()
  await Promise.all(rows.map((row) => answer(sql, deps, row)))
  return rows.length
}

/** Its run has ended, or it has none. */
const IS_READY = `(run IS NULL OR run NOT IN (SELECT id FROM runs WHERE status IN ('queued', 'running')))`

type Row = {
  id: number
  vendor: string
  way: string
  run: string | null
  says: string | null
  until: number
  due_at: number
  attempt: number
}

async function answer(sql: SqlStorage, deps: ReplyDeps, row: Row): Promise<void> {
  const replier = deps.repliers.find(({ of }) => of === row.vendor)
  const wait = WAITS_MS[row.attempt]
  if (replier === undefined || wait === undefined) return forget(sql, row)
  // Before anything that takes time: whoever looks meanwhile leaves it alone.
  sql.exec('UPDATE replies SET attempt = ?, due_at = ? WHERE id = ?', row.attempt + 1, deps.now() + wait, row.id)
  const said =
    row.run === null ? (JSON.parse(row.says ?? 'null') as Said | null) : await resultOf(sql, deps.log, row.run)
  if (said === null) return forget(sql, row)
  const delivery = await send(replier, deps, row.way, said)
  if (delivery?.kind === 'delivered' || delivery?.kind === 'never' || delivery?.kind === 'gone') return forget(sql, row)
  const asked = delivery?.retryAfterMs ?? 0
  if (asked > wait) sql.exec('UPDATE replies SET due_at = ? WHERE id = ?', deps.now() + asked, row.id)
}

/** Null when nobody answered, or the connection failed: what the error says may hold the way back (G20). */
async function send(replier: Replier, deps: ReplyDeps, way: string, said: Said): Promise<Delivery | null> {
  const use = { fetch: deps.fetch, now: deps.now, signal: AbortSignal.timeout(TIMEOUT_MS) }
  return replier.reply(way, said, use).catch(() => null)
}

async function resultOf(sql: SqlStorage, log: KVNamespace, id: string): Promise<Said | null> {
  const run = runById(sql, id)
  if (run === null) return null
  const record = await shownRecord(sql, log, await draftRecord(sql, run))
  const card: Card =
    run.request.mode === 'report'
      ? planCard({
          run: id,
          counts: run.counts,
          items: record.plan?.items ?? [],
          stopped: record.plan?.stopped ?? [],
          message: run.message,
        })
      : resultCard(runFacts(sql, run, record.outcomes))
  return { kind: 'card', card }
}

function forget(sql: SqlStorage, { id }: Row): void {
  sql.exec('DELETE FROM replies WHERE id = ?', id)
}
