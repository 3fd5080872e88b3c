/* biome-ignore-all lint/suspicious/noExplicitAny: it takes any JSON, as the real one does */

/**
 * A stand-in for Slack's Web API and its response addresses, written from webhooks-and-chatops.md §4: it keeps messages,
 * enforces its limits, its rate limit, the three seconds and the life of a response address, answers `ok: false` with its
 * own words, and lets nobody press a button that is not there.
 */

import { messageError } from '../slack-limits.ts'
import type { Answered, Asked } from './standins.ts'

export interface SlackMessage {
  readonly channel: string
  readonly ts: string
  /** Whom alone it is shown to; null = all. */
  readonly only: string | null
  /** Whether the bot posted it, rather than an answer to a command or press. */
  readonly byBot: boolean
  readonly at: number
  metadata: any
  edits: number
  deleted: boolean
  text: string
  blocks: any[]
}

interface ResponseAddress {
  readonly user: string
  readonly channel: string
  readonly at: number
  /** The message its button is on. */
  readonly pressed: SlackMessage | null
  uses: number
}

export interface SlackFault {
  /** The method it happens to. */
  readonly of: string
  readonly status?: number
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string }
  /** It was done, and the answer was lost. */
  readonly lostAfter?: boolean
  /** How often; once unless given. */
  times?: number
}

export interface SlackWorld {
  botToken: string
  scopes: string[]
  channels: Set<string>
  messages: SlackMessage[]
  addresses: Map<string, ResponseAddress>
  requests: { method: string; status: number; error: string | null; body: any }[]
  faults: SlackFault[]
  /** Posts a channel takes within a second. */
  perSecond: number
  skewMs: number
  next: number
}

const SECOND = 1_000
const ANSWER_WITHIN = 3 * SECOND
const ADDRESS_LIFE = 30 * 60 * SECOND
const ADDRESS_USES = 5

export function createSlack(): SlackWorld {
  return {
    botToken: 'xoxb-stand-in-token',
    scopes: ['chat:write', 'commands', 'channels:history', 'groups:history'],
    channels: new Set(['C0123456789']),
    messages: [],
    addresses: new Map(),
    requests: [],
    faults: [],
    perSecond: 1_000,
    skewMs: 0,
    next: 1,
  }
}

/** The Web API below `slack/api/`, and response addresses below `slack/respond/`. */
export function serveSlack(world: SlackWorld, asked: Asked): Answered {
  const [area = '', method = ''] = asked.path.split('/')
  const fault = world.faults.find(({ of }) => of === method || of === area)
  if (fault !== undefined) {
    fault.times = (fault.times ?? 1) - 1
    if (fault.times === 0) world.faults.splice(world.faults.indexOf(fault), 1)
  }
  const isDone = fault === undefined || fault.lostAfter === true
  let answer: Answered = isDone ? route(world, area, method, asked) : faulty(fault)
  const error = typeof answer.body === 'object' ? ((answer.body as any)?.error ?? null) : null
  world.requests.push({ method: `${area}/${method}`, status: answer.status, error, body: parsed(asked.body) })
  if (fault?.lostAfter === true) answer = { ...answer, lost: true }
  return answer
}

function faulty({ status = 200, body, headers }: SlackFault): Answered {
  return { status, ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) }
}

function route(world: SlackWorld, area: string, method: string, asked: Asked): Answered {
  if (asked.method !== 'POST') return { status: 405, body: 'only POST' }
  const given = parsed(asked.body)
  if (area === 'respond') return respond(world, method, given)
  if (!/^application\/json; charset=utf-8$/.test(asked.headers['content-type'] ?? '')) return no('invalid_form_data')
  if (asked.headers.authorization !== `Bearer ${world.botToken}`) return no('invalid_auth')
  switch (method) {
    case 'chat.postMessage':
      return scoped(world, 'chat:write', () => postMessage(world, given))
    case 'chat.update':
      return scoped(world, 'chat:write', () => update(world, given))
    case 'conversations.history':
      return scoped(world, 'channels:history', () => history(world, given))
    default:
      return no('unknown_method')
  }
}

function scoped(world: SlackWorld, scope: string, act: () => Answered): Answered {
  if (world.scopes.includes(scope)) return act()
  return { status: 200, body: { ok: false, error: 'missing_scope', needed: scope, provided: world.scopes.join(',') } }
}

