import { describe, expect, it } from 'vitest'
import type { Inventory, Project } from '../../src/core/evidence/project.ts'
import { decide } from '../../src/core/judge/decide.ts'
import { protections } from '../../src/core/judge/protect.ts'
import { inventory, longMarked, NOTHING, NOW, policy, project, rule, states, verdictOf } from './support.ts'

const UNKNOWN = { unknown: 'the answer was cut short' }
const EVERYTHING = rule('everything', 'when = { path = "**" }\nthen = "delete"')

describe('absolute protections', () => {
  const CASES: readonly {
    readonly what: string
    readonly of: Project
    readonly more?: Partial<Inventory>
    readonly others?: readonly Project[]
  }[] = [
    { what: 'live', of: project(1, 'x'), more: { running: [1] } },
    { what: 'code running', of: project(1, 'x', { codeRunning: true }) },
    { what: 'used as library', of: project(1, 'x'), others: [project(2, 'y', { libraries: [1] })] },
    {
      what: 'used as library',
      of: project(1, 'x'),
      others: [project(2, 'y', { libraries: [1], organizationId: 'another' })],
    },
    { what: 'not owned', of: project(1, 'x', { owned: false }) },
    { what: 'other organisation', of: project(1, 'x', { organizationId: 'another' }) },
    { what: 'encrypted', of: project(1, 'x', { encrypted: true }) },
    { what: 'pinned', of: project(1, 'x', { pinned: true }) },
    { what: 'library folder', of: project(1, 'Library/x') },
    { what: 'library folder', of: project(1, '/library//deep/x') },
    { what: 'boot camp', of: project(1, 'Boot Camp/01 x') },
    { what: 'bin', of: project(1, 'Recycle Bin/Research/x') },
    { what: 'bin', of: project(1, 'RECYCLE BIN/x') },
  ]

  it.each(CASES)('G2 $what: no rule touches it, whatever it says', async ({ what, of, more = {}, others = [] }) => {
    const rules = await policy(EVERYTHING)
    const seen = inventory([of, ...others], more)
    const verdict = verdictOf(decide(rules, seen, longMarked(rules, seen.projects), NOW), 1)
    expect(verdict.state).toBe('protected')
    expect(verdict.reasons).toEqual([{ kind: 'protected', by: { what } }])
  })

  it('G2 [protect] protects paths, case-insensitively and with X itself, and ids', async () => {
    const rules = await policy('[protect]\npaths = ["Production/**", "*/core"]\nids = [9]', EVERYTHING)
    const names = ['production/a', 'Production', 'PRODUCTION/b/c', 'Team/Core', 'Team/core/x', 'Productions/x']
    const seen = inventory([...names.map((name, i) => project(i + 1, name)), project(9, 'z')])
    expect(states(rules, seen)).toEqual({
      1: 'protected',
      2: 'protected',
      3: 'protected',
      4: 'protected',
      5: 'due',
      6: 'due',
      9: 'protected',
    })
  })

  it('G2 without any of them it is fair game, and neighbours of protected places are', async () => {
    const seen = inventory([
      project(1, 'x'),
      project(2, 'Librarys/x'),
      project(3, 'My Library/x'),
      project(4, 'Boot Camps/x'),
    ])
    expect(states(await policy(EVERYTHING), seen)).toEqual({ 1: 'due', 2: 'due', 3: 'due', 4: 'due' })
  })

  it.each<readonly [string, Partial<Project>, Partial<Inventory>]>([
    ['the live list', {}, { running: UNKNOWN }],
    ['codeRunning', { codeRunning: UNKNOWN }, {}],
    ['owner', { owned: UNKNOWN }, {}],
    ['organizationId', { organizationId: UNKNOWN }, {}],
    ['libraries', { libraries: UNKNOWN }, {}],
    ['encrypted', { encrypted: UNKNOWN }, {}],
    ['isPinned', { pinned: UNKNOWN }, {}],
    ['created', { created: UNKNOWN }, {}],
    ['modified', { modified: UNKNOWN }, {}],
  ])('G1 unknown never destroys: without %s it is not judged', async (_what, fields, more) => {
    const rules = await policy(EVERYTHING)
    const known = inventory([project(1, 'x')])
    const memory = longMarked(rules, known.projects)
    expect(states(rules, known, memory)).toEqual({ 1: 'due' })
    expect(states(rules, inventory([project(1, 'x', fields)], more), memory)).toEqual({ 1: 'notJudged' })
  })

  it('G1 one unreadable libraries leaves nothing that can be judged, but what is known to be linked is protected', async () => {
    const seen = inventory([
      project(1, 'x'),
      project(2, 'y', { libraries: UNKNOWN }),
      project(3, 'z', { libraries: [1] }),
    ])
    expect(states(await policy(EVERYTHING), seen)).toEqual({ 1: 'protected', 2: 'notJudged', 3: 'notJudged' })
  })

  it('an unknown protection does not matter where no rule selects', async () => {
    const rules = await policy(rule('other', 'when = { path = "Sweeps/**" }\nthen = "delete"'))
    expect(states(rules, inventory([project(1, 'x', { codeRunning: UNKNOWN })], { running: UNKNOWN }))).toEqual({
      1: 'kept',
    })
  })

  it('a protection that is known stands above one that is not', async () => {
    expect(
      states(await policy(EVERYTHING), inventory([project(1, 'x', { encrypted: true })], { running: UNKNOWN })),
    ).toEqual({ 1: 'protected' })
  })
})

describe('protections', () => {
  it('tells what protects, what holds and what is unknown apart', async () => {
    const rules = await policy(EVERYTHING)
    const of = project(1, 'Library/x', { codeRunning: UNKNOWN, description: '[keep]' })
    const hold = { projectId: 1, created: of.created as number, until: null, by: 'Ann' }
    const reading = protections(rules, inventory([of]), { ...NOTHING, holds: [hold] }, NOW)(of)
    expect(reading).toEqual({
      reading: 'yes',
      protectedBy: [{ kind: 'protected', by: { what: 'library folder' } }],
      heldBy: [
        { kind: 'held', where: 'ledger', by: 'Ann', until: null },
        { kind: 'held', where: 'description', until: null, malformed: null },
      ],
      unknown: [{ kind: 'unknown', rule: null, what: 'codeRunning', why: 'the answer was cut short' }],
    })
  })

  it('a hold counts for a project whose created cannot be read: it may be the one', async () => {
    const of = project(1, 'x', { created: UNKNOWN })
    const hold = { projectId: 1, created: 5, until: null, by: 'Ann' }
    expect(
      protections(await policy(EVERYTHING), inventory([of]), { ...NOTHING, holds: [hold] }, NOW)(of).heldBy,
    ).toHaveLength(1)
  })
})
