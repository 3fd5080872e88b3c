import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/quantconnect/client.ts'
import { failureText, type Result } from '../../src/quantconnect/failure.ts'
import { createMeter } from '../../src/quantconnect/meter.ts'
import type { ClientOptions } from '../../src/quantconnect/options.ts'
import { issuePermit } from '../../src/quantconnect/permit.ts'
import { createTransport, type ReadEndpoint } from '../../src/quantconnect/transport.ts'
import { BASE, fakeApi, json, START, TOKEN } from './fake-api.ts'

const SUCCESS = { success: true }

/** Kind of failure, or `ok`. */
function kind(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.failure.kind
}

/** Answers with each of these in turn, the last one again and again. */
function inTurn(...answers: (() => Response)[]) {
  return (_: unknown, n: number) => (answers[n - 1] ?? answers.at(-1))?.() ?? new Response()
}

const empty500 = () => new Response(null, { status: 500 })
const busy = () => new Response('<html>busy</html>', { status: 503 })
const fine = () => json(SUCCESS)

describe('a request', () => {
  it('is a signed POST with JSON that follows no redirect', async () => {
    const { client, seen, meter } = fakeApi(fine)
    await client.authenticate(meter)
    const [request] = seen
    expect(request).toMatchObject({ path: 'authenticate', method: 'POST', body: '{}', init: { redirect: 'manual' } })
    expect(request?.headers.get('Content-Type')).toBe('application/json')
    expect(request?.headers.get('Timestamp')).toBe(String(START / 1_000))
    const credentials = atob(request?.headers.get('Authorization')?.replace('Basic ', '') ?? '')
    expect(credentials).toMatch(/^123:[0-9a-f]{64}$/)
  })

  it('is signed afresh for every attempt', async () => {
    const { client, seen, meter } = fakeApi(inTurn(busy, fine), { backoffMs: 3_000 })
    expect(kind(await client.authenticate(meter))).toBe('ok')
    expect(seen.map(({ headers }) => headers.get('Timestamp'))).toEqual([
      String(START / 1_000),
      String(START / 1_000 + 3),
    ])
    expect(new Set(seen.map(({ headers }) => headers.get('Authorization'))).size).toBe(2)
  })

  it('goes to the base address whatever slashes that ends with', async () => {
    const { client, seen, meter } = fakeApi(fine, { baseUrl: `${BASE}//` })
    await client.authenticate(meter)
    expect(seen[0]?.path).toBe('authenticate')
  })
})

const THROTTLED = 'HTTP 429 with a short wait'

