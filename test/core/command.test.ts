import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/core/command/command.ts'
import { commandItems } from '../../src/core/command/command-plan.ts'
import { type Deed, type Ledger, undoRun } from '../../src/core/command/command-restore.ts'
import type { Inventory, Project } from '../../src/core/evidence/project.ts'
import { sealPlan } from '../../src/core/plan/plan.ts'
import { aged, DAY, inventory, NOTHING, NOW, policy, project } from './support.ts'

const UNKNOWN = { unknown: 'the answer was cut short' }
const TODAY = { total: 0, byRule: {} }
const NONE = policy('')

const NO_LEDGER: Ledger = { nameBefore: () => null, backup: () => null, rebuiltAs: () => null }

async function ask(
  command: Command,
  seen: Inventory,
  memory = NOTHING,
  rules = NONE,
  today = TODAY,
  ledger = NO_LEDGER,
) {
  const policy = await rules
  const result = commandItems({ policy, inventory: seen, memory, now: NOW }, ledger, command)
  return result.ok ? { ...result, plan: await sealPlan(policy, seen, result.items, { today }) } : result
}

async function deleted(command: Command, seen: Inventory) {
  const result = await ask(command, seen)
  return result.ok ? result.plan.items.map(({ projectId }) => projectId) : result
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

  it('G23 refuses a directory of more than 500 projects beforehand', async () => {
    const many = Array.from({ length: 501 }, (_, n) => project(n + 1, `Research/old/p${n}`))
    expect(await ask(directory('Research/old'), inventory(many))).toMatchObject({
      ok: false,
      why: '"Research/old" holds 501 projects, and at most 500 go together. Nothing was deleted. Delete the directories in it one by one.',
    })
    expect(await deleted(directory('Research/old'), inventory(many.slice(1)))).toHaveLength(500)
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
    expect(result).toMatchObject({ ok: false, why: `"a/y" (2) may not be deleted. ${why}`, projectId: 2 })
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
      items: [
        {
          projectId: 1,
          name: 'a/x',
          action: 'update',
          created: NOW - 300 * DAY,
          change: { name: 'a/z', description: 'new', parameters: [{ key: 'fast', value: '10' }] },
        },
      ],
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
    ['a/b: c', 'a part of the name contains ":"; QuantConnect takes letters, digits, blanks, "-" and "_"'],
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
  })

  it('has nothing to do when all is as it should be', async () => {
    const result = await ask(update({ name: 'a/x', parameters: {} }), one())
    expect(result).toMatchObject({ ok: true, items: [], notes: ['It already is as it should be.'] })
  })

  it('sets the parameters it names, leaves the others as they are, and null takes one out', async () => {
    const parameters = ['fast', 'slow', 'mid'].map((key) => ({ key, value: '1' }))
    const result = await ask(update({ parameters: { slow: '2', mid: null, new: '3' } }), one({ parameters }))
    const wanted = [
      { key: 'fast', value: '1' },
      { key: 'slow', value: '2' },
      { key: 'new', value: '3' },
    ]
    expect(result).toMatchObject({ items: [{ change: { parameters: wanted } }] })
  })

  it('finds a project by its exact name, and refuses a name that two projects answer to', async () => {
    const command = (project: string): Command => ({ type: 'project.update', project, description: 'new' })
    expect(await ask(command('a/y'), one())).toMatchObject({ ok: true, items: [{ projectId: 2 }] })
    expect(await ask(command('A/y'), one())).toMatchObject({ ok: false, why: 'No project is called "A/y".' })
    const twice = inventory([project(1, 'a/x'), project(2, '/a/x')])
    expect(await ask(command('a/x'), twice)).toMatchObject({
      ok: false,
      why: '2 projects are called "a/x": 1, 2. Say which by its id.',
    })
  })

  it('whoever may not touch holds changes the text around them only', async () => {
    const seen = one({ description: 'Old. [keep until 2027-01-31]' })
    const own = (description: string) => ask(update({ description, keepsHolds: true }), seen)
    expect(await own('New.')).toMatchObject({ items: [{ change: { description: 'New. [keep until 2027-01-31]' } }] })
    expect(await own('New. [keep]')).toMatchObject({ ok: false })
  })
})

