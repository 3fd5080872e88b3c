/** G31: any activity counts against "idle"; the list alone can prove that a project is not idle, never that it is. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { activityOf, asIfRead, READING_GOOD_FOR_MS } from '../../src/core/evidence/activity.ts'
import { openFacts } from '../../src/core/evidence/facts.ts'
import type { ActivityReading, Inventory, Project } from '../../src/core/evidence/project.ts'
import { decide } from '../../src/core/judge/decide.ts'
import { isDestructive } from '../../src/core/policy/rule.ts'
import { replayNext, START } from '../../src/core/replay/backtest.ts'
import { arbitraryInventory, arbitraryRules, policyFrom } from './arbitrary.ts'
import {
  DAY,
  HOUR,
  idle,
  inventory,
  longMarked,
  NOTHING,
  NOW,
  policy,
  project,
  readingOf,
  rule,
  states,
  verdictOf,
} from './support.ts'

const OLD = rule('old', 'when = { path = "R/**", idle = ">90d" }\nthen = "delete"')

function read(of: Project, fields: Partial<ActivityReading> = {}): Inventory['activity'] {
  return { [of.id]: readingOf(of, fields) }
}

async function stateOf(of: Project, activity: Inventory['activity'], text = OLD): Promise<string | undefined> {
  return states(await policy(text), inventory([of], { activity }))[of.id]
}

describe('G31 activity', () => {
  const of = project(1, 'R/a')

  it.each<[string, Partial<Project>, Partial<ActivityReading>, string]>([
    ['nothing newer than the list', {}, {}, 'due'],
    ['a file saved an hour ago', {}, { files: NOW - HOUR }, 'kept'],
    ['a backtest of yesterday', {}, { backtest: NOW - DAY }, 'kept'],
    ['a deployment of last week', { lastLive: NOW - 7 * DAY }, {}, 'kept'],
    ['a file of long ago', {}, { files: NOW - 100 * DAY }, 'due'],
    ['a date of a file in the future', {}, { files: NOW + DAY }, 'notJudged'],
    ['a last deployment that cannot be read', { lastLive: { unknown: 'garbled' } }, {}, 'notJudged'],
    ['a reading of six days ago', {}, { readAt: NOW - 6 * DAY }, 'due'],
    ['a reading of eight days ago', {}, { readAt: NOW - 8 * DAY }, 'notJudged'],
    ['a reading beside another list', {}, { listModified: NOW - 201 * DAY, listed: NOW - 201 * DAY }, 'notJudged'],
    ['a reading of another project of that id', {}, { created: NOW - 5 * DAY }, 'notJudged'],
    ['a reading that has failed', {}, { readAt: null, failed: 'HTTP 500' }, 'notJudged'],
    ['half a reading', {}, { readAt: null }, 'notJudged'],
    ['half a reading that shows a file of yesterday', {}, { readAt: null, files: NOW - DAY }, 'kept'],
    ['an old reading that shows a backtest of yesterday', {}, { readAt: NOW - 8 * DAY, backtest: NOW - DAY }, 'kept'],
  ])('%s', async (_what, fields, reading, expected) => {
    const one = project(1, 'R/a', fields)
    expect(await stateOf(one, read(one, reading))).toBe(expected)
  })

  it('that has not been read is unknown, with a code, and nothing is marked', async () => {
    const rules = await policy(OLD)
    const decision = decide(rules, inventory([of], { activity: {} }), NOTHING, NOW)
    expect(decision.marks).toEqual([])
    expect(verdictOf(decision, 1)).toMatchObject({
      state: 'notJudged',
      reasons: [{ kind: 'unknown', rule: 'old', what: 'idle', code: 'activity-not-read' }],
    })
    expect(decision.toRead).toEqual([
      {
        projectId: 1,
        created: of.created,
        listModified: of.modified,
        listed: of.modified,
        rowHash: expect.any(String),
        unit: null,
        bound: of.modified,
        own: of.modified,
        youngAfter: NOW - 90 * DAY,
      },
    ])
  })

  it('keeps a mark while it is not known, but what has one is never due', async () => {
    const rules = await policy(OLD)
    const memory = longMarked(rules, [of])
    const decision = decide(rules, inventory([of], { activity: {} }), memory, NOW)
    expect(decision.marks).toEqual(memory.marks)
    expect(decision.counts).toMatchObject({ due: 0, notJudged: 1 })
  })

  it('is not read where the list settles the matter, or something cheaper does, or nothing can', async () => {
    const rules = await policy(
      rule(
        'old',
        'when = { path = "R/**", idle = ">90d", language = "Py" }\nunless = { description = "?*" }\nthen = "delete"',
      ),
    )
    const all = [
      project(1, 'R/young', idle(10)),
      project(2, 'R/other', { language: 'C#' }),
      project(3, 'Else/where'),
      project(4, 'R/said', { description: 'mine' }),
      project(5, 'R/undated', { modified: { unknown: 'garbled' } }),
      project(6, 'R/candidate'),
      project(7, 'R/held', { description: '[keep]' }),
    ]
    const decision = decide(rules, inventory(all, { activity: {} }), NOTHING, NOW)
    expect(decision.toRead.map(({ projectId }) => projectId)).toEqual([6])
  })

  it('is tried again an hour after it failed, no sooner', async () => {
    const rules = await policy(OLD)
    const failed = read(of, { readAt: null, failed: 'HTTP 500', retryAt: NOW + HOUR })
    const at = (now: number) => decide(rules, inventory([of], { activity: failed }), NOTHING, now).toRead.length
    expect([at(NOW), at(NOW + HOUR - 1), at(NOW + HOUR)]).toEqual([0, 0, 1])
  })

  it('is read the oldest first; of a directory, which is as young as its youngest project, the youngest first', async () => {
    const rules = await policy(
      OLD,
      rule('folders', 'unit = "directory"\nwhen = { path = "F/*", idle = ">90d" }\nthen = "delete"'),
    )
    const all = [
      project(1, 'R/a', idle(200)),
      project(2, 'R/b', idle(290)),
      project(3, 'F/x/old', idle(280)),
      project(4, 'F/x/young', idle(250)),
      project(5, 'F/y/only', idle(260)),
      project(6, 'R/c', idle(290)),
    ]
    const decision = decide(rules, inventory(all, { activity: {} }), NOTHING, NOW)
    expect(decision.toRead.map(({ projectId }) => projectId)).toEqual([2, 6, 5, 4, 3, 1])
    expect(decision.toRead.map(({ unit }) => unit)).toEqual([null, null, 'F/y', 'F/x', 'F/x', null])
  })

  it('makes a directory go only when all of it has been read', async () => {
    const text = rule('folders', 'unit = "directory"\nwhen = { path = "F/*", idle = ">90d" }\nthen = "delete"')
    const folder = [project(1, 'F/x/a'), project(2, 'F/x/b')]
    const [one, other] = folder as [Project, Project]
    const rules = await policy(text)
    expect(states(rules, inventory(folder, { activity: read(one) }))).toEqual({ 1: 'notJudged', 2: 'notJudged' })
    expect(states(rules, inventory(folder, { activity: { ...read(one), ...read(other) } }))).toEqual({
      1: 'due',
      2: 'due',
    })
    const saved = { ...read(one), ...read(other, { files: NOW - DAY, readAt: null }) }
    expect(states(rules, inventory(folder, { activity: saved }))).toEqual({ 1: 'kept', 2: 'kept' })
    const { toRead } = decide(rules, inventory(folder, { activity: read(one) }), NOTHING, NOW)
    expect(toRead.map(({ projectId }) => projectId)).toEqual([2])
  })

  it('says of a large directory once what has not been read of it', async () => {
    const rules = await policy(
      rule('folders', 'unit = "directory"\nwhen = { path = "F/*", idle = ">90d" }\nthen = "delete"'),
    )
    const folder = Array.from({ length: 300 }, (_, n) => project(n + 1, `F/x/p${n}`))
    const decision = decide(rules, inventory(folder, { activity: {} }), NOTHING, NOW)
    expect(decision.toRead).toHaveLength(300)
    expect(Math.max(...decision.verdicts.map(({ reasons }) => reasons.length))).toBeLessThanOrEqual(2)
  })

  it('our own look at the files is nobody’s, though it moves the date of the list', async () => {
    const opened = { from: NOW - HOUR, to: NOW - HOUR + 400 }
    const moved = project(1, 'R/a', { modified: Math.floor((NOW - HOUR) / 1_000) * 1_000 })
    const reading = readingOf(of, { opened })
    expect(await stateOf(moved, { 1: reading })).toBe('due')
    const saved = project(1, 'R/a', { modified: NOW - HOUR + 5_000 })
    expect(await stateOf(saved, { 1: reading })).toBe('kept')
  })
})

describe('G31 keep by activity', () => {
  const KEEP = rule('sweeps', 'when = { path = "S/**" }\nkeep = { newest = 2, by = "activity" }\nthen = "archive"')
  const all = [1, 2, 3, 4].map((n) => project(n, `S/a/v${n}`, idle(100 + n)))

  it('needs a reading only of what is to be taken', async () => {
    const decision = decide(await policy(KEEP), inventory(all, { activity: {} }), NOTHING, NOW)
    expect(decision.toRead.map(({ projectId }) => projectId)).toEqual([4, 3])
    expect(decision.toRead.map(({ youngAfter }) => youngAfter)).toEqual([null, null])
    expect(states(await policy(KEEP), inventory(all, { activity: {} }))).toEqual({
      1: 'kept',
      2: 'kept',
      3: 'notJudged',
      4: 'notJudged',
    })
  })

  it('takes what n others outrank by what is known of them', async () => {
    const [, , third, fourth] = all as [Project, Project, Project, Project]
    const activity = { ...read(third), ...read(fourth) }
    expect(states(await policy(KEEP), inventory(all, { activity }))).toMatchObject({ 3: 'due', 4: 'due' })
    const saved = { ...read(third, { files: NOW - DAY }), ...read(fourth) }
    // The third is among the newest two now, and what it pushes out is read before it goes.
    expect(states(await policy(KEEP), inventory(all, { activity: saved }))).toEqual({
      1: 'kept',
      2: 'notJudged',
      3: 'kept',
      4: 'due',
    })
  })

  it('does not let go of a mark because a reading of another one has grown old', async () => {
    const text = rule(
      'sweeps',
      'when = { path = "S/**", idle = ">30d" }\nkeep = { newest = 2, by = "activity" }\nthen = "archive"',
    )
    const rules = await policy(text)
    const whole = inventory(all)
    expect(states(rules, whole)).toMatchObject({ 3: 'due', 4: 'due' })
    const [first, ...rest] = all as [Project, ...Project[]]
    const activity = Object.assign({}, read(first, { readAt: NOW - 8 * DAY }), ...rest.map((one) => read(one)))
    const memory = longMarked(rules, all)
    const decision = decide(rules, inventory(all, { activity }), memory, NOW)
    expect(decision.unmarked.map(({ mark }) => mark.projectId)).not.toContain(3)
  })
})

describe('G31 {idle-days}', () => {
  it('is not written before it is known', async () => {
    const rules = await policy(rule('note', 'when = { path = "N/**" }\nthen = "describe"\nto = "idle {idle-days} d"'))
    const [one, today] = [project(1, 'N/a'), project(2, 'N/b', { modified: NOW - HOUR })]
    const seen = inventory([one, today], { activity: {} })
    const decision = decide(rules, seen, longMarked(rules, seen.projects), NOW)
    expect(verdictOf(decision, 1).state).toBe('notJudged')
    expect(verdictOf(decision, 2)).toMatchObject({ state: 'due', to: 'leansweep: idle 0 d' })
    expect(decision.toRead.map(({ projectId }) => projectId)).toEqual([1])
    const known = inventory([one], { activity: read(one, { files: NOW - 3 * DAY }) })
    expect(verdictOf(decide(rules, known, longMarked(rules, [one]), NOW), 1).to).toBe('leansweep: idle 3 d')
  })
})

const readings: fc.Arbitrary<Partial<ActivityReading> | null> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  {
    weight: 3,
    arbitrary: fc.record({
      files: fc.option(fc.integer({ min: 0, max: 400 }).map((days) => NOW - days * DAY)),
      backtest: fc.option(fc.integer({ min: 0, max: 400 }).map((days) => NOW - days * DAY)),
      readAt: fc.option(fc.integer({ min: 0, max: 12 }).map((days) => NOW - days * DAY)),
    }),
  },
)

/** An inventory of which some has been read, and somehow. */
const partlyRead: fc.Arbitrary<Inventory> = fc
  .tuple(arbitraryInventory, fc.array(readings, { minLength: 10, maxLength: 10 }))
  .map(([seen, all]) => {
    const activity = Object.fromEntries(
      seen.projects.flatMap((one, i) => {
        const reading = all[i] ?? null
        return reading === null || typeof one.modified !== 'number' ? [] : [[one.id, readingOf(one, reading)]]
      }),
    )
    return { ...seen, activity }
  })

