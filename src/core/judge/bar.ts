/** One rule before the court: its finder, and everything that is the same for all projects. */

import type { OnlyReports, Reason } from '../policy/reason.ts'
import { ACTIONS, type Rule } from '../policy/rule.ts'
import type { Bench, Finding } from './finding.ts'
import { projectFinder } from './project-finder.ts'
import { directoryFinder } from './unit.ts'

/** When a rule is asked: first those that act, then those that mark but do not act, then those that only report. */
export const ACTS = 0
export const MARKS = 1
export const REPORTS = 2

export type Tier = typeof ACTS | typeof MARKS | typeof REPORTS

export interface Bar {
  readonly rule: Rule
  readonly tier: Tier
  /** How destructive: the lower, the milder. A rule that only reports comes after all others. */
  readonly rank: number
  /** Why it only reports; null when it acts. */
  readonly onlyReports: OnlyReports | null
  /** What the rule says of the project at a place of the inventory. */
  find(place: number): Finding
  /** Of a rule about directories: whether it spares a project of which it says no, for the sake of its directory. */
  readonly reach: ((place: number) => Finding) | null
  /** Reasons that say the same of every project. */
  readonly says: {
    readonly matched: Reason
    readonly noMatch: Reason
    readonly onlyReports: Reason | null
    readonly window: Reason
  }
}

/** The rank of a rule that wants nothing done. */
export const NO_ACTION = ACTIONS.length

export function openBar(rule: Rule, bench: Bench): Bar {
  const because = whyOnlyReports(rule)
  const whole = rule.unit === 'directory' ? directoryFinder(rule, bench) : null
  return {
    rule,
    tier: because === null ? ACTS : because === 'report' ? REPORTS : MARKS,
    rank: rule.then === 'report' ? NO_ACTION : ACTIONS.indexOf(rule.then),
    onlyReports: because,
    find: whole?.find ?? projectFinder(rule, bench),
    reach: whole?.reach ?? null,
    says: {
      matched: { kind: 'matched', rule: rule.id, since: null },
      noMatch: { kind: 'no match', rule: rule.id },
      onlyReports: because === null ? null : { kind: 'only reports', rule: rule.id, because },
      window: { kind: 'window', rule: rule.id },
    },
  }
}

/** By id, so that the order of rules in the file shows nowhere. */
export function byId(one: Bar, other: Bar): number {
  return one.rule.id < other.rule.id ? -1 : 1
}

function whyOnlyReports(rule: Rule): OnlyReports | null {
  if (rule.then === 'report') return 'report'
  return rule.enforce ? null : 'enforce'
}
