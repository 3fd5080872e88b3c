/**
 * Every way into the Worker, made from what the Worker itself lists: routes, operations with their parameters and bodies,
 * types of commands, commands and buttons of the chats. Each takes a text to each place where a caller may put one.
 */

import { COMMANDS as CHAT_COMMANDS } from '../../src/chat/command.ts'
import { SUBCOMMANDS } from '../../src/discord/commands.ts'
import { COMMANDS as HOOK_COMMANDS } from '../../src/hooks/commands.ts'
import type { Operation } from '../../src/http/api/operation.ts'
import { OPERATIONS } from '../../src/http/api/operations.ts'
import { oneWord } from './guesses.ts'
import * as plant from './planted.ts'
import {
  algorithm,
  discordSends,
  door,
  env,
  filled,
  githubDelivery,
  ROUTES,
  sent,
  signedHook,
  slack,
  slackSends,
  world,
} from './watched.ts'

/** What stands in the addresses where no text is put. */
export interface Known {
  readonly run: string
  readonly project: number
}

/** Sends that text there; what came back, and what else the caller gets to see of it. */
export type Place = (text: string) => Promise<readonly Seen[]>
export interface Seen {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

export interface Way {
  readonly name: string
  readonly places: readonly Place[]
  /** Makes the world what it was, before each text. */
  readonly before?: () => Promise<unknown>
}

/** Headers that are never the same twice, or that say again what the body says. */
const CHANGING = ['date', 'x-request-id', 'etag', 'content-length']

async function seen(answer: Response): Promise<Seen> {
  const headers = [...answer.headers].filter(([name]) => !CHANGING.includes(name))
  return { status: answer.status, headers, body: await answer.text() }
}

/** An answer, and of a run that it began the record, the page, and what everybody sees. */
async function whole(answer: Response): Promise<readonly Seen[]> {
  const first = await seen(answer)
  const run =
    first.status < 400
      ? /\d{8}-\d{6}-[0-9a-f]{6}/.exec(`${first.body} ${answer.headers.get('location')}`)?.[0]
      : undefined
  return run === undefined ? [first] : [first, ...(await afterwards(run))]
}

async function afterwards(run: string): Promise<readonly Seen[]> {
  await world.ended(run)
  return Promise.all([`/api/runs/${run}`, `/runs/${run}`].map(async (path) => seen(await door(path, asPage(path)))))
}

const PASSWORD = `Basic ${btoa(`me:${plant.ADMIN}`)}`

function asPage(path: string): { readonly bearer?: null; readonly headers?: { readonly authorization: string } } {
  return path.startsWith('/api') ? {} : { bearer: null, headers: { authorization: PASSWORD } }
}

/** A project that was changed by what was sent is again as it was. */
function asBefore(projectId: number): () => Promise<unknown> {
  return () => world.control('edit', { projectId, name: 'Kept/a', description: '', parameters: [] })
}

const inHeader = (text: string) => text.replaceAll(/[^ -~]/g, '?')
const inPath = (text: string) => encodeURIComponent(text.toWellFormed())

/** All ways there are. A route for which there is none is an error: nobody would have tried it. */
export function waysOf(known: Known): readonly Way[] {
  // A route behind a check of who asks is listed twice.
  const routes = [...new Map(ROUTES.map((route) => [`${route.method} ${route.path}`, route])).values()].filter(
    ({ path }) => !/^\/(slack|discord|hooks)/.test(path),
  )
  return [...routes.map(({ method, path }) => plainWay(method, path, known)), ...signedWays(known), unrouted(known)]
}

/** The routes that want a signature and for which `signedWays` has one. */
export function missing(ways: readonly Way[]): readonly string[] {
  const names = new Set(ways.map(({ name }) => name.split(', ')[0]))
  return ROUTES.map(({ method, path }) => `${method} ${path}`).filter((name) => !names.has(name))
}

/** An operation of the API or a page. */
function plainWay(method: string, path: string, { run, project }: Known): Way {
  const operation = OPERATIONS.find((one) => one.method === method && one.path.replaceAll(/\{(\w+)\}/g, ':$1') === path)
  const id = /runs|inventories/.test(path) ? run : /deliveries/.test(path) ? 'msg_none' : String(project)
  const where = filled(path, id)
  const asked = asPage(path)
  const send = (at: string, more: object = {}) => door(at, { method, ...asked, ...more }).then(whole)
  const fits = { ...(operation?.body === undefined ? {} : { body: FITTING[operation.id] ?? {} }) }
  const places: Place[] = [
    (text) => send(`${where}?${inPath(text)}=1`, fits),
    (text) => send(`${where}?limit=${inPath(text)}`, fits),
    (text) => send(`${where}/${inPath(text)}`, fits),
    (text) => door(`${where}?${inPath(text)}`, { method, bearer: null, ...fits }).then(whole),
    (text) => door(`${where}/${inPath(text)}`, { method: 'PATCH', bearer: null }).then(whole),
    (text) => door(where, { method, bearer: inHeader(text).replaceAll(' ', '') || 'x', ...fits }).then(whole),
    (text) =>
      door(where, { method, bearer: null, headers: { authorization: `Basic ${btoa(`me:${inHeader(text)}`)}` } }).then(
        whole,
      ),
    ...HEADERS.map(
      (name): Place =>
        (text) =>
          send(where, { ...fits, headers: { ...asked.headers, [name]: inHeader(text) } }),
    ),
    ...(path.includes(':') ? [(text: string) => send(filled(path, inPath(text)), fits)] : []),
    ...Object.keys(operation?.query ?? {}).map(
      (key): Place =>
        (text) =>
          send(`${where}?${key}=${inPath(text)}`),
    ),
  ]
  const isForm = operation === undefined && method === 'POST'
  const bodies = isForm ? formBodies() : operation?.body === undefined ? [] : jsonBodies(operation)
  return {
    name: `${method} ${path}`,
    ...(operation?.id === 'updateProject' ? { before: asBefore(project) } : {}),
    places: [
      ...places,
      ...bodies.map(
        (body): Place =>
          (text) =>
            send(where, body(text)),
      ),
    ],
  }
}

const HEADERS = [
  'idempotency-key',
  'if-none-match',
  'content-type',
  'accept',
  'referer',
  'user-agent',
  'cookie',
  'x-anything',
]

/** Bodies of operations that would refuse an empty one. */
const FITTING: { readonly [operation: string]: object } = {
  startRun: { mode: 'report' },
  updateProject: { description: 'as it was' },
  decide: { decision: 'refuse', plan: '0'.repeat(64) },
}

type Bodies = readonly ((text: string) => object)[]

/** Whatever keys a body knows: the text as each of them, inside each, as a key of its own, and as no JSON at all. */
function jsonBodies({ body, id }: Operation): Bodies {
  const fitting = FITTING[id] ?? {}
  const keys = Object.keys(body?.entries ?? {})
  return [
    (text) => ({ body: { ...fitting, [text]: 1 } }),
    (text) => ({ body: text }),
    (text) => ({ body: JSON.stringify(text) }),
    ...keys.flatMap((key) => [
      (text: string) => ({ body: { ...fitting, [key]: text } }),
      (text: string) => ({ body: { ...fitting, [key]: [text] } }),
      (text: string) => ({ body: { ...fitting, [key]: { [text]: 'x' } } }),
      (text: string) => ({ body: { ...fitting, [key]: { x: text } } }),
    ]),
  ]
}

function formBodies(): Bodies {
  const fields = ['decision', 'plan', 'until', 'mode', 'anything']
  return [
    ...fields.map((field) => (text: string) => ({ body: new URLSearchParams({ decision: 'refuse', [field]: text }) })),
    (text) => ({ body: new URLSearchParams({ [text]: text }) }),
    (text) => ({
      body: text,
      headers: { authorization: PASSWORD, 'content-type': 'application/x-www-form-urlencoded' },
    }),
  ]
}

/** Addresses that nothing answers. */
function unrouted(_: Known): Way {
  const paths: readonly ((text: string) => string)[] = [
    (text) => `/z${text}z`,
    (text) => `/${text}`,
    (text) => `/api/${text}`,
    (text) => `/x?${text}=${text}`,
  ]
  const anybody = paths.flatMap((path) =>
    ['GET', 'POST', 'OPTIONS', 'DELETE'].map(
      (method): Place =>
        (text) =>
          door(path(inPath(text)), { method, bearer: null }).then(whole),
    ),
  )
  const signedIn = paths.map(
    (path): Place =>
      (text) =>
        door(path(inPath(text))).then(whole),
  )
  return { name: 'an address that nothing answers', places: [...anybody, ...signedIn] }
}

/** The doors that want a signature: what each may be sent, signed as it should be, and unsigned. */
function signedWays({ project }: Known): readonly Way[] {
  const hook = (type: string): Way => ({
    name: `POST /hooks, ${type}`,
    before: asBefore(project),
    places: [
      (text) => signedHook(type, { projectId: project, description: text }).then(whole),
      (text) => signedHook(type, { project: text, description: 'x' }).then(whole),
      (text) => signedHook(type, { projectId: project, name: text }).then(whole),
      (text) => signedHook(type, { projectId: project, parameters: { x: text } }).then(whole),
      (text) => signedHook(type, { projectId: project, parameters: { [text]: '1' } }).then(whole),
      (text) => signedHook(type, { projectId: project, [text]: text }).then(whole),
      (text) => signedHook(type, { projectId: text }).then(whole),
      (text) => signedHook(type, { directory: text }).then(whole),
      (text) => signedHook(type, { mode: text }).then(whole),
      (text) => signedHook(type, { mode: 'report', rules: [text] }).then(whole),
      (text) => signedHook(type, text).then(whole),
    ],
  })
  const payload = (more: object) => ({
    ref: 'none',
    ref_type: 'branch',
    repository: { full_name: 'o/r' },
    sender: { login: 'a' },
    ...more,
  })
  return [
    ...HOOK_COMMANDS.map(hook),
    { name: 'POST /hooks, of another type', places: [(text) => signedHook(text, { [text]: text }).then(whole)] },
    ...[
      '/hooks',
      '/hooks/github',
      '/hooks/quantconnect',
      ...['commands', 'actions', 'events'].map((one) => `/slack/${one}`),
      '/discord/interactions',
    ].map(unsigned),
    {
      name: 'POST /hooks/github',
      places: [
        (text) => githubDelivery(payload({ ref: text })).then(whole),
        (text) => githubDelivery(payload({ repository: { full_name: text } })).then(whole),
        (text) => githubDelivery(payload({ ref_type: text })).then(whole),
        (text) => githubDelivery(payload({ sender: { login: text } })).then(whole),
        (text) => githubDelivery({ [text]: text }).then(whole),
      ],
    },
    {
      name: 'POST /hooks/quantconnect',
      before: asBefore(project),
      places: [
        (text) => algorithm(project, { description: text }).then(whole),
        (text) => algorithm(project, { parameters: { x: text } }).then(whole),
        (text) => algorithm(project, { parameters: { [text]: '1' } }).then(whole),
        (text) => algorithm(project, { sweep: text }).then(whole),
        (text) => algorithm(project, { [text]: text }).then(whole),
        (text) => algorithm(project, { ProjectId: text }).then(whole),
      ],
    },
    ...CHAT_COMMANDS.map(
      (name): Way => ({
        name: `POST /slack/commands, ${name}`,
        before: asBefore(project),
        places: typed(name).map(
          (line): Place =>
            (text) =>
              slackTypes(line(text)),
        ),
      }),
    ),
    {
      name: 'POST /slack/commands, no command',
      places: [
        (text) => slackTypes(oneWord(text)),
        (text) => slackTypes(`${oneWord(text)} ${text}`),
        (text) => slackTypes('why x', { user_id: text }),
        (text) => slackTypes('help', { [text]: text }),
      ],
    },
    ...VERBS.map(
      (verb): Way => ({
        name: `POST /slack/actions, ${verb}`,
        places: [
          (text) => slackPresses(`sweep.${verb}`, text),
          (text) => slackPresses(`sweep.${verb}`, `${text}/${'0'.repeat(16)}`),
          (text) => slackPresses(`sweep.${verb}`, String(project), text),
        ],
      }),
    ),
    {
      name: 'POST /slack/actions, no button',
      places: [(text) => slackPresses(text, text), (text) => slackPresses(`sweep.${text}`, '1')],
    },
    {
      name: 'POST /slack/events',
      places: [
        (text) => slackSends('events', JSON.stringify({ type: 'url_verification', challenge: text })).then(whole),
        (text) => slackSends('events', JSON.stringify({ type: text })).then(whole),
        (text) => slackSends('events', text).then(whole),
      ],
    },
    ...Object.entries(SUBCOMMANDS).map(
      ([name, { options }]): Way => ({
        name: `POST /discord/interactions, ${name}`,
        places: [
          (text) => discordTypes(name, { [text]: text }),
          (text) => discordTypes(name, {}, { typed: text }),
          ...options.map(
            ({ name: option }): Place =>
              (text) => {
                const others = Object.fromEntries(
                  options.map((one) => [one.name, one.name === 'what' ? 'description' : 'Kept/a']),
                )
                return discordTypes(name, { ...others, [option]: oneWord(text) })
              },
          ),
        ],
      }),
    ),
    {
      name: 'POST /discord/interactions, no command',
      places: [
        (text) => discordTypes(text, { x: text }),
        (text) => discordSends({ ...interaction(), type: 9, [text]: text }).then(whole),
      ],
    },
    ...VERBS.map(
      (verb): Way => ({
        name: `POST /discord/interactions, button ${verb}`,
        places: [
          (text) => discordPresses(`sweep.do:${verb}:${text}`),
          (text) => discordPresses(`sweep.ask:${verb}:${text}`),
          (text) => discordPresses(text),
        ],
      }),
    ),
  ]
}

/** As `Verb` of the cards has them; tsc wants each. */
const VERB_LIST: { readonly [verb in import('../../src/core/cards/card.ts').Verb]: true } = {
  approve: true,
  refuse: true,
  keep30: true,
  keep: true,
  why: true,
  stop: true,
  undo: true,
  confirm: true,
  cancel: true,
}
const VERBS = Object.keys(VERB_LIST)

/** Lines that begin with a command of the chats. */
function typed(name: string): readonly ((text: string) => string)[] {
  return [
    (text) => `${name} ${oneWord(text)}`,
    (text) => `${name} "${oneWord(text)}"`,
    (text) => `${name} Kept/a ${oneWord(text)}`,
    (text) => `${name} Kept/a description ${text}`,
    (text) => `${name} Kept/a parameter x ${oneWord(text)}`,
  ]
}

function unsigned(path: string): Way {
  const post = (body: string, headers: { readonly [name: string]: string }) =>
    door(path, {
      method: 'POST',
      bearer: null,
      body,
      headers: { 'content-type': 'application/json', ...headers },
    }).then(whole)
  const now = String(Math.floor(Date.now() / 1_000))
  const stamps = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': now,
    'x-slack-request-timestamp': now,
    'x-signature-timestamp': now,
  }
  const names = [
    'webhook-signature',
    'x-hub-signature-256',
    'x-slack-signature',
    'x-signature-ed25519',
    'authorization',
    'webhook-id',
  ]
  return {
    name: `POST ${path}, unsigned`,
    places: [
      (text) => post(text, stamps),
      (text) => post(JSON.stringify({ projectId: 1, [text]: text }), stamps),
      ...names.map(
        (name): Place =>
          (text) =>
            post('{}', { ...stamps, [name]: inHeader(text) }),
      ),
      (text) => post('{}', { ...stamps, authorization: `Bearer ${inHeader(text)}` }),
    ],
  }
}

