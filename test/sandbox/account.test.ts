import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, newWorld } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const organizationId = '5cad178b20a1d52567b534553413b691'

async function worldWith(...workspace: object[]): Promise<Client> {
  const client = newWorld(sandbox.url)
  await client.control('reset', { workspace })
  return client
}

describe('account and organisations (§2.14)', () => {
  it('reads the account, its card with an escaped slash', async () => {
    const { text, body } = await newWorld(sandbox.url).post('account/read', {})
    expect(text).toContain('"expiration":"12\\/27"')
    expect(body).toMatchObject({ organizationId, creditBalance: 111.56, success: true })
  })

  it('lists organisations, the own one by the owner name You', async () => {
    const { organizations } = (await newWorld(sandbox.url).post('organizations/list', {})).body
    expect(organizations).toMatchObject([
      { id: organizationId, ownerName: 'You', members: 3, preferred: true },
      { ownerName: 'Noor', members: 2, preferred: false },
    ])
  })

  it('reads one organisation, the preferred by default, but not one of strangers', async () => {
    const client = newWorld(sandbox.url)
    const { organization } = (await client.post('organizations/read', {})).body
    expect(organization).toMatchObject({ id: organizationId, type: 'Trading Firm', seats: 3 })
    expect(organization.members[0]).toEqual({ id: 123, name: 'Mia', isAdmin: true, email: 'abc@123.com' })
    const teo = client.as(789, 'ghi')
    const other = { organizationId: 'd6d62db48592c72e67b534553413b691' }
    expect((await teo.post('organizations/read', other)).body.success).toBe(false)
  })

  it('lists encryption keys at a path with a trailing slash, versions and environments', async () => {
    const client = newWorld(sandbox.url)
    expect((await client.post('organizations/encryption/keys/list/', {})).body.keys[0].hash).toMatch(/^[0-9a-f]{32}$/)
    expect((await client.post('lean/versions/read', {})).body.versions[0]).toMatchObject({
      name: 'master',
      public: true,
    })
    expect((await client.get('lean/environments/read')).body.environments[0]).toMatchObject({
      id: 1,
      path: expect.any(String),
    })
  })
})

describe('nodes and libraries (§2.7)', () => {
  it('lists nodes of an organisation, and who keeps one busy', async () => {
    const client = await worldWith({ projectId: 5, name: 'trader', live: [{}] })
    const { body } = await client.post('nodes/read', { organizationId })
    expect(body.backtest).toHaveLength(3)
    expect(body.live[0]).toMatchObject({
      id: expect.stringMatching(/^LN-/),
      busy: true,
      projectName: 'trader',
      projectId: 5,
    })
    expect(body.live[1]).toMatchObject({ busy: false, hasGpu: 0, host: null })
    expect(body.live[0]).not.toHaveProperty('active')
  })

  it('chooses nodes for a project, and goes back to automatic', async () => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    const first = (await client.post('projects/nodes/read', { projectId: 5 })).body
    expect(first).toMatchObject({ autoSelectNode: true, success: true })
    const { id } = first.nodes.backtest[1]
    const chosen = (await client.post('projects/nodes/update', { projectId: 5, nodes: [id] })).body
    expect(chosen.autoSelectNode).toBe(false)
    expect(chosen.nodes.backtest.map((node: { active: boolean }) => node.active)).toEqual([false, true, false])
    expect((await client.post('projects/nodes/update', { projectId: 5, nodes: ['LN-x'] })).body.success).toBe(false)
    expect((await client.post('projects/nodes/update', { projectId: 5, nodes: [] })).body.autoSelectNode).toBe(true)
  })

  it('links and unlinks libraries', async () => {
    const client = await worldWith({ projectId: 5, name: 'p' }, { projectId: 6, name: 'Library/l', ownerId: 456 })
    async function linked(): Promise<unknown> {
      return (await client.post('projects/read', { projectId: 5 })).body.projects[0].libraries
    }
    expect((await client.post('projects/library/create', { projectId: 5, libraryId: 6 })).text).toBe('{"success":true}')
    expect(await linked()).toEqual([{ projectId: 6, libraryName: 'Library/l', ownerName: 'Noor', access: true }])
    expect((await client.post('projects/library/delete', { projectId: 5, libraryId: 6 })).text).toBe('{"success":true}')
    expect(await linked()).toEqual([])
    expect((await client.post('projects/library/create', { projectId: 5, libraryId: 7 })).body.success).toBe(false)
    expect((await client.post('projects/library/delete', { projectId: 5, libraryId: 6 })).body.success).toBe(false)
  })
})

describe('the object store (§2.13)', () => {
  it('lists one level, shows properties, deletes files and folders', async () => {
    const client = newWorld(sandbox.url)
    await client.control('reset', { projects: 5 })
    const top = (await client.post('object/list', { organizationId, path: '/' })).body
    expect(top).toMatchObject({ path: '/', page: 1, totalPages: 1, objectStorageUsed: 30, success: true })
    const names = top.objects.map((each: { name: string }) => each.name)
    expect(names).toEqual(['models', 'shared', '.assistant'])
    expect(top.objects[0]).toMatchObject({ mime: 'directory', folder: true })
    const inside = (await client.post('object/list', { organizationId, path: 'models' })).body.objects
    expect(inside).toMatchObject([{ key: 'models/momentum.json', mime: 'application/json', folder: false, size: 21 }])

    const key = 'models/momentum.json'
    const { metadata } = (await client.post('object/properties', { organizationId, key })).body
    expect(metadata).toMatchObject({
      key,
      size: 21,
      md5: expect.stringMatching(/^[0-9a-f]{32}$/),
      preview: '{"weights":[0.2,0.8]}',
    })
    expect((await client.post('object/delete', { organizationId, key: 'models' })).text).toBe('{"success":true}')
    expect((await client.post('object/delete', { organizationId, key: 'models' })).body.success).toBe(false)
    expect((await client.post('object/properties', { organizationId, key })).body.success).toBe(false)
    expect((await client.post('object/list', {})).body.errors).toEqual(['Required parameter organizationId is empty'])
  })
})
