/**
 * A Worker with a secret in every secret setting, and everything that comes out of it: what it logs, keeps, answers and
 * sends. One for each test file that imports this.
 */

import * as noble from '@noble/ed25519'
import { sign } from '@octokit/webhooks-methods'
import { Webhook } from 'standardwebhooks'
import { expect, vi } from 'vitest'
import { createApp } from '../../src/http/app.ts'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { eventually, type Interaction, signedBy } from './discord-person.ts'
import { type Asking, ask } from './door.ts'
import type { Echo } from './echoes.ts'
import { allKept } from './kept.ts'
import * as plant from './planted.ts'
import { stale } from './policies.ts'
import { makeReceiver } from './receiver.ts'
import { commandBody } from './signed.ts'
import { signSlack } from './slack.ts'
import { CHANNEL, makeStandins, SLACK_CHANNEL } from './standins.ts'
import { makeWorld, type World } from './world.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

const SEED = Uint8Array.from({ length: 32 }, (_, n) => (n * 73 + 11) % 256).toHex()
export const slack = makeStandins()
const discord = makeStandins()
const hooks = makeStandins()
const receiver = makeReceiver()

export let world: World
export let env: plant.Planted & { readonly [name: string]: string }
export let known: plant.Searched

/** Of a policy: somebody who may do everything in both chats, and branches that go with their directory. */
export const ANN_AND_BRANCHES = `
[[person]]
name = "Ann"
slack = "U0ANN"
discord = "700000000000000001"
may = ["operate", "approve"]
[[on]]
event = "delete"
do = "directory.delete"
directory = "Branches/{branch}"
`

/** What came out of the Worker, and where. */
export const told: { readonly where: string; readonly text: string }[] = []
/** Requests that it sent: whom to, what stands at their head, and what they carry. */
export const sent: { readonly to: string; readonly head: string; readonly body: string }[] = []
export const lines: string[] = []

/** Where secrets turned up, by name. */
export async function leaks(except: readonly string[] = []): Promise<readonly string[]> {
  const everything = [
    ...told.splice(0),
    ...lines.map((text) => ({ where: 'the log', text })),
    ...sent.map(({ to, body }) => ({ where: `the body of a request to ${to}`, text: body })),
    ...(await allKept(world)),
  ]
  const found = everything.flatMap(({ where, text }) => known.in(text).map((name) => `${name} in ${where}`))
  const strayed = sent
    .splice(0)
    .flatMap(({ to, head }) => known.in(head, MAY_HAVE[to]).map((name) => `${name} at the head of a request to ${to}`))
  return [...new Set([...found, ...strayed])].filter((leak) => !except.some((where) => leak.endsWith(where)))
}

/** Whose secrets they are. */
export const MAY_HAVE: { readonly [to: string]: readonly string[] } = {
  quantconnect: ['a signature for QuantConnect'],
  slack: ['SLACK_API_URL', 'SLACK_BOT_TOKEN', 'a response address'],
  discord: ['DISCORD_API_URL', 'DISCORD_BOT_TOKEN', 'a token of an interaction'],
  hooks: ['SLACK_WEBHOOK_URL', 'DISCORD_WEBHOOK_URL', 'TEAMS_WEBHOOK_URL'],
  receiver: ['WEBHOOK_URLS', 'a signature of ours'],
}

function whomTo(url: string): string {
  if (url.startsWith(slack.url)) return 'slack'
  if (url.startsWith(discord.url)) return 'discord'
  if (url.startsWith(hooks.url)) return 'hooks'
  return url.startsWith(world.sandbox) ? 'quantconnect' : 'receiver'
}

function noteSent(url: string, init: RequestInit | undefined): Headers {
  const headers = new Headers(init?.headers)
  const { body } = init ?? {}
  const text = typeof body === 'string' || body == null ? (body ?? '') : new TextDecoder().decode(body as Uint8Array)
  sent.push({ to: whomTo(url), head: [url, ...[...headers].flat()].join('\n'), body: text })
  for (const one of (headers.get('webhook-signature') ?? '').split(' ')) known.add('a signature of ours', one)
  return headers
}

/** Answers that are other than usual, to addresses that look so: QuantConnect's, and everybody else's. */
export const bad: { cloud: Bad | null; others: Bad | null } = { cloud: null, others: null }
interface Bad {
  readonly of: RegExp
  readonly says: Echo
}
let calls = 0

function say(says: Echo, url: string, headers: Headers, more: string): Response {
  const answer = says([url, ...[...headers].map((pair) => pair.join(': ')), more].join(' '), calls++)
  if (answer instanceof Error) throw answer
  return answer
}

