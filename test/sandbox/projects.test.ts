import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, newWorld } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const day = 86_400_000
const start = Date.UTC(2026, 5, 1, 8)

async function worldWith(...workspace: object[]): Promise<Client> {
  const client = newWorld(sandbox.url)
  await client.control('clock', { now: start, hold: true })
  const { status, text } = await client.control('reset', { workspace })
  if (status !== 200) throw new Error(text)
  await client.control('clock', { now: start, hold: true })
  return client
}

async function names(client: Client, request: object = {}): Promise<string[]> {
  return (await client.post('projects/read', request)).body.projects.map((each: { name: string }) => each.name)
}

function refusal(text: string): object {
  return { success: false, errors: [text] }
}

describe('projects/create', () => {
  it('answers with the project in the shape of §3.4, dates spaced and in UTC', async () => {
    const client = await worldWith()
    const { body } = await client.post('projects/create', { name: 'path/to/dir/one', language: 'Py' })
    const { projectId } = body.projects[0]
    expect(body.projects).toEqual([
      {
        projectId,
        organizationId: '5cad178b20a1d52567b534553413b691',
        name: 'path/to/dir/one',
        modified: '2026-06-01 08:00:00',
        created: '2026-06-01 08:00:00',
        ownerId: 123,
        language: 'Py',
        collaborators: [
          {
            uid: 123,
            liveControl: true,
            permission: 'write',
            publicId: 'mia-ai',
            profileImage: expect.any(String),
            email: 'abc@123.com',
            name: 'Mia',
            bio: null,
            owner: true,
          },
        ],
        leanVersionId: 17000,
        leanPinnedToMaster: true,
        owner: true,
        description: '',
        channelId: expect.stringMatching(new RegExp(`^P${projectId}-[0-9a-f]{32}$`)),
        parameters: [],
        libraries: [],
        grid: null,
        liveGrid: null,
        paperEquity: null,
        lastLiveDeployment: null,
        liveForm: null,
        encrypted: false,
        codeRunning: false,
        leanEnvironment: 1,
        isPinned: false,
        sharingTokenBacktest: '',
        maxFileSize: 262_144,
        encryptionKey: null,
      },
    ])
    expect(body).not.toHaveProperty('versions')
    expect(body).not.toHaveProperty('errors')
  })

  it('puts two files into a new project (§2.2)', async () => {
    const client = await worldWith()
    for (const [language, files] of [
      ['Py', ['main.py', 'research.ipynb']],
      ['C#', ['Main.cs', 'Research.ipynb']],
    ]) {
      const { projectId } = (await client.post('projects/create', { name: 'new', language })).body.projects[0]
      const read = (await client.post('files/read', { projectId })).body.files
      expect(read.map((file: { name: string }) => file.name)).toEqual(files)
    }
  })

  it('stores a taken name with the next number, and calls that a success (§2.2)', async () => {
    const client = await worldWith({ name: 'a/x' })
    const got: string[] = []
    for (let n = 0; n < 3; n += 1) {
      const { body } = await client.post('projects/create', { name: 'a/x', language: 'Py' })
      expect(body.success).toBe(true)
      got.push(body.projects[0].name)
    }
    expect(got).toEqual(['a/x 1', 'a/x 2', 'a/x 3'])
  })

  it('refuses a dot, and other characters outside the documented ones (§4)', async () => {
    const client = await worldWith()
    const { body } = await client.post('projects/create', { name: '.', language: 'Py' })
    expect(body).toEqual(refusal('Project name contains unsupported special character (.)'))
    for (const name of ['a:b', 'a\\b', 'a*', 'ü', ' leading', 'a/CON']) {
      expect((await client.post('projects/create', { name, language: 'Py' })).body.success).toBe(false)
    }
    expect(await names(client)).toEqual([])
  })

  it('names what is missing', async () => {
    const client = await worldWith()
    expect((await client.post('projects/create', { language: 'Py' })).body).toEqual(
      refusal('Required parameter name is empty'),
    )
    expect((await client.post('projects/create', { name: 'x' })).body).toEqual(
      refusal('Required parameter language is empty'),
    )
    expect((await client.post('projects/create', { name: 'x', language: 'Cobol' })).body.success).toBe(false)
  })

  it('creates where it is told, among the organisations of the caller', async () => {
    const client = await worldWith()
    const other = 'd6d62db48592c72e67b534553413b691'
    const made = await client.post('projects/create', { name: 'x', language: 'Py', organizationId: other })
    expect(made.body.projects[0].organizationId).toBe(other)
    const stranger = await client.post('projects/create', { name: 'x', language: 'Py', organizationId: '0'.repeat(32) })
    expect(stranger.body.success).toBe(false)
  })
})

