/**
 * Caps stop, they do not truncate (G5). Over a cap of `[limits]` nothing of the run acts; over a rule's own `limit`
 * nothing of that rule acts, and the others go on.
 */

import { projectsThatCount } from '../evidence/facts.ts'
import type { Inventory } from '../evidence/project.ts'
import type { Policy } from '../policy/policy.ts'
import { type ItemAction, isDestructive, isStamp, type Limits, type Rule } from '../policy/rule.ts'

export type Cap = keyof Limits

export interface CapBreach {
  readonly cap: Cap
  readonly scope: 'run' | 'rule'
  /** Null for a cap of the run. */
  readonly rule: string | null
  /** How many it would be; for `per_day` with those already counted today. */
  readonly wanted: number
  readonly allowed: number
}

/** Attempts of archive, move and delete already counted today, in the policy's zone, commands included. */
export interface DayCount {
  readonly total: number
  readonly byRule: { readonly [rule: string]: number }
}

interface Counted {
  readonly action: ItemAction
  /** Null for a command. */
  readonly rule: string | null
}

/** What is over a cap. Items that a rule's own limit stops do not act, so the caps of the run do not count them. */
export function breaches(
  policy: Policy,
  items: readonly Counted[],
  inventory: Inventory,
  today: DayCount,
): readonly CapBreach[] {
  const base = projectsThatCount(inventory)
  const ofRules = policy.rules.flatMap((rule) => breachesOfRule(rule, items, base, today))
  const stopped = new Set(ofRules.map(({ rule }) => rule))
  const rest = items.filter(({ rule }) => rule === null || !stopped.has(rule))
  ofRules.sort((a, b) => ((a.rule ?? '') < (b.rule ?? '') ? -1 : 1))
  return [...check(policy.limits, rest, base, today.total, 'run', null), ...ofRules]
}

/** Whether an item may act in spite of what was breached. */
export function mayAct(item: Counted, breached: readonly CapBreach[]): boolean {
  return !breached.some(({ scope, rule }) => scope === 'run' || rule === item.rule)
}

/** How many `percent` allows: rounded down, but at least 1 unless it is 0. */
export function percentOf(percent: number, base: number): number {
  return percent === 0 ? 0 : Math.max(1, Math.floor((base * percent) / 100))
}

/** A breach as a sentence. */
export function capText({ cap, scope, rule, wanted, allowed }: CapBreach): string {
  const what = cap === 'stamps_per_run' ? 'descriptions and renames' : 'projects to archive, move or delete'
  const when = cap === 'per_day' ? ' today' : ''
  const bound = allowed === 0 ? 'none is allowed' : `at most ${allowed} may be`
  const whose = scope === 'run' ? `[limits] ${cap}` : `limit.${cap} of rule "${rule}"`
  const effect = scope === 'run' ? 'Nothing of this run acts.' : 'Nothing of this rule acts; other rules go on.'
  return `${wanted} ${what}${when}, but ${bound} (${whose}). ${effect}`
}

function breachesOfRule(rule: Rule, items: readonly Counted[], base: number, today: DayCount): readonly CapBreach[] {
  const own = items.filter((item) => item.rule === rule.id)
  return own.length === 0 ? [] : check(rule.limit, own, base, today.byRule[rule.id] ?? 0, 'rule', rule.id)
}

function check(
  limits: Partial<Limits>,
  items: readonly Counted[],
  base: number,
  already: number,
  scope: CapBreach['scope'],
  rule: string | null,
): readonly CapBreach[] {
  const destructive = items.filter(({ action }) => isDestructive(action)).length
  const stamps = items.filter(({ action }) => isStamp(action)).length
  const found: CapBreach[] = []
  const compare = (cap: Cap, wanted: number, allowed: number | undefined) => {
    if (allowed !== undefined && wanted > allowed) found.push({ cap, scope, rule, wanted, allowed })
  }
  if (destructive > 0) {
    compare('per_run', destructive, limits.per_run)
    compare('per_day', already + destructive, limits.per_day)
    compare('percent', destructive, limits.percent === undefined ? undefined : percentOf(limits.percent, base))
  }
  if (stamps > 0) compare('stamps_per_run', stamps, limits.stamps_per_run)
  return found
}
