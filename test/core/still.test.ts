/** What was planned before stands or falls on what is known now; a waiting plan only shrinks. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Memory } from '../../src/core/evidence/memory.ts'
import type { Inventory } from '../../src/core/evidence/project.ts'
import { decide } from '../../src/core/judge/decide.ts'
import type { PlanItem } from '../../src/core/plan/item.ts'
import { makePlan } from '../../src/core/plan/plan.ts'
import { stillDue, stillWaits } from '../../src/core/plan/still.ts'
import type { Policy } from '../../src/core/policy/policy.ts'
import { arbitraryInventory, arbitraryProject, arbitraryRules, policyFrom } from './arbitrary.ts'
import { DAY, HOUR, inventory, longMarked, NOW, policy, project, rule } from './support.ts'

const RUNS = { numRuns: Number(process.env.SOAK_PROPERTIES ?? 400) }
const TODAY = { total: 0, byRule: {} }

interface World {
  readonly by: Policy
  readonly seen: Inventory
  readonly memory: Memory
  readonly items: readonly PlanItem[]
}

/** What happens between a plan and a later look at it. */
type Change = (seen: Inventory, memory: Memory, id: number) => readonly [Inventory, Memory]

const CHANGES: readonly Change[] = [
  (seen, memory) => [seen, memory],
  (seen, memory, id) => [edited(seen, id, { modified: NOW }), memory],
  (seen, memory, id) => [edited(seen, id, { name: 'Elsewhere/x', path: 'Elsewhere/x' }), memory],
  (seen, memory, id) => [edited(seen, id, { created: NOW - 399 * DAY }), memory],
  // Another project under the same id, marked and told of as long ago.
  (seen, memory, id) => [edited(seen, id, { created: NOW - 399 * DAY }), rekeyed(memory, id, NOW - 399 * DAY)],
  (seen, memory, id) => [edited(seen, id, { description: '[keep]' }), memory],
  (seen, memory, id) => [edited(seen, id, { codeRunning: true }), memory],
  (seen, memory, id) => [{ ...seen, projects: seen.projects.filter((one) => one.id !== id) }, memory],
  (seen, memory, id) => [seen, { ...memory, marks: memory.marks.filter(({ projectId }) => projectId !== id) }],
  (seen, memory, id) => [seen, { ...memory, notices: memory.notices.filter(({ projectId }) => projectId !== id) }],
  (seen, memory, id) => [
    seen,
    { ...memory, holds: [{ projectId: id, created: createdOf(seen, id), until: null, by: 'Ann' }] },
  ],
  (seen, memory) => [{ ...seen, running: { unknown: 'failed' } }, memory],
]

function edited(seen: Inventory, id: number, change: object): Inventory {
  return { ...seen, projects: seen.projects.map((one) => (one.id === id ? { ...one, ...change } : one)) }
}

function rekeyed(memory: Memory, id: number, created: number): Memory {
  const renewed = <Row extends { readonly projectId: number }>(row: Row): Row => {
    return row.projectId === id ? { ...row, created } : row
  }
  return { ...memory, marks: memory.marks.map(renewed), notices: memory.notices.map(renewed) }
}

function createdOf(seen: Inventory, id: number): number {
  const created = seen.projects.find((one) => one.id === id)?.created
  return typeof created === 'number' ? created : 0
}

function forPlans<Extra>(extra: fc.Arbitrary<Extra>, check: (world: World, extra: Extra) => Promise<void> | void) {
  const property = fc.asyncProperty(arbitraryRules, arbitraryInventory, extra, async (rules, seen, more) => {
    const by = await policyFrom(rules)
    fc.pre(by !== null)
    if (by === null) return
    const memory = longMarked(by, seen.projects)
    const { items } = await makePlan(by, seen, decide(by, seen, memory, NOW), memory, { today: TODAY, now: NOW })
    fc.pre(items.length > 0)
    await check({ by, seen, memory, items }, more)
  })
  return fc.assert(property, RUNS)
}

