/** From a whole survey to a plan: of what the policy's rules want, of what somebody asked for, or of what was approved. */

import { inOtherClock } from '../../core/base/other-clock.ts'
import { sentences } from '../../core/base/sentences.ts'
import type { CommandItems } from '../../core/command/command.ts'
import type { Memory } from '../../core/evidence/memory.ts'
import { type Inventory, isUnknown } from '../../core/evidence/project.ts'
import type { Decision } from '../../core/judge/decide.ts'
import { dayOf, makePlan, sealPlan } from '../../core/plan/plan.ts'
import { stillWaits } from '../../core/plan/still.ts'
import { allActedOn } from '../ledger/acted-on.ts'
import { loadInventory } from '../ledger/evidence.ts'
import { writeFact } from '../ledger/facts.ts'
import { approvedRules } from '../ledger/first-approvals.ts'
import { dropHold } from '../ledger/holds.ts'
import { insertItems, itemsOf, writeOutcome } from '../ledger/items.ts'
import { attemptsOn, readMemory } from '../ledger/memory.ts'
import { leftToPeople, openProposal, proposalOf, waitingItems } from '../ledger/proposals.ts'
import { NO_FINDINGS, type SweepRequest } from '../ledger/run.ts'
import { iso, runById } from '../ledger/runs.ts'
import { restingUnits, type UnitRow } from '../ledger/units.ts'
import { endIfOver, isRestOf, restOf, shrink, type WhyNot } from '../telling/plan-ends.ts'
import { askedItems, type Word, wordOf } from './asked.ts'
import { findingsOf } from './findings.ts'
import { audienceIn, goActing, putDown, whyBlocked } from './put-down.ts'
import { type Decided, decideRead } from './readings.ts'
import { guard, guardForPreview, reachOf } from './shrink-guard.ts'
import { policyTime, type Slice, update } from './slice.ts'
import { startAnew } from './starts-anew.ts'

/** `later`: this slice's calls are used up, paid evidence goes on in the next. */
export async function planRun(slice: Slice): Promise<'planned' | 'later'> {
  const { request } = slice.run
  const surveyed = await loadInventory(slice.sql, slice.run, slice.deps.config.organizationId)
  const now = policyTime(slice)
  const refusal = await guard(slice, surveyed, now)
  if (refusal !== null) {
    startAnew(slice, surveyed.projects, false)
    return end(slice, 'blocked', refusal)
  }
  if (request.kind === 'sweep') {
    const planned = await planSweep(slice, surveyed, request, now)
    // Its record says which marks went, so it looks at them first.
    if (planned === 'planned') startAnew(slice, surveyed.projects, true)
    return planned
  }
  startAnew(slice, surveyed.projects, reachOf(slice.sql, slice.run) === 'deletion')
  await showScan(slice, surveyed, now)
  if (request.kind === 'approved') {
    if (proposalOf(slice.sql, request.proposal)?.policy !== slice.policy.hash) {
      return end(slice, 'refused', 'The policy was changed after the plan was approved, so nothing of it was done.')
    }
    // Its items came with the decision; each is asked after on fresh lists before its call.
    const blocked = whyBlocked(slice, surveyed)
    if (blocked !== null) return end(slice, 'blocked', blocked)
    goActing(slice)
    return 'planned'
  }

  noteReceipt(slice)
  const situation = { policy: slice.policy, inventory: surveyed, memory: readMemory(slice.sql), now }
  const word: Word = { asked: request, run: slice.run, isApproved: false }
  const asked = await askedItems(slice.sql, word, situation, slice.deps.now())
  return asked.ok ? planAsked(slice, surveyed, asked, now) : refuseAsked(slice, asked)
}

/** Views look at the newest scan that can be trusted, whatever it was made for (G28). */
async function showScan({ sql, run }: Slice, surveyed: Inventory, now: number): Promise<void> {
  if (isUnknown(surveyed.running) || (await guardForPreview(sql, surveyed, now)) !== null) return
  writeFact(sql, 'scan', { run: run.id })
}

/** In whose clock `created` and `modified` are: once for the whole run, so that every re-check compares with the same moment. */
function noteReceipt(slice: Slice): void {
  const { state, receivedAt } = slice.run
  if (state.asOf !== undefined) return
  const until = slice.deps.now()
  const asOf = inOtherClock(receivedAt, slice.deps.client.date(), { from: state.surveyAt ?? until, until })
  update(slice, { state: { ...state, asOf } })
}

/** Each project that was created, renamed or modified since gets an outcome of its own. */
function refuseAsked(slice: Slice, { why, unknown, changed = [] }: Extract<CommandItems, { ok: false }>): 'planned' {
  slice.storage.transactionSync(() => {
    insertItems(slice.sql, slice.run.id, changed, () => 'pending')
    for (const row of itemsOf(slice.sql, slice.run.id, 'pending')) {
      writeOutcome(slice.sql, row, 'changed', row.item.reasons.join(' '))
    }
    end(slice, unknown === true ? 'blocked' : 'refused', why)
  })
  return 'planned'
}