describe('G31 for every policy and workspace, however much of it has been read', () => {
  it('activity is what a slow look at everything says, and a reading only ever makes a project younger', () =>
    fc.assert(
      fc.property(partlyRead, (seen) => {
        const facts = openFacts(seen, NOTHING, NOW)
        const unread = openFacts({ ...seen, activity: {} }, NOTHING, NOW)
        for (const one of seen.projects) {
          const { at, unsure } = activityOf(facts, one)
          expect(at).toBe(slowActivity(seen, one))
          expect(at).toBeGreaterThanOrEqual(activityOf(unread, one).at)
          if (unsure === null) expect(slowIsRead(seen, one)).toBe(true)
        }
      }),
    ))

  it('nothing whose rule asks for activity is marked or acted on without a good reading of it', () =>
    fc.assert(
      fc.asyncProperty(arbitraryRules, partlyRead, async (rules, seen) => {
        const some = await policyFrom(rules.map((one) => ({ ...one, when: { ...(one.when as object), idle: '>9d' } })))
        fc.pre(some !== null)
        if (some === null) return
        for (const memory of [NOTHING, longMarked(some, seen.projects)]) {
          const decision = decide(some, seen, memory, NOW)
          const byId = new Map(seen.projects.map((one) => [one.id, one]))
          const isRead = (id: number) => slowIsRead(seen, byId.get(id) as Project)
          for (const { projectId, since } of decision.marks) if (since === NOW) expect(isRead(projectId)).toBe(true)
          for (const { projectId, state, action } of decision.verdicts) {
            if (state === 'due' && action !== null && isDestructive(action)) expect(isRead(projectId)).toBe(true)
          }
        }
      }),
    ))

  it('reading what is asked for comes to an end, and the order of the list changes nothing about it', () =>
    fc.assert(
      fc.asyncProperty(arbitraryRules, partlyRead, async (rules, seen) => {
        const some = await policyFrom(rules)
        fc.pre(some !== null)
        if (some === null) return
        const reversed = { ...seen, projects: seen.projects.toReversed() }
        expect(decide(some, reversed, NOTHING, NOW).toRead).toEqual(decide(some, seen, NOTHING, NOW).toRead)
        let now = seen
        for (let round = 0; round <= seen.projects.length; round++) {
          const { toRead } = decide(some, now, NOTHING, NOW)
          if (toRead.length === 0) return
          const activity = { ...now.activity }
          for (const { projectId, created, listModified } of toRead) {
            const of = seen.projects.find(({ id }) => id === projectId) as Project
            activity[projectId] = readingOf({ ...of, created, modified: listModified })
          }
          now = { ...now, activity }
        }
        expect(decide(some, now, NOTHING, NOW).toRead).toEqual([])
      }),
    ))
})

