import { describe, expect, it } from 'vitest'
import { createMeter } from '../../src/quantconnect/meter.ts'
import { issuePermit, type Mutation, type Permit } from '../../src/quantconnect/permit.ts'
import { fakeApi, json, projectRow, START } from './fake-api.ts'

const DELETE: Mutation = { endpoint: 'projects/delete', projectId: 7 }
const fine = () => json({ success: true })

describe('mutate', () => {
  it.each<[string, Mutation, string, string]>([
    ['a delete', DELETE, 'projects/delete', '{"projectId":7}'],
    [
      'a rename',
      { endpoint: 'projects/update', projectId: 7, name: 'a/b' },
      'projects/update',
      '{"projectId":7,"name":"a/b","codeSourceId":"leansweep"}',
    ],
    [
      'a description, also an empty one',
      { endpoint: 'projects/update', projectId: 7, description: '' },
      'projects/update',
      '{"projectId":7,"description":"","codeSourceId":"leansweep"}',
    ],
    [
      'parameters, as the form that lean-cli sends',
      {
        endpoint: 'projects/update',
        projectId: 1004,
        name: 'a/c',
        description: 'd',
        parameters: [{ key: 'k', value: 'v' }],
      },
      'projects/update',
      'projectId=1004&name=a%2Fc&description=d&codeSourceId=leansweep&parameters%5B0%5D%5Bkey%5D=k&parameters%5B0%5D%5Bvalue%5D=v',
    ],
    [
      'no parameters at all, as lean-cli clears them',
      { endpoint: 'projects/update', projectId: 1004, name: 'a/c', parameters: [] },
      'projects/update',
      'projectId=1004&name=a%2Fc&codeSourceId=leansweep&parameters=',
    ],
    [
      'a new file',
      { endpoint: 'files/create', projectId: 7, name: 'x.py', content: 'pass' },
      'files/create',
      '{"projectId":7,"name":"x.py","content":"pass","codeSourceId":"leansweep"}',
    ],
    [
      'a changed file',
      { endpoint: 'files/update', projectId: 7, name: 'x.py', content: 'pass' },
      'files/update',
      '{"projectId":7,"name":"x.py","content":"pass","codeSourceId":"leansweep"}',
    ],
  ])('sends %s', async (_, mutation, path, body) => {
    const { client, seen, meter } = fakeApi(fine)
    const { result, effect } = await client.mutate(issuePermit(mutation), meter)
    expect([result, effect]).toEqual([{ ok: true, value: { created: null } }, 'accepted'])
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ path, body, method: 'POST' })
    expect(seen[0]?.headers.get('Content-Type')).toBe(
      body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded',
    )
  })

  it('sends nothing but the known fields, whatever else the mutation carries', async () => {
    const { client, seen, meter } = fakeApi(fine)
    const crowded = { ...DELETE, name: 'x', organizationId: 'y', files: [] } as Mutation
    await client.mutate(issuePermit(crowded), meter)
    expect(seen[0]?.body).toBe('{"projectId":7}')
  })

  it('gives the project a create made, under the name the cloud chose', async () => {
    const { client, meter } = fakeApi(() => json({ success: true, projects: [projectRow({ name: 'a 1' })] }))
    const permit = issuePermit({ endpoint: 'projects/create', name: 'a', language: 'Py' })
    expect(await client.mutate(permit, meter)).toMatchObject({ result: { value: { created: { name: 'a 1' } } } })
  })

  it('does not trust a create that shows no project, but says that it was accepted', async () => {
    const { client, meter } = fakeApi(fine)
    const permit = issuePermit({ endpoint: 'projects/create', name: 'a', language: 'Py' })
    expect(await client.mutate(permit, meter)).toMatchObject({
      effect: 'accepted',
      result: { failure: { kind: 'malformed' } },
    })
  })

  it('says when it sent and when the answer came', async () => {
    const { client, meter, advance } = fakeApi(() => {
      advance(1_234)
      return fine()
    })
    const { sentAt, answeredAt } = await client.mutate(issuePermit(DELETE), meter)
    expect([sentAt, answeredAt]).toEqual([START, START + 1_234])
  })

  it.each<[string, () => Response | Promise<Response>, string, string]>([
    ['a refusal', () => json({ success: false, errors: ['No.'] }), 'refused', 'none'],
    ['HTTP 413', () => new Response(null, { status: 413 }), 'refused', 'none'],
    ['HTTP 403', () => new Response(null, { status: 403 }), 'refused', 'none'],
    ['bad credentials', () => new Response(null, { status: 401 }), 'auth', 'none'],
    ['an unknown project', () => json({ success: false, errors: ['Project not found'] }), 'notFound', 'none'],
    ['HTTP 429', () => new Response(null, { status: 429, headers: { 'Retry-After': '1' } }), 'throttled', 'none'],
    ['in-band throttling', () => json({ success: false, errors: ['Please slow down.'] }), 'throttled', 'none'],
    [
      'a hiccup',
      () => json({ success: false, errors: ['Failed to process request data, please try again shortly.'] }),
      'transport',
      'unknown',
    ],
    ['an empty HTTP 500', () => new Response(null, { status: 500 }), 'transport', 'unknown'],
    ['HTTP 503', () => new Response('<html></html>', { status: 503 }), 'transport', 'unknown'],
    ['HTTP 408', () => new Response(null, { status: 408 }), 'transport', 'unknown'],
    ['a redirect', () => new Response(null, { status: 302 }), 'transport', 'unknown'],
    ['a web page', () => new Response('<html></html>'), 'transport', 'unknown'],
    ['an answer cut short', () => new Response('{"succ'), 'malformed', 'unknown'],
    ['no success key', () => json({}), 'malformed', 'unknown'],
    ['a connection that broke', () => Promise.reject(new Error('Network connection lost.')), 'transport', 'unknown'],
    ['silence', () => new Promise<never>(() => undefined), 'transport', 'unknown'],
  ])('G10: after %s sends nothing again, and says what is known of the effect', async (_, answer, kind, effect) => {
    const { client, seen, slept, meter } = fakeApi(answer, { timeoutMs: 10 })
    const mutated = await client.mutate(issuePermit(DELETE), meter)
    expect(mutated).toMatchObject({ effect, result: { ok: false, failure: { kind } } })
    expect(seen).toHaveLength(1)
    expect(slept).toEqual([])
    expect(meter.used).toBe(1)
  })
})