describe('projects/read', () => {
  it('lists everything, the bin and other organisations included, newest modified first', async () => {
    const other = 'd6d62db48592c72e67b534553413b691'
    const client = await worldWith(
      { name: 'old', modified: '2026-01-01 00:00:00' },
      { name: 'Recycle Bin/gone', modified: '2026-03-01T00:00:00Z' },
      { name: 'elsewhere', modified: Date.UTC(2026, 1, 1), organizationId: other },
    )
    expect(await names(client)).toEqual(['Recycle Bin/gone', 'elsewhere', 'old'])
    expect(await names(client, { organizationId: other })).toEqual(['elsewhere'])
    expect((await client.post('projects/read')).body.versions[0]).toMatchObject({ id: 17000, name: 'master' })
  })

  it('gives one project, also when start comes along, as the MCP server sends it (§0.8)', async () => {
    const client = await worldWith({ projectId: 8, name: 'eight' }, { projectId: 9, name: 'nine' })
    expect(await names(client, { projectId: 8, start: 0 })).toEqual(['eight'])
    expect(await names(client, { projectId: 9, start: 1, end: 1 })).toEqual(['nine'])
  })

  it('cuts pages from start up to but not including end', async () => {
    const rows = [1, 2, 3, 4, 5].map((n) => ({ name: `p${n}`, modified: start - n * day }))
    const client = await worldWith(...rows)
    expect(await names(client, { start: 0, end: 2 })).toEqual(['p1', 'p2'])
    expect(await names(client, { end: 2 })).toEqual(['p1', 'p2'])
    expect(await names(client, { start: 2, end: 4 })).toEqual(['p3', 'p4'])
    expect(await names(client, { start: 3 })).toEqual(['p4', 'p5'])
    expect(await names(client, { start: 4, end: 100 })).toEqual(['p5'])
    expect(await names(client, { start: 100, end: 200 })).toEqual([])
  })

  it('refuses an empty range (§2.3)', async () => {
    const client = await worldWith({ name: 'x' })
    expect((await client.post('projects/read', { start: 1, end: 1 })).body).toEqual(refusal('Invalid argument'))
    expect((await client.post('projects/read', { start: 1, end: 0 })).body).toEqual(refusal('Invalid argument'))
    expect((await client.post('projects/read', { start: -1, end: 3 })).body).toEqual(refusal('Invalid argument'))
  })

  it('does not find -1, an unknown id or a project of others', async () => {
    const client = await worldWith({ projectId: 5, ownerId: 456, collaborators: [] })
    for (const projectId of [-1, 4, 5]) {
      expect((await client.post('projects/read', { projectId })).body).toEqual(refusal('Project not found'))
    }
    expect(await names(client)).toEqual([])
    expect(await names(client.as(456, 'def'))).toEqual(['Project 5'])
  })

  it('says owner false of a project that was shared', async () => {
    const client = await worldWith({ projectId: 5, ownerId: 456 })
    const { body } = await client.post('projects/read', { projectId: 5 })
    expect(body.projects[0]).toMatchObject({ owner: false, ownerId: 456 })
    expect(body.projects[0].collaborators.map((each: { uid: number }) => each.uid)).toEqual([456, 123])
  })

  it('shows the encryption key only when one project is read (§2.3)', async () => {
    const client = await worldWith({ projectId: 5, name: 'vault', encrypted: true })
    const all = (await client.post('projects/read')).body.projects[0]
    expect(all).toMatchObject({ encrypted: true, encryptionKey: null })
    const one = (await client.post('projects/read', { projectId: 5 })).body.projects[0]
    expect(one.encryptionKey).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), name: 'desk' })
  })
})

