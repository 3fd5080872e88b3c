/** Random policies, workspaces, memories and clocks: small enough to collide, odd enough to find what nobody thought of. */

import fc from 'fast-check'
import type { Memory } from '../../src/core/evidence/memory.ts'
import type { Evidence, Inventory, PaidEvidence, Project } from '../../src/core/evidence/project.ts'
import type { Policy } from '../../src/core/policy/policy.ts'
import { readPolicy } from '../../src/core/policy/policy.ts'
import { DAY, HOUR, inventory, NOW, ORGANISATION, project } from './support.ts'

/** A table of TOML as a plain object; order of keys is order in the file. */
export interface Table {
  readonly [key: string]: unknown
}

const DIRECTORIES = [
  '',
  'Research',
  'Research/old',
  'Research/old',
  'Research/old/deep',
  'Sweeps/a',
  'Sweeps/a',
  'Sweeps/b',
  'Archive/2020-01',
]
const SPECIAL = ['Production', 'Library', 'Recycle Bin']
const NAMES = ['x', 'y', 'test 1', 'Clone of: y', 'old']

/** Which projects the ledger holds. */
const HELD: readonly (readonly number[])[] = [[], [], [], [2]]

function evidence<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Evidence<T>> {
  return fc.oneof(
    { weight: 60, arbitrary: value },
    { weight: 1, arbitrary: fc.constant({ unknown: 'the answer was cut short' }) },
  )
}

/** Mostly long ago, sometimes in the last two days, seldom in the future. */
const daysAgo = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 0, max: 400 }).map((days) => days * DAY) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 50 }).map((hours) => hours * HOUR) },
  { weight: 1, arbitrary: fc.constant(-HOUR) },
)

export function arbitraryProject(id: number): fc.Arbitrary<Project> {
  return fc
    .record({
      directory: fc.oneof(
        { weight: 20, arbitrary: fc.constantFrom(...DIRECTORIES) },
        { weight: 1, arbitrary: fc.constantFrom(...SPECIAL) },
      ),
      name: fc.constantFrom(...NAMES),
      created: daysAgo,
      modified: daysAgo,
      dates: evidence(fc.constant(true)),
      organizationId: evidence(
        fc.oneof(
          { weight: 60, arbitrary: fc.constant(ORGANISATION) },
          { weight: 1, arbitrary: fc.constant('another') },
        ),
      ),
      owned: evidence(fc.integer({ min: 0, max: 60 }).map((n) => n > 0)),
      ownerId: evidence(fc.constantFrom(123, 124)),
      ownerName: fc.constantFrom('Mia', 'Ben', ''),
      language: fc.constantFrom('Py', 'C#'),
      description: fc.oneof(
        {
          weight: 12,
          arbitrary: fc.constantFrom('', '', 'mine', 'mine\nleansweep: old', 'a [v2]', '[keep until 2026-11-20]'),
        },
        { weight: 1, arbitrary: fc.constantFrom('[keep]', '[keep until 2027-01-31]', '[keep it]') },
      ),
      libraries: evidence(
        fc.oneof(
          { weight: 40, arbitrary: fc.constant<number[]>([]) },
          { weight: 1, arbitrary: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 2 }) },
        ),
      ),
      collaborators: fc.integer({ min: 1, max: 2 }),
      encrypted: evidence(fc.integer({ min: 0, max: 60 }).map((n) => n === 0)),
      codeRunning: evidence(fc.integer({ min: 0, max: 60 }).map((n) => n === 0)),
      lastLive: evidence(
        fc.oneof(
          fc.constant(null),
          daysAgo.map((ago) => NOW - ago),
        ),
      ),
    })
    .map(({ directory, name, created, modified, dates, ...fields }) => {
      const born = NOW - created
      return project(id, directory === '' ? name : `${directory}/${name}`, {
        ...fields,
        created: born,
        modified: dates === true ? NOW - Math.min(modified, created) : dates,
      })
    })
}

/** One of a few neighbours whom nothing protects: what rules about directories and others are at odds over. */
export function arbitraryNeighbour(id: number): fc.Arbitrary<Project> {
  return fc
    .record({
      of: arbitraryProject(id),
      directory: fc.constantFrom('Research/old', 'Research/old', 'Research/old/deep', 'Research/new'),
      age: fc.integer({ min: 1, max: 400 }),
      idle: fc.integer({ min: 0, max: 400 }),
    })
    .map(({ of, directory, age, idle }) => {
      const path = `${directory}/${id}`
      const created = NOW - age * DAY
      const modified = NOW - Math.min(age, idle) * DAY
      return { ...project(id, path), ...harmless(of), created, modified }
    })
}

