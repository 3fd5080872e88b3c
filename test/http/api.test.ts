/** The API as programs see it: who may come in, the shapes of answers, and errors that say what to do. */

import { describe, expect, it } from 'vitest'
import type { RunRecord, RunSummary } from '../../src/workspace/ledger/run.ts'
import { type Asking, ask } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
}

async function problemOf(answer: Response, status: number): Promise<Problem> {
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  const problem = (await answer.json()) as Problem
  expect(problem).toEqual({
    type: 'about:blank',
    title: expect.stringMatching(/^[A-Z]/),
    status,
    detail: expect.stringMatching(/^.{20,}[.?]$/),
  })
  return problem
}

const DOORS: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/api/runs'],
  ['GET', '/api/runs/x'],
  ['POST', '/api/runs'],
  ['GET', '/api/plan'],
  ['GET', '/api/why/1'],
  ['GET', '/api/inventory'],
  ['GET', '/api/inventory/base'],
  ['POST', '/api/inventory/base'],
  ['PUT', '/api/pause'],
  ['DELETE', '/api/pause'],
  ['GET', '/api/nothing'],
]

let made: Promise<World> | null = null

/** One world for all that only looks. */
function looking(): Promise<World> {
  made ??= makeWorld(DELETE_OLD, staleMany(2)).then(async (world) => {
    for (let n = 0; n < 5; n++) await world.tick(now + n * 1_000)
    return world
  })
  return made
}

describe('the bearer', () => {
  it.each(DOORS)('of %s %s is asked for, and nothing else opens it', async (method, path) => {
    const world = await looking()
    const wrong: readonly Asking[] = [
      { bearer: null },
      { bearer: 'dev-admin-toke' },
      { bearer: 'DEV-ADMIN-TOKEN' },
      { bearer: null, headers: { authorization: `Basic ${btoa('me:dev-admin-token')}` } },
      { bearer: null, headers: { authorization: 'Bearer ' } },
      { bearer: '"dev-admin-token"' },
    ]
    for (const asking of wrong) {
      const answer = await ask(world, path, { ...asking, method })
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      const { detail } = await problemOf(answer, 401)
      expect(detail).toBe('Send the admin token: "Authorization: Bearer <ADMIN_TOKEN>"; a READ_TOKEN may look.')
    }
  })

  it('in any case of its scheme is taken', async () => {
    const world = await looking()
    const answer = await ask(world, '/api/runs', { bearer: null, headers: { authorization: 'bearer dev-admin-token' } })
    expect(answer.status).toBe(200)
  })
})

describe('settings that are missing or wrong', () => {
  const GONE = { QC_USER_ID: undefined, QC_API_TOKEN: undefined, QC_ORGANIZATION_ID: undefined, ADMIN_TOKEN: undefined }

  it('are all named at once, with what they are and where to set them, by every door', async () => {
    const world = await looking()
    for (const [method, path] of DOORS) {
      const { detail } = await problemOf(await ask(world, path, { method, env: GONE }), 503)
      for (const name of Object.keys(GONE)) expect(detail).toContain(`${name} is missing (`)
      expect(detail).toMatch(/Set secrets with "wrangler secret put NAME"/)
    }
    const health = await ask(world, '/health', { env: GONE })
    expect(health.status).toBe(503)
    expect(await health.json()).toMatchObject({
      healthy: false,
      reason: expect.stringContaining('ADMIN_TOKEN is missing'),
    })
  })

  it.each([
    ['QC_USER_ID', 'me', /must be digits only/],
    ['QC_ORGANIZATION_ID', 'abc', /32 characters of 0-9 and a-f/],
    ['QC_API_URL', 'http://api.example.com', /https/],
    ['QC_API_URL', 'https://api.example.com', /ADMIN_TOKEN is a public development secret/],
    ['CALLS_PER_SLICE', '5', /whole number from 10 to 900\./],
    ['BACKUP_DAYS', '30.5', /whole number from 31/],
  ])('%s = %s is refused with a reason', async (name, value, reason) => {
    const { detail } = await problemOf(await ask(await looking(), '/api/runs', { env: { [name]: value } }), 503)
    expect(detail).toMatch(reason)
  })

  it('never show a secret', async () => {
    const env = { QC_API_TOKEN: 'top-secret-token', CALLS_PER_SLICE: 'x' }
    const { detail } = await problemOf(await ask(await looking(), '/api/runs', { env }), 503)
    expect(detail).not.toContain('top-secret-token')
  })
})

