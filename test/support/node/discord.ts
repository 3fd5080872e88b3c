/* biome-ignore-all lint/suspicious/noExplicitAny: it takes any JSON, as the real one does */

/**
 * A stand-in for Discord's API, written from webhooks-and-chatops.md §5: it keeps channels and messages, enforces its limits,
 * its rate limits, the three seconds and the life of a token, and lets nobody press a button that is not there.
 */

import { commandProblems } from '../discord-commands.ts'
import { messageProblems } from '../discord-limits.ts'
import type { Answered, Asked } from './standins.ts'

export interface DiscordMessage {
  readonly id: string
  readonly channel_id: string
  /** Whom alone it is shown to; null = all. */
  readonly only: string | null
  /** Whether the bot posted it, rather than an interaction's answer. */
  readonly byBot: boolean
  readonly nonce: string | null
  readonly at: number
  edits: number
  content: string
  embeds: any[]
  components: any[]
}

interface Interaction {
  readonly token: string
  readonly applicationId: string
  readonly user: string
  readonly channel: string
  readonly type: number
  readonly at: number
  /** The message that its button is on. */
  readonly pressed: DiscordMessage | null
  answered: boolean
  original: DiscordMessage | null
  /** Of a deferral: whether the message to come is shown to one person only. */
  deferred: boolean | null
}

export interface Fault {
  /** Part of `METHOD path`. */
  readonly of: string
  readonly status?: number
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string }
  /** It was done, and the answer was lost. */
  readonly lostAfter?: boolean
  /** How often; once unless given. */
  times?: number
}

export interface DiscordWorld {
  botToken: string
  /** The application that the bot is of. */
  applicationId: string
  /** Servers where the application is. */
  guilds: string[]
  channels: Set<string>
  messages: DiscordMessage[]
  interactions: Map<string, Interaction>
  commands: { [scope: string]: unknown }
  requests: { method: string; path: string; status: number; body: any }[]
  faults: Fault[]
  /** Calls of one route within a window. */
  limit: { calls: number; windowMs: number }
  windows: Map<string, { since: number; used: number }>
  skewMs: number
  next: number
}

const SECOND = 1_000
const ANSWER_WITHIN = 3 * SECOND
const TOKEN_LIFE = 15 * 60 * SECOND
const NONCE_LIFE = 5 * 60 * SECOND

export function createDiscord(): DiscordWorld {
  return {
    botToken: 'stand-in-bot-token',
    applicationId: '1000000000000000001',
    guilds: ['1400000000000000001'],
    channels: new Set(['1100000000000000001']),
    messages: [],
    interactions: new Map(),
    commands: {},
    requests: [],
    faults: [],
    limit: { calls: 5, windowMs: 5 * SECOND },
    windows: new Map(),
    skewMs: 0,
    next: 1,
  }
}

export function serveDiscord(world: DiscordWorld, asked: Asked): Answered {
  const fault = world.faults.find(({ of }) => `${asked.method} ${asked.path}`.includes(of))
  if (fault !== undefined) {
    fault.times = (fault.times ?? 1) - 1
    if (fault.times === 0) world.faults.splice(world.faults.indexOf(fault), 1)
  }
  let answer = fault !== undefined && fault.lostAfter !== true ? faulty(fault) : route(world, asked)
  const body = asked.body === '' ? null : parsed(asked.body)
  world.requests.push({ method: asked.method, path: asked.path, status: answer.status, body })
  if (fault?.lostAfter === true) answer = { ...answer, lost: true }
  return answer
}

function faulty({ status = 500, body, headers }: Fault): Answered {
  return { status, ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) }
}