/** What of a project may differ without protecting it. */
function harmless({ ownerName, language, description, collaborators, lastLive }: Project): Partial<Project> {
  const isHeld = description.includes('[keep')
  return { ownerName, language, description: isHeld ? '' : description, collaborators, lastLive }
}

const paid: fc.Arbitrary<PaidEvidence> = fc.record({
  backtests: evidence(
    fc.oneof(
      fc.constant({ count: 0, last: null }),
      daysAgo.map((ago) => ({ count: 2, last: NOW - ago })),
    ),
  ),
  files: evidence(fc.record({ count: fc.integer({ min: 0, max: 3 }), bytes: fc.integer({ min: 0, max: 9_000 }) })),
})

export const arbitraryNeighbours: fc.Arbitrary<Inventory> = fc
  .tuple(...[1, 2, 3, 4].map((id) => fc.record({ of: arbitraryNeighbour(id), read: paid })))
  .map((all) => {
    return inventory(
      all.map(({ of }) => of),
      { paid: Object.fromEntries(all.map(({ of, read }) => [of.id, read])) },
    )
  })

export const arbitraryInventory: fc.Arbitrary<Inventory> = fc
  .integer({ min: 0, max: 10 })
  .chain((size) =>
    fc.record({
      projects: fc.tuple(...Array.from({ length: size }, (_, i) => arbitraryProject(i + 1))),
      running: fc.oneof(
        { weight: 12, arbitrary: fc.subarray([1, 2, 3], { maxLength: 1 }) },
        { weight: 1, arbitrary: fc.constant({ unknown: 'the live list failed' }) },
      ),
      paid: fc.array(paid, { minLength: size, maxLength: size }),
    }),
  )
  .map(({ projects, running, paid: read }) => {
    return inventory(projects, { running, paid: Object.fromEntries(read.map((facts, i) => [i + 1, facts])) })
  })

const predicates: readonly (readonly [key: string, values: readonly unknown[]])[] = [
  ['path', ['**', '**', 'Research/**', 'Research/*', 'Sweeps/**']],
  ['path', ['**', 'Archive/**', '*']],
  ['name', ['x', 'test*', ['x', 'y'], 'old']],
  ['idle', ['>30d', '>=9d', '<100d', '<=300d']],
  ['idle', ['>9d']],
  ['age', ['>9d']],
  ['age', ['>21d', '<100d']],
  ['owner', ['me', 'me', 123, 'Mia']],
  ['language', [['Py', 'C#'], 'Py']],
  ['collaborators', ['<=1', '>1']],
  ['libraries', ['=0']],
  ['description', ['empty', '?*']],
  ['stamped', [false, true]],
  ['live', ['never', '>180d']],
  ['used-as-library', [false]],
  ['backtests', ['=0']],
  ['last-backtest', ['>90d', 'never', '<30d']],
  ['files', ['<=2']],
]

const predicate: fc.Arbitrary<Table> = fc
  .constantFrom(...predicates)
  .chain(([key, values]) => fc.constantFrom(...values).map((value) => ({ [key]: value })))

const flat: fc.Arbitrary<Table> = fc
  .array(predicate, { minLength: 1, maxLength: 2 })
  .map((parts) => Object.assign({}, ...parts))

/** A table of conditions, sometimes nested. */
export const arbitraryTable: fc.Arbitrary<Table> = fc.oneof(
  { weight: 5, arbitrary: flat },
  {
    weight: 1,
    arbitrary: fc.tuple(flat, fc.array(flat, { minLength: 1, maxLength: 2 })).map(([base, any]) => ({ ...base, any })),
  },
  { weight: 1, arbitrary: fc.tuple(flat, flat).map(([base, not]) => ({ ...base, not })) },
)

/** What a rule may do, with its template. */
const actions: readonly (readonly [action: string, to: string | null])[] = [
  ['report', null],
  ['describe', 'idle {idle-days}'],
  ['rename', '{rule} z'],
  ['move', 'Old/{path}'],
  ['archive', null],
  ['delete', null],
  ['delete', null],
]

/** Absent three times of four. */
function seldom<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value })
}

/** A rule without its id: nothing that it may not be made of, and mostly one that acts. */
export const arbitraryRule: fc.Arbitrary<Table> = fc
  .record({
    unit: fc.constantFrom('project', 'directory'),
    when: arbitraryTable,
    unless: seldom(arbitraryTable),
    keep: seldom(
      fc.record({
        newest: fc.integer({ min: 1, max: 2 }),
        per: fc.constantFrom('directory', 'owner', 'rule'),
        by: fc.constantFrom('activity', 'created', 'last-backtest'),
      }),
    ),
    action: fc.constantFrom(...actions),
    after: fc.constantFrom('24h', '24h', '14d', '6w'),
    notice: fc.constantFrom('0h', '0h', '24h', '10d'),
    approve: fc.integer({ min: 0, max: 12 }).map((n) => (n === 0 ? 'always' : 'never')),
    enforce: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  })
  .map(({ unit, when, unless, keep, action: [action, to], ...rest }) => ({
    ...rest,
    ...Object.fromEntries([['then', action], ...(to === null ? [] : [['to', to]])]),
    unit,
    when: unit === 'directory' ? { ...when, path: 'Research/**' } : when,
    ...(unless === null ? {} : { unless }),
    ...(keep === null ? {} : { keep }),
    why: 'w',
  }))

