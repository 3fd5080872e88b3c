import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, clientOf, newWorld } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

async function worldWith(...workspace: object[]): Promise<Client> {
  const client = newWorld(sandbox.url)
  const { status, text } = await client.control('reset', { workspace })
  if (status !== 200) throw new Error(text)
  return client
}

async function state(client: Client): Promise<Record<string, unknown>[]> {
  return (await client.control('state')).body.projects
}

describe('/_sandbox/reset', () => {
  it('fills in what a partial project leaves out', async () => {
    const client = await worldWith({})
    const [project] = await state(client)
    expect(project).toMatchObject({
      owner: true,
      ownerId: 123,
      organizationId: '5cad178b20a1d52567b534553413b691',
      language: 'Py',
      files: [{ name: 'main.py' }],
      backtests: [],
      live: [],
    })
    expect(project?.created).toBe(project?.modified)
    expect(Math.abs(Date.parse(`${String(project?.created).replace(' ', 'T')}Z`) - Date.now())).toBeLessThan(5000)
  })

  it('takes names as they are, and dates in every form; a file has the date of its project', async () => {
    const client = await worldWith(
      { name: '/lead//ing ', modified: '2025-01-02 03:04:05', files: [{ name: 'a', content: 'x' }] },
      { name: 'same', modified: '2025-01-02T03:04:05.678Z', created: '2024-01-01' },
      { name: 'same', modified: Date.UTC(2025, 0, 2, 3, 4, 5) },
    )
    const rows = await state(client)
    expect(rows.map((row) => [row.name, row.modified])).toEqual([
      ['/lead//ing ', '2025-01-02 03:04:05'],
      ['same', '2025-01-02 03:04:05'],
      ['same', '2025-01-02 03:04:05'],
    ])
    expect(rows[0]?.files).toEqual([{ name: 'a', content: 'x', modified: '2025-01-02 03:04:05' }])
    expect(rows[1]?.created).toBe('2024-01-01 00:00:00')
  })

  it('shows what it cannot take for a value exactly as given', async () => {
    const strange = {
      modified: 'yesterday',
      libraries: null,
      codeRunning: 'yes',
      collaborators: 7,
      grid: { xs: [] },
      extra: 1,
    }
    const client = await worldWith({ projectId: 5, ...strange })
    expect((await client.post('projects/read', { projectId: 5 })).body.projects[0]).toMatchObject(strange)
    await client.control('edit', { projectId: 5, libraries: [], modified: '2025-01-01' })
    expect((await state(client))[0]).toMatchObject({
      libraries: [],
      modified: '2025-01-01 00:00:00',
      codeRunning: 'yes',
    })
  })

  it('shows parameters in the form they were given in', async () => {
    const forms = [
      [{ key: 'k', value: '1' }],
      [{ name: 'k', value: '1' }],
      { k: '1' },
      { 0: { key: 'k', value: '1' } },
      [],
    ]
    const client = await worldWith(...forms.map((parameters) => ({ parameters })))
    const shown = (await state(client)).map((row) => row.parameters)
    expect(shown).toEqual([forms[0], forms[1], forms[2], { k: { key: 'k', value: '1' } }, []])
  })

  it('answers with the ids, clears the log, the faults, the switches and the clock', async () => {
    const client = await worldWith({ name: 'a' })
    await client.control('switches', { dates: 'iso' })
    await client.control('clock', { now: 0, hold: true })
    await client.control('faults', { faults: [{ endpoint: '*', calls: 'all', kind: 'html' }] })
    await client.post('authenticate')
    const { body } = await client.control('reset', { workspace: [{ name: 'b' }, { projectId: 9, name: 'c' }] })
    expect(body.projects).toEqual([
      { projectId: expect.any(Number), name: 'b' },
      { projectId: 9, name: 'c' },
    ])
    expect((await client.control('requests')).body).toEqual([])
    expect((await client.post('authenticate')).body).toEqual({ success: true })
    expect((await client.control('switches')).body.switches.dates).toBe('spaced')
    expect(Math.abs(Date.parse((await client.control('state')).body.now) - Date.now())).toBeLessThan(5000)
  })

  it('sets switches and faults at once', async () => {
    const client = newWorld(sandbox.url)
    const faults = [{ endpoint: 'authenticate', kind: 'html' }]
    await client.control('reset', { workspace: [{ isPinned: true }], switches: { dates: 'Z' }, faults })
    expect((await client.post('authenticate')).text).toContain('<html>')
    expect((await client.control('switches')).body.switches.dates).toBe('Z')
  })

  it('makes up a workspace when asked', async () => {
    const client = newWorld(sandbox.url)
    expect((await client.control('reset', { projects: 12, seed: 3 })).body.projects).toHaveLength(12)
    expect((await client.control('reset', { seed: 3 })).body.projects).toHaveLength(400)
    expect((await client.control('reset', {})).body.projects).toHaveLength(0)
  })

  it.each([
    [{ size: 3 }, /Unknown field "size"/],
    [{ switch: {} }, /did you mean "switches"/],
    [{ switches: { nope: 1 } }, /There is no switch "nope"/],
    [{ switches: 'no' }, /switches is an object/],
    [{ faults: [{ endpoint: 'x', kind: 'html' }] }, /There is no endpoint "x"/],
    [{ projects: -1 }, /projects is/],
    [{ workspace: {} }, /workspace is a list/],
    [{ workspace: [{ projectId: 5 }, { projectId: 5 }] }, /projectId 5 comes twice/],
    [{ workspace: [{ projectId: 'x' }] }, /not a positive integer/],
    ['text', /not a JSON object/],
  ])('refuses %j', async (body, message) => {
    const answer = await newWorld(sandbox.url).control('reset', body)
    expect([answer.status, answer.body.error]).toEqual([400, expect.stringMatching(message)])
  })
})