describe('GET /api/runs', () => {
  it('lists the newest first, page by page, each run once', async () => {
    const world = await looking()
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const answer = await ask(world, `/api/runs?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`)
      const page = (await answer.json()) as { runs: RunSummary[]; cursor: string | null }
      expect(page.runs.length).toBeLessThanOrEqual(2)
      seen.push(...page.runs.map((run) => run.at))
      cursor = page.cursor
    } while (cursor !== null)
    expect(seen).toEqual([4, 3, 2, 1, 0].map((n) => new Date(now + n * 1_000).toISOString()))
  })

  it('shows each run in the shape that others build on', async () => {
    const answer = await ask(await looking(), '/api/runs?limit=1')
    expect(await answer.json()).toEqual({
      runs: [
        {
          id: expect.any(String),
          trigger: 'cron',
          actor: 'cron',
          mode: 'act',
          status: 'ok',
          message: '',
          at: expect.any(String),
          startedAt: expect.any(String),
          finishedAt: expect.any(String),
          policy: expect.stringMatching(/^[0-9a-f]{64}$/),
          counts: {
            inventory: 2,
            kept: 0,
            protected: 0,
            held: 0,
            notJudged: 0,
            notAttempted: 0,
            marked: 2,
            due: 0,
            acted: 0,
            confirmed: 0,
            skipped: 0,
            failed: 0,
            unsure: 0,
          },
          apiCalls: 3,
        },
      ],
      cursor: expect.any(String),
    })
  })

  it.each(['0', '101', '-1', '1.5', 'ten', '1e2', ''])('refuses the limit "%s"', async (limit) => {
    const { detail } = await problemOf(await ask(await looking(), `/api/runs?limit=${limit}`), 400)
    expect(detail).toBe('"limit" must be a whole number from 1 to 100.')
  })

  it.each(['nonsense', '', '20260101-000000-abcdef'])('refuses the cursor "%s" that no answer gave', async (cursor) => {
    const { title, detail } = await problemOf(await ask(await looking(), `/api/runs?cursor=${cursor}`), 400)
    expect(title).toBe('Bad cursor')
    expect(detail).toMatch(/Ask without one/)
  })

  it('refuses a misspelt query parameter, which would silently do nothing', async () => {
    const { detail } = await problemOf(await ask(await looking(), '/api/runs?limt=5'), 400)
    expect(detail).toBe('"limt" is not a query parameter of this address. Did you mean "limit"?')
  })
})

describe('GET what there is not', () => {
  it.each([
    ['/api/runs/nonsense', /There is no run of that id\. GET \/api\/runs lists them\./],
    ['/api/why/999', /Project 999 was not in the survey of/],
    ['/api/nothing', /^There is nothing at this address\.$/],
    ['/nothing', /^There is nothing at this address\.$/],
  ])('%s is a 404 that says so', async (path, detail) => {
    expect((await problemOf(await ask(await looking(), path), 404)).detail).toMatch(detail)
  })

  it.each(['abc', '1.5', '-1', '1'.repeat(16)])('/api/why/%s is no project id', async (id) => {
    expect((await problemOf(await ask(await looking(), `/api/why/${id}`), 400)).detail).toMatch(/whole number/)
  })
})

