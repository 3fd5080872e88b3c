import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/core/command/command.ts'
import { commandItems } from '../../src/core/command/command-plan.ts'
import type { Ledger } from '../../src/core/command/command-restore.ts'
import { findNamed } from '../../src/core/evidence/named.ts'
import type { Inventory } from '../../src/core/evidence/project.ts'
import { suggest } from '../../src/core/evidence/suggest.ts'
import { decide } from '../../src/core/judge/decide.ts'
import { warningText } from '../../src/core/plan/explain.ts'
import { inventory, NOTHING, NOW, policy, project, rule, states } from './support.ts'

const COMPOSED = 'Donn\u00e9es/\u00e9t\u00e9'
const DECOMPOSED = COMPOSED.normalize('NFD')
const LEDGER: Ledger = { nameBefore: () => null, backup: () => null, rebuiltAs: () => null }

async function ask(command: Command, seen: Inventory) {
  return commandItems({ policy: await policy(''), inventory: seen, memory: NOTHING, now: NOW }, LEDGER, command)
}

async function stateOf(name: string, condition: string, fields = {}): Promise<string | undefined> {
  const rules = await policy(rule('r', `${condition}\nthen = "delete"`))
  return states(rules, inventory([project(1, name, fields)]))[1]
}

describe('text that exempts', () => {
  it.each([
    ['path', 'unless = { path = "Donn\u00e9es/**" }', DECOMPOSED],
    ['path, the other way round', `unless = { path = "${DECOMPOSED}" }`, COMPOSED],
    ['name', 'unless = { name = "\u00e9t?" }', DECOMPOSED],
    ['name in full width', 'unless = { name = "keeper*" }', 'a/ｋｅｅｐｅｒ 2'],
    ['name with something invisible', 'unless = { name = "keeper" }', 'a/kee\u200bper'],
    ['a pattern with something invisible', 'unless = { name = "kee\u200bper" }', 'a/keeper'],
    ['one of several', 'unless = [{ age = "<1d" }, { all = [{ path = "Donn\u00e9es/*" }] }]', DECOMPOSED],
  ])('compares after normalization too: %s', async (_, unless, name) => {
    expect(await stateOf('a/other', `when = { path = "**" }\n${unless}`)).toBe('due')
    expect(await stateOf(name, `when = { path = "**" }\n${unless}`)).toBe('kept')
  })

  it('is what stands under "not" of a when, too', async () => {
    const when = `when = { path = "**", not = { path = "${COMPOSED}" } }`
    expect(await stateOf('a/x', when)).toBe('due')
    expect(await stateOf(COMPOSED, when)).toBe('kept')
    expect(await stateOf(DECOMPOSED, when)).toBe('kept')
  })

  it('is not what stands under "not" of an unless: that would exempt less', async () => {
    const unless = `when = { path = "**" }\nunless = { not = { path = "${COMPOSED}" } }`
    expect(await stateOf(COMPOSED, unless)).toBe('due')
    expect(await stateOf(DECOMPOSED, unless)).toBe('kept')
  })

  it('of descriptions and owners as well', async () => {
    const when = 'when = { path = "**" }'
    const description = 'Gl\u00e4nzend'.normalize('NFD')
    expect(await stateOf('x', `${when}\nunless = { description = "*gl\u00e4nzend*" }`, { description })).toBe('due')
    expect(await stateOf('x', `${when}\nunless = { description = "Gl\u00e4n*" }`, { description })).toBe('kept')
    const ownerName = 'Zo\u00eb'.normalize('NFD')
    expect(await stateOf('x', `${when}\nunless = { owner = "Zo\u00eb" }`, { ownerName })).toBe('kept')
  })
})

describe('text that selects', () => {
  it('is compared exactly', async () => {
    expect(await stateOf(COMPOSED, `when = { path = "${COMPOSED}" }`)).toBe('due')
    expect(await stateOf(DECOMPOSED, `when = { path = "${COMPOSED}" }`)).toBe('kept')
    expect(await stateOf('x', 'when = { owner = "Zo\u00eb" }', { ownerName: 'Zo\u00eb'.normalize('NFD') })).toBe('kept')
  })

  it('is warned of when it matches nothing exactly, and something after normalization', async () => {
    const rules = await policy(
      rule('paths', `when = { path = ["${COMPOSED}", "a/*"] }\nthen = "delete"`),
      rule('whole', 'unit = "directory"\nwhen = { path = "Donn\u00e9es" }\nthen = "delete"'),
      rule('fine', 'when = { any = [{ name = "x*" }, { not = { name = "\u00e9t\u00e9" } }] }\nthen = "delete"'),
    )
    const seen = inventory([project(1, DECOMPOSED), project(2, 'a/x')])
    const found = decide(rules, seen, NOTHING, NOW).warnings.filter(({ kind }) => kind === 'matches only normalized')
    expect(found).toEqual([
      { kind: 'matches only normalized', rule: 'paths', predicate: 'path', pattern: COMPOSED, example: DECOMPOSED },
      expect.objectContaining({ rule: 'whole', example: 'Donn\u00e9es'.normalize('NFD') }),
    ])
    expect(found.map(warningText)[0]).toContain('written in other characters')
    const both = inventory([project(1, DECOMPOSED), project(2, COMPOSED)])
    expect(decide(rules, both, NOTHING, NOW).warnings.map(({ kind }) => kind)).not.toContain('matches only normalized')
  })
})

