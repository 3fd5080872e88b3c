/**
 * The one function every mutating call passes. It alone may issue permits, and the client sends nothing without one, so
 * there is no other way to a mutating endpoint. A permit comes only together with the intent written down.
 */

import { isOpen } from '../../core/base/window.ts'
import type { Project } from '../../core/evidence/project.ts'
import { movableAt } from '../../core/judge/claim.ts'
import { zeroCap } from '../../core/plan/asking.ts'
import { type DayCount, dayOf, type PlanItem } from '../../core/plan/plan.ts'
import type { Policy, Rule } from '../../core/policy/policy.ts'
import { isDestructive, isMove, isStamp } from '../../core/policy/rule.ts'
import { issuePermit, type Mutation, type Permit } from '../../quantconnect/permit.ts'
import { lastMoveOf } from '../ledger/acted-on.ts'
import { needsNoApproval } from '../ledger/first-approvals.ts'
import { isHeld } from '../ledger/holds.ts'
import { attemptsOf, dropIntent, type ItemRow, writeIntent } from '../ledger/items.ts'
import { attemptsOn, countAttempt, markedSince, wasToldBefore } from '../ledger/memory.ts'
import { pausedBy } from '../ledger/pause.ts'
import { approvalEnds } from '../ledger/proposals.ts'
import type { OutcomeKind } from '../ledger/run.ts'
import type { RunRow } from '../ledger/runs.ts'
import { stoppedBy, stopText } from '../ledger/stops.ts'
import { throttledUntil } from '../ledger/throttle.ts'
import { heldMember, unitRow } from '../ledger/units.ts'
import { isUnsure } from '../ledger/unsettled.ts'

/** Between mark and action, whatever the rule says (G3). */
const LEAST_GRACE_MS = 24 * 3_600_000

/** Lists older than this prove nothing any more (G8). */
export const LISTS_GOOD_FOR_MS = 60_000

/** What the gate wants to know beyond the ledger. Times are real time in milliseconds. */
export interface GateFacts {
  readonly now: number
  /** When the lists of the re-check were asked for. */
  readonly listsAskedAt: number
  /** The same moment in policy time, for the day an attempt counts in. */
  readonly policyNow: number
  /** What the re-check found: the item to do now, or why it does not stand any more. */
  readonly stands: Stands
  /** The project as the re-check shows it; null for a rebuild, which has none. */
  readonly project: Project | null
  /** Key of a backup that was read back whole, for a delete. */
  readonly verifiedBackup: string | null
  /** The first call of a rebuild, which only its backup can tell. */
  readonly create?: Mutation
}

/** Whether a planned item stands on fresh lists, and what is to be written then. */
export type Stands =
  | { readonly still: true; readonly item: PlanItem }
  | { readonly still: false; readonly outcome: OutcomeKind; readonly why: string }

/**
 * `later`: nothing wrong with the item, but not now; the next slice asks again. `wait`: the same, for a reason that is
 * nothing of the item's, such as a pause. `day`: of the policy's zone, in which the attempt was counted.
 */
export type Passage =
  | { readonly pass: true; readonly permit: Permit; readonly day: string }
  | { readonly pass: false; readonly outcome: OutcomeKind | 'later' | 'wait'; readonly detail: string }