describe('the mirror of a hold', () => {
  const one = (description: string) => inventory([project(1, 'a/x', { description })])

  it('is written into the description and taken out of it', async () => {
    const hold: Command = { type: 'project.hold', projectId: 1, until: '2027-01-31' }
    expect(await ask(hold, one('Notes.'))).toMatchObject({
      items: [{ action: 'update', change: { description: 'Notes. [keep until 2027-01-31]' } }],
    })
    expect(await ask({ type: 'project.release', projectId: 1 }, one('Notes. [keep]'))).toMatchObject({
      items: [{ action: 'update', change: { description: 'Notes.' } }],
    })
    expect(await ask(hold, one('[keep until 2027-01-31]'))).toMatchObject({ ok: true, items: [] })
  })
})

describe('project.restore', () => {
  const restore: Command = { type: 'project.restore', projectId: 1 }
  const binned = (name: string, fields: Partial<Project> = {}) => project(1, `Recycle Bin/${name}`, fields)
  const known = (name: string | null): Ledger => ({ nameBefore: () => name, backup: () => null, rebuiltAs: () => null })

  it.each([
    ['its name in the bin', 'a/x', null, 'a/x', []],
    ['the name we deleted it under', 'a/x 2', 'a/x', 'a/x', []],
    ['a free name', 'a/y', null, 'a/y 2', ['It cannot be called "a/y" (that name is taken), so it is called "a/y 2".']],
    [
      'a name the API takes',
      'Clone of: z',
      null,
      'Clone of z',
      [
        'It cannot be called "Clone of: z" ("Clone of: z" contains ":"; QuantConnect takes letters, digits, blanks, "-" and "_"), so it is called "Clone of z".',
      ],
    ],
  ])('brings a project back from the bin by a rename to %s', async (_what, name, before, to, notes) => {
    const seen = inventory([binned(name), project(2, 'a/y')])
    const result = await ask(restore, seen, NOTHING, NONE, TODAY, known(before))
    expect(result).toMatchObject({
      ok: true,
      notes,
      items: [{ projectId: 1, action: 'restore', change: { name: to } }],
    })
  })

  it('weighs on no cap', async () => {
    const rules = policy('[limits]\nper_run = 0\nper_day = 0\npercent = 0\nstamps_per_run = 0')
    expect(await ask(restore, inventory([binned('x')]), NOTHING, rules)).toMatchObject({ plan: { acting: [1] } })
  })

  it.each<readonly [string, Partial<Project>]>([
    ['of somebody else', { owned: false }],
    ['of another organisation', { organizationId: 'another' }],
    ['whose owner is unknown', { owned: UNKNOWN }],
  ])('leaves a project %s in the bin', async (_what, fields) => {
    expect(await ask(restore, inventory([binned('x', fields)]))).toMatchObject({ ok: false })
  })

  it('rebuilds what the bin has let go of from the newest backup, and says what does not come back', async () => {
    const backup = { name: 'a/x', created: 5, modified: 6 }
    const ledger: Ledger = {
      nameBefore: () => 'a/x',
      backup: (id) => (id === 1 ? backup : null),
      rebuiltAs: () => null,
    }
    const result = await ask(restore, inventory([project(2, 'a/x')]), NOTHING, NONE, TODAY, ledger)
    expect(result).toMatchObject({ ok: true, items: [{ action: 'rebuild', projectId: 1, created: 5, to: 'a/x 2' }] })
    expect(result.ok && result.notes[0]).toMatch(/rebuilt from our backup\. It gets a new id; its backtests/)
  })

  it('says so when there is neither', async () => {
    const why = 'No project has the id 1. It is not in the Recycle Bin, and there is no backup of it.'
    expect(await ask(restore, inventory([project(2, 'a/x')]))).toEqual({ ok: false, why, projectId: 1 })
    expect(await ask(restore, inventory([project(1, 'a/x')]))).toMatchObject({ why: 'It is not in the Recycle Bin.' })
  })
})