describe('/_sandbox/edit', () => {
  it('sets fields and moves modified, of files too', async () => {
    const client = await worldWith({ projectId: 5, name: 'a', modified: '2025-01-01' })
    await client.control('clock', { now: '2026-03-04T05:06:07Z', hold: true })
    const { body } = await client.control('edit', { projectId: 5, name: 'b', files: [{ name: 'x.py', content: '1' }] })
    expect(body.project).toMatchObject({
      name: 'b',
      modified: '2026-03-04 05:06:07',
      files: [{ name: 'x.py', content: '1', modified: '2026-03-04 05:06:07' }],
    })
  })

  it('pins, shares and bounds a project, and says when it went live', async () => {
    const client = await worldWith({ projectId: 5, isPinned: true, sharingTokenBacktest: 'token', maxFileSize: 9 })
    expect((await state(client))[0]).toMatchObject({ isPinned: true, sharingTokenBacktest: 'token', maxFileSize: 9 })
    const lastLiveDeployment = Date.UTC(2023, 8, 9)
    await client.control('edit', { projectId: 5, isPinned: false, lastLiveDeployment })
    expect((await state(client))[0]).toMatchObject({ isPinned: false, lastLiveDeployment: '2023-09-09 00:00:00' })
    await client.control('edit', { projectId: 5, isPinned: 1, lastLiveDeployment: '2023-09-09T01:23:45+0000' })
    const shown = { isPinned: 1, lastLiveDeployment: '2023-09-09T01:23:45+0000' }
    expect((await state(client))[0]).toMatchObject(shown)
  })

  it('leaves modified where it is told', async () => {
    const client = await worldWith({ projectId: 5 })
    await client.control('edit', { projectId: 5, description: 'd', modified: '2024-01-01 00:00:00' })
    expect((await state(client))[0]).toMatchObject({ description: 'd', modified: '2024-01-01 00:00:00' })
  })

  it('starts and stops live deployments, and moves things in and out of the bin', async () => {
    const client = await worldWith({ projectId: 5, name: 'a' })
    await client.control('edit', { projectId: 5, live: [{ status: 'Running' }] })
    expect((await client.post('live/list')).body.live).toHaveLength(1)
    await client.control('edit', { projectId: 5, live: [], name: 'Recycle Bin/a' })
    expect((await client.post('live/list')).body.live).toEqual([])
    await client.control('clock', { advance: 31 * 86_400_000 })
    expect(await state(client)).toEqual([])
  })

  it('says when there is no such project', async () => {
    const { status, body } = await (await worldWith()).control('edit', { projectId: 77 })
    expect([status, body.error]).toEqual([400, 'There is no project 77'])
  })
})

describe('/_sandbox/requests', () => {
  it('lists every API call in order, and no control call', async () => {
    const client = await worldWith({ projectId: 5 })
    await client.get('projects/read', 'start=0&end=1')
    await client.as(456, 'def').post('/projects/delete/', { projectId: 5 })
    await client.control('state')
    expect((await client.control('requests')).body).toEqual([
      expect.objectContaining({
        n: 1,
        method: 'GET',
        path: 'projects/read',
        user: 123,
        status: 200,
        success: true,
        fault: null,
      }),
      expect.objectContaining({
        n: 2,
        method: 'POST',
        path: 'projects/delete',
        user: 456,
        success: false,
        params: { projectId: 5 },
      }),
    ])
  })

  it('never holds a signature', async () => {
    const client = await worldWith()
    await client.get('authenticate', 'authorization=secret&timestamp=1')
    expect((await client.control('requests')).text).not.toContain('secret')
  })
})

describe('/_sandbox/clock', () => {
  it('is put, moved, held and given back', async () => {
    const client = await worldWith()
    async function put(body: object): Promise<number> {
      return Date.parse((await client.control('clock', body)).body.now)
    }
    expect(await put({ now: '2030-01-01 00:00:00', hold: true })).toBe(Date.UTC(2030, 0, 1))
    expect(await put({ advance: 1500 })).toBe(Date.UTC(2030, 0, 1) + 1500)
    expect(await put({ now: 1_000_000 })).toBeGreaterThanOrEqual(1_000_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(Date.parse((await client.control('state')).body.now)).toBeGreaterThan(1_000_010)
    expect(Math.abs((await put({})) - Date.now())).toBeLessThan(1000)
    expect((await client.control('clock', { now: 'soon' })).status).toBe(400)
    expect((await client.control('clock', { days: 1 })).status).toBe(400)
  })
})

describe('worlds', () => {
  it('share nothing with each other or with the main one', async () => {
    const [one, two] = [await worldWith({ name: 'one' }), await worldWith({ name: 'two' })]
    await one.control('switches', { badHash: '401' })
    expect((await state(two)).map((row) => row.name)).toEqual(['two'])
    expect((await one.as(123, 'bad').post('authenticate')).status).toBe(401)
    expect((await two.as(123, 'bad').post('authenticate')).status).toBe(200)
    expect((await clientOf(sandbox.url).control('state')).body.projects).toEqual([])
  })

  it('are empty until their first reset', async () => {
    expect(await state(newWorld(sandbox.url))).toEqual([])
  })

  it('stay apart in two servers of one process', async () => {
    const second = await startSandbox({ projects: 3 })
    expect(await state(clientOf(second.url))).toHaveLength(3)
    expect(await state(clientOf(sandbox.url))).toHaveLength(0)
    await second.close()
  })
})

it('names the controls there are', async () => {
  const { status, body } = await newWorld(sandbox.url).control('nothing')
  expect([status, body.error]).toEqual([404, expect.stringContaining('POST reset')])
})
