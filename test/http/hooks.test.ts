/** `POST /hooks`: who may come in, what arrives as a run, and that a repeat does nothing. */

import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { readWhsec } from '../../src/hooks/secrets.ts'
import { signWebhook } from '../../src/hooks/standard-webhooks.ts'
import { ask, WEBHOOK_SECRET } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { problemOf, rows } from '../support/rows.ts'
import { commandBody, hook, rawHook, type Signing, signedHeaders } from '../support/signed.ts'
import { makeWorld, type World } from '../support/world.ts'

const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'
const ID = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W'
const REPORT = ['sweep.run', { mode: 'report' }] as const

let log: MockInstance<typeof console.warn>

beforeEach(() => {
  log = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => log.mockRestore())

let made: Promise<World> | null = null

/** One world for all that changes nothing. */
function looking(): Promise<World> {
  made ??= makeWorld(DELETE_OLD, staleMany(1))
  return made
}

describe('a signed command', () => {
  it('is a run at once: 202 with its id and its address', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const answer = await hook(world, ...REPORT)
    expect(answer.status).toBe(202)
    const { run, url } = (await answer.json()) as { run: string; url: string }
    expect(url).toBe(`https://localhost/api/runs/${run}`)
    expect(await (await ask(world, new URL(url).pathname)).json()).toMatchObject({ id: run, trigger: 'hook' })
    expect(await world.ended(run)).toMatchObject({ status: 'ok', mode: 'report' })
  })

  it.each([
    ['project.delete', { projectId: 7 }, { kind: 'command', command: { type: 'project.delete', project: 7 } }],
    ['project.delete', { project: 'A/b' }, { kind: 'command', command: { type: 'project.delete', project: 'A/b' } }],
    [
      'project.update',
      { project: 'A/b', name: 'A/c', description: 'new', parameters: { fast: 10, slow: null } },
      {
        kind: 'command',
        command: {
          type: 'project.update',
          project: 'A/b',
          name: 'A/c',
          description: 'new',
          parameters: { fast: '10', slow: null },
        },
      },
    ],
    [
      'directory.delete',
      { directory: 'CI/x' },
      { kind: 'command', command: { type: 'directory.delete', directory: 'CI/x' } },
    ],
    ['project.restore', { projectId: 7 }, { kind: 'command', command: { type: 'project.restore', projectId: 7 } }],
    ['sweep.run', { mode: 'act', rules: ['old'] }, { kind: 'sweep', mode: 'act', rules: ['old'] }],
  ])('%s %j reaches the workspace as it was meant', async (type, data, request) => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.stub.pause('the test')
    expect((await hook(world, type, data, { id: ID })).status).toBe(202)
    expect(await rows(world)).toEqual([{ trigger: 'hook', actor: 'hook', request: { mode: 'act', ...request } }])
    expect(await rows(world, `hook:${ID}`)).toHaveLength(1)
  })

  it('with a rule the policy does not have is refused with the nearest', async () => {
    const { detail } = await problemOf(await hook(await looking(), 'sweep.run', { mode: 'act', rules: ['odl'] }), 422)
    expect(detail).toMatch(/"odl" is not a rule of the policy\. Did you mean "old"\?/)
  })

  it('whose body does not fit is refused with the reason, and its id is still free', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const { detail } = await problemOf(await hook(world, 'sweep.run', { mode: 'now' }, { id: ID }), 422)
    expect(detail).toBe('"mode" must be "report" or "act".')
    expect(await rows(world)).toEqual([])
    expect((await hook(world, ...REPORT, { id: ID })).status).toBe(202)
  })

  it.each(['', '..', 'Old/../New', 'Old/*', ' ', '/'])(
    'G21 for the directory %j is refused at the door',
    async (directory) => {
      const world = await looking()
      const { detail } = await problemOf(await hook(world, 'directory.delete', { directory }), 422)
      expect(detail).toMatch(/^"directory" is no directory to delete: /)
    },
  )
})

