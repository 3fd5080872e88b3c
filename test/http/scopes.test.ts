/** Who may do what: every operation of the API, for each kind of caller. The tables are made from the operations themselves. */

import { beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '../../src/http/api/operation.ts'
import { OPERATIONS } from '../../src/http/api/operations.ts'
import { type Asking, ask } from '../support/door.ts'
import { NO_CAPS, rule, staleMany } from '../support/policies.ts'
import { problemOf, rows } from '../support/rows.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const READ_TOKEN = 'a-token-that-may-look'
const OLD_READ_TOKEN = 'one-that-is-being-replaced'
const env = { READ_TOKEN: `${READ_TOKEN} ${OLD_READ_TOKEN}` }

const POLICY = `${NO_CAPS}
[[person]]
name = "Ann"
email = "Ann@Example.com"
may = ["operate", "approve"]

[[person]]
name = "Ben"
email = "ben@example.com"
may = ["approve"]

[[person]]
name = "Cem"
email = "cem@example.com"
may = ["operate"]

[[person]]
name = "Dot"
email = "dot@example.com"
may = []
${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"always"')}`

const ann = { email: 'ann@example.com' }
const ben = { email: 'ben@example.com' }
const cem = { email: 'cem@example.com' }
const dot = { email: 'dot@example.com' }
const stranger = { email: 'eve@example.com' }

let world: World

beforeAll(async () => {
  world = await makeWorld(POLICY, staleMany(2))
  const now = Date.now()
  await world.tick(now)
  expect((await world.tick(now + 2 * DAY)).status).toBe('waiting')
})

const named = (list: readonly Operation[]) => list.map((one) => [`${one.method} ${one.path}`, one] as const)
const guarded = named(OPERATIONS.filter(({ needs }) => needs !== 'none'))
const changing = named(OPERATIONS.filter(({ method }) => method !== 'GET'))
const beyondReading = named(OPERATIONS.filter(({ needs }) => needs === 'operate' || needs === 'decide'))
const reading = named(OPERATIONS.filter(({ needs }) => needs === 'read'))

/** Asks for an operation of what there is, with a body it would take. */
async function call({ method, path }: Operation, asking: Asking): Promise<Response> {
  const proposal = await world.stub.proposal()
  const { projectId } = await world.project('Old/p0')
  const body = BODIES[`${method} ${path}`]?.(proposal?.hash ?? '')
  const filled = path
    .replace('{projectId}', String(projectId))
    .replace('{id}', proposal?.run ?? '')
    .replace('{run}', proposal?.run ?? '')
  return ask(world, filled, { method, ...(body === undefined ? {} : { body }), ...asking })
}

const BODIES: { readonly [operation: string]: (hash: string) => object } = {
  'POST /api/runs': () => ({ mode: 'act' }),
  'POST /api/runs/{id}/decision': (plan) => ({ decision: 'approve', plan }),
  'POST /api/inventory/base': (missing) => ({ missing }),
  'POST /api/projects/{projectId}': () => ({ description: 'Not by me.' }),
}

/** Everything a caller without the right could have changed. */
async function everything(): Promise<object> {
  return {
    runs: await rows(world),
    proposal: await world.stub.proposal(),
    health: (await world.stub.health()).pause,
    holds: await world.stub.holds(),
    deliveries: await world.stub.deliveries(100, null),
    base: await world.inside(({ storage }) => storage.sql.exec("SELECT * FROM facts WHERE name = 'base'").toArray()),
    stops: await world.inside(({ storage }) => storage.sql.exec('SELECT * FROM stops').toArray()),
    calls: (await world.requests()).length,
  }
}

async function changesNothing(act: () => Promise<unknown>): Promise<void> {
  const before = await everything()
  await act()
  expect(await everything()).toEqual(before)
}

describe('every operation', () => {
  it('that changes something needs more than the right to look', () => {
    expect(changing.length).toBeGreaterThan(10)
    expect(changing.filter(([, { needs }]) => needs === 'read' || needs === 'none')).toEqual([])
  })

  it('but the health needs a right', () => {
    const open = OPERATIONS.filter(({ needs }) => needs === 'none')
    expect(open.map(({ path }) => path)).toEqual(['/health'])
  })

  it.each(guarded)(
    '%s is closed to nobody, to a wrong bearer and to a person Access has not signed in',
    async (_, one) => {
      await changesNothing(async () => {
        const askings: readonly Asking[] = [
          { bearer: null },
          { bearer: 'wrong' },
          { bearer: null, headers: { authorization: `Basic ${btoa('me:dev-admin-token')}` } },
          { bearer: null, headers: { 'cf-access-authenticated-user-email': 'ann@example.com' } },
          { bearer: null, headers: { cookie: 'CF_Authorization=x', 'cf-access-jwt-assertion': 'x.y.z' } },
          // A bearer that is sent is judged alone, whoever is signed in.
          { bearer: 'wrong', access: ann },
        ]
        for (const asking of askings) {
          const answer = await call(one, asking)
          expect(answer.headers.get('www-authenticate')).toBe('Bearer')
          await problemOf(answer, 401)
        }
      })
    },
  )

  it.each(beyondReading)('%s is 403 for READ_TOKEN, says why, and does nothing', async (_, one) => {
    await changesNothing(async () => {
      for (const bearer of [READ_TOKEN, OLD_READ_TOKEN]) {
        const { title, detail } = await problemOf(await call(one, { bearer, env }), 403)
        expect(title).toBe('Not allowed')
        expect(detail).toMatch(/^READ_TOKEN may look but not (change anything|decide on a plan)\. Use ADMIN_TOKEN\.$/)
      }
    })
  })

  it.each(beyondReading)('%s is 403 for whom the policy gives no right, and for who has no address', async (_, one) => {
    await changesNothing(async () => {
      for (const access of [dot, stranger, null]) {
        const { detail } = await problemOf(await call(one, { bearer: null, access }), 403)
        const who = access === dot ? 'Dot' : (access?.email ?? 'A service without an email')
        expect(detail).toMatch(new RegExp(`^${who} may (look but )?not (change anything|decide on a plan)`))
      }
    })
  })

  it.each(beyondReading)('%s is 403 when another site makes the browser of a signed-in person ask', async (_, one) => {
    if (one.method === 'GET') return // a browser does not show its answer to another site: there is no CORS
    await changesNothing(async () => {
      for (const headers of FROM_ELSEWHERE) {
        const { title } = await problemOf(await call(one, { bearer: null, access: ann, headers }), 403)
        expect(title).toBe('From another site')
      }
    })
  })

  it.each(reading)('%s is open to READ_TOKEN, to its predecessor, and to whoever Access signs in', async (_, one) => {
    const askings: readonly Asking[] = [
      { bearer: READ_TOKEN, env },
      { bearer: OLD_READ_TOKEN, env },
      { bearer: null, access: dot },
      { bearer: null, access: stranger },
    ]
    for (const asking of askings) expect((await call(one, asking)).status).not.toBeOneOf([401, 403])
  })

  it.each(guarded)('%s gives no other site leave to read or to call', async (_, one) => {
    const origin = 'https://elsewhere.example'
    for (const asking of [{ bearer: READ_TOKEN, env }, { bearer: null }]) {
      const answer = await call(one, { ...asking, headers: { origin } })
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
    const preflight = await call(one, {
      method: 'OPTIONS',
      bearer: null,
      headers: {
        origin,
        'access-control-request-method': one.method,
        'access-control-request-headers': 'authorization',
      },
    })
    expect(preflight.status).toBe(204)
    expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(preflight.headers.get('allow')?.split(', ')).toContain(one.method)
  })
})

const FROM_ELSEWHERE: readonly { readonly [header: string]: string }[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site', origin: 'https://localhost' },
  { origin: 'https://elsewhere.example' },
  { origin: 'http://localhost' },
  { origin: 'null' },
]

describe('a person whom Cloudflare Access has signed in', () => {
  const hold = async (access: { readonly email: string }, headers = {}) => {
    const { projectId } = await world.project('Old/p1')
    const path = `/api/projects/${projectId}/hold`
    const held = await ask(world, path, { method: 'POST', bearer: null, access, headers })
    if (held.status !== 200) return held
    const [row] = await world.stub.holds()
    expect((await ask(world, path, { method: 'DELETE' })).status).toBe(200)
    return row
  }

  it.each(['ann@example.com', 'Ann@Example.com', 'ANN@EXAMPLE.COM'])(
    'as %s is the one the policy names, however either writes the address',
    async (email) => {
      expect(await hold({ email })).toMatchObject({ by: 'Ann' })
    },
  )

  it.each(['ann@example.com.evil.example', 'ann@example.co', ' ann@example.com', 'xann@example.com', 'ann'])(
    'as "%s" is somebody else',
    async (email) => {
      const { detail } = await problemOf((await hold({ email })) as Response, 403)
      expect(detail).toContain(`${email} may look but not change anything`)
    },
  )

  it('may ask from a page of this Worker, from the address bar, and with a program', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'same-origin', origin: 'https://localhost' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://localhost' },
      {},
    ]) {
      expect(await hold(ann, headers)).toMatchObject({ by: 'Ann' })
    }
  })

  it('who may approve but not operate changes nothing, and hears what is missing', async () => {
    const { detail } = await problemOf((await hold(ben)) as Response, 403)
    expect(detail).toBe('Ben may not change anything: add "operate" to their "may" in the policy.')
  })

  it('who may operate but not approve may not say yes', async () => {
    const proposal = await world.stub.proposal()
    const answer = await ask(world, `/api/runs/${proposal?.run}/decision`, {
      method: 'POST',
      bearer: null,
      access: cem,
      body: { decision: 'approve', plan: proposal?.hash },
    })
    const { detail } = await problemOf(answer, 403)
    expect(detail).toBe('Cem is not named in the policy as somebody who may approve.')
    expect(await world.stub.proposal()).toMatchObject({ state: 'open', approvals: [] })
  })

  it('with the admin token as a bearer besides is whoever has the token, from wherever', async () => {
    const { projectId } = await world.project('Old/p1')
    const path = `/api/projects/${projectId}/hold`
    const headers = { 'sec-fetch-site': 'cross-site' }
    expect((await ask(world, path, { method: 'POST', access: stranger, headers })).status).toBe(200)
    expect(await world.stub.holds()).toMatchObject([{ by: 'token' }])
    expect((await ask(world, path, { method: 'DELETE' })).status).toBe(200)
  })

  it('is named where somebody paused, and where somebody took the list for the truth', async () => {
    const asking: Asking = { bearer: null, access: cem }
    const paused = await ask(world, '/api/pause', { method: 'PUT', ...asking })
    expect(await paused.json()).toEqual({ by: 'Cem', since: expect.stringMatching(/Z$/) })
    expect(await (await ask(world, '/health')).json()).toMatchObject({ pause: { by: 'Cem' } })
    expect((await ask(world, '/api/pause', { method: 'DELETE', bearer: null, access: ann })).status).toBe(204)
    const missing = '0'.repeat(64)
    await world.inside(({ storage }) => {
      const projects = "x'1f8b0800000000000003'"
      storage.sql.exec(
        `INSERT INTO objections VALUES ('shrunk', '${missing}', ${projects}, 0, 'Some are missing.', NULL)`,
      )
    })
    expect((await ask(world, '/api/inventory/base', { method: 'POST', body: { missing }, ...asking })).status).toBe(204)
    await world.inside(({ storage }) => void storage.sql.exec('DELETE FROM objections'))
    const base = await world.inside(({ storage }) =>
      storage.sql.exec("SELECT value FROM facts WHERE name = 'base'").one(),
    )
    expect(JSON.parse(String(base.value))).toMatchObject({ by: 'Cem' })
  })

  it('is named in the run that was asked for, and keys of two people do not meet', async () => {
    const runs = new Set<string>()
    for (const asking of [{ bearer: null, access: ann }, { bearer: null, access: cem }, {}]) {
      const answer = await ask(world, '/api/runs', {
        method: 'POST',
        body: { mode: 'act' },
        headers: { 'idempotency-key': 'the-same' },
        ...asking,
      })
      runs.add(((await answer.json()) as { run: string }).run)
    }
    const actors = await Promise.all([...runs].map(async (run) => (await world.ended(run)).actor))
    expect(actors).toEqual(['Ann', 'Cem', 'token'])
  })
})

