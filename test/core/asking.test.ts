/** What of a plan acts, what waits for people, and what never acts, for every policy and every plan. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Asking,
  type AskingOptions,
  approvalKey,
  asking,
  askText,
  sameKey,
  zeroCap,
} from '../../src/core/plan/asking.ts'
import { mayAct, percentOf } from '../../src/core/plan/caps.ts'
import type { PlanItem } from '../../src/core/plan/item.ts'
import type { Policy } from '../../src/core/policy/policy.ts'
import { isDestructive, isStamp, type Limits } from '../../src/core/policy/rule.ts'
import { inventory, policy, project, rule, ruleOf } from './support.ts'

const RUNS = { numRuns: Number(process.env.SOAK_PROPERTIES ?? 1_000) }
const TODAY = { total: 0, byRule: {} }
const IDS = ['never', 'first', 'always', 'two'] as const

/** One rule for each kind of `approve`; a property gives them limits. */
const RULES = IDS.map((approve) =>
  rule(approve, `when = { idle = ">${20 + IDS.indexOf(approve)}d" }\nthen = "delete"\napprove = "${approve}"`),
).join('')
const PEOPLE = '[[person]]\nname = "Ann"\nmay = ["approve"]\n[[person]]\nname = "Ben"\nmay = ["approve"]\n'
const base = await policy(PEOPLE, RULES)

const cap = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.integer({ min: 1, max: 8 }) })
const limits: fc.Arbitrary<Limits> = fc.record({
  per_run: cap,
  per_day: cap,
  percent: fc.constantFrom(0, 5, 50, 100),
  stamps_per_run: cap,
})

const policies: fc.Arbitrary<Policy> = fc
  .tuple(
    limits,
    fc.array(fc.option(fc.record({ per_run: cap, per_day: cap }), { nil: {} }), { minLength: 4, maxLength: 4 }),
  )
  .map(([ofRun, ofRules]) => ({
    ...base,
    limits: ofRun,
    rules: base.rules.map((one, i) => ({ ...one, limit: ofRules[i] ?? {} })),
  }))

function itemOf(projectId: number, action: PlanItem['action'], by: (typeof IDS)[number] | null): PlanItem {
  return {
    projectId,
    name: `p${projectId}`,
    created: projectId,
    modified: projectId,
    action,
    rule: by,
    unit: 'project',
    directory: null,
    to: null,
    change: null,
    since: null,
    approve: by ?? 'never',
    notice: 0,
    reasons: [],
  }
}

const items = fc
  .array(
    fc.tuple(
      fc.constantFrom<PlanItem['action'][]>(
        'delete',
        'delete',
        'archive',
        'move',
        'describe',
        'rename',
        'update',
        'restore',
      ),
      fc.constantFrom<(typeof IDS)[number] | null>(...IDS, 'never', null),
    ),
    { maxLength: 12 },
  )
  .map((all) => all.map(([action, by], i) => itemOf(i + 1, action, by)))

const options: fc.Arbitrary<AskingOptions> = fc.record({
  today: fc.constantFrom(TODAY, { total: 3, byRule: { never: 2 } }),
  approved: fc.subarray(['first', 'always', 'two']).map((ids) => new Set(ids)),
  actedOn: fc.subarray([1, 2, 3, 4, 5, 6]).map((ids) => new Set(ids)),
  leave: fc.subarray(['1/1', '2/2', '5/5', '7/8']).map((keys) => new Set(keys)),
})

const seen = inventory(Array.from({ length: 20 }, (_, i) => project(i + 1, `p${i + 1}`)))

function forPlans(check: (policy: Policy, items: readonly PlanItem[], options: AskingOptions, asked: Asking) => void) {
  fc.assert(
    fc.property(policies, items, options, (by, all, how) => check(by, all, how, asking(by, all, seen, how))),
    RUNS,
  )
}