describe('G14 a repeat', () => {
  it('with the same id, signed anew at another time, answers the same run and does nothing', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const first = await hook(world, ...REPORT, { id: ID, at: Date.now() - 120_000 })
    const { run } = (await first.json()) as { run: string }
    await world.ended(run)
    const calls = (await world.requests()).length
    const again = await hook(world, ...REPORT, { id: ID })
    expect([again.status, await again.json()]).toMatchObject([202, { run }])
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await rows(world)).toHaveLength(1)
    expect((await world.requests()).length).toBe(calls)
  })

  it('at the same instant, ten times, is one run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const at = Date.now()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => hook(world, ...REPORT, { id: ID, at: at + 1_000 * n })),
    )
    const runs = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { run: string }).run))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(runs).size).toBe(1)
    expect(await rows(world)).toHaveLength(1)
  })

  it('with another body is 422, names the run it was used for, and does nothing', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const { run } = (await (await hook(world, ...REPORT, { id: ID })).json()) as { run: string }
    const { detail } = await problemOf(await hook(world, 'sweep.run', { mode: 'act' }, { id: ID }), 422)
    expect(detail).toContain(`This webhook-id was used for run ${run} with another body.`)
    expect(await rows(world)).toHaveLength(1)
  })

  it('of an id is not the Idempotency-Key of the same name', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const { run } = (await (await hook(world, ...REPORT, { id: ID })).json()) as { run: string }
    const other = await ask(world, '/api/runs', {
      method: 'POST',
      body: { mode: 'report' },
      headers: { 'idempotency-key': ID },
    })
    // The same report is shared while it goes on, and is still another request: the answer is no repeat of the hook's.
    expect(other.status).toBe(202)
    await world.ended(run)
    const later = await ask(world, '/api/runs', {
      method: 'POST',
      body: { mode: 'report', rules: ['old'] },
      headers: { 'idempotency-key': `${ID} later` },
    })
    expect(((await later.json()) as { run: string }).run).not.toBe(run)
  })
})

describe('who cannot prove anything', () => {
  const now = () => Math.floor(Date.now() / 1_000)
  const body = commandBody(...REPORT)
  const good = (signing: Signing = {}) => signedHeaders(body, { id: ID, ...signing })
  const CASES: readonly (readonly [what: string, headers: () => { readonly [name: string]: string }])[] = [
    ['nothing is signed', () => ({})],
    ['another secret signed it', () => good({ secret: OTHER_SECRET })],
    ['it was signed 301 s ago', () => good({ at: Date.now() - 301_000 })],
    ['it will be signed in 302 s', () => good({ at: Date.now() + 302_000 })],
    ['the body is another', () => signedHeaders(`${body} `, { id: ID })],
    ['the id is another', () => ({ ...good(), 'webhook-id': `${ID}x` })],
    ['the id is empty', () => ({ ...good(), 'webhook-id': '' })],
    ['the time is another', () => ({ ...good(), 'webhook-timestamp': String(now() + 1) })],
    ['the time has letters', () => ({ ...good(), 'webhook-timestamp': `${now()}abc` })],
    ['the time is in milliseconds', () => ({ ...good(), 'webhook-timestamp': String(Date.now()) })],
    [
      'the signature is truncated',
      () => ({ ...good(), 'webhook-signature': good()['webhook-signature']?.slice(0, -1) ?? '' }),
    ],
    [
      'the signature is of another version',
      () => ({ ...good(), 'webhook-signature': good()['webhook-signature']?.replace('v1', 'v2') ?? '' }),
    ],
    [
      'the signature is there twice',
      () => ({ ...good(), 'webhook-signature': `${good()['webhook-signature']}, ${good()['webhook-signature']}` }),
    ],
  ]

  it('hears one and the same, whatever is wrong, and nothing happens', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const answers: string[] = []
    for (const [, headers] of CASES) {
      const answer = await ask(world, '/hooks', { method: 'POST', bearer: null, body, headers: headers() })
      answers.push(JSON.stringify(await problemOf(answer, 401)))
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('Check the shared secret')
    expect(await rows(world)).toEqual([])
    const logged = log.mock.calls.map(([line]) => String(line).replace(/ \[request [0-9a-f-]{36}\]$/, ''))
    expect(logged).toHaveLength(CASES.length)
    expect(new Set(logged).size).toBeGreaterThan(6)
    expect(logged[1]).toBe(
      'Not accepted (standardWebhooks): webhook-signature was made with another secret, or for another body.',
    )
    for (const line of logged) expect(line).not.toMatch(/msg_|v1,|whsec_|sweep/)
  })

  it('hears no more than that when the body is no command, no JSON or too large', async () => {
    const world = await looking()
    for (const bytes of ['{', 'null', '\ufeff{}']) {
      await problemOf(await ask(world, '/hooks', { method: 'POST', bearer: null, body: bytes, headers: good() }), 401)
    }
    const large = new Uint8Array(1_048_577)
    await problemOf(await ask(world, '/hooks', { method: 'POST', bearer: null, body: large }), 413)
  })

  it('must wait after too many failures in a minute; who signs is never kept waiting, from whatever address', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const from = (address: string) => ({ 'cf-connecting-ip': address })
    const fail = () => ask(world, '/hooks', { method: 'POST', bearer: null, body, headers: from('203.0.113.9') })
    for (let n = 0; n < 20; n++) expect((await fail()).status).toBe(401)
    const answer = await fail()
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    await problemOf(answer, 429)
    expect(log).toHaveBeenCalledTimes(20)
    expect((await hook(world, ...REPORT, { headers: from('203.0.113.10') })).status).toBe(202)
    expect((await hook(world, ...REPORT, { headers: from('203.0.113.9') })).status).toBe(202)
  })
})

