import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clientOf } from './client.ts'
import { fromInventory } from './from.ts'
import { startSandbox } from './server.ts'

const mine = '1234567890abcdef1234567890abcdef'

/** An answer of projects/read as somebody else's account gives it. */
const answer = {
  success: true,
  projects: [
    {
      projectId: 11,
      organizationId: mine,
      name: 'a/b',
      created: '2024-01-01 00:00:00',
      modified: '2025-01-01T00:00:00.000Z',
      ownerId: 98765,
      owner: true,
      collaborators: [
        { uid: 98765, permission: 'write', owner: true },
        { uid: 4, permission: 'read' },
      ],
    },
    {
      projectId: 12,
      organizationId: mine,
      name: 'shared',
      ownerId: 4,
      owner: false,
      collaborators: [
        { uid: 4, owner: true },
        { uid: 98765, permission: 'read' },
      ],
    },
    {
      projectId: 13,
      organizationId: 'f'.repeat(32),
      name: 'elsewhere',
      ownerId: 98765,
      owner: true,
      libraries: [{ projectId: 11 }],
    },
  ],
}

/** The same as leansweep keeps it. */
const inventory = {
  at: 1,
  organizationId: mine,
  running: [11],
  paid: { 11: { backtests: { count: 2, last: 1_735_689_600_000 }, files: { count: 3, bytes: 30 } } },
  projects: [
    {
      id: 11,
      name: 'a/b',
      path: 'a/b',
      organizationId: mine,
      created: 1_704_067_200_000,
      modified: 1_735_689_600_000,
      owned: true,
      ownerId: 98765,
      ownerName: 'Me',
      language: 'C#',
      description: 'd',
      parameters: [],
      libraries: [],
      collaborators: 3,
      encrypted: false,
      codeRunning: false,
      lastLive: 1_735_689_600_000,
    },
    {
      id: 12,
      name: 'shared',
      path: 'shared',
      organizationId: mine,
      created: { unknown: 'no date' },
      modified: 1_735_689_600_000,
      owned: false,
      ownerId: 4,
      libraries: [11],
      collaborators: 2,
      lastLive: null,
    },
  ],
}

async function startFrom(
  value: unknown,
): Promise<{ rows: Record<string, unknown>[]; live: unknown[]; backtests: unknown[]; files: unknown[] }> {
  const path = join(await mkdtemp(join(tmpdir(), 'sandbox-')), 'inventory.json')
  await writeFile(path, JSON.stringify(value))
  const sandbox = await startSandbox({ from: path })
  const client = clientOf(sandbox.url)
  const { projects } = (await client.post('projects/read')).body
  const { live } = (await client.post('live/list')).body
  const { backtests } = (await client.post('backtests/list', { projectId: 11 })).body
  const { files } = (await client.post('files/read', { projectId: 11 })).body
  await sandbox.close()
  const rows = projects.toSorted((a: { projectId: number }, b: { projectId: number }) => a.projectId - b.projectId)
  return { rows, live, backtests, files }
}

describe('a copy of one’s own workspace', () => {
  it.each([
    ['an answer of projects/read', answer],
    ['a bare list of projects', answer.projects],
  ])('starts from %s, as the sandbox’s own user and organisation', async (_what, value) => {
    const { rows } = await startFrom(value)
    const home = '5cad178b20a1d52567b534553413b691'
    expect(rows).toMatchObject([
      {
        projectId: 11,
        name: 'a/b',
        organizationId: home,
        owner: true,
        ownerId: 123,
        created: '2024-01-01 00:00:00',
        modified: '2025-01-01 00:00:00',
      },
      { projectId: 12, owner: false, ownerId: 4, organizationId: home },
      {
        projectId: 13,
        organizationId: 'f'.repeat(32),
        owner: true,
        libraries: [{ projectId: 11, libraryName: 'a/b' }],
      },
    ])
    expect(rows[0]?.collaborators).toMatchObject([{ uid: 123 }, { uid: 4 }])
    expect(rows[1]?.collaborators).toMatchObject([{ uid: 4 }, { uid: 123 }])
  })

  it('starts from an inventory of leansweep, with what was running', async () => {
    const { rows, live, backtests, files } = await startFrom(inventory)
    expect(rows).toMatchObject([
      {
        projectId: 11,
        name: 'a/b',
        owner: true,
        language: 'C#',
        description: 'd',
        codeRunning: false,
        lastLiveDeployment: '2025-01-01 00:00:00',
      },
      { projectId: 12, owner: false, libraries: [{ projectId: 11 }], lastLiveDeployment: null },
    ])
    expect(rows[0]?.collaborators).toHaveLength(3)
    expect(rows[1]?.collaborators).toHaveLength(2)
    expect(rows[0]).not.toHaveProperty('owned')
    expect([backtests.length, files.length]).toEqual([2, 3])
    expect(backtests[0]).toMatchObject({ created: '2025-01-01 00:00:00', status: 'Completed.' })
    expect(live).toMatchObject([{ projectId: 11, status: 'Running' }])
  })

  it('shows every project of the file, also when nothing in it is the saver’s own', async () => {
    const rows = [{ projectId: 1, name: 'theirs', ownerId: 4, owner: false, collaborators: [{ uid: 4 }, { uid: 5 }] }]
    expect((await startFrom(rows)).rows).toMatchObject([{ projectId: 1, owner: false, ownerId: 4 }])
  })

  it('says what is wrong with a file', async () => {
    expect(() => fromInventory({ rows: [] })).toThrow('holds no list of projects')
    expect(() => fromInventory([1, 2])).toThrow('holds no list of projects')
    await expect(startSandbox({ from: '/no/such/file.json' })).rejects.toThrow("can't be read")
    const path = join(await mkdtemp(join(tmpdir(), 'sandbox-')), 'broken.json')
    await writeFile(path, '{"projects":')
    await expect(startSandbox({ from: path })).rejects.toThrow('is not JSON')
  })
})
