/** The client against the sandbox, over real HTTP: every fault the sandbox knows and every position of its switches. */

import { beforeEach, describe, expect, inject, it } from 'vitest'
import { isUnknown } from '../../src/core/evidence/project.ts'
import { type ClientOptions, createClient } from '../../src/quantconnect/client.ts'
import { failureText, type Result } from '../../src/quantconnect/failure.ts'
import { isRunning } from '../../src/quantconnect/live.ts'
import { createMeter } from '../../src/quantconnect/meter.ts'
import { issuePermit } from '../../src/quantconnect/permit.ts'

declare module 'vitest' {
  interface ProvidedContext {
    sandbox: string
  }
}

const WORLD = `${inject('sandbox')}/w/quantconnect-client`

async function control<T>(path: string, body?: unknown): Promise<T> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(`${WORLD}/_sandbox/${path}`, init)
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

function faults(...given: { endpoint: string; kind: string; [more: string]: unknown }[]): Promise<unknown> {
  return control('faults', { faults: given.map((fault) => ({ calls: 'all', ...fault })) })
}

/** API calls the sandbox saw, as `endpoint`. */
async function calls(): Promise<string[]> {
  const requests = await control<{ path: string }[]>('requests')
  return requests.map(({ path }) => path.replace(/^.*\/api\/v2\/+/, ''))
}

/** A client that does not wait between tries; `aheadMs` sets its clock wrong. */
function clientOf(options: Partial<ClientOptions> = {}, aheadMs = 0) {
  const slept: number[] = []
  const client = createClient(
    { baseUrl: `${WORLD}/api/v2`, userId: '123', token: 'abc', timeoutMs: 5_000, listTimeoutMs: 5_000, ...options },
    {
      fetch: (input, init) => fetch(input, init),
      now: () => Date.now() + aheadMs,
      sleep: async (ms) => {
        slept.push(ms)
      },
      random: () => 0,
    },
  )
  return { client, slept, meter: createMeter(100) }
}

/** Kind of failure, or `ok`. */
function kind(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.failure.kind
}

const RESEARCH = {
  projectId: 11,
  name: '/Research//old/one',
  created: '2026-01-02 03:04:05',
  modified: '2026-02-03 04:05:06',
  description: 'Momentum, take 2',
  parameters: [{ key: 'fast', value: '12' }],
  libraries: [12],
  files: [
    { name: 'main.py', content: 'pass\n' },
    { name: 'lib/ünï.py', content: '# 日本 "quoted" \u2028\n' },
  ],
  backtests: [{ created: '2026-02-01 00:00:00' }, { created: '2026-02-02 00:00:00' }],
}
const LIBRARY = { projectId: 12, name: 'Library/Tools', modified: '2026-01-01 00:00:00' }
const LIVE = {
  projectId: 13,
  name: 'Production/live one',
  modified: '2026-03-01 00:00:00',
  live: [
    { status: 'Stopped', launched: '2026-01-05 00:00:00' },
    { status: 'Running', launched: '2026-02-05 00:00:00' },
  ],
}
const OTHERS = { projectId: 14, name: 'of somebody else', owner: false, modified: '2026-01-15 00:00:00' }

// A reset also ends all faults and puts every switch back.
beforeEach(() => control('reset', { workspace: [RESEARCH, LIBRARY, LIVE, OTHERS] }))