describe('the undo of a run', () => {
  const deed = async (seen: Inventory, deeds: readonly Deed[], rules = NONE) =>
    undoRun({ policy: await rules, inventory: seen, memory: NOTHING, now: NOW }, NO_LEDGER, deeds)

  async function done(command: Command, was: Project): Promise<Deed> {
    const result = await ask(command, inventory([was]))
    const item = result.ok ? result.items[0] : undefined
    if (item === undefined) throw new Error('The command planned nothing.')
    const { name, description, parameters } = was
    return { item, before: { name, description, parameters } }
  }

  const was = project(1, 'a/x', { description: 'old', parameters: [{ key: 'k', value: '1' }] })
  const update: Command = {
    type: 'project.update',
    project: 1,
    name: 'a/z',
    description: 'new',
    parameters: { k: '2' },
  }
  const now = { name: 'a/z', path: 'a/z', description: 'new', parameters: [{ key: 'k', value: '2' }] }

  it('puts every field that was written back to what it was', async () => {
    const deeds = [await done(update, was)]
    expect(await deed(inventory([project(1, 'a/z', now)]), deeds)).toMatchObject({
      ok: true,
      items: [
        { action: 'restore', change: { name: 'a/x', description: 'old', parameters: [{ key: 'k', value: '1' }] } },
      ],
    })
  })

  it.each<readonly [string, Partial<Project>]>([
    ['name', { name: 'b', path: 'b' }],
    ['description', { description: 'newer' }],
    ['set of parameters', { parameters: [] }],
  ])('leaves a project alone whose %s somebody changed since', async (what, fields) => {
    const result = await deed(inventory([project(1, 'a/z', { ...now, ...fields })]), [await done(update, was)])
    expect(result).toMatchObject({ ok: false, why: expect.stringContaining(`Its ${what} has been changed since`) })
  })

  it('G2 a project that runs live since is not renamed back', async () => {
    const seen = inventory([project(1, 'a/z', now)], { running: [1] })
    expect(await deed(seen, [await done(update, was)])).toMatchObject({ ok: false })
  })

  it('G16 another project under the same id is left alone', async () => {
    const seen = inventory([project(1, 'a/z', { ...now, created: NOW - 5 * DAY })])
    expect(await deed(seen, [await done(update, was)])).toMatchObject({ ok: false })
  })

  it('leaves a rebuilt project, whose old id is no more, and says what to do instead', async () => {
    const backup = { name: 'a/x', created: 5, modified: 6 }
    const ledger: Ledger = { nameBefore: () => null, backup: () => backup, rebuiltAs: () => null }
    const restored = await ask({ type: 'project.restore', projectId: 1 }, inventory([]), NOTHING, NONE, TODAY, ledger)
    const [item] = restored.ok ? restored.items : []
    if (item === undefined) throw new Error('Nothing was to be rebuilt.')
    const result = await deed(inventory([project(2, 'a/x')]), [{ item, before: null }])
    expect(result).toMatchObject({
      ok: false,
      why: 'There is nothing to undo. a/x (1): A rebuilt project is not undone; delete it instead.',
    })
  })

  it('takes back what can be, and says of the rest why not', async () => {
    const deletion = await done({ type: 'project.delete', project: 2 }, project(2, 'b'))
    const result = await deed(inventory([project(2, 'Recycle Bin/b')]), [deletion, await done(update, was)])
    expect(result).toMatchObject({
      ok: true,
      items: [{ projectId: 2, action: 'restore', change: { name: 'b' } }],
      notes: ['a/x (1): It is not there any more.'],
    })
  })
})
