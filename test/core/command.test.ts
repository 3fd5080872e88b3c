import { describe, expect, it } from 'vitest'
import { type Command, commandPlan } from '../../src/core/command.ts'
import type { Inventory, Project } from '../../src/core/project.ts'
import { aged, DAY, inventory, NOTHING, NOW, policy, project } from './support.ts'

const UNKNOWN = { unknown: 'the answer was cut short' }
const TODAY = { total: 0, byRule: {} }
const NONE = policy('')

async function ask(command: Command, seen: Inventory, memory = NOTHING, rules = NONE, today = TODAY) {
  return commandPlan(await rules, seen, memory, NOW, command, today)
}

async function deleted(command: Command, seen: Inventory) {
  const result = await ask(command, seen)
  return result.ok && result.kind === 'delete' ? result.plan.items.map(({ projectId }) => projectId) : result
}

const directory = (name: string): Command => ({ type: 'directory.delete', directory: name })

describe('directory.delete', () => {
  const seen = inventory([
    project(1, 'Research/old/x'),
    project(2, 'Research/old/deep/y'),
    project(3, 'Research'),
    project(4, 'Research/old'),
    project(5, 'Research/older/x'),
    project(6, 'Research/ol'),
    project(7, '/Research//old/z/'),
    project(8, 'research/old/x'),
  ])

  it('G21 takes what is strictly inside and nothing else', async () => {
    expect(await deleted(directory('Research/old'), seen)).toEqual([1, 2, 7])
    expect(await deleted(directory('/Research/old/'), seen)).toEqual([1, 2, 7])
  })

  it.each([
    ['', 'it is empty'],
    ['   ', 'it is empty'],
    ['/', 'it is empty'],
    ['Research/../x', '"." and ".." are not followed'],
    ['..', '"." and ".." are not followed'],
    ['./Research', '"." and ".." are not followed'],
    ['Research/*', 'it has a wildcard, and a command names one directory exactly'],
    ['Research/ol?', 'it has a wildcard, and a command names one directory exactly'],
    ['**', 'it has a wildcard, and a command names one directory exactly'],
    ['Research/ /x', 'a part of it is blank'],
    ['Recycle Bin', "it is in QuantConnect's own bin"],
    ['library/x', "it is in QuantConnect's own library folder"],
    ['Boot Camp/x', "it is in QuantConnect's own boot camp"],
  ])('G21 refuses %j with a reason', async (name, why) => {
    expect(await ask(directory(name), seen)).toEqual({
      ok: false,
      why: `"${name}" is no directory to delete: ${why}.`,
      projectId: null,
    })
  })

  it('refuses a directory that holds nothing, and compares names exactly', async () => {
    expect(await ask(directory('Research/Old'), seen)).toMatchObject({ ok: false, projectId: null })
    expect(await ask(directory('Research/old/x'), seen)).toMatchObject({ ok: false, projectId: null })
  })

  it.each<readonly [string, Partial<Project>, Partial<Inventory>, string]>([
    ['protected', { encrypted: true }, {}, 'It is encrypted.'],
    ['held', { description: '[keep]' }, {}, 'Its description holds it for ever.'],
    ['running', {}, { running: [2] }, 'It runs live.'],
    [
      'unknown',
      { codeRunning: UNKNOWN },
      {},
      'A protection needs codeRunning, which is not known: the answer was cut short.',
    ],
    ['without a date', { modified: UNKNOWN }, {}, 'Its dates could not be read.'],
  ])('one project that is %s refuses all, and is named', async (_what, fields, more, why) => {
    const result = await ask(directory('a'), inventory([project(1, 'a/x'), project(2, 'a/y', fields)], more))
    expect(result).toEqual({ ok: false, why: `"a/y" (2) may not be deleted. ${why}`, projectId: 2 })
  })

  it('counts against the caps like everything else', async () => {
    const rules = policy('[limits]\nper_run = 2\npercent = 100')
    const three = inventory([project(1, 'a/x'), project(2, 'a/y'), project(3, 'a/z')])
    const result = await ask(directory('a'), three, NOTHING, rules)
    expect(result).toMatchObject({
      ok: true,
      plan: { acting: [], breaches: [{ cap: 'per_run', wanted: 3, allowed: 2 }] },
    })
  })
})

