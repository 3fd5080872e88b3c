import { describe, expect, it } from 'vitest'
import { nameProblem } from '../../src/core/base/names.ts'
import type { Project } from '../../src/core/evidence/project.ts'
import { decide } from '../../src/core/judge/decide.ts'
import {
  DAY,
  idle,
  inventory,
  longMarked,
  NOTHING,
  NOW,
  planOf,
  policy,
  project,
  rule,
  states,
  verdictOf,
} from './support.ts'

async function planned(text: string, ...projects: readonly Project[]) {
  const { items, refusedMoves } = await planOf(await policy(rule('r', text)), inventory(projects))
  return { to: items.map(({ to }) => to), refused: refusedMoves.map(({ why }) => why) }
}

describe('templates', () => {
  it('know every placeholder of the page', async () => {
    const text =
      'when = { path = "**" }\nthen = "describe"\nto = "{path}|{name}|{directory}|{yyyy}|{mm}|{idle-days}|{owner}|{rule}"'
    const { to } = await planned(text, project(1, 'Research/old/x', idle(200.9)))
    expect(to).toEqual(['leansweep: Research/old/x|x|Research/old|2026|11|200|Mia|r'])
  })

  it('take year and month from the zone of the policy', async () => {
    const rules = await policy('timezone = "America/New_York"', rule('r', 'when = { path = "**" }\nthen = "archive"'))
    const seen = inventory([project(1, 'x')])
    const newYear = Date.UTC(2027, 0, 1, 4)
    const { items } = await planOf(rules, seen, longMarked(rules, seen.projects), newYear)
    expect(items[0]?.to).toBe('Archive/2026-12/x')
  })

  it('G15 count idle days as if leansweep itself had written nothing', async () => {
    const rules = await policy(rule('r', 'when = { path = "**" }\nthen = "describe"\nto = "idle {idle-days} d"'))
    const seen = inventory([project(1, 'x', idle(3))])
    const own = { projectId: 1, created: NOW - 300 * DAY, seen: NOW - 3 * DAY, effective: NOW - 200 * DAY }
    const { items } = await planOf(rules, seen, { ...longMarked(rules, seen.projects), ownWrites: [own] })
    expect(items[0]?.to).toBe('leansweep: idle 200 d')
  })

  it('call the owner by id when the name is not listed', async () => {
    const { to } = await planned(
      'when = { path = "**" }\nthen = "describe"\nto = "{owner}"',
      project(1, 'x', { ownerName: '' }),
    )
    expect(to).toEqual(['leansweep: 123'])
  })
})

describe('describe', () => {
  const STAMP = 'when = { path = "**" }\nthen = "describe"\nto = "say what this is for"'

  it('appends or replaces only our last line', async () => {
    const { to } = await planned(
      STAMP,
      project(1, 'x', { description: 'mine' }),
      project(2, 'y', { description: 'a\nleansweep: b' }),
    )
    expect(to).toEqual(['mine\nleansweep: say what this is for', 'a\nleansweep: say what this is for'])
  })

  it('does nothing where the line already says so', async () => {
    const rules = await policy(rule('r', STAMP))
    const seen = inventory([project(1, 'x', { description: 'leansweep: say what this is for' })])
    const decision = decide(rules, seen, longMarked(rules, seen.projects), NOW)
    expect(verdictOf(decision, 1)).toMatchObject({ state: 'kept', reasons: [{ kind: 'nothing to do', rule: 'r' }] })
    expect(decision.marks).toEqual([])
  })

  it('writes one line, whatever names and owners hold', async () => {
    const text = 'when = { path = "**" }\nthen = "describe"\nto = "of {owner}"'
    expect((await planned(text, project(1, 'x', { ownerName: 'Mia\n  Muster' }))).to).toEqual([
      'leansweep: of Mia Muster',
    ])
  })

  it('never writes what would look like a hold', async () => {
    const text = 'when = { path = "**" }\nthen = "describe"\nto = "of {owner}"'
    expect(await planned(text, project(1, 'x', { ownerName: '[keep]' }))).toEqual({
      to: [],
      refused: ['Rule "r" would write "of [keep]", but it would look like a hold.'],
    })
  })
})

