/** A condition of the whole service is not the failure of one item: throttles, lost answers, credentials. */

import { describe, expect, it } from 'vitest'
import { NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, type Fault, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const others = Array.from({ length: 30 }, (_, n) => stale(`w/p${n}`))
const WHEN = '{ path = "Old/*", idle = ">90d" }'
const ACTIONS = [
  ['delete', '', 'projects/delete'],
  ['archive', 'to = "Archive/{path}"', 'projects/update'],
  ['rename', 'to = "done"', 'projects/update'],
  ['describe', 'to = "look"', 'projects/update'],
] as const
const policyOf = (then: string, more = '') => `${NO_CAPS}${rule('old', WHEN, then, more)}`
const from = (first: number) => Array.from({ length: 200 }, (_, n) => first + n)

/** A tick that marks, then a fault, then a tick that acts. */
async function begun(faults: Fault, count = 20, policy = policyOf('delete')) {
  const world = await makeWorld(policy, [...staleMany(count), ...others])
  await world.tick(now)
  await world.faults(faults)
  return { world, run: (await world.submitTick(now + 2 * DAY)).run }
}

/** Waits until nothing more is sent. */
async function still(world: World): Promise<number> {
  let before = -1
  for (;;) {
    const sent = (await world.requests()).length
    if (sent === before) return sent
    before = sent
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

async function later(world: World, ms: number): Promise<void> {
  world.set({ skewMs: (world.setting().skewMs ?? 0) + ms })
  await world.alarm()
}

function attempts(world: World): Promise<number> {
  return world.inside(
    ({ storage: { sql } }) => sql.exec<{ n: number | null }>('SELECT sum(count) AS n FROM attempts').one().n ?? 0,
  )
}

describe('after a throttled call nothing further is started before its time is over', () => {
  it.each([
    ['status-429', 30],
    ['status-429', undefined],
    ['throttle', undefined],
  ] as const)('%s, Retry-After %s', async (kind, retryAfter) => {
    const { world, run } = await begun({
      endpoint: 'projects/delete',
      kind,
      calls: [3],
      ...(retryAfter === undefined ? {} : { retryAfter }),
    })
    const sent = await still(world)
    expect(await world.deletions()).toHaveLength(3)
    // Neither is counted, nor has it used up any permission.
    expect(await attempts(world)).toBe(2)
    expect(await world.inside(({ storage }) => storage.sql.exec('SELECT * FROM marks').toArray())).toHaveLength(18)
    await later(world, (retryAfter ?? 60) * 1_000 - 5_000)
    expect(await still(world)).toBe(sent)
    await later(world, 6_000)
    expect(await world.ended(run)).toMatchObject({ status: 'ok', counts: { acted: 20, confirmed: 20, failed: 0 } })
    expect(await attempts(world)).toBe(20)
    expect(await world.deletions()).toHaveLength(21)
  })

  it.each(ACTIONS)('%s', async (then, more, endpoint) => {
    const { world, run } = await begun(
      { endpoint, kind: 'status-429', calls: [2], retryAfter: 45 },
      3,
      policyOf(then, more).replace(WHEN, '{ path = ["Old/p0", "Old/p1", "Old/p2"], idle = ">90d" }'),
    )
    await still(world)
    expect(await world.calls(endpoint)).toBe(2)
    await later(world, 46_000)
    expect(await world.ended(run)).toMatchObject({ counts: { confirmed: 3, failed: 0 } })
    expect(await world.calls(endpoint)).toBe(4)
  })

  it.each([
    ['projects/read', 1],
    ['live/list', 1],
    ['projects/read', 2],
    ['live/list', 2],
    ['files/read', 1],
    ['projects/read', 6],
    ['projects/read', 7],
    ['backtests/list', 2],
  ] as const)('a read too (%s, the %ith): the run goes on where it was', async (endpoint, nth) => {
    const unless = 'unless = { last-backtest = "<30d" }'
    const policy = endpoint === 'backtests/list' ? policyOf('delete', unless) : policyOf('delete')
    const { world, run } = await begun({ endpoint, kind: 'status-429', calls: [nth] }, 4, policy)
    const sent = await still(world)
    await later(world, 50_000)
    expect(await still(world)).toBe(sent)
    await later(world, 11_000)
    expect(await world.ended(run)).toMatchObject({ status: 'ok', counts: { confirmed: 4, notJudged: 0 } })
  })

  it('neither is a preview, nor another run', async () => {
    const { world, run } = await begun(
      { endpoint: 'projects/delete', kind: 'status-429', calls: [1], retryAfter: 90 },
      2,
    )
    const sent = await still(world)
    const seen = await world.stub.plan()
    expect(seen).toMatchObject({ ok: false, message: expect.stringMatching(/asked to slow down/) })
    const request = { kind: 'command', mode: 'act', command: { type: 'project.delete', project: 'w/p1' } } as const
    await world.stub.submit({ triggerId: 'x', trigger: 'api', actor: 'token', request })
    expect(await still(world)).toBe(sent)
    await later(world, 91_000)
    expect((await world.ended(run)).counts).toMatchObject({ confirmed: 2 })
  })

  it('over an hour ends the run partial; what was not sent is not attempted and stays due', async () => {
    const fault = { endpoint: 'projects/delete', kind: 'status-429', calls: [3], retryAfter: 3_700 }
    const { world, run } = await begun(fault, 5)
    const ended = await world.ended(run)
    expect(ended).toMatchObject({ status: 'partial', counts: { acted: 2, unsure: 2, failed: 0, notAttempted: 3 } })
    expect(ended.message).toMatch(/asked to slow down for over an hour/)
    expect(await attempts(world)).toBe(2)
    await world.faults()
    world.set({ skewMs: (world.setting().skewMs ?? 0) + 3_701_000 })
    expect((await world.tick(now + 2 * DAY + 2 * HOUR)).counts).toMatchObject({ confirmed: 5 })
  })

  it('so does one throttle after the other for an hour', async () => {
    const { world, run } = await begun({ endpoint: 'projects/delete', kind: 'throttle', calls: 'all' }, 2)
    for (let minute = 0; minute < 70; minute++) {
      await later(world, 301_000)
      const { status } = (await world.stub.run(run)) ?? {}
      if (status !== 'running') break
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    expect(await world.ended(run)).toMatchObject({ status: 'partial', counts: { acted: 0, notAttempted: 2 } })
    expect(await attempts(world)).toBe(0)
  })

  it('survives a restart', async () => {
    const { world, run } = await begun(
      { endpoint: 'projects/delete', kind: 'status-429', calls: [1], retryAfter: 90 },
      2,
    )
    const sent = await still(world)
    await world.renew()
    await world.alarm()
    expect(await still(world)).toBe(sent)
    await later(world, 91_000)
    expect((await world.ended(run)).counts).toMatchObject({ confirmed: 2 })
  })
})

describe('a service that is down stops the run', () => {
  it.each(['reset-before', 'status-503', 'status-500', 'html', 'malformed', 'reset-after'])(
    'three lost answers in a row (%s)',
    async (kind) => {
      const { world, run } = await begun({ endpoint: 'projects/delete', kind, calls: from(2) }, 8)
      const ended = await world.ended(run)
      expect(ended).toMatchObject({ status: 'partial', counts: { acted: 4, failed: 0, notAttempted: 4 } })
      expect(ended.message).toMatch(/3 answers in a row were lost/)
      expect(await world.deletions()).toHaveLength(4)
      expect(await attempts(world)).toBe(4)
    },
  )

  it('two, and then an answer, do not', async () => {
    const { world, run } = await begun({ endpoint: 'projects/delete', kind: 'reset-after', calls: [1, 2, 4, 5] }, 6)
    expect(await world.ended(run)).toMatchObject({ counts: { acted: 6, confirmed: 6, notAttempted: 0 } })
    expect(await world.deletions()).toHaveLength(6)
  })

  it('counts over the steps of a run', async () => {
    const { world, run } = await begun({ endpoint: 'projects/delete', kind: 'reset-after', calls: from(9) }, 20)
    expect((await world.ended(run)).counts).toMatchObject({ acted: 11, notAttempted: 9 })
  })

  it.each(['status-401'])('one %s', async (kind) => {
    const { world, run } = await begun({ endpoint: 'projects/delete', kind, calls: [2] }, 5)
    const ended = await world.ended(run)
    expect(ended).toMatchObject({ status: 'partial', counts: { confirmed: 1, failed: 1, notAttempted: 3 } })
    expect(ended.message).toMatch(/did not accept the credentials/)
    expect(await world.deletions()).toHaveLength(2)
  })

  it('an attempt that is taken back is subtracted from the day in which it was counted, though midnight has passed', async () => {
    const world = await makeWorld(policyOf('delete'), [stale('Old/a'), ...others])
    const midnight = (Math.floor(now / DAY) + 3) * DAY
    await world.tick(now)
    world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('projects/delete')) {
          // The answer comes after midnight.
          world.set({ fetch: undefined as never, skewMs: 30_000 })
          return Response.json({ success: false, errors: ['Too many requests'] }, { status: 429 })
        }
        return fetch(input, init as RequestInit)
      },
    })
    const { run } = await world.submitTick(midnight - 15_000)
    await still(world)
    const days = () =>
      world.inside(({ storage: { sql } }) =>
        sql.exec<{ day: string; count: number }>('SELECT day, count FROM attempts ORDER BY day').toArray(),
      )
    const [before, after] = [midnight - DAY, midnight].map((at) => new Date(at).toISOString().slice(0, 10))
    expect(await days()).toEqual([{ day: before, count: 0 }])
    await later(world, 61_000)
    expect((await world.ended(run)).counts).toMatchObject({ confirmed: 1 })
    expect(await days()).toEqual([
      { day: before, count: 0 },
      { day: after, count: 1 },
    ])
  })
})
