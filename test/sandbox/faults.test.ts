import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answered, type Client, newWorld, sign } from './client.ts'
import { endpoints } from './endpoints.ts'
import { faultKinds } from './faults.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

async function worldWith(...workspace: object[]): Promise<Client> {
  const client = newWorld(sandbox.url)
  await client.control('reset', { workspace })
  return client
}

async function fault(client: Client, kind: string, more: object = {}): Promise<void> {
  const { status, text } = await client.control('faults', { faults: [{ endpoint: '*', calls: 'all', kind, ...more }] })
  if (status !== 200) throw new Error(text)
}

interface Wire {
  readonly text: string
  readonly end: 'closed' | 'reset' | 'answered'
}

/** One POST over a bare socket: every byte that came, and how it ended. */
function onTheWire(client: Client, endpoint: string, body = ''): Promise<Wire> {
  const url = new URL(`${client.api}/${endpoint}`)
  const signed = Object.entries(sign(123, 'abc')).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n${signed.join('')}`
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8')
      const [, length, rest] = /content-length: (\d+)[\s\S]*?\r\n\r\n([\s\S]*)$/i.exec(text) ?? []
      if (rest === undefined || Buffer.byteLength(rest) < Number(length)) return
      resolve({ text, end: 'answered' })
      socket.destroy()
    })
    socket.on('end', () => resolve({ text, end: 'closed' }))
    socket.on('error', () => resolve({ text, end: 'reset' }))
    socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  })
}

async function bins(client: Client): Promise<boolean> {
  const { projects } = (await client.control('state')).body
  return projects.some((each: { name: string }) => each.name.startsWith('Recycle Bin/'))
}

const deletion = '{"projectId":5}'

describe('faults on the wire', () => {
  it.each(['reset-before', 'reset-after'])('%s resets the connection without a byte', async (kind) => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    await fault(client, kind)
    expect(await onTheWire(client, 'projects/delete', deletion)).toEqual({ text: '', end: 'reset' })
    expect(await bins(client)).toBe(kind === 'reset-after')
    const log = (await client.control('requests')).body[0]
    expect(log).toMatchObject({ path: 'projects/delete', status: null, success: null, fault: kind })
  })

  it.each(['hang-before', 'hang-after'])('%s is silent for delayMs and then resets', async (kind) => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    await fault(client, kind, { delayMs: 300 })
    const began = performance.now()
    expect(await onTheWire(client, 'projects/delete', deletion)).toEqual({ text: '', end: 'reset' })
    expect(performance.now() - began).toBeGreaterThan(280)
    expect(await bins(client)).toBe(kind === 'hang-after')
  })

  it('truncate breaks off in the middle of the answer, after the effect', async () => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    await fault(client, 'truncate')
    const { text, end } = await onTheWire(client, 'projects/read')
    expect(end).toBe('closed')
    const [, length, rest = ''] = /content-length: (\d+)[\s\S]*?\r\n\r\n([\s\S]*)$/i.exec(text) ?? []
    expect(rest.length).toBe(Math.floor(Number(length) / 2))
    expect(rest).toMatch(/^\{"projects":\[/)
    await onTheWire(client, 'projects/delete', deletion)
    expect(await bins(client)).toBe(true)
    await expect(client.post('projects/read')).rejects.toThrow()
  })

  it('malformed is a whole HTTP answer of half the JSON, after the effect', async () => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    await fault(client, 'malformed')
    const { status, text } = await client.post('projects/delete', { projectId: 5 })
    expect([status, text]).toEqual([200, '{"succes'])
    expect(() => JSON.parse(text)).toThrow()
    expect(await bins(client)).toBe(true)
  })

  it('slow answers late, and in full', async () => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    await fault(client, 'slow', { delayMs: 200 })
    const began = performance.now()
    expect((await onTheWire(client, 'projects/read')).end).toBe('answered')
    expect(performance.now() - began).toBeGreaterThan(180)
  })
})

describe('faults instead of an answer have no effect', () => {
  const cases: readonly (readonly [string, number, (answer: Answered) => void])[] = [
    ['status-400', 400, ({ text }) => expect(text).toContain('<html>')],
    [
      'status-401',
      401,
      ({ headers, text }) => expect([headers.get('www-authenticate'), text]).toEqual(['Basic realm="api"', '']),
    ],
    ['status-403', 403, ({ text }) => expect(text).toContain('403 Forbidden')],
    ['status-404', 404, ({ text }) => expect(text).toContain('404 Not Found')],
    ['status-413', 413, ({ text }) => expect(text).toContain('413')],
    ['status-429', 429, ({ text }) => expect(text).toContain('429 Too Many Requests')],
    ['status-500', 500, ({ text }) => expect(text).toContain('500')],
    ['status-502', 502, ({ headers }) => expect(headers.get('content-type')).toBe('text/html')],
    ['status-503', 503, ({ text }) => expect(text).toContain('503 Service Unavailable')],
    ['status-504', 504, ({ text }) => expect(text).toContain('504 Gateway Timeout')],
    ['empty-500', 500, ({ text }) => expect(text).toBe('')],
    [
      'refuse',
      200,
      ({ body }) => expect(body).toEqual({ errors: [expect.stringContaining('try again')], success: false }),
    ],
    ['throttle', 200, ({ body }) => expect(body.errors).toEqual(['Too many backtest requests; please slow down.'])],
    ['refuse-messages', 200, ({ body }) => expect(body).toEqual({ messages: [expect.any(String)], success: false })],
    ['refuse-message', 200, ({ body }) => expect(body).toEqual({ Message: 'Internal Error 21', success: false })],
    ['refuse-bare', 200, ({ text }) => expect(text).toBe('{"success":false}')],
    ['no-success', 200, ({ text }) => expect(text).toBe('{"projects":[]}')],
    ['html', 200, ({ text }) => expect(text).toContain('<html>')],
  ]

  it.each(cases)('%s', async (kind, status, check) => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    await fault(client, kind)
    const answer = await client.post('projects/delete', { projectId: 5 })
    expect(answer.status).toBe(status)
    check(answer)
    expect(await bins(client)).toBe(false)
    expect((await client.control('requests')).body[0]).toMatchObject({ status, fault: kind })
  })

  it('carries Retry-After when asked to, in seconds or as a date', async () => {
    const client = await worldWith()
    await fault(client, 'status-429', { retryAfter: 3 })
    expect((await client.post('projects/read')).headers.get('retry-after')).toBe('3')
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT'
    await fault(client, 'throttle', { retryAfter: date })
    expect((await client.post('projects/read')).headers.get('retry-after')).toBe(date)
    await fault(client, 'status-503')
    expect((await client.post('projects/read')).headers.get('retry-after')).toBeNull()
  })
})

describe('faults in lists', () => {
  async function names(client: Client): Promise<string[]> {
    return (await client.post('projects/read')).body.projects.map((each: { name: string }) => each.name)
  }

  it('stale shows projects, live and files as they were a minute ago', async () => {
    const client = await worldWith({ projectId: 5, name: 'p' }, { projectId: 6, name: 'q', live: [{}] })
    await client.control('clock', { advance: 120_000 })
    await client.post('projects/update', { projectId: 5, name: 'renamed' })
    await client.post('projects/create', { name: 'new', language: 'Py' })
    await client.post('files/create', { projectId: 5, name: 'a.py', content: 'x' })
    await client.post('live/update/stop', { projectId: 6 })
    await client.post('projects/delete', { projectId: 6 })
    await client.control('clock', { advance: 59_000 })
    await fault(client, 'stale')
    expect((await names(client)).toSorted()).toEqual(['p', 'q'])
    expect((await client.post('live/list')).body.live[0]).toMatchObject({ status: 'Running', stopped: null })
    expect((await client.post('files/read', { projectId: 5 })).body.files).toHaveLength(1)
    await client.control('clock', { advance: 2000 })
    expect((await names(client)).toSorted()).toEqual(['Recycle Bin/q', 'new', 'renamed'])
  })

  it('stale never loses a change', async () => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    await fault(client, 'stale')
    await client.post('projects/delete', { projectId: 5 })
    expect(await bins(client)).toBe(true)
  })

  it('short leaves a third of the rows out', async () => {
    const client = await worldWith(...[1, 2, 3, 4].map((n) => ({ name: `p${n}` })))
    await fault(client, 'short')
    const { body } = await client.post('projects/read')
    expect(body.success).toBe(true)
    expect(body.projects).toHaveLength(2)
  })

  it('duplicate gives one row twice', async () => {
    const client = await worldWith({ name: 'p1' }, { name: 'p2' })
    await fault(client, 'duplicate')
    const got = await names(client)
    expect([got.length, new Set(got).size]).toEqual([3, 2])
  })
})

describe('faults in rows', () => {
  const three = [1, 2, 3].map((n) => ({ projectId: n, name: `p${n}`, files: [{ name: 'a' }], backtests: [{}] }))

  async function rows(client: Client): Promise<{ readonly [field: string]: unknown }[]> {
    return (await client.post('projects/read')).body.projects
  }

  it('empty is a success without rows, whose count may say otherwise', async () => {
    const client = await worldWith(...three)
    await fault(client, 'empty')
    expect(await rows(client)).toEqual([])
    expect((await client.post('files/read', { projectId: 1 })).body).toMatchObject({ files: [], success: true })
    const { body } = await client.post('backtests/list', { projectId: 1 })
    expect(body).toEqual({ backtests: [], count: 0, success: true })
    await fault(client, 'empty-counted')
    expect((await client.post('backtests/list', { projectId: 1 })).body).toMatchObject({ backtests: [], count: 1 })
  })

  it('omit and shuffle differ from call to call, the same for the same seed', async () => {
    const client = await worldWith(...Array.from({ length: 15 }, (_, n) => ({ name: `p${n}` })))
    for (const [kind, length] of [
      ['omit', 13],
      ['shuffle', 15],
    ] as const) {
      await fault(client, kind, { seed: 3 })
      const [one, two] = [await rows(client), await rows(client)]
      expect([one.length, two.length]).toEqual([length, length])
      expect(one).not.toEqual(two)
      await fault(client, kind, { seed: 3 })
      expect([await rows(client), await rows(client)]).toEqual([one, two])
    }
  })

  it('odd-row damages one field of the row that is meant, lost-field takes it away', async () => {
    const client = await worldWith(...three)
    await fault(client, 'odd-row', { row: 'p2', field: 'language' })
    expect((await rows(client)).map((row) => row.language).toSorted()).toEqual(['Py', 'Py', null])
    await fault(client, 'odd-row', { row: '3', field: 'libraries', value: [{ projectId: null }] })
    expect((await rows(client)).find((row) => row.projectId === 3)?.libraries).toEqual([{ projectId: null }])
    await fault(client, 'lost-field', { row: 0, field: 'name' })
    expect((await rows(client)).map((row) => 'name' in row)).toEqual([false, true, true])
    await fault(client, 'lost-field', { row: 1, seed: 5 })
    const [whole, less] = await rows(client)
    expect(Object.keys(less ?? {})).toHaveLength(Object.keys(whole ?? {}).length - 1)
  })
})

describe('when a fault strikes', () => {
  async function statuses(client: Client, calls: number, endpoint = 'authenticate'): Promise<number[]> {
    const got: number[] = []
    for (let n = 0; n < calls; n += 1) got.push((await client.post(endpoint)).status)
    return got
  }

  it('counts the calls to its endpoint from 1, from when it was set', async () => {
    const client = await worldWith()
    await statuses(client, 3)
    await fault(client, 'status-503', { endpoint: 'authenticate', calls: [2, 3] })
    await statuses(client, 2, 'projects/read')
    expect(await statuses(client, 4)).toEqual([200, 503, 503, 200])
  })

  it('counts each fault by itself; the first that fires wins', async () => {
    const client = await worldWith()
    const faults = [
      { endpoint: 'authenticate', calls: [1], kind: 'status-502' },
      { endpoint: '*', calls: [1, 2], kind: 'status-503' },
    ]
    await client.control('faults', { faults })
    expect(await statuses(client, 3)).toEqual([502, 503, 200])
    await client.control('faults', { faults: [] })
    expect(await statuses(client, 2)).toEqual([200, 200])
  })

  it('strikes by chance, the same for the same seed', async () => {
    const client = await worldWith()
    async function series(seed: number): Promise<string> {
      await fault(client, 'status-503', { calls: { chance: 0.4, seed } })
      return (await statuses(client, 40)).join()
    }
    const [first, second, third] = [await series(1), await series(1), await series(2)]
    expect(first).toBe(second)
    expect(first).not.toBe(third)
    const struck = first.split(',').filter((each) => each === '503').length
    expect(struck).toBeGreaterThan(6)
    expect(struck).toBeLessThan(28)
  })

  it('strikes every endpoint for a while from its first call on, and then never again', async () => {
    const client = await worldWith()
    await fault(client, 'throttle', { calls: [2], forMs: 300, text: 'Rate limit exceeded', retryAfter: 1 })
    const first = await client.post('authenticate')
    const second = await client.post('projects/read')
    const third = await client.post('live/list')
    expect([first.body.success, second.body.errors, third.body.errors]).toEqual([
      true,
      ['Rate limit exceeded'],
      ['Rate limit exceeded'],
    ])
    expect(third.headers.get('retry-after')).toBe('1')
    await new Promise((resolve) => setTimeout(resolve, 320))
    expect((await client.post('live/list')).body.success).toBe(true)
    expect((await client.post('live/list')).body.success).toBe(true)
  })

  it('refuses an endpoint that does not exist, naming the nearest, and takes every one that does', async () => {
    const client = await worldWith()
    const slip = await client.control('faults', { faults: [{ endpoint: 'projects/raed', kind: 'status-503' }] })
    expect([slip.status, slip.body.error]).toEqual([400, expect.stringContaining('did you mean "projects/read"?')])
    for (const endpoint of ['', 'projects', 'qqqqqqqq', 'constructor']) {
      const { status } = await client.control('faults', { faults: [{ endpoint, kind: 'status-503' }] })
      expect([endpoint, status]).toEqual([endpoint, 400])
    }
    for (const endpoint of ['*', '/projects/read/', ...Object.keys(endpoints)]) {
      const { status } = await client.control('faults', { faults: [{ endpoint, kind: 'status-503' }] })
      expect([endpoint, status]).toEqual([endpoint, 200])
    }
  })

  it('refuses a fault it does not know, naming the valid ones', async () => {
    const client = await worldWith()
    for (const strange of [
      { kind: 'explode' },
      { kind: 'status-200' },
      { calls: [0] },
      { calls: 'some' },
      { often: 1 },
      { delayMs: -1 },
      { forMs: 'long' },
      { value: 1 },
      { kind: 'odd-row', row: -1 },
      { kind: 'odd-row', field: '' },
      { kind: 'throttle', text: 5 },
      { kind: 'omit', seed: 'x' },
    ]) {
      const faults = [{ endpoint: '*', kind: 'html', ...strange }]
      const { status, body } = await client.control('faults', { faults })
      expect(status).toBe(400)
      expect(body.error).toMatch(
        /There is no fault|calls is|A fault (has no|of kind)|(delayMs|forMs|row|field|text|seed) is/,
      )
    }
    const { error } = (await client.control('faults', { faults: [{ endpoint: '*', kind: 'explode' }] })).body
    for (const kind of Object.keys(faultKinds)) expect(error).toContain(kind)
  })
})
