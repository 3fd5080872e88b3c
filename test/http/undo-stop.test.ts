/** Runs that are started, stopped, paused and taken back over the API: what happens to the projects. */

import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { command, idOf, names } from '../support/asking.ts'
import { type Asking, ask } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { problemOf, rows } from '../support/rows.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

/** Posts; the id of the run it was taken as. */
async function posted(world: World, path: string, asking: Asking = {}): Promise<string> {
  const answer = await ask(world, path, { method: 'POST', ...asking })
  expect(answer.status).toBe(202)
  return ((await answer.json()) as { run: string }).run
}

async function done(world: World, path: string, asking: Asking = {}): Promise<RunRecord> {
  return world.ended(await posted(world, path, asking))
}

/** A world whose second tick deleted three projects. */
async function swept(): Promise<{ readonly world: World; readonly run: string }> {
  const world = await makeWorld(DELETE_OLD, staleMany(3))
  await world.tick(now)
  const { id, counts } = await world.tick(now + 2 * DAY)
  expect(counts).toMatchObject({ confirmed: 3 })
  return { world, run: id }
}

const BINNED = ['Recycle Bin/Old/p0', 'Recycle Bin/Old/p1', 'Recycle Bin/Old/p2']
const IN_PLACE = ['Old/p0', 'Old/p1', 'Old/p2']

describe('POST /api/runs/{id}/undo', () => {
  it('brings back what the run deleted, each under its name with its id', async () => {
    const { world, run } = await swept()
    const before = await Promise.all(BINNED.map((name) => idOf(world, name)))
    expect(await names(world)).toEqual(BINNED)
    const undone = await done(world, `/api/runs/${run}/undo`)
    expect(undone).toMatchObject({ trigger: 'api', actor: 'token', status: 'ok', counts: { confirmed: 3 } })
    expect(await names(world)).toEqual(IN_PLACE)
    expect(await Promise.all(IN_PLACE.map((name) => idOf(world, name)))).toEqual(before)
  })

  it('of one project brings back that one; the rest can still be had back, and nothing twice', async () => {
    const { world, run } = await swept()
    const projectId = await idOf(world, 'Recycle Bin/Old/p1')
    const one = await done(world, `/api/runs/${run}/undo`, { body: { projectId } })
    expect(one.outcomes).toMatchObject([{ projectId, outcome: 'done' }])
    expect(await names(world)).toEqual(['Old/p1', 'Recycle Bin/Old/p0', 'Recycle Bin/Old/p2'])
    expect((await done(world, `/api/runs/${run}/undo`, { body: {} })).counts).toMatchObject({ confirmed: 2 })
    expect(await names(world)).toEqual(IN_PLACE)
    expect(await done(world, `/api/runs/${run}/undo`)).toMatchObject({ status: 'refused', counts: { acted: 0 } })
  })

  it('G14 with an Idempotency-Key is done once, also after what it brought back was deleted again', async () => {
    const { world, run } = await swept()
    const asking = { headers: { 'idempotency-key': 'undo-it' } }
    const runs = await Promise.all(Array.from({ length: 5 }, () => posted(world, `/api/runs/${run}/undo`, asking)))
    expect(new Set(runs).size).toBe(1)
    expect(await world.ended(runs[0] ?? '')).toMatchObject({ counts: { confirmed: 3 } })
    const projectId = await idOf(world, 'Old/p0')
    expect((await ask(world, `/api/projects/${projectId}/hold`, { method: 'DELETE' })).status).toBe(200)
    await command(world, { type: 'project.delete', project: projectId })
    expect(await posted(world, `/api/runs/${run}/undo`, asking)).toBe(runs[0])
    expect(await names(world)).toEqual(['Old/p1', 'Old/p2', 'Recycle Bin/Old/p0'])
    const other = await ask(world, `/api/runs/${run}/undo`, { method: 'POST', body: { projectId }, ...asking })
    expect((await problemOf(other, 422)).title).toBe('Used before')
  })

  it('of an undo puts things back as they were before it', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'One.' }])
    const path = `/api/projects/${await idOf(world, 'a/x')}`
    const changed = await done(world, path, { body: { description: 'Two.' } })
    const undone = await done(world, `/api/runs/${changed.id}/undo`)
    expect((await world.project('a/x')).description).toBe('One.')
    expect(await done(world, `/api/runs/${undone.id}/undo`)).toMatchObject({ status: 'ok' })
    expect((await world.project('a/x')).description).toBe('Two.')
  })

  it('of a run that did nothing, or nothing to that project, ends refused and says so', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const { id } = await world.tick(now)
    expect(await done(world, `/api/runs/${id}/undo`)).toMatchObject({
      status: 'refused',
      message: expect.stringMatching(/.{20,}\.$/),
    })
    const deleted = await command(world, { type: 'project.delete', project: 'Old/p0' })
    const other = await done(world, `/api/runs/${deleted.id}/undo`, { body: { projectId: 424_242 } })
    expect(other).toMatchObject({ status: 'refused', message: 'There is nothing to undo.' })
    expect(await names(world)).toEqual(['Recycle Bin/Old/p0'])
  })

  it.each<[what: string, body: BodyInit, status: number, detail: RegExp]>([
    [
      'a project that is no number',
      '{"projectId":"7"}',
      422,
      /projectId: must be a whole number, the id of a project\./,
    ],
    ['half a project', '{"projectId":1.5}', 422, /projectId: must be a whole number/],
    ['less than one project', '{"projectId":0}', 422, /projectId: must be a whole number/],
    ['a misspelt key', '{"project":7}', 422, /"project" is not a key of this request\. Did you mean "projectId"\?/],
    ['a list', '[7]', 422, /must be an object, as in|projectId/],
    ['no JSON', '{', 400, /one JSON value/],
  ])('refuses %s, and starts nothing', async (_what, body, status, detail) => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    const { id } = await command(world, { type: 'project.delete', project: 'a/x' })
    const answer = await ask(world, `/api/runs/${id}/undo`, { method: 'POST', body })
    expect((await problemOf(answer, status)).detail).toMatch(detail)
    expect(await rows(world)).toHaveLength(1)
  })

  it('of a run there is not is 404', async () => {
    const world = await makeWorld(NO_CAPS, [])
    const { detail } = await problemOf(await ask(world, '/api/runs/nonsense/undo', { method: 'POST' }), 404)
    expect(detail).toBe('There is no run of that id. GET /api/runs lists them.')
    expect(await rows(world)).toEqual([])
  })
})

