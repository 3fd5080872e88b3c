/** The audit chain as a command verifies it: hashed here, whatever the Worker says of itself. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Serving, serve } from '../../src/cli/serve.ts'
import { workerApi } from '../../src/cli/worker-api.ts'
import type { AuditPage } from '../../src/records/chain.ts'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { DAY, type Ended, type Folder, makeFolder, POLICY, run } from './support.ts'

const TOKEN = { ADMIN_TOKEN: 'dev-admin-token' }

type Answers = { [path: string]: object }

let folder: Folder
let serving: Serving
/** What the real Worker answers, by path, to be told again with lies in it. */
let honest: Answers
let told: Answers
let liar: Server

beforeAll(async () => {
  folder = await makeFolder()
  const policy = await folder.write('policy.toml', POLICY.replace('"14d"', '"1d"'))
  serving = await serve({ port: 0, sandboxPort: 0, policy, projects: 0, seed: 7 })
  const old = { created: Date.now() - 400 * DAY, modified: Date.now() - 200 * DAY }
  const workspace = [
    { name: 'Old/a', ...old },
    { name: 'Old/b', ...old },
  ]
  await fetch(`${serving.sandbox}/_sandbox/reset`, { method: 'POST', body: JSON.stringify({ workspace }) })
  const api = workerApi(serving.worker, TOKEN.ADMIN_TOKEN)
  const now = Math.ceil(Date.now() / 3_600_000) * 3_600_000
  const records: RunRecord[] = []
  for (let n = 0; n < 3; n++) records.push(await api.tick(now + n * DAY))
  const page = await api.auditPage(null)
  honest = {
    '/api/audit/verify?limit=100': page,
    ...Object.fromEntries(records.map((one) => [`/api/runs/${one.id}`, one])),
  }
  liar = createServer((request, response) => {
    const answer = told[request.url ?? '']
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { detail: 'no' }))
  })
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
}, 60_000)

beforeEach(() => {
  told = structuredClone(honest)
})

afterAll(async () => {
  liar?.close()
  await serving?.stop()
  await folder?.remove()
})

function verify(...args: readonly string[]): Promise<Ended> {
  return run('verify', ['--worker', serving.worker, ...args], TOKEN)
}

function verifyLies(...args: readonly string[]): Promise<Ended> {
  return run('verify', ['--worker', `http://127.0.0.1:${(liar.address() as AddressInfo).port}`, ...args], TOKEN)
}

/** The page the liar shows; it always says itself that all is well. */
function shown(): { -readonly [key in keyof AuditPage]: AuditPage[key] } & { links: { [key: string]: unknown }[] } {
  return told['/api/audit/verify?limit=100'] as never
}

function record(nth: number): { [key: string]: unknown } {
  return told[`/api/runs/${shown().links[nth]?.run}`] as never
}

describe('npm run verify on a whole chain', () => {
  it('says how many records it hashed and the head to note down, and ends with 0', async () => {
    const { code, out, err } = await verify()
    expect(code).toBe(0)
    expect(out).toMatch(
      /3 records hashed here, 0 expired, positions 1 to 3: the chain is whole\.\nHead: [0-9a-f]{64}\n$/,
    )
    expect(err).toBe('Hashing records: 3 links …\n')
  })

  it('gives programs the same, and takes its own head back as one noted earlier', async () => {
    const { json } = await verify('--json')
    const { head, ...rest } = json<{ head: { hash: string } }>()
    expect(rest).toEqual({ ok: true, checked: 3, expired: 0, problems: [], start: { position: 1, previous: null } })
    for (const { hash } of (honest['/api/audit/verify?limit=100'] as AuditPage).links) {
      expect((await verify('--head', hash)).code).toBe(0)
    }
    expect(head.hash).toBe((honest['/api/audit/verify?limit=100'] as AuditPage).links[0]?.hash)
    const other = await verify('--head', '0'.repeat(64))
    expect(other.code).toBe(1)
    expect(other.out).toContain(`The head noted earlier, ${'0'.repeat(64)}, is not in the chain.`)
  })

  it('tells the same story when it comes from elsewhere', async () => {
    expect((await verifyLies()).out.replace(/^Audit.*\n/, '')).toBe((await verify()).out.replace(/^Audit.*\n/, ''))
  })
})

