import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, newWorld } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const projectId = 5

async function worldWith(fields: object = {}): Promise<Client> {
  const client = newWorld(sandbox.url)
  await client.control('reset', { workspace: [{ projectId, name: 'p', ...fields }] })
  await client.control('clock', { now: '2026-06-01T08:00:00Z', hold: true })
  return client
}

async function seconds(client: Client, count: number): Promise<void> {
  await client.control('clock', { advance: count * 1000 })
}

async function built(client: Client): Promise<string> {
  const { compileId } = (await client.post('compile/create', { projectId })).body
  await seconds(client, 1)
  return compileId
}

describe('compile', () => {
  it('is in the queue and then built, with its log (§2.9)', async () => {
    const content = 'x = 1\ny = self.get_parameter("fast")\n'
    const client = await worldWith({ files: [{ name: 'main.py', content }] })
    const { body } = await client.post('compile/create', { projectId })
    expect(body).toMatchObject({
      compileId: expect.stringMatching(/^[0-9a-f]{32}-[0-9a-f]{32}$/),
      state: 'InQueue',
      parameters: [{ file: 'main.py', parameters: [{ line: 2, type: 'GetParameter' }] }],
      projectId,
      signatureOrder: ['main.py'],
      success: true,
    })
    const query = `projectId=5&compileId=${body.compileId}`
    expect((await client.get('compile/read', query)).body).toMatchObject({ state: 'InQueue', logs: [] })
    await seconds(client, 1)
    const done = (await client.get('compile/read', query)).body
    expect(done).toMatchObject({ state: 'BuildSuccess', success: true })
    expect(done.logs[0]).toContain(`Build Request Successful for Project ID: 5, with CompileID: ${body.compileId}`)
  })

  it('calls a broken build a success with the state BuildError', async () => {
    const client = await worldWith({ files: [{ name: 'main.py', content: 'BUILD_ERROR' }] })
    const compileId = await built(client)
    expect((await client.post('compile/read', { projectId, compileId })).body).toMatchObject({
      state: 'BuildError',
      success: true,
    })
    const run = await client.post('backtests/create', { projectId, compileId, backtestName: 'x' })
    expect(run.body.success).toBe(false)
  })

  it('names what is missing or unknown (§2.10)', async () => {
    const client = await worldWith()
    expect((await client.post('compile/read', { projectId })).body.errors).toEqual([
      'Required parameter compileId is empty',
    ])
    const unknown = await client.post('compile/read', { projectId, compileId: 'x' })
    expect(unknown.body.errors).toEqual(['Compile id not found'])
  })
})

describe('backtests', () => {
  it('queue, run and complete by themselves, and the project shows codeRunning meanwhile', async () => {
    const client = await worldWith()
    const compileId = await built(client)
    const recorded = {
      projectId,
      compileId,
      backtestName: 'Hyper-Active Fluorescent Orange Dog',
      requestSource: 'CLI 0.0.0-dev',
    }
    const { body } = await client.post('backtests/create', { ...recorded, parameters: { fast: 10 } })
    expect(body).toMatchObject({
      success: true,
      backtest: { status: 'In Queue...', progress: 0, parameterSet: { fast: 10 } },
    })
    const { backtestId } = body.backtest
    async function look(): Promise<object> {
      const { backtest } = (await client.get('backtests/read', `projectId=5&backtestId=${backtestId}`)).body
      const { codeRunning } = (await client.post('projects/read', { projectId })).body.projects[0]
      return { status: backtest.status, completed: backtest.completed, statistics: backtest.statistics, codeRunning }
    }
    await seconds(client, 3)
    expect(await look()).toEqual({ status: 'In Progress...', completed: false, statistics: null, codeRunning: true })
    await seconds(client, 3)
    expect(await look()).toMatchObject({ status: 'Completed.', completed: true, codeRunning: false })
  })

  it('are listed newest first with a count, in the shape of §2.10', async () => {
    const backtests = [
      { name: 'old', created: '2025-01-01 00:00:00' },
      { name: 'new', created: '2025-02-01 00:00:00' },
    ]
    const client = await worldWith({ backtests })
    const { body } = await client.post('backtests/list', { projectId })
    expect(body).toMatchObject({ count: 2, success: true, backtests: [{ name: 'new' }, { name: 'old' }] })
    expect(body.backtests[0]).toEqual({
      backtestId: expect.stringMatching(/^[0-9a-f]{32}$/),
      status: 'Completed.',
      name: 'new',
      created: '2025-02-01 00:00:00',
      progress: 1,
      optimizationId: null,
      tradeableDates: 251,
      parameterSet: [],
      snapshotId: expect.any(Number),
      tags: [],
    })
    expect((await client.post('backtests/list', { projectId: -1 })).body).toEqual({
      errors: ['Project not found'],
      success: false,
    })
  })

  it('can be renamed, annotated, tagged and deleted', async () => {
    const client = await worldWith({ backtests: [{ backtestId: 'a'.repeat(32) }] })
    const which = { projectId, backtestId: 'a'.repeat(32) }
    await client.post('backtests/update', { ...which, name: 'best', note: 'kept' })
    await client.post('backtests/tags/update', { ...which, tags: ['one', 'two'] })
    expect((await client.post('backtests/read', which)).body.backtest).toMatchObject({
      name: 'best',
      note: 'kept',
      tags: ['one', 'two'],
    })
    expect((await client.post('backtests/delete', which)).text).toBe('{"success":true}')
    expect((await client.post('backtests/list', { projectId })).body).toMatchObject({ backtests: [], count: 0 })
    expect((await client.post('backtests/delete', which)).body.errors).toEqual(['Backtest not found'])
  })

  it('may not have a colon in their name, and may end in a runtime error', async () => {
    const client = await worldWith({ files: [{ name: 'main.py', content: 'RUNTIME_ERROR' }] })
    const compileId = await built(client)
    expect((await client.post('backtests/create', { projectId, compileId, backtestName: 'a:b' })).body.success).toBe(
      false,
    )
    const { backtestId } = (await client.post('backtests/create', { projectId, compileId, backtestName: 'a' })).body
      .backtest
    await seconds(client, 10)
    const { backtest } = (await client.post('backtests/read', { projectId, backtestId })).body
    expect(backtest).toMatchObject({ status: 'Runtime Error', hasInitializeError: true, statistics: null })
  })
})