function route(world: DiscordWorld, asked: Asked): Answered {
  if (!/^DiscordBot \(https?:\/\/\S+, [\w.]+\)/.test(asked.headers['user-agent'] ?? '')) {
    return { status: 403, body: { message: 'internal network error', code: 40_333 } }
  }
  const [path = '', query = ''] = asked.path.split('?')
  const [first, id = '', what, last, scope] = path.split('/')
  if (first === 'webhooks')
    return limited(world, asked, `webhooks/${id}`, () => byToken(world, asked, id, what, last, scope))
  if (asked.headers.authorization !== `Bot ${world.botToken}`)
    return { status: 401, body: { message: '401: Unauthorized', code: 0 } }
  if (first === 'channels' && what === 'messages') {
    return limited(world, asked, `channels/${id}`, () => inChannel(world, asked, id, last ?? null))
  }
  if (first === 'applications' && asked.method === 'PUT') return register(world, path, parsed(asked.body))
  return { status: 404, body: { message: `404: Not Found ${query}`, code: 0 } }
}

function limited(world: DiscordWorld, { method }: Asked, bucket: string, act: () => Answered): Answered {
  const key = `${method} ${bucket}`
  const { calls, windowMs } = world.limit
  const before = world.windows.get(key)
  const window = before === undefined || now(world) >= before.since + windowMs ? { since: now(world), used: 0 } : before
  world.windows.set(key, window)
  const left = (window.since + windowMs - now(world)) / SECOND
  if (window.used >= calls) {
    const body = { message: 'You are being rate limited.', retry_after: left, global: false }
    return { status: 429, headers: { 'retry-after': String(Math.ceil(left)) }, body }
  }
  window.used += 1
  const answer = act()
  const headers = {
    'x-ratelimit-limit': String(calls),
    'x-ratelimit-remaining': String(calls - window.used),
    'x-ratelimit-reset-after': left.toFixed(3),
  }
  return { ...answer, headers: { ...headers, ...answer.headers } }
}

function inChannel(world: DiscordWorld, { method, body }: Asked, channel: string, id: string | null): Answered {
  if (!world.channels.has(channel)) return { status: 404, body: { message: 'Unknown Channel', code: 10_003 } }
  const given = parsed(body)
  if (id === null && method === 'POST') {
    const { nonce = null, enforce_nonce: enforce } = given
    if (nonce !== null && (typeof nonce !== 'string' || nonce.length > 25)) return invalid(['nonce'])
    const same = world.messages.find((one) => one.nonce === nonce && now(world) - one.at < NONCE_LIFE)
    if (nonce !== null && enforce === true && same !== undefined) return { status: 200, body: shown(same) }
    return post(world, { channel, only: null, byBot: true, nonce }, given)
  }
  const message = world.messages.find((one) => one.id === id && one.channel_id === channel && one.only === null)
  if (message === undefined) return { status: 404, body: { message: 'Unknown Message', code: 10_008 } }
  if (method === 'GET') return { status: 200, body: shown(message) }
  if (method !== 'PATCH') return { status: 405, body: { message: '405: Method Not Allowed', code: 0 } }
  if (!message.byBot)
    return { status: 403, body: { message: 'Cannot edit a message authored by another user', code: 50_005 } }
  return edit(message, given)
}

/** Follow-ups and edits with an interaction's token: no other permission, for a quarter of an hour. */
function byToken(
  world: DiscordWorld,
  { method, body }: Asked,
  applicationId: string,
  token = '',
  messages = '',
  id = '',
): Answered {
  const interaction = world.interactions.get(token)
  if (interaction?.applicationId !== applicationId)
    return { status: 404, body: { message: 'Unknown Webhook', code: 10_015 } }
  if (now(world) - interaction.at > TOKEN_LIFE)
    return { status: 401, body: { message: 'Invalid Webhook Token', code: 50_027 } }
  if (!interaction.answered) return { status: 404, body: { message: 'Unknown Webhook', code: 10_015 } }
  const given = parsed(body)
  if (method === 'POST' && messages === '') {
    const only = given.flags === 64 ? interaction.user : null
    return post(world, { channel: interaction.channel, only, byBot: false, nonce: null }, given)
  }
  if (method !== 'PATCH' || messages !== 'messages' || id !== '@original')
    return { status: 404, body: { message: 'Unknown Message', code: 10_008 } }
  if (interaction.original === null) {
    if (interaction.deferred === null) return { status: 404, body: { message: 'Unknown Message', code: 10_008 } }
    const only = interaction.deferred ? interaction.user : null
    const posted = post(world, { channel: interaction.channel, only, byBot: false, nonce: null }, given)
    if (posted.status === 200) interaction.original = world.messages.at(-1) ?? null
    return posted
  }
  return edit(interaction.original, given)
}

