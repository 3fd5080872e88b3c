/**
 * What QuantConnect's MCP server sends (fact sheet §2.0, §2.3, §2.6, §2.8): everything as JSON POST, null fields dropped,
 * model defaults included, and the order of its own live-API tests.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, newWorld, sign } from '../client.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { exchange } from './wire.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

// biome-ignore lint/suspicious/noExplicitAny: answers are judged field by field
async function call(client: Client, path: string, body: string): Promise<any> {
  const agent = { 'user-agent': 'QuantConnect MCP Server v0.1.0', accept: '*/*', 'accept-encoding': 'gzip, deflate' }
  const headers = { ...agent, 'content-type': 'application/json', ...sign(123, 'abc') }
  const answer = await exchange('POST', `${client.api}${path}`, headers, body)
  expect(answer.status).toBe(200)
  return answer.body
}

async function project(client: Client, name = 'MCP test'): Promise<number> {
  const made = await call(client, '/projects/create', JSON.stringify({ name, language: 'Py' }))
  return made.projects[0].projectId
}

describe('its live-API tests, replayed', () => {
  it('projects', async () => {
    const client = newWorld(sandbox.url)
    const id = await project(client)
    const twin = await call(client, '/projects/create', '{"name": "MCP test", "language": "Py"}')
    expect([twin.success, twin.projects[0].name]).toEqual([true, 'MCP test 1'])
    expect((await call(client, '/projects/read', `{"projectId": ${id}, "start": 0}`)).projects).toHaveLength(1)
    expect((await call(client, '/projects/read', '{"start": 0}')).projects).toHaveLength(2)
    expect((await call(client, '/projects/read', '{"start": 0, "end": 2}')).projects).toHaveLength(2)
    for (const bad of ['{"projectId": -1, "start": 0}', '{"start": 1, "end": 1}', '{"start": 1, "end": 0}']) {
      expect((await call(client, '/projects/read', bad)).success).toBe(false)
    }
    expect(await call(client, '/projects/update', `{"projectId": ${id}, "description": "only this"}`)).toEqual({
      success: true,
    })
    expect((await call(client, '/projects/update', `{"projectId": ${id}, "name": "MCP test 1"}`)).success).toBe(false)
    expect(await call(client, '/projects/delete', `{"projectId": ${id}}`)).toEqual({ success: true })
    expect((await call(client, '/projects/delete', '{"projectId": -1}')).success).toBe(false)
  })

  it('files', async () => {
    const client = newWorld(sandbox.url)
    const id = await project(client)
    const source = '"codeSourceId": "MCP Server"'
    expect(
      (await call(client, '/projects/collaboration/lock/acquire', `{"projectId": ${id}, ${source}}`)).success,
    ).toBe(true)
    const made = await call(client, '/files/create', `{"projectId": ${id}, "name": "a.py", "content": "x", ${source}}`)
    expect(made.success).toBe(true)
    expect((await call(client, '/files/create', `{"projectId": ${id}, "name": "b.py", ${source}}`)).success).toBe(true)
    expect(
      (await call(client, '/files/create', `{"projectId": ${id}, "name": "c.py", "content": "", ${source}}`)).success,
    ).toBe(false)
    expect((await call(client, '/files/read', `{"projectId": ${id}, "includeLibraries": true}`)).files).toHaveLength(4)
    expect(
      (await call(client, '/files/update', `{"projectId": ${id}, "name": "a.py", "content": "", ${source}}`)).success,
    ).toBe(false)
    expect(
      (await call(client, '/files/update', `{"projectId": ${id}, "name": "a.py", "newName": "d.py", ${source}}`))
        .success,
    ).toBe(true)
    expect((await call(client, '/files/patch', `{"projectId": ${id}, "patch": " ", ${source}}`)).success).toBe(false)
    expect((await call(client, '/files/delete', `{"projectId": ${id}, "name": "d.py", ${source}}`)).success).toBe(true)
    expect((await call(client, '/files/delete', `{"projectId": ${id}, "name": "d.py", ${source}}`)).success).toBe(false)
  })

  it('compile and backtests', async () => {
    const client = newWorld(sandbox.url)
    const id = await project(client)
    expect(await call(client, '/backtests/list', `{"projectId": ${id}, "includeStatistics": false}`)).toEqual({
      backtests: [],
      count: 0,
      success: true,
    })
    const { compileId } = await call(client, '/compile/create', `{"projectId": ${id}}`)
    await client.control('clock', { advance: 2000 })
    const order = `{"projectId": ${id}, "compileId": "${compileId}", "backtestName": "one", "parameters": {"fast": 10}}`
    const { backtest } = await call(client, '/backtests/create', order)
    const which = `"projectId": ${id}, "backtestId": "${backtest.backtestId}"`
    await client.control('clock', { advance: 10_000 })
    expect((await call(client, '/backtests/read', `{${which}}`)).backtest.completed).toBe(true)
    expect(await call(client, '/backtests/update', `{${which}, "name": "two", "note": "n"}`)).toEqual({ success: true })
    expect((await call(client, '/backtests/list', '{"projectId": -1}')).success).toBe(false)
    expect(await call(client, '/backtests/delete', `{${which}}`)).toEqual({ success: true })
  })

  it('account, live and collaboration', async () => {
    const client = newWorld(sandbox.url)
    const id = await project(client)
    expect((await call(client, '/account/read', '{}')).success).toBe(true)
    expect(await call(client, '/live/list', '{}')).toEqual({ live: [], success: true })
    const add = `{"projectId": ${id}, "collaboratorUserId": "noor-q", "collaborationLiveControl": true, "collaborationWrite": true}`
    expect((await call(client, '/projects/collaboration/create', add)).collaborators).toHaveLength(2)
    const left = await call(
      client,
      '/projects/collaboration/delete',
      `{"projectId": ${id}, "collaboratorId": "noor-q"}`,
    )
    expect(left.collaborators).toHaveLength(1)
  })
})