export async function gate(
  sql: SqlStorage,
  policy: Policy,
  run: RunRow,
  row: ItemRow,
  facts: GateFacts,
): Promise<Passage> {
  const free = await needsNoApproval(sql, policy, run, row)
  // From here on nothing is awaited: what is asked and what is written is one moment.
  if (!free) return stop('failed', `Rule "${row.item.rule}" asks for an approval, and there is none for this.`)
  const halted = whyHalted(sql, run, facts.now)
  // Who stops the run stops no directory: all of it that is left is simply not attempted.
  if (halted?.outcome === 'changed' && row.unit !== null) return stop('wait', halted.detail)
  if (halted !== null) return halted
  if (!facts.stands.still) return stop(facts.stands.outcome, facts.stands.why)
  const { item } = facts.stands
  if (facts.now - facts.listsAskedAt > LISTS_GOOD_FOR_MS) return stop('later', 'The lists grew older than a minute.')
  if (isUnsure(sql, item.projectId)) return stop('changed', 'An earlier attempt on this project is not settled yet.')
  const held = whyHeld(sql, item, facts.policyNow)
  if (held !== null) return stop('protected', held)
  const barred = unitForbids(sql, row, facts.policyNow)
  if (barred !== null) return barred
  if (item.action === 'delete' && facts.verifiedBackup === null) return stop('failed', 'No verified backup, no delete.')
  const tooSoon = ruleForbids(sql, policy, item, facts.policyNow)
  if (tooSoon !== null) return stop('changed', tooSoon)

  const day = dayOf(facts.policyNow, policy.timezone)
  const overCap = capReached(sql, policy, run, item, attemptsOn(sql, day))
  if (overCap !== null) return stop('failed', overCap)

  writeIntent(sql, row, facts.now, { item, backup: facts.verifiedBackup, project: facts.project })
  if (isDestructive(item.action)) countAttempt(sql, day, item.rule ?? '')
  // A call may wait its turn behind others; what is said meanwhile counts until it goes out.
  const clock = clockFrom(facts.now)
  const withdrawn = () =>
    whyHalted(sql, run, clock())?.detail ??
    whyHeld(sql, item, facts.policyNow) ??
    unitForbids(sql, row, facts.policyNow)?.detail ??
    null
  return { pass: true, permit: issuePermit(facts.create ?? mutationOf(item), withdrawn), day }
}

/**
 * A call that was let through and then not made, or throttled: as if it had never been let through. `day`: the one in which
 * it was counted, which may be over by now.
 */
export function takeBack(sql: SqlStorage, row: ItemRow, day: string): void {
  dropIntent(sql, row)
  if (isDestructive(row.item.action)) countAttempt(sql, day, row.item.rule ?? '', -1)
}

/** The further calls of a rebuild: its project is new and empty, so what they need is the run going on and the intent. */
export function gateOfRebuild(sql: SqlStorage, run: RunRow, row: ItemRow, mutation: Mutation, now: number): Passage {
  const halted = whyHalted(sql, run, now)
  if (halted !== null) return halted
  const target = row.rebuilt?.projectId ?? null
  const isOurs = mutation.endpoint !== 'projects/create' && mutation.endpoint !== 'projects/delete' && target !== null
  if (row.item.action !== 'rebuild' || !isOurs || mutation.projectId !== target) {
    return stop('failed', 'Only the project that is being rebuilt may be written to.')
  }
  // What is put back counts in no day.
  const clock = clockFrom(now)
  return { pass: true, permit: issuePermit(mutation, () => whyHalted(sql, run, clock())?.detail ?? null), day: '' }
}

/** Real time from a moment on. */
function clockFrom(now: number): () => number {
  const began = Date.now()
  return () => now + (Date.now() - began)
}

/** What keeps all of a run from acting, whichever item it is. `now`: real time. */
function whyHalted(sql: SqlStorage, run: RunRow, now: number): Extract<Passage, { pass: false }> | null {
  if (run.request.mode !== 'act') return stop('failed', 'This run only reports.')
  const ends = approvalEnds(sql, run)
  if (ends !== null && ends <= now) return stop('wait', 'The approval is over 24 hours old.')
  if (throttledUntil(sql, now) !== null) return stop('wait', 'QuantConnect asked to slow down.')
  const paused = pausedBy(sql, run)
  if (paused !== null) return stop('wait', `Paused by ${paused}.`)
  const by = stoppedBy(sql, run.id)
  return by === null ? null : stop('changed', stopText(by))
}

/** Nothing of a directory goes unless all of it may (G23). A hold is for the next look, on fresh lists, to stop it by. */
function unitForbids(sql: SqlStorage, row: ItemRow, policyNow: number): Extract<Passage, { pass: false }> | null {
  if (row.unit === null) return null
  const unit = unitRow(sql, row.run, row.unit)
  if (unit?.state !== 'sending') return stop('changed', unit?.why || 'Its directory was not looked at as a whole.')
  const held = heldMember(sql, row, policyNow)
  return held === null ? null : stop('wait', `"${held.name}" (${held.projectId}) in its directory is held.`)
}