async function planAsked(
  slice: Slice,
  inventory: Inventory,
  { items, notes, left = [], releases }: Extract<CommandItems, { ok: true }>,
  now: number,
): Promise<'planned'> {
  const { sql, policy } = slice
  const plan = await sealPlan(policy, inventory, items, { today: attemptsOn(sql, dayOf(now, policy.timezone)) })
  const open = openProposal(sql)
  if (plan.waiting.length > 0 && open !== null) {
    const why = `This is over a cap, so people would have to decide, and the plan of run ${open.run} waits for them already. Decide on that, then ask again.`
    return end(slice, 'refused', why)
  }
  // What was given after the command was received is not meant by it.
  if (releases !== undefined) dropHold(sql, releases, slice.run.receivedAt)
  if (left.length > 0) {
    const message = sentences(slice.run.message, ...left)
    update(slice, { message, state: { ...slice.run.state, left: true } })
  }
  await putDown(slice, inventory, { plan, findings: { ...NO_FINDINGS, warnings: notes }, sweep: null }, now)
  return 'planned'
}

async function planSweep(
  slice: Slice,
  surveyed: Inventory,
  request: SweepRequest,
  now: number,
): Promise<'planned' | 'later'> {
  const { sql, policy } = slice
  const memory = readMemory(sql)
  const resting = restingUnits(sql, now)
  const planOf = async ({ inventory, decision }: Decided) =>
    makePlan(policy, inventory, decision, memory, {
      now,
      today: attemptsOn(sql, dayOf(now, policy.timezone)),
      approved: await approvedRules(sql, policy),
      actedOn: allActedOn(sql),
      leave: leftToPeople(sql),
      only: request.rules,
      resting: new Set(resting.keys()),
    })
  const decided = await decideRead(slice, surveyed, memory, now, planOf)
  if (decided === 'later') return 'later'
  const { inventory, decision } = decided
  if (request.mode === 'act') await lookAtWaiting(slice, inventory, decision, memory, now)
  const plan = await planOf(decided)
  const findings = findingsOf(policy, inventory, decision, plan)
  await putDown(
    slice,
    inventory,
    {
      plan,
      findings: { ...findings, warnings: [...findings.warnings, ...restTexts(resting, inventory)] },
      sweep: decision,
    },
    now,
  )
  return 'planned'
}

/** Of each directory that is left alone for a while and still there: why, and until when. */
function restTexts(resting: ReadonlyMap<string, UnitRow>, { projects }: Inventory): readonly string[] {
  return [...resting.values()].flatMap(({ directory, why, notBefore }) =>
    notBefore === null || !projects.some(({ path }) => path.startsWith(`${directory}/`))
      ? []
      : [`Directory "${directory}" is tried again from ${iso(notBefore)} on. ${why}`],
  )
}

/** A waiting plan is looked at again at every sweep: it ends when it is over, and loses what does not stand any more. */
async function lookAtWaiting(
  slice: Slice,
  inventory: Inventory,
  decision: Decision,
  memory: Memory,
  now: number,
): Promise<void> {
  const { sql, policy } = slice
  const realNow = slice.deps.now()
  const hearers = { policy, audience: audienceIn(slice) }
  endIfOver(sql, hearers, realNow)
  const open = openProposal(sql)
  if (open === null) return
  const proposing = runById(sql, open.run)
  const word = proposing === null ? null : wordOf(sql, proposing)
  const situation = { policy, inventory, memory, now }
  const meant = word === null ? null : await askedItems(sql, { ...word, isApproved: true }, situation, realNow)
  const whyNot: WhyNot = (item) => {
    if (meant === null) {
      const judged = stillWaits(item, decision, inventory)
      return judged.still ? null : judged.why
    }
    if (!meant.ok) return meant.why
    const same = meant.items.some(({ projectId, created }) => projectId === item.projectId && created === item.created)
    return same ? null : 'It is not among what was asked for any more.'
  }
  const held = new Set(decision.verdicts.flatMap(({ projectId, state }) => (state === 'held' ? [projectId] : [])))
  const isHeldOut = waitingItems(sql, open).some(({ item }) => held.has(item.projectId))
  for (;;) {
    const rest = await restOf(sql, whyNot)
    const isDone = slice.storage.transactionSync(() => {
      const waits = openProposal(sql)
      if (waits === null) return true
      if (!isRestOf(sql, rest)) return false
      // Decided on meanwhile, it may have approvals that this one has not.
      shrink(sql, hearers, waits, whyNot, realNow, isHeldOut ? rest : null)
      return true
    })
    if (isDone) return
  }
}

function end(slice: Slice, ending: 'blocked' | 'refused', why: string): 'planned' {
  const message = sentences(slice.run.message, why)
  update(slice, { message, phase: 'record', state: { ...slice.run.state, ending } })
  return 'planned'
}