describe('live', () => {
  it('lists deployments in the shape of §2.11, by project and by status', async () => {
    const live = [
      { launched: '2024-06-20 13:01:21' },
      { status: 'Stopped', launched: '2024-01-01', stopped: '2024-02-01' },
    ]
    const client = await worldWith({ live })
    const { body } = await client.post('live/list')
    expect(body.live[0]).toEqual({
      projectId,
      deployId: expect.stringMatching(/^L-[0-9a-f]{32}$/),
      status: 'Running',
      launched: '2024-06-20 13:01:21',
      stopped: null,
      brokerage: 'PaperBrokerage',
      subscription: '',
      equity: 100000,
      environment: 'live-paper',
      description: '',
      error: '',
      leagues: [],
    })
    expect((await client.post('live/list', { status: 'Stopped' })).body.live).toMatchObject([
      { stopped: '2024-02-01 00:00:00' },
    ])
    expect((await client.post('live/list', { projectId })).body.live).toHaveLength(2)
    expect((await client.post('live/list', { status: 'Asleep' })).body.errors).toEqual(['Invalid argument'])
    const shown = (await client.post('projects/read', { projectId })).body.projects[0]
    expect(shown).toMatchObject({ codeRunning: true, lastLiveDeployment: '2024-06-20 13:01:21' })
  })

  it('comes up by itself, runs, and stops when told', async () => {
    const client = await worldWith()
    const compileId = await built(client)
    const brokerage = { id: 'QuantConnectBrokerage' }
    const nodeId = (await client.post('projects/nodes/read', { projectId })).body.nodes.live[0].id
    const order = { versionId: '-1', projectId, compileId, nodeId, brokerage, dataProviders: {} }
    expect((await client.post('live/create', { ...order, nodeId: 'LN-1' })).body.errors).toEqual(['Node not found'])
    expect((await client.post('live/create', order)).body).toMatchObject({ success: true, live: { status: 'InQueue' } })
    expect((await client.post('live/create', order)).body.success).toBe(false)
    const statuses: string[] = []
    for (let step = 0; step < 5; step += 1) {
      statuses.push((await client.post('live/read', { projectId })).body.status)
      await seconds(client, 2)
    }
    expect(statuses).toEqual(['InQueue', 'LoggingIn', 'Initializing', 'History', 'Running'])
    expect((await client.post('projects/delete', { projectId })).body.success).toBe(false)
    expect((await client.post('live/commands/create', { projectId, command: { buy: 1 } })).body.success).toBe(true)
    expect((await client.post('live/update/stop', { projectId })).text).toBe('{"success":true}')
    expect((await client.post('live/list', {})).body.live[0]).toMatchObject({
      status: 'Stopped',
      stopped: expect.any(String),
    })
    expect((await client.post('live/update/liquidate', { projectId })).body.success).toBe(false)
    expect((await client.post('projects/delete', { projectId })).body.success).toBe(true)
  })

  it('refuses start and end in live/read (LC#468)', async () => {
    const client = await worldWith({ live: [{}] })
    const { status, body } = await client.get('live/read', 'projectId=5&start=1&end=2')
    expect([status, body]).toEqual([200, { errors: ['Invalid argument'], success: false }])
    expect((await client.get('live/read', 'projectId=5')).body).toMatchObject({
      projectName: 'p',
      status: 'Running',
      success: true,
    })
  })
})

describe('optimizations', () => {
  it('come with a workspace, complete by themselves, and can be renamed, aborted and deleted', async () => {
    const client = await worldWith()
    await client.control('edit', {
      projectId,
      optimizations: [{ name: 'grid' }, { name: 'done', status: 'completed', created: '2026-01-01' }],
    })
    const { optimizations } = (await client.post('optimizations/list', { projectId })).body
    expect(optimizations).toMatchObject([
      { name: 'grid', status: 'new' },
      { name: 'done', status: 'completed' },
    ])
    const { optimizationId } = optimizations[0]
    await seconds(client, 5)
    expect(
      (await client.form('optimizations/read', `optimizationId=${optimizationId}`)).body.optimization,
    ).toMatchObject({
      status: 'running',
      runtimeStatistics: { Completed: '2', Total: '4' },
      parallelNodes: 4,
    })
    await client.post('optimizations/update', { optimizationId, name: 'coarse grid' })
    await client.post('optimizations/abort', { optimizationId })
    expect((await client.post('optimizations/abort', { optimizationId })).body.success).toBe(false)
    const after = (await client.post('optimizations/list', { projectId })).body.optimizations
    expect(after[0]).toMatchObject({ name: 'coarse grid', status: 'aborted' })
    await client.post('optimizations/delete', { optimizationId })
    expect((await client.post('optimizations/list', { projectId })).body.optimizations).toHaveLength(1)
  })
})
