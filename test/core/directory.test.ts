import { describe, expect, it } from 'vitest'
import { decide } from '../../src/core/judge/decide.ts'
import {
  aged,
  DAY,
  idle,
  inventory,
  longMarked,
  markOn,
  NOTHING,
  NOW,
  planOf,
  policy,
  project,
  rule,
  states,
  verdictOf,
} from './support.ts'

const UNKNOWN = { unknown: 'the answer was cut short' }
const STALE = rule('stale', 'unit = "directory"\nwhen = { path = "Research/*", idle = ">90d" }\nthen = "delete"')
const OLD = [project(1, 'Research/old/a'), project(2, 'Research/old/b'), project(3, 'Research/old/deep/er/c')]

describe('a directory rule', () => {
  it('G21 takes everything strictly inside, and never the directory\u2019s namesake, an ancestor or a neighbour', async () => {
    const seen = inventory([
      ...OLD,
      project(4, 'Research'),
      project(5, 'Research/old'),
      project(6, 'Research/older/x', idle(1)),
      project(7, 'Research/ol/x', idle(1)),
      project(8, 'research/old/x'),
      project(9, 'Research/old x'),
    ])
    const rules = await policy(STALE)
    expect(states(rules, seen)).toEqual({
      1: 'due',
      2: 'due',
      3: 'due',
      4: 'kept',
      5: 'kept',
      6: 'kept',
      7: 'kept',
      8: 'kept',
      9: 'kept',
    })
    const { items } = await planOf(rules, seen)
    expect(items.map(({ projectId, unit, directory }) => [projectId, unit, directory])).toEqual([
      [1, 'directory', 'Research/old'],
      [2, 'directory', 'Research/old'],
      [3, 'directory', 'Research/old'],
    ])
  })

  it('takes a directory to be as idle as its youngest project', async () => {
    expect(states(await policy(STALE), inventory([...OLD, project(4, 'Research/old/x/y', idle(90))]))).toEqual({
      1: 'kept',
      2: 'kept',
      3: 'kept',
      4: 'kept',
    })
  })

  it.each([
    { what: 'protected', fields: { encrypted: true }, more: {} },
    { what: 'running live', fields: {}, more: { running: [4] } },
    { what: 'held', fields: { description: '[keep until 2027-01-31]' }, more: {} },
    { what: 'fresh', fields: { created: NOW - DAY }, more: {} },
    { what: 'fresh, and modified just now', fields: aged(0.1), more: {} },
  ])('one project that is $what saves all', async ({ fields, more }) => {
    const seen = inventory([...OLD, project(4, 'Research/old/deep/x', fields)], more)
    const result = states(await policy(STALE), seen)
    expect([result[1], result[2], result[3]]).toEqual(['kept', 'kept', 'kept'])
    const { reasons } = verdictOf(decide(await policy(STALE), seen, NOTHING, NOW), 1)
    expect(reasons).toMatchObject([{ kind: 'directory', rule: 'stale', directory: 'Research/old', projectId: 4 }])
  })

  it.each<readonly [string, object]>([
    ['codeRunning', { codeRunning: UNKNOWN }],
    ['created', { created: UNKNOWN }],
    ['modified', { modified: UNKNOWN }],
    ['owner', { owned: UNKNOWN }],
  ])('G1 one project whose %s is unknown saves all, and all are listed as not judged', async (_what, fields) => {
    const seen = inventory([...OLD, project(4, 'Research/old/deep/x', fields)])
    expect(states(await policy(STALE), seen)).toEqual({
      1: 'notJudged',
      2: 'notJudged',
      3: 'notJudged',
      4: 'notJudged',
    })
  })

  it('G1 of a project whose own facts are unknown it is said which, and not what is unknown of its neighbours', async () => {
    const seen = inventory([
      project(1, 'Research/old/a', { codeRunning: UNKNOWN }),
      project(2, 'Research/old/b', { owned: UNKNOWN }),
      project(3, 'Research/old/c'),
    ])
    const { verdicts } = decide(await policy(STALE), seen, NOTHING, NOW)
    const said = verdicts.map(({ reasons }) => reasons.map((reason) => (reason.kind === 'unknown' ? reason.what : '')))
    expect(said).toEqual([['codeRunning'], ['owner'], ['codeRunning', 'owner']])
  })

  it('G1 whether a directory is young is unknown while nobody knows of its only project', async () => {
    const rules = await policy(STALE.replace('idle = ">90d"', 'idle = "<30d"'))
    expect(states(rules, inventory([project(1, 'Research/old/a', { modified: UNKNOWN })]))).toEqual({ 1: 'notJudged' })
  })

  it('a directory that is young in any case is so even if one project cannot be read', async () => {
    const seen = inventory([
      ...OLD,
      project(4, 'Research/old/x', { modified: UNKNOWN }),
      project(5, 'Research/old/y', idle(1)),
    ])
    expect(states(await policy(STALE), seen)[1]).toBe('kept')
  })

  it('reads name from the directory and everything else from every project', async () => {
    const rules = await policy(
      rule(
        'r',
        'unit = "directory"\nwhen = { path = "*", name = "old", live = "never", collaborators = "<=1" }\nthen = "delete"',
      ),
    )
    expect(states(rules, inventory([project(1, 'old/a'), project(2, 'old/b')]))).toEqual({ 1: 'due', 2: 'due' })
    expect(states(rules, inventory([project(1, 'old/a'), project(2, 'old/b', { collaborators: 2 })]))).toEqual({
      1: 'kept',
      2: 'kept',
    })
    expect(states(rules, inventory([project(1, 'old/a'), project(2, 'old/b', { lastLive: NOW - DAY })]))).toEqual({
      1: 'kept',
      2: 'kept',
    })
    expect(states(rules, inventory([project(1, 'new/old'), project(2, 'new/b')]))).toEqual({ 1: 'kept', 2: 'kept' })
  })

  it('asks a nested condition of each project, so that each may satisfy it in its own way', async () => {
    const rules = await policy(
      rule(
        'r',
        'unit = "directory"\nwhen = { path = "*", any = [{ live = "never" }, { live = ">180d" }] }\nthen = "delete"',
      ),
    )
    const was = project(2, 'old/b', { lastLive: NOW - 181 * DAY })
    expect(states(rules, inventory([project(1, 'old/a'), was]))).toEqual({ 1: 'due', 2: 'due' })
    expect(states(rules, inventory([project(1, 'old/a'), { ...was, lastLive: NOW - DAY }]))).toEqual({
      1: 'kept',
      2: 'kept',
    })
  })

  it('unless saves all when it is yes for one project, unknown when it is unknown for one', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "*" }\nunless = { last-backtest = "<90d" }\nthen = "delete"'),
    )
    const seen = (one: object, two: object) =>
      inventory([project(1, 'old/a'), project(2, 'old/b')], { paid: { 1: one, 2: two } })
    const never = { backtests: { count: 0, last: null } }
    expect(states(rules, seen(never, never))).toEqual({ 1: 'due', 2: 'due' })
    expect(states(rules, seen(never, { backtests: { count: 1, last: NOW - 30 * DAY } }))).toEqual({
      1: 'kept',
      2: 'kept',
    })
    expect(states(rules, seen(never, { backtests: UNKNOWN }))).toEqual({ 1: 'notJudged', 2: 'notJudged' })
    expect(decide(rules, seen(never, {}), NOTHING, NOW).needs).toEqual([{ projectId: 2, kind: 'backtests' }])
  })

  it('G1 a project whose own facts are unknown is not judged, even where its neighbour saves the directory', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "*" }\nunless = { owner = "Ben" }\nthen = "delete"'),
      rule('s', 'when = { name = "a" }\nthen = "delete"'),
    )
    const held = project(2, 'old/b', { description: '[keep]' })
    expect(states(rules, inventory([project(1, 'old/a', { ownerName: '' }), held]))).toEqual({
      1: 'notJudged',
      2: 'held',
    })
    expect(states(rules, inventory([project(1, 'old/a'), held]))).toEqual({ 1: 'due', 2: 'held' })
  })

  it('G1 an exception for a directory inside that cannot be read saves the directory around it as well', async () => {
    const when = 'unit = "directory"\nwhen = { path = "Research/**" }\nunless = { name = "deep", owner = "Ben" }'
    const rules = await policy(rule('r', `${when}\nthen = "delete"`))
    const seen = (fields: object) =>
      inventory([project(1, 'Research/old/a'), project(2, 'Research/old/deep/b', fields)])
    expect(states(rules, seen({}))).toEqual({ 1: 'due', 2: 'due' })
    expect(states(rules, seen({ ownerName: '' }))).toEqual({ 1: 'notJudged', 2: 'notJudged' })
  })

  it('buys nothing for a directory in which something free is unknown', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "*" }\nunless = { last-backtest = "<90d" }\nthen = "delete"'),
    )
    const seen = inventory([project(1, 'old/a'), project(2, 'old/b', { codeRunning: UNKNOWN })])
    expect(decide(rules, seen, NOTHING, NOW).needs).toEqual([])
  })

  it('buys nothing for a directory that something free saves', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "*" }\nunless = { last-backtest = "<90d" }\nthen = "delete"'),
    )
    const seen = inventory([project(1, 'old/a'), project(2, 'old/b', { description: '[keep]' })])
    expect(decide(rules, seen, NOTHING, NOW).needs).toEqual([])
  })

  it('is due when every project in it is: a project that came later makes all wait', async () => {
    const rules = await policy(STALE)
    const marks = [
      markOn(rules, 'stale', OLD[0] ?? project(1, 'x'), 20),
      markOn(rules, 'stale', OLD[1] ?? project(2, 'x'), 20),
    ]
    const late = markOn(rules, 'stale', OLD[2] ?? project(3, 'x'), 3)
    expect(states(rules, inventory(OLD), { ...NOTHING, marks: [...marks, late] })).toEqual({
      1: 'marked',
      2: 'marked',
      3: 'marked',
    })
    expect(states(rules, inventory(OLD), { ...NOTHING, marks })).toEqual({ 1: 'marked', 2: 'marked', 3: 'marked' })
    const decision = decide(rules, inventory(OLD), { ...NOTHING, marks: [...marks, late] }, NOW)
    expect(decision.verdicts.map(({ dueAt }) => dueAt)).toEqual([NOW + 11 * DAY, NOW + 11 * DAY, NOW + 11 * DAY])
  })

  it('waits for what is marked only now', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "CI/*" }\nthen = "rename"\nto = "done"\nafter = "24h"'),
    )
    const known = project(1, 'CI/a/one')
    const memory = longMarked(rules, [known])
    expect(states(rules, inventory([known]), memory)).toEqual({ 1: 'due' })
    expect(states(rules, inventory([known, project(2, 'CI/a/two')]), memory)).toEqual({ 1: 'marked', 2: 'marked' })
  })

  it('waits while another rule has one of its projects', async () => {
    const rules = await policy(STALE, rule('b-stays', 'when = { name = "b" }\nthen = "describe"\nto = "old"'))
    const seen = inventory(OLD)
    const decision = decide(rules, seen, longMarked(rules, seen.projects), NOW)
    expect(decision.verdicts.map(({ state, action }) => [state, action])).toEqual([
      ['marked', 'delete'],
      ['due', 'describe'],
      ['marked', 'delete'],
    ])
    expect(verdictOf(decision, 1).reasons).toContainEqual({
      kind: 'directory waits',
      rule: 'stale',
      directory: 'Research/old',
      projectId: 2,
    })
  })

  it('G23 of more than 500 projects does not go, and says so beforehand; what in it is small enough does', async () => {
    const many = Array.from({ length: 501 }, (_, n) => project(n + 1, `Research/old/${n < 2 ? 'small/' : ''}p${n}`))
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "Research/**", idle = ">90d" }\nthen = "delete"'),
    )
    const decision = decide(rules, inventory(many), longMarked(rules, many), NOW)
    const reason = { kind: 'too many', rule: 'r', directory: 'Research/old', members: 501, most: 500 }
    expect(verdictOf(decision, 501)).toMatchObject({ state: 'kept', reasons: [reason] })
    expect((await planOf(rules, inventory(many))).items.map(({ projectId }) => projectId)).toEqual([1, 2])
    expect((await planOf(rules, inventory(many.slice(1)))).items).toHaveLength(500)
    const described = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "Research/*" }\nthen = "describe"\nto = "old"\nafter = "24h"'),
    )
    expect((await planOf(described, inventory(many))).items).toHaveLength(501)
  })

  it('with directories inside one another, the outermost that goes whole is the unit', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "Research/**", idle = ">90d" }\nthen = "delete"'),
    )
    const seen = inventory([project(1, 'Research/old/a'), project(2, 'Research/old/deep/b')])
    expect((await planOf(rules, seen)).items.map(({ projectId, directory }) => [projectId, directory])).toEqual([
      [1, 'Research/old'],
      [2, 'Research/old'],
    ])
  })

  it('each of them is judged for itself, so that nothing that happens beside a directory makes it go', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "Research/**", idle = ">90d" }\nthen = "delete"'),
    )
    const inner = project(2, 'Research/old/deep/b')
    for (const beside of [
      project(1, 'Research/old/a', { description: '[keep]' }),
      project(1, 'Research/old/a', idle(1)),
    ]) {
      expect(states(rules, inventory([beside, inner]))[2]).toBe('due')
    }
  })

  it('what unless or keep saves inside a directory saves the directory', async () => {
    const seen = inventory([project(1, 'Research/old/a'), project(2, 'Research/old/deep/b')])
    const when = 'unit = "directory"\nwhen = { path = "Research/**", idle = ">90d" }\nthen = "delete"'
    const unless = await policy(rule('r', `${when}\nunless = { name = "deep" }`))
    expect(states(unless, seen)).toEqual({ 1: 'kept', 2: 'kept' })
    const keep = await policy(rule('r', `${when}\nkeep = { newest = 1, per = "directory" }`))
    expect(states(keep, seen)).toEqual({ 1: 'kept', 2: 'kept' })
    const two = await policy(rule('r', `${when}\nkeep = { newest = 2, per = "rule" }`))
    const others = [project(3, 'Research/new/c', idle(100)), project(4, 'Research/older/d', idle(250))]
    expect(states(two, inventory([...seen.projects, ...others]))).toEqual({ 1: 'kept', 2: 'kept', 3: 'kept', 4: 'due' })
  })

  it('a young newcomer never makes a directory go, not even by a rule about what is young', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "Research/*", idle = "<30d" }\nthen = "delete"'),
    )
    const young = project(2, 'Research/old/b', { created: NOW - 20 * DAY, modified: NOW - 10 * DAY })
    expect(states(rules, inventory([project(1, 'Research/old/a', idle(100)), young]))).toEqual({ 1: 'kept', 2: 'kept' })
    expect(states(rules, inventory([young]))).toEqual({ 2: 'due' })
  })

  it('a young newcomer never takes an exception for what is old away', async () => {
    const rules = await policy(
      rule(
        'r',
        'unit = "directory"\nwhen = { path = "Research/*" }\nunless = { idle = ">30d", owner = "Mia" }\nthen = "delete"',
      ),
    )
    const old = project(1, 'Research/old/a', idle(40))
    const young = project(2, 'Research/old/b', { created: NOW - 20 * DAY, modified: NOW - 10 * DAY, ownerName: 'Ben' })
    expect(states(rules, inventory([old]))).toEqual({ 1: 'kept' })
    expect(states(rules, inventory([old, young]))).toEqual({ 1: 'kept', 2: 'kept' })
    expect(states(rules, inventory([{ ...old, ownerName: 'Ben' }, young]))).toEqual({ 1: 'due', 2: 'due' })
  })

  it('a newcomer of another age never makes what lies between two ages go', async () => {
    const when = '{ path = "Research/*", any = [{ owner = "Ben" }, { idle = ">50d" }, { idle = "<30d" }] }'
    const rules = await policy(rule('r', `unit = "directory"\nwhen = ${when}\nthen = "delete"`))
    const mine = project(1, 'Research/old/a', idle(60))
    const bens = project(2, 'Research/old/b', { ...idle(40), ownerName: 'Ben' })
    const young = project(3, 'Research/old/c', { ...idle(3), ownerName: 'Ben' })
    expect(states(rules, inventory([mine, bens]))).toEqual({ 1: 'kept', 2: 'kept' })
    expect(states(rules, inventory([mine, bens, young]))).toEqual({ 1: 'kept', 2: 'kept', 3: 'kept' })
    expect(states(rules, inventory([mine, young]))).toEqual({ 1: 'due', 3: 'due' })
  })

  it('an inner directory that matches goes by itself when the outer one does not match', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "Research/**", idle = ">90d" }\nthen = "delete"'),
    )
    const seen = inventory([project(1, 'Research/old/a', idle(1)), project(2, 'Research/old/deep/b')])
    expect(states(rules, seen)).toEqual({ 1: 'kept', 2: 'due' })
    expect((await planOf(rules, seen)).items.map(({ directory }) => directory)).toEqual(['Research/old/deep'])
  })

  it('keep counts directories, each as young as its youngest project', async () => {
    const rules = await policy(
      rule(
        'r',
        'unit = "directory"\nwhen = { path = "CI/*" }\nkeep = { newest = 1, per = "directory" }\nthen = "delete"',
      ),
    )
    const seen = inventory([
      project(1, 'CI/one/a', idle(10)),
      project(2, 'CI/one/b', idle(50)),
      project(3, 'CI/two/a', idle(20)),
      project(4, 'CI/three/a', idle(5)),
      project(5, 'CI/three/b', aged(1)),
    ])
    expect(states(rules, seen)).toEqual({ 1: 'kept', 2: 'kept', 3: 'due', 4: 'kept', 5: 'kept' })
  })

  it('archives a directory with its structure, or not at all', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "Research/*", idle = ">90d" }\nthen = "archive"'),
    )
    expect((await planOf(rules, inventory(OLD))).items.map(({ to }) => to)).toEqual([
      'Archive/2026-11/Research/old/a',
      'Archive/2026-11/Research/old/b',
      'Archive/2026-11/Research/old/deep/er/c',
    ])
    const clone = project(4, 'Research/old/Clone of: x')
    expect(states(rules, inventory([...OLD, clone]))).toEqual({ 1: 'kept', 2: 'kept', 3: 'kept', 4: 'kept' })
  })

  it('describes the projects in it one by one', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "Research/*" }\nthen = "describe"\nto = "old"'),
    )
    const seen = inventory([
      project(1, 'Research/old/a'),
      project(2, 'Research/old/b', { description: 'leansweep: old' }),
    ])
    expect(states(rules, seen)).toEqual({ 1: 'due', 2: 'kept' })
  })
})
