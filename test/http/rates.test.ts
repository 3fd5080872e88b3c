/** How often somebody may ask, with the limits as they are when nobody sets them; and that a refusal counts for nothing. */

import { beforeEach, describe, expect, it } from 'vitest'
import { bearerOf } from '../../src/hooks/bearer.ts'
import { utf8 } from '../../src/hooks/hmac.ts'
import { createPace } from '../../src/http/limiter.ts'
import { idOf } from '../support/asking.ts'
import { type Asking, ask, NO_RATES, QUANTCONNECT_SECRET, TOKEN } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { problemOf, rows } from '../support/rows.ts'
import { delivery, hook } from '../support/signed.ts'
import { makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const DEFAULTS = Object.fromEntries(Object.keys(NO_RATES).map((name) => [name, undefined]))

let world: World
beforeEach(async () => {
  world = await makeWorld(DELETE_OLD, staleMany(1), { env: { REPORTS_PER_HOUR: '' } })
})

const asked = (path: string, asking: Asking = {}) => ask(world, path, { ...asking, env: DEFAULTS })

async function statuses(count: number, send: () => Promise<Response>): Promise<{ readonly [status: number]: number }> {
  const seen: { [status: number]: number } = {}
  for (let n = 0; n < count; n++) {
    const { status } = await send()
    seen[status] = (seen[status] ?? 0) + 1
  }
  return seen
}

describe('with the limits that are there by default, an identity', { timeout: 60_000 }, () => {
  it('reads 120 times a minute, over the API and the pages; another is not kept waiting', async () => {
    let page = false
    const read = () => {
      page = !page
      return asked(page ? '/holds' : '/api/holds')
    }
    expect(await statuses(125, read)).toEqual({ 200: 120, 429: 5 })
    const answer = await asked('/api/holds')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await problemOf(answer, 429)).detail).toMatch(/^At most 120 reads a minute\. This request was not counted/)
    const reader = { READ_TOKEN: 'a-token-that-may-only-look' }
    const other = await ask(world, '/api/holds', { bearer: reader.READ_TOKEN, env: { ...DEFAULTS, ...reader } })
    expect(other.status).toBe(200)
    expect((await asked('/api/pause', { method: 'PUT' })).status).toBe(200)
  })

  it('writes 60 times a minute, and what was refused has done nothing', async () => {
    expect(await statuses(60, () => asked('/api/pause', { method: 'PUT' }))).toEqual({ 200: 60 })
    const before = await rows(world)
    const refused = await asked('/api/runs', { method: 'POST', body: { mode: 'act' } })
    expect((await problemOf(refused, 429)).title).toBe('Too many requests')
    expect(await rows(world)).toEqual(before)
    expect((await asked('/api/holds')).status).toBe(200)
  })

  it('asks for six reports an hour and one at a time; a repeat is none, and a refusal counts for nothing', async () => {
    const report = (key?: string, rules?: readonly string[]) =>
      asked('/api/runs', {
        method: 'POST',
        body: { mode: 'report', ...(rules === undefined ? {} : { rules }) },
        ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
      })
    await world.faults({ endpoint: 'projects/read', calls: 'all', kind: 'slow', delayMs: 300 })
    const first = await report('a')
    const { run } = (await first.json()) as { run: string }
    const second = (await (await report('b')).json()) as { run: string }
    expect(second.run).toBe(run)
    expect((await problemOf(await report('c', ['old']), 429)).detail).toMatch(/^One report at a time/)
    await world.faults()
    await world.ended(run)
    for (const key of ['a', 'b', 'a']) expect(((await (await report(key)).json()) as { run: string }).run).toBe(run)
    for (let n = 0; n < 4; n++) {
      const next = (await (await report()).json()) as { run: string }
      await world.ended(next.run)
    }
    for (let n = 0; n < 3; n++) {
      const answer = await report()
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3_000)
      await problemOf(answer, 429)
    }
    world.set({ skewMs: 3_601_000 })
    expect((await report()).status).toBe(202)
  })

  it('G30 shares a report that goes on with everybody else who asks for it', async () => {
    await world.faults({ endpoint: 'projects/read', calls: 'all', kind: 'slow', delayMs: 300 })
    const runs = await Promise.all([
      asked('/api/runs', { method: 'POST', body: { mode: 'report' } }),
      hook(world, 'sweep.run', { mode: 'report' }),
      algorithm({ sweep: 'report' }),
    ])
    const ids = await Promise.all(runs.map(async (answer) => ((await answer.json()) as { run: string }).run))
    expect(new Set(ids).size).toBe(1)
    await world.faults()
  })

  it('as an algorithm says six things a minute, and what waits of them is one run with all of them', async () => {
    await world.tick(now)
    const projectId = await idOf(world, 'Old/p0')
    // A scan goes on, so that messages wait.
    await world.faults({ endpoint: 'projects/read', calls: 'all', kind: 'slow', delayMs: 400 })
    const sweep = await world.stub.submit({
      triggerId: 'x',
      trigger: 'api',
      actor: 'token',
      request: { kind: 'sweep', mode: 'act', rules: null },
    })
    const answers: Response[] = []
    for (let n = 0; n < 6; n++)
      answers.push(
        await algorithm(
          { parameters: { [`p${n % 3}`]: String(n) }, ...(n === 4 ? { description: 'at four' } : {}) },
          projectId,
        ),
      )
    expect((await algorithm({ description: 'one more' }, projectId)).status).toBe(429)
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { run: string }).run))
    await world.faults()
    await world.ended(sweep.run)
    for (const id of ids) await world.ended(id)
    expect(new Set(ids).size).toBeLessThanOrEqual(2)
    const project = await world.project('Old/p0')
    expect(project.description).toBe('at four')
    expect(JSON.stringify(project.parameters)).toMatch(/"3".*"4".*"5"/)
  })

  it('does not let what waits grow beyond what one update may hold', async () => {
    await world.tick(now)
    const projectId = await idOf(world, 'Old/p0')
    await world.faults({ endpoint: 'projects/read', calls: 'all', kind: 'slow', delayMs: 400 })
    await world.stub.submit({
      triggerId: 'y',
      trigger: 'api',
      actor: 'token',
      request: { kind: 'sweep', mode: 'act', rules: null },
    })
    for (let n = 0; n < 4; n++) {
      const parameters = Object.fromEntries(Array.from({ length: 90 }, (_, k) => [`p${n}-${k}`, 'v']))
      expect((await algorithm({ parameters }, projectId)).status).toBe(202)
    }
    const updates = (await rows(world)).filter(({ trigger }) => trigger === 'quantconnect')
    await world.faults()
    const held = updates.map(({ request }) => JSON.stringify(request).match(/"p\d-\d+"/g)?.length ?? 0)
    expect(Math.max(...held)).toBeLessThanOrEqual(200)
    expect(held.reduce((sum, count) => sum + count, 0)).toBe(360)
  })

  it('signs 600 hooks a minute; what is not signed takes none of them', async () => {
    const env = DEFAULTS
    await statuses(30, () => ask(world, '/hooks', { method: 'POST', bearer: null, body: '{}', env }))
    const ping = () => delivery(world, 'ping', {}, { env })
    expect(await statuses(610, ping)).toEqual({ 200: 600, 429: 10 })
    expect((await hook(world, 'project.restore', { projectId: 7 }, { env })).status).toBe(202)
  })
})