describe('protections', () => {
  it.each([
    ['Production/**', 'ＰＲＯＤＵＣＴＩＯＮ/x'],
    ['Production/**', 'Pro\u00adduction/x'],
    ['Production/**', 'production'],
    ['Donn\u00e9es/**', DECOMPOSED.toUpperCase()],
    ['[x]/**', '【X】/y'],
    ['\u200bProduction/*', 'Production/x'],
  ])('"%s" protects "%s"', async (pattern, name) => {
    const rules = await policy(
      `[protect]\npaths = ["${pattern}"]`,
      rule('r', 'when = { path = "**" }\nthen = "delete"'),
    )
    expect(states(rules, inventory([project(1, name), project(2, 'other')]))).toEqual({ 1: 'protected', 2: 'due' })
  })
})

describe('search', () => {
  const words = (text: string) => [{ text, start: 0, end: text.length, quoted: true }]

  it('finds a project by its name in other characters', () => {
    const projects = [project(1, DECOMPOSED), project(2, 'a/ｆｕｌｌ')]
    expect(findNamed(projects, COMPOSED, words(COMPOSED)).projects).toEqual([{ projectId: 1, name: DECOMPOSED }])
    expect(findNamed(projects, 'a/full', words('a/full')).projects).toEqual([{ projectId: 2, name: 'a/ｆｕｌｌ' }])
    expect(suggest(projects, '\u00e9t\u00e9', 5)).toEqual([{ projectId: 1, name: DECOMPOSED }])
  })

  it('gives the one written exactly so, of a project and of a directory', () => {
    const projects = [project(1, DECOMPOSED), project(2, COMPOSED)]
    expect(findNamed(projects, COMPOSED, words(COMPOSED)).projects).toEqual([{ projectId: 2, name: COMPOSED }])
    expect(findNamed(projects, 'Donn\u00e9es', words('Donn\u00e9es')).directory).toEqual({
      path: 'Donn\u00e9es',
      projects: 1,
    })
  })
})

describe('a destructive command by a name', () => {
  const one = (name: string): Command => ({ type: 'project.delete', project: name })
  const whole = (directory: string): Command => ({ type: 'directory.delete', directory })

  it('is refused with all of them where several read the same', async () => {
    const seen = inventory([project(1, DECOMPOSED), project(2, COMPOSED), project(3, 'a/x')])
    for (const name of [COMPOSED, DECOMPOSED]) {
      expect(await ask(one(name), seen)).toMatchObject({ ok: false, why: expect.stringMatching(/2 projects .*: 1, 2/) })
    }
    for (const name of ['Donn\u00e9es', 'Donn\u00e9es'.normalize('NFD')]) {
      expect(await ask(whole(name), seen)).toMatchObject({ ok: false, why: expect.stringMatching(/with 1, .*with 2/) })
    }
  })

  it('takes the only one that reads so', async () => {
    const seen = inventory([project(1, DECOMPOSED), project(3, 'a/x')])
    expect(await ask(one(COMPOSED), seen)).toMatchObject({ ok: true, items: [{ projectId: 1, name: DECOMPOSED }] })
    expect(await ask(whole('Donn\u00e9es'), seen)).toMatchObject({
      ok: true,
      items: [{ projectId: 1, directory: 'Donn\u00e9es'.normalize('NFD') }],
    })
    expect(await ask(one('A/X'), seen)).toMatchObject({ ok: false })
  })

  it('by an id is never refused for a name', async () => {
    const seen = inventory([project(1, DECOMPOSED), project(2, COMPOSED)])
    expect(await ask({ type: 'project.delete', project: 2 }, seen)).toMatchObject({
      ok: true,
      items: [{ projectId: 2 }],
    })
  })
})
