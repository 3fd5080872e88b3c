/** Notice: nothing is moved, archived or deleted before people have known of it for as long as its rule says. */

import { describe, expect, it } from 'vitest'
import type { Memory } from '../../src/core/evidence/memory.ts'
import { decide } from '../../src/core/judge/decide.ts'
import { why } from '../../src/core/plan/explain.ts'
import { makePlan } from '../../src/core/plan/plan.ts'
import { stillDue, stillWaits } from '../../src/core/plan/still.ts'
import type { Policy } from '../../src/core/policy/policy.ts'
import {
  DAY,
  HOUR,
  inventory,
  longMarked,
  markOn,
  NOTHING,
  NOW,
  policy,
  project,
  rule,
  ruleOf,
  states,
  toldOf,
  verdictOf,
} from './support.ts'

const CHANNEL = '[notify]\nchannels = ["slack"]'
const OLD = 'when = { idle = ">90d" }\nthen = "delete"\nafter = "7d"\nnotice = "48h"'
const of = project(1, 'x')
const seen = inventory([of])

const rules = () => policy(CHANNEL, rule('old', OLD))

/** Marked so many days ago, and told of at those times. */
function marked(by: Policy, days: number, ...told: readonly number[]): Memory {
  const mark = markOn(by, 'old', of, days)
  return { ...NOTHING, marks: [mark], notices: told.map((at) => ({ ...toldOf([mark])[0], ...mark, at })) }
}

