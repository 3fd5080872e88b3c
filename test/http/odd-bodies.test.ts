/**
 * Bodies that are large, deep or odd, at every route there is: without credentials, with them, and signed as the hooks and
 * chats want. Nothing is an error of ours, nothing takes long, and nobody without credentials begins anything.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/http/app.ts'
import { idOf } from '../support/asking.ts'
import { PUBLIC_KEY, SEED, signedBy } from '../support/discord-person.ts'
import { type Asking, ask } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { rows } from '../support/rows.ts'
import { delivery, rawHook } from '../support/signed.ts'
import { SIGNING_SECRET, signSlack } from '../support/slack.ts'
import { makeWorld, type World } from '../support/world.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const BODIES: { readonly [what: string]: string } = {
  'lists in lists': `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
  'objects in objects': `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`,
  'lists that never end': '['.repeat(60_000),
  'a thousand keys': JSON.stringify(Object.fromEntries(Array.from({ length: 4_000 }, (_, n) => [`k${n}`, n]))),
  'the same key again and again': `{${'"a":1,'.repeat(9_000)}"a":1}`,
  'keys of prototypes': '{"__proto__":{"mode":"act"},"constructor":{"prototype":{"mode":"act"}},"toString":1}',
  'a long number': `{"projectId":${'9'.repeat(60_000)}}`,
  'a small number': `{"projectId":0.${'0'.repeat(60_000)}1}`,
  escapes: `{"type":"${'\\u0000'.repeat(9_000)}"}`,
  'half characters': `{"type":"${'\\ud800'.repeat(9_000)}"}`,
  'marks on a letter': `{"type":"a${'\u0301'.repeat(20_000)}"}`,
  'fields of a form': 'a=1&'.repeat(15_000),
  'percent signs': '%'.repeat(60_000),
  'blanks and lines': ' \n\t'.repeat(20_000),
  quotes: '"'.repeat(60_000),
  'a form of parts': `--x\r\ncontent-disposition: form-data; name="payload"\r\n\r\n{}\r\n--x--`,
}
const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  `text/plain;${' '.repeat(3_000)}`,
  'application/json; charset=utf-16',
]
const SLOWEST_MS = 4_000

const ROUTES = createApp().routes.filter(
  ({ path, method }) => !path.includes('*') && ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method),
)
let world: World
let projectId: number
beforeAll(async () => {
  world = await makeWorld(DELETE_OLD, staleMany(1))
  await world.tick(Date.now())
  projectId = await idOf(world, 'Old/p0')
})

const chats = { SLACK_SIGNING_SECRET: SIGNING_SECRET, DISCORD_PUBLIC_KEY: PUBLIC_KEY }
const seconds = () => String(Math.floor(Date.now() / 1_000))

/** A refusal, or an answer that says yes to nothing; in time. */
async function refused(sending: () => Promise<Response>, what: string): Promise<Response> {
  const began = performance.now()
  const answer = await sending()
  await answer.clone().arrayBuffer()
  expect(performance.now() - began, what).toBeLessThan(SLOWEST_MS)
  expect(answer.status, what).not.toBe(500)
  return answer
}

async function slackSends(path: string, body: string): Promise<Response> {
  const timestamp = seconds()
  const signature = await signSlack(SIGNING_SECRET, timestamp, utf8(body))
  const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }
  return ask(world, path, { method: 'POST', bearer: null, body, headers, env: chats })
}

async function discordSends(body: string): Promise<Response> {
  const timestamp = seconds()
  const signature = await signedBy(SEED, timestamp, utf8(body))
  const headers = { 'x-signature-timestamp': timestamp, 'x-signature-ed25519': signature }
  return ask(world, '/discord/interactions', { method: 'POST', bearer: null, body, headers, env: chats })
}

const SIGNED: { readonly [path: string]: (body: string) => Promise<Response> } = {
  '/hooks': (body) => rawHook(world, body),
  '/hooks/github': (body) => delivery(world, 'delete', body),
  '/slack/commands': (body) => slackSends('/slack/commands', body),
  '/slack/actions': (body) => slackSends('/slack/actions', `payload=${encodeURIComponent(body)}`),
  '/slack/events': (body) => slackSends('/slack/events', body),
  '/discord/interactions': discordSends,
}

describe('a body that is large, deep or odd', { timeout: 120_000 }, () => {
  it.each(Object.entries(BODIES))('%s, at every route', async (_, body) => {
    const before = await rows(world)
    for (const [n, { method, path }] of ROUTES.entries()) {
      const where = path.replace(/:\w+(\{.*\})?/, String(projectId))
      const type = TYPES[n % TYPES.length] ?? ''
      const asking: Asking = { method, body, headers: { 'content-type': type, 'content-encoding': 'identity' } }
      await refused(() => ask(world, where, { ...asking, bearer: null, env: chats }), `${method} ${where}`)
    }
    // Without a password pages beside a sandbox are open, so what their forms did is left out.
    const begun = (await rows(world)).slice(before.length).filter(({ trigger }) => trigger !== 'page')
    expect(begun).toEqual([])
  })

  it.each(Object.entries(BODIES))('%s, signed', async (_, body) => {
    for (const [path, send] of Object.entries(SIGNED)) {
      const { status } = await refused(() => send(body), path)
      expect([200, 202, 400, 413, 415, 422], `${path} answered ${status}`).toContain(status)
    }
  })

  it.each(Object.entries(BODIES))('%s, with the token', async (_, body) => {
    const operations = ROUTES.filter(({ path }) => path.startsWith('/api'))
    for (const { method, path } of operations) {
      if (method === 'DELETE' || path === '/api/pause') continue
      const where = path.replace(/:\w+(\{.*\})?/, String(projectId))
      await refused(() => ask(world, where, { method, body }), `${method} ${where}`)
    }
  })

  it('that is broken off, or comes in very small pieces, is no error of ours', async () => {
    const pieces = (count: number, breaksOff: boolean) => {
      let n = 0
      return new ReadableStream({
        pull(controller) {
          if (n++ < count) controller.enqueue(utf8('['))
          else if (breaksOff) controller.error(new Error('gone'))
          else controller.close()
        },
      })
    }
    for (const path of ['/hooks', '/hooks/github', '/hooks/quantconnect', '/slack/commands', '/discord/interactions']) {
      for (const breaksOff of [true, false]) {
        const sending = () =>
          ask(world, path, { method: 'POST', bearer: null, body: pieces(2_000, breaksOff), env: chats })
        await refused(sending, path)
      }
    }
  })
})
