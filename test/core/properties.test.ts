/**
 * What must hold for every policy, workspace, memory and clock. A failure prints the seed and the smallest example found;
 * `fc.assert(…, { seed })` repeats it.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { protectionGlob } from '../../src/core/base/glob.ts'
import type { Memory } from '../../src/core/evidence/memory.ts'
import type { Inventory } from '../../src/core/evidence/project.ts'
import { type Decision, decide } from '../../src/core/judge/decide.ts'
import { reasonText, why } from '../../src/core/plan/explain.ts'
import { makePlan } from '../../src/core/plan/plan.ts'
import type { Policy } from '../../src/core/policy/policy.ts'
import { ACTIONS, isDestructive } from '../../src/core/policy/rule.ts'
import {
  arbitraryInventory,
  arbitraryMemory,
  arbitraryNeighbour,
  arbitraryNeighbours,
  arbitraryProject,
  arbitraryRules,
  arbitraryTable,
  policyFrom,
  type Table,
} from './arbitrary.ts'
import { DAY, HOUR, longMarked, NOTHING, NOW, toldOf } from './support.ts'

/** `npm run test:soak -- --only properties` looks longer. */
const RUNS = { numRuns: Number(process.env.SOAK_PROPERTIES ?? 400) }
/** Of what takes two rules, their marks and a newcomer to go wrong. */
const THRICE = 3
const TODAY = { total: 0, byRule: {} }

interface World {
  readonly rules: readonly Table[]
  readonly policy: Policy
  readonly seen: Inventory
  readonly memory: Memory
}

const MEMORY_SEEDS = fc.noShrink(fc.integer())

/** Runs a property over random worlds; policies that are refused are passed over. */
function forWorlds<Extra>(
  extra: fc.Arbitrary<Extra>,
  check: (world: World, extra: Extra) => Promise<void> | void,
  inventories = arbitraryInventory,
  times = 1,
) {
  const property = fc.asyncProperty(
    arbitraryRules,
    inventories,
    MEMORY_SEEDS,
    extra,
    async (rules, seen, seed, more) => {
      const policy = await policyFrom(rules)
      fc.pre(policy !== null)
      if (policy === null) return
      const [memory = NOTHING] = fc.sample(arbitraryMemory(policy, seen), { seed, numRuns: 1 })
      await check({ rules, policy, seen, memory }, more)
    },
  )
  return fc.assert(property, { numRuns: times * RUNS.numRuns })
}

/** Projects that would be moved, archived or deleted now, before caps. */
function going({ verdicts }: Decision): readonly number[] {
  return verdicts
    .filter(({ state, action }) => state === 'due' && action !== null && isDestructive(action))
    .map(({ projectId }) => projectId)
}

/** The same with what happens to them at the most: of what is deleted `3: archive` as well as `3: delete`. */
function atMost({ verdicts }: Decision): readonly string[] {
  return verdicts.flatMap(({ projectId, state, action }) => {
    if (state !== 'due' || action === null || !isDestructive(action)) return []
    return ACTIONS.slice(0, ACTIONS.indexOf(action) + 1).map((milder) => `${projectId}: ${milder}`)
  })
}

function byId(decision: Decision) {
  return { ...decision, verdicts: [...decision.verdicts].sort((a, b) => a.projectId - b.projectId) }
}

/** The same marks and notices, for the rules as they are in another policy. */
function sameMarks(memory: Memory, from: Policy, to: Policy): Memory {
  const hashes = new Map(
    from.rules.map(({ id, hash }) => [hash, to.rules.find((rule) => rule.id === id)?.hash ?? hash]),
  )
  const renamed = <Row extends { readonly ruleHash: string }>(row: Row): Row => ({
    ...row,
    ruleHash: hashes.get(row.ruleHash) ?? row.ruleHash,
  })
  return { ...memory, marks: memory.marks.map(renamed), notices: memory.notices.map(renamed) }
}

