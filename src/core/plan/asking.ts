/**
 * What of a plan may act now, what waits for people, and what may never act: over a cap of `[limits]` nothing of the run
 * acts, over a rule's own limit or where its `approve` asks nothing of that rule does, and the others go on (G5). An
 * approval lifts a cap for exactly the plan that was shown, but never a cap of 0.
 */

import { canonicalJson, sha256Hex } from '../base/canonical.ts'
import type { Inventory } from '../evidence/project.ts'
import type { Policy } from '../policy/policy.ts'
import { isDestructive, isStamp, type Limits, type Rule } from '../policy/rule.ts'
import { breaches, type CapBreach, type DayCount, mayAct } from './caps.ts'
import type { PlanItem } from './item.ts'

export interface Asking {
  readonly breaches: readonly CapBreach[]
  /** Ids of the projects whose item may act now. */
  readonly acting: readonly number[]
  /** Ids of the projects whose item waits until people say yes. */
  readonly waiting: readonly number[]
  /** How many different people that takes. */
  readonly needs: 1 | 2
  /** Why something does not act now, as facts. */
  readonly asks: readonly Ask[]
}

/** A rule asks for approval before it acts. */
export interface Ask {
  readonly rule: string
  readonly approve: Exclude<Rule['approve'], 'never'>
  /** Whether it has a standing approval, which does not cover what was acted on before. */
  readonly again: boolean
  /** Hash of the rule as it stands: what a standing approval is of. */
  readonly ruleHash?: string
}

export interface AskingOptions {
  /** Attempts already counted on the day of the plan, in the policy's zone. */
  readonly today: DayCount
  /** Ids of rules with `approve = "first"` whose first approval stands (`approvalKey`). */
  readonly approved?: ReadonlySet<string>
  /** Ids of projects on which an action of ours was completed before: no standing approval covers them (G7). */
  readonly actedOn?: Pick<ReadonlySet<number>, 'has'>
  /** Items that an open waiting plan holds already, as `sameKey`: they neither act nor wait twice, and weigh on no cap. */
  readonly leave?: ReadonlySet<string>
}

export function asking(
  policy: Policy,
  items: readonly PlanItem[],
  inventory: Inventory,
  { today, approved = NOTHING, actedOn = NO_PROJECTS, leave = NOTHING }: AskingOptions,
): Asking {
  const ours = items.filter((item) => !leave.has(sameKey(item)))
  const asks = new Map<string, Ask>()
  const asksPeople = ({ projectId, rule, approve }: PlanItem) => {
    if (rule === null || approve === 'never') return false
    return approve !== 'first' || !approved.has(rule) || actedOn.has(projectId)
  }
  // What goes together is asked about together.
  const unit = ({ rule, directory }: PlanItem) => (directory === null ? null : `${rule} ${directory}`)
  const alone = ours.filter(asksPeople)
  const units = new Set(alone.map(unit).filter((one) => one !== null))
  const asked = new Set([...alone, ...ours.filter((item) => units.has(unit(item) ?? ''))])
  for (const { rule, approve } of asked) {
    if (rule === null || approve === 'never') continue
    const ruleHash = policy.rules.find(({ id }) => id === rule)?.hash
    const again = approve === 'first' && approved.has(rule)
    asks.set(rule, { rule, approve, again, ...(approve === 'first' && ruleHash !== undefined ? { ruleHash } : {}) })
  }
  // What asks does not act now, so no cap counts it: like what a rule's own limit stops.
  const unasked = ours.filter((item) => !asked.has(item))
  const breached = breaches(policy, unasked, inventory, today)
  const acting = unasked.filter((item) => mayAct(item, breached))
  const going = new Set(acting)
  const waiting = ours.filter((item) => !going.has(item))
  return {
    breaches: breached,
    acting: acting.map(({ projectId }) => projectId),
    waiting: waiting.map(({ projectId }) => projectId),
    needs: waiting.some(({ approve }) => approve === 'two') ? 2 : 1,
    asks: [...asks.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1)),
  }
}

const OF_DESTRUCTIVE = ['per_run', 'per_day', 'percent'] as const

/** The cap of 0 that stands before an item, as it is written in the policy; null for none. No approval lifts it. */
export function zeroCap(
  { limits, rules }: Pick<Policy, 'limits' | 'rules'>,
  { action, rule }: Pick<PlanItem, 'action' | 'rule'>,
): string | null {
  const caps: readonly (keyof Limits)[] = isDestructive(action)
    ? OF_DESTRUCTIVE
    : isStamp(action)
      ? ['stamps_per_run']
      : []
  const own = rules.find(({ id }) => id === rule)?.limit ?? {}
  for (const cap of caps) {
    if (limits[cap] === 0) return `[limits] ${cap} = 0`
    if (own[cap] === 0) return `limit.${cap} = 0 of rule "${rule}"`
  }
  return null
}

const NOTHING: ReadonlySet<string> = new Set()
const NO_PROJECTS: ReadonlySet<number> = new Set()

/** Identity is id and created, never the name (G16). */
export function sameKey({ projectId, created }: Pick<PlanItem, 'projectId' | 'created'>): string {
  return `${projectId}/${created}`
}

/** An ask as a sentence. */
export function askText({ rule, approve, again, ruleHash }: Ask): string {
  if (again) return `Rule "${rule}" asks for approval of each project that leansweep has acted on before.`
  if (approve === 'two') return `Rule "${rule}" acts only when two different people approve.`
  if (approve !== 'first') return `Rule "${rule}" acts only when somebody approves.`
  const which = ruleHash === undefined ? '' : ` (${ruleHash.slice(0, 12)})`
  return `Rule "${rule}" acts only when somebody approves, the first time as the policy now stands. That is a standing approval: from then on the rule as it is now${which} acts without asking, within the limits, on projects it has not acted on before.`
}

/**
 * What one approved run of a rule with `approve = "first"` is good for: this rule, its limit, `[protect]` and `[limits]` as
 * they stand. Any edit of them asks again, so that a slip in the policy cannot set off a surge.
 */
export function approvalKey({ protect, limits }: Pick<Policy, 'protect' | 'limits'>, rule: Rule): Promise<string> {
  const paths = protect.paths.map(({ pattern }) => pattern).sort()
  const ids = [...protect.ids].sort((a, b) => a - b)
  return sha256Hex(canonicalJson({ rule: rule.hash, limit: rule.limit, paths, ids, limits }))
}