describe('for every policy and plan', () => {
  it('what acts and what waits are apart, and together all that is not left to an open plan', () =>
    forPlans((_, all, { leave }, { acting, waiting }) => {
      const ours = all.filter((item) => leave?.has(sameKey(item)) !== true).map(({ projectId }) => projectId)
      expect([...acting, ...waiting].sort((a, b) => a - b)).toEqual(ours)
      expect(new Set([...acting, ...waiting]).size).toBe(ours.length)
    }))

  it('G5 a cap of 0 never lets anything act', () =>
    forPlans((by, all, _, { acting }) => {
      for (const item of all) if (zeroCap(by, item) !== null) expect(acting).not.toContain(item.projectId)
    }))

  it('G5 what acts is within every cap, with what was tried today', () =>
    forPlans((by, all, { today }, { acting }) => {
      const going = all.filter(({ projectId }) => acting.includes(projectId))
      const taken = going.filter(({ action }) => isDestructive(action))
      const most = percentOf(by.limits.percent, seen.projects.length)
      if (taken.length > 0) {
        expect(taken.length).toBeLessThanOrEqual(Math.min(by.limits.per_run, most))
        expect(taken.length + today.total).toBeLessThanOrEqual(by.limits.per_day)
      }
      expect(going.filter(({ action }) => isStamp(action)).length).toBeLessThanOrEqual(by.limits.stamps_per_run)
      for (const { id, limit } of by.rules) {
        const own = taken.filter((item) => item.rule === id).length
        if (own === 0) continue
        expect(own).toBeLessThanOrEqual(limit.per_run ?? 1_000)
        expect(own + (today.byRule[id as keyof typeof today.byRule] ?? 0)).toBeLessThanOrEqual(limit.per_day ?? 1_000)
      }
    }))

  it('a rule that asks acts only where it asked for a first approval that stands', () =>
    forPlans((_, all, { approved, actedOn }, { acting }) => {
      for (const { projectId, approve } of all) {
        if (!acting.includes(projectId)) continue
        const stands = approve === 'first' && approved?.has('first') && !actedOn?.has(projectId)
        expect(approve === 'never' || stands).toBe(true)
      }
    }))

  it('of whatever waits it is said why: its rule asks, a cap was breached, or a cap is 0', () =>
    forPlans((by, all, _, { waiting, breaches, asks }) => {
      for (const item of all.filter(({ projectId }) => waiting.includes(projectId))) {
        const isAsked = asks.some(({ rule }) => rule === item.rule)
        expect(isAsked || !mayAct(item, breaches) || zeroCap(by, item) !== null).toBe(true)
      }
      for (const { rule } of asks) {
        expect(all.some((item) => item.rule === rule && waiting.includes(item.projectId))).toBe(true)
      }
    }))

  it('two people are needed when something that waits asks for two, else one', () =>
    forPlans((_, all, __, { waiting, needs }) => {
      const asksTwo = all.some(({ projectId, approve }) => approve === 'two' && waiting.includes(projectId))
      expect(needs).toBe(asksTwo ? 2 : 1)
    }))

  it('what is left to an open plan weighs on no cap: all is as if it were not there', () =>
    forPlans((by, all, how, asked) => {
      const rest = all.filter((item) => how.leave?.has(sameKey(item)) !== true)
      expect(asking(by, rest, seen, { ...how, leave: new Set() })).toEqual(asked)
    }))

  it('of a rule, everything of a kind acts or nothing does', () =>
    forPlans((policy, all, how) => {
      const { leave } = how
      const { acting } = asking(policy, all, seen, { ...how, actedOn: new Set() })
      for (const by of [...IDS, null]) {
        for (const isOfKind of [isDestructive, isStamp]) {
          const own = all.filter((item) => item.rule === by && isOfKind(item.action) && !leave?.has(sameKey(item)))
          const going = own.filter(({ projectId }) => acting.includes(projectId)).length
          expect([0, own.length]).toContain(going)
        }
      }
    }))

  it('the order of the items changes nothing', () =>
    forPlans((by, all, how, asked) => {
      const reversed = asking(by, all.toReversed(), seen, how)
      expect({ ...reversed, acting: reversed.acting.toReversed(), waiting: reversed.waiting.toReversed() }).toEqual(
        asked,
      )
    }))

  it('more attempts today, by whatever else, never make more act', () =>
    forPlans((by, all, how, { acting }) => {
      const today = { ...how.today, total: how.today.total + 2 }
      expect(acting).toEqual(expect.arrayContaining([...asking(by, all, seen, { ...how, today }).acting]))
    }))
})

describe('G7 a standing approval', () => {
  const text = 'when = { idle = ">90d" }\nthen = "delete"\nnotice = "0h"\nenforce = true'
  const approved = new Set(['first'])

  it('never covers a project on which an action was completed before, and says so', async () => {
    const by = await policy('[limits]\npercent = 100', rule('first', text))
    const all = [itemOf(1, 'delete', 'first'), itemOf(2, 'delete', 'first')]
    const asked = asking(by, all, seen, { today: TODAY, approved, actedOn: new Set([2]) })
    expect(asked).toMatchObject({ acting: [1], waiting: [2] })
    expect(asked.asks.map(askText)).toEqual([
      'Rule "first" asks for approval of each project that leansweep has acted on before.',
    ])
  })

  it('nor the directory that such a project goes with', async () => {
    const by = await policy('[limits]\npercent = 100', rule('first', text))
    const whole = [1, 2].map((id) => ({ ...itemOf(id, 'delete', 'first'), unit: 'directory', directory: 'a' }) as const)
    const all = [...whole, { ...itemOf(3, 'delete', 'first'), unit: 'directory', directory: 'b' } as const]
    const asked = asking(by, all, seen, { today: TODAY, approved, actedOn: new Set([2]) })
    expect(asked).toMatchObject({ acting: [3], waiting: [1, 2] })
  })
})

describe('an approval', () => {
  it('is told what it is for', () => {
    expect(askText({ rule: 'x', approve: 'first', again: false })).toBe(
      'Rule "x" acts only when somebody approves, the first time as the policy now stands. That is a standing approval: from then on the rule as it is now acts without asking, within the limits, on projects it has not acted on before.',
    )
    expect(askText({ rule: 'x', approve: 'always', again: false })).toBe('Rule "x" acts only when somebody approves.')
    expect(askText({ rule: 'x', approve: 'two', again: false })).toBe(
      'Rule "x" acts only when two different people approve.',
    )
  })

  it('of a first run is good for the rule, its limit, [protect] and [limits] as they stand, and for nothing else', async () => {
    const text = 'when = { idle = ">90d" }\nthen = "delete"\nafter = "7d"'
    const keyOf = async (head: string, ...lines: readonly string[]) => {
      const by = await policy(head, rule('x', lines.join('\n')))
      return approvalKey(by, ruleOf(by, 'x'))
    }
    const key = await keyOf('', text)
    expect(await keyOf('', 'why = "Another reason."', text)).toBe(key)
    expect(await keyOf('[window]\ndays = "Mon-Fri"', text)).toBe(key)
    expect(await keyOf('[protect]\npaths = ["b", "a"]', text)).toBe(await keyOf('[protect]\npaths = ["a", "b"]', text))
    const others = [
      await keyOf('', text.replace('90d', '91d')),
      await keyOf('', text, 'limit = { per_run = 5 }'),
      await keyOf('[protect]\npaths = ["a"]', text),
      await keyOf('[protect]\nids = [1]', text),
      await keyOf('[limits]\nper_run = 5', text),
    ]
    expect(new Set([key, ...others]).size).toBe(6)
  })
})
