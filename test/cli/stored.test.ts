/** Stored inventories page by page, from a Worker that is no more than its answers. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY, type Folder, inventory, makeFolder, NOW, POLICY, project, run } from './support.ts'

/** 250 daily inventories, newest first; what is older than 120 days is not in the store any more. */
const STORED = Array.from({ length: 250 }, (_, n) => ({ run: `run-${n}`, age: n * DAY }))

let server: Server
let folder: Folder
let policy: string
const asked: string[] = []

beforeAll(async () => {
  folder = await makeFolder()
  policy = await folder.write('policy.toml', POLICY)
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://worker')
    const [status, body] = answer(pathname, searchParams)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  server.close()
  await folder.remove()
})

function answer(path: string, query: URLSearchParams): readonly [number, object] {
  const one = STORED.find((stored) => path === `/api/inventories/${stored.run}`)
  if (one !== undefined) {
    if (one.age > 120 * DAY) return [404, { detail: 'gone' }]
    return [200, inventory([project(1, 'Old/a')], { at: NOW - one.age })]
  }
  const from = STORED.findIndex((stored) => stored.run === query.get('cursor')) + 1
  const page = STORED.slice(from, from + 100)
  const inventories = page.map((stored) => ({ run: stored.run, at: new Date(NOW - stored.age).toISOString() }))
  return [200, { inventories, cursor: from + 100 < STORED.length ? page.at(-1)?.run : null }]
}

async function backtest(days: string) {
  asked.length = 0
  const { port } = server.address() as AddressInfo
  const args = ['--days', days, '--policy', policy, '--worker', `http://127.0.0.1:${port}/`, '--json']
  return run('backtest', args, { ADMIN_TOKEN: 'a-secret' })
}

describe('npm run backtest --worker', () => {
  it('asks for as many pages as the days need, and for each inventory once, oldest first', async () => {
    const { code, json, err } = await backtest('30')
    expect(code).toBe(0)
    expect(json()).toMatchObject({ inventories: 31, counts: { gone: 1 } })
    const expected = STORED.slice(0, 31).map((stored) => `/api/inventories/${stored.run}`)
    expect(asked).toEqual(['/api/inventories?limit=100', ...expected.toReversed()])
    expect(err).not.toContain('a-secret')
  })

  it('leaves out what the store has let go of, and says how much', async () => {
    const { code, json, err } = await backtest('180')
    expect(code).toBe(0)
    expect(asked.filter((path) => path.includes('?'))).toHaveLength(2)
    expect(err).toContain('60 inventories of the list were left out: the store has let go of them.')
    expect(json()).toMatchObject({ inventories: 121, counts: { gone: 1 } })
  })
})
