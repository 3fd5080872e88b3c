/** What can be looked at without changing anything: the plan, the inventory with its verdicts, why a project is where it is. */

import { describe, expect, it } from 'vitest'
import type { Why } from '../../src/core/plan/explain.ts'
import type { Preview, ShownInventory } from '../../src/workspace/ledger/run.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { problemOf, rows } from '../support/rows.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

async function get<T>(world: World, path: string): Promise<T> {
  const answer = await ask(world, path)
  expect(answer.status).toBe(200)
  return (await answer.json()) as T
}

describe('GET /api/plan', () => {
  it('G4 shows what a run would do next, to the byte, and makes no call that changes anything', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    await world.tick(now)
    world.set({ skewMs: 2 * DAY })
    const before = await rows(world)
    const plan = await get<Preview>(world, '/api/plan')
    const again = await get<Preview>(world, '/api/plan')
    expect(again.hash).toBe(plan.hash)
    expect(await rows(world)).toEqual(before)
    expect((await world.requests()).filter(({ path }) => !/(read|list|authenticate)$/.test(path))).toEqual([])
    const answer = await ask(world, '/api/runs', { method: 'POST', body: { mode: 'act' } })
    const run = await world.ended(((await answer.json()) as { run: string }).run)
    expect(run.plan?.hash).toBe(plan.hash)
    expect(run.plan?.items).toEqual(plan.items)
    expect(run.counts).toMatchObject({ confirmed: 3 })
  })

  it('marks nothing: however often it is asked, grace begins with a run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    for (let n = 0; n < 3; n++)
      expect((await get<Preview>(world, '/api/plan')).counts).toMatchObject({ marked: 1, due: 0 })
    await world.inside(({ storage }) => expect(storage.sql.exec('SELECT * FROM marks').toArray()).toEqual([]))
    world.set({ skewMs: 30 * DAY })
    expect((await get<Preview>(world, '/api/plan')).counts).toMatchObject({ marked: 1, due: 0 })
    expect((await world.tick(now + 30 * DAY)).counts).toMatchObject({ marked: 1, acted: 0 })
  })

  it('says over which limit it is', async () => {
    const limited = DELETE_OLD.replace('per_run = 1000', 'per_run = 1')
    const world = await makeWorld(limited, staleMany(2))
    await world.tick(now)
    world.set({ skewMs: 2 * DAY })
    const plan = await get<Preview>(world, '/api/plan')
    expect(plan.stopped.join(' ')).toMatch(/per_run/)
    expect(await world.deletions()).toEqual([])
  })
})

describe('GET /api/inventory', () => {
  it('is 404 before the first survey, and says how there will be one', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    expect((await problemOf(await ask(world, '/api/inventory'), 404)).detail).toMatch(/no survey yet/)
  })

  it('has every project of the last survey with one verdict, which add up to its counts; makes no call', async () => {
    const world = await makeWorld(`${DELETE_OLD}\n[protect]\npaths = ["Safe/*"]\n`, [
      ...staleMany(2),
      stale('Old/held', { description: '[keep]' }),
      stale('Safe/a'),
      { name: 'Work/a' },
    ])
    const run = await world.tick(now)
    const calls = (await world.requests()).length
    const shown = await get<ShownInventory>(world, '/api/inventory')
    expect(await world.requests()).toHaveLength(calls)
    const verdicts = shown.projects.map(({ id, name }) => [name, shown.verdicts[String(id)]?.verdict])
    expect(Object.fromEntries(verdicts)).toEqual({
      'Old/p0': 'marked',
      'Old/p1': 'marked',
      'Old/held': 'held',
      'Safe/a': 'protected',
      'Work/a': 'kept',
    })
    const { inventory, kept, protected: safe, held, notJudged, marked, due } = shown.counts
    expect([shown.run, shown.counts.marked]).toEqual([run.id, run.counts.marked])
    expect(kept + safe + held + notJudged + marked + due).toBe(inventory)
    expect(inventory).toBe(shown.projects.length)
  })

  it('judges the last survey as of now: what was marked becomes due without a new one', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    world.set({ skewMs: 2 * DAY })
    const { verdicts, counts } = await get<ShownInventory>(world, '/api/inventory')
    expect(Object.values(verdicts)).toMatchObject([{ verdict: 'due', rule: 'old' }])
    expect(counts).toMatchObject({ marked: 0, due: 1 })
  })
})

describe('GET /api/why/{projectId}', () => {
  it('G17 names rule, predicates with values and thresholds, mark and due time, for every project there is', async () => {
    const world = await makeWorld(`${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')}`, [
      ...staleMany(2),
      { name: 'Work/a' },
      stale('Old/held', { description: '[keep until 2099-01-31]' }),
    ])
    await world.tick(now)
    for (const { projectId, name } of await world.projects()) {
      const why = await get<Why>(world, `/api/why/${projectId}`)
      expect(why).toMatchObject({ projectId, name, sentences: expect.arrayContaining([expect.any(String)]) })
      expect(why.rules.map((one) => one.rule)).toEqual(['old'])
      expect(why.rules[0]?.predicates.length).toBeGreaterThan(0)
    }
    const why = await get<Why>(world, `/api/why/${(await world.project('Old/p0')).projectId}`)
    expect(why).toMatchObject({ verdict: 'marked', mark: { rule: 'old' } })
    expect(Date.parse(why.due ?? '')).toBeGreaterThanOrEqual(now + DAY)
    expect(why.sentences.join(' ')).toMatch(/old/)
    const held = await get<Why>(world, `/api/why/${(await world.project('Old/held')).projectId}`)
    expect(held.verdict).toBe('held')
    expect(held.sentences.join(' ')).toMatch(/2099-01-31/)
  })
})
