/** G15, G16 and G21: own writes are no activity, identity is id and created, and a directory means inside. */

import { describe, expect, it } from 'vitest'
import { DELETE_OLD, NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, makeWorld, WEEK, type World } from '../support/world.ts'

const now = Date.now()

async function names(world: World): Promise<readonly string[]> {
  return (await world.projects()).map((project) => project.name).sort()
}

describe('G15 own writes are not activity', () => {
  const NOTE = rule('note', '{ path = "Old/**", description = "empty", stamped = false }', 'describe', 'to = "idle"')
  const GO = rule('go', '{ path = "Old/**", idle = ">90d" }', 'delete').replace('after = "24h"', 'after = "9d"')

  it('our description does not make a project look used: it still goes', async () => {
    const world = await makeWorld(NO_CAPS + NOTE + GO, [stale('Old/a')])
    await world.tick(now)
    const stamped = await world.tick(now + 2 * DAY)
    expect(stamped.outcomes).toMatchObject([{ action: 'describe', outcome: 'done' }])
    const gone = await world.tick(now + 2 * WEEK)
    expect(gone.outcomes).toMatchObject([{ action: 'delete', outcome: 'done' }])
  })

  it('nor do our archive and then our description: the idle time from before still counts', async () => {
    const archive = rule('put-away', '{ path = "Old/*", idle = ">90d" }', 'archive', 'to = "Archive/{path}"')
    const note = rule('note', '{ path = "Archive/**" }', 'describe', 'to = "archived"')
    const world = await makeWorld(NO_CAPS + archive + note, [stale('Old/a')])
    await world.tick(now)
    expect((await world.tick(now + 2 * DAY)).outcomes).toMatchObject([{ action: 'archive', outcome: 'done' }])
    await world.tick(now + 3 * DAY)
    expect((await world.tick(now + 5 * DAY)).outcomes).toMatchObject([{ action: 'describe', outcome: 'done' }])
    const [write] = await world.inside(({ storage }) =>
      storage.sql.exec<{ seen: number; effective: number }>('SELECT seen, effective FROM own_writes').toArray(),
    )
    expect(now - (write?.effective ?? now)).toBeGreaterThan(199 * DAY)
    expect(Math.abs(now - (write?.seen ?? 0))).toBeLessThan(60_000)
  })

  it('a person’s edit after our description is activity, and saves the project', async () => {
    const world = await makeWorld(NO_CAPS + NOTE + GO, [stale('Old/a')])
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    // Not within the second of our own write, for the API's dates could not tell the two apart.
    await world.edit('Old/a', { modified: now + DAY / 24 })
    const later = await world.tick(now + 2 * WEEK)
    expect(later.counts).toMatchObject({ due: 0, acted: 0 })
    expect(await world.deletions()).toEqual([])
  })

  it.each([
    ['an edit right after our write, before the list confirms it,', 5_000],
    ['an edit right before our write, of which the list shows the time,', -5_000],
  ])('%s is not taken for ours', async (_what, ms) => {
    const world = await makeWorld(NO_CAPS + NOTE + GO, [stale('Old/a')])
    await world.tick(now)
    world.set({
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        if (String(input).endsWith('/projects/update')) await world.edit('Old/a', { modified: Date.now() + ms })
        return answer
      },
    })
    expect((await world.tick(now + 2 * DAY)).outcomes).toMatchObject([{ action: 'describe', outcome: 'done' }])
    expect((await world.tick(now + 2 * WEEK)).counts).toMatchObject({ due: 0 })
    expect(await world.deletions()).toEqual([])
  })
})

