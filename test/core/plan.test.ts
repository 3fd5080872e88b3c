import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Project } from '../../src/core/evidence/project.ts'
import { decide } from '../../src/core/judge/decide.ts'
import { percentOf } from '../../src/core/plan/caps.ts'
import { capText, hashItems, makePlan, type PlanItem } from '../../src/core/plan/plan.ts'
import { stillDue } from '../../src/core/plan/still.ts'
import type { Policy } from '../../src/core/policy/policy.ts'
import { DAY, inventory, longMarked, NOW, planOf, policy, project, rule, verdictOf } from './support.ts'

const OLD = rule('old', 'when = { name = "old*" }\nthen = "delete"')
const ATTIC = rule('attic', 'when = { name = "attic*" }\nthen = "archive"\nlimit = { per_run = 1 }')
const STAMP = rule('stamp', 'when = { name = "stamp*" }\nthen = "describe"\nto = "x"')

function projects(name: string, count: number, from = 1): readonly Project[] {
  return Array.from({ length: count }, (_, i) => project(from + i, `${name}${i}`))
}

function limits(text: string): string {
  return `[limits]\nper_run = 1000\nper_day = 1000\npercent = 100\nstamps_per_run = 1000\n`.replace(
    new RegExp(`^${text.split(' ')[0]} .*$`, 'm'),
    text,
  )
}

async function acting(rules: Policy, seen: readonly Project[], today = { total: 0, byRule: {} }) {
  const plan = await planOf(rules, inventory(seen), longMarked(rules, seen), NOW, today)
  return {
    items: plan.items.length,
    acting: plan.acting,
    caps: plan.breaches.map(({ cap, scope }) => `${scope} ${cap}`),
  }
}

describe('G5 caps stop, they do not truncate', () => {
  it('at a cap everything acts, over it nothing of the run does', async () => {
    const rules = await policy(OLD, STAMP, limits('per_run = 3'))
    expect(await acting(rules, projects('old', 3))).toEqual({ items: 3, acting: [1, 2, 3], caps: [] })
    const over = await acting(rules, [...projects('old', 4), ...projects('stamp', 2, 10)])
    expect(over).toEqual({ items: 6, acting: [], caps: ['run per_run'] })
  })

  it('per_day counts what was already tried today', async () => {
    const rules = await policy(OLD, limits('per_day = 5'))
    expect((await acting(rules, projects('old', 2), { total: 3, byRule: {} })).acting).toEqual([1, 2])
    expect(await acting(rules, projects('old', 2), { total: 4, byRule: {} })).toEqual({
      items: 2,
      acting: [],
      caps: ['run per_day'],
    })
  })

  it('0 means none', async () => {
    for (const text of ['per_run = 0', 'per_day = 0', 'percent = 0']) {
      expect((await acting(await policy(OLD, limits(text)), projects('old', 1))).acting).toEqual([])
    }
    expect((await acting(await policy(STAMP, limits('stamps_per_run = 0')), projects('stamp', 1))).acting).toEqual([])
  })

  it('percent is of this organisation\u2019s projects outside the bin, rounded down, at least 1 unless it is 0', async () => {
    expect([
      percentOf(5, 100),
      percentOf(5, 119),
      percentOf(5, 3),
      percentOf(5, 0),
      percentOf(0, 100),
      percentOf(2.5, 100),
    ]).toEqual([5, 5, 1, 1, 0, 2])
    const rules = await policy(OLD, limits('percent = 50'))
    const foreign = [
      project(10, 'x', { organizationId: 'another' }),
      project(11, 'Recycle Bin/x'),
      project(12, 'Recycle Bin/y'),
    ]
    expect((await acting(rules, [...projects('old', 2), project(9, 'z'), ...foreign])).caps).toEqual(['run percent'])
    expect((await acting(rules, [...projects('old', 2), project(8, 'y'), project(9, 'z'), ...foreign])).caps).toEqual(
      [],
    )
    expect((await acting(rules, [...projects('old', 1), ...foreign])).caps).toEqual([])
  })

  it('stamps have a cap of their own, which descriptions and renames share', async () => {
    const rename = rule(
      'name',
      'when = { name = "rename*" }\nunless = { name = "* x" }\nthen = "rename"\nto = "{name} x"',
    )
    const rules = await policy(STAMP, rename, OLD, limits('stamps_per_run = 3'))
    const seen = [...projects('stamp', 2), ...projects('rename', 2, 10)]
    expect(await acting(rules, seen)).toEqual({ items: 4, acting: [], caps: ['run stamps_per_run'] })
    expect((await acting(rules, [...seen.slice(1), ...projects('old', 9, 20)])).caps).toEqual([])
  })

  it('over a rule\u2019s own limit nothing of that rule acts, and the others go on', async () => {
    const rules = await policy(OLD, ATTIC)
    const seen = [...projects('old', 2), ...projects('attic', 2, 10)]
    expect(await acting(rules, seen)).toEqual({ items: 4, acting: [1, 2], caps: ['rule per_run'] })
    expect((await acting(rules, seen.slice(0, 3))).acting).toEqual([1, 2, 10])
  })

  it('what a rule\u2019s own limit stops does not count against the run', async () => {
    const rules = await policy(OLD, ATTIC, limits('per_run = 3'))
    expect((await acting(rules, [...projects('old', 3), ...projects('attic', 3, 10)])).acting).toEqual([1, 2, 3])
  })

  it('a rule\u2019s per_day counts the rule\u2019s own attempts', async () => {
    const rules = await policy(
      OLD,
      rule('attic', 'when = { name = "attic*" }\nthen = "archive"\nlimit = { per_day = 2 }'),
    )
    const seen = [...projects('old', 1), ...projects('attic', 1, 10)]
    expect((await acting(rules, seen, { total: 9, byRule: { old: 8, attic: 1 } })).acting).toEqual([1, 10])
    expect((await acting(rules, seen, { total: 9, byRule: { old: 7, attic: 2 } })).acting).toEqual([1])
  })

  it('reads as a sentence', () => {
    expect(capText({ cap: 'per_run', scope: 'run', rule: null, wanted: 40, allowed: 25 })).toBe(
      '40 projects to archive, move or delete, but at most 25 may be ([limits] per_run). Nothing of this run acts.',
    )
    expect(capText({ cap: 'per_day', scope: 'rule', rule: 'x', wanted: 4, allowed: 0 })).toBe(
      '4 projects to archive, move or delete today, but none is allowed (limit.per_day of rule "x"). Nothing of this rule acts; other rules go on.',
    )
  })
})

