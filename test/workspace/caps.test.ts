/** G5: caps stop, they do not truncate; 0 means none. */

import { describe, expect, it } from 'vitest'
import { rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
/** Noon of the day after tomorrow, UTC, so that hours later is still the same day. */
const NOON = Math.floor(now / DAY) * DAY + 2 * DAY + DAY / 2

function limits(caps: { readonly [cap: string]: number }): string {
  const all = { per_run: 1_000, per_day: 1_000, percent: 100, stamps_per_run: 1_000, ...caps }
  return `[limits]\n${Object.entries(all)
    .map(([cap, value]) => `${cap} = ${value}`)
    .join('\n')}\n`
}

const OLD = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')

async function marked(policy: string, projects: readonly object[]): Promise<World> {
  const world = await makeWorld(policy, projects)
  await world.tick(now)
  return world
}

describe('G5 over a cap of [limits] nothing of the run acts, and it ends waiting', () => {
  it.each([
    [
      'per_run',
      { per_run: 3 },
      4,
      /4 projects to archive, move or delete, but at most 3 may be \(\[limits\] per_run\)/,
    ],
    ['per_day', { per_day: 3 }, 4, /4 .* today, but at most 3 may be \(\[limits\] per_day\)/],
    ['percent', { percent: 50 }, 4, /4 .*, but at most 3 may be \(\[limits\] percent\)/],
    ['per_run = 0', { per_run: 0 }, 1, /1 .*, but none is allowed \(\[limits\] per_run\)/],
    ['per_day = 0', { per_day: 0 }, 1, /none is allowed \(\[limits\] per_day\)/],
    ['percent = 0', { percent: 0 }, 1, /none is allowed \(\[limits\] percent\)/],
  ])('%s', async (_cap, caps, count, message) => {
    const rest = Array.from({ length: 7 - count }, (_, n) => ({ name: `Work/p${n}` }))
    const world = await marked(limits(caps) + OLD, [...staleMany(count), ...rest])
    const run = await world.tick(NOON)
    expect(run).toMatchObject({ status: 'waiting', counts: { due: count, acted: 0, failed: 0 } })
    expect(run.message).toMatch(message)
    expect(run.message).toMatch(/Nothing of this run acts\./)
    expect(run.plan?.items).toHaveLength(count)
    expect(run.plan?.stopped).toEqual([run.message])
    expect(await world.deletions()).toEqual([])
  })

  it('exactly at a cap everything acts', async () => {
    const world = await marked(limits({ per_run: 3, per_day: 3, percent: 50 }) + OLD, [
      ...staleMany(3),
      ...[1, 2, 3].map((n) => ({ name: `Work/p${n}` })),
    ])
    expect(await world.tick(NOON)).toMatchObject({ status: 'ok', counts: { confirmed: 3 } })
  })

  it('percent is of this organisation’s projects outside the bin, rounded down, at least one unless it is 0', async () => {
    const bin = Array.from({ length: 90 }, (_, n) => stale(`Recycle Bin/p${n}`, { binned: now - DAY }))
    const one = await marked(limits({ percent: 1 }) + OLD, [stale('Old/a'), { name: 'Work/b' }, ...bin])
    expect(await one.tick(NOON)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    const two = await marked(limits({ percent: 3 }) + OLD, [...staleMany(2), { name: 'Work/b' }, ...bin])
    expect(await two.tick(NOON)).toMatchObject({ status: 'waiting', counts: { acted: 0 } })
  })

  it('stamps have a cap of their own: over it nothing acts, and deletions do not count as stamps', async () => {
    const note = rule('note', '{ path = "Notes/*" }', 'describe', 'to = "look at me"')
    const notes = [1, 2, 3].map((n) => stale(`Notes/p${n}`))
    const over = await marked(limits({ stamps_per_run: 2 }) + note, notes)
    const run = await over.tick(NOON)
    expect(run).toMatchObject({ status: 'waiting', counts: { acted: 0 } })
    expect(run.message).toMatch(/3 descriptions and renames, but at most 2 may be/)
    const under = await marked(limits({ stamps_per_run: 3, per_run: 1 }) + note + OLD, [...notes, stale('Old/a')])
    expect(await under.tick(NOON)).toMatchObject({ status: 'ok', counts: { confirmed: 4 } })
  })
})

describe('G5 over a rule’s own limit only that rule stops', () => {
  it('and the other rules go on', async () => {
    const small = rule('tmp', '{ path = "Tmp/*", idle = ">90d" }', 'delete', 'limit = { per_run = 1 }')
    const world = await marked(limits({}) + OLD + small, [...staleMany(2), stale('Tmp/a'), stale('Tmp/b')])
    const run = await world.tick(NOON)
    expect(run).toMatchObject({ status: 'waiting', counts: { due: 4, acted: 2, confirmed: 2 } })
    expect(run.message).toMatch(/limit\.per_run of rule "tmp"\)\. Nothing of this rule acts; other rules go on\./)
    const names = (await world.projects()).map((project) => project.name).sort()
    expect(names).toEqual(['Recycle Bin/Old/p0', 'Recycle Bin/Old/p1', 'Tmp/a', 'Tmp/b'])
  })

  it('a run that waits and has a failed item ends partial, its plan still there', async () => {
    const small = rule('tmp', '{ path = "Tmp/*", idle = ">90d" }', 'delete', 'limit = { per_run = 0 }')
    const world = await marked(limits({}) + OLD + small, [stale('Old/a'), stale('Tmp/a')])
    await world.faults({ endpoint: 'projects/delete', kind: 'status-403' })
    const run = await world.tick(NOON)
    expect(run).toMatchObject({ status: 'partial', counts: { due: 2, acted: 1, confirmed: 0, failed: 1 } })
    expect(run.plan).toMatchObject({ items: [{ name: 'Old/a' }, { name: 'Tmp/a' }], stopped: [expect.anything()] })
  })
})

describe('G5 an attempt counts in its day', () => {
  it('also when it failed, and the next day counts anew', async () => {
    const world = await marked(limits({ per_day: 2 }) + OLD, staleMany(2))
    await world.faults({ endpoint: 'projects/delete', kind: 'status-403' })
    const failed = await world.tick(NOON)
    expect(failed).toMatchObject({ status: 'partial', counts: { acted: 2, confirmed: 0, failed: 2 } })
    await world.faults()
    const sameDay = await world.tick(NOON + HOUR)
    expect(sameDay).toMatchObject({ status: 'waiting', counts: { due: 2, acted: 0 } })
    expect(sameDay.message).toMatch(/4 projects .* today, but at most 2 may be/)
    // What waits for people is left alone, on the next day too, until they decide or their time is over.
    expect(await world.tick(NOON + DAY)).toMatchObject({ status: 'ok', counts: { due: 2, acted: 0 } })
    world.set({ skewMs: 25 * HOUR })
    expect(await world.tick(NOON + DAY + HOUR)).toMatchObject({ status: 'ok', counts: { confirmed: 2 } })
  })

  it('in the zone of the policy, not in UTC', async () => {
    const kiritimati = `timezone = "Pacific/Kiritimati"\n${limits({ per_day: 1 })}${OLD}`
    const world = await marked(kiritimati, [stale('Old/a')])
    // 09:30 UTC is 23:30 there; an hour later a new day has begun, though not in UTC.
    const half = Math.floor(now / DAY) * DAY + 2 * DAY + 9.5 * HOUR
    await world.faults({ endpoint: 'projects/delete', kind: 'status-403' })
    expect((await world.tick(half)).counts).toMatchObject({ acted: 1, failed: 1 })
    await world.faults()
    expect(await world.tick(half + HOUR)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
  })
})

describe('G5 the floor under the plan', () => {
  it('a cap of the day that another run filled after the plan stops the gate too', async () => {
    const world = await marked(limits({ per_day: 1 }) + OLD, [stale('Old/a')])
    let spent = false
    world.set({
      fetch: (input, init, { storage }) => {
        if (!spent && String(input).endsWith('/files/read')) {
          spent = true
          const day = new Date(NOON).toISOString().slice(0, 10)
          storage.sql.exec('INSERT INTO attempts (day, rule, count) VALUES (?, ?, 1)', day, 'another')
        }
        return fetch(input, init)
      },
    })
    const run = await world.tick(NOON)
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 0, failed: 1 } })
    expect(run.outcomes[0]?.detail).toBe('The cap of 1 per day is reached.')
    expect(await world.deletions()).toEqual([])
  })
})
