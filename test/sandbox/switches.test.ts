import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answered, ask, type Client, newWorld, sign } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'
import { switchTable } from './switch-table.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const start = Date.UTC(2026, 5, 1, 8)
const other = 'd6d62db48592c72e67b534553413b691'

/** A world with one switch moved. */
async function world(switches: object, ...workspace: object[]): Promise<Client> {
  const client = newWorld(sandbox.url)
  const steps = [
    await client.control('reset', { workspace }),
    await client.control('clock', { now: start, hold: true }),
    await client.control('switches', switches),
  ]
  for (const { status, text } of steps) if (status !== 200) throw new Error(text)
  return client
}

async function names(client: Client, request: object = {}): Promise<string[]> {
  const { projects = [] } = (await client.post('projects/read', request)).body
  return projects.map((each: { name: string }) => each.name)
}

async function only(client: Client): Promise<Record<string, unknown>> {
  return (await client.post('projects/read', { projectId: 5 })).body.projects[0]
}

async function succeeds(client: Client, endpoint: string, request: object): Promise<boolean> {
  return (await client.post(endpoint, request)).body.success
}

/** Whether a call moves `modified` of project 5, ten seconds later. */
async function moves(client: Client, endpoint: string, request: object): Promise<boolean> {
  const before = (await only(client)).modified
  await client.control('clock', { advance: 10_000 })
  await client.post(endpoint, request)
  return (await only(client)).modified !== before
}

async function built(client: Client): Promise<string> {
  const { compileId } = (await client.post('compile/create', { projectId: 5 })).body
  await client.control('clock', { advance: 1000 })
  return compileId
}

async function wrongToken(client: Client): Promise<{ status: number; text: string }> {
  return ask(`${client.api}/authenticate`, { headers: sign(123, 'wrong') })
}

async function signedAt(client: Client, seconds: number): Promise<boolean> {
  return (await ask(`${client.api}/authenticate`, { headers: sign(123, 'abc', Math.floor(seconds)) })).body.success
}

const p = { projectId: 5, name: 'p' }
const yesNo = (first: boolean) => ({ yes: first, no: !first })

