/** A waiting plan, or one that is over, as people are shown it. */

import { approvalCard, type WaitingPlan } from '../../core/cards/approval-card.ts'
import type { Card } from '../../core/cards/card.ts'
import { type EndedPlan, type Ending, endedCard } from '../../core/cards/ended-card.ts'
import { resultCard } from '../../core/cards/run-card.ts'
import type { Person } from '../../core/policy/policy.ts'
import { outcomesOf } from '../ledger/items.ts'
import { type Proposal, proposalOf, waitingItems } from '../ledger/proposals.ts'
import { isGoingOn } from '../ledger/run.ts'
import { runFacts } from '../ledger/run-facts.ts'
import { iso, type RunRow, runById } from '../ledger/runs.ts'

export function waitingPlan(sql: SqlStorage, proposal: Proposal, people: readonly Person[]): WaitingPlan {
  const { run, hash, needs, requester, approvals, proposed } = proposal
  return {
    run,
    hash,
    needs,
    proposed,
    expiresAt: iso(proposal.expiresAt),
    approvals: approvals.map(({ by }) => by),
    requestedBy: people.some(({ name }) => name === requester) ? requester : null,
    items: waitingItems(sql, proposal).map(({ item }) => ({
      projectId: item.projectId,
      name: item.name,
      action: item.action,
      rule: item.rule,
      modified: iso(item.modified),
      size: sizeOf(sql, item.projectId),
    })),
    mayDecide: people.filter(({ may }) => may.includes('approve')).map(({ name }) => name),
    because: runById(sql, run)?.state.stopped ?? [],
  }
}

/** `waiting`: how many items waited when it ended. */
export function endedPlan(proposal: Proposal, waiting: number): EndedPlan {
  return { run: proposal.run, hash: proposal.hash, waiting, ending: endingOf(proposal) }
}

/** After the run that carried an approved plan out. */
export function executedPlan(sql: SqlStorage, proposal: Proposal, run: RunRow): EndedPlan {
  const by = proposal.approvals.map((one) => one.by)
  const result = runFacts(sql, run, outcomesOf(sql, run.id))
  const ending: Ending = { kind: 'executed', by, at: iso(run.finishedAt ?? run.createdAt), result }
  return { run: proposal.run, hash: proposal.hash, waiting: result.outcomes.length, ending }
}

export function planCard(sql: SqlStorage, proposal: Proposal, people: readonly Person[]): Card {
  if (proposal.state === 'open') return approvalCard(waitingPlan(sql, proposal, people))
  const execution = proposal.execution === null ? null : runById(sql, proposal.execution)
  const isOver = execution !== null && !isGoingOn(execution.status)
  return endedCard(isOver ? executedPlan(sql, proposal, execution) : endedPlan(proposal, proposal.proposed))
}

/** The card of a run that has ended, which is the plan's where it carried one out; with what that card is about. */
export function endedRun(sql: SqlStorage, id: string): { readonly card: Card; readonly subject: string } | null {
  const run = runById(sql, id)
  if (run === null || isGoingOn(run.status)) return null
  const proposal = run.request.kind === 'approved' ? proposalOf(sql, run.request.proposal) : null
  return proposal === null
    ? { card: resultCard(runFacts(sql, run, outcomesOf(sql, id))), subject: `run:${id}` }
    : { card: endedCard(executedPlan(sql, proposal, run)), subject: `plan:${proposal.run}` }
}

function endingOf({ state, approvals, endedAt, endedBy, execution, proposedAt }: Proposal): Ending {
  const at = iso(endedAt ?? proposedAt)
  switch (state) {
    case 'open':
      throw new TypeError('This plan still waits.')
    case 'approved':
      return { kind: 'approved', by: approvals.map((one) => one.by), at, execution: execution ?? '' }
    case 'refused':
      return { kind: 'refused', by: endedBy ?? '', at }
    case 'expired':
    case 'policy changed':
    case 'empty':
      return { kind: state, at }
  }
}

/** What its files hold, where the last survey bought that. */
function sizeOf(sql: SqlStorage, projectId: number): { readonly files: number; readonly bytes: number } | null {
  const row = sql
    .exec<{ files: number | null; bytes: number | null }>(
      `SELECT json_extract(evidence, '$.files.count') AS files, json_extract(evidence, '$.files.bytes') AS bytes
       FROM paid WHERE project_id = ? LIMIT 1`,
      projectId,
    )
    .toArray()[0]
  return row?.files == null || row.bytes == null ? null : { files: row.files, bytes: row.bytes }
}
