import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, newWorld } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const projectId = 5

async function shared(...collaborators: object[]): Promise<{ mia: Client; noor: Client }> {
  const mia = newWorld(sandbox.url)
  await mia.control('reset', { workspace: [{ projectId, name: 'p', collaborators }] })
  return { mia, noor: mia.as(456, 'def') }
}

describe('projects/collaboration', () => {
  it('adds somebody by public id, who then sees the project', async () => {
    const { mia, noor } = await shared()
    expect((await noor.post('projects/read', { projectId })).body.success).toBe(false)
    const request = {
      projectId,
      collaboratorUserId: 'noor-q',
      collaborationLiveControl: false,
      collaborationWrite: false,
    }
    const { body } = await mia.post('projects/collaboration/create', request)
    expect(body.collaborators).toMatchObject([
      { uid: 123, owner: true },
      { uid: 456, permission: 'read', owner: false },
    ])
    expect((await noor.post('projects/read', { projectId })).body.projects[0].owner).toBe(false)
    expect((await mia.post('projects/collaboration/create', request)).body.success).toBe(false)
    expect((await noor.post('projects/collaboration/read', { projectId })).body).toMatchObject({
      userLiveControl: false,
      userPermissions: 'read',
      success: true,
    })
  })

  it('lets a reader read and a writer write', async () => {
    const { mia, noor } = await shared({ uid: 456, permission: 'read' })
    expect((await noor.post('files/read', { projectId })).body.success).toBe(true)
    const refused = await noor.post('projects/update', { projectId, description: 'd' })
    expect(refused.body.errors[0]).toContain('write permission')
    const request = { projectId, collaboratorUserId: 'noor-q', liveControl: true, write: true }
    const updated = await mia.post('projects/collaboration/update', request)
    expect(updated.body.collaborators[1]).toMatchObject({ uid: 456, permission: 'write', liveControl: true })
    expect((await noor.post('projects/update', { projectId, description: 'd' })).body.success).toBe(true)
  })

  it('leaves it to the owner who helps, but anybody may leave; the field is collaboratorId there (§2.6)', async () => {
    const { mia, noor } = await shared({ uid: 456 }, { uid: 789 })
    expect(
      (await noor.post('projects/collaboration/delete', { projectId, collaboratorId: 'teo-lab' })).body.success,
    ).toBe(false)
    const wrong = await mia.post('projects/collaboration/delete', { projectId, collaboratorUserId: 'teo-lab' })
    expect(wrong.body.errors).toEqual(['Required parameter collaboratorId is empty'])
    expect(
      (await mia.post('projects/collaboration/delete', { projectId, collaboratorId: 'teo-lab' })).body.success,
    ).toBe(true)
    expect(
      (await noor.post('projects/collaboration/delete', { projectId, collaboratorId: 'noor-q' })).body.success,
    ).toBe(true)
    const { body } = await mia.post('projects/collaboration/read', { projectId })
    expect(body).toMatchObject({ collaborators: [{ uid: 123 }], userLiveControl: true, userPermissions: 'write' })
  })

  it('gives every user his own view', async () => {
    const mia = newWorld(sandbox.url)
    const workspace = [
      { name: 'mine' },
      { name: 'shared', ownerId: 456 },
      { name: 'hers', ownerId: 456, collaborators: [], live: [{}] },
      { name: 'with teo', collaborators: [{ uid: 789 }] },
    ]
    await mia.control('reset', { workspace })
    async function sees(client: Client): Promise<string[]> {
      const { projects } = (await client.post('projects/read')).body
      return projects.map((each: { name: string }) => each.name).toSorted()
    }
    expect(await sees(mia)).toEqual(['mine', 'shared', 'with teo'])
    expect(await sees(mia.as(456, 'def'))).toEqual(['hers', 'shared'])
    expect(await sees(mia.as(789, 'ghi'))).toEqual(['with teo'])
    expect((await mia.post('live/list')).body.live).toEqual([])
    expect((await mia.as(456, 'def').post('live/list')).body.live).toHaveLength(1)
    expect((await mia.control('state')).body.projects).toHaveLength(4)
  })
})

describe('the edit lock', () => {
  it('refuses who names another source, lets through who names none (§2.4)', async () => {
    const { mia, noor } = await shared({ uid: 456 })
    expect(
      (await mia.post('projects/collaboration/lock/acquire', { projectId, codeSourceId: 'MCP Server' })).text,
    ).toBe('{"success":true}')
    const edit = { projectId, name: 'main.py', content: 'x' }
    const push = await mia.post('files/update', { ...edit, codeSourceId: 'cli' })
    expect(push.body.errors[0].toLowerCase()).toContain('write permission')
    expect((await noor.post('files/update', { ...edit, codeSourceId: 'MCP Server' })).body.success).toBe(false)
    expect((await mia.post('files/update', { ...edit, codeSourceId: 'MCP Server' })).body.success).toBe(true)
    expect((await noor.post('files/update', edit)).body.success).toBe(true)
    await noor.post('projects/collaboration/lock/acquire', { projectId, codeSourceId: 'cli' })
    expect((await mia.post('files/update', { ...edit, codeSourceId: 'MCP Server' })).body.success).toBe(false)
  })

  it('is not for readers', async () => {
    const { noor } = await shared({ uid: 456, permission: 'read' })
    const request = { projectId, codeSourceId: 'cli' }
    expect((await noor.post('projects/collaboration/lock/acquire', request)).body.success).toBe(false)
  })
})