describe('projects/update', () => {
  it('changes what is sent and leaves the rest, and answers with nothing else', async () => {
    const client = await worldWith({ projectId: 5, name: 'a', parameters: [{ key: 'k', value: '1' }] })
    expect((await client.post('projects/update', { projectId: 5, description: 'd' })).text).toBe('{"success":true}')
    await client.post('projects/update', { projectId: 5, name: 'dir/b' })
    const shown = (await client.post('projects/read', { projectId: 5 })).body.projects[0]
    expect(shown).toMatchObject({ name: 'dir/b', description: 'd', parameters: [{ key: 'k', value: '1' }] })
  })

  it('moves modified', async () => {
    const client = await worldWith({ projectId: 5, name: 'a', modified: start - day })
    await client.control('clock', { advance: 5000 })
    await client.post('projects/update', { projectId: 5, description: 'd' })
    expect((await client.post('projects/read', { projectId: 5 })).body.projects[0].modified).toBe('2026-06-01 08:00:05')
  })

  it('takes its own present name, and refuses another project’s (§2.4)', async () => {
    const client = await worldWith({ projectId: 5, name: 'proj<>ect' }, { projectId: 6, name: 'b' })
    expect((await client.post('projects/update', { projectId: 5, name: 'proj<>ect' })).body.success).toBe(true)
    const { body } = await client.post('projects/update', { projectId: 5, name: 'b', description: 'd' })
    expect(body).toEqual(refusal('Project name already exists'))
    expect((await client.post('projects/read', { projectId: 5 })).body.projects[0].description).toBe('')
  })

  it('takes parameters as JSON too: a list, records or a map (§10.9)', async () => {
    const client = await worldWith({ projectId: 5 })
    const wanted = [{ key: 'fast', value: '10' }]
    for (const parameters of [
      wanted,
      { 0: { key: 'fast', value: '10' } },
      [{ name: 'fast', value: 10 }],
      { fast: 10 },
    ]) {
      await client.post('projects/update', { projectId: 5, parameters: [] })
      await client.post('projects/update', { projectId: 5, parameters })
      expect((await client.post('projects/read', { projectId: 5 })).body.projects[0].parameters).toEqual(wanted)
    }
  })

  it('replaces the file set: what is not named goes, what is the same keeps its id (§2.4)', async () => {
    const files = [
      { name: 'main.py', content: 'a' },
      { name: 'old.py', content: 'b' },
    ]
    const client = await worldWith({ projectId: 5, files })
    const before = (await client.post('files/read', { projectId: 5 })).body.files[0]
    const sent = [
      { name: 'main.py', content: 'a' },
      { name: 'new.py', content: 'c' },
    ]
    await client.post('projects/update', { projectId: 5, files: sent })
    const after = (await client.post('files/read', { projectId: 5 })).body.files
    expect(after.map((file: { name: string }) => file.name)).toEqual(['main.py', 'new.py'])
    expect(after[0]).toEqual(before)
  })

  it('changes nothing when one of the fields is refused', async () => {
    const client = await worldWith({ projectId: 5, name: 'a' })
    const request = { projectId: 5, name: 'b', files: [{ name: 'main.py', content: '' }] }
    expect((await client.post('projects/update', request)).body).toEqual(refusal('File content not valid. content: '))
    expect(await names(client)).toEqual(['a'])
  })

  it('sets version, environment, libraries and encryption as lean-cli does (§2.4)', async () => {
    const client = await worldWith({ projectId: 5, name: 'a' }, { projectId: 6, name: 'Library/l' })
    const key = '92eb5ffee6ae2fec3ad71c777531578f'
    await client.form(
      'projects/update',
      `projectId=5&versionId=15298&leanEnvironment=2&libraries[0]=6&encryptionKey=${key}`,
    )
    const first = (await client.post('projects/read', { projectId: 5 })).body.projects[0]
    expect(first).toMatchObject({
      leanVersionId: 15298,
      leanPinnedToMaster: false,
      leanEnvironment: 2,
      encrypted: true,
    })
    expect(first.encryptionKey).toEqual({ id: key, name: 'vault' })
    await client.form('projects/update', 'projectId=5&versionId=-1&libraries=&encryptionKey=')
    const second = (await client.post('projects/read', { projectId: 5 })).body.projects[0]
    expect(second).toMatchObject({ leanVersionId: 17000, leanPinnedToMaster: true, libraries: [], encrypted: false })
    expect((await client.form('projects/update', 'projectId=5&encryptionKey=nope')).body.success).toBe(false)
    expect((await client.form('projects/update', 'projectId=5&libraries[0]=77')).body.success).toBe(false)
  })
})