/** Beside the answer, what comes to its response address. */
async function slackTypes(text: string, more: { readonly [field: string]: string } = {}): Promise<readonly Seen[]> {
  const fields = {
    command: '/sweep',
    text,
    user_id: 'U0ANN',
    channel_id: 'C1',
    trigger_id: crypto.randomUUID(),
    response_url: responses(),
  }
  return whole(await slackSends('commands', new URLSearchParams({ ...fields, ...more }).toString()))
}

async function slackPresses(action: string, value: string, user = 'U0ANN'): Promise<readonly Seen[]> {
  const url = responses()
  const payload = {
    type: 'block_actions',
    user: { id: user },
    channel: { id: 'C1' },
    container: { type: 'message', is_ephemeral: true },
    actions: [{ type: 'button', action_id: action, value, action_ts: crypto.randomUUID() }],
    response_url: url,
  }
  const first = await seen(
    await slackSends('actions', new URLSearchParams({ payload: JSON.stringify(payload) }).toString()),
  )
  for (let waited = 0; waited < 100; waited++) {
    const came = sent.find(({ head }) => head.startsWith(url))
    if (came !== undefined) return [first, { status: 0, headers: [], body: came.body }]
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return [first]
}

function responses(): string {
  return `${slack.url}/slack/respond/${crypto.randomUUID()}`
}

let interactions = 0
const interaction = () => ({
  id: String(900_000_000_000_000_000 + ++interactions),
  application_id: env.DISCORD_APPLICATION_ID,
  token: `t${crypto.randomUUID()}`,
  version: 1,
  guild_id: '7',
  channel_id: '5',
  member: { user: { id: '700000000000000001', username: 'ann' }, roles: [], permissions: '0' },
})

async function discordTypes(
  name: string,
  options: { readonly [name: string]: string },
  { typed }: { readonly typed?: string } = {},
): Promise<readonly Seen[]> {
  const given = Object.entries(options).map(([option, value]) => ({ name: option, type: 3, value }))
  const focused = typed === undefined ? given : [{ name: 'project', type: 3, value: typed, focused: true }]
  const data = { id: '1', name: 'sweep', type: 1, options: [{ name, type: 1, options: focused }] }
  return whole(await discordSends({ ...interaction(), type: typed === undefined ? 2 : 4, data }))
}

async function discordPresses(id: string): Promise<readonly Seen[]> {
  const message = { id: '1300000000000000001', channel_id: '5', flags: 64 }
  return whole(await discordSends({ ...interaction(), type: 3, data: { custom_id: id, component_type: 2 }, message }))
}