/** What each value of each switch does; a switch without an entry fails the first test below. */
const cases: { readonly [name: string]: { readonly [value: string]: () => Promise<void> } } = {
  badHash: {
    200: async () => expect((await wrongToken(await world({ badHash: '200' }))).text).toContain('"success":false'),
    401: async () => expect(await wrongToken(await world({ badHash: '401' }))).toMatchObject({ status: 401, text: '' }),
    500: async () => expect(await wrongToken(await world({ badHash: '500' }))).toMatchObject({ status: 500, text: '' }),
  },
  authClock: {
    real: async () => expect(await signedAt(await world({}), start / 1000)).toBe(false),
    sandbox: async () => expect(await signedAt(await world({ authClock: 'sandbox' }), start / 1000)).toBe(true),
  },
  pastToleranceSeconds: {
    number: async () =>
      expect(await signedAt(await world({ pastToleranceSeconds: 60 }), Date.now() / 1000 - 70)).toBe(false),
  },
  futureSlackSeconds: {
    number: async () =>
      expect(await signedAt(await world({ futureSlackSeconds: 0 }), Date.now() / 1000 + 5)).toBe(false),
  },
  timestampUnit: {
    seconds: async () => expect(await signedAt(await world({}), Date.now())).toBe(false),
    either: async () => expect(await signedAt(await world({ timestampUnit: 'either' }), Date.now())).toBe(true),
  },
  lockoutAfter: {
    number: async () => {
      const client = await world({ lockoutAfter: 2 })
      await wrongToken(client)
      expect(await signedAt(client, Date.now() / 1000)).toBe(true)
      await wrongToken(client)
      await wrongToken(client)
      expect((await client.post('authenticate')).body.errors[0]).toContain('Too many failed attempts')
      expect((await client.as(456, 'def').post('authenticate')).body.success).toBe(true)
    },
  },
  dates: {
    forms: async () => {
      for (const [form, shown] of Object.entries({
        spaced: '2026-06-01 08:00:00',
        iso: '2026-06-01T08:00:00.000Z',
        Z: '2026-06-01T08:00:00Z',
        '+0000': '2026-06-01T08:00:00+0000',
        '+00:00': '2026-06-01T08:00:00+00:00',
        '-0530': '2026-06-01T02:30:00-0530',
      })) {
        const client = await world({ dates: form }, { ...p, created: start })
        expect((await only(client)).created).toBe(shown)
      }
      const one = { ...p, created: start, modified: start, lastLiveDeployment: start, files: [{ name: 'a' }] }
      const dates = { lastLiveDeployment: '+0000', created: 'iso', 'files.modified': '+05:00', '*': 'Z' }
      const client = await world({ dates }, one)
      expect(await only(client)).toMatchObject({
        created: '2026-06-01T08:00:00.000Z',
        modified: '2026-06-01T08:00:00Z',
        lastLiveDeployment: '2026-06-01T08:00:00+0000',
      })
      const { files } = (await client.post('files/read', { projectId: 5 })).body
      expect(files[0].modified).toBe('2026-06-01T13:00:00+05:00')
    },
  },
  noDate: {
    null: async () => expect((await only(await world({}, p))).lastLiveDeployment).toBeNull(),
    empty: async () => expect((await only(await world({ noDate: 'empty' }, p))).lastLiveDeployment).toBe(''),
    zero: async () => {
      const client = await world({ noDate: 'zero' }, p, { live: [{}] })
      expect((await only(client)).lastLiveDeployment).toBe('0000-00-00 00:00:00')
      expect((await client.post('live/list')).body.live[0].stopped).toBe('0000-00-00 00:00:00')
    },
  },
  contentType: {
    'application/json': async () => expect(await typeOf(await world({}))).toBe('application/json'),
    'text/html': async () => expect(await typeOf(await world({ contentType: 'text/html' }))).toBe('text/html'),
  },
  errorsOnSuccess: {
    absent: async () => expect((await (await world({})).post('authenticate')).text).toBe('{"success":true}'),
    empty: async () => {
      const client = await world({ errorsOnSuccess: 'empty' })
      expect((await client.post('authenticate')).text).toBe('{"errors":[],"success":true}')
    },
  },
  parameters: Object.fromEntries(
    Object.entries({
      list: [{ key: 'k', value: 'v' }],
      named: [{ name: 'k', value: 'v' }],
      records: { k: { key: 'k', value: 'v' } },
      map: { k: 'v' },
    }).map(([value, shown]) => [
      value,
      async () => {
        const client = await world({ parameters: value }, p)
        expect((await only(client)).parameters).toEqual([])
        await client.post('projects/update', { projectId: 5, parameters: [{ key: 'k', value: 'v' }] })
        expect((await only(client)).parameters).toEqual(shown)
      },
    ]),
  ),
  libraries: {
    objects: async () => {
      const client = await world({}, { ...p, libraries: [6] }, { projectId: 6, name: 'Library/l' })
      expect((await only(client)).libraries).toMatchObject([{ projectId: 6 }])
    },
    ids: async () => {
      const client = await world({ libraries: 'ids' }, { ...p, libraries: [6] }, { projectId: 6, name: 'Library/l' })
      expect((await only(client)).libraries).toEqual([6])
    },
  },
  collaborators: {
    current: async () =>
      expect((await only(await world({}, p))).collaborators).toMatchObject([{ permission: 'write' }]),
    old: async () => {
      const client = await world({ collaborators: 'old' }, p)
      expect((await only(client)).collaborators).toMatchObject([{ epermission: 'write', blivecontrol: true }])
    },
  },
  bodyLimitBytes: {
    number: async () => {
      const client = await world({ bodyLimitBytes: 100 }, p)
      const content = 'x'.repeat(100)
      expect((await client.post('files/update', { projectId: 5, name: 'main.py', content })).status).toBe(413)
    },
  },
  order: {
    modified: async () => expect(await names(await world({}, ...ordered))).toEqual(['b', 'a', 'c']),
    created: async () => expect(await names(await world({ order: 'created' }, ...ordered))).toEqual(['c', 'b', 'a']),
    id: async () => expect(await names(await world({ order: 'id' }, ...ordered))).toEqual(['c', 'b', 'a']),
    name: async () => expect(await names(await world({ order: 'name' }, ...ordered))).toEqual(['a', 'b', 'c']),
    random: async () => {
      const client = await world({ order: 'random' }, ...ordered)
      const seen = new Set<string>()
      for (let n = 0; n < 30; n += 1) seen.add((await names(client)).join())
      expect(seen.size).toBeGreaterThan(1)
    },
  },
  endPastLast: {
    clip: async () => expect(await names(await world({}, p), { end: 9 })).toEqual(['p']),
    refuse: async () =>
      expect(await succeeds(await world({ endPastLast: 'refuse' }, p), 'projects/read', { end: 2 })).toBe(false),
  },
  startPastLast: {
    empty: async () => expect(await names(await world({}, p), { start: 4 })).toEqual([]),
    refuse: async () =>
      expect(await succeeds(await world({ startPastLast: 'refuse' }, p), 'projects/read', { start: 1 })).toBe(false),
  },
  pageCap: {
    number: async () => {
      const client = await world({ pageCap: 2, order: 'id' }, ...ordered)
      expect(await names(client, { start: 0, end: 3 })).toEqual(['c', 'b'])
      expect(await names(client, { start: 0 })).toEqual(['c', 'b'])
      expect(await names(client, { start: 2, end: 3 })).toEqual(['a'])
      expect(await names(client)).toHaveLength(3)
    },
  },
  listCap: {
    number: async () => {
      const client = await world({ listCap: 2, order: 'id' }, ...ordered)
      expect(await names(client)).toEqual(['c', 'b'])
      expect(await names(client, { start: 0, end: 3 })).toHaveLength(3)
    },
  },
  listOmits: {
    number: async () => {
      const [first, again] = [await readings({ listOmits: 1 }), await readings({ listOmits: 1 })]
      expect(new Set(first)).toEqual(new Set(['ba', 'bc', 'ac']))
      expect(first).toEqual(again)
    },
  },
  pagingCountsBin: {
    yes: async () => expect(await names(await world({}, p, twin), { end: 9 })).toHaveLength(2),
    no: async () => expect(await names(await world({ pagingCountsBin: 'no' }, p, twin), { end: 9 })).toEqual(['p']),
  },
  count: {
    absent: async () => expect((await (await world({}, p)).post('projects/read')).body).not.toHaveProperty('count'),
    present: async () =>
      expect((await (await world({ count: 'present' }, p)).post('projects/read')).body.count).toBe(1),
  },
  withoutOrganization: {
    all: async () => expect(await names(await world({}, p, { organizationId: other }))).toHaveLength(2),
    preferred: async () => {
      const client = await world({ withoutOrganization: 'preferred' }, p, { organizationId: other })
      expect(await names(client)).toEqual(['p'])
    },
  },
  suffix: Object.fromEntries(
    Object.entries({ smallest: 'x 1', highest: 'x 6', nested: 'x 1' }).map(([suffix, name]) => [
      suffix,
      async () => {
        const client = await world({ suffix }, { name: 'x' }, { name: 'x 5' })
        expect((await client.post('projects/create', { name: 'x', language: 'Py' })).body.projects[0].name).toBe(name)
        const second = (await client.post('projects/create', { name: 'x', language: 'Py' })).body.projects[0].name
        expect(second).toBe({ smallest: 'x 2', highest: 'x 7', nested: 'x 1 1' }[suffix])
      },
    ]),
  ),
  nameCase: {
    exact: async () => expect(await created(await world({}, p), 'P')).toBe('P'),
    insensitive: async () => expect(await created(await world({ nameCase: 'insensitive' }, p), 'P')).toBe('P 1'),
  },
  uniqueness: {
    user: async () => expect(await created(await world({}, { name: 'x', ownerId: 456 }), 'x')).toBe('x'),
    organization: async () => {
      const client = await world(
        { uniqueness: 'organization' },
        { name: 'x', ownerId: 456 },
        { name: 'y', organizationId: other },
      )
      expect([await created(client, 'x'), await created(client, 'y')]).toEqual(['x 1', 'y'])
    },
  },
  nameCharacters: {
    documented: async () => expect(await created(await world({}), 'Клон: средняя')).toBeUndefined(),
    loose: async () => {
      const client = await world({ nameCharacters: 'loose' })
      expect([await created(client, 'Клон: средняя'), await created(client, '.')]).toEqual(['Клон: средняя', undefined])
    },
  },
  nameLimit: {
    number: async () => {
      const client = await world({ nameLimit: 5 })
      expect([await created(client, 'x'.repeat(5)), await created(client, 'x'.repeat(6))]).toEqual(['xxxxx', undefined])
    },
  },
  descriptionLimit: {
    number: async () => {
      const client = await world({ descriptionLimit: 5 }, p)
      expect(await succeeds(client, 'projects/update', { projectId: 5, description: '123456' })).toBe(false)
      expect(await succeeds(client, 'projects/update', { projectId: 5, description: '12345' })).toBe(true)
    },
  },
  nameSpaces: {
    keep: async () => expect(await created(await world({}), '/a//b /')).toBe('/a//b /'),
    clean: async () => expect(await created(await world({ nameSpaces: 'clean' }), '/a// b /')).toBe('a/b'),
  },
  jsonParameters: {
    take: async () =>
      expect(await afterUpdate({}, { parameters: { k: 'v' } }, 'parameters')).toEqual([{ key: 'k', value: 'v' }]),
    ignore: async () => {
      expect(await afterUpdate({ jsonParameters: 'ignore' }, { parameters: { k: 'v' } }, 'parameters')).toEqual([])
      const client = await world({ jsonParameters: 'ignore' }, p)
      await client.form('projects/update', 'projectId=5&parameters[0][key]=k&parameters[0][value]=v')
      expect((await only(client)).parameters).toEqual([{ key: 'k', value: 'v' }])
    },
  },
  delete: {
    soft: async () => expect(await afterDelete({}, p)).toEqual([true, 'Recycle Bin/p']),
    hard: async () => expect(await afterDelete({ delete: 'hard' }, p)).toEqual([true]),
  },
  binnedDelete: {
    error: async () => expect(await afterDelete({}, binned)).toEqual([false, 'Recycle Bin/p']),
    purge: async () => expect(await afterDelete({ binnedDelete: 'purge' }, binned)).toEqual([true]),
    noop: async () => expect(await afterDelete({ binnedDelete: 'noop' }, binned)).toEqual([true, 'Recycle Bin/p']),
  },
  binCollision: {
    suffix: async () => {
      expect(await afterDelete({ order: 'name' }, p, twin)).toEqual([true, 'Recycle Bin/p', 'Recycle Bin/p 1'])
    },
    allow: async () => {
      expect(await afterDelete({ binCollision: 'allow' }, p, twin)).toEqual([true, 'Recycle Bin/p', 'Recycle Bin/p'])
    },
    error: async () => {
      expect(await afterDelete({ binCollision: 'error', order: 'name' }, p, twin)).toEqual([
        false,
        'Recycle Bin/p',
        'p',
      ])
    },
  },
  binDays: {
    number: async () => {
      const client = await world({ binDays: 2 }, p)
      await client.post('projects/delete', { projectId: 5 })
      await client.control('clock', { advance: 2 * 86_400_000 })
      expect(await names(client)).toEqual([])
    },
  },
  binRuns: {
    allow: async () => expect(await succeeds(await world({}, binned), 'compile/create', { projectId: 5 })).toBe(true),
    error: async () =>
      expect(await succeeds(await world({ binRuns: 'error' }, binned), 'compile/create', { projectId: 5 })).toBe(false),
  },
  restoreTaken: {
    error: async () =>
      expect(await afterUpdate({}, { name: 'q' }, 'name', { ...p, name: 'Recycle Bin/q' }, { name: 'q' })).toBe(
        'Recycle Bin/q',
      ),
    suffix: async () => {
      const binnedQ = { ...p, name: 'Recycle Bin/q' }
      expect(await afterUpdate({ restoreTaken: 'suffix' }, { name: 'q' }, 'name', binnedQ, { name: 'q' })).toBe('q 1')
    },
  },
  renameIntoBin: {
    allow: async () => {
      const client = await world({}, p)
      await client.post('projects/update', { projectId: 5, name: 'Recycle Bin/p' })
      await client.control('clock', { advance: 30 * 86_400_000 })
      expect(await names(client)).toEqual([])
    },
    error: async () =>
      expect(await afterUpdate({ renameIntoBin: 'error' }, { name: 'Recycle Bin/p' }, 'name')).toBe('p'),
  },
  deleteLive: {
    error: async () => expect(await afterDelete({}, { ...p, live: [{}] })).toEqual([false, 'p']),
    allow: async () => {
      const client = await world({ deleteLive: 'allow' }, { ...p, live: [{}] })
      await client.post('projects/delete', { projectId: 5 })
      expect((await client.post('live/list')).body.live[0].status).toBe('Running')
    },
    stop: async () => {
      const client = await world({ deleteLive: 'stop' }, { ...p, live: [{}] })
      await client.post('projects/delete', { projectId: 5 })
      expect((await client.post('live/list')).body.live[0]).toMatchObject({
        status: 'Stopped',
        stopped: '2026-06-01 08:00:00',
      })
    },
  },
  deleteBacktesting: {
    allow: async () =>
      expect(await afterDelete({}, { ...p, backtests: [{ status: 'Running: 3%' }] })).toEqual([true, 'Recycle Bin/p']),
    error: async () => {
      expect(
        await afterDelete({ deleteBacktesting: 'error' }, { ...p, backtests: [{ status: 'Running: 3%' }] }),
      ).toEqual([false, 'p'])
    },
  },
  deleteLibrary: {
    allow: async () =>
      expect(await afterDelete({ order: 'name' }, p, { name: 'u', libraries: [5] })).toEqual([
        true,
        'Recycle Bin/p',
        'u',
      ]),
    error: async () => {
      expect(await afterDelete({ deleteLibrary: 'error', order: 'name' }, p, { name: 'u', libraries: [5] })).toEqual([
        false,
        'p',
        'u',
      ])
    },
  },
  renameMoves: movement('renameMoves', yesNo(true), 'projects/update', { name: 'q' }),
  descriptionMoves: movement('descriptionMoves', yesNo(true), 'projects/update', { description: 'd' }),
  fileMoves: {
    ...movement('fileMoves', yesNo(true), 'files/create', { name: 'a.py', content: 'x' }),
    chance: async () => {
      const first = await movesOf({})
      expect(await movesOf({})).toEqual(first)
      expect(new Set(first)).toEqual(new Set([true, false]))
    },
  },
  seed: {
    number: async () => expect(await movesOf({ seed: 2 })).not.toEqual(await movesOf({ seed: 3 })),
  },
  rate: {
    number: async () => {
      const client = await world({ rate: 4 })
      const burst = await Promise.all(Array.from({ length: 9 }, () => client.post('authenticate')))
      expect(burst.filter((each) => each.status === 429)).toHaveLength(5)
      const log = (await client.control('requests')).body
      expect(log.filter((each: { fault: string }) => each.fault === 'rate')).toHaveLength(5)
      await new Promise((resolve) => setTimeout(resolve, 1050))
      expect((await client.post('authenticate')).body.success).toBe(true)
    },
  },
  rateAnswer: {
    429: async () => expect((await tooMany({})).status).toBe(429),
    text: async () =>
      expect((await tooMany({ rateAnswer: 'text' })).body).toEqual({
        errors: ['Rate limit exceeded'],
        success: false,
      }),
  },
  rateRetryAfter: {
    number: async () => {
      expect((await tooMany({})).headers.get('retry-after')).toBeNull()
      expect((await tooMany({ rateRetryAfter: 7 })).headers.get('retry-after')).toBe('7')
    },
  },
  deleteMoves: movement('deleteMoves', yesNo(true), 'projects/delete', {}),
  openMoves: movement('openMoves', yesNo(true), 'files/read', {}),
  backtestMoves: Object.fromEntries(
    Object.entries(yesNo(true)).map(([value, wanted]) => [
      value,
      async () => {
        const client = await world({ backtestMoves: value }, p)
        const compileId = await built(client)
        const request = { projectId: 5, compileId, backtestName: 'b' }
        expect(await moves(client, 'backtests/create', request)).toBe(wanted)
      },
    ]),
  ),
  fileErrorCode: {
    1001: async () =>
      expect((await (await world({}, p)).post('files/read', { projectId: 5, name: 'x' })).body.errorCode).toBe(1001),
    absent: async () => {
      const client = await world({ fileErrorCode: 'absent' }, p)
      expect((await client.post('files/read', { projectId: 5, name: 'x' })).body).not.toHaveProperty('errorCode')
    },
  },
  missingContent: {
    empty: async () => expect(await contentOf(await world({}, p))).toBe(''),
    template: async () =>
      expect(await contentOf(await world({ missingContent: 'template' }, p))).toBe('# Your New File\n'),
  },
  unknownEndpoint: {
    200: async () => expect((await (await world({})).post('nothing')).status).toBe(200),
    404: async () => expect((await (await world({ unknownEndpoint: '404' })).post('nothing')).status).toBe(404),
  },
  lockedWrite: {
    allow: async () => expect(await writeUnderLock({})).toEqual([true, false, true]),
    refuse: async () => expect(await writeUnderLock({ lockedWrite: 'refuse' })).toEqual([false, false, true]),
  },
  lockNeeded: {
    no: async () => expect(await succeeds(await world({}, shared), 'files/create', newFile)).toBe(true),
    yes: async () => {
      const client = await world({ lockNeeded: 'yes' }, shared, { projectId: 6 })
      expect(await succeeds(client, 'files/create', newFile)).toBe(false)
      expect(await succeeds(client, 'files/create', { ...newFile, projectId: 6 })).toBe(true)
      await client.post('projects/collaboration/lock/acquire', { projectId: 5, codeSourceId: 'one' })
      expect(await succeeds(client, 'files/create', { ...newFile, codeSourceId: 'one' })).toBe(true)
    },
  },
  agentRuns: {
    no: async () => expect((await only(await world({}, { ...p, agent: true }))).codeRunning).toBe(false),
    yes: async () => {
      const client = await world({ agentRuns: 'yes' }, { ...p, agent: true })
      expect((await only(client)).codeRunning).toBe(true)
    },
  },
  archiveDays: {
    number: async () => {
      const backtests = [{ created: start - 2 * 86_400_000, backtestId: 'a'.repeat(32) }, { created: start }]
      const client = await world({ archiveDays: 1 }, { ...p, backtests })
      expect((await client.post('backtests/list', { projectId: 5 })).body.count).toBe(1)
      const old = { projectId: 5, backtestId: 'a'.repeat(32) }
      expect((await client.post('backtests/read', old)).body.errors).toEqual(['Backtest not found'])
    },
  },
  lockTakeover: {
    yes: async () => expect(await secondLock({})).toBe(true),
    no: async () => expect(await secondLock({ lockTakeover: 'no' })).toBe(false),
  },
  compileSeconds: {
    number: async () => {
      const client = await world({ compileSeconds: 0 }, p)
      expect((await client.post('compile/create', { projectId: 5 })).body.state).toBe('BuildSuccess')
    },
  },
  queueSeconds: {
    number: async () => expect(await statusAfter({ queueSeconds: 0 }, 0)).toBe('In Progress...'),
  },
  backtestSeconds: {
    number: async () =>
      expect(await statusAfter({ backtestSeconds: 100, runningStatus: 'percent' }, 51)).toBe('Running: 50%'),
  },
  runningStatus: {
    progress: async () => expect(await statusAfter({}, 3)).toBe('In Progress...'),
    percent: async () => expect(await statusAfter({ runningStatus: 'percent' }, 3)).toBe('Running: 40%'),
  },
  backtestSlots: {
    number: async () => {
      const client = await world({ backtestSlots: 1 }, { ...p, backtests: [{ status: 'In Queue...' }] })
      const request = { projectId: 5, compileId: await built(client), backtestName: 'b' }
      expect((await client.post('backtests/create', request)).body.errors[0]).toMatch(/^There are no spare nodes/)
    },
  },
}