describe('projects/delete', () => {
  it('moves the project to the bin, where it keeps its id, files and backtests (§2.5)', async () => {
    const client = await worldWith({ projectId: 5, name: 'a/b', backtests: [{}], modified: start - day })
    expect((await client.post('projects/delete', { projectId: 5 })).text).toBe('{"success":true}')
    const { body } = await client.post('projects/read')
    expect(body.projects[0]).toMatchObject({ projectId: 5, name: 'Recycle Bin/a/b', modified: '2026-05-31 08:00:00' })
    expect((await client.post('backtests/list', { projectId: 5 })).body.count).toBe(1)
    expect((await client.post('files/read', { projectId: 5 })).body.files).toHaveLength(1)
  })

  it('purges after 30 days, not before', async () => {
    const client = await worldWith({ projectId: 5, name: 'a' })
    await client.post('projects/delete', { projectId: 5 })
    await client.control('clock', { advance: 30 * day - 1000 })
    expect(await names(client)).toEqual(['Recycle Bin/a'])
    await client.control('clock', { advance: 1000 })
    expect(await names(client)).toEqual([])
    expect((await client.post('projects/read', { projectId: 5 })).body).toEqual(refusal('Project not found'))
  })

  it('restores by a rename out of the bin, and the 30 days are forgotten', async () => {
    const client = await worldWith({ projectId: 5, name: 'a/b' })
    await client.post('projects/delete', { projectId: 5 })
    expect((await client.post('projects/update', { projectId: 5, name: 'a/b' })).body.success).toBe(true)
    await client.control('clock', { advance: 31 * day })
    expect(await names(client)).toEqual(['a/b'])
  })

  it('does not restore onto a name that was taken in the meantime', async () => {
    const client = await worldWith({ projectId: 5, name: 'a' })
    await client.post('projects/delete', { projectId: 5 })
    await client.post('projects/create', { name: 'a', language: 'Py' })
    expect((await client.post('projects/update', { projectId: 5, name: 'a' })).body.success).toBe(false)
  })

  it('gives a second project of the same name in the bin a number', async () => {
    const client = await worldWith({ projectId: 5, name: 'a' }, { projectId: 6, name: 'Recycle Bin/a' })
    await client.post('projects/delete', { projectId: 5 })
    expect((await names(client)).toSorted()).toEqual(['Recycle Bin/a', 'Recycle Bin/a 1'])
  })

  it('takes a collaborator only off the project (§2.5)', async () => {
    const client = await worldWith({ projectId: 5, name: 'shared', ownerId: 456 })
    expect((await client.post('projects/delete', { projectId: 5 })).body.success).toBe(true)
    expect(await names(client)).toEqual([])
    expect(await names(client.as(456, 'def'))).toEqual(['shared'])
  })

  it('leaves the links of others pointing to it (LC#251)', async () => {
    const client = await worldWith({ projectId: 5, name: 'Library/l' }, { projectId: 6, name: 'user', libraries: [5] })
    await client.post('projects/delete', { projectId: 5 })
    const link = (await client.post('projects/read', { projectId: 6 })).body.projects[0].libraries
    expect(link).toMatchObject([{ projectId: 5, libraryName: 'Recycle Bin/Library/l' }])
    await client.control('clock', { advance: 31 * day })
    const lost = (await client.post('projects/read', { projectId: 6 })).body.projects[0].libraries
    expect(lost).toMatchObject([{ projectId: 5, libraryName: '', access: false }])
  })

  it('refuses -1, nothing, and what is not there', async () => {
    const client = await worldWith()
    expect((await client.post('projects/delete', { projectId: -1 })).body).toEqual(refusal('Project not found'))
    expect((await client.post('projects/delete', { projectId: 77 })).body).toEqual(refusal('Project not found'))
    expect((await client.post('projects/delete')).body).toEqual(refusal('Required parameter projectId is empty'))
  })

  it('has no list, bulk or restore endpoint (§2.1)', async () => {
    const client = await worldWith()
    for (const endpoint of ['projects/list', 'projects/restore', 'projects/delete/bulk', 'directories/delete', '']) {
      expect((await client.post(endpoint)).body).toEqual(refusal('Endpoint not found'))
    }
  })
})