describe('reads', () => {
  it.each([
    ['a connection that fails', () => Promise.reject(new Error('Network connection lost.'))],
    ['HTTP 503', busy],
    [THROTTLED, () => new Response(null, { status: 429, headers: { 'Retry-After': '5' } })],
    ['a hiccup', () => json({ success: false, errors: ['Failed to process request data, please try again shortly.'] })],
    ['a web page', () => new Response('<html></html>', { headers: { 'Content-Type': 'text/html' } })],
    ['an answer cut short', () => new Response('{"success":tr')],
    ['one empty HTTP 500', empty500],
  ] as const)('survive %s twice', async (what, fault) => {
    const wrong = fault === empty500 ? 1 : 2
    const { client, seen, slept, meter } = fakeApi((_, n) => (n <= wrong ? fault() : fine()))
    expect(kind(await client.authenticate(meter))).toBe('ok')
    expect(seen).toHaveLength(wrong + 1)
    // A wait that the server names wins over our own.
    expect(slept).toEqual((what === THROTTLED ? [5_000, 5_000] : [500, 1_000]).slice(0, wrong))
    expect(meter.used).toBe(wrong + 1)
  })

  it('give up after three tries with the last failure, which changed nothing', async () => {
    const { client, seen, meter } = fakeApi(busy)
    expect(await client.listLive(meter)).toEqual({
      ok: false,
      failure: { kind: 'transport', detail: 'HTTP 503', effect: 'none' },
    })
    expect(seen).toHaveLength(3)
  })

  it('wait as long as the server says', async () => {
    const throttled = () => new Response(null, { status: 429, headers: { 'Retry-After': '7' } })
    const { client, slept, meter } = fakeApi(inTurn(throttled, busy, fine))
    await client.authenticate(meter)
    expect(slept).toEqual([7_000, 1_000])
  })

  it('wait until the date the server names, but never over 30 seconds', async () => {
    const at = (date: string) => () => new Response(null, { status: 503, headers: { 'Retry-After': date } })
    const { client, slept, meter } = fakeApi(
      inTurn(at('Tue, 24 Nov 2026 10:00:04 GMT'), at('Wed, 25 Nov 2026 10:00:00 GMT'), fine),
    )
    await client.authenticate(meter)
    expect(slept).toEqual([4_000, 30_000])
  })

  it.each([
    ['HTTP 429 without a time', () => new Response(null, { status: 429 })],
    ['HTTP 429 with a long one', () => new Response(null, { status: 429, headers: { 'Retry-After': '31' } })],
    ['in-band throttling', () => json({ success: false, errors: ['Too many requests; please slow down.'] })],
  ] as const)(
    'are not repeated before the wait is over, which is longer than one waits here: %s',
    async (_, answer) => {
      const { client, seen, slept, meter } = fakeApi(answer)
      expect(kind(await client.authenticate(meter))).toBe('throttled')
      expect([seen.length, slept.length]).toEqual([1, 0])
      const patient = fakeApi(inTurn(answer, fine), { longestWaitMs: 60_000 })
      expect(kind(await patient.client.authenticate(patient.meter))).toBe('ok')
      expect(patient.slept[0]).toBeGreaterThanOrEqual(31_000)
    },
  )

  it('report the wait the server asked for when they give up', async () => {
    const throttled = () => new Response(null, { status: 429, headers: { 'Retry-After': '90' } })
    const { client, meter } = fakeApi(throttled, { tries: 1 })
    expect(await client.authenticate(meter)).toMatchObject({ failure: { kind: 'throttled', retryAfterMs: 90_000 } })
  })

  it('take an empty HTTP 500 for bad credentials only when it came twice', async () => {
    const twice = fakeApi(empty500)
    expect(kind(await twice.client.authenticate(twice.meter))).toBe('auth')
    expect(twice.seen).toHaveLength(2)

    const once = fakeApi(empty500, { tries: 1 })
    expect(kind(await once.client.authenticate(once.meter))).toBe('transport')

    const between = fakeApi(inTurn(empty500, busy, empty500))
    expect(kind(await between.client.authenticate(between.meter))).toBe('auth')
  })

  it.each([
    ['HTTP 401', () => new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Basic' } }), 'auth'],
    ['a wrong hash', () => json({ success: false, errors: ["Hash doesn't match."] }), 'auth'],
    ['HTTP 413', () => new Response(null, { status: 413 }), 'refused'],
    ['HTTP 404', () => new Response('<html></html>', { status: 404 }), 'refused'],
    ['a refusal', () => json({ success: false, errors: ['No.'] }), 'refused'],
    ['no success key', () => json({ live: [] }), 'malformed'],
    ['a redirect', () => new Response(null, { status: 302, headers: { Location: 'https://evil.test/' } }), 'transport'],
  ] as const)('do not repeat what a repeat cannot mend: %s', async (_, answer, expected) => {
    const { client, seen, meter } = fakeApi(answer)
    expect(kind(await client.authenticate(meter))).toBe(expected)
    expect(seen).toHaveLength(1)
  })

  it('give up on a silent server after the time-out', async () => {
    const { client, seen, meter } = fakeApi(() => new Promise<never>(() => undefined), { timeoutMs: 10 })
    const result = await client.authenticate(meter)
    expect(result).toMatchObject({ failure: { kind: 'transport', effect: 'none', detail: 'no answer within 10 ms' } })
    expect(seen).toHaveLength(3)
    expect(seen.every(({ init }) => init.signal?.aborted)).toBe(true)
  })

  it('wait for a list as long as its own time-out says, and for anything else no longer than theirs', async () => {
    const options = { timeoutMs: 10, listTimeoutMs: 40, tries: 1 }
    const { client, meter } = fakeApi(() => new Promise<never>(() => undefined), options)
    const lists = [client.readProjects(meter), client.readProject(7, meter), client.readFiles(7, meter)]
    for (const result of await Promise.all([...lists, client.listBacktests(7, meter), client.listLive(meter)])) {
      expect(result).toMatchObject({ failure: { detail: 'no answer within 40 ms' } })
    }
    expect(await client.authenticate(meter)).toMatchObject({ failure: { detail: 'no answer within 10 ms' } })
    const { result } = await client.mutate(issuePermit({ endpoint: 'projects/delete', projectId: 7 }), meter)
    expect(result).toMatchObject({ failure: { detail: 'no answer within 10 ms' } })
  })

  it('have at most five requests under way', async () => {
    let now = 0
    let most = 0
    const { client, meter } = fakeApi(async () => {
      now += 1
      most = Math.max(most, now)
      await scheduler.wait(1)
      now -= 1
      return json({ success: true, live: [] })
    })
    await Promise.all(Array.from({ length: 20 }, () => client.listLive(meter)))
    expect(most).toBe(5)
  })

  it('keep the pace between any two requests', async () => {
    const { client, slept, meter } = fakeApi(() => json({ success: true, live: [] }), { minIntervalMs: 250 })
    for (let n = 0; n < 3; n += 1) await client.listLive(meter)
    expect(slept).toEqual([250, 250])
  })

  it.each([
    'projects/delete',
    'projects/update',
    'projects/create',
    'files/delete',
    'projects/read/../delete',
    '',
    '/',
  ])('refuse %j at run time, whatever the types said', async (endpoint) => {
    const { deps, seen, meter } = fakeApi(fine)
    const transport = createTransport({ baseUrl: BASE, userId: '123', token: TOKEN }, deps)
    await expect(transport.read(endpoint as ReadEndpoint, { projectId: 1 }, meter)).rejects.toThrow(TypeError)
    expect(seen).toHaveLength(0)
    expect(meter.used).toBe(0)
  })
})

describe('the meter', () => {
  it('counts every attempt and stops everything when it is used up', async () => {
    const { client, seen } = fakeApi(fine)
    const meter = createMeter(2)
    expect(kind(await client.authenticate(meter))).toBe('ok')
    expect(kind(await client.authenticate(meter))).toBe('ok')
    expect(kind(await client.authenticate(meter))).toBe('budget')
    expect(kind((await client.mutate(issuePermit({ endpoint: 'projects/delete', projectId: 1 }), meter)).result)).toBe(
      'budget',
    )
    expect(seen).toHaveLength(2)
    expect(meter.used).toBe(2)
  })

  it('stops a repeat too: the read is to be made again with the next allowance', async () => {
    const { client, seen } = fakeApi(busy)
    expect(kind(await client.authenticate(createMeter(2)))).toBe('budget')
    expect(seen).toHaveLength(2)
  })
})

describe('G20: secrets', () => {
  const faults: readonly [string, (sent: string) => Response | Promise<Response>][] = [
    ['errors', (sent) => json({ success: false, errors: [sent] })],
    ['messages', (sent) => json({ success: false, messages: [sent] })],
    ['Message', (sent) => json({ success: false, Message: sent })],
    ['an error object', (sent) => json({ success: false, errors: [{ sent }] })],
    ['a credentials error', (sent) => json({ success: false, errors: [`Hash doesn't match: ${sent}`] })],
    ['a time error', (sent) => json({ success: false, errors: [`Invalid timestamp, value received: ${sent}`] })],
    ['a throttling error', (sent) => json({ success: false, errors: [`Too many from ${sent}`] })],
    ['HTTP 401', (sent) => json({ success: false, errors: [sent] }, { status: 401 })],
    ['HTTP 400', (sent) => new Response(sent, { status: 400 })],
    ['HTTP 503', (sent) => new Response(sent, { status: 503 })],
    ['a page', (sent) => new Response(`<html>${sent}</html>`)],
    ['text', (sent) => new Response(sent)],
    ['a redirect', (sent) => new Response(null, { status: 302, headers: { Location: `https://evil.test/?${sent}` } })],
    ['Retry-After', (sent) => new Response(null, { status: 429, headers: { 'Retry-After': sent } })],
    ['a broken connection', (sent) => Promise.reject(new Error(`cannot send ${sent}`))],
    [
      'a row',
      (sent) => json({ success: true, projects: [{ projectId: sent }], live: [{ status: sent }], [sent]: sent }),
    ],
    ['the success key', (sent) => json({ success: sent })],
  ]

  it.each(faults)('never come back in a failure when the server echoes them in %s', async (_, answer) => {
    const planted: string[] = [TOKEN, TOKEN.toUpperCase()]
    const { client, seen, meter } = fakeApi((request) => {
      const credentials = request.headers.get('Authorization') ?? ''
      const timestamp = request.headers.get('Timestamp') ?? ''
      const encoded = credentials.replace('Basic ', '')
      const hash = atob(encoded).split(':')[1] ?? ''
      planted.push(encoded, hash, hash.toUpperCase())
      return answer(`${TOKEN} ${TOKEN.toUpperCase()} ${credentials} ${hash} ${hash.toUpperCase()} ${timestamp}`)
    })
    const results: Result<unknown>[] = [
      await client.authenticate(meter),
      await client.readProjects(meter),
      await client.readProject(7, meter),
      await client.listLive(meter),
      (await client.mutate(issuePermit({ endpoint: 'projects/create', name: 'a', language: 'Py' }), meter)).result,
    ]
    const failures = results.filter((result) => !result.ok)
    expect(failures.length).toBeGreaterThan(2)
    expect(seen.length).toBeGreaterThan(4)
    for (const { failure } of failures) {
      const shown = `${JSON.stringify(failure)} ${failureText(failure)}`
      for (const secret of planted) expect(shown).not.toContain(secret)
    }
  })

  it('G29 are hidden as a whole only, and the time of a clock error stays, for it says what is wrong', async () => {
    const piece = TOKEN.slice(2, -2)
    const { client, meter } = fakeApi((request) => {
      const time = request.headers.get('Timestamp') ?? ''
      return json({ success: false, errors: [`Name ${piece} is taken at ${time}; sent by ${TOKEN}.`] })
    })
    const result = await client.readProjects(meter)
    const shown = result.ok ? '' : failureText(result.failure)
    expect(shown).toMatch(new RegExp(`Name ${piece} is taken at \\d{10}; sent by \\[secret\\]\\.`))
  })

  it('are not part of the errors for wrong options', () => {
    const { deps } = fakeApi(fine)
    for (const wrong of [{ baseUrl: `ftp://${TOKEN}` }, { userId: TOKEN }, { tries: Number.NaN }]) {
      try {
        createClient({ userId: '123', token: TOKEN, ...wrong }, deps)
        expect.unreachable()
      } catch (error) {
        expect(String(error)).toContain('TypeError')
        expect(String(error)).not.toContain(TOKEN)
      }
    }
  })
})

describe('options', () => {
  it.each<[string, Partial<ClientOptions>]>([
    ['an address of another kind', { baseUrl: 'ftp://x/api' }],
    ['no address', { baseUrl: '' }],
    ['an address with credentials in it', { baseUrl: 'https://a:b@x/api' }],
    ['an address with a query, which would swallow the endpoint', { baseUrl: `${BASE}/projects/delete?x=` }],
    ['an address with a fragment', { baseUrl: `${BASE}/projects/delete#` }],
    ['a user that is not digits', { userId: 'me' }],
    ['no user', { userId: '' }],
    ['no token', { token: ' ' }],
    ['no tries', { tries: 0 }],
    ['half a try', { tries: 1.5 }],
    ['no lanes', { maxInFlight: 0 }],
    ['a negative pace', { minIntervalMs: -1 }],
    ['a negative back-off', { backoffMs: -1 }],
    ['a time-out of nothing', { timeoutMs: 0 }],
    ['a time-out of nothing for lists', { listTimeoutMs: 0 }],
  ])('refuse %s at once', (_, wrong) => {
    expect(() => fakeApi(fine, wrong)).toThrow(TypeError)
  })
})