describe('POST /api/runs/{id}/stop', () => {
  it('ends a run before its next deletion; what was done stays done, the rest is named, and all can be undone', async () => {
    const { world, run, stops } = await sweeping(2)
    const ended = await world.ended(run)
    expect(await stops).toEqual([204])
    expect(await world.deletions()).toHaveLength(2)
    expect(ended).toMatchObject({ status: 'partial', counts: { acted: 2, confirmed: 2 } })
    expect(ended.outcomes.filter(({ detail }) => detail === 'Stopped by token.')).toHaveLength(4)
    expect((await done(world, `/api/runs/${run}/undo`)).counts).toMatchObject({ confirmed: 2 })
    expect((await names(world)).filter((name) => name.startsWith('Recycle Bin/'))).toEqual([])
  })

  it('twice is as once; after the end it is 409 and says how it ended', async () => {
    const { world, run, stops } = await sweeping(1, 2)
    const { status } = await world.ended(run)
    expect(await stops).toEqual([204, 204])
    expect(await world.deletions()).toHaveLength(1)
    const { title, detail } = await problemOf(await ask(world, `/api/runs/${run}/stop`, { method: 'POST' }), 409)
    expect(title).toBe('Not going on')
    expect(detail).toContain(`Run ${run} is over: it ended ${status}.`)
  })

  it('also ends one that waits for the pause to be lifted, and the pause stays', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }])
    expect((await ask(world, '/api/pause', { method: 'PUT' })).status).toBe(200)
    // A deletion stands still; updates go on (G19).
    const { run } = await world.stub.submit({
      triggerId: 'while paused',
      trigger: 'api',
      actor: 'token',
      request: {
        kind: 'command',
        mode: 'act',
        command: { type: 'project.delete', project: await idOf(world, 'a/x') },
      },
    })
    await expect.poll(async () => (await world.stub.run(run))?.plan?.items.length, { timeout: 10_000 }).toBe(1)
    expect((await ask(world, `/api/runs/${run}/stop`, { method: 'POST' })).status).toBe(204)
    const ended = await world.ended(run)
    expect(ended).toMatchObject({ status: 'partial', counts: { acted: 0 } })
    expect(ended.outcomes).toMatchObject([{ outcome: 'not_attempted', detail: 'Stopped by token.' }])
    expect(await world.calls('projects/delete')).toBe(0)
    expect((await world.stub.health()).paused).toBe(true)
  })

  it('of a run there is not is 404', async () => {
    const world = await makeWorld(NO_CAPS, [])
    const { detail } = await problemOf(await ask(world, '/api/runs/nonsense/stop', { method: 'POST' }), 404)
    expect(detail).toBe('There is no run of that id. GET /api/runs lists them.')
  })

  /** A sweep of six that is stopped, so many times, when its nth deletion has been answered. */
  async function sweeping(nth: number, times = 1) {
    const world = await makeWorld(NO_CAPS + rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete'), staleMany(6))
    await world.tick(now)
    const { run: id } = await world.submitTick(now + 1_000)
    await world.ended(id)
    let seen = 0
    let run = ''
    const stops = new Promise<readonly number[]>((resolve) => {
      world.set({
        skewMs: 2 * DAY,
        fetch: async (input, init) => {
          const answer = await fetch(input, init)
          if (!String(input).endsWith('projects/delete')) return answer
          seen += 1
          if (seen !== nth) return answer
          const statuses: number[] = []
          for (let n = 0; n < times; n++) {
            statuses.push((await ask(world, `/api/runs/${run}/stop`, { method: 'POST' })).status)
          }
          resolve(statuses)
          return answer
        },
      })
    })
    run = await posted(world, '/api/runs', { body: { mode: 'act' } })
    return { world, run, stops }
  }
})

describe('POST /api/runs', () => {
  it('acts on what is due by the rules that are named, and by no other', async () => {
    const old = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')
    const other = rule('other', '{ path = "Other/*", idle = ">90d" }', 'delete')
    const world = await makeWorld(`${NO_CAPS}${old}${other}`, [stale('Old/a'), stale('Other/b')])
    await world.tick(now)
    world.set({ skewMs: 2 * DAY })
    const report = await done(world, '/api/runs', { body: { mode: 'report' } })
    expect(report).toMatchObject({ mode: 'report', counts: { due: 2, acted: 0 } })
    expect(await world.deletions()).toEqual([])
    const named = await done(world, '/api/runs', { body: { mode: 'act', rules: ['other'] } })
    expect(named).toMatchObject({ mode: 'act', counts: { acted: 1, confirmed: 1 } })
    expect(await names(world)).toEqual(['Old/a', 'Recycle Bin/Other/b'])
    expect(await done(world, '/api/runs', { body: { mode: 'act' } })).toMatchObject({ counts: { confirmed: 1 } })
    expect(await names(world)).toEqual(['Recycle Bin/Old/a', 'Recycle Bin/Other/b'])
  })
})