const ordered = [
  { projectId: 1, name: 'c', created: start - 100, modified: start - 50 },
  { projectId: 2, name: 'b', created: start - 200, modified: start - 10 },
  { projectId: 3, name: 'a', created: start - 300, modified: start - 20 },
]
const binned = { projectId: 5, name: 'Recycle Bin/p' }
const twin = { projectId: 6, name: 'Recycle Bin/p' }

async function created(client: Client, name: string): Promise<string | undefined> {
  return (await client.post('projects/create', { name, language: 'Py' })).body.projects?.[0].name
}

async function afterUpdate(switches: object, fields: object, shown: string, ...workspace: object[]): Promise<unknown> {
  const client = await world(switches, ...(workspace.length > 0 ? workspace : [p]))
  await client.post('projects/update', { projectId: 5, ...fields })
  return (await only(client))[shown]
}

/** Whether deleting project 5 succeeded, and the names that are left. */
async function afterDelete(switches: object, ...workspace: object[]): Promise<unknown[]> {
  const client = await world(switches, ...workspace)
  return [await succeeds(client, 'projects/delete', { projectId: 5 }), ...(await names(client))]
}

/** The names of eight lists, one after the other. */
async function readings(switches: object): Promise<string[]> {
  const client = await world(switches, ...ordered)
  const lists: string[] = []
  for (let n = 0; n < 8; n += 1) lists.push((await names(client)).join(''))
  return lists
}

