import { describe, expect, it } from 'vitest'
import { decide } from '../../src/core/judge/decide.ts'
import {
  aged,
  DAY,
  HOUR,
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
const DELETE = 'when = { idle = ">30d" }\nthen = "delete"\nafter = "14d"'

describe('verdicts', () => {
  it('every project has exactly one, in the order of the inventory, and the states sum to it', async () => {
    const rules = await policy(rule('old', DELETE))
    const seen = inventory([
      project(5, 'b'),
      project(1, 'Library/x'),
      project(3, 'c', { description: '[keep]' }),
      project(2, 'd', idle(1)),
      project(4, 'e', { codeRunning: UNKNOWN }),
    ])
    const decision = decide(rules, seen, NOTHING, NOW)
    expect(decision.verdicts.map(({ projectId, state }) => [projectId, state])).toEqual([
      [5, 'marked'],
      [1, 'protected'],
      [3, 'held'],
      [2, 'kept'],
      [4, 'notJudged'],
    ])
    expect(decision.counts).toEqual({ inventory: 5, kept: 1, protected: 1, held: 1, notJudged: 1, marked: 1, due: 0 })
  })

  it('G17 a project that no rule touches says so', async () => {
    const decision = decide(await policy(rule('old', DELETE)), inventory([project(1, 'x', idle(1))]), NOTHING, NOW)
    expect(verdictOf(decision, 1).reasons).toEqual([{ kind: 'no rule' }])
  })

  it('protection stands before hold, hold before unless, unless before keep', async () => {
    const rules = await policy(
      rule('old', `${DELETE}\nunless = { name = "*saved*" }\nkeep = { newest = 1, per = "rule" }`),
    )
    const of = (fields: object) => verdictOf(decide(rules, inventory([project(1, 'saved', fields)]), NOTHING, NOW), 1)
    expect(of({ encrypted: true, description: '[keep]' }).reasons[0]?.kind).toBe('protected')
    expect(of({ description: '[keep]' }).reasons[0]?.kind).toBe('held')
    expect(of({}).reasons[0]?.kind).toBe('unless')
  })
})

describe('marks', () => {
  it('G3 nothing is marked and acted on in one decision', async () => {
    const rules = await policy(rule('now', 'when = { idle = ">30d" }\nthen = "describe"\nto = "old"\nafter = "24h"'))
    const seen = inventory([project(1, 'x')])
    const first = decide(rules, seen, NOTHING, NOW)
    expect(verdictOf(first, 1)).toMatchObject({ state: 'marked', since: null })
    expect(first.marks).toHaveLength(1)
    const later = (at: number) => verdictOf(decide(rules, seen, { ...NOTHING, marks: first.marks }, at), 1).state
    expect([later(NOW), later(NOW + DAY - 1), later(NOW + DAY)]).toEqual(['marked', 'marked', 'due'])
  })

  it('grace counts from the mark', async () => {
    const rules = await policy(rule('old', DELETE))
    const of = project(1, 'x')
    const at = (days: number) =>
      states(rules, inventory([of]), { ...NOTHING, marks: [markOn(rules, 'old', of, days)] })[1]
    expect([at(13), at(13.999), at(14), at(15)]).toEqual(['marked', 'marked', 'due', 'due'])
  })

  it('G3 time going backwards never causes an action', async () => {
    const rules = await policy(rule('now', 'when = { idle = ">30d" }\nthen = "describe"\nto = "old"\nafter = "24h"'))
    const of = project(1, 'x')
    expect(states(rules, inventory([of]), { ...NOTHING, marks: [markOn(rules, 'now', of, -1)] })).toEqual({
      1: 'marked',
    })
  })

  it('a mark that stands keeps its time', async () => {
    const rules = await policy(rule('old', DELETE))
    const of = project(1, 'x')
    const mark = markOn(rules, 'old', of, 3)
    expect(decide(rules, inventory([of]), { ...NOTHING, marks: [mark] }, NOW).marks).toEqual([mark])
  })

  it('any edit of the rule starts its grace again', async () => {
    const of = project(1, 'x')
    const before = await policy(rule('old', DELETE))
    const after = await policy(rule('old', `${DELETE}\nunless = { name = "y" }`))
    const mark = markOn(before, 'old', of, 20)
    const decision = decide(after, inventory([of]), { ...NOTHING, marks: [mark] }, NOW)
    expect(decision.unmarked).toEqual([{ mark, reason: { kind: 'rule changed', rule: 'old' } }])
    expect(decision.marks[0]?.since).toBe(NOW)
    expect(verdictOf(decision, 1).state).toBe('marked')
  })

  it('an edit of why or limit does not', async () => {
    const of = project(1, 'x')
    const before = await policy(rule('old', DELETE))
    const after = await policy(rule('old', `${DELETE}\nwhy = "better words"\nlimit = { per_run = 3 }`))
    expect(states(after, inventory([of]), { ...NOTHING, marks: [markOn(before, 'old', of, 20)] })).toEqual({ 1: 'due' })
  })

  it('G16 a new project with an old id starts its grace afresh', async () => {
    const rules = await policy(rule('old', DELETE))
    const mark = markOn(rules, 'old', project(1, 'x'), 20)
    const decision = decide(
      rules,
      inventory([project(1, 'x', { created: NOW - 100 * DAY })]),
      { ...NOTHING, marks: [mark] },
      NOW,
    )
    expect(decision.unmarked).toEqual([{ mark, reason: { kind: 'gone' } }])
    expect(verdictOf(decision, 1).state).toBe('marked')
  })

  it('G16 a renamed project keeps its mark', async () => {
    const rules = await policy(rule('old', DELETE))
    const mark = markOn(rules, 'old', project(1, 'x'), 20)
    expect(states(rules, inventory([project(1, 'quite/another name')]), { ...NOTHING, marks: [mark] })).toEqual({
      1: 'due',
    })
  })

  it.each([
    ['protected', { encrypted: true }, 'protected'],
    ['held', { description: '[keep]' }, 'held'],
    ['excluded', { collaborators: 2 }, 'unless'],
    ['no longer selected', idle(1), 'no match'],
  ])('%s removes the mark and says why', async (_what, fields, kind) => {
    const rules = await policy(rule('old', `${DELETE}\nunless = { collaborators = ">1" }`))
    const before = project(1, 'x')
    const mark = markOn(rules, 'old', before, 20)
    const decision = decide(rules, inventory([{ ...before, ...fields }]), { ...NOTHING, marks: [mark] }, NOW)
    expect(decision.marks).toEqual([])
    expect(decision.unmarked).toMatchObject([{ mark, reason: { kind } }])
  })

  it('a kept slot removes the mark and says why', async () => {
    const rules = await policy(rule('old', `${DELETE}\nkeep = { newest = 1, per = "rule" }`))
    const of = project(1, 'x')
    const decision = decide(rules, inventory([of]), { ...NOTHING, marks: [markOn(rules, 'old', of, 20)] }, NOW)
    expect(decision.unmarked[0]?.reason).toEqual({ kind: 'slot', rule: 'old', newest: 1 })
  })

  it('G1 unknown keeps the mark, but such an item is never due and starts no grace', async () => {
    const rules = await policy(rule('old', DELETE))
    const of = project(1, 'x')
    const mark = markOn(rules, 'old', of, 20)
    const dark = inventory([{ ...of, codeRunning: UNKNOWN }])
    const decision = decide(rules, dark, { ...NOTHING, marks: [mark] }, NOW)
    expect(decision.marks).toEqual([mark])
    expect(verdictOf(decision, 1).state).toBe('notJudged')
    expect(decide(rules, dark, NOTHING, NOW).marks).toEqual([])
  })

  it('a project that is gone loses its mark', async () => {
    const rules = await policy(rule('old', DELETE))
    const mark = markOn(rules, 'old', project(1, 'x'), 20)
    expect(decide(rules, inventory([project(2, 'y')]), { ...NOTHING, marks: [mark] }, NOW).unmarked).toEqual([
      { mark, reason: { kind: 'gone' } },
    ])
  })

  it('projects younger than 48 hours are never marked', async () => {
    const rules = await policy(rule('all', 'when = { path = "**" }\nthen = "delete"'))
    const of = (hours: number) => ({ created: NOW - hours * HOUR, modified: NOW - hours * HOUR })
    const decision = decide(rules, inventory([project(1, 'x', of(47.9)), project(2, 'y', of(48))]), NOTHING, NOW)
    expect(decision.marks.map(({ projectId }) => projectId)).toEqual([2])
    expect(verdictOf(decision, 1)).toMatchObject({ state: 'kept', reasons: [{ kind: 'fresh', rule: 'all' }] })
  })

  it('G1 a project created in the future is not judged', async () => {
    const rules = await policy(rule('all', 'when = { path = "**" }\nthen = "delete"'))
    expect(states(rules, inventory([project(1, 'x', { created: NOW + 1, modified: NOW - DAY })]))).toEqual({
      1: 'notJudged',
    })
  })

  it('report rules never mark, and show what they see', async () => {
    const rules = await policy(rule('look', 'when = { idle = ">30d" }\nthen = "report"'))
    const decision = decide(rules, inventory([project(1, 'x')]), NOTHING, NOW)
    expect(decision.marks).toEqual([])
    expect(verdictOf(decision, 1)).toMatchObject({
      state: 'kept',
      reasons: [
        { kind: 'matched', rule: 'look' },
        { kind: 'only reports', rule: 'look', because: 'report' },
      ],
    })
  })

  it('G3 a rule without enforce marks, and never acts, however long ago that was', async () => {
    const rules = await policy(rule('old', `${DELETE}\nenforce = false`))
    expect(decide(rules, inventory([project(1, 'x')]), NOTHING, NOW).marks).toHaveLength(1)
    const seen = inventory([project(1, 'x')])
    const decision = decide(rules, seen, longMarked(rules, seen.projects), NOW)
    expect(verdictOf(decision, 1)).toMatchObject({ state: 'marked', dueAt: null })
    expect(verdictOf(decision, 1).reasons).toContainEqual({ kind: 'only reports', rule: 'old', because: 'enforce' })
  })

  it('G3 switching enforce on starts the grace again', async () => {
    const of = project(1, 'x')
    const before = await policy(rule('old', `${DELETE}\nenforce = false`))
    const after = await policy(rule('old', DELETE))
    expect(states(after, inventory([of]), { ...NOTHING, marks: [markOn(before, 'old', of, 20)] })).toEqual({
      1: 'marked',
    })
  })
})

describe('unless', () => {
  it('one yes saves the item', async () => {
    const rules = await policy(rule('old', `${DELETE}\nunless = [{ collaborators = ">1" }, { name = "x" }]`))
    expect(states(rules, inventory([project(1, 'x'), project(2, 'y')]))).toEqual({ 1: 'kept', 2: 'due' })
  })

  it('G1 one unknown saves it too, and it is listed as not judged', async () => {
    const rules = await policy(rule('old', `${DELETE}\nunless = { owner = "Ben" }`))
    expect(states(rules, inventory([project(1, 'x', { ownerName: '' })]))).toEqual({ 1: 'notJudged' })
  })
})

describe('unknown only where it decides', () => {
  it('a rule that says no in any case leaves the project kept', async () => {
    const rules = await policy(rule('old', 'when = { idle = ">300d", owner = "Ben" }\nthen = "delete"'))
    expect(states(rules, inventory([project(1, 'x', { ownerName: '', codeRunning: UNKNOWN })]))).toEqual({ 1: 'kept' })
  })

  it('G1 an item that is unknown to one rule is not touched by another', async () => {
    const rules = await policy(rule('old', DELETE), rule('bens', 'when = { owner = "Ben" }\nthen = "archive"'))
    const of = project(1, 'x', { ownerName: '' })
    const mark = markOn(rules, 'old', of, 20)
    const decision = decide(rules, inventory([of]), { ...NOTHING, marks: [mark] }, NOW)
    expect(verdictOf(decision, 1).state).toBe('notJudged')
    expect(decision.marks).toEqual([mark])
  })

  it('G1 what is unknown for good stays so even where unless saves, so that no other rule takes it for settled', async () => {
    const kind = rule('kind', 'when = { owner = "Ben" }\nunless = { collaborators = ">1" }\nthen = "delete"')
    const rules = await policy(kind, rule('old', DELETE))
    const dark = project(1, 'x', { ownerName: '', collaborators: 2 })
    expect(states(rules, inventory([dark]))).toEqual({ 1: 'notJudged' })
    expect(states(rules, inventory([{ ...dark, ownerName: 'Ben' }]))).toEqual({ 1: 'due' })
  })

  it('G1 an alternative of unless that is unknown for good stays so even where another one saves', async () => {
    const all = rule('all', 'when = { idle = ">30d" }\nthen = "delete"')
    const one = (unit: string) =>
      rule(
        'one',
        `unit = "${unit}"\nwhen = { path = "**" }\nunless = [{ owner = "Ben" }, { any = [{ collaborators = "=1" }] }]\nthen = "delete"`,
      )
    for (const unit of ['project', 'directory']) {
      const rules = await policy(all, one(unit))
      expect(states(rules, inventory([project(1, 'a/x', { ownerName: '' })]))).toEqual({ 1: 'notJudged' })
      expect(states(rules, inventory([project(1, 'a/x')]))).toEqual({ 1: 'due' })
    }
  })

  it('what is unknown of a neighbour keeps the directory\u2019s rule and harsher ones away, and leaves others their turn', async () => {
    const folder = (then: string) =>
      rule('folder', `unit = "directory"\nwhen = { path = "Research/*" }\nthen = "${then}"`)
    const scratch = rule('scratch', 'when = { name = "tmp*" }\nthen = "archive"')
    const seen = inventory([project(1, 'Research/old/tmp'), project(2, 'Research/old/y', { codeRunning: UNKNOWN })])
    expect(states(await policy(folder('delete'), scratch), seen)).toEqual({ 1: 'due', 2: 'notJudged' })
    expect(states(await policy(folder('archive'), scratch.replace('archive', 'delete')), seen)).toEqual({
      1: 'notJudged',
      2: 'notJudged',
    })
    expect(states(await policy(folder('delete')), seen)).toEqual({ 1: 'notJudged', 2: 'notJudged' })
  })

  it('a rule that only reports stands in nobody\u2019s way', async () => {
    const shown = ['then = "report"', 'then = "delete"\nenforce = false']
    for (const then of shown) {
      const channels = '[notify]\nchannels = ["slack"]'
      const rules = await policy(channels, rule('old', DELETE), rule('bens', `when = { owner = "Ben" }\n${then}`))
      expect(states(rules, inventory([project(1, 'x', { ownerName: '' })]))).toEqual({ 1: 'due' })
    }
  })

  it('where no rule acts, what one that does not act cannot tell is still listed as not judged', async () => {
    const rules = await policy(rule('bens', 'when = { owner = "Ben" }\nthen = "delete"\nenforce = false'))
    expect(states(rules, inventory([project(1, 'x', { ownerName: '' })]))).toEqual({ 1: 'notJudged' })
  })

  it('what is fresh or saved stays so whatever is unknown', async () => {
    const rules = await policy(
      rule('old', 'when = { path = "**" }\nunless = { collaborators = ">1" }\nthen = "delete"'),
    )
    const seen = inventory([project(1, 'x', aged(1)), project(2, 'y', { collaborators: 2 }), project(3, 'z')], {
      running: UNKNOWN,
    })
    expect(states(rules, seen)).toEqual({ 1: 'kept', 2: 'kept', 3: 'notJudged' })
  })
})

describe('two rules on one project', () => {
  const archive = rule('archive', 'when = { idle = ">30d" }\nthen = "archive"\nafter = "30d"')

  it('the least destructive wins, whatever comes first, and the conflict is reported', async () => {
    for (const texts of [
      [archive, rule('delete', DELETE)],
      [rule('delete', DELETE), archive],
    ]) {
      const rules = await policy(...texts)
      const of = project(1, 'x')
      const memory = { ...NOTHING, marks: [markOn(rules, 'archive', of, 1), markOn(rules, 'delete', of, 20)] }
      const decision = decide(rules, inventory([of]), memory, NOW)
      expect(verdictOf(decision, 1)).toMatchObject({ state: 'marked', rule: 'archive', action: 'archive' })
      expect(decision.conflicts).toEqual([
        { projectId: 1, rule: 'archive', action: 'archive', over: [{ rule: 'delete', action: 'delete' }] },
      ])
      expect(decision.marks).toHaveLength(2)
    }
  })

  it('the order is describe, rename, move, archive, delete', async () => {
    const when = 'when = { idle = ">30d" }\nunless = [{ name = "* old" }, { path = ["Old/**", "Archive/**"] }]'
    const texts = {
      describe: `${when}\nthen = "describe"\nto = "old"`,
      rename: `${when}\nthen = "rename"\nto = "{name} old"`,
      move: `${when}\nthen = "move"\nto = "Old/{path}"`,
      archive: `${when}\nthen = "archive"`,
      delete: `${when}\nthen = "delete"`,
    }
    let left = Object.entries(texts)
    for (const expected of Object.keys(texts)) {
      const rules = await policy(...left.map(([id, text]) => rule(id, text)))
      expect(verdictOf(decide(rules, inventory([project(1, 'x')]), NOTHING, NOW), 1).action).toBe(expected)
      left = left.slice(1)
    }
  })

  it('report rules do not compete', async () => {
    const rules = await policy(rule('look', 'when = { idle = ">30d" }\nthen = "report"'), rule('old', DELETE))
    const seen = inventory([project(1, 'x')])
    const decision = decide(rules, seen, longMarked(rules, seen.projects), NOW)
    expect(verdictOf(decision, 1)).toMatchObject({ state: 'due', rule: 'old' })
    expect(verdictOf(decision, 1).reasons).toContainEqual({ kind: 'only reports', rule: 'look', because: 'report' })
    expect(decision.conflicts).toEqual([])
  })

  it('of the same action the one due first wins, then the id', async () => {
    const rules = await policy(rule('b', DELETE), rule('a', DELETE.replace('14d', '20d')), rule('c', DELETE))
    const of = project(1, 'x')
    expect(verdictOf(decide(rules, inventory([of]), NOTHING, NOW), 1).rule).toBe('b')
    const marks = [markOn(rules, 'c', of, 3), markOn(rules, 'b', of, 2), markOn(rules, 'a', of, 9)]
    expect(verdictOf(decide(rules, inventory([of]), { ...NOTHING, marks }, NOW), 1).rule).toBe('a')
  })

  it('what a milder rule selects and spares is spared by harsher ones: an exception never makes anything go', async () => {
    const gone = rule('gone', 'when = { idle = ">90d" }\nthen = "delete"')
    const of = project(1, 'x', { ownerName: 'Ben' })
    const spared = await policy(
      rule('kind', 'when = { idle = ">30d" }\nunless = { owner = "Ben" }\nthen = "archive"'),
      gone,
    )
    const decision = decide(spared, inventory([of]), longMarked(spared, [of]), NOW)
    expect(verdictOf(decision, 1)).toMatchObject({
      state: 'kept',
      reasons: [
        { kind: 'unless', rule: 'kind' },
        { kind: 'spared', rule: 'gone', by: 'kind' },
      ],
    })
    expect(decision.marks).toEqual([])
    expect(decision.unmarked.map(({ reason }) => reason.kind)).toEqual(['spared', 'unless'])
  })

  it('what a harsher rule spares, a milder one may still take', async () => {
    const rules = await policy(
      rule('kind', 'when = { idle = ">30d" }\nthen = "archive"'),
      rule('gone', 'when = { idle = ">30d" }\nunless = { owner = "Ben" }\nthen = "delete"'),
    )
    const decision = decide(rules, inventory([project(1, 'x', { ownerName: 'Ben' })]), NOTHING, NOW)
    expect(verdictOf(decision, 1)).toMatchObject({ state: 'marked', rule: 'kind' })
  })

  it('a rule that does not act spares nobody', async () => {
    const rules = await policy(
      rule('kind', 'when = { idle = ">30d" }\nunless = { owner = "Ben" }\nthen = "archive"\nenforce = false'),
      rule('gone', 'when = { idle = ">30d" }\nthen = "delete"'),
    )
    expect(states(rules, inventory([project(1, 'x', { ownerName: 'Ben' })]))).toEqual({ 1: 'due' })
  })

  it('what is spared gets no mark of the harsher rule either, though one that does not act marks it', async () => {
    const rules = await policy(
      rule('kind', 'when = { idle = ">30d" }\nunless = { owner = "Ben" }\nthen = "archive"'),
      rule('gone', 'when = { idle = ">30d" }\nthen = "delete"'),
      rule('shown', 'when = { idle = ">30d" }\nthen = "delete"\nenforce = false'),
    )
    const decision = decide(rules, inventory([project(1, 'x', { ownerName: 'Ben' })]), NOTHING, NOW)
    expect(verdictOf(decision, 1)).toMatchObject({ state: 'marked', rule: 'shown' })
    expect(decision.marks.map((mark) => mark.rule)).toEqual(['shown'])
  })

  it('what happens to its neighbour does not turn an archived directory into deleted projects', async () => {
    const rules = await policy(
      rule('folder', 'unit = "directory"\nwhen = { path = "Research/*", idle = ">90d" }\nthen = "archive"'),
      rule('scratch', 'when = { name = "tmp*", idle = ">30d" }\nthen = "delete"'),
    )
    const of = project(1, 'Research/old/tmp')
    const neighbour = project(2, 'Research/old/y')
    const at = (fields: object) =>
      verdictOf(decide(rules, inventory([of, { ...neighbour, ...fields }]), NOTHING, NOW), 1)
    expect(at({})).toMatchObject({ state: 'marked', action: 'archive' })
    expect(at({ description: '[keep]' }).state).toBe('kept')
    expect(at({ created: NOW - DAY, modified: NOW - DAY }).state).toBe('kept')
    const spared = at(idle(3))
    expect(spared).toMatchObject({ state: 'kept', action: null })
    expect(spared.reasons).toEqual([
      { kind: 'not whole', rule: 'folder', directory: 'Research/old', projectId: 2 },
      { kind: 'spared', rule: 'scratch', by: 'folder' },
    ])
    // What the folder's rule would not select anyhow is none of its business.
    const younger = decide(
      rules,
      inventory([
        { ...of, ...idle(60) },
        { ...neighbour, ...idle(3) },
      ]),
      NOTHING,
      NOW,
    )
    expect(verdictOf(younger, 1)).toMatchObject({ state: 'marked', action: 'delete' })
  })

  it('a rule with nothing to do leaves the project to the others', async () => {
    const rules = await policy(archive, rule('empty', 'when = { path = "Archive/**" }\nthen = "delete"'))
    const decision = decide(rules, inventory([project(1, 'Archive/2026-01/x')]), NOTHING, NOW)
    expect(verdictOf(decision, 1).rule).toBe('empty')
  })
})

describe('the window', () => {
  const WINDOW = '[window]\ndays = "Mon-Fri"\nhours = "09:00-17:00"'

  it('holds archive, move and delete by rules back until it opens', async () => {
    const rules = await policy(WINDOW, rule('old', DELETE))
    const seen = inventory([project(1, 'x')])
    const memory = longMarked(rules, seen.projects)
    const evening = Date.UTC(2026, 10, 24, 17)
    expect(states(rules, seen, memory, NOW)).toEqual({ 1: 'due' })
    expect(states(rules, seen, memory, evening)).toEqual({ 1: 'marked' })
    expect(verdictOf(decide(rules, seen, memory, evening), 1).reasons).toContainEqual({ kind: 'window', rule: 'old' })
  })

  it('does not hold back descriptions and renames', async () => {
    const when = 'when = { idle = ">30d" }'
    const rules = await policy(WINDOW, rule('stamp', `${when}\nthen = "describe"\nto = "old"`))
    const renames = await policy(
      WINDOW,
      rule('name', `${when}\nunless = { name = "* old" }\nthen = "rename"\nto = "{name} old"`),
    )
    const seen = inventory([project(1, 'x')])
    const sunday = Date.UTC(2026, 10, 22, 3)
    expect(states(rules, seen, longMarked(rules, seen.projects), sunday)).toEqual({ 1: 'due' })
    expect(states(renames, seen, longMarked(renames, seen.projects), sunday)).toEqual({ 1: 'due' })
  })
})

describe('paid evidence', () => {
  const PAID =
    'when = { idle = ">30d", backtests = "=0", files = "<=2" }\nunless = { collaborators = ">1" }\nthen = "delete"'

  it('is asked for only where nothing cheaper has settled the matter', async () => {
    const rules = await policy('[protect]\nids = [4]', rule('empty', PAID))
    const seen = inventory([
      project(1, 'wanted'),
      project(2, 'young', idle(3)),
      project(3, 'saved', { collaborators: 2 }),
      project(4, 'protected'),
      project(5, 'held', { description: '[keep]' }),
      project(6, 'fresh', { created: NOW - DAY }),
      project(7, 'dark', { codeRunning: UNKNOWN }),
    ])
    expect(decide(rules, seen, NOTHING, NOW).needs).toEqual([{ projectId: 1, kind: 'backtests' }])
  })

  it('is asked for one fact after the other, and never twice', async () => {
    const rules = await policy(rule('empty', PAID))
    const of = project(1, 'x')
    const needs = (paid: object) => decide(rules, inventory([of], { paid: { 1: paid } }), NOTHING, NOW).needs
    expect(needs({ backtests: { count: 0, last: null } })).toEqual([{ projectId: 1, kind: 'files' }])
    expect(needs({ backtests: { count: 1, last: NOW - DAY } })).toEqual([])
    expect(needs({ backtests: UNKNOWN })).toEqual([])
    expect(needs({ backtests: { count: 0, last: null }, files: { count: 2, bytes: 10 } })).toEqual([])
  })

  it('G1 while it is unread, or could not be read, the project is not judged', async () => {
    const rules = await policy(rule('empty', PAID))
    const of = project(1, 'x')
    expect(states(rules, inventory([of]))).toEqual({ 1: 'notJudged' })
    expect(states(rules, inventory([of], { paid: { 1: { backtests: UNKNOWN } } }))).toEqual({ 1: 'notJudged' })
  })
})

describe('equal evidence', () => {
  it('G4 gives byte-identical plans', async () => {
    const rules = await policy(
      rule('old', DELETE),
      rule('sweep', 'when = { path = "Sweeps/**" }\nkeep = { newest = 1 }\nthen = "archive"'),
    )
    const names = ['Sweeps/a', 'Sweeps/b', 'x', 'y/z']
    const seen = () => inventory(names.map((name, i) => project(i + 1, name)))
    const [one, two] = await Promise.all([planOf(rules, seen()), planOf(rules, seen())])
    expect(JSON.stringify(one)).toBe(JSON.stringify(two))
    expect(one.items.length).toBeGreaterThan(0)
  })
})
