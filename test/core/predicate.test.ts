import { describe, expect, it } from 'vitest'
import { openFacts } from '../../src/core/evidence/facts.ts'
import type { Memory } from '../../src/core/evidence/memory.ts'
import type { Inventory, Project } from '../../src/core/evidence/project.ts'
import { type ConditionTable, compileTable, evaluate, nextToRead } from '../../src/core/policy/condition.ts'
import { aged, DAY, idle, inventory, NOTHING, NOW, project } from './support.ts'

const UNKNOWN = { unknown: 'the answer was cut short' }

/** What a condition says of the first project of a workspace. */
function reads(
  table: ConditionTable,
  of: Project,
  more: Partial<Inventory> = {},
  memory: Memory = NOTHING,
  others: readonly Project[] = [],
) {
  const facts = openFacts(inventory([of, ...others], more), memory, NOW)
  return evaluate(compileTable(table), facts, of, null)
}

const one = (fields: Partial<Project> = {}) => project(1, 'Research/old/Momentum', fields)

describe('predicates in the list', () => {
  const CASES: readonly (readonly [table: ConditionTable, fields: Partial<Project>, expected: string])[] = [
    [{ path: 'Research/**' }, {}, 'yes'],
    [{ path: ['Sweeps/**', 'Research/*/*'] }, {}, 'yes'],
    [{ path: 'Research/*' }, {}, 'no'],
    [{ name: 'Mom*' }, {}, 'yes'],
    [{ name: 'Research*' }, {}, 'no'],
    [{ name: ['a', 'Momentum'] }, {}, 'yes'],
    [{ idle: '>90d' }, idle(91), 'yes'],
    [{ idle: '>90d' }, idle(90), 'no'],
    [{ idle: '>90d' }, idle(90.01), 'yes'],
    [{ idle: '>36h' }, idle(1.6), 'yes'],
    [{ idle: '>36h' }, idle(1.4), 'no'],
    [{ idle: '>=90d' }, idle(90), 'yes'],
    [{ idle: '<=7d' }, idle(7), 'yes'],
    [{ idle: '<1w' }, idle(7), 'no'],
    [{ age: '>21d' }, aged(22), 'yes'],
    [{ age: '<48h' }, aged(1), 'yes'],
    [{ owner: 123 }, {}, 'yes'],
    [{ owner: '123' }, {}, 'yes'],
    [{ owner: 'me' }, {}, 'yes'],
    [{ owner: 'Mia' }, {}, 'yes'],
    [{ owner: 'mia' }, {}, 'no'],
    [{ owner: ['Ben', 124] }, {}, 'no'],
    [{ language: 'Py' }, {}, 'yes'],
    [{ language: ['C#'] }, {}, 'no'],
    [{ encrypted: true }, { encrypted: true }, 'yes'],
    [{ encrypted: false }, {}, 'yes'],
    [{ pinned: true }, { pinned: true }, 'yes'],
    [{ pinned: true }, {}, 'no'],
    [{ pinned: false }, { pinned: UNKNOWN }, 'unknown'],
    [{ shared: true }, { shared: true }, 'yes'],
    [{ shared: false }, {}, 'yes'],
    [{ shared: true }, { shared: UNKNOWN }, 'unknown'],
    [{ collaborators: '<=1' }, { collaborators: 1 }, 'yes'],
    [{ collaborators: '<=1' }, { collaborators: 2 }, 'no'],
    [{ collaborators: 2 }, { collaborators: 2 }, 'yes'],
    [{ parameters: '>0' }, { parameters: [{ key: 'a', value: '1' }] }, 'yes'],
    [{ libraries: '=0' }, { libraries: [7] }, 'no'],
    [{ description: 'empty' }, { description: ' \n' }, 'yes'],
    [{ description: 'empty' }, { description: 'leansweep: idle 9 d' }, 'yes'],
    [{ description: '?*' }, { description: 'leansweep: idle 9 d' }, 'no'],
    [{ description: '?*' }, { description: 'mine\nleansweep: idle 9 d' }, 'yes'],
    [{ description: ['empty', '*todo*'] }, { description: 'a todo list' }, 'yes'],
    [{ stamped: true }, { description: 'mine\nleansweep: idle 9 d' }, 'yes'],
    [{ stamped: false }, { description: 'mine' }, 'yes'],
    [{ live: 'never' }, {}, 'yes'],
    [{ live: 'never' }, { lastLive: NOW - DAY }, 'no'],
    [{ live: '>180d' }, { lastLive: NOW - 181 * DAY }, 'yes'],
    [{ live: '>180d' }, { lastLive: NOW - 180 * DAY }, 'no'],
    [{ live: 'running' }, {}, 'no'],
    [{ 'used-as-library': false }, {}, 'yes'],
    [{ 'used-as-library': true }, { libraries: [1] }, 'yes'],
  ]

  it.each(CASES)('%j of %j: %s', (table, fields, expected) => {
    expect(reads(table, one(fields))).toBe(expected)
  })

  it('live "running" is what the live list says', () => {
    expect(reads({ live: 'running' }, one(), { running: [1] })).toBe('yes')
    expect(reads({ live: 'running' }, one(), { running: [2] })).toBe('no')
  })

  it('used-as-library is found by inverting the libraries of every visible project', () => {
    const user = project(2, 'Recycle Bin/x', { libraries: [1], organizationId: 'another' })
    expect(reads({ 'used-as-library': true }, one(), {}, NOTHING, [user])).toBe('yes')
  })
})