/** The sandbox's user has a token too short to be searched for: what we sign with ours is signed anew. */
async function toCloud(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = String(input)
  const headers = new Headers(init?.headers)
  const credentials = headers.get('authorization')?.replace('Basic ', '') ?? ''
  const hash = atob(credentials).split(':')[1] ?? ''
  known.add('a signature for QuantConnect', credentials)
  known.add('a signature for QuantConnect', hash)
  noteSent(url, init)
  const timestamp = headers.get('timestamp') ?? ''
  expect(hash).toBe(await sha256(`${plant.QC_TOKEN}:${timestamp}`))
  if (bad.cloud?.of.test(url)) return say(bad.cloud.says, url, headers, plant.QC_TOKEN)
  headers.set('authorization', `Basic ${btoa(`123:${await sha256(`abc:${timestamp}`)}`)}`)
  return fetch(url, { ...init, headers } as RequestInit)
}

async function toOthers(url: string, init: RequestInit): Promise<Response> {
  const headers = noteSent(url, init)
  if (bad.others?.of.test(url)) return say(bad.others.says, url, headers, String(init.body))
  return fetch(url, init)
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))).toHex()
}

/** Any door, and everything that it answers. */
export async function door(path: string, asking: Asking = {}): Promise<Response> {
  const answer = await ask(world, path, { bearer: plant.ADMIN, env, ...asking })
  const text = await answer.clone().text()
  told.push({ where: `the answer of ${asking.method ?? 'GET'} ${path}`, text: [...answer.headers].flat().join('\n') })
  told.push({ where: `the answer of ${asking.method ?? 'GET'} ${path}`, text: `${answer.status} ${text}` })
  return answer
}

export async function signedHook(type: string, data: unknown, secret: string = plant.COMMANDS[1]): Promise<Response> {
  const body = commandBody(type, data)
  const id = `msg_${crypto.randomUUID()}`
  const at = new Date()
  const signature = new Webhook(secret).sign(id, at, body)
  known.add('a signature for us', signature)
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)) }
  return door('/hooks', { method: 'POST', bearer: null, body, headers: { ...headers, 'webhook-signature': signature } })
}

export async function githubDelivery(payload: object, secret: string = plant.GITHUB[1]): Promise<Response> {
  const body = JSON.stringify(payload)
  const signature = await sign(secret, body)
  known.add('a signature for us', signature.replace('sha256=', ''))
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'delete',
    'x-github-delivery': crypto.randomUUID(),
    'x-hub-signature-256': signature,
  }
  return door('/hooks/github', { method: 'POST', bearer: null, body, headers })
}

export async function algorithm(projectId: number, more: object): Promise<Response> {
  const key = await crypto.subtle.importKey('raw', utf8(plant.ALGORITHMS[1]), MAC, false, ['sign'])
  const bearer = new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(String(projectId)))).toHex()
  known.add('a bearer of an algorithm', bearer)
  return door('/hooks/quantconnect', { method: 'POST', bearer, body: { projectId, ...more } })
}
const MAC = { name: 'HMAC', hash: 'SHA-256' }

export async function slackSends(
  path: string,
  body: string,
  secret: string = plant.SLACK_SIGNING[1],
): Promise<Response> {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signature = await signSlack(secret, timestamp, utf8(body))
  known.add('a signature for us', signature)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const headers = { ...form, 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }
  return door(`/slack/${path}`, { method: 'POST', bearer: null, body, headers })
}

/** Types behind `/sweep`, or presses something, and hands the answer to Slack. */
export async function inSlack(path: 'commands' | 'actions', what: object): Promise<void> {
  const asked = await slack.control(path === 'commands' ? 'slack/type' : 'slack/press', { user: 'U0ANN', ...what })
  const { secret, body } = asked as { readonly secret: string; readonly body: string }
  known.add('a response address', secret)
  const answer = await slackSends(path, body)
  const text = await answer.text()
  await slack.control('slack/answered', { secret, status: answer.status, body: text, tookMs: 0 })
}

export async function discordSends(interaction: object): Promise<Response> {
  const body = utf8(JSON.stringify(interaction))
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signature = await signedBy(SEED, timestamp, body)
  known.add('a signature for us', signature)
  const headers = {
    'content-type': 'application/json',
    'x-signature-ed25519': signature,
    'x-signature-timestamp': timestamp,
  }
  return door('/discord/interactions', { method: 'POST', bearer: null, body, headers })
}

export async function inDiscord(subcommand: string, options: { readonly [name: string]: string } = {}): Promise<void> {
  const given = Object.entries(options).map(([name, value]) => ({ name, type: 3, value }))
  const data = { id: '1', name: 'sweep', type: 1, options: [{ name: subcommand, type: 1, options: given }] }
  const wanted = { user: '700000000000000001', dm: false, type: 2, data, pressed: null }
  const interaction = (await discord.control('discord/interaction', wanted)) as Interaction
  known.add('a token of an interaction', interaction.token)
  const answer = await discordSends(interaction)
  await discord.control('discord/answer', {
    token: interaction.token,
    status: answer.status,
    answer: await answer.json(),
    tookMs: 0,
  })
}

