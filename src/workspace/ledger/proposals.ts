/**
 * Plans that wait for people (G7). At most one is open. It only shrinks, and ends by a decision, after 24 hours, by a
 * change of the policy, or when nothing of it is left; an approval inserts a run that executes exactly what is left.
 */

import { sameKey } from '../../core/plan/asking.ts'
import type { ProposalEnd, ProposalView } from './asks.ts'
import { type ItemRow, itemsOf } from './items.ts'
import { iso, type RunRow } from './runs.ts'

/** How long people have, in real time. */
export const DECIDE_WITHIN_MS = 24 * 3_600_000

/** How long an approval is good for, in real time. */
const ACT_WITHIN_MS = 24 * 3_600_000

export interface Proposal {
  /** The run whose plan it is. */
  readonly run: string
  readonly hash: string
  /** Hash of the policy it was made by. */
  readonly policy: string
  readonly needs: 1 | 2
  /** Who asked for the run, as its actor. */
  readonly requester: string
  readonly proposed: number
  readonly proposedAt: number
  readonly expiresAt: number
  readonly state: 'open' | ProposalEnd
  readonly approvals: readonly Approval[]
  readonly endedAt: number | null
  readonly endedBy: string | null
  readonly execution: string | null
}

export interface Approval {
  readonly by: string
  readonly through: string
  /** Real time. */
  readonly at: number
}

type Columns = {
  run: string
  hash: string
  policy: string
  needs: number
  requester: string
  proposed: number
  proposed_at: number
  expires_at: number
  state: string
  approvals: string
  ended_at: number | null
  ended_by: string | null
  execution: string | null
}

/** Puts a plan before people. Its items stand in the table of items, in the state `waiting`. */
export function propose(
  sql: SqlStorage,
  run: RunRow,
  plan: { readonly hash: string; readonly policy: string; readonly needs: 1 | 2; readonly waiting: readonly unknown[] },
  now: number,
): Proposal {
  sql.exec(
    `INSERT INTO proposals (run, hash, policy, needs, requester, proposed, proposed_at, expires_at, state, approvals)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', '[]')`,
    run.id,
    plan.hash,
    plan.policy,
    plan.needs,
    run.actor,
    plan.waiting.length,
    now,
    now + DECIDE_WITHIN_MS,
  )
  const proposal = proposalOf(sql, run.id)
  if (proposal === null) throw new Error('The proposal that was just written is not there.')
  return proposal
}

export function openProposal(sql: SqlStorage): Proposal | null {
  return only(sql.exec<Columns>(`SELECT * FROM proposals WHERE state = 'open' LIMIT 1`))
}

/** When the open plan's time is over; null when none is open. */
export function nextExpiry(sql: SqlStorage): number | null {
  return openProposal(sql)?.expiresAt ?? null
}

export function proposalOf(sql: SqlStorage, run: string): Proposal | null {
  return only(sql.exec<Columns>('SELECT * FROM proposals WHERE run = ?', run))
}

/** Until when a run may carry out the plan it was approved for: 24 hours from the last approval, pauses included (G7). Null for other runs. */
export function approvalEnds(sql: SqlStorage, { request }: Pick<RunRow, 'request'>): number | null {
  if (request.kind !== 'approved') return null
  const approved = proposalOf(sql, request.proposal)
  return approved?.endedAt == null ? 0 : approved.endedAt + ACT_WITHIN_MS
}

/** What is left of an approved plan is carried out by another run, under the same approval. */
export function continueBy(sql: SqlStorage, run: string, execution: string): void {
  sql.exec(`UPDATE proposals SET execution = ? WHERE run = ? AND state = 'approved'`, execution, run)
}

/** The open one, else the newest that ended. */
export function newestProposal(sql: SqlStorage): Proposal | null {
  return only(
    sql.exec<Columns>(`SELECT * FROM proposals ORDER BY state = 'open' DESC, proposed_at DESC, rowid DESC LIMIT 1`),
  )
}

