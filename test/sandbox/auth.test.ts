import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answered, ask, type Client, newWorld, sign } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function authenticate(client: Client, headers: Record<string, string>): Promise<Answered> {
  return ask(`${client.api}/authenticate`, { headers })
}

describe('the vectors of fact sheet §1.1', () => {
  it('has the published hashes', () => {
    const first = createHash('sha256').update('abc:1700000000').digest('hex')
    expect(first).toBe('bd3c65e40382f265264d55f094fd93b4fc17091e094df758b8eb909bb0127b26')
    const second = createHash('sha256')
      .update(`${'0123456789abcdef'.repeat(4)}:1763900000`)
      .digest('hex')
    expect(second).toBe('8de60eb40952c90c20a7b5e989124a83975a89932a0ef38d4adba7ccf052f8ed')
    expect(sign(123456, '0123456789abcdef'.repeat(4), 1763900000).authorization).toBe(
      'Basic MTIzNDU2OjhkZTYwZWI0MDk1MmM5MGMyMGE3YjVlOTg5MTI0YTgzOTc1YTg5OTMyYTBlZjM4ZDRhZGJhN2NjZjA1MmY4ZWQ=',
    )
  })

  it('takes the first one, header by header, when its clock says 1700000000', async () => {
    const client = newWorld(sandbox.url)
    await client.control('switches', { authClock: 'sandbox' })
    await client.control('clock', { now: 1_700_000_000_000, hold: true })
    const value = 'MTIzOmJkM2M2NWU0MDM4MmYyNjUyNjRkNTVmMDk0ZmQ5M2I0ZmMxNzA5MWUwOTRkZjc1OGI4ZWI5MDliYjAxMjdiMjY='
    const { body } = await authenticate(client, { authorization: `Basic ${value}`, timestamp: '1700000000' })
    expect(body).toEqual({ success: true })
  })
})

describe('authenticate', () => {
  it('takes GET and POST', async () => {
    const client = newWorld(sandbox.url)
    expect((await client.get('authenticate')).text).toBe('{"success":true}')
    expect((await client.post('authenticate')).text).toBe('{"success":true}')
  })

  it('lets one pair be used again, and in parallel', async () => {
    const client = newWorld(sandbox.url)
    const pair = sign(123, 'abc', nowSeconds() - 7000)
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => authenticate(client, pair)))
    for (const { body } of answers) expect(body).toEqual({ success: true })
  })

  it('refuses a pair older than 7,200 s or more than 300 s ahead, and says which time it got', async () => {
    const client = newWorld(sandbox.url)
    for (const away of [-7210, 310]) {
      const seconds = nowSeconds() + away
      const { status, body } = await authenticate(client, sign(123, 'abc', seconds))
      expect(status).toBe(200)
      expect(body).toEqual({ success: false, errors: [`Invalid timestamp, value received: ${seconds}`] })
    }
    for (const away of [-7190, 290]) {
      expect((await authenticate(client, sign(123, 'abc', nowSeconds() + away))).body).toEqual({ success: true })
    }
  })

  it('refuses milliseconds', async () => {
    const { body } = await authenticate(newWorld(sandbox.url), sign(123, 'abc', Date.now()))
    expect(body.errors[0]).toMatch(/^Invalid timestamp, value received: \d{13}$/)
  })

  it('says 0 when the Timestamp header is missing or unreadable', async () => {
    const client = newWorld(sandbox.url)
    const { authorization = '' } = sign(123, 'abc')
    for (const headers of [
      { authorization },
      { authorization, timestamp: 'soon' },
      { authorization, timestamp: '1e9' },
    ]) {
      expect((await authenticate(client, headers)).body.errors).toEqual(['Invalid timestamp, value received: 0'])
    }
  })

  it.each([
    ['no credentials', { timestamp: '0' }, /^Hash doesn't match\./],
    ['a bearer token', { authorization: 'Bearer abc', timestamp: '0' }, /^Hash doesn't match\./],
    ['a wrong token', sign(123, 'abd'), /^Hash doesn't match\./],
    ['an upper-case hash', upper(), /^Hash doesn't match\./],
    ['an unknown user', sign(999, 'abc'), /^UserID not valid/],
  ])('refuses %s', async (_what, headers, text) => {
    const { status, body } = await authenticate(newWorld(sandbox.url), headers as Record<string, string>)
    expect(status).toBe(200)
    expect(body.success).toBe(false)
    expect(body.errors[0]).toMatch(text)
  })

  it('signs an HMAC, as many texts claim, in vain', async () => {
    const { timestamp = '' } = sign(123, 'abc')
    const { createHmac } = await import('node:crypto')
    const hash = createHmac('sha256', 'abc').update(timestamp).digest('hex')
    const authorization = `Basic ${Buffer.from(`123:${hash}`).toString('base64')}`
    expect((await authenticate(newWorld(sandbox.url), { authorization, timestamp })).body.success).toBe(false)
  })

  it('checks before it looks at the endpoint, and has no effect', async () => {
    const client = newWorld(sandbox.url)
    await client.control('reset', { workspace: [{ projectId: 5, name: 'x' }] })
    const init = { method: 'POST', body: 'projectId=5', headers: sign(123, 'wrong') }
    expect((await ask(`${client.api}/projects/delete`, init)).body.success).toBe(false)
    expect((await ask(`${client.api}/no/such/thing`, init)).body.errors[0]).toMatch(/^Hash/)
    expect((await client.control('state')).body.projects[0].name).toBe('x')
    expect((await client.control('requests')).body[0]).toMatchObject({ user: null, success: false })
  })
})

function upper(): Record<string, string> {
  const seconds = nowSeconds()
  const hash = createHash('sha256').update(`abc:${seconds}`).digest('hex').toUpperCase()
  return { authorization: `Basic ${Buffer.from(`123:${hash}`).toString('base64')}`, timestamp: String(seconds) }
}