describe('a rule that gives notice', () => {
  it('takes nothing of which no message was delivered, however long ago it was marked', async () => {
    const by = await rules()
    const decision = decide(by, seen, marked(by, 300), NOW)
    expect(verdictOf(decision, 1)).toMatchObject({
      state: 'marked',
      action: 'delete',
      dueAt: NOW + 48 * HOUR,
      reasons: [
        { kind: 'matched', rule: 'old' },
        { kind: 'untold', rule: 'old', directory: null, notice: 48 * HOUR },
      ],
    })
    expect(decision.marks).toEqual(marked(by, 300).marks)
  })

  it('takes it when people have known for so long, to the millisecond', async () => {
    const by = await rules()
    expect(states(by, seen, marked(by, 30, NOW - 48 * HOUR))).toEqual({ 1: 'due' })
    const memory = marked(by, 30, NOW - 48 * HOUR + 1)
    expect(verdictOf(decide(by, seen, memory, NOW), 1)).toMatchObject({
      state: 'marked',
      dueAt: NOW + 1,
      reasons: [
        { kind: 'matched' },
        { kind: 'told', rule: 'old', directory: null, at: NOW - 48 * HOUR + 1, until: NOW + 1 },
      ],
    })
    expect(states(by, seen, memory, NOW + 1)).toEqual({ 1: 'due' })
  })

  it('waits for both, grace and notice, and says the grace first', async () => {
    const by = await rules()
    const early = decide(by, seen, marked(by, 5, NOW - 4 * DAY), NOW)
    expect(verdictOf(early, 1)).toMatchObject({ state: 'marked', dueAt: NOW + 2 * DAY })
    expect(verdictOf(early, 1).reasons[1]).toEqual({ kind: 'grace', rule: 'old', until: NOW + 2 * DAY })
    const late = decide(by, seen, marked(by, 5, NOW - HOUR), NOW)
    expect(verdictOf(late, 1)).toMatchObject({ state: 'marked', dueAt: NOW + 2 * DAY })
    const later = decide(by, seen, marked(by, 6, NOW - HOUR), NOW)
    expect(verdictOf(later, 1)).toMatchObject({ state: 'marked', dueAt: NOW + 47 * HOUR })
  })

  it('counts from the first message of several', async () => {
    const by = await rules()
    expect(states(by, seen, marked(by, 30, NOW - DAY, NOW - 9 * DAY, NOW - 2 * DAY))).toEqual({ 1: 'due' })
  })

  it('does not count a message about an earlier mark, another rule, another version of it, or another project', async () => {
    const by = await rules()
    const memory = marked(by, 30, NOW - 20 * DAY)
    const [notice] = memory.notices
    const isDue = (change: object) => states(by, seen, { ...memory, notices: [{ ...notice, ...change } as never] })[1]
    expect(isDue({})).toBe('due')
    expect(isDue({ at: NOW - 30 * DAY - 1 })).toBe('marked')
    expect(isDue({ ruleHash: 'of an edited rule' })).toBe('marked')
    expect(isDue({ projectId: 2 })).toBe('marked')
    expect(isDue({ created: 5 })).toBe('marked')
  })

  it('does not count a message from the future', async () => {
    const by = await rules()
    expect(states(by, seen, marked(by, 30, NOW + 1))).toEqual({ 1: 'marked' })
  })

  it('is not asked for by a rule whose notice is 0h', async () => {
    const by = await policy(CHANNEL, rule('old', OLD.replace('48h', '0h')))
    expect(states(by, seen, marked(by, 30))).toEqual({ 1: 'due' })
  })

  it('starts its grace and its notice again when it is edited', async () => {
    const before = await rules()
    const after = await policy(CHANNEL, rule('old', OLD.replace('48h', '24h')))
    expect(ruleOf(after, 'old').hash).not.toBe(ruleOf(before, 'old').hash)
    expect(states(after, seen, marked(before, 30, NOW - 20 * DAY))).toEqual({ 1: 'marked' })
  })

  it('says when a new mark can be due at the earliest, also where the notice is longer than the grace', async () => {
    const slow = await policy(CHANNEL, rule('old', OLD.replace('48h', '10d')))
    expect(verdictOf(decide(slow, seen, NOTHING, NOW), 1)).toMatchObject({
      dueAt: NOW + 10 * DAY,
      reasons: [{ kind: 'matched' }, { kind: 'new mark', until: NOW + 7 * DAY }],
    })
    const quick = await rules()
    expect(verdictOf(decide(quick, seen, NOTHING, NOW), 1).dueAt).toBe(NOW + 7 * DAY)
  })

  it('still waits for the window afterwards', async () => {
    const by = await policy(CHANNEL, '[window]\ndays = "Sat,Sun"', rule('old', OLD))
    const verdict = verdictOf(decide(by, seen, marked(by, 30, NOW - 20 * DAY), NOW), 1)
    expect(verdict).toMatchObject({ state: 'marked', reasons: [{ kind: 'matched' }, { kind: 'window' }] })
  })
})

describe('a directory that goes whole', () => {
  const both = inventory([project(1, 'Research/old/a'), project(2, 'Research/old/b')])
  const folder = () =>
    policy(CHANNEL, rule('old', `unit = "directory"\nwhen = { path = "Research/*" }\nthen = "archive"\nnotice = "48h"`))

  it('waits until people were told of every project in it', async () => {
    const by = await folder()
    const memory = longMarked(by, both.projects, 30)
    expect(states(by, both, memory)).toEqual({ 1: 'due', 2: 'due' })
    const half = { ...memory, notices: memory.notices.slice(0, 1) }
    const decision = decide(by, both, half, NOW)
    for (const id of [1, 2]) {
      expect(verdictOf(decision, id)).toMatchObject({
        state: 'marked',
        dueAt: NOW + 48 * HOUR,
        reasons: [{ kind: 'matched' }, { kind: 'untold', directory: 'Research/old' }],
      })
    }
  })

  it('counts from the message that named the last of them', async () => {
    const by = await folder()
    const memory = longMarked(by, both.projects, 30)
    const notices = memory.notices.map((notice) => (notice.projectId === 2 ? { ...notice, at: NOW - DAY } : notice))
    expect(verdictOf(decide(by, both, { ...memory, notices }, NOW), 1)).toMatchObject({
      state: 'marked',
      dueAt: NOW + DAY,
      reasons: [{ kind: 'matched' }, { kind: 'told', directory: 'Research/old', at: NOW - DAY, until: NOW + DAY }],
    })
    expect(states(by, both, { ...memory, notices }, NOW + DAY)).toEqual({ 1: 'due', 2: 'due' })
  })
})