const shared = { projectId: 5, name: 'p', collaborators: [{ uid: 456, permission: 'write' }] }
const newFile = { projectId: 5, name: 'new.py', content: 'x' }

/** What succeeds while source `one` holds the lock: a write that names none, another source, and `one` itself. */
async function writeUnderLock(switches: object): Promise<boolean[]> {
  const client = await world(switches, p)
  await client.post('projects/collaboration/lock/acquire', { projectId: 5, codeSourceId: 'one' })
  const write = { projectId: 5, name: 'main.py', content: 'x' }
  return [
    await succeeds(client, 'files/update', write),
    await succeeds(client, 'files/update', { ...write, codeSourceId: 'two' }),
    await succeeds(client, 'files/update', { ...write, codeSourceId: 'one' }),
  ]
}

/** Which of twelve saved files move `modified`. */
async function movesOf(switches: object): Promise<boolean[]> {
  const client = await world(switches, p)
  const seen: boolean[] = []
  for (let n = 0; n < 12; n += 1) {
    seen.push(await moves(client, 'files/update', { projectId: 5, name: 'main.py', content: `x = ${n}` }))
  }
  return seen
}

/** The answer to the second call within a second, where one is allowed. */
async function tooMany(switches: object): Promise<Answered> {
  const client = await world({ rate: 1, ...switches })
  await client.post('authenticate')
  return client.post('authenticate')
}

