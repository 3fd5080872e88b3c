import { describe, expect, it } from 'vitest'
import type { Inventory, Project } from '../../src/core/evidence/project.ts'
import { asIfEnforced, backtest, type Replay, replayNext, START } from '../../src/core/replay/backtest.ts'
import { DAY, HOUR, inventory, NOW, policy, project, read, rule } from './support.ts'

const DELETE = rule('old', 'when = { path = "Old/*", idle = ">90d" }\nthen = "delete"\nafter = "14d"')

/** The inventory so many days after `NOW`. */
function on(day: number, projects: readonly Project[], fields: Partial<Inventory> = {}): Inventory {
  return inventory(projects, { at: NOW + day * DAY, ...fields })
}

/** The same projects on each of these days. */
function still(days: readonly number[], ...projects: readonly Project[]): readonly Inventory[] {
  return days.map((day) => on(day, projects))
}

function gone(replay: Replay): readonly (readonly [number, number])[] {
  return replay.acts.map(({ projectId, at }) => [projectId, Math.round((at - NOW) / DAY)])
}

function regretsOf(replay: Replay, id: number): readonly (readonly [string, number])[] {
  const acts = replay.acts.filter(({ projectId }) => projectId === id)
  return acts.flatMap(({ regrets }) => regrets.map(({ kind, at }) => [kind, (at - NOW) / DAY] as const))
}

