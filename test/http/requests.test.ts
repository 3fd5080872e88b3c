/** What holds for every operation of the API, whatever it does: methods, queries, bodies, caches, lists. Made from the operations themselves. */

import { beforeAll, describe, expect, it } from 'vitest'
import { BODY_LIMIT } from '../../src/core/base/bounds.ts'
import type { Operation } from '../../src/http/api/operation.ts'
import { OPERATIONS } from '../../src/http/api/operations.ts'
import { idOf } from '../support/asking.ts'
import { type Asking, ask } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { makeReceiver, sendingTo } from '../support/receiver.ts'
import { problemOf, rows } from '../support/rows.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

let world: World
let run: string
let projectId: number

beforeAll(async () => {
  const receiver = makeReceiver()
  world = await makeWorld(DELETE_OLD, staleMany(5), { env: sendingTo(receiver, 'a') })
  await world.tick(now)
  run = (await world.tick(now + 2 * DAY)).id
  for (let n = 0; n < 3; n++) await world.tick(now + 3 * DAY + n * 1_000)
  projectId = await idOf(world, 'Recycle Bin/Old/p0')
  const { created } = await world.inside(
    ({ storage }) => storage.sql.exec('SELECT created FROM items').toArray()[0] ?? {},
  )
  for (let n = 0; n < 3; n++) await hold(n, Number(created))
  await delivered()
})

/** Waits until everything that was to be told has been. */
async function delivered(): Promise<void> {
  while ((await world.stub.deliveries(100, null)).some(({ state }) => state === 'due')) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function hold(n: number, created: number): Promise<unknown> {
  return world.inside(({ storage }) =>
    storage.sql.exec(
      'INSERT INTO holds (project_id, created, until, by) VALUES (?, ?, NULL, ?)',
      n + 1,
      created,
      'Ann',
    ),
  )
}

const named = (list: readonly Operation[]) => list.map((one) => [`${one.method} ${one.path}`, one] as const)
const all = named(OPERATIONS)
const paged = named(OPERATIONS.filter(({ query }) => query !== undefined && 'limit' in query))
const withBody = named(OPERATIONS.filter(({ body }) => body !== undefined))
const submitting = named(OPERATIONS.filter(({ submits }) => submits === true))

function pathOf({ path }: Operation): string {
  return path.replace('{projectId}', String(projectId)).replace('{id}', run).replace('{run}', run)
}

describe('every address', () => {
  it.each([...new Set(OPERATIONS.map(({ path }) => path))])(
    '%s names the methods it takes to every other',
    async (path) => {
      const here = OPERATIONS.filter((one) => one.path === path)
      const methods = new Set([
        ...here.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
        'OPTIONS',
      ])
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
        if (methods.has(method)) continue
        const answer = await ask(world, pathOf(here[0] as Operation), { method })
        expect(new Set(answer.headers.get('allow')?.split(', '))).toEqual(methods)
        const { title, detail } = await problemOf(answer, 405)
        expect(title).toBe('Not with this method')
        expect(detail).toBe(`This address takes ${[...methods].filter((one) => one !== 'OPTIONS').join(', ')}.`)
      }
      const options = await ask(world, pathOf(here[0] as Operation), { method: 'OPTIONS', bearer: null })
      expect([options.status, new Set(options.headers.get('allow')?.split(', '))]).toEqual([204, methods])
    },
  )

  it.each(named(OPERATIONS.filter(({ method }) => method === 'GET')))(
    '%s answers HEAD as it does GET, without the body',
    async (_, one) => {
      const [get, head] = [await ask(world, pathOf(one)), await ask(world, pathOf(one), { method: 'HEAD' })]
      expect([head.status, await head.text()]).toEqual([get.status, ''])
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
    },
  )

  it.each(all)('%s refuses a query parameter it does not know, and starts nothing', async (_, one) => {
    const before = await rows(world)
    const answer = await ask(world, `${pathOf(one)}?limti=1`, { method: one.method })
    const { title, detail } = await problemOf(answer, 400)
    expect(title).toBe('Unknown query parameter')
    const near = one.query !== undefined && 'limit' in one.query ? 'Did you mean "limit"?' : ''
    if (one.needs === 'none') expect(detail).not.toContain('limti')
    else expect(detail).toContain(`"limti" is not a query parameter of this address. ${near}`)
    expect(await rows(world)).toEqual(before)
  })

  it.each(all)('%s refuses a query parameter that is there twice', async (_, one) => {
    const key = Object.keys(one.query ?? {})[0] ?? 'limit'
    const answer = await ask(world, `${pathOf(one)}?${key}=1&${key}=1`, { method: one.method })
    expect((await problemOf(answer, 400)).title).toBe('Repeated query parameter')
  })

  it.each(all)('%s is kept by no cache that does not ask again', async (_, one) => {
    if (one.method !== 'GET') return
    const answer = await ask(world, pathOf(one))
    expect(answer.headers.get('cache-control')).toBeOneOf(['no-store', 'private, no-cache'])
  })

  it.each(all)(
    '%s may be put into no frame, sniffed for no other type, and loaded by no other site',
    async (_, one) => {
      for (const asking of [{ bearer: null }, {}]) {
        if (one.method !== 'GET' && asking.bearer !== null) continue
        const { headers } = await ask(world, pathOf(one), { method: one.method, ...asking })
        expect(headers.get('x-content-type-options')).toBe('nosniff')
        expect(headers.get('x-frame-options')).toBe('DENY')
        expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      }
    },
  )
})

