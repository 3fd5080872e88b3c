import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../src/core/evidence/project.ts'
import { decide } from '../../src/core/judge/decide.ts'
import { slots } from '../../src/core/judge/keep.ts'
import {
  aged,
  DAY,
  idle,
  inventory,
  longMarked,
  NOTHING,
  NOW,
  policy,
  project,
  rule,
  states,
  verdictOf,
} from './support.ts'

const UNKNOWN = { unknown: 'the answer was cut short' }

function keepRule(keep: string, more = ''): string {
  return rule('sweep', `when = { path = "Sweeps/**" }\nkeep = { ${keep} }\nthen = "archive"${more}`)
}

describe('keep', () => {
  const seven = [1, 2, 3, 4, 5, 6, 7].map((id) => project(id, `Sweeps/a/v${id}`, idle(10 + id)))

  it('keeps the newest of each directory by effective modified', async () => {
    const rules = await policy(keepRule('newest = 5, per = "directory", by = "activity"'))
    const other = project(8, 'Sweeps/b/v1', idle(250))
    expect(states(rules, inventory([...seven, other]))).toEqual({
      1: 'kept',
      2: 'kept',
      3: 'kept',
      4: 'kept',
      5: 'kept',
      6: 'due',
      7: 'due',
      8: 'kept',
    })
  })

  it('G15 a project that leansweep itself wrote to is not newer for that', async () => {
    const rules = await policy(keepRule('newest = 1, per = "directory"'))
    const seen = inventory([project(1, 'Sweeps/a/x', idle(3)), project(2, 'Sweeps/a/y', idle(20))])
    const own = { projectId: 1, created: NOW - 300 * DAY, seen: NOW - 3 * DAY, effective: NOW - 100 * DAY }
    const memory = { ...longMarked(rules, seen.projects), ownWrites: [own] }
    expect(states(rules, seen, memory)).toEqual({ 1: 'due', 2: 'kept' })
  })

  it('does not depend on the order of the API', async () => {
    const rules = await policy(keepRule('newest = 5, per = "directory"'))
    expect(states(rules, inventory(seven.toReversed()))).toEqual(states(rules, inventory(seven)))
  })

  it('takes the higher id for the newer of two with the same date', async () => {
    const rules = await policy(keepRule('newest = 1, per = "directory"'))
    expect(states(rules, inventory([project(1, 'Sweeps/a/x'), project(2, 'Sweeps/a/y')]))).toEqual({
      1: 'due',
      2: 'kept',
    })
  })

  it('items younger than 48 hours fill no slot and are never taken', async () => {
    const rules = await policy(keepRule('newest = 2, per = "directory"'))
    const fresh = [project(8, 'Sweeps/a/new', aged(1)), project(9, 'Sweeps/a/newer', aged(0))]
    const result = states(rules, inventory([...seven.slice(0, 3), ...fresh]))
    expect(result).toEqual({ 1: 'kept', 2: 'kept', 3: 'due', 8: 'kept', 9: 'kept' })
  })

  it('protected and held ones fill no slot either', async () => {
    const rules = await policy(keepRule('newest = 1, per = "directory"'))
    const seen = inventory([
      project(1, 'Sweeps/a/x', { ...idle(3), encrypted: true }),
      project(2, 'Sweeps/a/y', { ...idle(4), description: '[keep]' }),
      project(3, 'Sweeps/a/z', idle(5)),
      project(4, 'Sweeps/a/w', idle(6)),
    ])
    expect(states(rules, seen)).toEqual({ 1: 'protected', 2: 'held', 3: 'kept', 4: 'due' })
  })

  it('what unless saves was matched all the same, and fills its slot', async () => {
    const rules = await policy(keepRule('newest = 1, per = "directory"', '\nunless = { collaborators = ">1" }'))
    const seen = inventory([
      project(1, 'Sweeps/a/x', { ...idle(3), collaborators: 2 }),
      project(2, 'Sweeps/a/y', idle(4)),
    ])
    expect(states(rules, seen)).toEqual({ 1: 'kept', 2: 'due' })
  })

  it('counts per owner or for the whole rule', async () => {
    const seen = inventory([
      project(1, 'Sweeps/a/x', idle(3)),
      project(2, 'Sweeps/b/y', idle(4)),
      project(3, 'Sweeps/c/z', { ...idle(5), ownerId: 124 }),
    ])
    expect(states(await policy(keepRule('newest = 1, per = "owner"')), seen)).toEqual({
      1: 'kept',
      2: 'due',
      3: 'kept',
    })
    expect(states(await policy(keepRule('newest = 1, per = "rule"')), seen)).toEqual({ 1: 'kept', 2: 'due', 3: 'due' })
    expect(states(await policy(keepRule('newest = 1')), seen)).toEqual({ 1: 'kept', 2: 'kept', 3: 'kept' })
  })

  it('G1 an owner that cannot be read leaves the item alone, and pushes nobody out', async () => {
    const seen = inventory([
      project(1, 'Sweeps/a/x', { ...idle(3), ownerId: UNKNOWN }),
      project(2, 'Sweeps/b/y', idle(4)),
      project(3, 'Sweeps/b/z', idle(5)),
    ])
    expect(states(await policy(keepRule('newest = 1, per = "owner"')), seen)).toEqual({
      1: 'notJudged',
      2: 'kept',
      3: 'due',
    })
  })

  it('ranks by creation or by last backtest, where never is the oldest', async () => {
    const created = inventory([
      project(1, 'Sweeps/a/x', { ...idle(3), created: NOW - 90 * DAY }),
      project(2, 'Sweeps/a/y', { ...idle(9), created: NOW - 80 * DAY }),
    ])
    expect(states(await policy(keepRule('newest = 1, by = "created"')), created)).toEqual({ 1: 'due', 2: 'kept' })

    const byBacktest = await policy(keepRule('newest = 1, by = "last-backtest"'))
    const paid = { 1: { backtests: { count: 0, last: null } }, 2: { backtests: { count: 1, last: NOW - 900 * DAY } } }
    expect(states(byBacktest, inventory(created.projects, { paid }))).toEqual({ 1: 'due', 2: 'kept' })
  })

  it('G1 a backtest that could not be read leaves the item alone and pushes nobody out', async () => {
    const rules = await policy(keepRule('newest = 1, by = "last-backtest"'))
    const seen = (paid: object) =>
      inventory([project(1, 'Sweeps/a/x'), project(2, 'Sweeps/a/y')], { paid: { ...paid } })
    const known = { backtests: { count: 1, last: NOW - 900 * DAY } }
    expect(states(rules, seen({ 1: { backtests: UNKNOWN }, 2: known }))).toEqual({ 1: 'notJudged', 2: 'kept' })
    expect(decide(rules, seen({ 2: known }), NOTHING, NOW).needs).toEqual([{ projectId: 1, kind: 'backtests' }])
  })

  it('G1 a date that could not be read is unknown even where all fit', async () => {
    const rules = await policy(keepRule('newest = 5, by = "last-backtest"'))
    const seen = inventory([project(1, 'Sweeps/a/x')], { paid: { 1: { backtests: UNKNOWN } } })
    expect(states(rules, seen)).toEqual({ 1: 'notJudged' })
  })

  it('reads nothing when all fit', async () => {
    const rules = await policy(keepRule('newest = 5, by = "last-backtest"'))
    const decision = decide(rules, inventory([project(1, 'Sweeps/a/x')]), NOTHING, NOW)
    expect(decision.needs).toEqual([])
    expect(verdictOf(decision, 1).reasons).toEqual([{ kind: 'slot', rule: 'sweep', newest: 5 }])
  })

  it('G1 an item whose when is unknown fills no slot', async () => {
    const rules = await policy(
      rule('sweep', 'when = { path = "Sweeps/**", owner = "Mia" }\nkeep = { newest = 1 }\nthen = "archive"'),
    )
    const seen = inventory([
      project(1, 'Sweeps/a/x', { ...idle(3), ownerName: '' }),
      project(2, 'Sweeps/a/y', idle(4)),
      project(3, 'Sweeps/a/z', idle(5)),
    ])
    expect(states(rules, seen)).toEqual({ 1: 'notJudged', 2: 'kept', 3: 'due' })
  })

  it('G1 a date that could not be read stays unknown, also where unless saves the project from that rule', async () => {
    const last = rule('all', 'when = { path = "**" }\nthen = "delete"')
    const keeps =
      'when = { path = "**" }\nkeep = { newest = 1, per = "directory", by = "last-backtest" }\nthen = "delete"'
    const one = [project(1, 'Sweeps/a/x'), project(2, 'Sweeps/a/y')]
    const paid = { 1: { backtests: UNKNOWN, files: { count: 1, bytes: 9 } } }
    const seen = inventory(one, { paid })
    expect(states(await policy(last, rule('one', keeps)), seen)[1]).toBe('notJudged')
    const guarded = await policy(last, rule('one', `${keeps}\nunless = { files = "<=2" }`))
    expect(states(guarded, seen)[1]).toBe('notJudged')
    const read = { 1: { ...paid[1], backtests: { count: 0, last: null } } }
    expect(states(guarded, inventory(one, { paid: read }))[1]).toBe('due')
  })

  it('G1 an owner who could not be read stays unknown, also where unless saves the project from that rule', async () => {
    const last = rule('all', 'when = { path = "**" }\nthen = "delete"')
    const keeps = 'when = { path = "**" }\nkeep = { newest = 1, per = "owner" }\nthen = "delete"'
    const guarded = await policy(last, rule('one', `${keeps}\nunless = { name = "x" }`))
    expect(states(guarded, inventory([project(1, 'Sweeps/a/x', { ownerId: UNKNOWN })]))).toEqual({ 1: 'notJudged' })
    expect(states(guarded, inventory([project(1, 'Sweeps/a/x')]))).toEqual({ 1: 'due' })
  })
})