describe('over HTTP, reading', () => {
  it('sees the workspace as it is, and changes nothing', async () => {
    const { client, meter } = clientOf()
    expect(kind(await client.authenticate(meter))).toBe('ok')
    const list = await client.readProjects(meter)
    expect(list.ok && list.value.map(({ id }) => id)).toEqual([13, 11, 14, 12])
    const single = await client.readProject(11, meter)
    expect(single).toEqual({ ok: true, value: list.ok ? list.value[1] : null })
    expect(single).toMatchObject({
      value: {
        path: 'Research/old/one',
        created: Date.UTC(2026, 0, 2, 3, 4, 5),
        modified: Date.UTC(2026, 1, 3, 4, 5, 6),
        description: 'Momentum, take 2',
        parameters: [{ key: 'fast', value: '12' }],
        libraries: [12],
        owned: true,
        encrypted: false,
        codeRunning: false,
        lastLive: null,
      },
    })
    expect(list.ok && list.value[2]).toMatchObject({ owned: false })
    expect(await client.readFiles(11, meter)).toMatchObject({
      value: [
        { name: 'main.py', content: 'pass\n' },
        { name: 'lib/ünï.py', content: '# 日本 "quoted" \u2028\n' },
      ],
    })
    expect(await client.listBacktests(11, meter)).toEqual({ ok: true, value: { count: 2, last: Date.UTC(2026, 1, 2) } })
    expect(await client.listBacktests(12, meter)).toEqual({ ok: true, value: { count: 0, last: null } })
    const live = await client.listLive(meter)
    expect(live.ok && live.value.filter(({ status }) => isRunning(status)).map(({ projectId }) => projectId)).toEqual([
      13,
    ])
    expect(live.ok && live.value).toHaveLength(2)

    const seen = await calls()
    expect(seen).toHaveLength(meter.used)
    expect([...new Set(seen)].sort()).toEqual([
      'authenticate',
      'backtests/list',
      'files/read',
      'live/list',
      'projects/read',
    ])
  })

  it('says not found for a project that is not there', async () => {
    const { client, meter } = clientOf()
    expect(kind(await client.readProject(999, meter))).toBe('notFound')
    expect(kind(await client.readFiles(999, meter))).toBe('notFound')
    expect(kind(await client.listBacktests(999, meter))).toBe('notFound')
  })

  it('reads 2,100 projects in three pages and their end, the last one whatever the API makes of an end past the last', async () => {
    await control('reset', { workspace: Array.from({ length: 2_100 }, (_, n) => ({ name: `p/${n}`, files: [] })) })
    for (const [endPastLast, expected] of [
      ['clip', 4],
      ['refuse', 6],
    ] as const) {
      await control('switches', { endPastLast })
      const { client, meter } = clientOf()
      const list = await client.readProjects(meter)
      expect(list.ok && new Set(list.value.map(({ id }) => id)).size).toBe(2_100)
      expect(meter.used).toBe(expected)
    }
  })

  it('never accepts a list whose order changes between pages', async () => {
    await control('reset', { workspace: Array.from({ length: 1_100 }, (_, n) => ({ name: `p/${n}`, files: [] })) })
    await control('switches', { order: 'random' })
    const { client, meter } = clientOf()
    expect(kind(await client.readProjects(meter))).toBe('malformed')
  })

  it.each([
    { dates: 'iso' },
    { errorsOnSuccess: 'empty' },
    { parameters: 'named' },
    { parameters: 'records' },
    { parameters: 'map' },
    { libraries: 'ids' },
    { collaborators: 'old' },
    { endPastLast: 'refuse' },
    { startPastLast: 'refuse' },
    { count: 'present' },
    { pagingCountsBin: 'no', count: 'present' },
    { timestampUnit: 'either' },
  ])('reads the same with %j', async (switches) => {
    const { client, meter } = clientOf()
    const list = async () => {
      const read = await client.readProjects(meter)
      if (!read.ok) throw new Error(failureText(read.failure))
      return read.value.map((project) => ({ ...project, ownerName: '' })) // old answers do not name people
    }
    const usual = [await list(), await client.readFiles(11, meter)]
    await control('switches', switches)
    expect([await list(), await client.readFiles(11, meter)]).toEqual(usual)
  })

  it('G1: shows an owner, dates and libraries it cannot read as unknown', async () => {
    await control('edit', {
      projectId: 11,
      owner: null,
      libraries: null,
      created: 'yesterday',
      modified: '0000-00-00 00:00:00',
    })
    const { client, meter } = clientOf()
    const read = await client.readProject(11, meter)
    if (!read.ok) throw new Error(failureText(read.failure))
    const { libraries, created, modified } = read.value
    for (const fact of [libraries, created, modified]) expect(isUnknown(fact)).toBe(true)
  })
})

