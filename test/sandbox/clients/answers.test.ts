/**
 * Every answer of the sandbox is one that QuantConnect's own clients take: the models of lean-cli and of the MCP server as
 * schemas, one answer and one refusal of every endpoint, and every project of a made-up workspace.
 */
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answered, Client } from '../client.ts'
import { newWorld } from '../client.ts'
import { endpoints } from '../endpoints.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { backtestId, calls, deployId, scene, workspace } from './calls.ts'
import { leanCli } from './models/lean-cli.ts'
import { mcpProjects } from './models/mcp-projects.ts'
import { mcpRuns } from './models/mcp-runs.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const models = { 'lean-cli': leanCli, 'MCP server': { ...mcpProjects, ...mcpRuns } }

/** What each client has against an answer, in its own words; nothing when it takes it. */
function complaints(endpoint: string, answer: Answered): string[] {
  return Object.entries(models).flatMap(([client, schemas]) => {
    const schema = schemas[endpoint]
    const checked = schema && v.safeParse(schema, answer.body)
    if (!checked || checked.success) return []
    return checked.issues.map((issue) => `${client}: ${v.getDotPath(issue) ?? ''}: ${issue.message}`)
  })
}

async function taken(client: Client, endpoint: string, request: object): Promise<Answered> {
  const answer = await client.post(endpoint, request)
  expect([endpoint, answer.status, answer.body.errors ?? []]).toEqual([endpoint, 200, []])
  expect([endpoint, answer.body.success, complaints(endpoint, answer)]).toEqual([endpoint, true, []])
  return answer
}

describe('one answer and one refusal', () => {
  it('are here for every endpoint', () => {
    expect(Object.keys(calls).toSorted()).toEqual(Object.keys(endpoints).toSorted())
  })

  it('are here for every endpoint that a client has a model of', () => {
    const modelled = Object.values(models).flatMap((schemas) => Object.keys(schemas))
    expect(modelled.filter((endpoint) => !Object.hasOwn(endpoints, endpoint))).toEqual([])
  })

  it.each(Object.entries(calls))('%s', async (endpoint, { take, refuse }) => {
    const client = newWorld(sandbox.url)
    const found = await scene(client)
    await taken(client, endpoint, take(found))
    const refused = refuse === 'signature' ? client.as(123, 'wrong') : client
    const answer = await refused.post(endpoint, refuse === 'signature' ? take(found) : refuse(found))
    expect(answer.body).toMatchObject({ success: false, errors: [expect.any(String)] })
  })

  it('data/list of a prefix that nothing has is an empty 500, as lean-cli knows it', async () => {
    const answer = await newWorld(sandbox.url).post('data/list', { filePath: 'equity/mars' })
    expect([answer.status, answer.text]).toEqual([500, ''])
  })
})

