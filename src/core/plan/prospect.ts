/**
 * What would become of the projects that rules select, and whom each rule would wait for: so that a plan from a terminal,
 * where nothing is due yet, shows what lies before it.
 */

import { durationText } from '../base/duration.ts'
import type { Inventory } from '../evidence/project.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { Policy } from '../policy/policy.ts'
import { type Action, isDestructive, type Rule } from '../policy/rule.ts'
import { zeroCap } from './asking.ts'
import { breaches, type CapBreach, type DayCount } from './caps.ts'

export interface Prospect {
  readonly rule: string
  readonly action: Action
  /** How many projects it gets, marked or due. */
  readonly projects: number
  /** When the first of them may happen, as things stand; null = nothing will. */
  readonly earliest: number | null
  /** What it waits for besides its grace, in words; of a rule that does nothing, why. */
  readonly waitsFor: readonly string[]
}

/** By rule. `today`: attempts already counted today. */
export function prospectsOf(
  policy: Policy,
  inventory: Inventory,
  verdicts: readonly Verdict[],
  today: DayCount,
): readonly Prospect[] {
  const gets = verdicts.filter(({ rule, action }) => rule !== null && action !== null)
  // What asks people anyhow weighs on no cap, as in a run.
  const unasked = new Set(
    policy.rules.filter(({ enforce, approve }) => enforce && approve === 'never').map(({ id }) => id),
  )
  const together = gets.flatMap(({ rule, action }) => {
    return rule !== null && action !== null && unasked.has(rule) ? [{ rule, action }] : []
  })
  const over = breaches(policy, together, inventory, today)
  return policy.rules
    .flatMap((rule): readonly Prospect[] => {
      const own = gets.filter((verdict) => verdict.rule === rule.id)
      if (own.length === 0 || rule.then === 'report') return []
      const times = own.flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]))
      const earliest = times.length === 0 ? null : Math.min(...times)
      const waitsFor = rule.enforce ? waits(policy, rule, over) : ['nothing is done: enforce is false']
      return [{ rule: rule.id, action: rule.then, projects: own.length, earliest, waitsFor }]
    })
    .sort((a, b) => (a.rule < b.rule ? -1 : 1))
}

function waits(policy: Policy, rule: Rule, over: readonly CapBreach[]): readonly string[] {
  const { window, timezone } = policy
  const action = rule.then as Action
  const zero = zeroCap(policy, { rule: rule.id, action })
  if (zero !== null) return [`nothing is done: ${zero}`]
  return [
    ...(rule.notice > 0 ? [`a message about each, ${durationText(rule.notice)} before`] : []),
    ...(rule.approve === 'never' ? [] : [APPROVALS[rule.approve]]),
    ...(rule.approve === 'never' ? over.filter((breach) => stops(breach, rule)).map(overText) : []),
    ...(window !== null && isDestructive(action) ? [`the window (${window.text}, ${timezone})`] : []),
  ]
}

const APPROVALS: { readonly [approve in Exclude<Rule['approve'], 'never'>]: string } = {
  first: "somebody's approval, the first time",
  always: "somebody's approval",
  two: 'the approval of two people',
}

/** Over a cap of a run nothing of it acts, over a rule's own nothing of that rule. */
function stops({ scope, rule: id }: CapBreach, rule: Rule): boolean {
  return scope === 'run' || id === rule.id
}

function overText({ wanted, allowed, cap, scope }: CapBreach): string {
  const whose = scope === 'run' ? `[limits] ${cap}` : `limit.${cap}`
  return `somebody's approval, should all be due at once: ${wanted} are more than the ${allowed} of ${whose}`
}