describe('over HTTP, every fault of a read', () => {
  it.each([
    ['status-408', 'transport'],
    ['status-500', 'transport'],
    ['status-502', 'transport'],
    ['status-503', 'transport'],
    ['status-504', 'transport'],
    ['refuse', 'transport'],
    ['refuse-messages', 'transport'],
    ['html', 'transport'],
    ['truncate', 'transport'],
    ['malformed', 'malformed'],
    ['reset-before', 'transport'],
    ['reset-after', 'transport'],
  ])('%s is tried again, and once it lasts is a failure of kind %s', async (fault, expected) => {
    const { client, slept, meter } = clientOf()
    await faults({ endpoint: 'projects/read', kind: fault, calls: [1, 2] })
    expect(kind(await client.readProjects(meter))).toBe('ok')
    expect([slept.length, meter.used]).toEqual([2, 4])

    await faults({ endpoint: 'projects/read', kind: fault })
    expect(kind(await client.readProjects(meter))).toBe(expected)
    expect(meter.used).toBe(7)
  })

  it.each([
    ['status-400', 'refused'],
    ['status-401', 'auth'],
    ['status-403', 'refused'],
    ['status-404', 'refused'],
    ['status-413', 'refused'],
    ['refuse-message', 'refused'],
    ['refuse-bare', 'refused'],
    ['no-success', 'malformed'],
    ['duplicate', 'malformed'],
  ])('%s is not tried again: %s', async (fault, expected) => {
    const { client, meter } = clientOf()
    await faults({ endpoint: '*', kind: fault })
    expect(kind(await client.readProjects(meter))).toBe(expected)
    expect(meter.used).toBe(1)
  })

  it('an empty HTTP 500 is forgiven once', async () => {
    const { client, meter } = clientOf()
    await faults({ endpoint: '*', kind: 'empty-500', calls: [1] })
    expect(kind(await client.readProjects(meter))).toBe('ok')
    await faults({ endpoint: '*', kind: 'empty-500' })
    expect(kind(await client.readProjects(meter))).toBe('auth')
  })

  it.each(['hang-before', 'hang-after'])('%s ends with the time-out', async (fault) => {
    const { client, meter } = clientOf({ listTimeoutMs: 60 })
    await faults({ endpoint: 'live/list', kind: fault, delayMs: 2_000 })
    expect(await client.listLive(meter)).toMatchObject({
      failure: { kind: 'transport', effect: 'none', detail: 'no answer within 60 ms' },
    })
    expect(meter.used).toBe(3)
  })

  it('a Retry-After is honoured', async () => {
    const { client, slept, meter } = clientOf()
    await faults({ endpoint: '*', kind: 'status-429', retryAfter: 7, calls: [1] })
    expect(kind(await client.listLive(meter))).toBe('ok')
    expect(slept).toEqual([7_000])
  })

  it('G1: a list cut short in number shows where it says how many there are', async () => {
    await control('switches', { count: 'present' })
    await faults({ endpoint: 'projects/read', kind: 'short' })
    const { client, meter } = clientOf()
    expect(kind(await client.readProjects(meter))).toBe('malformed')
  })
})

describe('over HTTP, credentials', () => {
  it.each(['200', '401', '500'])('a wrong token is a failure of credentials, also as HTTP %s', async (badHash) => {
    await control('switches', { badHash })
    const { client, meter } = clientOf({ token: 'not-the-token' })
    for (const result of [
      await client.authenticate(meter),
      await client.readProjects(meter),
      await client.listLive(meter),
    ]) {
      expect(kind(result)).toBe('auth')
      if (!result.ok) expect(failureText(result.failure)).not.toContain('not-the-token')
    }
  })

  it('an unknown user is one', async () => {
    const { client, meter } = clientOf({ userId: '999999' })
    expect(kind(await client.authenticate(meter))).toBe('auth')
  })

  it.each([-3 * 3_600_000, 3 * 3_600_000])('a clock that is wrong by %i ms is one', async (aheadMs) => {
    const { client, meter } = clientOf({}, aheadMs)
    const result = await client.authenticate(meter)
    expect(result).toMatchObject({ failure: { kind: 'auth', detail: expect.stringContaining('Invalid timestamp') } })
    if (!result.ok) expect(failureText(result.failure)).toContain('clock')
  })

  it('a lock after too many tries is one, and is not tried again', async () => {
    await control('switches', { lockoutAfter: 1 })
    const { client, meter } = clientOf({ token: 'not-the-token' })
    expect(kind(await client.authenticate(meter))).toBe('auth')
    expect(kind(await client.authenticate(meter))).toBe('auth')
    expect(meter.used).toBe(2)
  })
})