describe('POST /api/runs', () => {
  it('answers at once with the run and where to look, and the run goes on by itself', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const answer = await ask(world, '/api/runs', { method: 'POST', body: { mode: 'report' } })
    expect(answer.status).toBe(202)
    const { run, url } = (await answer.json()) as { run: string; url: string }
    expect(url).toBe(`https://localhost/api/runs/${run}`)
    await world.ended(run)
    const shown = (await (await ask(world, `/api/runs/${run}`)).json()) as RunRecord
    expect(shown).toMatchObject({ trigger: 'api', actor: 'token', mode: 'report', status: 'ok', counts: { marked: 1 } })
  })

  it('G14 gives the same run for the same Idempotency-Key, and refuses the key with another body', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const post = (body: object) =>
      ask(world, '/api/runs', { method: 'POST', body, headers: { 'idempotency-key': 'once' } })
    const first = (await (await post({ mode: 'report' })).json()) as { run: string }
    expect(await (await post({ mode: 'report' })).json()).toEqual(expect.objectContaining({ run: first.run }))
    const { detail } = await problemOf(await post({ mode: 'act' }), 422)
    expect(detail).toBe(
      `This Idempotency-Key was used for run ${first.run} with another body. Nothing was done; use a new one.`,
    )
    await world.ended(first.run)
    expect(await world.calls('projects/read')).toBe(5)
  })

  it('without a key, or with an empty one, each request is a run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const runs = new Set<string>()
    for (const headers of [{}, {}, { 'idempotency-key': '' }, { 'idempotency-key': '' }] as const) {
      const answer = await ask(world, '/api/runs', {
        method: 'POST',
        body: { mode: 'act' },
        headers: { ...headers },
      })
      runs.add(((await answer.json()) as { run: string }).run)
    }
    expect(runs.size).toBe(4)
    for (const run of runs) await world.ended(run)
  })

  it.each<[string, BodyInit, number, RegExp]>([
    [
      'an unknown key',
      '{"mode":"act","rule":["old"]}',
      422,
      /"rule" is not a key of this request\. Did you mean "rules"\?/,
    ],
    ['a key like nothing', '{"mode":"act","zzzzzzz":1}', 422, /Known: mode, rules\./],
    ['another mode', '{"mode":"destroy"}', 422, /mode: must be "report" or "act"/],
    ['no mode', '{}', 422, /mode: must be there, as in/],
    ['an empty list of rules', '{"mode":"act","rules":[]}', 422, /rules: must name a rule, or be left out/],
    ['a rule that is no text', '{"mode":"act","rules":[1]}', 422, /rules\.0: must be the id of a rule/],
    [
      'a rule that the policy has not',
      '{"mode":"act","rules":["odl"]}',
      422,
      /"odl" is not a rule of the policy\. Did you mean "old"\?/,
    ],
    ['a list', '[]', 422, /mode: must be there, as in/],
    ['null', 'null', 422, /The body: must be there, as in/],
    ['nothing', '', 400, /one JSON value in UTF-8/],
    ['no JSON', '{mode:act}', 400, /one JSON value in UTF-8/],
    ['half of it', '{"mode":', 400, /one JSON value in UTF-8/],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xc3, 0x28, 0x22]), 400, /one JSON value in UTF-8/],
    ['more than 64 KiB', ' '.repeat(65_537), 413, /at most 65536 bytes/],
  ])('refuses %s, says why, and starts nothing', async (_what, body, status, detail) => {
    const world = await looking()
    const answer = await ask(world, '/api/runs', { method: 'POST', body })
    expect((await problemOf(answer, status)).detail).toMatch(detail)
    expect(await world.stub.runs(100, null)).toHaveLength(5)
  })

  it('refuses a body over 64 KiB that does not tell its length', async () => {
    const chunk = new TextEncoder().encode(' '.repeat(300_000))
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += 1
        if (sent > 8) controller.close()
        else controller.enqueue(chunk)
      },
    })
    const answer = await ask(await looking(), '/api/runs', { method: 'POST', body })
    await problemOf(answer, 413)
  })

  it('takes a body of exactly 64 KiB', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const body = '{"mode":"report"}'.padEnd(65_536, ' ')
    const answer = await ask(world, '/api/runs', { method: 'POST', body })
    expect(answer.status).toBe(202)
    await world.ended(((await answer.json()) as { run: string }).run)
  })
})