/** A tick is skipped while a run goes on. */
export async function tick(at: number): Promise<RunRecord> {
  await allEnded()
  const { run: id } = (await world.stub.tick(at)) as { readonly run: string }
  const skipping = setInterval(() => void wake(), 300)
  const run = await world.ended(id).finally(() => clearInterval(skipping))
  told.push({ where: `run ${run.id}`, text: JSON.stringify(run) })
  return run
}

/** A run that was asked to slow down waits a minute, which is over now. */
async function wake(): Promise<void> {
  await later(61_000)
  await world.alarm().catch(() => undefined)
}

export async function allEnded(): Promise<readonly { readonly id: string; readonly status: string }[]> {
  return eventually(async () => {
    const runs = await world.stub.runs(50, null)
    return runs.every(({ status }) => status !== 'queued' && status !== 'running') && runs
  }, 'all runs have ended')
}

/** Destinations that did not take a message once. */
export const failed = new Set<string>()

/** Lets the seconds pass until everything is told, or given up. */
export async function quiet(stepMs = 1_100): Promise<void> {
  await eventually(async () => {
    await world.alarm()
    const deliveries = await world.stub.deliveries(100, null)
    told.push({ where: 'the list of deliveries', text: JSON.stringify(deliveries) })
    for (const { destination, reason } of deliveries) if (reason !== '') failed.add(destination)
    if (deliveries.every(({ state }) => state !== 'due')) return true
    await later(stepMs)
    return false
  }, 'everything is told')
}

export async function later(ms: number): Promise<void> {
  const skewMs = (world.setting().skewMs ?? 0) + ms
  world.set({ skewMs })
  for (const one of [slack, discord]) await one.control(one === slack ? 'slack/set' : 'discord/set', { skewMs })
}

interface Reply {
  readonly way: string
}

export function replies(): Promise<readonly Reply[]> {
  return world.inside(({ storage }) => storage.sql.exec('SELECT way FROM replies').toArray() as unknown as Reply[])
}

/** An address with that in the place of its braces. */
export function filled(path: string, id: string): string {
  return path.replace(/:\w+(\{.*\})?/, id)
}

/** Every address that somebody may look at, with what stands in its braces filled in. */
export async function everyPage(): Promise<void> {
  const [run] = await world.stub.runs(1, null)
  const { projectId } = await world.project('Kept/a')
  const backups = await world.stub.backups(1, null)
  const project = String(projectId)
  const paths = new Set(
    ROUTES.filter(({ method }) => method === 'GET').map(({ path }) => {
      const id = path.includes('backups')
        ? String(backups[0]?.projectId)
        : /runs|inventories/.test(path)
          ? run?.id
          : project
      return filled(path, id ?? '')
    }),
  )
  for (const path of paths) {
    await door(path)
    await door(path, { bearer: plant.READERS[1] })
    await door(path, { bearer: null, headers: { authorization: `Basic ${btoa(`me:${plant.ADMIN}`)}` } })
  }
  expect(paths.size).toBeGreaterThan(15)
}

export const ROUTES = createApp().routes.filter(({ path, method }) => !path.includes('*') && method !== 'ALL')

for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
  vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => void lines.push(parts.map(String).join(' ')))
}

/** Makes the world; from then on everything is watched. */
export async function begin(policy: string, names: readonly string[]): Promise<void> {
  const publicKey = (await noble.getPublicKeyAsync(Uint8Array.fromHex(SEED))).toHex()
  const planted = plant.planted({
    hooks: `${hooks.url}/webhooks`,
    slackApi: slack.slackApi,
    discordApi: discord.discordApi,
    publicKey,
    receivers: [receiver.url('a'), receiver.url('b')],
  })
  known = plant.searchFor(plant.secretsIn(planted))
  env = {
    ...planted,
    SLACK_CHANNEL,
    DISCORD_CHANNEL: CHANNEL,
    DISCORD_APPLICATION_ID: '1000000000000000001',
    PUBLIC_URL: 'https://sweep.example',
  }
  await slack.setSlack({ botToken: plant.SLACK_BOT })
  await discord.setDiscord({ botToken: plant.DISCORD_BOT })
  world = await makeWorld(
    policy,
    names.map((name) => stale(name)),
    { env, token: plant.QC_TOKEN, fetch: toCloud, outside: toOthers, deliveryTimeoutMs: 2_000 },
  )
}
