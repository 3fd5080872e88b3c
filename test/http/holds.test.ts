/** Holds over the API: effective when they are acknowledged, mirrored in the description, listed, lifted. */

import { describe, expect, it } from 'vitest'
import type { HoldView } from '../../src/workspace/ledger/asks.ts'
import { command, idOf, names } from '../support/asking.ts'
import { type Asking, ask } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, stale, staleMany } from '../support/policies.ts'
import { problemOf, rows } from '../support/rows.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

interface Held {
  readonly until: string | null
  readonly run: string | null
}

async function held(world: World, projectId: number, asking: Asking = {}): Promise<Held> {
  const answer = await ask(world, `/api/projects/${projectId}/hold`, { method: 'POST', ...asking })
  expect(answer.status).toBe(200)
  return answer.json()
}

async function released(world: World, projectId: number): Promise<Held> {
  const answer = await ask(world, `/api/projects/${projectId}/hold`, { method: 'DELETE' })
  expect(answer.status).toBe(200)
  return answer.json()
}

async function holds(world: World): Promise<readonly HoldView[]> {
  return ((await (await ask(world, '/api/holds')).json()) as { holds: HoldView[] }).holds
}

describe('POST /api/projects/{projectId}/hold', () => {
  it('keeps a project that is due, is written into its description, and is listed', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a', { description: 'Mine.' }), stale('Old/b')])
    await world.tick(now)
    const projectId = await idOf(world, 'Old/a')
    const { until, run } = await held(world, projectId)
    expect(until).toBeNull()
    expect(await holds(world)).toEqual([{ projectId, name: 'Old/a', until: null, by: 'token' }])
    expect(await world.ended(run ?? '')).toMatchObject({ trigger: 'api', actor: 'token', status: 'ok' })
    expect((await world.project('Old/a')).description).toBe('Mine. [keep]')
    const swept = await world.tick(now + 2 * DAY)
    expect(swept.counts).toMatchObject({ held: 1, confirmed: 1 })
    expect(await names(world)).toEqual(['Old/a', 'Recycle Bin/Old/b'])
    const why = (await (await ask(world, `/api/why/${projectId}`)).json()) as { verdict: string }
    expect(why.verdict).toBe('held')
  })

  it('counts from its answer on, before its mirror is written, and also when it never can be', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    await world.faults({ endpoint: 'projects/update', kind: 'status-403', calls: 'all' })
    await held(world, await idOf(world, 'Old/p0'))
    expect((await world.tick(now + 2 * DAY)).outcomes).toEqual([])
    expect(await world.deletions()).toEqual([])
  })

  it('until a day keeps it to the end of that day in the zone of the policy, and not longer', async () => {
    const world = await makeWorld(`timezone = "Asia/Tokyo"\n${DELETE_OLD}`, staleMany(1))
    await world.tick(now)
    const projectId = await idOf(world, 'Old/p0')
    const day = new Date(now + 5 * DAY).toISOString().slice(0, 10)
    const { run } = await held(world, projectId, { body: { until: day } })
    await world.ended(run ?? '')
    const end = Date.parse(`${day}T15:00:00Z`) // midnight in Tokyo
    expect(await holds(world)).toMatchObject([{ until: new Date(end).toISOString() }])
    expect((await world.project('Old/p0')).description).toBe(`[keep until ${day}]`)
    expect((await world.tick(end - 60_000)).counts).toMatchObject({ held: 1, acted: 0 })
    await world.edit('Old/p0', { modified: new Date(now - 200 * DAY).toISOString() })
    expect((await world.tick(end)).counts).toMatchObject({ held: 0, marked: 1 })
    expect((await world.tick(end + 2 * DAY)).counts).toMatchObject({ held: 0, confirmed: 1 })
  })

  it('given again replaces the one before, and never leaves two marks in the description', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'Notes.' }])
    const projectId = await idOf(world, 'a/x')
    await world.ended((await held(world, projectId, { body: { until: '2099-01-31' } })).run ?? '')
    expect((await world.project('a/x')).description).toBe('Notes. [keep until 2099-01-31]')
    await world.ended((await held(world, projectId, { body: {} })).run ?? '')
    expect((await world.project('a/x')).description).toBe('Notes. [keep]')
    expect(await holds(world)).toMatchObject([{ until: null }])
  })

  it('keeps it from commands as well: no delete, no rename; a description may be written and keeps the mark', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    const projectId = await idOf(world, 'a/x')
    await world.ended((await held(world, projectId)).run ?? '')
    expect(await command(world, { type: 'project.delete', project: projectId })).toMatchObject({ status: 'refused' })
    const path = `/api/projects/${projectId}`
    const renamed = await ask(world, path, { method: 'POST', body: { name: 'a/y' } })
    expect(await world.ended(((await renamed.json()) as { run: string }).run)).toMatchObject({ status: 'refused' })
    const written = await ask(world, path, { method: 'POST', body: { description: 'New text.' } })
    expect(await world.ended(((await written.json()) as { run: string }).run)).toMatchObject({ status: 'ok' })
    await world.tick(now)
    expect((await world.why('a/x')).verdict).toBe('held')
  })

  it.each<[what: string, body: BodyInit, status: number, detail: RegExp]>([
    ['a day that is none', '{"until":"2027-02-30"}', 422, /"2027-02-30" is no day|must be a day such as/],
    ['a day in words', '{"until":"soon"}', 422, /until: must be a day such as "2027-01-31"\./],
    ['a time', '{"until":"2099-01-31T00:00:00Z"}', 422, /until: must be a day/],
    ['a day that is over', '{"until":"2020-01-01"}', 422, /2020-01-01 is over already\./],
    ['null', '{"until":null}', 422, /until: must be a day/],
    ['a misspelt key', '{"untill":"2099-01-31"}', 422, /"untill" is not a key .* Did you mean "until"\?/],
    ['no object', '"2099-01-31"', 422, /must be an object, as in \{"until": "2027-01-31"\}/],
    ['no JSON', 'until=2099-01-31', 400, /one JSON value/],
  ])('refuses %s, and holds nothing', async (_what, body, status, detail) => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    const answer = await ask(world, `/api/projects/${await idOf(world, 'a/x')}/hold`, { method: 'POST', body })
    expect((await problemOf(answer, status)).detail).toMatch(detail)
    expect(await holds(world)).toEqual([])
    expect(await rows(world)).toEqual([])
  })

  it('of a project made since the last survey is taken; of none 404, of somebody else’s 409', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'theirs', ownerId: 9, owner: false }])
    await world.tick(now)
    await world.reset([{ name: 'theirs', ownerId: 9, owner: false }, { name: 'new' }])
    const projectId = await idOf(world, 'new')
    await held(world, projectId)
    expect(await holds(world)).toEqual([{ projectId, name: null, until: null, by: 'token' }])
    const theirs = await ask(world, `/api/projects/${await idOf(world, 'theirs')}/hold`, { method: 'POST' })
    expect((await problemOf(theirs, 409)).title).toBe('Not ours')
    const none = await ask(world, '/api/projects/424242/hold', { method: 'POST' })
    expect((await problemOf(none, 404)).detail).toBe('There is no project 424242.')
    expect(await holds(world)).toHaveLength(1)
  })

  it.each(['POST', 'DELETE'])('%s: a project that cannot be looked at is not called missing', async (method) => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    await world.faults({ endpoint: 'projects/read', kind: 'html', calls: 'all' })
    const answer = await ask(world, `/api/projects/${await idOf(world, 'a/x')}/hold`, { method })
    const { title, detail } = await problemOf(answer, 502)
    expect(title).toBe('QuantConnect could not be read')
    expect(detail).toMatch(/is not in the last survey, and could not be looked at\. QuantConnect/)
  })

  it('while the policy cannot be used is refused with the reason', async () => {
    const world = await makeWorld('rule = [', [{ name: 'a/x' }])
    const answer = await ask(world, `/api/projects/${await idOf(world, 'a/x')}/hold`, { method: 'POST' })
    expect((await problemOf(answer, 503)).detail).toMatch(/The policy cannot be used\./)
  })
})