describe('project.delete', () => {
  it('is not bound by grace, window, or the 48 hours of rules', async () => {
    const rules = policy('[window]\ndays = "Sun"')
    const result = await ask(
      { type: 'project.delete', project: 1 },
      inventory([project(1, 'x', aged(0))]),
      NOTHING,
      rules,
    )
    expect(result).toMatchObject({
      ok: true,
      plan: {
        acting: [1],
        items: [{ projectId: 1, action: 'delete', rule: null, unit: 'project', directory: null, since: null }],
      },
    })
  })

  it('G2 stops at [protect] of the policy', async () => {
    const rules = policy('[protect]\npaths = ["Production/**"]')
    const result = await ask(
      { type: 'project.delete', project: 1 },
      inventory([project(1, 'production/x')]),
      NOTHING,
      rules,
    )
    expect(result).toEqual({
      ok: false,
      why: '"production/x" (1) may not be deleted. The policy protects "Production/**".',
      projectId: 1,
    })
  })

  it('G1 does nothing when the live list cannot be read', async () => {
    const result = await ask({ type: 'project.delete', project: 1 }, inventory([project(1, 'x')], { running: UNKNOWN }))
    expect(result.ok).toBe(false)
  })

  it('says when there is no such project', async () => {
    expect(await ask({ type: 'project.delete', project: 7 }, inventory([]))).toEqual({
      ok: false,
      why: 'No project has the id 7.',
      projectId: 7,
    })
  })

  it('counts today\u2019s attempts', async () => {
    const result = await ask(
      { type: 'project.delete', project: 1 },
      inventory([project(1, 'x')]),
      NOTHING,
      policy('[limits]\nper_day = 5'),
      {
        total: 5,
        byRule: {},
      },
    )
    expect(result).toMatchObject({
      ok: true,
      plan: { acting: [], breaches: [{ cap: 'per_day', wanted: 6, allowed: 5 }] },
    })
  })
})

describe('project.update', () => {
  const update = (fields: object): Command => ({ type: 'project.update', project: 1, ...fields })
  const one = (fields: Partial<Project> = {}, more: Partial<Inventory> = {}) =>
    inventory([project(1, 'a/x', fields), project(2, 'a/y')], more)

  it('changes name, description and parameters in one item', async () => {
    const command = update({ name: 'a/z', description: 'new', parameters: { fast: '10' } })
    expect(await ask(command, one())).toMatchObject({
      ok: true,
      kind: 'update',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      item: {
        projectId: 1,
        name: 'a/x',
        created: NOW - 300 * DAY,
        change: { name: 'a/z', description: 'new', parameters: [{ key: 'fast', value: '10' }] },
      },
    })
  })

  it.each<readonly [string, Partial<Project>, Partial<Inventory>]>([
    ['held', { description: '[keep]' }, {}],
    ['encrypted', { encrypted: true }, {}],
    ['running', {}, { running: [1] }],
    ['with an unreadable live list', {}, { running: UNKNOWN }],
    ['linked as a library', {}, { projects: [project(1, 'a/x'), project(2, 'a/y', { libraries: [1] })] }],
  ])(
    'description and parameters may be changed on a project that is %s, its name may not',
    async (_what, fields, more) => {
      expect(await ask(update({ description: 'new', parameters: {} }), one(fields, more))).toMatchObject({ ok: true })
      expect(await ask(update({ name: 'a/z' }), one(fields, more))).toMatchObject({ ok: false, projectId: 1 })
    },
  )

  it.each<readonly [string, Partial<Project>]>([
    ['of somebody else', { owned: false }],
    ['of another organisation', { organizationId: 'another' }],
    ['in the bin', { name: 'Recycle Bin/x', path: 'Recycle Bin/x' }],
    ['in Library', { name: 'Library/x', path: 'Library/x' }],
    ['in Boot Camp', { name: 'Boot Camp/x', path: 'Boot Camp/x' }],
    ['whose owner is unknown', { owned: UNKNOWN }],
    ['whose organisation is unknown', { organizationId: UNKNOWN }],
  ])('nothing of a project %s is changed', async (_what, fields) => {
    expect(await ask(update({ description: 'new' }), one(fields))).toMatchObject({ ok: false, projectId: 1 })
  })

  it.each([
    ['a/y', 'another project has it'],
    ['A/Y', 'another project has it'],
    ['a/b: c', '"b: c" contains ":"; QuantConnect takes letters, digits, blanks, "-" and "_"'],
    ['Library/x', "nothing is written into QuantConnect's own library folder"],
    ['../x', '".." may not be part of a name'],
    ['', 'a part of the name is empty'],
  ])('refuses the name %j', async (name, why) => {
    expect(await ask(update({ name }), one())).toEqual({
      ok: false,
      why: `"${name}" may not be its name: ${why}.`,
      projectId: 1,
    })
  })

  it('refuses to change nothing', async () => {
    expect(await ask(update({}), one())).toMatchObject({ ok: false })
    expect(await ask(update({ name: 'a/x' }), one())).toMatchObject({ ok: false })
  })
})
