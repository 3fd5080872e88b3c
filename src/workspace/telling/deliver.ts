/**
 * One round of deliveries: at most five messages whose time has come, at once, none longer than its time-out. An attempt
 * counts before it begins, so that a message that kills the process is not tried for ever; whatever goes wrong in one is an
 * attempt that failed, and hides no other.
 */

import type { Card } from '../../core/cards/card.ts'
import type { Deps } from '../../deps.ts'
import type { CardChannel, Channel, Delivery, DeliveryDeps } from '../../hooks/channel.ts'
import { MOST_ATTEMPTS, restAfter, waitAfter } from '../../hooks/retry-schedule.ts'
import { forgetDigest, giveNotice } from '../ledger/announced.ts'
import { policyNow } from '../ledger/clock.ts'
import { disable, restUntil, whyDisabled } from '../ledger/destinations.ts'
import { changeMessage, dueMessages, isRepeat, refOf } from '../ledger/messages.ts'
import type { MessageRow } from '../ledger/outbox.ts'
import { audienceOf } from './tell.ts'
import { tellTrouble } from './tell-trouble.ts'

/** Messages one alarm tries. A card may take two requests, so this stays within 10 beside a slice's 40 of 50. */
const MESSAGES_PER_ALARM = 5
const REQUESTS_PER_MESSAGE = 2

/** A chat takes about one message a second in a channel, and may hide more. */
const BETWEEN_CARDS_MS = 1_000

type DeliverDeps = Pick<Deps, 'channels' | 'clean' | 'fetch' | 'deliveryTimeoutMs' | 'now' | 'policyText' | 'random'>

/** `spent`: requests this alarm has made already for something else than a run. */
export async function deliverDue(storage: DurableObjectStorage, deps: DeliverDeps, spent: number): Promise<void> {
  const most = Math.max(0, MESSAGES_PER_ALARM - Math.ceil(spent / REQUESTS_PER_MESSAGE))
  const taken = onePerChat(dueMessages(storage.sql, deps.now(), most), deps.channels)
  await Promise.all(taken.map((row) => attempt(storage, deps, row)))
}

/** Of the messages for one chat, only the first: they come in their order, and not at once. */
function onePerChat(rows: readonly MessageRow[], channels: readonly Channel[]): readonly MessageRow[] {
  const seen = new Set<string>()
  return rows.filter(({ destination }) => {
    if (channels.find(({ key }) => key === destination)?.takes !== 'card') return true
    const isFirst = !seen.has(destination)
    seen.add(destination)
    return isFirst
  })
}

async function attempt(storage: DurableObjectStorage, deps: DeliverDeps, row: MessageRow): Promise<void> {
  const { sql } = storage
  const channel = deps.channels.find(({ key }) => key === row.destination)
  if (channel === undefined) return close(storage, row, 'given up', 'The settings name no such destination any more.')
  const disabled = await whyDisabled(sql, channel)
  if (disabled !== null) return close(storage, row, 'disabled', disabled)
  if (row.attempt >= MOST_ATTEMPTS) return close(storage, row, 'given up', 'The last attempt was broken off.')

  const number = row.attempt + 1
  const wait = waitAfter(number, deps.random())
  changeMessage(sql, row.id, { attempt: number, dueAt: deps.now() + (wait ?? deps.deliveryTimeoutMs) })
  const { delivery, silent } = await send(sql, deps, row, channel)
  const status = delivery.status ?? null
  const now = deps.now()
  const wished = delivery.kind === 'delivered' ? (delivery.restMs ?? 0) : 0
  const least = channel.takes === 'card' ? BETWEEN_CARDS_MS : 0
  if (least + wished > 0) restUntil(sql, channel.key, now + Math.max(least, wished))

  if (delivery.kind === 'delivered') return delivered(storage, row, delivery, now)
  const reason = plain(deps.clean(delivery.detail))
  changeMessage(sql, row.id, { status, reason })
  if (delivery.kind === 'gone') {
    disable(sql, channel.key, await channel.fingerprint(), reason, now)
    close(storage, row, 'disabled', reason)
    return tellTrouble(sql, await audienceOf(deps), channel, 'gone', reason, now)
  }
  if (delivery.kind === 'never') return close(storage, row, 'given up', reason)
  if (wait === null) {
    close(storage, row, 'given up', reason)
    return tellTrouble(sql, await audienceOf(deps), channel, 'silent', reason, now)
  }
  const rest = restAfter(silent ? 'silence' : status, delivery.retryAfterMs ?? null)
  if (rest > 0) restUntil(sql, channel.key, now + rest)
  changeMessage(sql, row.id, { dueAt: now + Math.max(wait, rest) })
}

