/** G10 and G11: confirmed, not assumed; and one bad item never hides others. */

import { describe, expect, it } from 'vitest'
import { RECHECK } from '../support/lists.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, type Fault, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

type Run = Awaited<ReturnType<World['tick']>>

async function act(
  projects: readonly object[],
  switches: object,
  ...faults: readonly Fault[]
): Promise<{ world: World; run: Run }> {
  const world = await makeWorld(DELETE_OLD, projects)
  await world.control('switches', switches)
  await world.tick(now)
  await world.faults(...faults)
  return { world, run: await world.tick(now + 2 * DAY) }
}

function del(kind: string, calls: Fault['calls'] = 'all'): Fault {
  return { endpoint: 'projects/delete', kind, calls, delayMs: kind.startsWith('hang') ? 60 : 0 }
}

/** At most one call for each project, ever. */
async function oncePerProject(world: World): Promise<void> {
  const sent = await world.deletions()
  expect(sent.length).toBe(new Set(sent).size)
}

describe('G10 a lost answer is settled by reading, never by a repeat', () => {
  it.each(['reset-after', 'hang-after', 'truncate', 'malformed'])(
    '%s: it happened, and the list shows it',
    async (kind) => {
      const { world, run } = await act(staleMany(2), {}, del(kind))
      expect(run).toMatchObject({ status: 'ok', counts: { acted: 2, confirmed: 2, unsure: 0 } })
      await oncePerProject(world)
    },
  )

  it('a cloud that only stays silent is given up after the time-out, and looked at afterwards', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1), { timeoutMs: 1_500 })
    await world.tick(now)
    await world.faults({ endpoint: 'projects/delete', kind: 'hang-after', calls: 'all', delayMs: 20_000 })
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'ok', counts: { acted: 1, confirmed: 1, unsure: 0 } })
    await oncePerProject(world)
  })

  it.each(['reset-before', 'hang-before', 'status-500', 'status-502', 'empty-500', 'html', 'no-success'])(
    '%s: unsure at once, failed a minute later, and tried again by a run after that',
    async (kind) => {
      const { world, run } = await act(staleMany(1), {}, del(kind))
      expect(run).toMatchObject({ status: 'partial', counts: { acted: 1, confirmed: 0, unsure: 1 } })
      expect(run.outcomes[0]?.detail).toMatch(/^The answer was lost \(.*\) and the list does not show the change\./)
      await world.faults()

      const soon = await world.tick(now + 2 * DAY + HOUR)
      // Its mark is used up (G22): it starts anew.
      expect(soon.counts).toMatchObject({ due: 0, marked: 1, acted: 0 })

      world.aMinuteLater()
      const later = await world.tick(now + 3 * DAY - HOUR)
      const settled = later.outcomes.find((one) => one.detail.includes(`settles an unsure outcome of run ${run.id}`))
      expect(settled).toMatchObject({ outcome: 'failed' })
      expect(later).toMatchObject({ status: 'partial', counts: { acted: 0 } })
      expect((await world.tick(now + 4 * DAY)).outcomes).toMatchObject([{ outcome: 'done' }])
      expect(await world.deletions()).toHaveLength(2)
    },
  )

  it.each(['status-400', 'status-403', 'status-404', 'status-413', 'refuse-bare'])(
    '%s: a plain no, and the project still in place, is failed',
    async (kind) => {
      const { world, run } = await act(staleMany(1), {}, del(kind))
      expect(run).toMatchObject({ status: 'partial', counts: { acted: 1, confirmed: 0, failed: 1, unsure: 0 } })
      expect(run.outcomes[0]?.detail).toMatch(/^QuantConnect (?!refused: QuantConnect)[^.]((?!\.\.).)*\.$/)
      await oncePerProject(world)
    },
  )

  it('an effect that only a later survey shows is done, as an outcome of that later run', async () => {
    const stale = { endpoint: 'projects/read', kind: 'stale', calls: [RECHECK + 1] }
    const { world, run } = await act(staleMany(1), {}, del('reset-after'), stale)
    expect(run).toMatchObject({ status: 'partial', counts: { unsure: 1 } })
    world.aMinuteLater()
    const later = await world.tick(now + 3 * DAY)
    expect(later).toMatchObject({ status: 'ok', counts: { confirmed: 1, acted: 0 } })
    const last = await world.tick(now + 4 * DAY)
    expect(last.outcomes).toEqual([])
    await oncePerProject(world)
  })
})