describe('a replay', () => {
  it('marks first and acts when the grace is over, once', async () => {
    const replay = await backtest(await policy(DELETE), still([0, 7, 14, 15, 16], project(1, 'Old/a'), project(2, 'b')))
    expect(gone(replay)).toEqual([[1, 14]])
    expect(replay.days).toEqual([
      expect.objectContaining({ day: '2026-11-24', inventories: 1, projects: 2, marked: 1, gone: 0 }),
      expect.objectContaining({ day: '2026-12-01', marked: 0, gone: 0 }),
      expect.objectContaining({ day: '2026-12-08', projects: 2, gone: 1 }),
      expect.objectContaining({ day: '2026-12-09', projects: 1, gone: 0 }),
      expect.objectContaining({ day: '2026-12-10', projects: 1, gone: 0 }),
    ])
  })

  it('counts a project once that two rules mark', async () => {
    const archive = rule('archive', 'when = { idle = ">90d" }\nthen = "archive"')
    const { days } = await backtest(await policy(DELETE, archive), still([0], project(1, 'Old/a')))
    expect(days).toMatchObject([{ projects: 1, marked: 1 }])
  })

  it('takes inventories in the order of time, whatever order they come in', async () => {
    const rules = await policy(DELETE)
    const series = still([0, 7, 14, 15], project(1, 'Old/a'))
    expect(await backtest(rules, series.toReversed())).toEqual(await backtest(rules, series))
  })

  it('refuses an inventory that is older than the one before', async () => {
    const rules = await policy(DELETE)
    const after = await replayNext(rules, START, on(1, []))
    await expect(replayNext(rules, after, on(0, []))).rejects.toThrow('in the order of time')
  })

  it('lets a mark go when the project is used again, as a run does', async () => {
    const used = project(1, 'Old/a', { modified: NOW + 9 * DAY })
    const replay = await backtest(await policy(DELETE), [
      ...still([0, 7], project(1, 'Old/a')),
      ...still([10, 14, 20], used),
    ])
    expect(replay.acts).toEqual([])
    expect(replay.marks).toEqual([])
  })

  it('counts a mark from the whole minute, so that a run a moment early finds the grace over', async () => {
    const late = inventory([project(1, 'Old/a')], { at: NOW + 59_000 })
    const replay = await backtest(await policy(DELETE), [late, on(14, [project(1, 'Old/a')])])
    expect(gone(replay)).toEqual([[1, 14]])
  })

  it('knows another project with the same id for another one', async () => {
    const again = project(1, 'Old/a', { created: NOW - 250 * DAY })
    const replay = await backtest(await policy(DELETE), [
      ...still([0, 14], project(1, 'Old/a')),
      ...still([15, 29], again),
    ])
    expect(gone(replay)).toEqual([
      [1, 14],
      [1, 29],
    ])
  })

  it('shows later inventories an archived project under its new name, which another rule may take', async () => {
    const archive = rule('archive', 'when = { path = "Old/*" }\nthen = "archive"\nto = "Archive/{path}"\nafter = "24h"')
    const empty = rule('empty', 'when = { path = "Archive/**", idle = ">90d" }\nthen = "delete"\nafter = "7d"')
    const replay = await backtest(await policy(archive, empty), still([0, 1, 2, 5, 9, 10], project(1, 'Old/a')))
    expect(replay.acts.map(({ action, to, at }) => [action, to, (at - NOW) / DAY])).toEqual([
      ['archive', 'Archive/Old/a', 1],
      ['delete', null, 9],
    ])
  })

  it('stamps once, and counts no stamp as gone', async () => {
    const stamp = rule('stamp', 'when = { stamped = false }\nthen = "describe"\nto = "say what this is"\nafter = "24h"')
    const replay = await backtest(await policy(stamp), still([0, 1, 2, 3], project(1, 'a', { description: 'mine' })))
    expect(replay.acts).toMatchObject([{ action: 'describe', to: 'mine\nleansweep: say what this is', regrets: [] }])
    expect(replay.days.map(({ gone, stamped }) => [gone, stamped])).toEqual([
      [0, 0],
      [0, 1],
      [0, 0],
      [0, 0],
    ])
  })

  it('does nothing on an inventory that does not know what runs live', async () => {
    const unread = { running: { unknown: 'the list was not read' } }
    const projects = [project(1, 'Old/a')]
    const replay = await backtest(await policy(DELETE), [on(0, projects), on(14, projects, unread), on(15, projects)])
    expect(gone(replay)).toEqual([[1, 15]])
    expect(replay.days[1]).toMatchObject({ gone: 0, notJudged: 1 })
  })

  it('is stopped by limits as a run is, per day as well, unless they are lifted', async () => {
    const rules = await read(`${DELETE}[limits]\nper_run = 1\npercent = 100\n`)
    const series = still([0, 14, 15], project(1, 'Old/a'), project(2, 'Old/b'))
    const stopped = await backtest(rules, series)
    expect(stopped.acts).toEqual([])
    expect(stopped.days.map((day) => day.stopped)).toEqual([0, 2, 2])
    const lifted = await backtest(rules, series, { liftLimits: true })
    expect(gone(lifted)).toEqual([
      [1, 14],
      [2, 14],
    ])

    for (const zero of ['[limits]\nper_run = 0\npercent = 100\n', 'limit = { per_day = 0 }\n']) {
      const never = await backtest(await read(`${DELETE}${zero}`), series, { liftLimits: true })
      expect(never.acts, zero).toEqual([])
      expect(never.days.map((day) => day.stopped)).toEqual([0, 2, 2])
    }

    const perDay = await read(`${DELETE}[limits]\nper_run = 1\nper_day = 1\npercent = 100\n`)
    const [first, second] = [project(1, 'Old/a'), project(2, 'Old/b')]
    const daily = await backtest(perDay, [
      on(0, [first]),
      inventory([first, second], { at: NOW + 3 * HOUR }),
      on(14, [first, second]),
      inventory([first, second], { at: NOW + 14 * DAY + 4 * HOUR }),
      on(15, [first, second]),
    ])
    expect(gone(daily)).toEqual([
      [1, 14],
      [2, 15],
    ])
    expect(daily.days.at(-2)).toMatchObject({ inventories: 2, gone: 1, stopped: 1 })
  })

  it('acts for rules that only report only when asked to', async () => {
    const timid = await policy(DELETE.replace('enforce = true', 'enforce = false').replace('"never"', '"always"'))
    const series = still([0, 14], project(1, 'Old/a'))
    expect((await backtest(timid, series)).acts).toEqual([])
    expect(gone(await backtest(asIfEnforced(timid), series))).toEqual([[1, 14]])
  })

  it('counts days in the zone of the policy', async () => {
    const zoned = await policy('timezone = "Asia/Tokyo"\n', DELETE)
    const replay = await backtest(zoned, [inventory([], { at: Date.UTC(2026, 10, 24, 16) })])
    expect(replay.days.map(({ day }) => day)).toEqual(['2026-11-25'])
  })
})