describe('move and archive', () => {
  it('archive skips what is already under its root', async () => {
    const rules = await policy(rule('r', 'when = { path = "**" }\nthen = "archive"'))
    const seen = inventory([
      project(1, 'Archive/2020-01/x'),
      project(2, 'Archive'),
      project(3, 'Archives/x'),
      project(4, 'archive/x'),
    ])
    expect(states(rules, seen)).toEqual({ 1: 'kept', 2: 'due', 3: 'due', 4: 'due' })
    expect(verdictOf(decide(rules, seen, NOTHING, NOW), 1).reasons).toEqual([
      { kind: 'under root', rule: 'r', root: 'Archive' },
    ])
  })

  it('a move that carries the old path along is not repeated under its root', async () => {
    const rules = await policy(rule('r', 'when = { path = "**" }\nthen = "move"\nto = "Old/{path}"'))
    expect(states(rules, inventory([project(1, 'Old/x'), project(2, 'y')]))).toEqual({ 1: 'kept', 2: 'due' })
  })

  it('a taken name gets a number, in the order of ids', async () => {
    const text = 'when = { path = "Sweeps/**" }\nthen = "move"\nto = "Old/{name}"'
    const { to } = await planned(
      text,
      project(4, 'Old/x'),
      project(3, 'Sweeps/c/x'),
      project(1, 'Sweeps/a/x'),
      project(2, 'Sweeps/b/X'),
      project(5, 'Old/x 3'),
    )
    expect(to).toEqual(['Old/x 2', 'Old/X 4', 'Old/x 5'])
  })

  it('a number that was handed out is not handed out again, nor is it a name that another one wants', async () => {
    const text = 'when = { path = "Sweeps/**" }\nthen = "move"\nto = "Old/{name}"'
    const names = async (...wanted: readonly string[]) =>
      (await planned(text, ...wanted.map((name, i) => project(i + 1, `Sweeps/${i}/${name}`)))).to
    expect(await names('x 2', 'x', 'x')).toEqual(['Old/x 2', 'Old/x', 'Old/x 3'])
    expect(await names('x', 'x', 'x 2')).toEqual(['Old/x', 'Old/x 2', 'Old/x 2 2'])
  })

  it('a name that would shrink to the literal prefix itself is not moved', async () => {
    const text = 'when = { path = "*" }\nthen = "move"\nto = "Old/{directory}"'
    expect(await planned(text, project(1, 'x'))).toEqual({
      to: [],
      refused: ['Rule "r" would write "Old", but it would leave Old.'],
    })
  })

  it('a name that would look like a hold is not moved', async () => {
    const text = 'when = { path = "**" }\nthen = "move"\nto = "Old/{owner}/{name}"'
    const { to, refused } = await planned(text, project(1, 'x', { ownerName: '[keep]' }))
    expect(to).toEqual([])
    expect(refused[0]).toContain('"[keep]" contains "["')
  })

  it('a name that the API would not accept is not moved, with a reason', async () => {
    expect(await planned('when = { path = "**" }\nthen = "archive"', project(1, 'Clone of: x'))).toEqual({
      to: [],
      refused: [
        'Rule "r" would write "Archive/2026-11/Clone of: x", but "Clone of: x" contains ":"; QuantConnect takes letters, digits, blanks, "-" and "_".',
      ],
    })
  })

  it('G17 such a project is kept, and its verdict says why', async () => {
    const rules = await policy(rule('r', 'when = { path = "**" }\nthen = "archive"'))
    const verdict = verdictOf(decide(rules, inventory([project(1, 'a/bin/x')]), NOTHING, NOW), 1)
    expect(verdict).toMatchObject({ state: 'kept', reasons: [{ kind: 'unwritable', to: 'Archive/2026-11/a/bin/x' }] })
  })

  it.each([
    ['../../Library', '".." may not be part of a name'],
    ['a/../../b', '".." may not be part of a name'],
    ['.', '"." may not be part of a name'],
  ])('an owner called %j cannot lead out of the literal prefix', async (ownerName, why) => {
    const { to, refused } = await planned(
      'when = { path = "**" }\nthen = "move"\nto = "Old/{owner}/{name}"',
      project(1, 'x', { ownerName }),
    )
    expect(to).toEqual([])
    expect(refused[0]).toContain(why)
  })

  it('never goes into the places of QuantConnect', async () => {
    const { to, refused } = await planned(
      'when = { path = "**" }\nthen = "move"\nto = "{owner}/{name}"',
      project(1, 'x', { ownerName: 'Library' }),
    )
    expect(to).toEqual([])
    expect(refused[0]).toContain("nothing is written into QuantConnect's own library folder")
  })

  it('a project at the top has no directory, and no slash is left over', async () => {
    const { to } = await planned('when = { path = "*" }\nthen = "move"\nto = "Old/{directory}/{name}"', project(1, 'x'))
    expect(to).toEqual(['Old/x'])
  })

  it('a rule that would select its own result again and again does nothing', async () => {
    const { to, refused } = await planned(
      'when = { name = "*x" }\nthen = "move"\nto = "{directory}/old/{name}"',
      project(1, 'a/x'),
    )
    expect(to).toEqual([])
    expect(refused[0]).toContain('would select it again under its new name')
    const settled =
      'when = { name = "*x" }\nunless = { path = "**/old/*" }\nthen = "move"\nto = "{directory}/old/{name}"'
    expect((await planned(settled, project(1, 'a/x'))).to).toEqual(['a/old/x'])
  })
})

describe('rename', () => {
  it('changes the last part and stays in its directory', async () => {
    const text = 'when = { path = "Research/*" }\nunless = { name = "* old" }\nthen = "rename"\nto = "{name} old"'
    expect((await planned(text, project(1, 'Research/x'))).to).toEqual(['Research/x old'])
  })

  it('refuses what an owner with a slash in the name would make of it', async () => {
    const { refused } = await planned(
      'when = { path = "**" }\nthen = "rename"\nto = "of {owner}"',
      project(1, 'a/x', { ownerName: 'b/c' }),
    )
    expect(refused[0]).toContain('a rename stays in its directory')
  })

  it('does nothing where the name already is so', async () => {
    expect(
      states(
        await policy(rule('r', 'when = { path = "**" }\nthen = "rename"\nto = "fixed"')),
        inventory([project(1, 'a/fixed')]),
      ),
    ).toEqual({
      1: 'kept',
    })
  })
})

describe('nameProblem', () => {
  it.each(['Research/old x/y-z_9', 'a', 'live/x', 'Report 2'])('accepts %j', (name) => {
    expect(nameProblem(name)).toBeNull()
  })

  it.each([
    'a//b',
    '',
    'a/ b',
    'a /b',
    'a.b',
    'a.',
    'CON',
    'x/aux/y',
    'LPT9',
    'x/obj',
    '.idea/x',
    'x/live',
    'Backtests',
    'x/report',
    'a\tb',
    'a\\b',
    'Ölpreis',
    'a?b',
    'a"b',
    'a<b',
    'a|b',
    'x\n',
  ])('does not write %j', (name) => {
    expect(nameProblem(name)).not.toBeNull()
  })
})