async function typeOf(client: Client): Promise<string | null> {
  return (await client.post('authenticate')).headers.get('content-type')
}

function movement(
  name: string,
  values: Record<string, boolean>,
  endpoint: string,
  request: object,
): Record<string, () => Promise<void>> {
  const tests = Object.entries(values).map(([value, wanted]) => {
    async function test(): Promise<void> {
      const client = await world({ [name]: value }, p)
      expect(await moves(client, endpoint, { projectId: 5, ...request })).toBe(wanted)
    }
    return [value, test]
  })
  return Object.fromEntries(tests)
}

async function contentOf(client: Client): Promise<string> {
  await client.post('files/create', { projectId: 5, name: 'a.py' })
  return (await client.post('files/read', { projectId: 5, name: 'a.py' })).body.files[0].content
}

async function secondLock(switches: object): Promise<boolean> {
  const client = await world(switches, p)
  await client.post('projects/collaboration/lock/acquire', { projectId: 5, codeSourceId: 'one' })
  return succeeds(client, 'projects/collaboration/lock/acquire', { projectId: 5, codeSourceId: 'two' })
}

async function statusAfter(switches: object, seconds: number): Promise<string> {
  const client = await world(switches, p)
  const request = { projectId: 5, compileId: await built(client), backtestName: 'b' }
  await client.post('backtests/create', request)
  await client.control('clock', { advance: seconds * 1000 })
  return (await client.post('backtests/list', { projectId: 5 })).body.backtests[0].status
}