describe('npm run verify on a Worker that says of itself that all is well', () => {
  const lies: readonly (readonly [what: string, lie: () => void, found: RegExp])[] = [
    [
      'an edited record',
      () => void Object.assign(record(1), { status: 'failed' }),
      /^\s*2 .* this machine .* was edited/m,
    ],
    [
      'an edited count deep in a record',
      () => void Object.assign(record(1).counts as object, { confirmed: 0 }),
      /^\s*2 .* was edited: it hashes to/m,
    ],
    [
      'a record that is gone',
      () => delete told[`/api/runs/${shown().links[2]?.run}`],
      /^\s*1 .* shows no record, and keeps/m,
    ],
    ['a record of another run', () => void Object.assign(record(0), { id: 'other' }), /^\s*3 .* is of run other\./m],
    ['a link left out', () => void shown().links.splice(1, 1), /position 1 where 2 must stand\. Missing: 2\./],
    ['links in another order', () => void shown().links.reverse(), /position 1 where 3 must stand/],
    ['the newest cut off', () => void shown().links.shift(), /The chain ends with [0-9a-f]{64}, and the head is/],
    ['the oldest cut off', () => void shown().links.pop(), /The chain begins here, and must begin at position 1\./],
    [
      'a link that follows another hash',
      () => void Object.assign(shown().links[0] ?? {}, { previous: 'f'.repeat(64) }),
      /^\s*3 .* It follows f{64}, and the record before it, of run/m,
    ],
    [
      'another head',
      () => void Object.assign(shown(), { head: { position: 3, run: 'x', hash: 'f'.repeat(64) } }),
      /and the head is f{64}/,
    ],
  ]

  it.each(lies)('%s is found', async (_, lie, found) => {
    lie()
    const { code, out } = await verifyLies()
    expect(code).toBe(1)
    expect(out).toMatch(found)
    expect(out).toMatch(/: \d problems?\.\nHead: /)
  })

  it('what the Worker found itself is shown beside it', async () => {
    shown().problems = [{ position: 2, run: 'r', what: 'Its record in KV is of run x.' }]
    const { code, out } = await verifyLies()
    expect(code).toBe(1)
    expect(out).toMatch(/^\s*2 {2}r\s+the Worker\s+Its record in KV is of run x\.$/m)
  })

  it('a record that is older than it is kept has expired', async () => {
    Object.assign(record(2), { audit: { previous: null, hash: null } })
    Object.assign(shown().links[2] ?? {}, { keptUntil: new Date(Date.now() - 1_000).toISOString() })
    const { code, out } = await verifyLies()
    expect([code, out.includes('2 records hashed here, 1 expired')]).toEqual([0, true])
  })
})

describe('npm run verify', () => {
  it('has help that explains its exit codes', async () => {
    const { code, out } = await verify('--help')
    expect(code).toBe(0)
    expect(out).toMatch(/Exit codes: 0 the chain is whole, 1 .*, 2 .*/)
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  })

  it('wants a Worker, and a hash that is one', async () => {
    const none = await run('verify', [], TOKEN)
    expect([none.code, none.err.startsWith('Which Worker? Give its address: --worker URL.')]).toEqual([2, true])
    const bad = await verify('--head', 'abc')
    expect([bad.code, bad.err.startsWith('--head takes a hash as this command prints it')]).toEqual([2, true])
  })

  it('could not verify what does not answer, or does not let it in', async () => {
    const silent = await run('verify', ['--worker', 'http://127.0.0.1:1'], TOKEN)
    expect([silent.code, silent.out]).toEqual([2, ''])
    const wrong = await run('verify', ['--worker', serving.worker, '--env', '/dev/null'], {
      ADMIN_TOKEN: 'a-wrong-one',
    })
    expect([wrong.code, wrong.out, wrong.err.includes('a-wrong-one')]).toEqual([2, '', false])
  })
})