describe('unknown or absent', () => {
  it('never counts as infinitely long ago: > is yes, < is no', () => {
    expect(reads({ live: '>180d' }, one())).toBe('yes')
    expect(reads({ live: '<180d' }, one())).toBe('no')
    const paid = { 1: { backtests: { count: 0, last: null } } }
    expect(reads({ 'last-backtest': '>90d' }, one(), { paid })).toBe('yes')
    expect(reads({ 'last-backtest': '<90d' }, one(), { paid })).toBe('no')
    expect(reads({ 'last-backtest': 'never' }, one(), { paid })).toBe('yes')
  })

  it.each<readonly [string, ConditionTable, Partial<Project>]>([
    ['created', { age: '>1d' }, { created: UNKNOWN }],
    ['modified', { idle: '>1d' }, { modified: UNKNOWN }],
    ['created in the future', { age: '<1d' }, { created: NOW + 1 }],
    ['modified in the future', { idle: '<1d' }, { modified: NOW + 1 }],
    ['a last deployment in the future', { live: '<1d' }, { lastLive: NOW + 1 }],
    ['a last deployment that cannot be read', { live: 'never' }, { lastLive: UNKNOWN }],
    ['owner', { owner: 'me' }, { owned: UNKNOWN }],
    ['the id of the owner', { owner: 123 }, { ownerId: UNKNOWN }],
    ['the name of the owner', { owner: 'Mia' }, { ownerName: '' }],
    ['libraries', { libraries: '=0' }, { libraries: UNKNOWN }],
    ['encrypted', { encrypted: false }, { encrypted: UNKNOWN }],
    ['language', { language: 'Py' }, { language: '' }],
  ])('G1 %s is unknown', (_what, table, fields) => {
    expect(reads(table, one(fields))).toBe('unknown')
  })

  it('G1 an unreadable libraries in one row makes used-as-library unknown for every project but those known to be linked', () => {
    const dark = project(2, 'x', { libraries: UNKNOWN })
    const elsewhere = project(2, 'Recycle Bin/x', { libraries: UNKNOWN, owned: false, organizationId: 'another' })
    const user = project(3, 'y', { libraries: [1] })
    expect(reads({ 'used-as-library': false }, one(), {}, NOTHING, [dark])).toBe('unknown')
    expect(reads({ 'used-as-library': false }, one(), {}, NOTHING, [elsewhere])).toBe('unknown')
    expect(reads({ 'used-as-library': true }, one(), {}, NOTHING, [dark, user])).toBe('yes')
  })

  it('G1 a failed live list makes live "running" unknown', () => {
    expect(reads({ live: 'running' }, one(), { running: UNKNOWN })).toBe('unknown')
  })

  it('G1 what a failed call should have told is unknown, and so is what was not read', () => {
    for (const table of [{ backtests: '=0' }, { 'last-backtest': 'never' }]) {
      expect(reads(table, one(), { paid: { 1: { backtests: UNKNOWN } } })).toBe('unknown')
      expect(reads(table, one())).toBe('unknown')
    }
    for (const table of [{ files: '<=2' }, { bytes: '<=4000' }]) {
      expect(reads(table, one(), { paid: { 1: { files: UNKNOWN } } })).toBe('unknown')
      expect(reads(table, one())).toBe('unknown')
    }
  })

  it('G1 backtests without a date, or with one in the future, do not tell when the last one was', () => {
    expect(reads({ 'last-backtest': '>1d' }, one(), { paid: { 1: { backtests: { count: 3, last: null } } } })).toBe(
      'unknown',
    )
    expect(reads({ 'last-backtest': '<1d' }, one(), { paid: { 1: { backtests: { count: 3, last: NOW + 1 } } } })).toBe(
      'unknown',
    )
  })

  it.each<readonly [string, number, string]>([
    ['never', 300, 'yes'],
    ['never', 365, 'yes'],
    ['never', 366, 'unknown'],
    // Counted from the creation.
    ['>90d', 91, 'yes'],
    ['>90d', 89, 'no'],
    ['<90d', 89, 'yes'],
    ['<90d', 91, 'no'],
    // A last backtest that was archived is over 12 months old, and no older than the project.
    ['>90d', 1_000, 'yes'],
    ['<90d', 1_000, 'no'],
    ['>500d', 450, 'no'],
    ['>500d', 1_000, 'unknown'],
    ['<500d', 1_000, 'unknown'],
  ])('last-backtest = "%s" where none is listed, of a project of %d days: %s', (value, days, expected) => {
    const paid = { 1: { backtests: { count: 0, last: null } } }
    expect(reads({ 'last-backtest': value }, one(aged(days)), { paid })).toBe(expected)
  })

  it('last-backtest is unknown where none is listed and nobody knows how old the project is', () => {
    const paid = { 1: { backtests: { count: 0, last: null } } }
    expect(reads({ 'last-backtest': '>1d' }, one({ created: UNKNOWN }), { paid })).toBe('unknown')
    expect(reads({ 'last-backtest': 'never' }, one({ created: UNKNOWN }), { paid })).toBe('unknown')
    expect(reads({ backtests: '=0' }, one({ created: UNKNOWN }), { paid })).toBe('yes')
  })

  it('G1: no file at all is no answer, for projects start with one', () => {
    const paid = { 1: { files: { count: 0, bytes: 0 } } }
    for (const table of [{ files: '<=2' }, { files: '=0' }, { bytes: '<=4000' }, { bytes: '>0' }]) {
      expect(reads(table, one(), { paid })).toBe('unknown')
    }
    expect(reads({ bytes: '=0' }, one(), { paid: { 1: { files: { count: 1, bytes: 0 } } } })).toBe('yes')
  })

  it('paid evidence that was read is judged', () => {
    const paid = { 1: { backtests: { count: 0, last: null }, files: { count: 2, bytes: 4_000 } } }
    expect(reads({ backtests: '=0', files: '<=2', bytes: '<=4000' }, one(), { paid })).toBe('yes')
    expect(reads({ bytes: '<4000' }, one(), { paid })).toBe('no')
  })
})