export const arbitraryRules: fc.Arbitrary<readonly Table[]> = fc
  .array(arbitraryRule, { minLength: 1, maxLength: 3 })
  .map((rules) => rules.map((rule, i) => ({ id: `r${i}`, ...rule })))

/** The file of some rules. Caps are wide: what they stop is another matter. */
export function policyText(rules: readonly Table[], head = ''): string {
  const limits = '[limits]\nper_run = 1000\nper_day = 1000\npercent = 100\nstamps_per_run = 1000\n'
  const tables = rules.map(
    (rule) =>
      `[[rule]]\n${Object.entries(rule)
        .map(([key, value]) => `${key} = ${toml(value)}`)
        .join('\n')}\n`,
  )
  return `${head}${limits}[notify]\nchannels = ["slack"]\n${tables.join('')}`
}

/** The policy, or null when it is refused: some random pairs of rules would undo each other. */
export async function policyFrom(rules: readonly Table[], head = ''): Promise<Policy | null> {
  const result = await readPolicy(policyText(rules, head))
  return result.ok ? result.policy : null
}

/** Marks made at random times, by rules of this policy and of an earlier one, what people were told of them, and writes of ours. */
export function arbitraryMemory(policy: Policy, seen: Inventory): fc.Arbitrary<Memory> {
  const pairs = seen.projects.flatMap((of) => policy.rules.map((rule) => ({ of, rule })))
  const ages = fc.array(fc.constantFrom(null, -2, 1, 20, 60, 100, 100), {
    minLength: pairs.length,
    maxLength: pairs.length,
  })
  const told = fc.array(fc.constantFrom(null, -1, 0.5, 5, 40, 60, 90), {
    minLength: pairs.length,
    maxLength: pairs.length,
  })
  const { length } = seen.projects
  return fc
    .record({
      ages,
      told,
      stale: fc.boolean(),
      held: fc.constantFrom(...HELD),
      written: fc.array(fc.constantFrom(null, null, null, 20, 200), { minLength: length, maxLength: length }),
      moved: fc.array(fc.constantFrom(null, null, 3, 29, 30, 31), { minLength: length, maxLength: length }),
      barred: fc.array(fc.constantFrom(null, null, null, -1, 1), { minLength: length, maxLength: length }),
    })
    .map(({ ages: of, told: days, stale, held, written, moved, barred }) => ({
      marks: pairs.flatMap(({ of: { id, created }, rule }, i) => {
        const days = of[i] ?? null
        if (days === null || typeof created !== 'number') return []
        return [
          {
            projectId: id,
            created,
            rule: rule.id,
            ruleHash: stale && i % 7 === 0 ? 'an earlier rule' : rule.hash,
            since: NOW - days * DAY,
          },
        ]
      }),
      holds: seen.projects.flatMap(({ id, created }) => {
        return held.includes(id) && typeof created === 'number'
          ? [{ projectId: id, created, until: null, by: 'Ann' }]
          : []
      }),
      ownWrites: seen.projects.flatMap(({ id, created, modified }, i) => {
        const before = written[i] ?? null
        if (before === null || typeof created !== 'number' || typeof modified !== 'number') return []
        return [{ projectId: id, created, seen: modified, effective: modified - before * DAY }]
      }),
      notices: pairs.flatMap(({ of: { id, created }, rule }, i) => {
        const ago = days[i] ?? null
        if (ago === null || typeof created !== 'number') return []
        return [{ projectId: id, created, ruleHash: rule.hash, at: NOW - ago * DAY }]
      }),
      moves: seen.projects.flatMap(({ id }, i) => {
        const ago = moved[i] ?? null
        return ago === null ? [] : [{ projectId: id, rule: 'some-rule', at: NOW - ago * DAY }]
      }),
      noBackups: seen.projects.flatMap(({ id, created, modified }, i) => {
        const left = barred[i] ?? null
        if (left === null || typeof created !== 'number' || typeof modified !== 'number') return []
        return [{ projectId: id, created, modified, why: 'It is too large.', until: NOW + left * DAY }]
      }),
    }))
}

function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key} = ${toml(item)}`)
    .join(', ')} }`
}
