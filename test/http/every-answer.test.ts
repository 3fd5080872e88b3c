/** What holds for the answer of every route, whoever asks: an id that the log has too, the limit it counts for, and one name. */

import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/http/app.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { problemOf } from '../support/rows.ts'
import { hook } from '../support/signed.ts'
import { makeWorld, type World } from '../support/world.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const ROUTES = [
  ...createApp().routes.filter(({ path, method }) => !path.includes('*') && method !== 'ALL'),
  { method: 'GET', path: '/nothing-here' },
  { method: 'DELETE', path: '/health' },
  { method: 'OPTIONS', path: '/api/runs' },
].map(({ method, path }) => [method, path.replaceAll(/:\w+(\{.*?\})?/g, '7')] as const)
const DIFFERENT = [...new Map(ROUTES.map((route) => [route.join(' '), route])).values()]

let world: World
beforeAll(async () => {
  world = await makeWorld(DELETE_OLD, staleMany(1))
})

describe('the id of a request', () => {
  it.each(DIFFERENT)('is on each answer of %s %s, another each time and none of the caller', async (method, path) => {
    const ids = new Set<string>()
    for (const bearer of [undefined, null, 'wrong']) {
      const headers = { 'x-request-id': 'of-the-caller' }
      const answer = await ask(world, path, { method, headers, ...(bearer === undefined ? {} : { bearer }) })
      const id = answer.headers.get('x-request-id') ?? ''
      expect(id).toMatch(UUID)
      ids.add(id)
    }
    expect(ids.size).toBe(3)
  })

  it.each([
    ['a sign-in', '/api/holds', { bearer: 'a-wrong-token' }],
    ['an unsigned hook', '/hooks', { method: 'POST', bearer: null, body: '{}' }],
    ['an unsigned delivery', '/hooks/github', { method: 'POST', bearer: null, body: '{}' }],
  ])('is in the line that the log has of %s', async (_, path, asking) => {
    const lines: string[] = []
    const spy = vi.spyOn(console, 'warn').mockImplementation((text: string) => void lines.push(text))
    const answer = await ask(world, path, asking)
    spy.mockRestore()
    expect(answer.status).toBe(401)
    expect(lines).toEqual([expect.stringContaining(`[request ${answer.headers.get('x-request-id')}]`)])
  })
})

describe('the limit of requests', () => {
  it('is on answers that count for it, what is left once it is less than half, and with a refusal when to come again', async () => {
    const env = { READS_PER_MINUTE: '4', READ_TOKEN: 'a-token-of-this-test-alone' }
    const read = () => ask(world, '/api/holds', { env, bearer: env.READ_TOKEN })
    for (let n = 0; n < 2; n++) {
      const { headers } = await read()
      expect(headers.get('ratelimit-policy')).toBe('"reads";q=4;w=60')
      expect(headers.get('ratelimit')).toBeNull()
    }
    expect((await read()).headers.get('ratelimit')).toMatch(/^"reads";r=1;t=\d\d?$/)
    expect((await read()).headers.get('ratelimit')).toMatch(/^"reads";r=0;t=\d\d?$/)
    const refused = await read()
    await problemOf(refused.clone(), 429)
    const wait = refused.headers.get('retry-after')
    expect(refused.headers.get('ratelimit')).toBe(`"reads";r=0;t=${wait}`)
  })

  it('is on the answers to hooks and to /health, and on none else to strangers', async () => {
    const taken = await hook(world, 'sweep.run', { mode: 'report' })
    expect(taken.headers.get('ratelimit-policy')).toMatch(/^"hooks";q=\d+;w=60$/)
    expect((await ask(world, '/health', { bearer: null })).headers.get('ratelimit-policy')).toMatch(/^"reads";/)
    for (const path of ['/api/holds', '/hooks', '/x', '/docs']) {
      expect((await ask(world, path, { bearer: null })).headers.get('ratelimit-policy')).toBeNull()
    }
  })
})

describe('beside a sandbox of this machine', () => {
  const elsewhere = (path: string, method: string, env: { readonly [name: string]: string } = {}) =>
    ask(world, path, { method, env, at: 'https://rebound.example' })

  it.each(DIFFERENT)('%s %s answers under no foreign name', async (method, path) => {
    const { title } = await problemOf(await elsewhere(path, method), 403)
    expect(title).toBe('Not under this name')
  })

  it('answers under a name of this machine, and at PUBLIC_URL', async () => {
    for (const at of ['http://127.0.0.1:8787', 'http://localhost:1', 'http://[::1]:8787']) {
      expect((await ask(world, '/', { at })).status, at).toBe(200)
    }
    expect((await elsewhere('/', 'GET', { PUBLIC_URL: 'https://rebound.example' })).status).toBe(200)
    expect((await elsewhere('/', 'GET', { PUBLIC_URL: 'https://other.example' })).status).toBe(403)
  })
})