describe('effective modified', () => {
  const touched = one({ modified: NOW - DAY })
  const created = touched.created as number

  it('G15 our own write by a rule is not activity', () => {
    const own = { projectId: 1, created, seen: NOW - DAY, effective: NOW - 200 * DAY }
    expect(reads({ idle: '>90d' }, touched, {}, { ...NOTHING, ownWrites: [own] })).toBe('yes')
  })

  it('any other value is activity', () => {
    const own = { projectId: 1, created, seen: NOW - 2 * DAY, effective: NOW - 200 * DAY }
    expect(reads({ idle: '>90d' }, touched, {}, { ...NOTHING, ownWrites: [own] })).toBe('no')
  })

  it('of a directory is that of its youngest project, which is unknown only where one that cannot be read decides', () => {
    const says = (idle: string, days: number, unsure: typeof UNKNOWN | null) => {
      const youngest = () => ({ at: NOW - days * DAY, unsure })
      const directory = { path: 'Research/old', name: 'old', youngest }
      return evaluate(compileTable({ idle }), openFacts(inventory([one()]), NOTHING, NOW), one(), directory)
    }
    expect([says('>90d', 100, null), says('>90d', 80, null)]).toEqual(['yes', 'no'])
    // It is at least as young as what could be read.
    expect([says('>90d', 100, UNKNOWN), says('>90d', 80, UNKNOWN)]).toEqual(['unknown', 'no'])
    expect([says('<30d', 10, UNKNOWN), says('<30d', 40, UNKNOWN)]).toEqual(['yes', 'unknown'])
  })

  it('G16 an own write on an earlier project with the same id says nothing of this one', () => {
    const own = { projectId: 1, created: 5, seen: NOW - DAY, effective: NOW - 200 * DAY }
    expect(reads({ idle: '>90d' }, touched, {}, { ...NOTHING, ownWrites: [own] })).toBe('no')
  })
})