/** The plan before this one, if its time went by without a decision; else null. */
export function expiredBefore(sql: SqlStorage, { run, proposedAt }: Proposal): Proposal | null {
  const before = only(
    sql.exec<Columns>(
      `SELECT * FROM proposals WHERE state <> 'open' AND proposed_at <= ? AND run <> ? ORDER BY proposed_at DESC, rowid DESC LIMIT 1`,
      proposedAt,
      run,
    ),
  )
  return before?.state === 'expired' ? before : null
}

/** The items that still wait. */
export function waitingItems(sql: SqlStorage, { run }: Pick<Proposal, 'run'>): readonly ItemRow[] {
  return itemsOf(sql, run, 'waiting')
}

/** What is in the open plan already, so that later runs leave it alone. */
export function leftToPeople(sql: SqlStorage): ReadonlySet<string> {
  const open = openProposal(sql)
  return new Set(open === null ? [] : waitingItems(sql, open).map(({ item }) => sameKey(item)))
}

export function writeApprovals(sql: SqlStorage, { run }: Proposal, approvals: readonly Approval[]): void {
  sql.exec('UPDATE proposals SET approvals = ? WHERE run = ?', JSON.stringify(approvals), run)
}

/** Somebody holds a project out of it: what is left is another plan, and nobody has approved that yet (G7). */
export function renew(sql: SqlStorage, { run }: Proposal, hash: string): void {
  sql.exec(`UPDATE proposals SET hash = ?, approvals = '[]' WHERE run = ? AND state = 'open'`, hash, run)
}

/** Writes how a plan ended. Only `plan-ends.ts` calls this, which tells people of it too. */
export function writeEnd(
  sql: SqlStorage,
  { run }: Proposal,
  ending: { readonly state: ProposalEnd; readonly by: string | null; readonly execution?: string; readonly at: number },
): void {
  sql.exec(
    `UPDATE proposals SET state = ?, ended_at = ?, ended_by = ?, execution = ? WHERE run = ? AND state = 'open'`,
    ending.state,
    ending.at,
    ending.by,
    ending.execution ?? null,
    run,
  )
}

export function viewOf(sql: SqlStorage, proposal: Proposal): ProposalView {
  const { run, hash, state, needs, endedBy, execution, proposed } = proposal
  return {
    run,
    hash,
    state,
    proposedAt: iso(proposal.proposedAt),
    expiresAt: iso(proposal.expiresAt),
    endedAt: proposal.endedAt === null ? null : iso(proposal.endedAt),
    needs,
    approvals: proposal.approvals.map(({ by, through, at }) => ({ by, through, at: iso(at) })),
    endedBy,
    execution,
    waiting: state === 'open' ? waitingItems(sql, proposal).length : 0,
    proposed,
  }
}

export function endText(state: ProposalEnd, by: string | null): string {
  switch (state) {
    case 'approved':
      return `Approved by ${by}.`
    case 'refused':
      return `Refused by ${by}.`
    case 'expired':
      return 'Nobody decided within 24 hours.'
    case 'policy changed':
      return 'The policy was changed before anybody decided.'
    case 'empty':
      return 'Nothing of the plan was left to decide.'
  }
}

function only(cursor: SqlStorageCursor<Columns>): Proposal | null {
  const row = cursor.toArray()[0]
  if (row === undefined) return null
  return {
    run: row.run,
    hash: row.hash,
    policy: row.policy,
    needs: row.needs === 2 ? 2 : 1,
    requester: row.requester,
    proposed: row.proposed,
    proposedAt: row.proposed_at,
    expiresAt: row.expires_at,
    state: row.state as Proposal['state'],
    approvals: JSON.parse(row.approvals) as Approval[],
    endedAt: row.ended_at,
    endedBy: row.ended_by,
    execution: row.execution,
  }
}