describe('G16 identity is id and created, never the name', () => {
  const others = [1, 2, 3, 4, 5].map((n) => ({ name: `Work/p${n}`, created: now - 300 * DAY }))

  it('a new project under the name of a marked one is marked anew, not acted on under the old mark', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a', { projectId: 100 }), ...others])
    await world.tick(now)
    await world.reset([stale('Old/a', { projectId: 101 }), ...others])
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ marked: 1, due: 0, acted: 0 })
    expect(run.unmarked).toMatchObject([{ projectId: 100, reason: expect.stringMatching(/not in the list any more/) }])
    expect((await world.tick(now + 4 * DAY)).counts).toMatchObject({ confirmed: 1 })
  })

  it('the same id with another created date is another project', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a', { projectId: 100 }), ...others])
    await world.tick(now)
    await world.reset([stale('Old/a', { projectId: 100, created: now - 399 * DAY }), ...others])
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ marked: 1, due: 0, acted: 0 })
    expect(await world.deletions()).toEqual([])
  })

  it('another project that takes the id between plan and call is left alone', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a', { projectId: 100 }), ...others])
    await world.tick(now)
    let lists = 0
    world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('/projects/read')) lists += 1
        if (lists === 2) await world.edit('Old/a', { created: now - 399 * DAY, modified: now - 200 * DAY })
        return fetch(input, init)
      },
    })
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ outcome: 'changed', detail: 'Another project has its id now.' }])
    expect(await world.deletions()).toEqual([])
  })

  it('another project under the id when the delete is confirmed is not taken for ours', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a', { projectId: 100 }), ...others])
    await world.tick(now)
    world.set({
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        if (String(input).endsWith('/projects/delete')) {
          await world.edit('Recycle Bin/Old/a', { created: now - DAY })
        }
        return answer
      },
    })
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'partial', counts: { confirmed: 0, unsure: 1 } })
    expect(run.outcomes[0]?.detail).toMatch(/Another project now answers under this id/)
  })

  it('a rename alone keeps the mark: the name is not the project', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a', { projectId: 100 }), ...others])
    await world.tick(now)
    const { modified } = await world.project('Old/a')
    await world.edit('Old/a', { name: 'Old/b', modified })
    expect((await world.tick(now + 2 * DAY)).outcomes).toMatchObject([
      { projectId: 100, name: 'Old/b', outcome: 'done' },
    ])
  })
})

describe('G21 a directory means inside', () => {
  const DIRS = `${NO_CAPS}${rule('dirs', '{ path = "Research/old", idle = ">90d" }', 'delete', 'unit = "directory"')}`
  const AROUND = ['Research', 'Research/old', 'Research/older/x', 'Research/old2', 'research/old/a', 'Research/new/a']

  it('takes what is inside and leaves the ancestor, the same name, and every neighbour', async () => {
    const inside = ['Research/old/a', 'Research/old/deep/b', 'Research/old/old']
    const world = await makeWorld(
      DIRS,
      [...inside, ...AROUND].map((name) => stale(name)),
    )
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes.map((one) => one.name).sort()).toEqual(inside)
    expect(await names(world)).toEqual([...inside.map((name) => `Recycle Bin/${name}`), ...AROUND].sort())
  })

  it('finds what is inside however its name is written', async () => {
    const world = await makeWorld(DIRS, [stale('/Research//old/a/'), ...AROUND.map((name) => stale(name))])
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ name: '/Research//old/a/', outcome: 'done' }])
    expect(await names(world)).toEqual(expect.arrayContaining(AROUND))
  })

  it.each([
    ['in use', { modified: now - DAY }, /No rule selects it/],
    ['held', { description: '[keep]' }, /project \d+ in it saves all\. .*description holds it/],
    [
      'running live',
      { live: [{ status: 'Running', launched: now - 200 * DAY }] },
      /project \d+ in it saves all\. .*runs live/,
    ],
    ['unreadable', { codeRunning: null }, /It is not judged.* codeRunning/],
  ])('one project in it that is %s saves all of it', async (_what, fields, reason) => {
    const world = await makeWorld(DIRS, [
      stale('Research/old/a'),
      stale('Research/old/deep/b', fields),
      stale('Work/c'),
    ])
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ due: 0, acted: 0 })
    expect((await world.why('Research/old/a')).sentences.join(' ')).toMatch(reason)
    expect(await world.deletions()).toEqual([])
  })
})
