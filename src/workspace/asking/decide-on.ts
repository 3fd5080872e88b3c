/** One decision on a waiting plan: a single compare-and-set, the first that settles it wins, every other changes nothing (G7). */

import { isOpen, nextOpening } from '../../core/base/window.ts'
import { zeroCap } from '../../core/plan/asking.ts'
import { minuteText } from '../../core/plan/sentences.ts'
import type { Person, Policy } from '../../core/policy/policy.ts'
import { isDestructive } from '../../core/policy/rule.ts'
import { type Decided, type Decision, nameOf, type Who } from '../ledger/asks.ts'
import { policyNow } from '../ledger/clock.ts'
import { insertItems } from '../ledger/items.ts'
import { type Approval, endText, type Proposal, proposalOf, waitingItems, writeApprovals } from '../ledger/proposals.ts'
import { insertRun } from '../ledger/runs.ts'
import { waitingPlan } from '../telling/plan-cards.ts'
import { endIfOver, endProposal, type Hearers } from '../telling/plan-ends.ts'
import { tellWaiting } from '../telling/tell-plan.ts'
import { runId } from './submit.ts'

type No = Extract<Decided, { ok: false }>

/** `now`: real time. */
export function decideOn(
  storage: DurableObjectStorage,
  hearers: Hearers & { readonly policy: Policy },
  decision: Decision,
  now: number,
): Decided {
  const { policy } = hearers
  return storage.transactionSync(() => {
    const { sql } = storage
    endIfOver(sql, hearers, now)
    const proposal = proposalOf(sql, decision.run)
    if (proposal === null) return no('not found', `Run ${decision.run} has no plan that waits for people.`)
    if (proposal.state !== 'open') return no('over', overText(proposal))
    if (decision.plan !== proposal.hash) {
      const why = `That is not the hash of the plan that waits. Its hash is ${proposal.hash} now; look at it again, then decide on that.`
      return no('other plan', why)
    }
    const person = personOf(policy, decision.by)
    const by = nameOf(decision.by)
    const refusal =
      decision.decision === 'refuse' ? whyNotRefuse(decision.by, person) : whyNotApprove(proposal, decision.by, person)
    if (refusal !== null) return no('forbidden', refusal)

    if (decision.decision === 'refuse') {
      startAgain(sql, proposal, policyNow(sql, now))
      endProposal(sql, hearers, proposal, { state: 'refused', by, at: now })
      return { ok: true, run: null, missing: 0 }
    }
    const zero = whyNever(sql, policy, proposal)
    if (zero !== null) return no('not now', zero)
    const closed = whyClosed(sql, policy, proposal, policyNow(sql, now))
    if (closed !== null) return no('not now', closed)
    const approvals: readonly Approval[] = [...proposal.approvals, { by, through: decision.through, at: now }]
    writeApprovals(sql, proposal, approvals)
    const missing = proposal.needs - approvals.length
    if (missing > 0) {
      const open = proposalOf(sql, proposal.run) ?? proposal
      tellWaiting(sql, hearers.audience, waitingPlan(sql, open, policy.people), now)
      return { ok: true, run: null, missing }
    }

    const everybody = approvals.map((one) => one.by).join(' and ')
    const execution = runId(now)
    insertRun(sql, {
      id: execution,
      triggerId: `approval:${proposal.run}`,
      bodyHash: proposal.hash,
      trigger: 'approval',
      actor: everybody,
      request: { kind: 'approved', mode: 'act', proposal: proposal.run, plan: proposal.hash },
      policyAt: policyNow(sql, now),
      createdAt: now,
    })
    const items = waitingItems(sql, proposal).map(({ item }) => item)
    insertItems(sql, execution, items, () => 'pending')
    endProposal(sql, hearers, proposal, { state: 'approved', by: everybody, execution, at: now })
    return { ok: true, run: execution, missing: 0 }
  })
}

function personOf(policy: Policy, by: Who): Person | null {
  return by.kind === 'person' ? (policy.people.find(({ name }) => name === by.name) ?? null) : null
}

function whyNotRefuse(by: Who, person: Person | null): string | null {
  if (by.kind === 'token' || (person !== null && person.may.length > 0)) return null
  return `${by.name} is not named in the policy as somebody who may operate or approve.`
}

function whyNotApprove({ needs, requester, approvals }: Proposal, by: Who, person: Person | null): string | null {
  if (by.kind === 'token') {
    return needs === 2
      ? 'A rule of this plan asks for two people, and a bearer token is nobody. Approve in person.'
      : null
  }
  if (person === null || !person.may.includes('approve')) {
    return `${by.name} is not named in the policy as somebody who may approve.`
  }
  if (needs === 2 && requester === by.name) return `${by.name} asked for this run, so two others have to approve.`
  if (approvals.some((one) => one.by === by.name)) return `${by.name} has approved already; another person has to.`
  return null
}

/** An approval lifts caps, but never a 0: one that could do nothing at all would be spent on nothing. */
function whyNever(sql: SqlStorage, policy: Policy, proposal: Proposal): string | null {
  const zeros = waitingItems(sql, proposal).map(({ item }) => zeroCap(policy, item))
  const [zero] = zeros
  if (zero === undefined || zero === null || zeros.includes(null)) return null
  return `The policy says ${zero}: none is allowed, and no approval lifts that. Change the policy if that is not what you want.`
}

/** Rules act inside the window only, approved or not: an approval outside it would be spent on nothing. */
function whyClosed(sql: SqlStorage, policy: Policy, proposal: Proposal, now: number): string | null {
  if (isOpen(policy.window, now, policy.timezone)) return null
  const bound = waitingItems(sql, proposal).some(({ item }) => item.rule !== null && isDestructive(item.action))
  if (!bound) return null
  const opens = nextOpening(policy.window, now, policy.timezone)
  const when = opens === null ? '' : ` It opens ${minuteText(opens)}.`
  return `The window of the policy is closed, and nothing may go outside it.${when} The plan waits on; approve it then.`
}

/** Who refuses wants the projects kept: their grace begins anew, so that the next tick does not ask the same again. */
function startAgain(sql: SqlStorage, proposal: Proposal, now: number): void {
  for (const { item } of waitingItems(sql, proposal)) {
    if (item.rule === null) continue
    sql.exec(
      'UPDATE marks SET since = ? WHERE project_id = ? AND created = ? AND rule = ?',
      now,
      item.projectId,
      item.created,
      item.rule,
    )
    for (const table of ['notices', 'announced']) {
      sql.exec(`DELETE FROM ${table} WHERE project_id = ? AND created = ?`, item.projectId, item.created)
    }
  }
}

function overText(proposal: Proposal): string {
  if (proposal.state === 'open') return ''
  const when = proposal.endedAt === null ? '' : ` (${minuteText(proposal.endedAt)})`
  return `This plan is over: ${endText(proposal.state, proposal.endedBy)}${when} Nothing was changed by this decision.`
}

function no(reason: No['reason'], message: string): No {
  return { ok: false, reason, message }
}