interface Posting {
  readonly channel: string
  readonly only: string | null
  readonly byBot: boolean
  readonly nonce: string | null
}

function post(world: DiscordWorld, { channel, only, byBot, nonce }: Posting, given: any): Answered {
  const problems = messageProblems(given)
  if (problems.length > 0) return invalid(problems)
  const message: DiscordMessage = {
    id: String(1_200_000_000_000_000_000n + BigInt(world.next++)),
    channel_id: channel,
    only,
    byBot,
    nonce,
    at: now(world),
    edits: 0,
    content: given.content ?? '',
    embeds: given.embeds ?? [],
    components: given.components ?? [],
  }
  world.messages.push(message)
  return { status: 200, body: shown(message) }
}

function edit(message: DiscordMessage, given: any): Answered {
  const { content = message.content, embeds = message.embeds, components = message.components } = given
  const after = { content: content ?? '', embeds: embeds ?? [], components: components ?? [] }
  const problems = messageProblems({ ...after, allowed_mentions: given.allowed_mentions })
  if (problems.length > 0) return invalid(problems)
  Object.assign(message, after)
  message.edits += 1
  return { status: 200, body: shown(message) }
}

function register(world: DiscordWorld, path: string, given: any): Answered {
  const [, application, guilds, guild, commands] = path.split('/')
  if (guilds !== 'commands' && (guilds !== 'guilds' || commands !== 'commands')) {
    return { status: 404, body: { message: '404: Not Found', code: 0 } }
  }
  if (application !== world.applicationId) {
    const message = 'You are not authorized to perform this action on this application'
    return { status: 403, body: { message, code: 20_012 } }
  }
  if (guilds === 'guilds' && !world.guilds.includes(guild ?? '')) {
    return { status: 403, body: { message: 'Missing Access', code: 50_001 } }
  }
  const problems = [...commandProblems(given)]
  const isScoped = Array.isArray(given) && given.some(({ contexts }) => contexts !== undefined)
  if (guilds === 'guilds' && isScoped) problems.push('contexts are for global commands')
  if (problems.length > 0) return invalid(problems)
  world.commands[path] = given
  return { status: 200, body: given }
}

function invalid(problems: readonly string[]): Answered {
  return { status: 400, body: { message: 'Invalid Form Body', code: 50_035, errors: problems } }
}

/** What Discord shows of a message to its author. */
function shown({ id, channel_id, content, embeds, components }: DiscordMessage): object {
  return { id, channel_id, content, embeds, components, type: 0, tts: false, mentions: [] }
}

/** What tests do with it: look, set, and be a person who types or presses. */
export function controlDiscord(world: DiscordWorld, path: string, given: any): Answered {
  switch (path) {
    case 'discord/state':
      return { status: 200, body: { messages: world.messages, requests: world.requests, commands: world.commands } }
    case 'discord/set':
      Object.assign(world, given)
      if (given.channels !== undefined) world.channels = new Set(given.channels)
      return { status: 200, body: {} }
    case 'discord/interaction':
      return begin(world, given)
    case 'discord/answer':
      return finish(world, given)
    default:
      return { status: 404, body: `There is no ${path}.` }
  }
}

