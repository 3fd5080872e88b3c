import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, newWorld } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

async function withAgent(switches: object = {}): Promise<Client> {
  const client = newWorld(sandbox.url)
  const files = [{ name: 'main.py' }, { name: 'notes.md' }]
  const workspace = [{ projectId: 5, name: 'p', modified: '2026-01-01', created: '2025-01-01', agent: true, files }]
  const { status, text } = await client.control('reset', { workspace, switches })
  if (status !== 200) throw new Error(text)
  await client.control('clock', { now: '2026-06-01T08:13:00Z', hold: true })
  return client
}

async function saved(client: Client): Promise<string[]> {
  const { files } = (await client.post('files/read', { projectId: 5 })).body
  return files.map((each: { modified: string }) => each.modified)
}

async function modified(client: Client): Promise<string> {
  return (await client.post('projects/read', { projectId: 5 })).body.projects[0].modified
}

describe('a project that an agent works in (§12)', () => {
  it('looks idle but for the date of a file, which goes on', async () => {
    const client = await withAgent()
    expect(await saved(client)).toEqual(['2026-06-01 08:10:00', '2026-01-01 00:00:00'])
    await client.control('clock', { advance: 86_400_000 })
    expect(await saved(client)).toEqual(['2026-06-02 08:10:00', '2026-01-01 00:00:00'])
    expect(await modified(client)).toBe('2026-01-01 00:00:00')
    const [project] = (await client.post('projects/read', { projectId: 5 })).body.projects
    expect([project.codeRunning, 'agent' in project]).toEqual([false, false])
  })

  it('shows it in its own date where saving a file surely moves it', async () => {
    expect(await modified(await withAgent({ fileMoves: 'yes' }))).toBe('2026-06-01 08:10:00')
    expect(await modified(await withAgent({ fileMoves: 'no' }))).toBe('2026-01-01 00:00:00')
  })

  it('has its edit lock taken until the agent leaves', async () => {
    const client = await withAgent()
    const write = { projectId: 5, name: 'main.py', content: 'x', codeSourceId: 'cli' }
    expect((await client.post('files/update', write)).body.errors[0]).toContain('being edited by Agent')
    await client.control('edit', { projectId: 5, agent: false, modified: '2026-01-01' })
    expect((await client.post('files/update', write)).body.success).toBe(true)
  })
})
