/** The six rules people want, as the policy page has them, with the readings it expects. */

import { describe, expect, it } from 'vitest'
import type { Inventory } from '../../src/core/evidence/project.ts'
import { decide } from '../../src/core/judge/decide.ts'
import type { Policy } from '../../src/core/policy/policy.ts'
import {
  aged,
  DAY,
  idle,
  inventory,
  longMarked,
  NOTHING,
  NOW,
  planOf,
  project,
  read,
  ruleOf,
  states,
} from './support.ts'

const UNKNOWN = { unknown: 'the call failed' }

const SIX = `
[limits]
per_run = 25
per_day = 50
percent = 100
[notify]
channels = ["slack"]
[[person]]
name = "Ann"
may = ["approve"]
[[person]]
name = "Ben"
may = ["approve"]

[[rule]]                                  # 1 stale directory
id = "stale-research-folder"
why = "Research folders nobody opened for a quarter hide the active ones."
unit = "directory"
when = { path = "Research/*", idle = ">90d" }
unless = { last-backtest = "<90d" }
then = "archive"
approve = "always"

[[rule]]                                  # 2 scratch clones
id = "scratch-clones"
why = "Clones made to try one thing are rarely wanted after a month."
when = { name = ["Clone of*", "test*", "tmp*", "scratch*"], idle = ">30d", collaborators = "<=1" }
unless = { used-as-library = true }
then = "delete"
after = "7d"
limit = { per_run = 5, percent = 2 }

[[rule]]                                  # 3 keep the newest five of a sweep
id = "keep-five-per-sweep"
why = "Parameter sweeps leave dozens of variants; five recent ones are enough."
when = { path = "Sweeps/**" }
keep = { newest = 5, per = "directory", by = "activity" }
then = "archive"

[[rule]]                                  # 4 empty the archive, slowly
id = "empty-the-archive"
why = "Archived projects may go after half a year; a full copy stays restorable."
when = { path = "Archive/**", idle = ">180d", live = ">180d" }
then = "delete"
after = "180d"
approve = "two"

[[rule]]                                  # 5 never backtested, nearly empty
id = "empty-never-run"
why = "A template that was never run carries no work."
when = { age = ">21d", backtests = "=0", files = "<=2", bytes = "<=4000" }
unless = [{ description = "?*" }, { collaborators = ">1" }]
then = "delete"

[[rule]]                                  # 6 hygiene: stamp, never destroy
id = "missing-description"
why = "A one-line purpose helps the next reader."
when = { description = "empty", stamped = false, age = ">3d" }
then = "describe"
to = "idle {idle-days} d, owner {owner}; say in one line what this is for"
after = "24h"
`

const [HEAD = '', ...RULES] = SIX.split('[[rule]]')

/** One of the six alone, as the page has it. */
function shown(id: string): Promise<Policy> {
  return read(`${HEAD}[[rule]]${RULES.find((one) => one.includes(`id = "${id}"`))}`)
}

/** One of the six alone, acting by itself: approval and notice are not what these tests are about. */
function only(id: string): Promise<Policy> {
  const text = RULES.find((one) => one.includes(`id = "${id}"`))?.replace(/^approve = .*$/m, '')
  return read(`${HEAD}[[rule]]${text}\napprove = "never"\nnotice = "0h"\nenforce = true\n`)
}

const NEVER_RUN = { backtests: { count: 0, last: null }, files: { count: 1, bytes: 900 } }
const BACKTESTED = { backtests: { count: 3, last: NOW - 120 * DAY }, files: { count: 3, bytes: 9_000 } }

describe('the six rules', () => {
  it('are read as they stand', async () => {
    const rules = await read(SIX)
    expect(rules.rules.map(({ id }) => id)).toHaveLength(6)
    expect(rules.rules.every(({ enforce }) => !enforce)).toBe(true)
  })

  it('as they stand they mark and report, and do nothing', async () => {
    const rules = await read(SIX)
    const seen = inventory([project(1, 'Clone of: x'), project(2, 'Research/old/a'), project(3, 'Archive/2020-01/y')], {
      paid: { 1: BACKTESTED, 2: BACKTESTED, 3: BACKTESTED },
    })
    const { counts } = decide(rules, seen, longMarked(rules, seen.projects), NOW)
    expect(counts).toMatchObject({ marked: 3, due: 0 })
  })
})

