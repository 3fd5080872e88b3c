import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, type Client, newWorld, sign } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

async function worldWith(...workspace: object[]): Promise<Client> {
  const client = newWorld(sandbox.url)
  await client.control('reset', { workspace })
  return client
}

describe('the encodings of the API (fact sheet §2.0)', () => {
  it('takes a POST without body and without content type as an empty request', async () => {
    const client = await worldWith({ name: 'one' }, { name: 'two' })
    expect((await client.post('authenticate')).body).toEqual({ success: true })
    expect((await client.post('projects/read')).body.projects).toHaveLength(2)
  })

  it('collapses double slashes and drops a trailing one', async () => {
    const client = await worldWith({ name: 'one' })
    expect((await client.post('/projects/read', {})).body.projects).toHaveLength(1)
    expect((await client.post('//projects//read//', {})).body.projects).toHaveLength(1)
    expect((await client.post('organizations/encryption/keys/list/', {})).body.keys).not.toHaveLength(0)
    const { body } = await client.control('requests')
    expect(body[0]).toMatchObject({ path: 'projects/read', url: expect.stringContaining('/api/v2//projects/read') })
  })

  it('reads a query, a form, JSON and multipart alike, numbers as strings too', async () => {
    const client = await worldWith({ projectId: 1004, name: 'a/c' }, { projectId: 1005, name: 'other' })
    const multipart = new FormData()
    multipart.set('projectId', '1004')
    const answers = [
      await client.get('projects/read', 'projectId=1004'),
      await client.form('projects/read', 'projectId=1004'),
      await client.post('projects/read', { projectId: 1004 }),
      await client.post('projects/read', { projectId: '1004' }),
      await client.send('projects/read', { method: 'POST', body: multipart }),
    ]
    for (const { body } of answers) expect(body.projects.map((each: { name: string }) => each.name)).toEqual(['a/c'])
  })

  it('merges query and body, the body last', async () => {
    const client = await worldWith({ projectId: 1004, name: 'a/c' }, { projectId: 1005, name: 'other' })
    const { body } = await client.post('projects/read?projectId=1005&id=3', { projectId: 1004 })
    expect(body.projects[0].name).toBe('a/c')
  })

  it('takes the forms lean-cli sends to projects/update (§2.4, recorded)', async () => {
    const client = await worldWith({ projectId: 1, name: 'Library/one' }, { projectId: 1004, name: 'a/b' })
    const recorded =
      'projectId=1004&name=a%2Fc&description=d&parameters%5B0%5D%5Bkey%5D=k&parameters%5B0%5D%5Bvalue%5D=v' +
      '&files%5B0%5D%5Bname%5D=main.py&files%5B0%5D%5Bcontent%5D=x&libraries%5B0%5D=1'
    expect((await client.form('projects/update', recorded)).body).toEqual({ success: true })
    const read = (await client.get('projects/read', 'projectId=1004')).body.projects[0]
    expect(read).toMatchObject({ name: 'a/c', description: 'd', parameters: [{ key: 'k', value: 'v' }] })
    expect(read.libraries).toEqual([{ projectId: 1, libraryName: 'Library/one', ownerName: 'You', access: true }])
    const files = (await client.get('files/read', 'projectId=1004')).body.files
    expect(files.map((file: { name: string; content: string }) => [file.name, file.content])).toEqual([
      ['main.py', 'x'],
    ])

    expect((await client.form('projects/update', 'projectId=1004&name=a%2Fc&parameters=')).body).toEqual({
      success: true,
    })
    expect((await client.get('projects/read', 'projectId=1004')).body.projects[0].parameters).toEqual([])
  })

  it('takes the JSON the documented examples send to projects/update (§2.4, recorded)', async () => {
    const client = await worldWith({ projectId: 1005, name: 'Project_x' })
    const recorded = '{"projectId":1005,"name":"Project_1005","description":"The new project name is awesome!"}'
    const headers = { 'content-type': 'application/json' }
    const answer = await client.send('projects/update', { method: 'POST', body: recorded, headers })
    expect(answer.text).toBe('{"success":true}')
    const { body } = await client.post('projects/read', { projectId: 1005 })
    expect(body.projects[0]).toMatchObject({ name: 'Project_1005', description: 'The new project name is awesome!' })
  })

  it('reads True and False, and repeated keys as a list (older examples)', async () => {
    const client = await worldWith({ projectId: 7, name: 'one', backtests: [{ name: 'first' }] })
    const with_ = (await client.form('backtests/list', 'projectId=7&includeStatistics=True')).body.backtests[0]
    const without = (await client.form('backtests/list', 'projectId=7&includeStatistics=False')).body.backtests[0]
    expect(with_).toHaveProperty('sharpeRatio')
    expect(without).not.toHaveProperty('sharpeRatio')
    const { backtestId } = without
    await client.form('backtests/tags/update', `projectId=7&backtestId=${backtestId}&tags=a&tags=b`)
    expect((await client.post('backtests/list', { projectId: 7 })).body.backtests[0].tags).toEqual(['a', 'b'])
    await client.form('backtests/tags/update', `projectId=7&backtestId=${backtestId}&tags[]=c&tags[]=d`)
    expect((await client.post('backtests/list', { projectId: 7 })).body.backtests[0].tags).toEqual(['c', 'd'])
  })

  it('keeps the bytes of a multipart upload', async () => {
    const client = newWorld(sandbox.url)
    const bytes = new Uint8Array([0, 255, 10, 13])
    const form = new FormData()
    form.set('organizationId', '5cad178b20a1d52567b534553413b691')
    form.set('key', 'dir/model.bin')
    form.set('objectData', new Blob([bytes]), 'model.bin')
    expect((await client.send('object/set', { method: 'POST', body: form })).body).toEqual({ success: true })
    expect((await client.control('requests')).body[0].params.objectData).toBe('<4 bytes>')
    const organizationId = '5cad178b20a1d52567b534553413b691'
    const { metadata } = (await client.post('object/properties', { organizationId, key: 'dir/model.bin' })).body
    expect(metadata).toMatchObject({ size: 4, md5: createHash('md5').update(bytes).digest('hex') })
  })

  it('takes the credentials in the query, as links without headers do (§1.1)', async () => {
    const client = await worldWith({ name: 'one' })
    const { authorization, timestamp } = sign(123, 'abc') as { authorization: string; timestamp: string }
    const pair = `authorization=${encodeURIComponent(authorization.slice(6))}&timestamp=${timestamp}`
    const { body } = await ask(`${client.api}/projects/read?${pair}&command[Parameters][Quantity]=10`)
    expect(body).toMatchObject({ success: true, projects: [{ name: 'one' }] })
    const log = (await client.control('requests')).body[0]
    expect(log.params).toEqual({ command: { Parameters: { Quantity: '10' } } })
  })

  it('ignores unknown keys and null fields', async () => {
    const client = await worldWith({ name: 'one' }, { name: 'two' })
    expect(
      (await client.post('projects/read', { id: 5, projectId: null, other: { a: [] } })).body.projects,
    ).toHaveLength(2)
  })

  it('refuses JSON it cannot read instead of taking it for an empty request', async () => {
    const client = await worldWith({ name: 'one' })
    const headers = { 'content-type': 'application/json' }
    const { body } = await client.send('projects/read', { method: 'POST', body: '{"projectId":', headers })
    expect(body).toMatchObject({ success: false })
  })

  it('answers as PHP does: escaped slashes, escaped characters beyond ASCII, [] for empty maps', async () => {
    const client = await worldWith({ name: 'a/Überrendite', backtests: [{}] })
    const { text, body } = await client.post('projects/read')
    expect(text).toContain('"name":"a\\/\\u00dcberrendite"')
    expect(body.projects[0]).toMatchObject({ name: 'a/Überrendite', parameters: [], libraries: [] })
    const { projectId } = body.projects[0]
    expect((await client.post('backtests/list', { projectId })).body.backtests[0].parameterSet).toEqual([])
  })

  it('answers other methods than GET and POST with 405', async () => {
    const client = await worldWith()
    expect((await client.send('projects/read', { method: 'PUT' })).status).toBe(405)
  })
})