/** Why the caps do not let all of these go that are left of a directory; null when they do. Asked before the first of them goes. */
export function whyUnitBarred(
  sql: SqlStorage,
  policy: Policy,
  run: RunRow,
  rows: readonly ItemRow[],
  policyNow: number,
): string | null {
  const [first] = rows
  if (first === undefined) return null
  const today = attemptsOn(sql, dayOf(policyNow, policy.timezone))
  return capReached(sql, policy, run, first.item, today, rows.length)
}

function whyHeld(sql: SqlStorage, item: PlanItem, now: number): string | null {
  return renamesOrDeletes(item) && isHeld(sql, item, now) ? 'It is held.' : null
}

/** Mark, grace, window and notice, asked once more at the very moment of the call; the decision that found it due is older. */
function ruleForbids(sql: SqlStorage, policy: Policy, item: PlanItem, now: number): string | null {
  if (item.rule === null) return null
  const rule = ruleOf(policy, item)
  if (rule === null) return 'Its rule is no more.'
  const since = markedSince(sql, item, rule.hash)
  if (since === null) return 'It is not marked any more.'
  if (now - since < Math.max(rule.after, LEAST_GRACE_MS)) return 'Its grace is not over.'
  if (isMove(item.action) && movableAt(lastMoveOf(sql, item.projectId)) > now) {
    return 'A rule moved it less than 30 days ago.'
  }
  if (!isDestructive(item.action)) return null
  if (!isOpen(policy.window, now, policy.timezone)) return 'The window has closed.'
  if (rule.notice === 0 || wasToldBefore(sql, item, rule.hash, now - rule.notice)) return null
  return 'No message about it has been delivered long enough before.'
}

/** Caps are decided with the plan; this is the floor under it, in case two plans met on one day (G5). `more`: how many are to go. */
function capReached(
  sql: SqlStorage,
  policy: Policy,
  run: RunRow,
  item: PlanItem,
  today: DayCount,
  more = 1,
): string | null {
  const { limits } = policy
  const zero = zeroCap(policy, item)
  if (zero !== null) return `${zero}: none is allowed.`
  // An approval lifts the caps for exactly the plan that was shown, but never a 0.
  if (run.request.kind === 'approved') return null
  if (isStamp(item.action)) {
    if (attemptsOf(sql, run.id, 'stamps') + more <= limits.stamps_per_run) return null
    return `The cap of ${limits.stamps_per_run} stamps per run is reached.`
  }
  if (!isDestructive(item.action)) return null
  if (attemptsOf(sql, run.id, 'destructive') + more > limits.per_run)
    return `The cap of ${limits.per_run} per run is reached.`
  if (today.total + more > limits.per_day) return `The cap of ${limits.per_day} per day is reached.`
  const ofRule = ruleOf(policy, item)?.limit.per_day
  if (ofRule === undefined || (today.byRule[item.rule ?? ''] ?? 0) + more <= ofRule) return null
  return `The rule's cap of ${ofRule} per day is reached.`
}

function ruleOf(policy: Policy, item: PlanItem): Rule | null {
  return policy.rules.find(({ id }) => id === item.rule) ?? null
}

/** What a hold is about; descriptions and parameters of a held project may be changed, and it may be brought back. */
function renamesOrDeletes({ action, change }: PlanItem): boolean {
  return isDestructive(action) || action === 'rename' || (action === 'update' && change?.name !== undefined)
}

function mutationOf(item: PlanItem): Mutation {
  const { projectId, action, to, change } = item
  if (action === 'delete') return { endpoint: 'projects/delete', projectId }
  if (action === 'update' || action === 'restore') return { endpoint: 'projects/update', projectId, ...change }
  if (to === null || action === 'rebuild')
    throw new TypeError(`A plan item with the action ${action} must say what to write.`)
  if (action === 'describe') return { endpoint: 'projects/update', projectId, description: to }
  return { endpoint: 'projects/update', projectId, name: to }
}

function stop(outcome: OutcomeKind | 'later' | 'wait', detail: string): Extract<Passage, { pass: false }> {
  return { pass: false, outcome, detail }
}