describe('a plan', () => {
  it('is sorted by id and carries names as the API wrote them', async () => {
    const seen = inventory([project(9, '/old//a/'), project(2, 'old b')])
    const { items } = await planOf(await policy(rule('all', 'when = { path = "**" }\nthen = "delete"')), seen)
    expect(items.map(({ projectId, name }) => [projectId, name])).toEqual([
      [2, 'old b'],
      [9, '/old//a/'],
    ])
  })

  it('has the raw modified, not the effective one', async () => {
    const of = project(1, 'old', { modified: NOW - DAY })
    const rules = await policy(rule('idle', 'when = { idle = ">90d" }\nthen = "delete"'))
    const own = { projectId: 1, created: of.created as number, seen: NOW - DAY, effective: NOW - 200 * DAY }
    const { items } = await planOf(rules, inventory([of]), { ...longMarked(rules, [of]), ownWrites: [own] })
    expect(items[0]?.modified).toBe(NOW - DAY)
  })

  it('gives sentences with what was asked and what was read', async () => {
    const rules = await policy(rule('idle', 'when = { idle = ">90d", path = "**" }\nthen = "delete"'))
    const { items } = await planOf(rules, inventory([project(1, 'a/b')]), longMarked(rules, [project(1, 'a/b')], 20))
    expect(items[0]?.reasons).toEqual([
      'Rule "idle" selects it: path "a/b" (**), idle 200 days (>90d).',
      'Marked since 2026-11-04 12:00 UTC; the grace of 14 days is over.',
    ])
  })

  it('is limited to the rules that were asked for', async () => {
    const rules = await policy(OLD, STAMP)
    const seen = inventory([...projects('old', 1), ...projects('stamp', 1, 10)])
    const memory = longMarked(rules, seen.projects)
    const decision = decide(rules, seen, memory, NOW)
    const plan = await makePlan(rules, seen, decision, memory, {
      today: { total: 0, byRule: {} },
      now: NOW,
      only: ['stamp'],
    })
    expect(plan.items.map(({ rule }) => rule)).toEqual(['stamp'])
  })
})

describe('hashItems', () => {
  const item = { action: 'delete', projectId: 2, created: 3, modified: 4, name: 'x', to: null } as const

  it('is the SHA-256 of the policy and of what will be done, by id', async () => {
    const text = '["policy",[["archive",1,3,4,"y","Archive/y"],["delete",2,3,4,"x",null]]]'
    const other = { ...item, action: 'archive', projectId: 1, name: 'y', to: 'Archive/y' } as const
    const expected = createHash('sha256').update(text).digest('hex')
    expect(await hashItems('policy', [item, other])).toBe(expected)
    expect(await hashItems('policy', [other, item])).toBe(expected)
  })

  it('changes with whatever will be done, and with nothing else', async () => {
    const base = await hashItems('p', [item])
    const edits: readonly Partial<PlanItem>[] = [
      { action: 'archive' },
      { projectId: 3 },
      { created: 5 },
      { modified: 5 },
      { name: 'z' },
      { to: 'q' },
    ]
    for (const edit of edits) expect(await hashItems('p', [{ ...item, ...edit }])).not.toBe(base)
    expect(await hashItems('q', [item])).not.toBe(base)
    const wordier: PlanItem = {
      ...item,
      rule: 'r',
      unit: 'project',
      directory: null,
      change: null,
      since: 9,
      approve: 'two',
      notice: 5,
      reasons: ['other words'],
    }
    expect(await hashItems('p', [wordier])).toBe(base)
  })
})