describe('what is said of a notice', () => {
  it('why says that nobody has been told, and when it may go', async () => {
    const by = await rules()
    expect(why(by, seen, marked(by, 30), NOW, 1)).toMatchObject({
      verdict: 'marked',
      due: '2026-11-26T12:00:00.000Z',
      sentences: [
        'It is marked. Rule "old" wants: delete.',
        'Rule "old" selects it, marked since 2026-10-25 12:00 UTC.',
        'The grace of rule "old" is over, but no message about it has been delivered yet. It goes no sooner than 2 days after one.',
      ],
    })
    expect(why(by, seen, marked(by, 30, NOW - DAY), NOW, 1)?.sentences[2]).toBe(
      'The grace of rule "old" is over. People were told of it on 2026-11-23 12:00 UTC; it goes not before 2026-11-25 12:00 UTC.',
    )
  })

  it('why says so during the grace as well, and who has to approve afterwards', async () => {
    const by = await policy(CHANNEL, rule('old', `${OLD}\napprove = "always"`))
    const asks = 'Rule "old" acts only when somebody approves.'
    expect(why(by, seen, marked(by, 3), NOW, 1)?.sentences.slice(3)).toEqual([
      'It goes no sooner than 2 days after a message about it was delivered; none has been yet.',
      asks,
    ])
    expect(why(by, seen, marked(by, 3, NOW - DAY), NOW, 1)?.sentences.slice(3)).toEqual([
      'People were told of it on 2026-11-23 12:00 UTC.',
      asks,
    ])
    expect(why(by, seen, marked(by, 30, NOW - 9 * DAY), NOW, 1)).toMatchObject({
      verdict: 'due',
      sentences: [
        'It is due. Rule "old" wants: delete.',
        'Rule "old" selects it, marked since 2026-10-25 12:00 UTC.',
        'People were told of it on 2026-11-15 12:00 UTC.',
        asks,
      ],
    })
    const timid = await policy(CHANNEL, rule('old', `${OLD}\napprove = "always"\nenforce = false`))
    expect(why(timid, seen, NOTHING, NOW, 1)?.sentences.join(' ')).not.toMatch(/People|approves/)
  })

  it('a plan says when people were told of each item', async () => {
    const by = await rules()
    const memory = marked(by, 30, NOW - 20 * DAY)
    const plan = await makePlan(by, seen, decide(by, seen, memory, NOW), memory, {
      today: { total: 0, byRule: {} },
      now: NOW,
    })
    expect(plan.items).toMatchObject([
      {
        notice: 48 * HOUR,
        reasons: [
          'Rule "old" selects it: idle 200 days (>90d).',
          'Marked since 2026-10-25 12:00 UTC; the grace of 7 days is over.',
          'People were told of it on 2026-11-04 12:00 UTC.',
        ],
      },
    ])
  })

  it('an item whose notice is gone neither stands nor waits on', async () => {
    const by = await rules()
    const memory = marked(by, 30, NOW - 20 * DAY)
    const plan = await makePlan(by, seen, decide(by, seen, memory, NOW), memory, {
      today: { total: 0, byRule: {} },
      now: NOW,
    })
    const [item] = plan.items
    if (item === undefined) throw new Error('nothing is due')
    const silent = decide(by, seen, { ...memory, notices: [] }, NOW)
    expect(stillDue(item, silent, seen)).toMatchObject({
      still: false,
      why: expect.stringMatching(/no message about it/),
    })
    expect(stillWaits(item, silent, seen)).toMatchObject({ still: false })
  })
})
