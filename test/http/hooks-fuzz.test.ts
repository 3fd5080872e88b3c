/**
 * The doors for machines against whatever comes: bytes, headers, methods, JSON, requests signed and then changed, and
 * signed nonsense. Nothing is an error of ours, nothing unproven reaches a workspace, and nothing tells a secret.
 */

import { createExecutionContext } from 'cloudflare:test'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, type MockInstance, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import { bearerOf } from '../../src/hooks/bearer.ts'
import { type Bytes, macOf, toHex, utf8 } from '../../src/hooks/hmac.ts'
import { readWhsec } from '../../src/hooks/secrets.ts'
import { signWebhook } from '../../src/hooks/standard-webhooks.ts'
import worker from '../../src/index.ts'
import { GITHUB_SECRET, QUANTCONNECT_SECRET, TOKEN, usualSettings, WEBHOOK_SECRET } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { rows } from '../support/rows.ts'
import { makeWorld, type World } from '../support/world.ts'

/** Requests in all: 20,000 and some. */
const RUNS = { random: 8_000, changed: 8_000, signed: 5_000 }

const WEBHOOK_KEY = keyOf(WEBHOOK_SECRET)
const DOORS = ['/hooks', '/hooks/github', '/hooks/quantconnect'] as const

type Door = (typeof DOORS)[number]

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: { readonly [name: string]: string }
  readonly body: Bytes
}

let world: World
let settings: Env
/** How often a request looked for a workspace. */
let looked = 0
const logs: MockInstance[] = []
const lines: string[] = []

beforeAll(async () => {
  world = await makeWorld(
    `${DELETE_OLD}\n[[on]]\nevent = "delete"\ndo = "directory.delete"\ndirectory = "CI/{branch}"\n`,
    [...staleMany(1)],
  )
  // The network of the workspace is silent, so that what is accepted waits in line and nothing else takes up time.
  world.set({ fetch: () => new Promise(() => undefined) })
  const usual = usualSettings(world)
  const getByName = (name: string) => {
    looked++
    return usual.WORKSPACE.getByName(name)
  }
  settings = { ...usual, WORKSPACE: { getByName } as unknown as Env['WORKSPACE'] }
  for (const level of ['log', 'warn', 'error'] as const) {
    logs.push(vi.spyOn(console, level).mockImplementation((...said) => void lines.push(said.join(' '))))
  }
})

afterAll(() => {
  for (const log of logs) log.mockRestore()
})

function keyOf(text: string): Bytes {
  const read = readWhsec(text)
  if (!read.ok) throw new Error(read.why)
  return read.key
}

/** Sends it and checks what must hold of every answer. */
async function answerTo({ method, path, headers, body }: Sent): Promise<Response> {
  const bodiless = method === 'GET' || method === 'HEAD'
  const request = new Request(`https://localhost${path}`, {
    method,
    headers,
    ...(bodiless ? {} : { body }),
  })
  const answer: Response = await worker.fetch(request as never, settings, createExecutionContext())
  const shown = JSON.stringify([await answer.clone().text(), [...answer.headers]])
  expect(answer.status, shown).toBeLessThan(500)
  expect(tells(shown), shown).toBe(false)
  if (answer.status >= 400) expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  return answer
}

/** Whether a text holds a secret, or what only somebody with the secret can make. */
function tells(text: string): boolean {
  const secrets = [WEBHOOK_SECRET.slice(6), GITHUB_SECRET, QUANTCONNECT_SECRET, TOKEN, toHex(WEBHOOK_KEY)]
  return secrets.some((secret) => text.includes(secret)) || /v1,[A-Za-z0-9+/]{20}|[0-9a-f]{64}/.test(text)
}

const anAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constant('203.0.113.7'), // this one fails often, and is told to wait
)
const bytes = fc.uint8Array({ maxLength: 200 }).map((given) => Uint8Array.from(given))
const headerText = fc.string({ maxLength: 80 })
const base64Of32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((mac) => btoa(String.fromCharCode(...mac)))
const hexOf32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((mac) => toHex(Uint8Array.from(mac)))

/** Values that look like what a door wants, and some that do not. */
const headerValues: { readonly [name: string]: fc.Arbitrary<string> } = {
  'webhook-id': fc.oneof(fc.stringMatching(/^[!-~]{1,40}$/), headerText),
  'webhook-timestamp': fc.oneof(
    fc.integer({ min: -400, max: 400 }).map((late) => String(Math.floor(Date.now() / 1_000) - late)),
    fc.integer().map(String),
    fc.constantFrom('1e9', '-1', '1614265330abc', ''),
    headerText,
  ),
  'webhook-signature': fc.oneof(
    base64Of32.map((mac) => `v1,${mac}`),
    fc.array(base64Of32, { maxLength: 8 }).map((macs) => macs.map((mac) => `v1,${mac}`).join(' ')),
    base64Of32.map((mac) => `v1a,${mac}`),
    headerText,
  ),
  'x-hub-signature-256': fc.oneof(
    hexOf32.map((mac) => `sha256=${mac}`),
    headerText,
  ),
  'x-github-event': fc.oneof(fc.constantFrom('ping', 'delete', 'push'), headerText),
  'x-github-delivery': fc.oneof(fc.uuid(), headerText),
  authorization: fc.oneof(
    hexOf32.map((mac) => `Bearer ${mac}`),
    headerText,
  ),
  'content-type': fc.oneof(
    fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain'),
    headerText,
  ),
  'idempotency-key': headerText,
  'x-forwarded-for': headerText,
}