describe('failures of one address', () => {
  it('end in 429 with the seconds to wait, for every operation and whatever token; who Access has signed in does not wait', async () => {
    const headers = { 'cf-connecting-ip': '198.51.100.7' }
    for (let n = 0; n < 20; n++) {
      expect((await ask(world, '/api/runs', { bearer: `wrong-${n}`, headers })).status).toBe(401)
    }
    for (const [, one] of guarded) {
      const answer = await call(one, { bearer: 'wrong-again', headers })
      const seconds = Number(answer.headers.get('retry-after'))
      expect(seconds).toBeGreaterThan(0)
      expect(seconds).toBeLessThanOrEqual(300)
      expect((await problemOf(answer, 429)).title).toBe('Too many failures')
    }
    // Refused before it is compared: who guesses does not see that this one was right.
    expect((await ask(world, '/api/runs', { headers })).status).toBe(429)
    expect((await ask(world, '/api/runs', { bearer: null, access: dot, headers })).status).toBe(200)
    expect((await ask(world, '/health', { bearer: null, headers })).status).toBeOneOf([200, 503])
    expect(
      (await ask(world, '/api/runs', { bearer: 'wrong', headers: { 'cf-connecting-ip': '198.51.100.8' } })).status,
    ).toBe(401)
  })

  it('are no failures when somebody may not, or asks for what there is not', async () => {
    const headers = { 'cf-connecting-ip': '198.51.100.9' }
    for (let n = 0; n < 25; n++) {
      expect((await ask(world, '/api/pause', { method: 'PUT', bearer: READ_TOKEN, env, headers })).status).toBe(403)
      expect((await ask(world, '/api/runs/none', { headers })).status).toBe(404)
    }
    expect((await ask(world, '/api/runs', { bearer: 'wrong', headers })).status).toBe(401)
  })
})
