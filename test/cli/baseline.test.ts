/** What stands against a Worker's list, in a terminal, from a Worker that is no more than its answers. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { run } from './support.ts'

const HASH = 'ab'.repeat(32)
const NOTHING = { code: null, hash: null, count: 0, missing: [], at: null, acceptedBy: null, message: '' }
const SHRUNK = {
  code: 'shrunk',
  hash: HASH,
  count: 2,
  missing: [
    { projectId: 7, name: 'a/x' },
    { projectId: 8, name: 'a/y' },
  ],
  at: '2026-12-01T10:00:00.000Z',
  acceptedBy: null,
  message: '2 of 3 are missing.',
}

let server: Server
let shown: object
let asked: string[]

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    asked.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`)
    if (request.method === 'GET') return void response.end(JSON.stringify(shown))
    const isIt = body === JSON.stringify({ missing: HASH })
    if (isIt) shown = { ...SHRUNK, acceptedBy: 'token' }
    response.writeHead(isIt ? 204 : 409, { 'content-type': 'application/problem+json' })
    response.end(isIt ? undefined : JSON.stringify({ detail: 'Something else is missing now.' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(() => void server.close())

beforeEach(() => {
  shown = SHRUNK
  asked = []
})

const baseline = (...args: string[]) =>
  run('baseline', ['--worker', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...args], {
    ADMIN_TOKEN: 'a-secret',
  })

it('G6 shows what stands against it, and ends with 1', async () => {
  const { code, out } = await baseline()
  expect(code).toBe(1)
  for (const text of ['2 of 3 are missing.', '2026-12-01 10:00', 'a/x', '8']) expect(out).toContain(text)
  expect(asked).toEqual(['GET /api/inventory/base Bearer a-secret '])
})

it('ends with 0 when nothing does, and prints JSON for programs', async () => {
  shown = NOTHING
  expect(await baseline()).toMatchObject({ code: 0, out: 'Nothing stands against the list of projects.\n' })
  const { code, json } = await baseline('--json')
  expect([code, json()]).toEqual([0, NOTHING])
})

it('G6 accepts by the whole hash, and by nothing else', async () => {
  const other = await baseline('--accept', 'f'.repeat(64))
  expect([other.code, other.err]).toEqual([2, expect.stringContaining('Something else is missing now.')])
  asked = []
  expect(await baseline('--accept', HASH.slice(0, 12))).toMatchObject({ code: 2 })
  expect(asked).toEqual([])
  const { code, out } = await baseline('--accept', HASH)
  expect([code, out]).toEqual([0, expect.stringContaining('Accepted by token')])
})
