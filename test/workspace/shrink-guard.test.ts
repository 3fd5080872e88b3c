/** G6: a list that lacks too much of what earlier lists held is not believed, however long that lasts. */

import { describe, expect, it } from 'vitest'
import { command, idOf, names, request, undo } from '../support/asking.ts'
import { accept, hide } from '../support/lists.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import type { Network } from '../support/worker.ts'
import { DAY, HOUR, makeWorld, WEEK, type World } from '../support/world.ts'

const now = Date.now()

function work(count: number, from = 0): readonly object[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `Work/p${n + from}`,
    created: now - 300 * DAY,
    modified: now - DAY,
    projectId: 900 + n + from,
  }))
}

/** A good scan of so many projects, and what a run says later of so few of them. */
async function shrink(from: number, to: number, later = HOUR) {
  const world = await makeWorld(DELETE_OLD, work(from))
  await world.tick(now)
  await world.reset(work(to))
  const { status, message } = await world.tick(now + later)
  return { world, status, message }
}

async function toBin(world: World, ...wanted: readonly string[]): Promise<void> {
  for (const name of wanted) await world.edit(name, { name: `Recycle Bin/${name}` })
}

const mutations = async (world: World) =>
  (await world.requests()).filter(({ path }) => /delete|update|create/.test(path)).length