describe('every body', () => {
  const post = (one: Operation, asking: Asking) => ask(world, pathOf(one), { method: one.method, ...asking })

  it.each(withBody)('of %s has no key that is not known; the nearest is named', async (_, one) => {
    const [key = ''] = Object.keys(one.body?.entries ?? {})
    const before = await rows(world)
    const misspelt = `${key}e`
    const { title, detail } = await problemOf(await post(one, { body: { [misspelt]: 1 } }), 422)
    expect([title, detail]).toEqual([
      'Unknown key',
      `"${misspelt}" is not a key of this request. Did you mean "${key}"?`,
    ])
    for (const unknown of ['__proto__', 'constructor', 'toString']) {
      const text = `{"${unknown}":{}}`
      expect((await problemOf(await post(one, { body: text }), 422)).detail).toContain(`"${unknown}" is not a key`)
    }
    expect(await rows(world)).toEqual(before)
  })

  it.each(withBody)(
    'of %s is one JSON value in UTF-8 without a byte-order mark, an object, of at most 64 KiB',
    async (_, one) => {
      const before = await rows(world)
      const bytes = (...values: number[]) => new Uint8Array(values)
      for (const body of [
        '{',
        '{} {}',
        '{"a": 1, "a": 1}',
        '{"a": 1, "\\u0061": 2}',
        '{"x": [{"b": 1, "b": []}]}',
        'null null',
        bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d),
        bytes(0x22, 0xc3, 0x28, 0x22),
      ]) {
        expect((await problemOf(await post(one, { body }), 400)).title).toBe('Not JSON')
      }
      for (const body of ['null', '[1]', '"x"', '7', 'true']) await problemOf(await post(one, { body }), 422)
      await problemOf(await post(one, { body: '{}'.padEnd(BODY_LIMIT + 1, ' ') }), 413)
      for (const type of ['application/xml', 'multipart/form-data; boundary=x', 'application/jsonx']) {
        await problemOf(await post(one, { body: '{}', headers: { 'content-type': type } }), 415)
      }
      expect(await rows(world)).toEqual(before)
    },
  )

  it.each(submitting)(
    'of %s with an Idempotency-Key that is none is refused before anything is looked at',
    async (_, one) => {
      const before = await rows(world)
      const body =
        one.path === '/api/runs' ? { mode: 'act' } : one.id === 'updateProject' ? { description: 'x' } : undefined
      for (const key of ['a b', 'x'.repeat(201)]) {
        const asking = { headers: { 'idempotency-key': key }, ...(body === undefined ? {} : { body }) }
        expect((await problemOf(await post(one, asking), 400)).title).toBe('Bad Idempotency-Key')
      }
      expect(await rows(world)).toEqual(before)
    },
  )
})