describe('for every policy, workspace, memory and clock', () => {
  it('verdicts sum to the inventory, one for each project', () =>
    forWorlds(fc.constant(null), ({ policy, seen, memory }) => {
      const { verdicts, counts } = decide(policy, seen, memory, NOW)
      expect(verdicts.map(({ projectId }) => projectId)).toEqual(seen.projects.map(({ id }) => id))
      const { inventory, ...states } = counts
      expect(Object.values(states).reduce((sum, n) => sum + n, 0)).toBe(inventory)
      expect(inventory).toBe(seen.projects.length)
      expect(verdicts.every(({ reasons }) => reasons.length > 0)).toBe(true)
    }))

  it('the order of the API changes nothing, whatever the size of its pages', () =>
    forWorlds(fc.integer(), async ({ policy, seen, memory }, seed) => {
      const shuffled = {
        ...seen,
        projects: seen.projects
          .map((project, i) => ({ project, key: Math.sin(seed + i * 7) }))
          .sort((a, b) => a.key - b.key)
          .map(({ project }) => project),
      }
      const one = decide(policy, seen, memory, NOW)
      const two = decide(policy, shuffled, memory, NOW)
      expect(byId(two)).toEqual(byId(one))
      const plans = await Promise.all([
        makePlan(policy, seen, one, memory, { today: TODAY, now: NOW }),
        makePlan(policy, shuffled, two, memory, { today: TODAY, now: NOW }),
      ])
      expect(JSON.stringify(plans[1])).toBe(JSON.stringify(plans[0]))
    }))

  it('the order of rules changes nothing', () =>
    forWorlds(fc.constant(null), async ({ rules, policy, seen, memory }) => {
      const reversed = await policyFrom(rules.toReversed())
      expect(reversed).not.toBeNull()
      if (reversed === null) return
      expect(decide(reversed, seen, memory, NOW)).toEqual(decide(policy, seen, memory, NOW))
    }))

  it('the order of marks changes nothing', () =>
    forWorlds(fc.constant(null), ({ policy, seen, memory }) => {
      const reversed = { ...memory, marks: memory.marks.toReversed() }
      expect(decide(policy, seen, reversed, NOW)).toEqual(decide(policy, seen, memory, NOW))
    }))

  it('G4 equal evidence gives byte-identical plans', () =>
    forWorlds(fc.constant(null), async ({ rules, policy, seen, memory }) => {
      const again = await policyFrom(rules)
      if (again === null) return
      const copy = structuredClone(seen)
      const one = await makePlan(policy, seen, decide(policy, seen, memory, NOW), memory, { today: TODAY, now: NOW })
      const two = await makePlan(again, copy, decide(again, copy, structuredClone(memory), NOW), memory, {
        today: TODAY,
        now: NOW,
      })
      expect(JSON.stringify(two)).toBe(JSON.stringify(one))
    }))

  it('G17 why agrees with the decision for every id', () =>
    forWorlds(fc.constant(null), ({ policy, seen, memory }) => {
      for (const verdict of decide(policy, seen, memory, NOW).verdicts) {
        const answer = why(policy, { ...seen }, memory, NOW, verdict.projectId)
        expect(answer?.verdict).toBe(verdict.state)
        expect(answer?.sentences.length).toBeGreaterThan(1)
        expect(answer?.mark?.rule ?? null).toBe(verdict.since === null ? null : verdict.rule)
        expect(answer?.due === null ? null : Date.parse(answer?.due ?? '')).toBe(verdict.dueAt)
        expect(answer?.sentences).toEqual(expect.arrayContaining(verdict.reasons.map((one) => reasonText(one, policy))))
        const winner = answer?.rules.find(({ rule }) => rule === verdict.rule)
        if (verdict.rule !== null) expect(winner).toMatchObject({ outcome: 'selected', matched: 'yes' })
      }
    }))

  it('G1 unknown never destroys: hiding any one fact only shrinks what goes', () =>
    forWorlds(
      fc.tuple(
        fc.nat(),
        fc.constantFrom('created', 'modified', 'owned', 'codeRunning', 'encrypted', 'libraries', 'organizationId'),
      ),
      ({ policy, seen, memory }, [n, fact]) => {
        const hidden = n % Math.max(1, seen.projects.length)
        const dark = {
          ...seen,
          projects: seen.projects.map((project, i) =>
            i === hidden ? { ...project, [fact]: { unknown: 'hidden' } } : project,
          ),
        }
        const before = going(decide(policy, seen, memory, NOW))
        const after = going(decide(policy, dark, memory, NOW))
        const id = seen.projects[hidden]?.id ?? 0
        expect(after).not.toContain(id)
        if (!policy.rules.some(({ keep }) => keep !== null)) expect(before).toEqual(expect.arrayContaining([...after]))
      },
    ))

  it('G1 nothing goes while the live list is unknown', () =>
    forWorlds(fc.constant(null), ({ policy, seen, memory }) => {
      const decision = decide(policy, { ...seen, running: { unknown: 'failed' } }, memory, NOW)
      expect(decision.counts.due).toBe(0)
      for (const [i, verdict] of decision.verdicts.entries()) {
        const before = decide(policy, { ...seen, running: [] }, memory, NOW).verdicts[i]
        if (before?.state === 'due') expect(verdict.state).toBe('notJudged')
      }
    }))

  it('G3 nothing is due without a mark made before and a grace that is over', () =>
    forWorlds(fc.integer({ min: -40, max: 40 }), ({ policy, seen, memory }, days) => {
      const now = NOW + days * DAY
      for (const verdict of decide(policy, seen, memory, now).verdicts) {
        if (verdict.state !== 'due') continue
        const rule = policy.rules.find(({ id }) => id === verdict.rule)
        const mark = memory.marks.find(
          ({ projectId, ruleHash }) => projectId === verdict.projectId && ruleHash === rule?.hash,
        )
        expect(rule?.enforce).toBe(true)
        expect(mark).toBeDefined()
        expect((mark?.since ?? 0) + (rule?.after ?? 0)).toBeLessThanOrEqual(now)
        expect(verdict.since).toBe(mark?.since)
      }
    }))

  it('G3 time going backwards never causes an action', () =>
    forWorlds(fc.integer({ min: 0, max: 40 * 24 }), ({ policy, seen }, hours) => {
      const { marks } = decide(policy, seen, NOTHING, NOW)
      const memory = { ...NOTHING, marks, notices: toldOf(marks) }
      expect(decide(policy, seen, memory, NOW - hours * HOUR).counts.due).toBe(0)
    }))

  it('a message that is delivered later, or never, makes nothing go earlier', () =>
    forWorlds(
      fc.tuple(fc.array(fc.constantFrom(0, 1, 30, null), { minLength: 1 }), fc.integer({ min: 0, max: 60 })),
      ({ policy, seen, memory }, [delays, days]) => {
        const now = NOW + days * DAY
        const notices = memory.notices.flatMap((notice, i) => {
          const mark = memory.marks.find(
            (one) => one.projectId === notice.projectId && one.ruleHash === notice.ruleHash,
          )
          // A message from before the mark counts for nothing; a later one would count.
          if (mark === undefined || notice.at < mark.since) return [notice]
          const delay = delays[i % delays.length] ?? null
          return delay === null ? [] : [{ ...notice, at: notice.at + delay * DAY }]
        })
        const after = going(decide(policy, seen, { ...memory, notices }, now))
        expect(going(decide(policy, seen, memory, now))).toEqual(expect.arrayContaining([...after]))
      },
    ))

  it('a longer notice never makes anything go earlier', () =>
    forWorlds(
      fc.tuple(fc.nat(), fc.integer({ min: 0, max: 60 })),
      async ({ rules, policy, seen, memory }, [n, days]) => {
        const patient = await policyFrom(
          rules.map((rule, i) => (i === n % rules.length ? { ...rule, notice: '10w' } : rule)),
        )
        if (patient === null) return
        const now = NOW + days * DAY
        const after = going(decide(patient, seen, sameMarks(memory, policy, patient), now))
        expect(going(decide(policy, seen, memory, now))).toEqual(expect.arrayContaining([...after]))
      },
    ))

  it('nothing goes by a rule with a notice unless people were told of it, and of all that goes with it, so long before', () =>
    forWorlds(fc.integer({ min: -60, max: 60 }), ({ policy, seen, memory }, days) => {
      const now = NOW + days * DAY
      for (const { state, rule: id, projectId, directory } of decide(policy, seen, memory, now).verdicts) {
        const rule = policy.rules.find((one) => one.id === id)
        if (state !== 'due' || rule === undefined || rule.notice === 0) continue
        const isIn = (path: string) => directory !== null && path.startsWith(`${directory}/`)
        for (const { id: member } of seen.projects.filter((one) => one.id === projectId || isIn(one.path))) {
          const mine = (row: { readonly projectId: number; readonly ruleHash: string }) =>
            row.projectId === member && row.ruleHash === rule.hash
          const since = memory.marks.find(mine)?.since ?? Number.POSITIVE_INFINITY
          const told = memory.notices.filter(mine).filter(({ at }) => at >= since)
          expect(Math.min(...told.map(({ at }) => at)) + rule.notice).toBeLessThanOrEqual(now)
        }
      }
    }))

  it('a message from the future causes nothing', () =>
    forWorlds(fc.integer({ min: 0, max: 100 }), ({ policy, seen, memory }, days) => {
      const told = memory.notices.map((notice) => ({ ...notice, at: NOW + 1 + days * DAY }))
      const byNotice = new Set(policy.rules.filter(({ notice }) => notice > 0).map(({ id }) => id))
      for (const { state, rule } of decide(policy, seen, { ...memory, notices: told }, NOW).verdicts) {
        if (rule !== null && byNotice.has(rule)) expect(state).not.toBe('due')
      }
    }))

  it('G3 projects younger than 48 hours are never marked', () =>
    forWorlds(fc.constant(null), ({ policy, seen }) => {
      for (const { created } of decide(policy, seen, NOTHING, NOW).marks)
        expect(NOW - created).toBeGreaterThanOrEqual(48 * HOUR)
    }))

  it('a protection only shrinks what goes', () =>
    forWorlds(fc.nat(), ({ policy, seen, memory }, n) => {
      const id = (n % 10) + 1
      const protect = { ...policy.protect, ids: new Set([id]) }
      const after = going(decide({ ...policy, protect }, seen, memory, NOW))
      expect(going(decide(policy, seen, memory, NOW))).toEqual(expect.arrayContaining([...after]))
      expect(after).not.toContain(id)
    }))

  it('a protected path only shrinks what goes, and nothing under it goes', () =>
    forWorlds(
      fc.constantFrom(...['research/**', 'Research/old', '**/X', '*', 'SWEEPS/*/y', 'Research/old/**']),
      async ({ rules, policy, seen, memory }, pattern) => {
        const guarded = await policyFrom(rules, `[protect]\npaths = ["${pattern}"]\n`)
        if (guarded === null) return
        const after = going(decide(guarded, seen, memory, NOW))
        expect(going(decide(policy, seen, memory, NOW))).toEqual(expect.arrayContaining([...after]))
        const inside = protectionGlob(pattern)
        const gone = seen.projects.filter(({ id }) => after.includes(id))
        expect(gone.filter(({ path }) => inside(path))).toEqual([])
      },
    ))

  it('a hold only shrinks what goes', () =>
    forWorlds(fc.nat(), ({ policy, seen, memory }, n) => {
      const of = seen.projects[n % Math.max(1, seen.projects.length)]
      if (of === undefined || typeof of.created !== 'number') return
      const holds = [...memory.holds, { projectId: of.id, created: of.created, until: null, by: 'Ben' }]
      const after = going(decide(policy, seen, { ...memory, holds }, NOW))
      expect(going(decide(policy, seen, memory, NOW))).toEqual(expect.arrayContaining([...after]))
      expect(after).not.toContain(of.id)
    }))

  it('an unless on any rule, or on all of them, only shrinks what goes', () =>
    forWorlds(fc.tuple(arbitraryTable, fc.nat({ max: 3 })), async ({ rules, policy, seen, memory }, [unless, n]) => {
      const guarded = await policyFrom(
        rules.map((rule, i) =>
          n === i || n === 3 ? { ...rule, unless: [...[rule.unless ?? []].flat(), unless] } : rule,
        ),
      )
      if (guarded === null) return
      const after = going(decide(guarded, seen, sameMarks(memory, policy, guarded), NOW))
      expect(going(decide(policy, seen, memory, NOW))).toEqual(expect.arrayContaining([...after]))
    }))

  it('a longer grace never makes anything go earlier', () =>
    forWorlds(
      fc.tuple(fc.nat(), fc.integer({ min: 0, max: 60 })),
      async ({ rules, policy, seen, memory }, [n, days]) => {
        const patient = await policyFrom(
          rules.map((rule, i) => (i === n % rules.length ? { ...rule, after: '10w' } : rule)),
        )
        if (patient === null) return
        const now = NOW + days * DAY
        const after = going(decide(patient, seen, sameMarks(memory, policy, patient), now))
        expect(going(decide(policy, seen, memory, now))).toEqual(expect.arrayContaining([...after]))
      },
    ))

  it('a narrower window never makes anything go earlier', () =>
    forWorlds(
      fc.tuple(
        fc.integer({ min: 0, max: 24 * 14 }),
        fc.constantFrom('Mon-Fri', 'Sat,Sun', 'Wed'),
        fc.constantFrom('09:00-17:00', '22:00-06:00'),
      ),
      async ({ rules, policy, seen, memory }, [hours, week, day]) => {
        const now = NOW + hours * HOUR
        const all = going(decide(policy, seen, memory, now))
        const daily = await policyFrom(rules, `[window]\ndays = "${week}"\n`)
        const narrow = await policyFrom(rules, `[window]\ndays = "${week}"\nhours = "${day}"\n`)
        const today = new Date(now).toISOString().slice(0, 10)
        const festive = await policyFrom(rules, `[window]\ndays = "${week}"\nholidays = ["${today}"]\n`)
        if (daily === null || narrow === null || festive === null) return
        expect(going(decide(festive, seen, memory, now))).toEqual([])
        const onDays = going(decide(daily, seen, memory, now))
        expect(all).toEqual(expect.arrayContaining([...onDays]))
        if (day === '09:00-17:00')
          expect(onDays).toEqual(expect.arrayContaining([...going(decide(narrow, seen, memory, now))]))
        expect(all).toEqual(expect.arrayContaining([...going(decide(narrow, seen, memory, now))]))
      },
    ))

  it.each([
    { where: 'anywhere', inventories: arbitraryInventory, newcomers: arbitraryProject(11) },
    { where: 'in a directory', inventories: arbitraryNeighbours, newcomers: arbitraryNeighbour(11) },
  ])('a new project $where makes another go, or go in a harsher way, only through keep', ({ inventories, newcomers }) =>
    forWorlds(
      fc.tuple(newcomers, fc.boolean()),
      ({ policy, seen, memory }, [newcomer, wasMarked]) => {
        if (policy.rules.some(({ keep }) => keep !== null)) return
        const joined = { ...seen, projects: [...seen.projects, newcomer] }
        // A project may come with marks of old: it was moved here, or was hidden.
        const before = wasMarked ? longMarked(policy, seen.projects) : memory
        const after = wasMarked ? longMarked(policy, joined.projects) : memory
        const gone = atMost(decide(policy, joined, after, NOW)).filter((one) => !one.startsWith(`${newcomer.id}: `))
        expect(atMost(decide(policy, seen, before, NOW))).toEqual(expect.arrayContaining([...gone]))
      },
      inventories,
      THRICE,
    ),
  )

  it.each([
    { where: 'anywhere', inventories: arbitraryInventory, newcomers: arbitraryProject(11) },
    { where: 'in a directory', inventories: arbitraryNeighbours, newcomers: arbitraryNeighbour(11) },
  ])(
    'a new project $where makes no other go on the day it appears, not even through keep',
    ({ inventories, newcomers }) =>
      forWorlds(
        fc.tuple(newcomers, fc.integer({ min: 0, max: 47 })),
        ({ policy, seen, memory }, [newcomer, hours]) => {
          const born = NOW - hours * HOUR
          const joined = { ...seen, projects: [...seen.projects, { ...newcomer, created: born, modified: born }] }
          const after = atMost(decide(policy, joined, memory, NOW))
          expect(atMost(decide(policy, seen, memory, NOW))).toEqual(expect.arrayContaining([...after]))
        },
        inventories,
        THRICE,
      ),
  )

  it('a decision repeated with the marks it made keeps them all', () =>
    forWorlds(fc.constant(null), ({ policy, seen, memory }) => {
      const first = decide(policy, seen, memory, NOW)
      const second = decide(policy, seen, { ...memory, marks: first.marks }, NOW)
      expect(second.marks).toEqual(first.marks)
      expect(second.unmarked).toEqual([])
    }))

  it('what is asked for is never asked for again once it was read, so buying evidence comes to an end', () =>
    forWorlds(fc.boolean(), ({ policy, seen, memory }, fails) => {
      let bought: Inventory = { ...seen, paid: {} }
      for (let round = 0; round <= 2 * seen.projects.length; round++) {
        const { needs } = decide(policy, bought, memory, NOW)
        if (needs.length === 0) return
        const paid = { ...bought.paid }
        for (const { projectId, kind } of needs) {
          expect(paid[projectId]?.[kind]).toBeUndefined()
          const read = kind === 'files' ? { count: 1, bytes: 10 } : { count: 0, last: null }
          paid[projectId] = { ...paid[projectId], [kind]: fails ? { unknown: 'failed' } : read }
        }
        bought = { ...bought, paid }
      }
      expect(decide(policy, bought, memory, NOW).needs).toEqual([])
    }))
})