describe('G10 counters count what a list shows', () => {
  it('an accepted delete that the list does not show is unsure, not confirmed', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    world.set({
      fetch: (input, init) =>
        String(input).endsWith('/projects/delete')
          ? Promise.resolve(Response.json({ success: true }))
          : fetch(input, init),
    })
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 1, confirmed: 0, unsure: 1 } })
    expect(run.outcomes[0]?.detail).toMatch(/accepted the call, but the list does not show it/)
  })

  it('a project deleted for good is done only when a single read says that it is not found', async () => {
    const { world, run } = await act(staleMany(1), { delete: 'hard' })
    expect(run).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    expect(run.outcomes[0]?.detail).toMatch(/^Gone for good: not in the bin\./)
    const [single] = (await world.requests()).slice(-1)
    expect(single).toMatchObject({ path: 'projects/read', params: { projectId: run.outcomes[0]?.projectId } })
  })

  it.each(['status-503', 'malformed', 'no-success'])('with %s instead of a not found it is unsure', async (kind) => {
    const single = { endpoint: 'projects/read', kind, calls: Array.from({ length: 20 }, (_, n) => RECHECK + 2 + n) }
    const { world, run } = await act(staleMany(1), { delete: 'hard' }, single)
    expect(run).toMatchObject({ status: 'partial', counts: { confirmed: 0, unsure: 1 } })
    await world.faults()
    world.aMinuteLater()
    const later = await world.tick(now + 3 * DAY)
    expect(later.counts.acted).toBe(0)
    await oncePerProject(world)
  })

  it('many that cannot be looked at stay unsure and end no run late: the next survey looks again', async () => {
    const after = { endpoint: 'projects/read', calls: Array.from({ length: 200 }, (_, n) => RECHECK + 2 + n) }
    const many = [...staleMany(15), ...Array.from({ length: 60 }, (_, n) => ({ name: `Work/p${n}` }))]
    const { world, run } = await act(many, { delete: 'hard' }, { ...after, kind: 'status-503' })
    expect(run).toMatchObject({ status: 'partial', counts: { confirmed: 0 } })
    world.aMinuteLater()
    await world.faults({ ...after, calls: Array.from({ length: 200 }, (_, n) => RECHECK + n), kind: 'status-503' })
    const blind = await world.tick(now + 3 * DAY)
    expect(blind).toMatchObject({ status: 'partial', counts: { acted: 0, confirmed: 0 } })
    expect(blind.apiCalls).toBeLessThanOrEqual(5 + 1 + 3)
    await world.faults()
    const later = await world.tick(now + 4 * DAY)
    expect(later.counts).toMatchObject({ acted: 0, confirmed: run.counts.unsure })
    await oncePerProject(world)
  })

  it('an empty answer to the single read is not a not found', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(1), { name: 'Work/a' }])
    await world.control('switches', { delete: 'hard' })
    await world.tick(now)
    world.set({
      fetch: (input, init) => {
        const isSingle = String(input).endsWith('/projects/read') && String(init?.body).includes('projectId')
        return isSingle ? Promise.resolve(Response.json({ success: true, projects: [] })) : fetch(input, init)
      },
    })
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'partial', counts: { confirmed: 0, unsure: 1 } })
  })

  it.each(['reset-after', 'reset-before'])('a rename is settled the same way: %s', async (kind) => {
    const archive = rule('old', '{ path = "Old/*", idle = ">90d" }', 'archive', 'to = "Archive/{path}"')
    const world = await makeWorld(NO_CAPS + archive, staleMany(1))
    await world.tick(now)
    await world.faults({ endpoint: 'projects/update', kind })
    const run = await world.tick(now + 2 * DAY)
    const happened = kind === 'reset-after'
    expect(run.counts).toMatchObject(happened ? { confirmed: 1, unsure: 0 } : { confirmed: 0, unsure: 1 })
    expect(await world.calls('projects/update')).toBe(1)
  })
})

describe('G11 one bad item never hides others', () => {
  it('ends partial, with every item accounted for by name', async () => {
    const { world, run } = await act(staleMany(12), {}, del('status-403', [2]), del('reset-before', [4]))
    expect(run).toMatchObject({
      status: 'partial',
      counts: { due: 12, acted: 12, confirmed: 10, failed: 1, unsure: 1, skipped: 0 },
    })
    expect(new Set(run.outcomes.map((one) => one.name)).size).toBe(12)
    await oncePerProject(world)
  })

  it('one project whose files cannot be read keeps no other from being deleted', async () => {
    const { run } = await act(staleMany(3), {}, { endpoint: 'files/read', kind: 'status-404', calls: [1] })
    expect(run).toMatchObject({ status: 'partial', counts: { confirmed: 2, failed: 1 } })
  })

  it('credentials that stop working end the acting: what was not tried is named, and nothing is repeated', async () => {
    const { world, run } = await act(staleMany(4), {}, del('status-401'))
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 1, failed: 1, notAttempted: 3 } })
    expect(run.outcomes.filter((one) => one.detail.startsWith('Not tried.'))).toHaveLength(3)
    expect(run.message).toMatch(/did not accept the credentials .* Check QC_USER_ID and QC_API_TOKEN/)
    expect(await world.deletions()).toHaveLength(1)
  })

  it('a record that the store does not take ends no run: it is tried again until the store does', async () => {
    let refused = 0
    const world = await makeWorld(DELETE_OLD, [stale('Old/a')], {
      log: (log) =>
        new Proxy(log, {
          get(target, name) {
            if (name !== 'put') return Reflect.get(target, name).bind(target)
            return (key: string, ...rest: [string, KVNamespacePutOptions]) => {
              if (!key.startsWith('run/') || refused >= 3) return target.put(key, ...rest)
              refused += 1
              return Promise.reject(new Error('KV PUT failed: 429'))
            }
          },
        }),
    })
    const run = await world.tick(now)
    expect(refused).toBe(1)
    expect(run).toMatchObject({ status: 'ok', counts: { marked: 1 } })
    const stored = async () => (await world.log.list({ prefix: 'run/' })).keys.some(({ name }) => name.endsWith(run.id))
    expect(await stored()).toBe(false)
    for (let minutes = 1; minutes <= 4; minutes *= 2) {
      world.set({ skewMs: (world.setting().skewMs ?? 0) + minutes * 60_000 + 1_000 })
      await world.alarm()
    }
    expect(refused).toBe(3)
    expect(await stored()).toBe(true)
  })
})