async function algorithm(more: object, projectId = 7): Promise<Response> {
  const bearer = await bearerOf(utf8(QUANTCONNECT_SECRET), projectId)
  return asked('/hooks/quantconnect', { method: 'POST', bearer, body: { projectId, ...more } })
}

describe('wrong credentials', () => {
  const from = { 'cf-connecting-ip': '2001:db8:77:1::9' }
  const wrong = (n: number, headers: object = from) =>
    asked('/api/holds', { bearer: `a-wrong-token-of-some-length-${n}`, headers: { ...from, ...headers } })

  it('are counted by what is different: an old token, however often, locks nobody out', async () => {
    expect(await statuses(60, () => wrong(1))).toEqual({ 401: 60 })
    expect((await asked('/api/holds', { headers: from })).status).toBe(200)
  })

  it('are refused before they are compared after twenty, also from the rest of the network, also as a password', async () => {
    let n = 0
    expect(await statuses(40, () => wrong(n++))).toEqual({ 401: 20, 429: 20 })
    const neighbor = { 'cf-connecting-ip': '2001:db8:77:1:8000::1' }
    expect((await asked('/api/holds', { headers: neighbor })).status).toBe(429)
    const basic = { authorization: `Basic ${btoa('me:dev-admin-token')}` }
    expect((await asked('/health', { bearer: null, headers: { ...from, ...basic } })).status).toBe(429)
    expect((await asked('/health', { bearer: null, headers: from })).status).toBe(503)
    expect((await asked('/api/holds', { headers: { 'cf-connecting-ip': '2001:db8:77:2::9' } })).status).toBe(200)
    expect((await asked('/api/holds', { bearer: null, headers: from, access: { email: 'a@b.example' } })).status).toBe(
      200,
    )
    expect((await asked('/hooks', { method: 'POST', bearer: null, body: '{}', headers: from })).status).toBe(401)
    expect((await hook(world, 'sweep.run', { mode: 'report' }, { headers: from, env: DEFAULTS })).status).toBe(202)
  })
})

describe('anybody', () => {
  it('asks /health 120 times a minute from an address; whoever has a token is not kept waiting by them', async () => {
    const headers = { 'cf-connecting-ip': '192.0.2.44' }
    const health = (bearer: string | null) => ask(world, '/health', { bearer, headers, env: DEFAULTS })
    expect((await statuses(123, () => health(null)))[429]).toBe(3)
    expect((await health(null)).headers.get('retry-after')).toMatch(/^\d+$/)
    expect((await health(TOKEN)).status).not.toBe(429)
    const elsewhere = { 'cf-connecting-ip': '192.0.2.45' }
    expect((await ask(world, '/health', { bearer: null, headers: elsewhere, env: DEFAULTS })).status).not.toBe(429)
  })
})

describe('the pace of one who asks', () => {
  it('is so many in any minute, a sliding one; refusals count for nothing', () => {
    const pace = createPace()
    for (let n = 0; n < 3; n++) expect(pace.take('a', 3, n * 1_000).wait).toBeNull()
    for (let n = 0; n < 50; n++) expect(pace.take('a', 3, 3_000).wait).toBe(57)
    expect(pace.take('b', 3, 3_000).wait).toBeNull()
    expect(pace.take('a', 3, 60_000).wait).toBeNull()
    expect(pace.take('a', 3, 60_500).wait).toBe(1)
    expect(pace.take('a', 3, 61_000).wait).toBeNull()
  })

  it('forgets who asked first when there are too many', () => {
    const pace = createPace(2)
    for (const who of ['a', 'b', 'c']) expect(pace.take(who, 1, 0).wait).toBeNull()
    expect(pace.take('a', 1, 0).wait).toBeNull()
    expect(pace.take('c', 1, 0).wait).toBe(60)
  })
})