/** `pressed`: id of the message; a press needs a live button, or an option, of that id (and value) on it. */
function begin(world: DiscordWorld, { user, dm = false, type, data, pressed = null }: any): Answered {
  const message = pressed === null ? null : (world.messages.find(({ id }) => id === pressed) ?? null)
  if (type === 3) {
    if (message === null) return { status: 409, body: 'There is no such message.' }
    if (message.only !== null && message.only !== user) return { status: 409, body: 'Nobody else sees that message.' }
    const parts = message.components.flatMap((row) => row.components)
    const part = parts.find((one) => one.custom_id === data.custom_id)
    if (part === undefined) return { status: 409, body: `There is no button ${data.custom_id} to press.` }
    if (part.type === 3 && !part.options.some((option: any) => option.value === data.values?.[0])) {
      return { status: 409, body: 'There is no such option.' }
    }
  }
  const number = world.next++
  const channel = message?.channel_id ?? '1100000000000000001'
  const interaction: Interaction = {
    token: `token-${number}-${'x'.repeat(80)}`,
    applicationId: world.applicationId,
    user,
    channel,
    type,
    at: now(world),
    pressed: message,
    answered: false,
    original: null,
    deferred: null,
  }
  world.interactions.set(interaction.token, interaction)
  const person = { id: user, username: `user ${user}`, global_name: null, discriminator: '0', avatar: null }
  const body = {
    id: String(1_300_000_000_000_000_000n + BigInt(number)),
    application_id: interaction.applicationId,
    type,
    token: interaction.token,
    version: 1,
    locale: 'en-GB',
    channel_id: channel,
    ...(data === undefined ? {} : { data }),
    ...(dm
      ? { user: person }
      : { guild_id: '41771983423143937', member: { user: person, roles: [], permissions: '0' } }),
    ...(message === null ? {} : { message: { ...shown(message), flags: message.only === null ? 0 : 64 } }),
  }
  return { status: 200, body }
}

/** What Discord makes of the answer to an interaction. */
function finish(world: DiscordWorld, { token, status, answer, tookMs }: any): Answered {
  const interaction = world.interactions.get(token)
  const refuse = (why: string): Answered => ({ status: 422, body: `This interaction failed: ${why}` })
  if (interaction === undefined) return refuse('no such token')
  if (tookMs > ANSWER_WITHIN) return refuse(`answered after ${tookMs} ms`)
  if (status !== 200) return refuse(`HTTP ${status}`)
  const { type, data = {} } = answer ?? {}
  const { user, channel, pressed } = interaction
  interaction.answered = true
  if (interaction.type === 1) return type === 1 ? { status: 200, body: {} } : refuse('a ping wants a pong')
  if (type === 8) {
    if (interaction.type !== 4) return refuse('choices for something else than autocomplete')
    const isText = (text: unknown) => typeof text === 'string' && text.length >= 1 && text.length <= 100
    const choices = Array.isArray(data.choices) && data.choices.length <= 25 ? data.choices : [{}]
    const areFine = choices.every(({ name, value }: any) => isText(name) && isText(value))
    return areFine ? { status: 200, body: {} } : refuse('choices')
  }
  if (type === 4) {
    const only = data.flags === 64 ? user : null
    const posted = post(world, { channel, only, byBot: false, nonce: null }, data)
    if (posted.status !== 200) return refuse(JSON.stringify(posted.body))
    interaction.original = world.messages.at(-1) ?? null
    return { status: 200, body: { message: interaction.original } }
  }
  if (type === 5) {
    if (Object.keys(data).some((key) => key !== 'flags') || ![undefined, 64].includes(data.flags))
      return refuse('deferral')
    interaction.deferred = data.flags === 64
    return { status: 200, body: {} }
  }
  if (type !== 6 && type !== 7) return refuse(`type ${type}`)
  if (pressed === null) return refuse('an update of nothing')
  interaction.original = pressed
  if (type === 6) return { status: 200, body: { message: pressed } }
  const edited = edit(pressed, data)
  return edited.status === 200 ? { status: 200, body: { message: pressed } } : refuse(JSON.stringify(edited.body))
}

function now(world: DiscordWorld): number {
  return Date.now() + world.skewMs
}

function parsed(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