describe('(1) stale directory', () => {
  const folder = [project(1, 'Research/old/a'), project(2, 'Research/old/b', { lastLive: NOW - 100 * DAY })]
  const paid = { 1: BACKTESTED, 2: BACKTESTED }

  it('goes when nobody touched it for a quarter', async () => {
    expect(states(await only('stale-research-folder'), inventory(folder, { paid }))).toEqual({ 1: 'due', 2: 'due' })
  })

  it('a folder with one running algorithm stays', async () => {
    const seen = inventory(folder, { running: [2], paid })
    expect(states(await only('stale-research-folder'), seen)).toEqual({ 1: 'kept', 2: 'protected' })
  })

  it('a folder with one recent backtest stays', async () => {
    const seen = inventory(folder, { paid: { 1: BACKTESTED, 2: { backtests: { count: 1, last: NOW - 10 * DAY } } } })
    expect(states(await only('stale-research-folder'), seen)).toEqual({ 1: 'kept', 2: 'kept' })
  })
})

describe('(2) scratch clones', () => {
  const clones = [
    project(1, 'Clone of: Momentum', idle(31)),
    project(2, 'a/test 3', idle(30)),
    project(3, 'a/tmp', { ...idle(90), collaborators: 2 }),
    project(4, 'a/scratch', idle(90)),
    project(5, 'a/user', { ...idle(1), libraries: [4] }),
    project(6, 'a/Momentum', idle(90)),
  ]

  it('go after a month', async () => {
    expect(states(await only('scratch-clones'), inventory(clones))).toEqual({
      1: 'due',
      2: 'kept',
      3: 'kept',
      4: 'protected',
      5: 'kept',
      6: 'kept',
    })
  })

  it('with a failed live list a clone is "not judged", with or without enforce', async () => {
    const dark = inventory(clones, { running: UNKNOWN })
    for (const rules of [await only('scratch-clones'), await shown('scratch-clones')]) {
      expect(states(rules, dark)).toMatchObject({ 1: 'notJudged', 2: 'kept', 4: 'protected', 6: 'kept' })
    }
  })

  it('over its own limit nothing of it acts', async () => {
    const many = Array.from({ length: 6 }, (_, i) => project(i + 1, `tmp${i}`))
    const more = Array.from({ length: 294 }, (_, i) => project(i + 100, `other ${i}`))
    const { items, acting, breaches } = await planOf(await only('scratch-clones'), inventory([...many, ...more]))
    expect([items.length, acting.length]).toEqual([6, 0])
    expect(breaches).toEqual([{ cap: 'per_run', scope: 'rule', rule: 'scratch-clones', wanted: 6, allowed: 5 }])
  })
})

describe('(3) keep the newest five of a sweep', () => {
  const variants = (old: number) => [
    ...Array.from({ length: old }, (_, i) => project(i + 1, `Sweeps/fast/v${i + 1}`, idle(10 + i))),
    project(100, 'Sweeps/fast/v100', aged(1)),
    project(101, 'Sweeps/fast/v101', aged(1)),
  ]
  const outcome = async (old: number) => {
    const result = states(await only('keep-five-per-sweep'), inventory(variants(old)))
    return Object.entries(result).flatMap(([id, state]) => (state === 'due' ? [Number(id)] : []))
  }

  it('nine variants, two of them a day old: seven considered, five kept, two archived, the fresh two untouched', async () => {
    expect(await outcome(7)).toEqual([6, 7])
  })

  it('seven, two a day old: nothing archived', async () => {
    expect(await outcome(5)).toEqual([])
  })
})