function postMessage(world: SlackWorld, given: any): Answered {
  if (!world.channels.has(given.channel)) return no('channel_not_found')
  const lately = world.messages.filter(
    ({ channel, byBot, at }) => byBot && channel === given.channel && at > now(world) - SECOND,
  )
  if (lately.length >= world.perSecond) {
    return { status: 429, headers: { 'retry-after': '1' }, body: { ok: false, error: 'ratelimited' } }
  }
  const wrong = messageError(given)
  if (wrong !== null) return { status: 200, body: { ok: false, error: wrong.error, what: wrong.what } }
  const message = put(world, given, { channel: given.channel, only: null, byBot: true })
  return { status: 200, body: { ok: true, channel: message.channel, ts: message.ts, message: shown(message) } }
}

function update(world: SlackWorld, given: any): Answered {
  const message = world.messages.find(({ channel, ts }) => channel === given.channel && ts === given.ts)
  if (message === undefined || message.only !== null || message.deleted) return no('message_not_found')
  if (!message.byBot) return no('cant_update_message')
  const wrong = messageError(given)
  if (wrong !== null) return { status: 200, body: { ok: false, error: wrong.error, what: wrong.what } }
  change(message, given)
  return { status: 200, body: { ok: true, channel: message.channel, ts: message.ts, text: message.text } }
}

function history(world: SlackWorld, { channel, limit = 100, include_all_metadata: withMetadata }: any): Answered {
  if (!world.channels.has(channel)) return no('channel_not_found')
  const found = world.messages.filter((one) => one.channel === channel && one.only === null && !one.deleted)
  const messages = found
    .toReversed()
    .slice(0, limit)
    .map((message) => ({ ...shown(message), ...(withMetadata ? { metadata: message.metadata } : {}) }))
  return { status: 200, body: { ok: true, messages, has_more: found.length > limit } }
}

/** A response address: good for half an hour and five uses, without a token. */
function respond(world: SlackWorld, secret: string, given: any): Answered {
  const address = world.addresses.get(secret)
  if (address === undefined) return { status: 404, body: 'no_team' }
  if (now(world) - address.at > ADDRESS_LIFE) return { status: 404, body: 'expired_url' }
  address.uses += 1
  if (address.uses > ADDRESS_USES) return { status: 404, body: 'used_url' }
  const wrong = given.delete_original === true ? null : messageError(given)
  if (wrong !== null) return { status: 200, body: { ok: false, error: wrong.error, what: wrong.what } }
  if (given.replace_original === true) {
    if (address.pressed === null) return { status: 404, body: 'message_not_found' }
    change(address.pressed, given)
    return { status: 200, body: 'ok' }
  }
  const only = given.response_type === 'in_channel' ? null : address.user
  put(world, given, { channel: address.channel, only, byBot: false })
  return { status: 200, body: 'ok' }
}

function put(world: SlackWorld, given: any, place: Pick<SlackMessage, 'channel' | 'only' | 'byBot'>): SlackMessage {
  const at = now(world)
  const ts = `${Math.floor(at / SECOND)}.${String(world.next++).padStart(6, '0')}`
  const { text = '', blocks = [], metadata = null } = given
  const message: SlackMessage = { ...place, ts, at, text, blocks, metadata, edits: 0, deleted: false }
  world.messages.push(message)
  return message
}

/** What is not given goes: an edit without blocks takes the blocks away. */
function change(message: SlackMessage, { text = '', blocks = [] }: any): void {
  Object.assign(message, { text, blocks })
  message.edits += 1
}

function shown({ ts, text, blocks }: SlackMessage): object {
  return { type: 'message', ts, text, blocks, bot_id: 'B0123456789' }
}

function no(error: string): Answered {
  return { status: 200, body: { ok: false, error } }
}

/** What tests do with it: look, set, and be a person who types or presses. */
export function controlSlack(world: SlackWorld, path: string, given: any, base: string): Answered {
  switch (path) {
    case 'slack/state':
      return { status: 200, body: { messages: world.messages, requests: world.requests } }
    case 'slack/set':
      Object.assign(world, given)
      if (given.channels !== undefined) world.channels = new Set(given.channels)
      return { status: 200, body: {} }
    case 'slack/type':
      return type(world, given, base)
    case 'slack/press':
      return press(world, given, base)
    case 'slack/answered':
      return answered(world, given)
    case 'slack/delete': {
      const message = world.messages.find(({ ts }) => ts === given.ts)
      if (message !== undefined) message.deleted = true
      return { status: 200, body: {} }
    }
    default:
      return { status: 404, body: `There is no ${path}.` }
  }
}

