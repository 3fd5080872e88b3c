/** Guards beside which another one stands: each is met alone, so that without it something goes that must not. */

import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { command, idOf } from '../support/asking.ts'
import { hide, listing } from '../support/lists.ts'
import { beforeRecheck } from '../support/moments.ts'
import { DELETE_OLD, NO_CAPS, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld } from '../support/world.ts'

const now = Date.now()
const others = Array.from({ length: 9 }, (_, n) => stale(`w/p${n}`))

describe('the object', () => {
  it('G13 takes one turn at a time, however often it is woken: no call is made twice', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(4))
    await world.tick(now)
    const wake = (times: number) =>
      runInDurableObject(world.stub, (object) => Promise.all(Array.from({ length: times }, () => object.alarm())))
    const { run } = await world.submitTick(now + 2 * DAY)
    for (let n = 0; n < 6; n++) await wake(4)
    expect(await world.ended(run)).toMatchObject({ status: 'ok', counts: { confirmed: 4 } })
    const deleted = await world.deletions()
    expect([deleted.length, new Set(deleted).size]).toEqual([4, 4])
    expect(await world.calls('files/read')).toBe(8)
  })
})

describe('a list that holds a project twice', () => {
  it('G6 on two pages of it, blocks the run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1_002))
    listing(world, (rows, { start = 0 }) => (start === 0 ? rows : [...rows.slice(0, -1), ...rows.slice(0, 1)]))
    const run = await world.tick(now)
    expect(run).toMatchObject({ status: 'blocked', counts: { marked: 0 } })
    expect(run.message).toMatch(/twice/)
  })
})

describe('an approved plan', () => {
  it('G2 does nothing when its scan cannot read what runs live, though a later list can', async () => {
    const world = await makeWorld(DELETE_OLD.replace('"never"', '"always"'), [...staleMany(2), ...others])
    await world.tick(now)
    const { id, plan } = await world.tick(now + 2 * DAY)
    await world.faults({ endpoint: 'live/list', kind: 'status-403', calls: [1] })
    const decided = await world.stub.decideOn({
      run: id,
      plan: plan?.hash ?? '',
      decision: 'approve',
      by: { kind: 'token' },
      through: 'api',
    })
    if (!decided.ok || decided.run === null) throw new Error(JSON.stringify(decided))
    const run = await world.ended(decided.run)
    expect(run.status).toBe('blocked')
    expect(run.message).toMatch(/^What runs live could not be read/)
    expect(await world.deletions()).toEqual([])
  })
})

describe('a command, asked again on fresh lists', () => {
  it('G16 leaves another project alone that has the id by then', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x', { projectId: 100 }), ...others])
    await world.tick(now)
    beforeRecheck(world, () => world.edit('a/x', { created: now - 399 * DAY, modified: now - 200 * DAY }))
    const run = await command(world, { type: 'project.delete', project: 100 })
    expect(run.outcomes).toMatchObject([{ outcome: 'changed', detail: 'Another project has its id now.' }])
    expect(await world.deletions()).toEqual([])
  })

  it('G25 leaves a project alone that was renamed, though its date does not show it', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x', { projectId: 100 }), ...others])
    await world.tick(now)
    const { modified } = await world.project('a/x')
    beforeRecheck(world, () => world.edit('a/x', { name: 'a/wanted', modified }))
    const run = await command(world, { type: 'project.delete', project: 100 })
    expect(run.outcomes).toMatchObject([{ outcome: 'changed', detail: 'It is called "a/wanted" now.' }])
    expect(await world.deletions()).toEqual([])
  })

  it('G24 makes no project anew that is in the bin after all', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x', { projectId: 100 }), ...others])
    await world.tick(now)
    await command(world, { type: 'project.delete', project: 100 })
    hide(world, (name) => name.startsWith('Recycle Bin'))
    const hiding = world.setting().fetch
    let lists = 0
    world.set({
      fetch: (input, init) => {
        if (String(input).endsWith('live/list')) lists += 1
        return lists > 0 ? fetch(input, init) : (hiding as typeof fetch)(input, init)
      },
    })
    const run = await command(world, { type: 'project.restore', projectId: 100 })
    expect(run.outcomes).toMatchObject([{ outcome: 'changed', detail: 'Something else would have to be done now.' }])
    expect(await world.calls('projects/create')).toBe(0)
  })
})

describe('G6 a list read before a call', () => {
  const marked = async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), ...others])
    await world.tick(now)
    return world
  }

  it('is compared with the scan of the run, whatever is known of before', async () => {
    const world = await marked()
    await world.inside(({ storage: { sql } }) => sql.exec('DELETE FROM reference'))
    let lists = 0
    listing(world, (rows) => (++lists > 5 ? rows.filter(({ name }) => !/w.p[0-4]/.test(name)) : rows))
    const run = await world.tick(now + 2 * DAY)
    expect(run.message).toMatch(/5 of 10 projects that were there before are missing/)
    expect(await world.deletions()).toEqual([])
  })

  it('is compared with what earlier lists held, too: two small losses are one', async () => {
    const world = await marked()
    let lists = 0
    const gone = () => (++lists > 5 ? /w.p[0-2]/ : /w.p[0-1]/)
    listing(world, (rows) => {
      const lacks = gone()
      return rows.filter(({ name }) => !lacks.test(name))
    })
    const run = await world.tick(now + 2 * DAY + HOUR)
    expect(run.message).toMatch(/3 of 10 projects that were there before are missing/)
    expect(await world.deletions()).toEqual([])
    expect(await idOf(world, 'Old/a')).toBeGreaterThan(0)
  })
})