describe('conditions that nest', () => {
  const dark = one({ ownerId: UNKNOWN })
  const unknown: ConditionTable = { owner: 123 }
  const yes: ConditionTable = { name: 'Momentum' }
  const no: ConditionTable = { name: 'other' }

  it.each<readonly [string, ConditionTable, string]>([
    ['all in a table must be yes', { ...yes, path: 'x' }, 'no'],
    ['no AND unknown is no', { ...no, ...unknown }, 'no'],
    ['yes AND unknown is unknown', { ...yes, ...unknown }, 'unknown'],
    ['yes OR unknown is yes', { any: [unknown, yes] }, 'yes'],
    ['no OR unknown is unknown', { any: [unknown, no] }, 'unknown'],
    ['no OR no is no', { any: [no, { path: 'x' }] }, 'no'],
    ['NOT unknown is unknown', { not: unknown }, 'unknown'],
    ['NOT yes is no', { not: yes }, 'no'],
    ['NOT no is yes', { not: no }, 'yes'],
    ['all of several tables', { all: [yes, no] }, 'no'],
    ['beside other predicates', { ...yes, any: [no, { all: [yes, { not: no }] }] }, 'yes'],
  ])('%s', (_what, table, expected) => {
    expect(reads(table, dark)).toBe(expected)
  })
})

describe('prices', () => {
  const facts = (paid: Inventory['paid'] = {}, fields: Partial<Project> = {}) =>
    openFacts(inventory([one(fields)], { paid }), NOTHING, NOW)
  const next = (table: ConditionTable, paid: Inventory['paid'] = {}, fields: Partial<Project> = {}) => {
    return nextToRead(compileTable(table), facts(paid, fields), one(fields), null)
  }

  it('one fact is read at a time, because the first may settle the matter', () => {
    const table = { backtests: '=0', files: '<=2', bytes: '<=4000' }
    expect(next(table)).toBe('backtests')
    expect(next(table, { 1: { backtests: { count: 0, last: null } } })).toBe('files')
    expect(next(table, { 1: { backtests: { count: 0, last: null }, files: UNKNOWN } })).toBeNull()
  })

  it('nothing is read where something that is free is unknown as well', () => {
    expect(next({ backtests: '=0', owner: 123 }, {}, { ownerId: UNKNOWN })).toBeNull()
    expect(next({ any: [{ owner: 123 }, { backtests: '=0' }] }, {}, { ownerId: UNKNOWN })).toBe('backtests')
  })

  it('nothing is read for what costs nothing', () => {
    expect(next({ idle: '>90d' })).toBeNull()
  })
})
