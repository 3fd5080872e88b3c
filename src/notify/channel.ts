/** An incoming webhook as a channel: cards without anything to press, with a link to the Worker's own pages. */

import { readRetryAfter } from '../core/base/retry-after.ts'
import type { Card } from '../core/cards/card.ts'
import { linkOf, renderDiscord } from '../discord/render.ts'
import { type CardChannel, type Delivery, type DeliveryDeps, fingerprintOf } from '../hooks/channel.ts'
import { renderSlack } from '../slack/render.ts'
import type { Notify } from './settings.ts'
import { renderTeams } from './teams.ts'

/** What differs between vendors. */
interface Vendor {
  readonly name: string
  body(card: Card, publicUrl: string | null): object
  /** The address that the message is posted to. */
  address(url: string): string
  /** Whether a 2xx with this status and text is what the vendor documents as a receipt; anything else delivered nothing. */
  isReceipt(status: number, text: string): boolean
}

const VENDORS: { readonly [kind in Notify['kind']]: Vendor } = {
  slack: {
    name: 'Slack',
    body: renderSlack,
    address: (url) => url,
    isReceipt: (_status, text) => text.trim() === 'ok',
  },
  discord: {
    name: 'Discord',
    // A link may stand in the title; a component of a webhook that belongs to no application would be left out.
    body: (card, publicUrl) => ({ ...renderDiscord(card, publicUrl), components: [] }),
    // Answers when the message is there, instead of before.
    address: (url) => withQuery(url, 'wait', 'true'),
    // With `wait` it answers with the message that was made.
    isReceipt: (_status, text) => /"id": ?"\d{1,20}"/.test(text),
  },
  teams: {
    name: 'Teams',
    body: (card, publicUrl) => renderTeams(card, linkOf(card, publicUrl)),
    address: (url) => url,
    // The workflow has accepted it (202); it posts the message afterwards. A 200 may carry the text of an error.
    isReceipt: (status) => status === 202,
  },
}

export function notifyChannel({ kind, url }: Notify, publicUrl: string | null): CardChannel {
  const vendor = VENDORS[kind]
  return {
    takes: 'card',
    key: `${kind}-webhook`,
    of: kind,
    to: `a webhook of ${vendor.name}`,
    edits: false,
    fingerprint: () => fingerprintOf(url),
    deliver: ({ card }, deps) => post(vendor, url, vendor.body({ ...card, buttons: [], menus: [] }, publicUrl), deps),
  }
}

async function post({ name, address, isReceipt }: Vendor, url: string, body: object, deps: DeliveryDeps) {
  const response = await deps.fetch(address(url), {
    method: 'POST',
    redirect: 'manual',
    signal: deps.signal,
    headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'leansweep' },
    body: JSON.stringify(body),
  })
  const { status } = response
  const text = (await response.text()).slice(0, 4_000)
  if (!response.ok) return refusal(name, status, text, readRetryAfter(response.headers.get('retry-after'), deps.now()))
  if (isReceipt(status, text)) return { kind: 'delivered', status } as const
  return { kind: 'again', status, detail: `${name} answered ${status} without its receipt.` } as const
}

/** Words of the vendors for "this webhook, or where it leads to, is not there (any more)". */
const GONE = /no_service|no_team|channel_not_found|channel_is_archived|invalid_token|"code": ?(10015|50027)/

function refusal(name: string, status: number, text: string, retryAfterMs: number | null): Delivery {
  const said = `${name} answered ${status}`
  if (status === 429) {
    const detail = `${name} asks for fewer messages.`
    return { kind: 'again', status, detail, ...(retryAfterMs === null ? {} : { retryAfterMs }) }
  }
  if (status === 404 || status === 410 || GONE.test(text)) {
    return { kind: 'gone', status, detail: `${said}: the webhook is not there any more. Make a new one.` }
  }
  if (status === 401 || status === 403) {
    return { kind: 'gone', status, detail: `${said}: the webhook is not allowed to write. Make a new one.` }
  }
  if (status === 400 || status === 413)
    return { kind: 'never', status, detail: `${said}: it does not take this message.` }
  return { kind: 'again', status, detail: `${said}.`, ...(retryAfterMs === null ? {} : { retryAfterMs }) }
}

function withQuery(url: string, name: string, value: string): string {
  const address = new URL(url)
  address.searchParams.set(name, value)
  return address.href
}