describe('slots', () => {
  it('are a pure ranking', () => {
    expect(ranked([of(1, 5), of(2, null), of(3, 9), of(4, 7)])).toEqual([3, 4])
    expect(ranked([of(1, null), of(2, null), of(3, null)])).toEqual([3, 2])
    expect(ranked([of(1, 5), of(2, UNKNOWN), of(3, 9)])).toEqual([3, 1])
    expect(ranked([of(1, 5), of(2, UNKNOWN)])).toEqual([1, 2])
    expect(ranked([of(1, 5), of(2, UNKNOWN), of(3, UNKNOWN)])).toEqual([1])
    expect(ranked([of(1, 5), of(2, UNKNOWN), { ...of(3, UNKNOWN), isCandidate: false }])).toEqual([1, 2])
  })

  it('are those of all candidates sorted, whatever the group', () => {
    const item = fc.record({
      at: fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 6 }) }, fc.constantFrom(null, UNKNOWN)),
      isCandidate: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
    })
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (items, newest) => {
        const group = items.map((one, id) => ({ ...one, id }))
        const all = group.filter(({ isCandidate }) => isCandidate)
        const dated = all.filter(({ at }) => typeof at !== 'object' || at === null)
        const time = ({ at }: Item) => (typeof at === 'number' ? at : -1)
        const sorted = dated.sort((a, b) => time(b) - time(a) || b.id - a.id).slice(0, newest)
        const expected = all.length <= newest ? all : sorted
        expect(new Set(ranked(group, newest))).toEqual(new Set(expected.map(({ id }) => id)))
      }),
      { numRuns: 3_000 },
    )
  })

  interface Item {
    readonly id: number
    readonly at: Evidence<number | null>
    readonly isCandidate: boolean
  }

  function of(id: number, at: Item['at']): Item {
    return { id, at, isCandidate: true }
  }

  function ranked(group: readonly Item[], newest = 2) {
    const contest = {
      idOf: ({ id }: Item) => id,
      dateOf: ({ at }: Item) => at,
      isCandidate: ({ isCandidate }: Item) => isCandidate,
    }
    return [...slots({ newest, per: 'rule', by: 'activity' }, group, contest)]
  }
})
