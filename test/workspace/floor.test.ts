/** G6 and G19: an inventory that shrank is not believed, and a pause stops before the next mutating call. */

import { describe, expect, it } from 'vitest'
import { command, undo } from '../support/asking.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

function work(count: number): readonly object[] {
  return Array.from({ length: count }, (_, n) => ({ name: `Work/p${n}`, created: now - 300 * DAY, projectId: 900 + n }))
}

/** What the floor says to going from so many projects to so few, an hour or more later. */
async function shrink(
  from: number,
  to: number,
  later = HOUR,
): Promise<{ world: World; status: string; message: string }> {
  const world = await makeWorld(DELETE_OLD, work(from))
  await world.tick(now)
  await world.reset(work(to))
  const { status, message } = await world.tick(now + later)
  return { world, status, message }
}

describe('G6 the evidence floor', () => {
  it('over 20 % fewer rows than the week before block the run, and it says what to do', async () => {
    const { status, message } = await shrink(10, 7)
    expect(status).toBe('blocked')
    expect(message).toMatch(/holds 7 projects .* 10 were expected, and over 20 % are missing\. Nothing was done\./)
    expect(message).toMatch(/POST \/api\/inventory\/base/)
  })

  it('exactly 20 % fewer do not', async () => {
    expect((await shrink(10, 8)).status).toBe('ok')
  })

  it('a blocked inventory is no new base: the next one is measured by the same', async () => {
    const { world } = await shrink(10, 7)
    expect((await world.tick(now + 2 * HOUR)).status).toBe('blocked')
    await world.reset(work(9))
    expect((await world.tick(now + 3 * HOUR)).status).toBe('ok')
  })

  it('the base is the largest of seven days, so that a slow loss adds up', async () => {
    const world = await makeWorld(DELETE_OLD, work(10))
    await world.tick(now)
    await world.reset(work(9))
    expect((await world.tick(now + DAY)).status).toBe('ok')
    await world.reset(work(7))
    expect((await world.tick(now + 2 * DAY)).status).toBe('blocked')
  })

  it('after more than seven days without a good run nothing is expected any more', async () => {
    expect((await shrink(10, 2, 8 * DAY)).status).toBe('ok')
  })

  it('a person accepts the new base, and from then on it is what counts', async () => {
    const { world } = await shrink(10, 5)
    await world.stub.acceptBase('token')
    expect((await world.tick(now + 2 * HOUR)).status).toBe('ok')
    await world.reset(work(3))
    expect((await world.tick(now + 3 * HOUR)).status).toBe('blocked')
  })

  it('our own confirmed deletions are expected', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(4), ...work(6)])
    await world.tick(now)
    expect((await world.tick(now + 2 * DAY)).counts).toMatchObject({ confirmed: 4 })
    expect((await world.tick(now + 3 * DAY)).status).toBe('ok')
  })

  it('our deletions excuse no more than themselves', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(4), ...work(6)])
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    await world.reset(work(4))
    expect((await world.tick(now + 3 * DAY)).status).toBe('blocked')
  })

  it('projects of others and in the bin do not count', async () => {
    const bin = Array.from({ length: 30 }, (_, n) => stale(`Recycle Bin/p${n}`, { binned: now - DAY }))
    const world = await makeWorld(DELETE_OLD, [...work(10), ...bin])
    await world.tick(now)
    await world.reset(work(10))
    expect((await world.tick(now + HOUR)).status).toBe('ok')
    await world.reset([...work(7), ...bin])
    expect((await world.tick(now + 2 * HOUR)).status).toBe('blocked')
  })

  it('a list that shifts between two pages is read anew, and one that goes on shifting is blocked', async () => {
    const world = await makeWorld(DELETE_OLD, work(1_500))
    let pages = 0
    const shiftAfter = (times: number, first: number) =>
      world.set({
        fetch: async (input, init) => {
          const answer = await fetch(input, init)
          const isFirst = String(init?.body).includes('"start":0')
          if (String(input).endsWith('/projects/read') && isFirst && ++pages <= times) {
            await world.edit(`Work/p${pages + first}`, { modified: Date.now() + pages * 1_000 })
          }
          return answer
        },
      })
    shiftAfter(1, 0)
    expect(await world.tick(now + DAY)).toMatchObject({ status: 'ok', counts: { inventory: 1_500 } })
    pages = 0
    shiftAfter(99, 10)
    const run = await world.tick(now + 2 * DAY)
    expect(run.status).toBe('blocked')
    expect(run.message).toMatch(/the list changed while it was read/)
  })

  it('a list that is a third shorter at the re-check than a moment before lets nothing go', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(1), ...work(8)])
    await world.tick(now)
    await world.faults({ endpoint: 'projects/read', kind: 'short', calls: Array.from({ length: 60 }, (_, n) => n + 2) })
    const run = await world.tick(now + 2 * DAY)
    expect(run.status).not.toBe('ok')
    expect(run.counts).toMatchObject({ due: 1, acted: 0 })
    expect(run.outcomes[0]?.detail).toMatch(/over 20 % are missing/)
    expect(await world.deletions()).toEqual([])
    await world.faults()
    expect(await world.tick(now + 2 * DAY + HOUR)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
  })

  it('holds for what people approved, for a command and for an undo alike', async () => {
    const asks = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"always"')
    const world = await makeWorld(`${NO_CAPS}${asks}`, [...work(8), stale('Old/a'), stale('Old/b')])
    const deleted = await command(world, { type: 'project.delete', project: 'Work/p0' })
    await world.tick(now)
    const proposed = await world.tick(now + 2 * DAY)
    expect(proposed.status).toBe('waiting')
    const sent = (await world.requests()).filter(({ path }) => /delete|update|create/.test(path)).length
    // From here on a third of every list is missing.
    await world.faults({ endpoint: 'projects/read', kind: 'short' })
    const decided = await world.stub.decideOn({
      run: proposed.id,
      decision: 'approve',
      plan: proposed.plan?.hash ?? '',
      by: { kind: 'token' },
      through: 'api',
    })
    if (!decided.ok || decided.run === null) return expect.fail('It was not approved.')
    const blocked = [
      await world.ended(decided.run),
      await command(world, { type: 'directory.delete', directory: 'Work' }),
      await command(world, { type: 'project.update', project: 'Work/p1', description: 'x' }),
      await undo(world, deleted.id),
    ]
    for (const run of blocked) {
      expect(run).toMatchObject({ status: 'blocked', message: expect.stringMatching(/over 20 % are missing/) })
    }
    expect((await world.requests()).filter(({ path }) => /delete|update|create/.test(path)).length).toBe(sent)
    // What was approved and not done is asked for anew once the list is whole again.
    await world.faults()
    expect(await world.tick(now + 3 * DAY)).toMatchObject({ status: 'waiting', counts: { acted: 0 } })
  })

  it('the preview refuses what a run would refuse', async () => {
    const { world } = await shrink(10, 5)
    const asked = await world.stub.plan()
    expect(asked).toMatchObject({ ok: false, reason: 'unreadable', message: expect.stringMatching(/over 20 %/) })
  })
})