describe('a regret', () => {
  /** What later inventories show of a project that the policy would have deleted on day 14. */
  async function later(...series: readonly Inventory[]): Promise<readonly (readonly [string, number])[]> {
    const rules = await policy(DELETE)
    return regretsOf(await backtest(rules, [...still([0, 14], project(1, 'Old/a')), ...series]), 1)
  }

  it('is nobody using it any more: none', async () => {
    expect(await later(...still([15, 30], project(1, 'Old/a')))).toEqual([])
    expect(await later(...still([15, 30]))).toEqual([])
  })

  it('is a modification, counted once, when it is first seen', async () => {
    const touched = project(1, 'Old/a', { modified: NOW + 20 * DAY })
    const again = project(1, 'Old/a', { modified: NOW + 21 * DAY })
    expect(await later(...still([19], project(1, 'Old/a')), on(21, [touched]), on(22, [again]))).toEqual([
      ['modified', 21],
    ])
  })

  it('is a backtest or a deployment after the action, not one before', async () => {
    const paid = (last: number) => ({ paid: { 1: { backtests: { count: 1, last } } } })
    expect(await later(on(20, [project(1, 'Old/a')], paid(NOW + 13 * DAY)))).toEqual([])
    expect(await later(on(20, [project(1, 'Old/a')], paid(NOW + 14 * DAY)))).toEqual([])
    expect(await later(on(20, [project(1, 'Old/a')], paid(NOW + 19 * DAY)))).toEqual([['backtested', 20]])
    expect(await later(on(20, [project(1, 'Old/a', { lastLive: NOW + 19 * DAY })]))).toEqual([['deployed', 20]])
    expect(await later(on(20, [project(1, 'Old/a')], { running: [1] }))).toEqual([['deployed', 20]])
    expect(await later(on(20, [project(1, 'Old/a')], { paid: { 1: { backtests: { unknown: 'x' } } } }))).toEqual([])
  })

  it('is a restore from the bin; going into the bin is none, though it moves the date', async () => {
    const binned = project(1, 'Recycle Bin/Old/a', { modified: NOW + 14 * DAY + HOUR })
    const back = project(1, 'Old/a', { modified: NOW + 18 * DAY })
    expect(await later(on(15, [binned]), on(16, [binned]))).toEqual([])
    expect(await later(on(15, [binned]), on(19, [back]), on(20, [back]))).toEqual([['restored', 19]])
  })

  it("is not what leansweep did itself: the same move, or its own line's change", async () => {
    const rules = await policy(
      rule('m', 'when = { path = "Old/*" }\nthen = "move"\nto = "Attic/{name}"\nafter = "24h"'),
    )
    const series = still([0, 1], project(1, 'Old/a'))
    const moved = project(1, 'Attic/a', { modified: NOW + 1 * DAY + HOUR })
    const stamped = { ...moved, description: 'leansweep: idle', modified: NOW + 3 * DAY }
    const edited = { ...stamped, modified: NOW + 5 * DAY }
    const own = await backtest(rules, [...series, on(2, [moved]), on(4, [stamped])])
    expect(regretsOf(own, 1)).toEqual([])
    const person = await backtest(rules, [...series, on(2, [moved]), on(4, [stamped]), on(6, [edited])])
    expect(regretsOf(person, 1)).toEqual([['modified', 6]])
  })

  it('is not about another project that got the id', async () => {
    const other = project(1, 'Old/a', { created: NOW + 15 * DAY, modified: NOW + 16 * DAY })
    expect(await later(on(20, [other]))).toEqual([])
  })
})
