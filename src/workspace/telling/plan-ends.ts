/** How a waiting plan shrinks and ends, and that people are told of it: the ledger and the card in one transaction. */

import { hashItems, type PlanItem } from '../../core/plan/plan.ts'
import { type Policy, readPolicy } from '../../core/policy/policy.ts'
import type { Deps } from '../../deps.ts'
import type { ProposalEnd } from '../ledger/asks.ts'
import { leavePlan } from '../ledger/items.ts'
import { openProposal, type Proposal, proposalOf, renew, waitingItems, writeEnd } from '../ledger/proposals.ts'
import type { RunRow } from '../ledger/runs.ts'
import { endedPlan, executedPlan, waitingPlan } from './plan-cards.ts'
import { type Audience, audienceOf } from './tell.ts'
import { tellEnded, tellRenewed, tellWaiting } from './tell-plan.ts'

/** Who is told, and by which policy; no policy = it cannot be read just now. */
export interface Hearers {
  readonly policy: Policy | null
  readonly audience: Audience
}

export interface Ending {
  readonly state: ProposalEnd
  readonly by: string | null
  /** The run that executes it. */
  readonly execution?: string
  /** Real time. */
  readonly at: number
}

/** The one place where a waiting plan ends. */
export function endProposal(sql: SqlStorage, hearers: Hearers, proposal: Proposal, ending: Ending): void {
  const waiting = waitingItems(sql, proposal)
  writeEnd(sql, proposal, ending)
  for (const row of waiting) leavePlan(sql, row)
  const ended = proposalOf(sql, proposal.run)
  if (ended !== null) tellEnded(sql, hearers.audience, endedPlan(ended, waiting.length), ending.at)
}

/** Ends the open plan if its time is over (real time), or if another policy is in force. */
export function endIfOver(sql: SqlStorage, hearers: Hearers, now: number): void {
  const open = openProposal(sql)
  if (open === null) return
  if (open.expiresAt <= now) endProposal(sql, hearers, open, { state: 'expired', by: null, at: now })
  else if (hearers.policy !== null && hearers.policy.hash !== open.policy) {
    endProposal(sql, hearers, open, { state: 'policy changed', by: null, at: now })
  }
}

/** Why an item does not stand any more; null when it does. */
export type WhyNot = (item: PlanItem) => string | null

/** What the open plan comes to without some of its items: the hash of what is left, and what that was computed of. */
export interface Rest {
  readonly of: string
  readonly hash: string
}

/** A hash takes a moment, in which others may decide: whoever uses it asks `isRestOf` in the same transaction. */
export async function restOf(sql: SqlStorage, whyNot: WhyNot): Promise<Rest> {
  const open = openProposal(sql)
  const of = whatWaits(sql)
  const left = open === null ? [] : waitingItems(sql, open).flatMap(({ item }) => (whyNot(item) === null ? [item] : []))
  return { of, hash: await hashItems(open?.policy ?? '', left) }
}

/** Whether the open plan is still the one whose rest that is. */
export function isRestOf(sql: SqlStorage, rest: Rest): boolean {
  return rest.of === whatWaits(sql)
}

function whatWaits(sql: SqlStorage): string {
  const open = openProposal(sql)
  if (open === null) return ''
  return [open.run, ...waitingItems(sql, open).map(({ item }) => item.projectId)].join(' ')
}

/**
 * Takes what does not stand any more out of the open plan; with nothing left the plan ends. `rest`: somebody holds one of
 * its projects, so that what is left is a new plan.
 */
export function shrink(
  sql: SqlStorage,
  hearers: Hearers,
  proposal: Proposal,
  whyNot: WhyNot,
  now: number,
  rest: Rest | null = null,
): void {
  const before = waitingItems(sql, proposal)
  for (const row of before) {
    if (whyNot(row.item) !== null) leavePlan(sql, row)
  }
  const left = waitingItems(sql, proposal).length
  if (left === 0) endProposal(sql, hearers, proposal, { state: 'empty', by: null, at: now })
  else if (left < before.length) {
    if (rest !== null) renew(sql, proposal, rest.hash)
    const open = waitingPlan(sql, proposalOf(sql, proposal.run) ?? proposal, hearers.policy?.people ?? [])
    if (rest !== null) tellRenewed(sql, hearers.audience, open, now)
    tellWaiting(sql, hearers.audience, open, now)
  }
}

/** The run that carried an approved plan out has ended: the card of the plan says how. */
export function tellExecuted(sql: SqlStorage, audience: Audience, run: RunRow, now: number): void {
  const proposal = run.request.kind === 'approved' ? proposalOf(sql, run.request.proposal) : null
  if (proposal !== null) tellEnded(sql, audience, executedPlan(sql, proposal, run), now)
}

/** At the alarm: a plan whose time is over ends by itself, without anybody's click. */
export async function expire(storage: DurableObjectStorage, deps: Deps): Promise<void> {
  const open = openProposal(storage.sql)
  if (open === null || open.expiresAt > deps.now()) return
  const read = await readPolicy(deps.policyText)
  const hearers = { policy: read.ok ? read.policy : null, audience: await audienceOf(deps) }
  storage.transactionSync(() => endIfOver(storage.sql, hearers, deps.now()))
}
