/**
 * What QuantConnect's command-line client sends (fact sheet §2.0, §2.4, §6.1), request by request over a bare socket with
 * nothing changed but the address, and what it makes of the answers (§1.5).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, newWorld, sign } from '../client.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { type Exchanged, exchange } from './wire.ts'

const organizationId = '5cad178b20a1d52567b534553413b691'

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

const agent = {
  'User-Agent': 'Lean CLI 99999999',
  'Accept-Encoding': 'gzip, deflate',
  Accept: '*/*',
  Connection: 'keep-alive',
}

/** As `requests` builds it: GET with a query string. */
function get(client: Client, path: string, query = ''): Promise<Exchanged> {
  return exchange('GET', `${client.api}/${path}${query && `?${query}`}`, { ...agent, ...sign(123, 'abc') })
}

function json(client: Client, path: string, body: string): Promise<Exchanged> {
  const headers = { ...agent, ...sign(123, 'abc'), 'Content-Type': 'application/json' }
  return exchange('POST', `${client.api}/${path}`, headers, body)
}

function form(client: Client, path: string, body: string): Promise<Exchanged> {
  const headers = { ...agent, ...sign(123, 'abc'), 'Content-Type': 'application/x-www-form-urlencoded' }
  return exchange('POST', `${client.api}/${path}`, headers, body)
}