function delivered(
  storage: DurableObjectStorage,
  row: MessageRow,
  { status, ref }: Extract<Delivery, { kind: 'delivered' }>,
  now: number,
): void {
  const { sql } = storage
  storage.transactionSync(() => {
    const change = { state: 'delivered', status: status ?? null, reason: '', deliveredAt: now } as const
    changeMessage(sql, row.id, ref === undefined ? change : { ...change, ref })
    if (row.announces !== null) giveNotice(sql, row.announces, policyNow(sql, now))
  })
}

/** Ends a message that was not delivered; a digest that reached nobody is announced anew by the next run. */
function close(storage: DurableObjectStorage, row: MessageRow, state: 'given up' | 'disabled', reason: string): void {
  storage.transactionSync(() => {
    changeMessage(storage.sql, row.id, { state, reason })
    if (row.announces !== null) forgetDigest(storage.sql, row.announces)
  })
}

async function send(
  sql: SqlStorage,
  deps: DeliverDeps,
  row: MessageRow,
  channel: Channel,
): Promise<{ readonly delivery: Delivery; readonly silent: boolean }> {
  const { signal, abort } = deadline(deps.deliveryTimeoutMs)
  const use: DeliveryDeps = { fetch: deps.fetch, now: deps.now, signal }
  try {
    const delivery = await Promise.race([hand(sql, row, channel, use), silence(signal)])
    if (delivery !== 'silence') return { delivery, silent: false }
    const detail = `No answer within ${deps.deliveryTimeoutMs / 1_000} s.`
    return { delivery: { kind: 'again', detail }, silent: true }
  } catch {
    // What an error says may hold the address, and that may hold a secret (G20).
    const detail = 'The connection failed.'
    return { delivery: { kind: 'again', detail }, silent: false }
  } finally {
    abort()
  }
}

/** Gives the message to its channel; a card with buttons is posted without them until the way to change it is stored. */
async function hand(sql: SqlStorage, row: MessageRow, channel: Channel, use: DeliveryDeps): Promise<Delivery> {
  const { id, payload } = row
  if (channel.takes === 'event') {
    if (payload.kind !== 'event') return { kind: 'never', detail: 'This destination takes no cards.' }
    return channel.deliver({ id, ...payload }, use)
  }
  if (payload.kind !== 'card') return { kind: 'never', detail: 'This destination takes no events.' }
  return handCard(sql, row, channel, payload.card, use)
}

async function handCard(
  sql: SqlStorage,
  row: MessageRow,
  channel: CardChannel,
  card: Card,
  use: DeliveryDeps,
): Promise<Delivery> {
  const { id } = row
  const whole = { kind: 'card', id, card, key: row.subject ?? id, repeats: isRepeat(sql, row) } as const
  const bare = { ...whole, card: { ...card, buttons: [], menus: [] } }
  if (!channel.edits) return channel.deliver({ ...bare, replaces: null }, use)
  const replaces = refOf(sql, row)
  if (replaces !== null || !hasControls(card)) return channel.deliver({ ...whole, replaces }, use)
  const posted = await channel.deliver({ ...bare, replaces: null }, use)
  if (posted.kind !== 'delivered' || posted.ref === undefined) return posted
  changeMessage(sql, id, { ref: posted.ref })
  return channel.deliver({ ...whole, replaces: posted.ref }, use)
}

function hasControls({ buttons, menus }: Card): boolean {
  return buttons.length > 0 || menus.length > 0
}

/** A signal that ends after so long, and a way to end it sooner. */
function deadline(ms: number): { readonly signal: AbortSignal; abort(): void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), ms)
  return {
    signal: controller.signal,
    abort: () => {
      clearTimeout(timer)
      controller.abort()
    },
  }
}

function silence(signal: AbortSignal): Promise<'silence'> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('silence'), { once: true }))
}

/** A reason as it may be stored and shown: one short line, no addresses, for they may hold secrets. */
function plain(detail: string): string {
  const line = detail
    .replace(/https?:\/\/\S+/gi, '[address]')
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
