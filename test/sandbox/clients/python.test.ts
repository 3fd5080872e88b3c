import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, newWorld } from '../client.ts'
import { type Sandbox, startSandbox } from '../server.ts'

const program = fileURLToPath(new URL('update_project_examples.py', import.meta.url))
const python = spawnSync('python3', ['--version']).status === 0
if (!python) console.warn('Skipped: the documented Python examples, because there is no python3 on this machine.')

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

interface Ended {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly error: string
}

/** Runs an example with its base URL ending in a slash, as published. */
function run(client: Client, ...args: string[]): Promise<Ended> {
  const child = spawn('python3', [program, `${client.api}/`, '123', 'abc', ...args])
  let [out, error] = ['', '']
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (error += chunk))
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, lines: out.split('\n').filter(Boolean), error }))
  })
}

async function worldWith(...names: string[]): Promise<Client> {
  const client = newWorld(sandbox.url)
  await client.control('reset', { workspace: names.map((name) => ({ name, modified: '2026-01-01' })) })
  return client
}

async function leftOutsideBin(client: Client): Promise<string[]> {
  const names = (await client.post('projects/read')).body.projects.map((each: { name: string }) => each.name)
  return names.filter((name: string) => !name.startsWith('Recycle Bin/')).toSorted()
}

describe.skipIf(!python)('the documented Python examples (fact sheet §1.1, §7)', () => {
  it('example 1 creates and renames a project, and reads all projects where it means one', async () => {
    const client = await worldWith('one', 'two')
    const { code, lines, error } = await run(client, 'create-and-update')
    expect([code, error]).toEqual([0, ''])
    const id = Number(/^created (\d+)$/.exec(lines[0] ?? '')?.[1])
    expect(lines).toEqual([`created ${id}`, 'updated True', `read ${id} of 3`])
    const { body } = await client.post('projects/read', { projectId: id })
    expect(body.projects[0]).toMatchObject({ name: `Project_${id}`, description: 'The new project name is awesome!' })
  })

  it('example 1 prints the first of all projects, whichever it is', async () => {
    const client = await worldWith('one', 'two')
    await client.control('switches', { order: 'id' })
    const { lines } = await run(client, 'create-and-update')
    expect(lines[2]).not.toContain(lines[0]?.replace('created ', '') ?? 'nothing')
  })

  it('sends what the page shows: double slashes, and no body where there is nothing to say', async () => {
    const client = await worldWith('one')
    await run(client, 'create-and-update')
    const log = (await client.control('requests')).body
    expect(log.map((each: { method: string; path: string }) => `${each.method} ${each.path}`)).toEqual([
      'POST authenticate',
      'POST projects/create',
      'POST projects/update',
      'POST projects/read',
    ])
    for (const each of log) expect(each).toMatchObject({ url: expect.stringContaining('/api/v2//'), success: true })
    expect(log[0].params).toEqual({})
  })

  it('example 2 deletes what is in the directory', async () => {
    const client = await worldWith('path/to/dir/one', 'path/to/dir/sub/two', 'path/to/dir2/three', 'else')
    const { code, error } = await run(client, 'delete-directory', 'path/to/dir')
    expect([code, error]).toEqual([0, ''])
    expect(await leftOutsideBin(client)).toEqual(['else', 'path/to/dir2/three'])
  })

  it('example 2 shows its own fault: it deletes the ancestors of the directory too (§7 traps 1 to 4)', async () => {
    const client = await worldWith('path', 'path/to', 'path/to/dir', 'path/to/dir/one', '/path/to/dir/lead', 'other')
    await run(client, 'delete-directory', 'path/to/dir')
    expect(await leftOutsideBin(client)).toEqual(['/path/to/dir/lead', 'other'])
  })

  it('example 2 with the key of the page deletes ancestors although the directory does not exist (trap 2)', async () => {
    const client = await worldWith('path', 'path/to', 'path/to/projects')
    await run(client, 'delete-directory', '/path/to/projects/to/delete')
    expect(await leftOutsideBin(client)).toEqual([])
  })

  it('example 2 counts a refusal as a deletion (trap 13), and dies of an empty key (trap 7)', async () => {
    const client = await worldWith('a/b')
    await client.control('faults', { faults: [{ endpoint: 'projects/delete', calls: 'all', kind: 'refuse' }] })
    const { code, lines } = await run(client, 'delete-directory', 'a')
    expect([code, lines]).toEqual([0, ['deleted a/b']])
    expect(await leftOutsideBin(client)).toEqual(['a/b'])
    const empty = await run(client, 'delete-directory', '/')
    expect([empty.code, empty.error]).toEqual([1, expect.stringContaining("'NoneType' object is not iterable")])
  })
})
