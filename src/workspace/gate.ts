/**
 * The one function every mutating call passes. It alone may issue permits, and the client sends nothing without one, so
 * there is no other way to a mutating endpoint. A permit comes only together with the intent written down.
 */

import { type DayCount, dayOf, type PlanItem } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import { ACTIONS, type Action, isDestructive } from '../core/rule.ts'
import { issuePermit, type Mutation, type Permit } from '../quantconnect/permit.ts'
import { readFact } from './facts.ts'
import { attemptsOf, type ItemRow, isUnsure, writeIntent } from './items.ts'
import { attemptsOn, countAttempt } from './memory.ts'
import type { OutcomeKind } from './run.ts'
import type { RunRow } from './runs.ts'

/** Lists older than this prove nothing any more (G8). */
const LISTS_GOOD_FOR_MS = 60_000

/** What the gate wants to know beyond the ledger. Times are real time in milliseconds. */
export interface GateFacts {
  readonly now: number
  /** When the lists of the re-check were asked for. */
  readonly listsAskedAt: number
  /** The same moment in policy time, for the day an attempt counts in. */
  readonly policyNow: number
  /** Whether the re-check found the same item due with the same action; else why not. */
  readonly still:
    | { readonly still: true }
    | { readonly still: false; readonly outcome: OutcomeKind; readonly why: string }
  /** Key of a backup that was read back whole, for a delete. */
  readonly verifiedBackup: string | null
}

/** `later`: nothing wrong with the item, but not now; the next slice asks again. */
export type Passage =
  | { readonly pass: true; readonly permit: Permit }
  | { readonly pass: false; readonly outcome: OutcomeKind | 'later'; readonly detail: string }

export function gate(sql: SqlStorage, policy: Policy, run: RunRow, row: ItemRow, facts: GateFacts): Passage {
  const { item } = row
  if (run.request.mode !== 'act') return stop('failed', 'This run only reports.')
  if (readFact(sql, 'pause') !== null) return stop('later', 'Paused.')
  if (!facts.still.still) return stop(facts.still.outcome, facts.still.why)
  if (facts.now - facts.listsAskedAt > LISTS_GOOD_FOR_MS) return stop('later', 'The lists grew older than a minute.')
  if (isUnsure(sql, item.projectId)) return stop('changed', 'An earlier attempt on this project is not settled yet.')
  if (item.action === 'delete' && facts.verifiedBackup === null) return stop('failed', 'No verified backup, no delete.')

  const day = dayOf(facts.policyNow, policy.timezone)
  const overCap = capReached(sql, policy, run, item, attemptsOn(sql, day))
  if (overCap !== null) return stop('failed', overCap)

  writeIntent(sql, row, facts.now, facts.verifiedBackup)
  if (isDestructive(item.action)) countAttempt(sql, day, item.rule ?? '')
  return { pass: true, permit: issuePermit(mutationOf(item)) }
}

/** Caps are decided with the plan; this is the floor under it, in case two plans met on one day (G5). */
function capReached(sql: SqlStorage, policy: Policy, run: RunRow, item: PlanItem, today: DayCount): string | null {
  const { limits } = policy
  if (!isDestructive(item.action)) {
    if (attemptsOf(sql, run.id, STAMPS) < limits.stamps_per_run) return null
    return `The cap of ${limits.stamps_per_run} stamps per run is reached.`
  }
  if (attemptsOf(sql, run.id, DESTRUCTIVE) >= limits.per_run) return `The cap of ${limits.per_run} per run is reached.`
  if (today.total >= limits.per_day) return `The cap of ${limits.per_day} per day is reached.`
  const ofRule = policy.rules.find((rule) => rule.id === item.rule)?.limit.per_day
  if (ofRule === undefined || (today.byRule[item.rule ?? ''] ?? 0) < ofRule) return null
  return `The rule's cap of ${ofRule} per day is reached.`
}

const DESTRUCTIVE: readonly Action[] = ACTIONS.filter(isDestructive)
const STAMPS: readonly Action[] = ACTIONS.filter((action) => !isDestructive(action))

function mutationOf(item: PlanItem): Mutation {
  const { projectId } = item
  if (item.action === 'delete') return { endpoint: 'projects/delete', projectId }
  if (item.to === null) throw new TypeError(`A plan item with the action ${item.action} must say what to write.`)
  if (item.action === 'describe') return { endpoint: 'projects/update', projectId, description: item.to }
  return { endpoint: 'projects/update', projectId, name: item.to }
}

function stop(outcome: OutcomeKind | 'later', detail: string): Passage {
  return { pass: false, outcome, detail }
}