const someHeaders = fc.record(headerValues, { requiredKeys: [] })

/** JSON that is a command, or nearly one. */
const nearlyData = fc.record(
  {
    projectId: fc.oneof(fc.integer({ min: 1, max: 99 }), fc.jsonValue()),
    project: fc.oneof(fc.string(), fc.jsonValue()),
    name: fc.oneof(fc.string(), fc.jsonValue()),
    description: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
    parameters: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
    directory: fc.oneof(fc.string(), fc.constantFrom('..', 'CI/*', 'CI/x')),
    mode: fc.constantFrom('report', 'act', 'now'),
    rules: fc.oneof(fc.array(fc.constantFrom('old', 'odl')), fc.jsonValue()),
    sweep: fc.constantFrom('report', 'act'),
    ProjectId: fc.integer({ min: 1, max: 99 }),
    OrderEvents: fc.array(fc.jsonValue(), { maxLength: 2 }),
  },
  { requiredKeys: [] },
)
const nearlyCommand = fc.record(
  {
    type: fc.oneof(
      fc.constantFrom('project.update', 'project.delete', 'directory.delete', 'project.restore', 'sweep.run'),
      fc.string(),
    ),
    timestamp: fc.constantFrom('2026-11-24T10:00:00Z', 'today'),
    data: fc.oneof(nearlyData, fc.jsonValue()),
  },
  { requiredKeys: ['type'] },
)
const nearlyDeletion = fc.record(
  {
    ref: fc.oneof(fc.string(), fc.stringMatching(/^[a-z/.-]{1,12}$/)),
    ref_type: fc.constantFrom('branch', 'tag'),
    repository: fc.oneof(fc.record({ full_name: fc.constantFrom('team/algos', 'team/al.gos') }), fc.jsonValue()),
    sender: fc.oneof(fc.record({ login: fc.string() }), fc.jsonValue()),
    master_branch: fc.string(),
  },
  { requiredKeys: ['ref'] },
)
/** JSON that one of the doors takes. */
const aMessage = fc.oneof(
  fc.integer({ min: 1 }).map((projectId) => ({ type: 'project.delete', data: { projectId } })),
  fc.constantFrom('CI/x', 'A/b c').map((directory) => ({ type: 'directory.delete', data: { directory } })),
  fc.constantFrom('report', 'act').map((mode) => ({ type: 'sweep.run', data: { mode } })),
  fc
    .string({ unit: 'grapheme' })
    .map((description) => ({ type: 'project.update', data: { projectId: 7, description } })),
)
const valid = fc.oneof(
  aMessage.map((message) => ({ ...message, timestamp: '2026-11-24T10:00:00Z' })),
  fc.record({ projectId: fc.integer({ min: 1, max: 9 }), description: fc.string({ unit: 'grapheme' }) }),
  fc
    .stringMatching(/^[a-z]{1,9}$/)
    .map((ref) => ({ ref, ref_type: 'branch', repository: { full_name: 'team/algos' } })),
)
const json = fc
  .oneof(valid, nearlyCommand, nearlyData, nearlyDeletion, fc.jsonValue())
  .map((value) => JSON.stringify(value))
const anyBody = fc.oneof(
  bytes,
  json.map(utf8),
  json.map((text) => utf8(`payload=${encodeURIComponent(text)}`)),
  json.map((text) => utf8(`\ufeff${text}`)),
  json.map((text) => utf8(text.slice(0, -1))),
  fc.integer({ min: 1, max: 2_000 }).map((depth) => utf8('['.repeat(depth))),
)

const randomRequest: fc.Arbitrary<Sent> = fc.record({
  method: fc.oneof(
    { weight: 8, arbitrary: fc.constant('POST') },
    fc.constantFrom('GET', 'PUT', 'DELETE', 'PATCH', 'HEAD'),
  ),
  path: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...DOORS) },
    fc.constantFrom('/hooks/', '/hooks/x', '/hooks/github/', '/hooks?type=sweep.run', '/HOOKS', '//hooks'),
  ),
  headers: fc.tuple(someHeaders, anAddress).map(([headers, address]) => ({ ...headers, 'cf-connecting-ip': address })),
  body: anyBody,
})

