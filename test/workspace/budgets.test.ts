/** How many API calls a run may make (design, budgets), counted by the sandbox. */

import { describe, expect, it } from 'vitest'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

/** The first scheduled run of a day proves that the list ended where it did. */
const PROOF = 3

describe('the budget of API calls', () => {
  it('is three for a quiet tick: the list of projects, none after them, what runs live; three more at the first of a day', async () => {
    const world = await makeWorld(DELETE_OLD, [{ name: 'Work/a' }, { name: 'Work/b' }])
    const tick = async (at: number) => {
      const before = (await world.requests()).length
      const { apiCalls } = await world.tick(at)
      const calls = (await world.requests()).slice(before)
      expect(apiCalls).toBe(calls.length)
      return calls.map(({ path, params }) => [path, ...[params.start, params.end].filter((n) => n !== undefined)])
    }
    const lists = [
      ['projects/read', 0, 1_001],
      ['projects/read', 2, 1_003],
    ]
    const proof = [['projects/read', 1, 2], ['projects/read', 2, 3], ['projects/read']]
    const noon = Math.floor(Date.now() / DAY) * DAY + DAY + DAY / 2
    expect(await tick(noon)).toEqual([...lists, ...proof, ['live/list']])
    expect(await tick(noon + HOUR)).toEqual([...lists, ['live/list']])
    expect(await tick(noon + 12 * HOUR - 1)).toEqual([...lists, ['live/list']])
    expect(await tick(noon + 12 * HOUR)).toEqual([...lists, ...proof, ['live/list']])
  })

  it.each([1, 10, 11, 25])('is 3D + 4 + 2⌈D/10⌉ for %i deletions, besides the proof of a day', async (deletions) => {
    const world = await makeWorld(DELETE_OLD, staleMany(deletions))
    const now = Date.now()
    await world.tick(now)
    const before = (await world.requests()).length
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'ok', counts: { acted: deletions, confirmed: deletions } })
    const calls = (await world.requests()).slice(before)
    expect(calls).toHaveLength(3 * deletions + 4 + 2 * Math.ceil(deletions / 10) + PROOF)
    expect(run.apiCalls).toBe(calls.length)
    expect(new Set(await world.deletions()).size).toBe(deletions)
  })

  it('grows by one for a project that vanished altogether, which is looked at singly', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    await world.control('switches', { delete: 'hard' })
    const now = Date.now()
    await world.tick(now)
    const before = (await world.requests()).length
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'ok', counts: { acted: 3, confirmed: 3 } })
    expect((await world.requests()).length - before).toBe(3 * 3 + 4 + 2 + 3 + PROOF)
  })

  it('holds paid evidence twice for what is due: once in the survey and again at the re-check', async () => {
    const when = '{ path = "Old/*", idle = ">90d" }'
    const policy = `${NO_CAPS}${rule('old', when, 'delete', 'unless = { last-backtest = "<30d" }')}`
    const world = await makeWorld(policy, [stale('Old/a'), stale('Old/b'), stale('Else/c')])
    const now = Date.now()
    await world.tick(now)
    expect(await world.calls('backtests/list')).toBe(2 + 2)
    const before = (await world.requests()).length
    await world.tick(now + 2 * DAY)
    expect((await world.requests()).length - before).toBe(3 * 2 + 4 + 2 + 4 + PROOF)
  })

  it('needs a page more for every thousand projects, and one slice never makes more calls than it may', async () => {
    const many = Array.from({ length: 2_400 }, (_, n) => ({ name: `Work/p${n}` }))
    const world = await makeWorld(DELETE_OLD, [...many, stale('Old/a')])
    const now = Date.now()
    const first = await world.tick(now)
    expect(first).toMatchObject({ status: 'ok', apiCalls: 4 + 1 + PROOF + 2, counts: { inventory: 2_401, marked: 1 } })
    const second = await world.tick(now + 2 * DAY)
    expect(second).toMatchObject({ status: 'ok', counts: { confirmed: 1 }, apiCalls: 4 + 1 + PROOF + 4 + 3 + 3 })
  })

  it('goes on in the next slice when paid evidence takes more than one may make', async () => {
    const policy = `${NO_CAPS}${rule('old', '{ path = "Old/*", backtests = "=0" }', 'delete')}`
    const world = await makeWorld(policy, staleMany(25), { callsPerSlice: 10 })
    const run = await world.tick(Date.now())
    expect(run).toMatchObject({ status: 'ok', apiCalls: 25 + 3 + PROOF, counts: { marked: 25, notJudged: 0 } })
  })

  it('only reports, and says so, when a re-check would not fit into one slice', async () => {
    const many = Array.from({ length: 4_100 }, (_, n) => ({ name: `Work/p${n}` }))
    const world = await makeWorld(DELETE_OLD, [...many, stale('Old/a')], { callsPerSlice: 10 })
    const now = Date.now()
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'blocked', counts: { due: 1, acted: 0 } })
    expect(run.message).toMatch(/takes 11 calls, more than the 10 .* set CALLS_PER_SLICE to 900/)
  })

  it('goes on mid-way when the evidence of a directory takes more calls to read again than one slice may make', async () => {
    const folder = Array.from({ length: 34 }, (_, n) => stale(`Old/x/p${n}`))
    const saving = 'unit = "directory"\nunless = { last-backtest = "<30d" }'
    const policy = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete', saving)}`
    const world = await makeWorld(policy, folder, { callsPerSlice: 15 })
    const now = Date.now()
    await world.tick(now)
    const before = await world.calls('backtests/list')
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'ok', counts: { due: 34, confirmed: 34 } })
    expect((await world.calls('backtests/list')) - before).toBe(3 * 34)
  })

  it('reads the evidence of a re-check anew when it has become too old in the meantime', async () => {
    const when = '{ path = "Old/*", idle = ">90d" }'
    const policy = `${NO_CAPS}${rule('old', when, 'delete', 'unless = { last-backtest = "<30d" }')}`
    const world = await makeWorld(
      policy,
      Array.from({ length: 12 }, (_, n) => stale(`Old/p${n}`)),
      { callsPerSlice: 10 },
    )
    const now = Date.now()
    await world.tick(now)
    let lists = 0
    world.set({
      fetch: (input, init) => {
        if (String(input).endsWith('projects/read')) {
          lists += 1
          // The scan takes two lists, its proof three. Between the first re-check's slices somebody pauses for an hour, and a backtest is run.
          if (lists === 7) world.set({ skewMs: 3_600_000 })
        }
        return fetch(input, init)
      },
    })
    const before = await world.calls('backtests/list')
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ confirmed: 12 })
    expect((await world.calls('backtests/list')) - before).toBeGreaterThan(2 * 12)
  })

  it('ends a run whose lists alone take all calls of a slice, and never goes round for ever', async () => {
    const many = Array.from({ length: 3_100 }, (_, n) => ({ name: `Work/p${n}` }))
    const world = await makeWorld(DELETE_OLD, [...many, stale('Old/a')], { callsPerSlice: 10 })
    const now = Date.now()
    await world.tick(now)
    await world.faults({ endpoint: 'live/list', kind: 'status-503' })
    const run = await world.tick(now + 2 * DAY)
    expect(['blocked', 'partial']).toContain(run.status)
    expect(await world.deletions()).toEqual([])
  })
})