const changes = fc.record({
  change: fc.constantFrom(...CHANGES),
  of: fc.integer({ min: 1, max: 10 }),
  hours: fc.integer({ min: 0, max: 24 * 60 }),
  newcomer: fc.option(arbitraryProject(11)),
})

/** The same world later. */
function later(
  { seen, memory }: World,
  { change, of, hours, newcomer }: typeof changes extends fc.Arbitrary<infer T> ? T : never,
) {
  const [changed, known] = change(seen, memory, of)
  const projects = newcomer === null ? changed.projects : [...changed.projects, newcomer]
  return { seen: { ...changed, projects }, memory: known, now: NOW + hours * HOUR }
}

describe('for every policy and workspace', () => {
  it('everything of a plan stands, and waits on, while nothing changes', () =>
    forPlans(fc.constant(null), ({ by, seen, memory, items }) => {
      const decision = decide(by, { ...seen }, memory, NOW)
      for (const item of items) {
        expect(stillDue(item, decision, seen)).toEqual({ still: true })
        expect(stillWaits(item, decision, seen)).toEqual({ still: true })
      }
    }))

  it('G7 a waiting plan only shrinks: what waits on is what was shown, due or held back by the window alone', () =>
    forPlans(changes, (world, extra) => {
      const { seen, memory, now } = later(world, extra)
      const decision = decide(world.by, seen, memory, now)
      for (const item of world.items) {
        if (!stillWaits(item, decision, seen).still) continue
        const place = seen.projects.findIndex(({ id }) => id === item.projectId)
        const { created, modified, name } = seen.projects[place] ?? {}
        expect({ created, modified, name }).toEqual({ created: item.created, modified: item.modified, name: item.name })
        const verdict = decision.verdicts[place]
        expect(verdict).toMatchObject({ action: item.action, rule: item.rule })
        expect(verdict?.state === 'due' || verdict?.reasons.some(({ kind }) => kind === 'window')).toBe(true)
      }
    }))

  it('G8 what stands for a call also waits on; what was kept, changed or taken away does neither', () =>
    forPlans(changes, (world, extra) => {
      const { seen, memory, now } = later(world, extra)
      const decision = decide(world.by, seen, memory, now)
      for (const item of world.items) {
        const due = stillDue(item, decision, seen)
        if (due.still) expect(stillWaits(item, decision, seen)).toEqual({ still: true })
        else expect(due.why).toMatch(/\.$/)
        const place = seen.projects.findIndex(({ id }) => id === item.projectId)
        expect(due.still).toBe(due.still && decision.verdicts[place]?.state === 'due')
      }
    }))

  it('G7 what fell once does not come back by a look at the same world', () =>
    forPlans(changes, (world, extra) => {
      const { seen, memory, now } = later(world, extra)
      const left = world.items.filter((item) => stillWaits(item, decide(world.by, seen, memory, now), seen).still)
      const again = left.filter((item) => stillWaits(item, decide(world.by, { ...seen }, memory, now), seen).still)
      expect(again).toEqual(left)
    }))
})

describe('the window', () => {
  it('takes nothing out of a waiting plan, and lets nothing of it act while it is closed', async () => {
    const by = await policy('[window]\ndays = "Mon-Fri"', rule('old', 'when = { idle = ">90d" }\nthen = "delete"'))
    const seen = inventory([project(1, 'x'), project(2, 'y')])
    const memory = longMarked(by, seen.projects)
    const { items } = await makePlan(by, seen, decide(by, seen, memory, NOW), memory, { today: TODAY, now: NOW })
    expect(items).toHaveLength(2)
    const sunday = decide(by, seen, memory, Date.UTC(2026, 10, 29, 12))
    for (const item of items) {
      expect(stillWaits(item, sunday, seen)).toEqual({ still: true })
      expect(stillDue(item, sunday, seen)).toMatchObject({
        still: false,
        why: expect.stringMatching(/outside the window/),
      })
    }
    const held = edited(seen, 2, { description: '[keep]' })
    const later_ = decide(by, held, memory, Date.UTC(2026, 10, 29, 12))
    expect(items.map((item) => stillWaits(item, later_, held).still)).toEqual([true, false])
  })
})
