/**
 * The API against whatever somebody with the token may send by mistake: any address with any parameters, queries, headers
 * and bodies, near to what fits and far from it. Nothing is an error of ours, every answer is as it is described, and
 * while paused nothing is done.
 */

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from '../../src/http/api/operations.ts'
import { idOf } from '../support/asking.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { rows } from '../support/rows.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const RUNS = 2_500
const now = Date.now()

let world: World
let run: string
let projectId: number
let gone: number

beforeAll(async () => {
  world = await makeWorld(DELETE_OLD, [...staleMany(2), { name: 'Work/a', description: 'Mine.' }])
  await world.tick(now)
  const swept = await world.tick(now + 2 * DAY)
  run = swept.id
  gone = swept.outcomes[0]?.projectId ?? 0
  projectId = await idOf(world, 'Work/a')
  await world.stub.pause('the test')
})

/** All but the pause, which must stay. */
const ADDRESSES = OPERATIONS.filter(({ path }) => path !== '/api/pause').map(({ method, path }) => `${method} ${path}`)

/** Keys and values that mean something somewhere, and some that never do. */
const word = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('act', 'report', 'approve', 'refuse', 'old', 'Work/a', '2099-01-31', '0'.repeat(64)),
  },
  fc.constantFrom('', ' ', '..', '/', '\u0000', '\ud800', '__proto__', 'constructor', '[keep]', '%', '2027-02-30'),
  fc.string({ unit: 'binary', maxLength: 30 }),
)
const leaf = fc.oneof(word, fc.constantFrom(null, true, 0, -1, 1.5, 1e21, 7, 2 ** 53), fc.integer())
const parameters = fc.dictionary(word, leaf, { maxKeys: 4 })
const KEYS = ['mode', 'rules', 'name', 'description', 'parameters', 'until', 'decision', 'plan', 'projectId']
const object = fc.dictionary(
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...KEYS) }, word),
  fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), parameters),
  { maxKeys: 3 },
)
const body = fc.oneof(
  { weight: 5, arbitrary: object.map((value) => JSON.stringify(value)) },
  fc.json({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from(bytes)),
  fc.constant(undefined),
)

const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc
    .tuple(fc.constantFrom('limit', 'cursor', 'run', 'x'), fc.oneof(word, fc.integer().map(String)))
    .map(([key, value]) => `?${key}=${encode(value)}`),
  fc.webQueryParameters().map((text) => `?${text}`),
)

const part = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('RUN', 'PROJECT', 'GONE') },
  fc.oneof(word, fc.integer().map(String)).map((text) => encode(text) || 'x'),
  fc.constantFrom('%', '%zz', '%00', '%2e%2e', '%ff'),
)

const headers = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.constantFrom('k', '"k"', 'ü', ' ', 'x'.repeat(300)).map((key) => ({ 'idempotency-key': encodeHeader(key) })),
  fc
    .constantFrom('text/plain', 'application/json; charset=utf-16', 'a/b', ';')
    .map((type) => ({ 'content-type': type })),
  fc.constantFrom('*', '"', 'W/"x"', '""').map((tags) => ({ 'if-none-match': tags })),
)

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function encodeHeader(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e]/g, '?')
}

describe('the API', { timeout: 180_000 }, () => {
  it('answers anything at all, and nothing of it is an error of ours', async () => {
    const statuses = new Map<number, number>()
    const taken = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ADDRESSES),
        part,
        query,
        headers,
        body,
        async (address, given, asked, more, sent) => {
          const [method = '', path = ''] = address.split(' ')
          const named = given.replace('RUN', run).replace('PROJECT', String(projectId)).replace('GONE', String(gone))
          const where = path.replace(/\{\w+\}/, named) + asked
          const withBody = method === 'GET' || sent === undefined ? {} : { body: sent }
          const answer = await ask(world, where, { method, headers: more, ...withBody })
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
          expect([200, 202, 204, 304, 400, 404, 405, 409, 410, 413, 415, 422, 503]).toContain(answer.status)
          if (answer.status === 503) expect(path).toBe('/health')
          if (answer.status === 202) {
            const { run: id } = (await answer.json()) as { run?: string }
            if (id !== undefined) taken.add(id)
          }
        },
      ),
      { numRuns: RUNS },
    )
    // 204 is the answer to nothing that can be guessed: what is missing is accepted by its hash.
    for (const status of [200, 202, 400, 404, 409, 422]) expect([status, statuses.get(status) ?? 0]).not.toContain(0)
    expect(taken.size).toBeGreaterThan(10)
    expect((await rows(world)).filter(({ trigger }) => trigger === 'cron')).toHaveLength(2)
    const mutating = (await world.requests()).filter(({ path }) => !/(read|list|authenticate)$/.test(path))
    // A pause stops deletions; updates and holds go on (G19).
    const others = mutating.filter(({ path }) => path !== 'projects/update')
    expect(others.map(({ path }) => path)).toEqual(['projects/delete', 'projects/delete'])
  })
})