describe('the budget of D deletions: 2D + I + R + F + V + 4 + 2⌈D/b⌉, and the proof of a day besides', () => {
  const idle = '{ path = "Old/*", idle = ">90d" }'
  const aged = '{ path = "Old/*", age = ">90d" }'
  const b = 10

  /** Calls of the run that deletes, by the log of the sandbox. */
  async function callsOf(
    policy: string,
    D: number,
    meddle: (world: World) => Promise<unknown> = async () => undefined,
  ) {
    const world = await makeWorld(`${NO_CAPS}${policy}`, staleMany(D))
    const now = Date.now()
    await world.tick(now)
    await meddle(world)
    const before = (await world.requests()).length
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'ok', counts: { confirmed: D } })
    const calls = (await world.requests()).slice(before)
    expect(run.apiCalls).toBe(calls.length)
    const to = (path: string) => calls.filter((call) => call.path === path).length
    return { calls: calls.length - PROOF, to }
  }

  it.each([1, 7, 10, 11, 20, 21])('of %i by a rule that does not ask for activity', async (D) => {
    const { calls, to } = await callsOf(rule('old', aged, 'delete'), D)
    expect(calls).toBeLessThanOrEqual(2 * D + 4 + 2 * Math.ceil(D / b))
    expect([to('files/read'), to('projects/delete'), to('backtests/list')]).toEqual([D, D, 0])
  })

  it.each([1, 12])('of %i by one that does: I is one reading of backtests each', async (D) => {
    const { calls, to } = await callsOf(rule('old', idle, 'delete'), D)
    expect(calls).toBeLessThanOrEqual(2 * D + D + 4 + 2 * Math.ceil(D / b))
    expect([to('files/read'), to('backtests/list')]).toEqual([D, D])
  })

  it.each([3, 12])('of %i with facts on demand: F is one in the scan and one before the call each', async (D) => {
    const { calls } = await callsOf(rule('old', aged, 'delete', 'unless = { last-backtest = "<30d" }'), D)
    expect(calls).toBeLessThanOrEqual(2 * D + 2 * D + 4 + 2 * Math.ceil(D / b))
  })

  it.each([3, 12])('of %i that vanish: V is one single read each', async (D) => {
    const { calls } = await callsOf(rule('old', aged, 'delete'), D, (world) =>
      world.control('switches', { delete: 'hard' }),
    )
    expect(calls).toBeLessThanOrEqual(2 * D + D + 4 + 2 * Math.ceil(D / b))
  })

  it('of 4 with a copy that is too old at its turn: R is one more reading of its files, and its lists are read again', async () => {
    let gets = 0
    // The store does not show the first copy before it is over a minute old.
    const show = async (stored: unknown, key: string) => {
      if (!key.startsWith('backup/')) return stored
      gets += 1
      if (gets > 1) return stored
      world.aMinuteLater()
      return null
    }
    const late = (kv: KVNamespace) =>
      new Proxy(kv, {
        get: (store, name) => {
          if (name === 'get') return async (key: string, type: 'arrayBuffer') => show(await store.get(key, type), key)
          const member = Reflect.get(store, name) as unknown
          return typeof member === 'function' ? member.bind(store) : member
        },
      })
    const world = await makeWorld(`${NO_CAPS}${rule('old', aged, 'delete')}`, staleMany(4), { log: late })
    const now = Date.now()
    await world.tick(now)
    gets = 0
    const before = (await world.requests()).length
    expect(await world.tick(now + 2 * DAY)).toMatchObject({ status: 'ok', counts: { confirmed: 4 } })
    const calls = (await world.requests()).slice(before)
    expect(calls.filter(({ path }) => path === 'files/read')).toHaveLength(4 + 1)
    expect(calls.length - PROOF).toBeLessThanOrEqual(2 * 4 + 1 + 4 + 2 + 2)
  })
})