describe('DELETE /api/projects/{projectId}/hold', () => {
  it('lets a project go, in the ledger and in its description; rules take it up again', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a', { description: 'Mine.' })])
    await world.tick(now)
    const projectId = await idOf(world, 'Old/a')
    await world.ended((await held(world, projectId)).run ?? '')
    expect((await world.tick(now + 2 * DAY)).counts).toMatchObject({ held: 1 })
    const { until, run } = await released(world, projectId)
    expect(until).toBeNull()
    expect(await holds(world)).toEqual([])
    expect(await world.ended(run ?? '')).toMatchObject({ trigger: 'api', actor: 'token', status: 'ok' })
    expect((await world.project('Old/a')).description).toBe('Mine.')
    await world.edit('Old/a', { modified: new Date(now - 200 * DAY).toISOString() })
    expect((await world.tick(now + 3 * DAY)).counts).toMatchObject({ held: 0, marked: 1 })
    expect((await world.tick(now + 5 * DAY)).counts).toMatchObject({ confirmed: 1 })
  })

  it('takes out what somebody wrote by hand', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'Mine. [keep]' }])
    await world.tick(now)
    await world.ended((await released(world, await idOf(world, 'a/x'))).run ?? '')
    expect((await world.project('a/x')).description).not.toContain('[keep')
  })

  it('of what is not held, or not there, is 404 and says which', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    const projectId = await idOf(world, 'a/x')
    const free = await problemOf(await ask(world, `/api/projects/${projectId}/hold`, { method: 'DELETE' }), 404)
    expect(free).toMatchObject({ title: 'Not held', detail: `Project ${projectId} is not held.` })
    const none = await problemOf(await ask(world, '/api/projects/424242/hold', { method: 'DELETE' }), 404)
    expect(none).toMatchObject({ title: 'No such project' })
    expect(await rows(world)).toEqual([])
  })
})

describe('GET /api/holds', () => {
  it('lists all that are in force by name, and none that has run out', async () => {
    const world = await makeWorld(
      NO_CAPS,
      ['c', 'a', 'b'].map((name) => ({ name })),
    )
    await world.tick(now)
    for (const name of ['c', 'a', 'b']) {
      const day = new Date(now + 3 * DAY).toISOString().slice(0, 10)
      await held(world, await idOf(world, name), name === 'b' ? { body: { until: day } } : {})
    }
    expect((await holds(world)).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    await world.tick(now + 5 * DAY)
    expect((await holds(world)).map(({ name }) => name)).toEqual(['a', 'c'])
  })
})
