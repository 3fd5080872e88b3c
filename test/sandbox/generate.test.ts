import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOf } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

type Row = Record<string, unknown> & { projectId: number; name: string; live: unknown[] }

let sandbox: Sandbox
let rows: Row[]

beforeAll(async () => {
  sandbox = await startSandbox({ projects: 400, seed: 7 })
  rows = (await clientOf(sandbox.url).control('state')).body.projects
})
afterAll(() => sandbox.close())

async function generated(projects: number, seed: number): Promise<Row[]> {
  const client = clientOf(`${sandbox.url}/w/generated`)
  await client.control('reset', { projects, seed })
  return (await client.control('state')).body.projects
}

/** What of a project does not move with the clock. */
function contents(row: Row): unknown {
  const files = (row.files as { name: string; content: string }[]).map(({ name, content }) => [name, content])
  const backtests = (row.backtests as { backtestId: string; name: string }[]).map(({ backtestId, name }) => [
    backtestId,
    name,
  ])
  return { files, backtests, parameters: row.parameters, collaborators: row.collaborators }
}

function count(test: (row: Row) => boolean): number {
  return rows.filter(test).length
}

describe('the generated workspace', () => {
  it('has exactly as many projects as asked for, all visible to the default user', async () => {
    expect(rows).toHaveLength(400)
    expect((await clientOf(sandbox.url).post('projects/read')).body.projects).toHaveLength(400)
    expect(await generated(3, 1)).toHaveLength(3)
  })

  it('is the same for the same seed, and another for another', async () => {
    const [one, again, other] = [await generated(150, 5), await generated(150, 5), await generated(150, 6)]
    const names = one.map((row) => row.name)
    expect(again.map((row) => row.name)).toEqual(names)
    expect(again.map((row) => row.projectId)).toEqual(one.map((row) => row.projectId))
    expect(again.map(contents)).toEqual(one.map(contents))
    expect(other.map((row) => row.name)).not.toEqual(names)
  })

  it('holds one of everything that fact sheet §11 lists', () => {
    const names = rows.map((row) => row.name)
    for (const name of ['a', 'a/b', 'a/b/c', 'a/b2', '/leading/slash', 'double//slash', 'trailing space ', 'A/B/C']) {
      expect(names).toContain(name)
    }
    for (const name of ['x', 'x 1', 'x 2', 'proj<>ect', '研究/波动率']) expect(names).toContain(name)
    expect(count((row) => row.name.startsWith('Recycle Bin/'))).toBeGreaterThan(2)
    expect(count((row) => row.name.startsWith('Boot Camp/'))).toBeGreaterThan(1)
    const linking = rows.filter((row) => JSON.stringify(row.libraries).includes('Library/indicators'))
    expect(linking.length).toBeGreaterThanOrEqual(2)
    expect(count((row) => JSON.stringify(row.live).includes('"Running"'))).toBeGreaterThan(1)
    expect(count((row) => JSON.stringify(row.live).includes('"Stopped"'))).toBeGreaterThan(0)
    expect(count((row) => row.owner === false)).toBeGreaterThan(1)
    expect(count((row) => row.organizationId !== '5cad178b20a1d52567b534553413b691')).toBeGreaterThan(1)
    expect(count((row) => row.encrypted === true)).toBeGreaterThan(0)
    expect(count((row) => (row.collaborators as unknown[]).length > 2)).toBeGreaterThan(0)
    expect(count((row) => String(row.description).includes('[keep'))).toBeGreaterThan(1)
    expect(count((row) => row.language === 'C#')).toBeGreaterThan(0)
    expect(count((row) => !Array.isArray(row.parameters))).toBeGreaterThan(1)
    expect(count((row) => row.name.startsWith('Clone of: '))).toBeGreaterThan(1)
    expect(count((row) => row.name.startsWith('branches/'))).toBeGreaterThan(5)
    expect(count((row) => row.name.startsWith('Sweeps/'))).toBeGreaterThan(20)
  })

  it('is plausible: made before it was edited, edited before now, names of one owner unlike', () => {
    const now = new Date().toISOString().slice(0, 19).replace('T', ' ')
    for (const row of rows) {
      expect(String(row.created) <= String(row.modified)).toBe(true)
      expect(String(row.modified) <= now).toBe(true)
    }
    const own = rows.filter((row) => row.owner === true).map((row) => row.name)
    expect(new Set(own).size).toBe(own.length)
    expect(new Set(rows.map((row) => row.modified)).size).toBeGreaterThan(300)
  })

  it('grows to 50,000 projects in a few seconds, and lists them', { timeout: 120_000 }, async () => {
    const began = process.cpuUsage()
    const large = await startSandbox({ projects: 50_000 })
    const client = clientOf(large.url)
    const { body } = await client.post('projects/read', { start: 0, end: 1000 })
    expect(body.projects).toHaveLength(1000)
    const first = seconds(process.cpuUsage(began))
    const { text } = await client.post('projects/read')
    const all = seconds(process.cpuUsage(began)) - first
    await large.close()
    expect(text.length).toBeGreaterThan(30_000_000)
    expect(first).toBeLessThan(15)
    expect(all).toBeLessThan(15)
  })
})

/** Time of the processor: what else the machine does meanwhile does not count. */
function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}
