import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/core/command/command.ts'
import { commandItems } from '../../src/core/command/command-plan.ts'
import type { Ledger } from '../../src/core/command/command-restore.ts'
import type { Inventory, Project } from '../../src/core/evidence/project.ts'
import { decide } from '../../src/core/judge/decide.ts'
import { warningText } from '../../src/core/plan/explain.ts'
import { inventory, longMarked, NOTHING, NOW, policy, project, rule, states, verdictOf } from './support.ts'

const unreadable = { unknown: 'its language is missing or not text' }
const odd = (id: number, name: string, fields: Partial<Project> = {}) => project(id, name, { unreadable, ...fields })
const nameless = (id: number) => project(id, '', { unreadable: { unknown: 'its name is missing or not a name' } })

const EVERYTHING = policy(rule('all', 'when = { path = "**" }\nthen = "delete"'))
const DIRECTORIES = policy(rule('dirs', 'unit = "directory"\nwhen = { path = "*" }\nthen = "delete"'))
const LEDGER: Ledger = { nameBefore: () => null, backup: () => null, rebuiltAs: () => null }

async function ask(command: Command, seen: Inventory) {
  return commandItems({ policy: await policy(''), inventory: seen, memory: NOTHING, now: NOW }, LEDGER, command)
}

describe('a row that cannot be read', () => {
  it("is that project's trouble: the others are evaluated", async () => {
    expect(states(await EVERYTHING, inventory([odd(1, 'a/x'), project(2, 'a/y'), odd(-7, 'a/z')]))).toEqual({
      1: 'notJudged',
      2: 'due',
      [-7]: 'notJudged',
    })
  })

  it('is not decided by rules that look at what fills the gaps, and says what could not be read', async () => {
    const rules = await policy(rule('never', 'when = { description = "no such text" }\nthen = "delete"'))
    const seen = inventory([odd(1, 'a/x')])
    const verdict = verdictOf(decide(rules, seen, NOTHING, NOW), 1)
    expect(verdict.state).toBe('notJudged')
    expect(verdict.reasons).toEqual([expect.objectContaining({ kind: 'unknown', why: unreadable.unknown })])
  })

  it('keeps its marks, and gets no new ones', async () => {
    const rules = await EVERYTHING
    const seen = inventory([odd(1, 'a/x')])
    const memory = longMarked(rules, seen.projects)
    expect(decide(rules, seen, memory, NOW).marks).toEqual(memory.marks)
    expect(decide(rules, seen, NOTHING, NOW).marks).toEqual([])
  })

  it('is still protected by what is known', async () => {
    expect(states(await EVERYTHING, inventory([odd(1, 'Library/x'), odd(2, 'x', { pinned: true })]))).toEqual({
      1: 'protected',
      2: 'protected',
    })
  })

  it('still links its libraries, and makes links unknown where they cannot be read', async () => {
    const rules = await EVERYTHING
    expect(
      states(rules, inventory([odd(-7, 'a/x', { libraries: [2] }), project(2, 'b/y'), project(3, 'b/z')])),
    ).toEqual({
      [-7]: 'notJudged',
      2: 'protected',
      3: 'due',
    })
    const unknown = { unknown: 'libraries is missing' }
    expect(states(rules, inventory([odd(-7, 'a/x', { libraries: unknown }), project(2, 'b/y')]))).toEqual({
      [-7]: 'notJudged',
      2: 'notJudged',
    })
  })

  it('keeps its directory from being evaluated as a whole, also without an id', async () => {
    const rules = await DIRECTORIES
    for (const id of [1, -1]) {
      const seen = inventory([odd(id, 'a/x'), project(2, 'a/y'), project(3, 'b/z')])
      expect(states(rules, seen)).toEqual({ [id]: 'notJudged', 2: 'notJudged', 3: 'due' })
    }
  })

  it('without a name could be inside any directory: none is evaluated as a whole', async () => {
    const seen = inventory([nameless(1), project(2, 'a/y'), project(3, 'b/z')])
    expect(states(await DIRECTORIES, seen)).toEqual({ 1: 'notJudged', 2: 'notJudged', 3: 'notJudged' })
    expect(states(await EVERYTHING, seen)).toEqual({ 1: 'notJudged', 2: 'due', 3: 'due' })
  })

  it('fills no slot of keep', async () => {
    const keep = 'when = { path = "a/*" }\nkeep = { newest = 1 }\nthen = "delete"'
    const seen = inventory([odd(1, 'a/x', { modified: NOW - 1 }), project(2, 'a/y'), project(3, 'a/z')])
    expect(states(await policy(rule('keep', keep)), seen)).toEqual({ 1: 'notJudged', 2: 'due', 3: 'kept' })
  })

  it('is neither deleted nor written to by a command', async () => {
    const seen = inventory([odd(1, 'a/x'), project(2, 'a/y')])
    const commands: Command[] = [
      { type: 'project.delete', project: 1 },
      { type: 'directory.delete', directory: 'a' },
      { type: 'project.update', project: 1, description: 'new' },
    ]
    for (const command of commands) expect(await ask(command, seen)).toMatchObject({ ok: false, projectId: 1 })
  })

  it('without a name keeps directories from being deleted by a command', async () => {
    expect(
      await ask({ type: 'directory.delete', directory: 'a' }, inventory([nameless(1), project(2, 'a/y')])),
    ).toEqual(expect.objectContaining({ ok: false, projectId: 1, why: expect.stringContaining('could not be read') }))
  })

  it('is warned of, those that protect others first', async () => {
    const seen = inventory([
      odd(5, 'a/x'),
      nameless(6),
      project(7, 'b/y', { libraries: { unknown: 'libraries is missing' } }),
      odd(-3, 'c'),
    ])
    const [warning] = decide(await EVERYTHING, seen, NOTHING, NOW).warnings
    expect(warning).toMatchObject({
      kind: 'unreadable rows',
      rows: [
        { projectId: 6, protects: 'directories' },
        { projectId: 7, protects: 'libraries' },
        { projectId: null, protects: null },
        { projectId: 5, protects: null },
      ],
    })
    if (warning === undefined) throw new Error('no warning')
    expect(warningText(warning)).toMatch(
      /^4 rows of the list of projects could not be read whole, .*project 6 .*project 7 .*without a usable id/,
    )
  })
})