describe('the switches', () => {
  it('are all tested here, value by value', () => {
    const declared = Object.entries(switchTable).map(([name, { values }]) => [
      name,
      typeof values === 'string' ? [values] : [...values].toSorted(),
    ])
    const tested = Object.entries(cases).map(([name, values]) => [name, Object.keys(values).toSorted()])
    expect(Object.fromEntries(tested)).toEqual(Object.fromEntries(declared))
  })

  for (const [name, values] of Object.entries(cases)) {
    for (const [value, test] of Object.entries(values)) it(`${name}: ${value}`, test)
  }

  it('refuse an unknown name or value, naming the valid ones, and then change nothing', async () => {
    const client = await world({})
    const name = await client.control('switches', { dates: 'iso', nope: 1 })
    expect([name.status, name.body.error]).toEqual([400, expect.stringContaining('badHash, authClock')])
    const value = await client.control('switches', { badHash: '418' })
    expect([value.status, value.body.error]).toEqual([400, expect.stringContaining('"200" or "401" or "500"')])
    const number = await client.control('switches', { binDays: '30' })
    expect([number.status, number.body.error]).toEqual([400, expect.stringContaining('takes a number')])
    const near = await client.control('switches', { fileMove: 'no' })
    expect([near.status, near.body.error]).toEqual([400, expect.stringContaining('did you mean "fileMoves"?')])
    for (const dates of ['ISO', 5, { lastLive: 'iso' }, { modified: '+9900' }, []]) {
      expect((await client.control('switches', { dates })).status).toBe(400)
    }
    expect((await client.control('switches')).body.switches).toMatchObject({ dates: 'spaced', badHash: '200' })
  })
})