describe('approve and notice', () => {
  it('are carried in the plan as the rule asks', async () => {
    const rules = await policy(rule('old', 'when = { idle = ">90d" }\nthen = "archive"'))
    const { items } = await planOf(rules, inventory([project(1, 'x')]))
    expect(items).toMatchObject([{ rule: 'old', approve: rules.rules[0]?.approve, notice: rules.rules[0]?.notice }])
  })
})

describe('stillDue', () => {
  const ARCHIVE = rule('old', 'when = { idle = ">90d" }\nthen = "archive"')
  const of = project(1, 'x')

  async function recheck(seen: Project, others: readonly Project[] = [], text = ARCHIVE) {
    const rules = await policy(ARCHIVE)
    const [item] = (await planOf(rules, inventory([of]))).items
    if (item === undefined) throw new Error('nothing planned')
    const now = await policy(text)
    const fresh = inventory([seen, ...others])
    return stillDue(item, decide(now, fresh, longMarked(now, [of, ...others]), NOW), fresh)
  }

  it('G8 the same item, due with the same action, stands', async () => {
    expect(await recheck(of)).toEqual({ still: true })
  })

  it.each<readonly [string, Partial<Project>, string]>([
    ['is held now', { description: '[keep]' }, 'It is not due any more. Its description holds it for ever.'],
    ['is another project', { created: NOW - 299 * DAY }, 'Another project has its id now.'],
    ['was renamed', { name: 'y', path: 'y' }, 'It is called "y" now.'],
    ['was modified', { modified: NOW - 100 * DAY }, 'It has been modified since.'],
  ])('G8 an item that %s does not', async (_what, fields, why) => {
    expect(await recheck({ ...of, ...fields })).toEqual({ still: false, why })
  })

  it('G8 nor one that is gone, or that another rule wants', async () => {
    expect(await recheck(project(2, 'y'))).toEqual({ still: false, why: 'It is not in the list any more.' })
    const milder = rule('stamp', 'when = { idle = ">90d" }\nthen = "describe"\nto = "x"')
    expect(await recheck(of, [], milder)).toEqual({ still: false, why: 'Rule "stamp" would describe it now.' })
  })

  it('G8 nor one whose new name somebody has taken', async () => {
    const taken = project(2, 'Archive/2026-11/x')
    expect(await recheck(of, [taken])).toEqual({ still: false, why: '"Archive/2026-11/x" is taken now.' })
  })

  it('a number behind the name stands as long as that name is free', async () => {
    const rules = await policy(rule('old', 'when = { path = "a/*" }\nthen = "move"\nto = "Old/{name}"'))
    const seen = inventory([project(1, 'a/x'), project(2, 'Old/x')])
    const memory = longMarked(rules, seen.projects)
    const [item] = (await planOf(rules, seen, memory)).items
    expect(item?.to).toBe('Old/x 2')
    if (item === undefined) return
    expect(stillDue(item, decide(rules, seen, memory, NOW), seen)).toEqual({ still: true })
    const gone = inventory([project(1, 'a/x')])
    expect(stillDue(item, decide(rules, gone, memory, NOW), gone)).toEqual({ still: true })
    const crowded = inventory([...seen.projects, project(3, 'Old/x 2')])
    expect(stillDue(item, decide(rules, crowded, memory, NOW), crowded)).toEqual({
      still: false,
      why: '"Old/x 2" is taken now.',
    })
  })

  it('G8 a description that somebody edited is not overwritten', async () => {
    const rules = await policy(rule('s', 'when = { path = "**" }\nthen = "describe"\nto = "x"'))
    const memory = longMarked(rules, [of])
    const [item] = (await planOf(rules, inventory([of]), memory)).items
    const edited = inventory([{ ...of, description: 'new words' }])
    expect(item && stillDue(item, decide(rules, edited, memory, NOW), edited)).toMatchObject({ still: false })
  })

  it('agrees with the decision it is given', async () => {
    const rules = await policy(ARCHIVE)
    expect(verdictOf(decide(rules, inventory([of]), longMarked(rules, [of]), NOW), 1).state).toBe('due')
  })
})