describe('the sequences of §6.1', () => {
  it('lean cloud pull', async () => {
    const library = { projectId: 7, name: 'Library/l', files: [{ name: 'l.py', content: 'l' }] }
    const client = await worldWith(
      { projectId: 5, name: 'proj<>ect', libraries: [7] },
      { projectId: 6, name: 'Recycle Bin/x' },
      library,
    )
    expect((await get(client, 'authenticate')).body).toEqual({ success: true })
    const { projects } = (await get(client, 'projects/read', `organizationId=${organizationId}`)).body
    expect(projects).toHaveLength(3)
    for (const project of projects) {
      for (const field of insistedOn) expect(project).toHaveProperty(field)
      for (const person of project.collaborators) {
        for (const field of ['liveControl', 'permission', 'profileImage', 'name']) expect(person).toHaveProperty(field)
      }
    }
    expect((await get(client, 'files/read', 'projectId=7')).body.files[0]).toMatchObject({
      content: 'l',
      isLibrary: false,
    })
    expect((await form(client, 'projects/update', 'projectId=5&name=proj++ect')).text).toBe('{"success":true}')
    expect((await get(client, 'projects/read', 'projectId=5')).body.projects[0].name).toBe('proj  ect')
  })

  it('lean cloud push of a known project takes it out of the bin, since it always sends the name', async () => {
    const client = await worldWith({ projectId: 5, name: 'Recycle Bin/a/b' })
    const read = await get(client, 'projects/read', `projectId=5&organizationId=${organizationId}`)
    expect(read.body.projects).toHaveLength(1)
    const push =
      'projectId=5&name=a%2Fb&files%5B0%5D%5Bname%5D=main.py&files%5B0%5D%5Bcontent%5D=new' +
      '&encryptionKey=&codeSourceId=cli'
    expect((await form(client, 'projects/update', push)).text).toBe('{"success":true}')
    const [after] = (await client.control('state')).body.projects
    expect(after).toMatchObject({ name: 'a/b', files: [{ name: 'main.py', content: 'new' }] })
    await client.control('clock', { advance: 40 * 86_400_000 })
    expect((await client.control('state')).body.projects).toHaveLength(1)
  })

  it('lean cloud push of a new project meets the other name, and then files of its own', async () => {
    const client = await worldWith({ name: 'options_selection_test' })
    const made = await json(
      client,
      'projects/create',
      '{"name": "options_selection_test", "language": "Py", "organizationId": "5cad178b20a1d52567b534553413b691"}',
    )
    const [project] = made.body.projects
    expect(project.name).toBe('options_selection_test 1')
    const push = `projectId=${project.projectId}&name=options_selection_test+1&files[0][name]=main.py&files[0][content]=x&encryptionKey=`
    expect((await form(client, 'projects/update', push)).body.success).toBe(true)
    expect((await get(client, 'files/read', `projectId=${project.projectId}`)).body.files).toHaveLength(1)
  })

  it('lean cloud push against a lock of somebody else warns', async () => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    await client.post('projects/collaboration/lock/acquire', { projectId: 5, codeSourceId: 'MCP Server' })
    const { status, body } = await form(client, 'projects/update', 'projectId=5&name=p&codeSourceId=cli')
    expect([status, body.success]).toEqual([200, false])
    expect(body.errors[0].toLowerCase()).toContain('write permission')
    expect((await form(client, 'projects/update', 'projectId=5&name=p')).body.success).toBe(true)
  })

  it('lean project-delete', async () => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    const { projects } = (await get(client, 'projects/read', `organizationId=${organizationId}`)).body
    expect((await json(client, 'projects/delete', `{"projectId": ${projects[0].projectId}}`)).text).toBe(
      '{"success":true}',
    )
  })

  it('lean whoami', async () => {
    const client = await worldWith()
    const { organizations } = (await json(client, 'organizations/list', '{}')).body
    const own = organizations.find((each: { ownerName: string }) => each.ownerName === 'You')
    expect(
      (await json(client, 'organizations/read', `{"organizationId": "${own.id}"}`)).body.organization.members[0],
    ).toMatchObject({ email: 'abc@123.com' })
  })

  it('lean cloud backtest', async () => {
    const client = await worldWith({ projectId: 5, name: 'p' })
    await client.control('switches', { compileSeconds: 0, queueSeconds: 0, backtestSeconds: 0 })
    const { compileId } = (await json(client, 'compile/create', '{"projectId": 5}')).body
    expect((await get(client, 'compile/read', `projectId=5&compileId=${compileId}`)).body.state).toBe('BuildSuccess')
    const order = `{"projectId": 5, "compileId": "${compileId}", "backtestName": "Hyper-Active Fluorescent Orange Dog", "requestSource": "CLI 0.0.0-dev"}`
    const { backtest } = (await json(client, 'backtests/create', order)).body
    const done = await get(client, 'backtests/read', `projectId=5&backtestId=${backtest.backtestId}`)
    expect(done.body.backtest).toMatchObject({ completed: true, status: 'Completed.' })
  })

  it('lean cloud object-store set, as multipart', async () => {
    const client = await worldWith()
    const boundary = 'b4d0c27e'
    const part = (name: string, more = '') =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`
    const body = `${part('organizationId')}${organizationId}\r\n${part('key')}k\r\n${part('objectData', '; filename="k"')}data\r\n--${boundary}--\r\n`
    const headers = { ...agent, ...sign(123, 'abc'), 'Content-Type': `multipart/form-data; boundary=${boundary}` }
    expect((await exchange('POST', `${client.api}/object/set`, headers, body)).text).toBe('{"success":true}')
    expect(
      (await json(client, 'object/properties', `{"organizationId": "${organizationId}", "key": "k"}`)).body.metadata
        .size,
    ).toBe(4)
  })
})

/** A missing one crashes lean-cli (§3.1). */
const insistedOn = [
  'projectId',
  'organizationId',
  'name',
  'description',
  'modified',
  'created',
  'language',
  'collaborators',
  'leanVersionId',
  'leanPinnedToMaster',
  'leanEnvironment',
  'parameters',
  'libraries',
]

/** What lean-cli says to its user (§1.5): null = it is content. A 5xx is repeated once, at once. */
async function reaction(call: () => Promise<Exchanged>): Promise<string | null> {
  const first = await call()
  const { status, text, body } = first.status >= 500 ? await call() : first
  if (status === 500) return 'Invalid credentials'
  if (status >= 400) return `failed with status code ${status}`
  if (!text.startsWith('{')) return 'crash: Expecting value: line 1 column 1'
  if (!('success' in body)) return "crash: 'success'"
  if (body.success) return null
  const texts = body.errors ?? body.messages
  return texts ? texts.join('\n') : (body.Message ?? `failed with status code ${status}`)
}

describe('the reactions of §1.5', () => {
  it.each([
    ['empty-500', 'all', 'Invalid credentials'],
    ['status-503', 'all', 'failed with status code 503'],
    ['status-503', [1], null],
    ['status-401', 'all', 'failed with status code 401'],
    ['status-429', 'all', 'failed with status code 429'],
    ['status-413', 'all', 'failed with status code 413'],
    ['refuse', 'all', 'Failed to process request data, please try again shortly.'],
    ['refuse-messages', 'all', 'Failed to process request data, please try again shortly.'],
    ['refuse-message', 'all', 'Internal Error 21'],
    ['refuse-bare', 'all', 'failed with status code 200'],
    ['html', 'all', 'crash: Expecting value: line 1 column 1'],
    ['no-success', 'all', "crash: 'success'"],
  ])('%s on %j', async (kind, calls, said) => {
    const client = await worldWith()
    await client.control('faults', { faults: [{ endpoint: 'projects/read', calls, kind }] })
    expect(await reaction(() => get(client, 'projects/read', `organizationId=${organizationId}`))).toBe(said)
  })
})