describe('a signed body that is no command', () => {
  it.each([
    ['no JSON', '{'],
    ['empty', ''],
    ['two values', '{} {}'],
    ['with a byte-order mark', `\ufeff${commandBody(...REPORT)}`],
  ])('%s, is 400', async (_, body) => {
    const world = await looking()
    const { detail } = await problemOf(await rawHook(world, body), 400)
    expect(detail).toBe('The body must be one JSON value in UTF-8, with no key twice.')
  })

  it('that is no UTF-8, is 400, and was verified over its bytes', async () => {
    const body = Uint8Array.of(0x7b, 0xff, 0x7d)
    const read = readWhsec(WEBHOOK_SECRET)
    if (!read.ok) throw new Error(read.why)
    const at = Math.floor(Date.now() / 1_000)
    // The library signs texts only.
    const signature = await signWebhook(read.key, ID, at, body)
    const headers = { 'webhook-id': ID, 'webhook-timestamp': String(at), 'webhook-signature': signature }
    const answer = await ask(await looking(), '/hooks', { method: 'POST', bearer: null, body, headers })
    await problemOf(answer, 400)
  })

  it('of exactly 256 KiB is read, and one byte more is 413', async () => {
    const world = await looking()
    const body = commandBody('sweep.run', { mode: 'now' })
    const { detail } = await problemOf(await rawHook(world, body.padEnd(262_144)), 422)
    expect(detail).toContain('"mode"')
    await problemOf(await rawHook(world, body.padEnd(262_145)), 413)
  })
})

describe('the secret', () => {
  it('that is not set closes the door: 503 says which setting is missing', async () => {
    const world = await looking()
    const { detail } = await problemOf(
      await hook(world, ...REPORT, { env: { STANDARD_WEBHOOKS_SECRET: undefined } }),
      503,
    )
    expect(detail).toMatch(/^This door is closed: STANDARD_WEBHOOKS_SECRET is not set\./)
  })

  it('that is malformed is named by every door', async () => {
    const world = await looking()
    const { detail } = await problemOf(await hook(world, ...REPORT, { env: { GITHUB_SECRET: 'short' } }), 503)
    expect(detail).toContain('GITHUB_SECRET must have at least 16 characters.')
    expect(detail).not.toContain('short')
  })

  it('is changed without a pause: while both are set, both sign', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const env = { STANDARD_WEBHOOKS_SECRET: `${OTHER_SECRET}, ${WEBHOOK_SECRET}` }
    expect((await hook(world, ...REPORT, { env })).status).toBe(202)
    expect((await hook(world, ...REPORT, { env, secret: OTHER_SECRET })).status).toBe(202)
    expect((await hook(world, ...REPORT, { env: { STANDARD_WEBHOOKS_SECRET: OTHER_SECRET } })).status).toBe(401)
  })
})

it('other methods are told what there is', async () => {
  const answer = await ask(await looking(), '/hooks', { bearer: null })
  expect(answer.headers.get('allow')).toContain('POST')
  await problemOf(answer, 405)
})