/** The form of a slash command. */
function type(
  world: SlackWorld,
  { user, text, channel = 'C0123456789', command = '/sweep' }: any,
  base: string,
): Answered {
  const secret = address(world, { user, channel, pressed: null })
  const fields = {
    token: 'deprecated',
    team_id: 'T0123456789',
    team_domain: 'acme',
    channel_id: channel,
    channel_name: 'ops',
    user_id: user,
    user_name: `name of ${user}`,
    command,
    text: String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    api_app_id: 'A0123456789',
    is_enterprise_install: 'false',
    response_url: `${base}/slack/respond/${secret}`,
    trigger_id: `${world.next}.1531420618.0a1b2c3d${world.next}`,
  }
  return { status: 200, body: { secret, body: new URLSearchParams(fields).toString() } }
}

/** The payload of a press; the button, or the option, must be on the message and the message before their eyes. */
function press(world: SlackWorld, { user, ts, action, choice = null }: any, base: string): Answered {
  const message = world.messages.find((one) => one.ts === ts && !one.deleted)
  if (message === undefined) return { status: 409, body: 'There is no such message.' }
  if (message.only !== null && message.only !== user) return { status: 409, body: 'Nobody else sees that message.' }
  const parts = message.blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
  const part = parts.find((one: any) => one.action_id === action || one.action_id.split('.')[1] === action)
  if (part === undefined) return { status: 409, body: `There is nothing called ${action} to press.` }
  const option = part.options?.find((one: any) => one.value === choice || one.text.text.includes(choice))
  if (part.type === 'static_select' && option === undefined) return { status: 409, body: 'There is no such option.' }
  const secret = address(world, { user, channel: message.channel, pressed: message })
  const isEphemeral = message.only !== null
  const payload = {
    type: 'block_actions',
    api_app_id: 'A0123456789',
    token: 'deprecated',
    trigger_id: `${world.next}.1531420618.0a1b2c3d${world.next}`,
    response_url: `${base}/slack/respond/${secret}`,
    team: { id: 'T0123456789', domain: 'acme' },
    user: { id: user, username: `name of ${user}`, team_id: 'T0123456789' },
    channel: { id: message.channel, name: 'ops' },
    container: { type: 'message', message_ts: ts, channel_id: message.channel, is_ephemeral: isEphemeral },
    ...(isEphemeral ? {} : { message: shown(message) }),
    actions: [
      {
        type: part.type,
        action_id: part.action_id,
        block_id: 'press',
        ...(part.type === 'button' ? { text: part.text, value: part.value } : { selected_option: option }),
        action_ts: `${Math.floor(now(world) / SECOND)}.${String(world.next).padStart(6, '0')}`,
      },
    ],
  }
  return { status: 200, body: { secret, body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString() } }
}

function address(world: SlackWorld, of: Pick<ResponseAddress, 'user' | 'channel' | 'pressed'>): string {
  const secret = `secret-${world.next++}-${'x'.repeat(24)}`
  world.addresses.set(secret, { ...of, at: now(world), uses: 0 })
  return secret
}

/** What Slack makes of our answer to a command or press. */
function answered(world: SlackWorld, { secret, status, body, tookMs }: any): Answered {
  const of = world.addresses.get(secret)
  const refuse = (why: string): Answered => ({ status: 422, body: why })
  if (of === undefined) return refuse('no such request')
  if (tookMs > ANSWER_WITHIN) return refuse('operation_timeout')
  if (status !== 200) return refuse(`HTTP ${status}: the app did not respond`)
  // To a press, the answer's body means nothing.
  if (body === '' || of.pressed !== null) return { status: 200, body: {} }
  const given = parsed(body)
  const wrong = messageError(given)
  if (wrong !== null) return refuse(`${wrong.error}: ${wrong.what}`)
  const only = given.response_type === 'in_channel' ? null : of.user
  return { status: 200, body: { message: put(world, given, { channel: of.channel, only, byBot: false }) } }
}

function now(world: SlackWorld): number {
  return Date.now() + world.skewMs
}

function parsed(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