describe('over HTTP, mutations', () => {
  const remove = () => issuePermit({ endpoint: 'projects/delete', projectId: 11 })
  const nameOf = async (projectId: number): Promise<string> => {
    const { projects } = await control<{ projects: { projectId: number; name: string }[] }>('state')
    return projects.find((project) => project.projectId === projectId)?.name ?? ''
  }

  it('a delete moves to the bin, and the list shows it there', async () => {
    const { client, meter } = clientOf()
    expect(await client.mutate(remove(), meter)).toMatchObject({ effect: 'accepted', result: { ok: true } })
    expect(await client.readProject(11, meter)).toMatchObject({
      value: { name: expect.stringMatching(/^Recycle Bin\//) },
    })
  })

  it('an update changes name, description and parameters', async () => {
    const { client, meter } = clientOf()
    const parameters = [
      { key: 'fast & slow', value: '1=2' },
      { key: 'ü', value: '' },
    ]
    const permit = issuePermit({
      endpoint: 'projects/update',
      projectId: 11,
      name: 'a/b',
      description: 'x + y',
      parameters,
    })
    expect(await client.mutate(permit, meter)).toMatchObject({ effect: 'accepted' })
    expect(await client.readProject(11, meter)).toMatchObject({
      value: { name: 'a/b', description: 'x + y', parameters },
    })
    const clear = issuePermit({ endpoint: 'projects/update', projectId: 11, parameters: [] })
    await client.mutate(clear, meter)
    expect(await client.readProject(11, meter)).toMatchObject({ value: { name: 'a/b', parameters: [] } })
  })

  it('a create tells the name the cloud chose, and files can be written', async () => {
    const { client, meter } = clientOf()
    const create = () => issuePermit({ endpoint: 'projects/create', name: 'twice', language: 'Py' })
    await client.mutate(create(), meter)
    const { result } = await client.mutate(create(), meter)
    const created = result.ok ? result.value.created : null
    expect(created?.name).toBe('twice 1')
    const projectId = created?.id ?? 0
    await client.mutate(issuePermit({ endpoint: 'files/update', projectId, name: 'main.py', content: 'x = 1' }), meter)
    await client.mutate(issuePermit({ endpoint: 'files/create', projectId, name: 'more.py', content: 'y = 2' }), meter)
    const files = await client.readFiles(projectId, meter)
    expect(files.ok && new Map(files.value.map(({ name, content }) => [name, content]))).toEqual(
      new Map([
        ['main.py', 'x = 1'],
        ['more.py', 'y = 2'],
        ['research.ipynb', expect.any(String)],
      ]),
    )
  })

  it('a refusal says why', async () => {
    const { client, meter } = clientOf()
    const permit = issuePermit({ endpoint: 'projects/update', projectId: 11, name: LIBRARY.name })
    expect(await client.mutate(permit, meter)).toMatchObject({
      effect: 'none',
      result: { failure: { kind: 'refused', errors: [expect.any(String)] } },
    })
  })

  it.each([
    ['refuse', 'unknown', false],
    ['refuse-message', 'none', false],
    ['refuse-bare', 'none', false],
    ['throttle', 'none', false],
    ['status-400', 'none', false],
    ['status-401', 'none', false],
    ['status-404', 'none', false],
    ['status-413', 'none', false],
    ['status-429', 'none', false],
    ['status-503', 'unknown', false],
    ['empty-500', 'unknown', false],
    ['no-success', 'unknown', false],
    ['html', 'unknown', false],
    ['truncate', 'unknown', true],
    ['malformed', 'unknown', true],
    ['reset-before', 'unknown', false],
    ['reset-after', 'unknown', true],
    ['hang-before', 'unknown', false],
    ['hang-after', 'unknown', true],
  ] as const)('G10: %s is sent once; the effect is %s', async (fault, effect, happens) => {
    const { client, slept, meter } = clientOf(fault.startsWith('hang') ? { timeoutMs: 100 } : {})
    await faults({ endpoint: '*', kind: fault, ...(fault.startsWith('hang') ? { delayMs: 600 } : {}) })
    const mutated = await client.mutate(remove(), meter)
    expect(mutated).toMatchObject({ effect, result: { ok: false } })
    expect(mutated.answeredAt).toBeGreaterThanOrEqual(mutated.sentAt)
    expect([slept, meter.used]).toEqual([[], 1])
    expect((await calls()).filter((endpoint) => endpoint === 'projects/delete').length).toBeLessThanOrEqual(1)
    const binned = (await nameOf(11)).startsWith('Recycle Bin/')
    expect(binned).toBe(happens)
    if (effect === 'none') expect(binned).toBe(false)
  })
})