describe('(4) empty the archive', () => {
  it('asks for two different people', async () => {
    const rules = await read(SIX)
    expect(ruleOf(rules, 'empty-the-archive').approve).toBe('two')
    const seen = inventory([project(1, 'Archive/2020-01/x', { ...idle(181), description: 'mine' })], {
      paid: { 1: { ...BACKTESTED, backtests: { count: 3, last: NOW - 190 * DAY } } },
    })
    const enforced = await read(SIX.replace('approve = "two"', 'approve = "two"\nenforce = true'))
    const plan = await planOf(enforced, seen)
    expect(plan).toMatchObject({ acting: [], waiting: [1], needs: 2 })
    expect(plan.items).toMatchObject([{ projectId: 1, rule: 'empty-the-archive', action: 'delete', approve: 'two' }])
  })

  it('takes what was idle and not deployed for half a year', async () => {
    const seen = inventory([
      project(1, 'Archive/x', idle(181)),
      project(2, 'Archive/y', idle(180)),
      project(3, 'Archive/z', { ...idle(200), lastLive: NOW - 100 * DAY }),
      project(4, 'Archive', idle(200)),
    ])
    expect(states(await only('empty-the-archive'), seen)).toEqual({ 1: 'due', 2: 'kept', 3: 'kept', 4: 'kept' })
  })
})

describe('(5) never backtested, nearly empty', () => {
  const seen = (paid: Inventory['paid'][string], fields: object = {}) =>
    inventory([project(1, 'x', fields)], { paid: { 1: paid } })

  it('goes', async () => {
    expect(states(await only('empty-never-run'), seen(NEVER_RUN))).toEqual({ 1: 'due' })
  })

  it.each<readonly [string, object]>([
    ['a description', { description: 'mine' }],
    ['a second collaborator', { collaborators: 2 }],
    ['three weeks of age', aged(21)],
  ])('%s saves it, and costs no call', async (_what, fields) => {
    const rules = await only('empty-never-run')
    const unread = inventory([project(1, 'x', fields)])
    expect(states(rules, unread)).toEqual({ 1: 'kept' })
    expect(decide(rules, unread, NOTHING, NOW).needs).toEqual([])
  })

  it('an error from backtests/list leaves the item alone', async () => {
    expect(states(await only('empty-never-run'), seen({ ...NEVER_RUN, backtests: UNKNOWN }))).toEqual({
      1: 'notJudged',
    })
  })

  it('so does an error from files/read', async () => {
    expect(states(await only('empty-never-run'), seen({ ...NEVER_RUN, files: UNKNOWN }))).toEqual({ 1: 'notJudged' })
  })
})

describe('(6) missing description', () => {
  const of = project(1, 'x', idle(100))

  it('is stamped once', async () => {
    const rules = await only('missing-description')
    const { items } = await planOf(rules, inventory([of]))
    expect(items.map(({ action, to }) => [action, to])).toEqual([
      ['describe', 'leansweep: idle 100 d, owner Mia; say in one line what this is for'],
    ])
    const stamped = { ...of, description: items[0]?.to ?? '' }
    expect(states(rules, inventory([stamped]))).toEqual({ 1: 'kept' })
  })

  it('stamping changes neither idle time nor the verdict of rule 5, and rule 6 does not match again', async () => {
    const stamped = { ...of, description: 'leansweep: idle 100 d', modified: NOW - DAY }
    const own = { projectId: 1, created: of.created as number, seen: NOW - DAY, effective: NOW - 100 * DAY }
    const six = await only('missing-description')
    const five = await only('empty-never-run')
    const fiveIdle = await read(
      `[[rule]]\nid = "i"\nwhy = "w"\nwhen = { idle = ">90d" }\nthen = "delete"\nnotice = "0h"`,
    )
    const seen = inventory([stamped], { paid: { 1: NEVER_RUN } })
    const memory = (rules: typeof six) => ({ ...longMarked(rules, [of]), ownWrites: [own] })
    expect(states(six, seen, memory(six))).toEqual({ 1: 'kept' })
    expect(states(five, seen, memory(five))).toEqual({ 1: 'due' })
    expect(states(fiveIdle, seen, memory(fiveIdle))).toEqual({ 1: 'marked' })
  })
})