describe('G6 the shrink guard', () => {
  it('at least 3 and over 20 % missing block the run, and it is shown which they are', async () => {
    const { world, status, message } = await shrink(14, 11)
    expect(status).toBe('blocked')
    expect(message).toMatch(/^3 of the 14 projects that earlier lists held are missing from this one, and over 20 %/)
    const base = await world.stub.base()
    expect(base).toMatchObject({ code: 'shrunk', count: 3, acceptedBy: null, message })
    expect(base.missing).toEqual([911, 912, 913].map((id) => ({ projectId: id, name: `Work/p${id - 900}` })))
    expect(message).toContain(base.hash)
  })

  it.each([
    ['exactly 20 %', 15, 12],
    ['two by hand, in a small workspace', 3, 1],
  ])('%s do not', async (_, from, to) => {
    const { world, status } = await shrink(from, to)
    expect(status).toBe('ok')
    expect(await world.stub.base()).toMatchObject({ code: null, hash: null, missing: [] })
  })

  it('compares ids: as many new projects make up for none', async () => {
    const world = await makeWorld(DELETE_OLD, work(10))
    await world.tick(now)
    await world.reset([...work(6), ...work(10, 20)])
    expect((await world.tick(now + HOUR)).status).toBe('blocked')
  })

  it('never ages out, and a run that is blocked is no new reference', async () => {
    const { world } = await shrink(10, 6)
    for (const later of [DAY, 6.9 * DAY, 7.1 * DAY, 5 * WEEK]) {
      expect((await world.tick(now + later)).status).toBe('blocked')
    }
    await world.reset(work(10))
    expect((await world.tick(now + 6 * WEEK)).status).toBe('ok')
    expect(await world.stub.base()).toMatchObject({ code: null })
  })

  it('a slow loss adds up', async () => {
    const world = await makeWorld(DELETE_OLD, work(10))
    await world.tick(now)
    await world.reset(work(8))
    expect((await world.tick(now + 20 * DAY)).status).toBe('ok')
    await world.reset([...work(7), ...work(2, 20)])
    expect((await world.tick(now + 40 * DAY)).status).toBe('blocked')
  })

  it('accepts exactly what was shown: another hash counts for nothing, and what goes missing afterwards is not covered', async () => {
    const { world } = await shrink(10, 6)
    const { hash } = await world.stub.base()
    await world.reset(work(5))
    await world.tick(now + 2 * HOUR)
    expect(await world.stub.acceptBase('Cem', hash ?? '')).toBe(false)
    expect((await world.tick(now + 3 * HOUR)).status).toBe('blocked')
    expect(await accept(world)).toBe(true)
    // Between the word of a person and the next run one more goes missing, and then two more.
    await world.reset(work(4))
    expect((await world.tick(now + 4 * HOUR)).status).toBe('ok')
    await world.reset(work(2))
    expect((await world.tick(now + 5 * HOUR)).status).toBe('blocked')
    expect((await world.stub.base()).missing.map(({ projectId }) => projectId)).toEqual([902, 903, 904])
    expect(await accept(world)).toBe(true)
    expect((await world.tick(now + 6 * HOUR)).status).toBe('ok')
    expect(await accept(world)).toBe(false)
  })

  it('what left by way of the bin is not missed, and neither is what we deleted', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(3), ...work(5), ...work(5, 20)])
    await world.tick(now)
    await toBin(world, 'Work/p20', 'Work/p21')
    await world.tick(now + HOUR)
    await world.control('switches', { delete: 'hard' })
    expect(await world.tick(now + 2 * DAY)).toMatchObject({ status: 'ok', counts: { confirmed: 3 } })
    await toBin(world, 'Work/p22', 'Work/p23')
    expect((await world.tick(now + 3 * DAY)).status).toBe('ok')
    await world.reset([...work(5), ...work(1, 24)])
    expect((await world.tick(now + 4 * DAY)).status).toBe('ok')
    await world.reset(work(3))
    expect((await world.tick(now + 5 * DAY)).status).toBe('blocked')
    expect((await world.stub.base()).count).toBe(3)
  })

  it('our deletions excuse no more than themselves', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(4), ...work(6)])
    await world.tick(now)
    expect((await world.tick(now + 2 * DAY)).counts).toMatchObject({ confirmed: 4 })
    await world.reset(work(3))
    expect((await world.tick(now + 3 * DAY)).status).toBe('blocked')
    expect((await world.stub.base()).count).toBe(3)
  })

  it('projects in the bin from the start do not count', async () => {
    const bin = Array.from({ length: 30 }, (_, n) => stale(`Recycle Bin/p${n}`, { binned: now - DAY }))
    const world = await makeWorld(DELETE_OLD, [...work(10), ...bin])
    await world.tick(now)
    await world.reset(work(10))
    expect((await world.tick(now + HOUR)).status).toBe('ok')
    await world.reset(work(7))
    expect((await world.tick(now + 2 * HOUR)).status).toBe('blocked')
  })

  it('stores what changes and nothing else', async () => {
    const world = await makeWorld(DELETE_OLD, work(40))
    await world.tick(now)
    const stored = () =>
      world.inside(({ storage }) => {
        const rows = storage.sql.exec<{ chunk: number; rows: ArrayBuffer }>('SELECT * FROM reference').toArray()
        return new Map(rows.map(({ chunk, rows }) => [chunk, new Uint8Array(rows).join()]))
      })
    const first = await stored()
    expect(first.size).toBe(16)
    await world.tick(now + DAY)
    expect(await stored()).toEqual(first)
    await world.edit('Work/p3', { name: 'Work/another' })
    await world.tick(now + 2 * DAY)
    const changed = [...(await stored())].filter(([chunk, rows]) => first.get(chunk) !== rows)
    expect(changed.map(([chunk]) => chunk)).toEqual([903 % 16])
  })

  it('the preview refuses what a run would refuse', async () => {
    const { world } = await shrink(10, 5)
    const asked = await world.stub.plan()
    expect(asked).toMatchObject({ ok: false, reason: 'unreadable', message: expect.stringMatching(/over 20 %/) })
    await accept(world)
    expect(await world.stub.plan()).toMatchObject({ ok: true })
  })
})