describe('a permit', () => {
  it('works once', async () => {
    const { client, seen, meter } = fakeApi(fine)
    const permit = issuePermit(DELETE)
    await client.mutate(permit, meter)
    await expect(client.mutate(permit, meter)).rejects.toThrow(TypeError)
    expect(seen).toHaveLength(1)
  })

  it('works once also when it is used twice at the same moment', async () => {
    const { client, seen, meter } = fakeApi(fine)
    const permit = issuePermit(DELETE)
    const both = await Promise.allSettled([client.mutate(permit, meter), client.mutate(permit, meter)])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(seen).toHaveLength(1)
  })

  it('is spent also by a call that failed or had no budget', async () => {
    const { client, seen, meter } = fakeApi(() => new Response(null, { status: 503 }))
    const failed = issuePermit(DELETE)
    await client.mutate(failed, meter)
    await expect(client.mutate(failed, meter)).rejects.toThrow(TypeError)

    const unpaid = issuePermit(DELETE)
    expect(await client.mutate(unpaid, createMeter(0))).toMatchObject({
      effect: 'none',
      result: { failure: { kind: 'budget' } },
    })
    await expect(client.mutate(unpaid, meter)).rejects.toThrow(TypeError)
    expect(seen).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['an empty object', {}],
    ['a mutation', DELETE],
    ['a copy of a real permit', { ...issuePermit(DELETE) }],
    ['a clone of a real permit', structuredClone(issuePermit(DELETE))],
    ['an object made from a real permit', Object.create(issuePermit(DELETE))],
    ['nothing', undefined],
    ['null', null],
    ['text', 'projects/delete'],
  ])('cannot be forged: %s', async (_, forged) => {
    const { client, seen, meter } = fakeApi(fine)
    await expect(client.mutate(forged as Permit, meter)).rejects.toThrow(TypeError)
    expect(seen).toHaveLength(0)
  })

  it('is for the mutation as it was; a later change does not reach it', async () => {
    const { client, seen, meter } = fakeApi(fine)
    const mutation = { endpoint: 'projects/delete' as const, projectId: 7 }
    const permit = issuePermit(mutation)
    mutation.projectId = 8
    await client.mutate(permit, meter)
    expect(seen[0]?.body).toBe('{"projectId":7}')
  })

  it.each<[string, unknown]>([
    ['an endpoint we do not use', { endpoint: 'projects/collaboration/delete', projectId: 7 }],
    ['a read', { endpoint: 'projects/read', projectId: 7 }],
    ['no project', { endpoint: 'projects/delete' }],
    ['project -1', { endpoint: 'projects/delete', projectId: -1 }],
    ['project 0', { endpoint: 'projects/delete', projectId: 0 }],
    ['a project as text', { endpoint: 'projects/delete', projectId: '7' }],
    ['a list of projects', { endpoint: 'projects/delete', projectId: [7] }],
    ['an update of nothing', { endpoint: 'projects/update', projectId: 7 }],
    ['an empty name', { endpoint: 'projects/update', projectId: 7, name: '' }],
    ['a description that is no text', { endpoint: 'projects/update', projectId: 7, description: null }],
    ['parameters that are no list', { endpoint: 'projects/update', projectId: 7, parameters: {} }],
    ['an empty file, which QuantConnect refuses', { endpoint: 'files/update', projectId: 7, name: 'a', content: '' }],
    ['a create without a language', { endpoint: 'projects/create', name: 'a' }],
  ])('is not issued for %s', (_, mutation) => {
    expect(() => issuePermit(mutation as Mutation)).toThrow(TypeError)
  })
})