describe('runs on their way', () => {
  it('backtests are taken in the queue, running, done and failed', async () => {
    for (const fails of [false, true]) {
      const client = newWorld(sandbox.url)
      const content = fails ? 'RUNTIME_ERROR' : 'x = 1'
      await client.control('reset', { workspace: [{ projectId: 5, files: [{ name: 'main.py', content }] }] })
      await client.control('clock', { now: '2026-06-01T08:00:00Z', hold: true })
      const { compileId } = (await client.post('compile/create', { projectId: 5 })).body
      await client.control('clock', { advance: 2000 })
      const order = { projectId: 5, compileId, backtestName: 'b', parameters: { a: 0, b: 0.5, c: 'foo' } }
      const made = (await taken(client, 'backtests/create', order)).body.backtest
      const seen: string[] = []
      for (let step = 0; step < 4; step += 1) {
        const which = { projectId: 5, backtestId: made.backtestId }
        const { backtest } = (await taken(client, 'backtests/read', which)).body
        seen.push(backtest.status)
        expect(backtest.parameterSet).toEqual(order.parameters)
        await taken(client, 'backtests/list', { projectId: 5, includeStatistics: true })
        await taken(client, 'backtests/orders/read', { ...which, start: 0, end: 100 })
        const chart = { ...which, name: 'Strategy Equity', start: 1, end: 100 }
        expect('progress' in (await taken(client, 'backtests/chart/read', chart)).body).toBe(!backtest.completed)
        await client.control('clock', { advance: 2500 })
      }
      const end = fails ? 'Runtime Error' : 'Completed.'
      expect(seen).toEqual(['In Queue...', 'In Progress...', 'In Progress...', end])
    }
  })

  it('a deployment is taken from its launch to its end, and what it holds with it', async () => {
    const client = newWorld(sandbox.url)
    await scene(client)
    const { compileId } = (await client.post('compile/create', { projectId: 5 })).body
    await client.control('clock', { advance: 2000 })
    const nodeId = (await client.post('projects/nodes/read', { projectId: 5 })).body.nodes.live[1].id
    const holdings = [{ symbol: 'BTCUSD', symbolId: 'BTCUSD 2XR', quantity: 1, averagePrice: 100_000 }]
    const order = {
      projectId: 5,
      compileId,
      nodeId,
      versionId: '-1',
      brokerage: { id: 'QuantConnectBrokerage', holdings },
    }
    const { body } = await taken(client, 'live/create', order)
    expect(body).toMatchObject({ projectId: 5, deployId: body.live.deployId, live: { brokerage: 'PaperBrokerage' } })
    const which = { projectId: 5 }
    const chart = { ...which, name: 'Strategy Equity', start: 1, end: 100 }
    expect((await taken(client, 'live/chart/read', chart)).body.status).toBe('loading')
    await taken(client, 'live/read', which)
    await client.control('clock', { advance: 10_000 })
    expect((await taken(client, 'live/chart/read', chart)).body.chart.name).toBe('Strategy Equity')
    expect((await taken(client, 'live/read', which)).body.status).toBe('Running')
    const held = (await taken(client, 'live/portfolio/read', which)).body.portfolio.holdings
    expect(held['BTCUSD 2XR']).toMatchObject({ a: 100_000, q: 1 })
    await taken(client, 'live/update/liquidate', which)
    expect((await taken(client, 'live/portfolio/read', which)).body.portfolio.holdings).toEqual({})
    expect((await taken(client, 'live/read', which)).body.stopped).not.toBeNull()
  })

  it('an optimization is taken new, running, aborted and completed', async () => {
    const client = newWorld(sandbox.url)
    const optimizations = ['new', 'running', 'aborted', 'completed'].map((status) => ({ status, name: status }))
    await client.control('reset', { workspace: [{ projectId: 5, optimizations }] })
    const { body } = await taken(client, 'optimizations/list', { projectId: 5 })
    for (const { optimizationId } of body.optimizations) await taken(client, 'optimizations/read', { optimizationId })
  })

  it('a zip of objects can be fetched once its job is done', async () => {
    const client = newWorld(sandbox.url)
    const { organizationId } = await scene(client)
    const { jobId, url } = (await taken(client, 'object/get', { organizationId, keys: ['a/b.txt'] })).body
    expect(url).toBeNull()
    expect((await taken(client, 'object/get', { organizationId, jobId })).body.url).toBeNull()
    await client.control('clock', { advance: 3000 })
    const done = (await taken(client, 'object/get', { organizationId, jobId })).body.url
    const bytes = Buffer.from(await (await fetch(done)).arrayBuffer())
    expect([bytes.readUInt32LE(0), bytes.includes('a/b.txt'), bytes.includes('hello')]).toEqual([
      0x04034b50,
      true,
      true,
    ])
    expect((await fetch(`${done}0`)).status).toBe(404)
  })
})

/** Written in forms that one of the two refuses: they are here so that leansweep meets them too (§3.2). */
const refusedByOne = ['parameters/map', 'parameters/records', 'parameters/named']

describe('every project of a made-up workspace', () => {
  it.each([
    ['as it is', {}],
    ['with dates by field', { dates: { lastLiveDeployment: '+0000', 'files.modified': 'Z', '*': '+00:00' } }],
    ['with ISO dates and a count', { dates: 'iso', count: 'present', contentType: 'text/html' }],
  ])('is taken %s', async (_, switches) => {
    const client = newWorld(sandbox.url)
    await client.control('reset', { projects: 90, seed: 3, switches })
    const { projects } = (await client.post('projects/read', {})).body
    const odd = new Set<string>()
    for (const { projectId, name } of projects) {
      const read = await client.post('projects/read', { projectId })
      if (complaints('projects/read', read).length > 0) odd.add(name)
      await taken(client, 'files/read', { projectId, includeLibraries: true })
      await taken(client, 'projects/collaboration/read', { projectId })
      const { backtests } = (await taken(client, 'backtests/list', { projectId, includeStatistics: true })).body
      for (const each of backtests) await taken(client, 'backtests/read', { projectId, backtestId: each.backtestId })
      const { live } = (await taken(client, 'live/list', { projectId })).body
      if (live.length > 0) await taken(client, 'live/read', { projectId })
    }
    expect([...odd].toSorted()).toEqual(refusedByOne.toSorted())
  })

  it('has what the clients are known to refuse, and it is these that say so', async () => {
    const client = newWorld(sandbox.url)
    await client.control('reset', { workspace: [...workspace, { projectId: 9, parameters: { fast: '10' } }] })
    const odd = await client.post('projects/read', { projectId: 9 })
    expect(complaints('projects/read', odd).map((each) => each.split(':')[0])).toContain('lean-cli')
    const zero = { backtests: [{ backtestId, statistics: [], charts: [], rollingWindow: [], runtimeStatistics: [] }] }
    const answered = { ...odd, body: { backtest: zero.backtests[0], success: true } }
    const said = complaints('backtests/read', answered).join('\n')
    for (const field of ['charts', 'rollingWindow', 'runtimeStatistics']) expect(said).toContain(`backtest.${field}`)
    expect(said).toMatch(/lean-cli: backtest\.runtimeStatistics/)
    expect(deployId).toMatch(/^L-/)
  })
})