describe('every list', () => {
  it.each(paged)('%s gives each entry once, whatever the size of its pages, and ends', async (_, one) => {
    const whole = await pages(one, 100)
    expect(whole.length).toBeGreaterThan(2)
    for (const limit of [1, 2, 3]) expect(await pages(one, limit)).toEqual(whole)
  })

  it.each(paged)('%s refuses limits and cursors that are none', async (_, one) => {
    for (const limit of ['0', '101', '-1', '1.5', 'ten', '', '1e2', '%20']) {
      const { detail } = await problemOf(await ask(world, `${pathOf(one)}?limit=${limit}`), 400)
      expect(detail).toBe('"limit" must be a whole number from 1 to 100.')
    }
    for (const cursor of ['nonsense', '', '%00', "'--", '../x']) {
      const { title } = await problemOf(await ask(world, `${pathOf(one)}?cursor=${cursor}`), 400)
      expect(title).toBe('Bad cursor')
    }
  })

  async function pages(one: Operation, limit: number): Promise<readonly unknown[]> {
    const entries: unknown[] = []
    let cursor: string | null = null
    do {
      const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const answer = await ask(world, `${pathOf(one)}?limit=${limit}${after}`)
      expect(answer.status).toBe(200)
      const page = (await answer.json()) as { readonly [key: string]: unknown; readonly cursor: string | null }
      const list = page[LISTS[one.path] ?? ''] as readonly unknown[]
      expect(list.length).toBeGreaterThan(0)
      expect(list.length).toBeLessThanOrEqual(limit)
      entries.push(...list)
      cursor = page.cursor
    } while (cursor !== null)
    return entries
  }

  const LISTS: { readonly [path: string]: string } = {
    '/api/runs': 'runs',
    '/api/inventories': 'inventories',
    '/api/backups': 'backups',
    '/api/deliveries': 'deliveries',
    '/api/audit/verify': 'links',
  }
})

describe('what has not changed', () => {
  const TAGGED = OPERATIONS.filter(({ tagged }) => tagged === true).map(({ path }) => path)

  it.each(TAGGED)('of %s is sent once: 304 for who has its tag, alone or among others', async (path) => {
    const where = path.replace('{id}', run).replace('{run}', run)
    const first = await ask(world, where)
    const etag = first.headers.get('etag') ?? ''
    expect([first.status, etag]).toEqual([200, expect.stringMatching(/^"[^"]+"$/)])
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, `"a" , "b",${etag}`, '*']) {
      const again = await ask(world, where, { headers: { 'if-none-match': tags } })
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    }
    // An id of digits only is the same in capitals.
    const capitals = etag.toUpperCase() === etag ? '"OTHER"' : etag.toUpperCase()
    for (const tags of ['"other"', etag.slice(1, -1), capitals, '']) {
      const again = await ask(world, where, { headers: { 'if-none-match': tags } })
      expect([again.status, again.headers.get('etag')]).toEqual([200, etag])
      expect((await again.text()).length).toBeGreaterThan(10)
    }
  })

  it('is told of every list but the chain, which is read anew each time, and of what was stored', () => {
    const lists = OPERATIONS.filter(({ query }) => query !== undefined && 'limit' in query).map(({ path }) => path)
    expect(TAGGED).toEqual(expect.arrayContaining(lists.filter((path) => path !== '/api/audit/verify')))
    expect(TAGGED).toEqual(expect.arrayContaining(['/api/runs/{id}', '/api/inventories/{run}']))
  })

  it('is not told to who may not see it', async () => {
    for (const path of TAGGED) {
      const where = path.replace('{id}', run).replace('{run}', run)
      const answer = await ask(world, where, { bearer: null, headers: { 'if-none-match': '*' } })
      await problemOf(answer, 401)
    }
  })

  it('has another tag as soon as it has changed', async () => {
    const made = await makeWorld(DELETE_OLD, staleMany(1))
    await made.tick(now)
    const tag = async (path: string) => (await ask(made, path)).headers.get('etag')
    const before = [await tag('/api/runs'), await tag('/api/holds')]
    expect([await tag('/api/runs'), await tag('/api/holds')]).toEqual(before)
    const held = await ask(made, `/api/projects/${await idOf(made, 'Old/p0')}/hold`, { method: 'POST' })
    await made.ended(((await held.json()) as { run: string }).run)
    const after = [await tag('/api/runs'), await tag('/api/holds')]
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).not.toBe(before[1])
  })

  it('a run that goes on has no tag; a finished one keeps it while its plan waits as it did', async () => {
    const made = await makeWorld(DELETE_OLD, staleMany(1))
    expect((await ask(made, '/api/pause', { method: 'PUT' })).status).toBe(200)
    const path = `/api/projects/${await idOf(made, 'Old/p0')}`
    const taken = (await (await ask(made, path, { method: 'POST', body: { description: 'x' } })).json()) as {
      run: string
    }
    const going = await ask(made, `/api/runs/${taken.run}`)
    expect([going.status, going.headers.get('etag')]).toEqual([200, null])
    expect((await ask(made, `/api/runs/${taken.run}`, { headers: { 'if-none-match': '*' } })).status).toBe(200)
    expect((await ask(made, '/api/pause', { method: 'DELETE' })).status).toBe(204)
    await made.ended(taken.run)
    expect((await ask(made, `/api/runs/${taken.run}`)).headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/)
  })
})