describe('G6 what other people moved to the bin', () => {
  const moved = ['Work/p0', 'Work/p1', 'Work/p2']

  async function moving(): Promise<World> {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    await world.tick(now)
    await toBin(world, ...moved)
    return world
  }

  it('lets rules wait for 24 hours if it is over 20 % since the last good scan', async () => {
    const world = await moving()
    const first = await world.tick(now + 2 * DAY)
    expect(first).toMatchObject({ status: 'blocked', counts: { acted: 0 } })
    expect(first.message).toMatch(/^Other people moved 3 of 10 projects to the Recycle Bin since the last good scan/)
    expect(await world.stub.base()).toMatchObject({
      code: 'moved_to_bin',
      count: 3,
      missing: [{ name: 'Work/p0' }, {}, {}],
    })
    // Another one makes the wait no longer.
    await toBin(world, 'Work/p3')
    expect((await world.tick(now + 3 * DAY - HOUR)).status).toBe('blocked')
    expect(await world.tick(now + 3 * DAY)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    expect(await world.stub.base()).toMatchObject({ code: null })
  })

  it('or until a person accepts it', async () => {
    const world = await moving()
    expect((await world.tick(now + 2 * DAY)).status).toBe('blocked')
    expect(await accept(world)).toBe(true)
    expect(await world.tick(now + 2 * DAY + HOUR)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
  })

  it('or until they are brought back', async () => {
    const world = await moving()
    await world.tick(now + 2 * DAY)
    for (const name of moved) await world.edit(`Recycle Bin/${name}`, { name })
    expect(await world.tick(now + 2 * DAY + HOUR)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
  })

  it('does not stand in the way of a command, nor count what we moved there', async () => {
    const world = await moving()
    expect(await command(world, { type: 'project.delete', project: 'Work/p4' })).toMatchObject({ status: 'ok' })
    expect((await world.tick(now + 2 * DAY)).status).toBe('blocked')
    expect((await world.stub.base()).count).toBe(3)
  })

  it('is noticed between the scan and the first call too', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    await world.tick(now)
    const binned = Promise.withResolvers<void>()
    world.set({
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        if (String(input).endsWith('live/list')) {
          await toBin(world, ...moved).catch(() => undefined)
          binned.resolve()
        }
        return answer
      },
    })
    const run = await world.tick(now + 2 * DAY)
    await binned.promise
    expect(run.outcomes[0]?.detail).toMatch(/moved to the Recycle Bin by others since the last good scan/)
    expect(await world.deletions()).toEqual([])
  })
})

describe('G6 whom it stops', () => {
  const asks = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"always"')

  it('what people approved, and deletions by command; never a restore, a hold or an update', async () => {
    const world = await makeWorld(`${NO_CAPS}${asks}`, [...work(8), stale('Old/a'), stale('Old/b')])
    const deleted = await command(world, { type: 'project.delete', project: 'Work/p0' })
    const gone = await command(world, { type: 'project.delete', project: 'Work/p7' })
    expect([deleted.status, gone.status]).toEqual(['ok', 'ok'])
    await world.tick(now)
    const proposed = await world.tick(now + 2 * DAY)
    expect(proposed.status).toBe('waiting')
    // From here on every list lacks a third.
    hide(world, (name) => /p[3-5]$/.test(name))
    const before = await mutations(world)
    const decided = await world.stub.decideOn({
      run: proposed.id,
      decision: 'approve',
      plan: proposed.plan?.hash ?? '',
      by: { kind: 'token' },
      through: 'api',
    })
    if (!decided.ok || decided.run === null) return expect.fail('It was not approved.')
    for (const run of [
      await world.ended(decided.run),
      await command(world, { type: 'directory.delete', directory: 'Work' }),
      await command(world, { type: 'project.delete', project: 'Work/p1' }),
      await request(world, { kind: 'sweep', mode: 'act', rules: null }),
    ]) {
      expect(run).toMatchObject({ status: 'blocked', message: expect.stringMatching(/over 20 % are missing/) })
    }
    expect(await mutations(world)).toBe(before)

    const held = await world.stub.hold(await idOf(world, 'Work/p2'), null, { kind: 'token' })
    expect(held).toMatchObject({ ok: true })
    expect(await command(world, { type: 'project.update', project: 'Work/p1', description: 'x' })).toMatchObject({
      status: 'ok',
      counts: { confirmed: 1 },
    })
    const projectId = await idOf(world, 'Recycle Bin/Work/p7')
    expect(await command(world, { type: 'project.restore', projectId })).toMatchObject({ status: 'ok' })
    expect(await undo(world, deleted.id)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    expect(await world.project('Work/p2')).toMatchObject({ description: expect.stringMatching(/^\[keep/) })
    expect(await names(world)).toEqual(expect.arrayContaining(['Work/p0', 'Work/p7']))
    // None of that made the list any better.
    expect(await world.tick(now + 3 * DAY)).toMatchObject({ status: 'blocked', counts: { acted: 0 } })
  })

  it('a list that lacks a third at the re-check lets nothing go', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(1), ...work(8)])
    await world.tick(now)
    let isScanned = false
    hide(world, (name) => isScanned && /p[2-4]$/.test(name))
    const listed = world.setting().fetch as Network
    world.set({
      fetch: (input, init, ctx) => {
        if (String(input).endsWith('live/list')) isScanned = true
        return listed(input, init, ctx)
      },
    })
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'partial', counts: { due: 1, acted: 0 } })
    expect(run.outcomes[0]?.detail).toMatch(/3 of 9 projects that were there before are missing, over 20 %/)
    expect(await world.deletions()).toEqual([])
  })
})