describe('G19 pause', () => {
  it('takes effect before the next mutating call, and lifting it goes on with the same run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(5))
    await world.tick(now)
    let deletes = 0
    const paused = Promise.withResolvers<void>()
    world.set({
      fetch: async (input, init, { storage }) => {
        const answer = await fetch(input, init)
        if (String(input).endsWith('/projects/delete') && ++deletes === 2) {
          const value = JSON.stringify({ by: 'Ann', at: now })
          storage.sql.exec(`INSERT OR REPLACE INTO facts (name, value) VALUES ('pause', ?)`, value)
          paused.resolve()
        }
        return answer
      },
    })
    const { run } = await world.submitTick(now + 2 * DAY)
    await paused.promise
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await world.deletions()).toHaveLength(2)
    expect(await world.stub.run(run)).toMatchObject({ status: 'running', finishedAt: null })
    expect(await world.stub.health()).toMatchObject({ paused: true })

    await world.stub.resume()
    const ended = await world.ended(run)
    expect(ended).toMatchObject({ id: run, status: 'ok', counts: { acted: 5, confirmed: 5 } })
    const sent = await world.deletions()
    expect(sent).toHaveLength(5)
    expect(new Set(sent).size).toBe(5)
  })

  it('no tick and no command acts while it lasts; what was edited meanwhile is seen afterwards', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    await world.tick(now)
    await world.stub.pause('Ann')
    const { run } = await world.submitTick(now + 2 * DAY)
    const later = await world.submitTick(now + 3 * DAY)
    await world.stub.submit({
      triggerId: 'while paused',
      trigger: 'api',
      actor: 'token',
      request: { kind: 'sweep', mode: 'act', rules: null },
    })
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(await world.deletions()).toEqual([])
    await world.edit('Old/p1', {})
    await world.stub.resume()
    expect((await world.ended(run)).counts).toMatchObject({ acted: 2, confirmed: 2, skipped: 1 })
    expect((await world.ended(later.run)).message).toMatch(/^Skipped: run /)
  })

  it('does not end by itself: a restart and days later it still holds', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    await world.stub.pause('Ann')
    const { run } = await world.submitTick(now + 2 * DAY)
    await new Promise((resolve) => setTimeout(resolve, 60))
    await world.renew()
    world.set({ skewMs: 9 * DAY })
    await world.submitTick(now + 11 * DAY)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(await world.deletions()).toEqual([])
    await world.stub.resume()
    expect((await world.ended(run)).counts).toMatchObject({ confirmed: 1 })
  })

  it('reports and surveys go on while it lasts', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.stub.pause('Ann')
    expect(await world.tick(now)).toMatchObject({ status: 'ok', counts: { marked: 1 } })
  })
})