/** The headers with which somebody who has the secret sends this body to the door. */
async function proofOf(door: Door, body: Bytes, project: number): Promise<{ readonly [name: string]: string }> {
  if (door === '/hooks/github')
    return { 'x-hub-signature-256': `sha256=${toHex(await macOf(utf8(GITHUB_SECRET), body))}` }
  if (door === '/hooks/quantconnect') {
    return { authorization: `Bearer ${await bearerOf(utf8(QUANTCONNECT_SECRET), project)}` }
  }
  const id = `msg_${crypto.randomUUID()}`
  const at = Math.floor(Date.now() / 1_000)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': await signWebhook(WEBHOOK_KEY, id, at, body),
  }
}

/** Every way to spoil a header of a proof for certain. */
const CHANGES: readonly ((text: string, at: number) => string)[] = [
  () => '',
  (text) => `${text}, x`,
  (text) => `${text}, ${text}`,
  (text) => `${text}x`,
  (text) => text.slice(0, -1),
  // Another character in its place; no proof has that one anywhere.
  (text, at) => `${text.slice(0, at % text.length)}~${text.slice((at % text.length) + 1)}`,
  // Of a signature one digit; of an id and a time as well.
  (text, at) => {
    const digits = [...text.matchAll(/[0-9]/g)]
    const place = digits[at % digits.length]?.index ?? 0
    return `${text.slice(0, place)}${(Number(text[place]) + 1) % 10}${text.slice(place + 1)}`
  },
]

describe('the doors for machines', { timeout: 180_000 }, () => {
  it('answer any request at all, and let none of it in', async () => {
    await fc.assert(
      fc.asyncProperty(randomRequest, async (request) => {
        looked = 0
        const { status } = await answerTo(request)
        expect([401, 404, 405, 429]).toContain(status)
        expect(looked).toBe(0)
      }),
      { numRuns: RUNS.random },
    )
    expect(await rows(world)).toEqual([])
  })

  it('let nothing in that was signed and then changed, however little', async () => {
    const change = fc.record({ how: fc.nat(CHANGES.length), at: fc.nat() })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...DOORS), nearlyData, json, change, async (door, data, other, { how, at }) => {
        const text = door === '/hooks/quantconnect' ? JSON.stringify({ ...data, projectId: 7 }) : other
        const proof: { [name: string]: string } = { ...(await proofOf(door, utf8(text), 7)) }
        let body = utf8(text)
        const spoil = CHANGES[how]
        const name = Object.keys(proof)[at % Object.keys(proof).length] ?? ''
        if (spoil !== undefined) proof[name] = spoil(proof[name] ?? '', at)
        // A bearer proves the project and nothing else of the body.
        else if (door === '/hooks/quantconnect') body = utf8(text.replace(/"projectId":7/, '"projectId":8'))
        else body = utf8(`${text.slice(0, at % text.length)} ${text.slice(at % text.length)}`)
        looked = 0
        const headers = { 'content-type': 'application/json', 'x-github-event': 'delete', ...proof }
        const { status } = await answerTo({ method: 'POST', path: door, headers: { ...headers, ...someone() }, body })
        expect(status).toBe(401)
        expect(looked).toBe(0)
      }),
      { numRuns: RUNS.changed },
    )
    expect(await rows(world)).toEqual([])
  })

  it('answer whatever is signed, and hand in exactly what they say they did', async () => {
    const runs = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...DOORS),
        fc.integer({ min: 1, max: 9 }),
        anyBody,
        someHeaders,
        async (door, project, body, headers) => {
          const proof = await proofOf(door, body, project)
          const answer = await answerTo({
            method: 'POST',
            path: door,
            headers: { ...headers, ...proof, ...someone() },
            body,
          })
          const expected = [200, 202, 400, 415, 422]
          expect(door === '/hooks/quantconnect' ? [401, ...expected] : expected).toContain(answer.status)
          if (answer.status === 202) {
            const { run } = (await answer.json()) as { run?: string }
            if (run !== undefined) runs.add(run)
          }
        },
      ),
      { numRuns: RUNS.signed },
    )
    const handedIn = await world.inside(({ storage }) =>
      storage.sql.exec<{ id: string }>('SELECT id FROM runs').toArray(),
    )
    expect(runs.size).toBeGreaterThan(10)
    expect(new Set(handedIn.map(({ id }) => id))).toEqual(runs)
  })

  it('have told the log no secret and no signature in all this', () => {
    expect(lines.length).toBeGreaterThan(1_000)
    expect(lines.filter(tells)).toEqual([])
  })
})

/** An address nobody has used, so that nobody has to wait. */
function someone() {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint16Array(2))
  return { 'cf-connecting-ip': `2001:db8:${a.toString(16)}:${b.toString(16)}::1` }
}