/** By looking at every date there is. */
function slowActivity(seen: Inventory, one: Project): number {
  const reading = seen.activity[one.id]
  const own = reading?.created === one.created ? reading : undefined
  const backtests = seen.paid[one.id]?.backtests
  const last = backtests !== undefined && 'last' in backtests ? backtests.last : null
  const dates = [one.modified, one.lastLive, own?.files, own?.backtest, last]
  return Math.max(
    Number.NEGATIVE_INFINITY,
    ...dates.filter((date): date is number => typeof date === 'number' && date <= NOW),
  )
}

function slowIsRead(seen: Inventory, one: Project): boolean {
  const reading = seen.activity[one.id]
  if (reading === undefined || reading.created !== one.created || reading.listModified !== one.modified) return false
  return reading.readAt !== null && NOW - reading.readAt <= READING_GOOD_FOR_MS
}

describe('G31 a replay', () => {
  it('takes the dates of the list for what no inventory holds, and says for how many', async () => {
    const rules = await policy(OLD)
    const [one, other] = [project(1, 'R/a'), project(2, 'R/b')]
    const seen = inventory([one, other], { activity: read(other) })
    const replay = await replayNext(rules, START, seen)
    expect(replay.marks.map(({ projectId }) => projectId)).toEqual([1, 2])
    expect(replay.activityUnknown).toEqual([1])
  })

  it('believes what an inventory does hold', async () => {
    const rules = await policy(OLD)
    const one = project(1, 'R/a')
    const seen = inventory([one], { activity: read(one, { files: NOW - DAY }) })
    expect((await replayNext(rules, START, seen)).marks).toEqual([])
    expect(asIfRead(seen).assumed).toEqual(new Set())
  })

  it('regrets what a later inventory shows to have been saved, though the list does not', async () => {
    const rules = await policy(OLD)
    const one = project(1, 'R/a')
    let replay = await replayNext(rules, START, inventory([one]))
    const on = (days: number, files: number) => {
      return inventory([one], { at: NOW + days * DAY, activity: read(one, { files, readAt: NOW + days * DAY }) })
    }
    replay = await replayNext(rules, replay, on(15, NOW - 250 * DAY))
    expect(replay.acts).toHaveLength(1)
    replay = await replayNext(rules, replay, on(20, NOW + 18 * DAY))
    expect(replay.acts[0]?.regrets.map(({ kind }) => kind)).toEqual(['modified'])
  })
})