describe('GET /api/plan and /api/why', () => {
  it('show hash, items with reasons, and counts, and why a project is where it is', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    await world.tick(now)
    world.set({ skewMs: 2 * DAY })
    const plan = await (await ask(world, '/api/plan')).json()
    expect(plan).toMatchObject({
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      policy: expect.stringMatching(/^[0-9a-f]{64}$/),
      counts: { inventory: 2, due: 2 },
      items: [
        { name: 'Old/p0', action: 'delete', rule: 'old', reasons: expect.arrayContaining([expect.any(String)]) },
        { name: 'Old/p1' },
      ],
    })
    const { projectId } = await world.project('Old/p0')
    const why = await (await ask(world, `/api/why/${projectId}`)).json()
    expect(why).toMatchObject({ projectId, name: 'Old/p0', verdict: 'due', mark: { rule: 'old' } })
  })

  it('say it when QuantConnect cannot be read, or the policy cannot be used', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    await world.faults({ endpoint: 'projects/read', kind: 'html' })
    expect((await problemOf(await ask(world, '/api/plan'), 502)).detail).toMatch(
      /a web page instead of data.*try again/,
    )
    expect((await problemOf(await ask(world, '/api/why/1'), 404)).detail).toMatch(/no survey yet/)
    world.set({ policy: 'rule = [' })
    expect((await problemOf(await ask(world, '/api/plan'), 503)).detail).toMatch(/The policy cannot be used\./)
  })
})

describe('the pause and the base over HTTP', () => {
  it('PUT pauses, DELETE lifts, and the health says so', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    expect((await ask(world, '/api/pause', { method: 'PUT' })).status).toBe(200)
    expect(await (await ask(world, '/health', { bearer: null })).json()).toMatchObject({ paused: true })
    expect(await world.tick(now + 2 * DAY)).toMatchObject({ mode: 'report', counts: { due: 1, acted: 0 } })
    expect(await world.deletions()).toEqual([])
    expect((await ask(world, '/api/pause', { method: 'DELETE' })).status).toBe(204)
    expect((await world.tick(now + 2 * DAY + 3_600_000)).counts).toMatchObject({ confirmed: 1 })
  })

  it('/api/inventory/base shows what is missing, and accepts exactly that', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(10))
    await world.tick(now)
    const shown = async () => (await ask(world, '/api/inventory/base')).json() as Promise<{ readonly hash: string }>
    const accepting = (missing: unknown) =>
      ask(world, '/api/inventory/base', { method: 'POST', body: missing === undefined ? {} : { missing } })
    expect(await shown()).toEqual({
      code: null,
      hash: null,
      count: 0,
      missing: [],
      at: null,
      acceptedBy: null,
      message: '',
    })
    expect((await accepting('0'.repeat(64))).status).toBe(409)
    await world.reset(staleMany(3))
    const blocked = await world.tick(now + 1_000)
    expect(blocked.status).toBe('blocked')
    const { hash, ...rest } = await shown()
    expect(rest).toMatchObject({ code: 'shrunk', count: 7, acceptedBy: null, message: blocked.message })
    for (const [missing, status] of [
      [undefined, 422],
      ['all', 422],
      ['0'.repeat(64), 409],
      [hash, 204],
      [hash, 204],
    ]) {
      expect((await accepting(missing)).status).toBe(status)
    }
    expect(await shown()).toMatchObject({ acceptedBy: 'token' })
    expect((await world.tick(now + 2_000)).status).toBe('ok')
    expect((await accepting(hash)).status).toBe(409)
  })
})
