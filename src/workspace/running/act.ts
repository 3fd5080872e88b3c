/**
 * One slice of acting: a re-check with fresh lists, then up to ten items, each: still due? → backup → verified? → gate
 * (which writes the intent) → call → answer. What became of it is for `confirm.ts` to see.
 */

import { writtenBy } from '../../core/command/command-restore.ts'
import type { PlanItem } from '../../core/plan/plan.ts'
import { failureText } from '../../quantconnect/failure.ts'
import type { Permit } from '../../quantconnect/permit.ts'
import { useUp } from '../ledger/acted-on.ts'
import { endPermissions } from '../ledger/announced.ts'
import { policyTimeOf } from '../ledger/clock.ts'
import { holdRestored } from '../ledger/holds.ts'
import { type Answer, attemptsOf, type ItemRow, itemsOf, postpone, writeAnswer, writeOutcome } from '../ledger/items.ts'
import { pausedBy } from '../ledger/pause.ts'
import type { OutcomeKind } from '../ledger/run.ts'
import { throttledUntil } from '../ledger/throttle.ts'
import { wordOf } from './asked.ts'
import { makeVerifiedBackup } from './backup.ts'
import { confirmSent } from './confirm.ts'
import { gate, type Passage, takeBack } from './gate.ts'
import { isInBin } from './judge.ts'
import { CALLS_OF_ONE_ITEM } from './put-down.ts'
import { adopt, beginRebuild, goOn, triesShorterName } from './rebuild.ts'
import { type Fresh, recheck } from './recheck.ts'
import { lookAgain } from './settle.ts'
import { policyTime, type Slice, update } from './slice.ts'
import { leaveWaitingPlan } from './starts-anew.ts'

export const ITEMS_PER_SLICE = 10

/** Answers lost one after the other, after which a run takes the service to be down and ends. */
const MOST_LOST_IN_A_ROW = 3

/** An item that could not be finished in this many slices has failed. */
const MOST_TRIES = 4

export async function act(slice: Slice): Promise<void> {
  const batch = itemsOf(slice.sql, slice.run.id, 'pending', ITEMS_PER_SLICE)
  if (batch.length === 0) {
    update(slice, { phase: 'rebuild' })
    return
  }
  if (pausedBy(slice.sql, slice.run) !== null) return standStill(slice)
  update(slice, { state: { ...slice.run.state, pausedAt: null } })

  const fresh = await recheck(slice, batch)
  if (fresh === 'further' || isThrottled(slice)) return
  if (fresh === 'later') return outOfCalls(slice, batch)
  if ('failed' in fresh) {
    giveUp(slice, `The re-check before acting could not be read: ${fresh.failed}`)
    // As when the survey could not read it (G2); but what was done before that is a run half-way.
    if ((fresh.live || wordOf(slice.sql, slice.run) !== null) && attemptsOf(slice.sql, slice.run.id) === 0) {
      update(slice, { state: { ...slice.run.state, ending: 'blocked' } })
    }
    return
  }

  for (const [place, row] of batch.entries()) {
    if (slice.meter.left < CALLS_OF_ONE_ITEM) {
      return place === 0 && !fresh.isFurther ? outOfCalls(slice, batch) : undefined
    }
    const went = await actOn(slice, row, fresh)
    if (went.kind === 'over' || isThrottled(slice)) return
    if (went.kind === 'later') {
      postpone(slice.sql, row, went.why)
      if (row.tries + 1 >= MOST_TRIES)
        writeOutcome(slice.sql, row, 'failed', `Given up after ${MOST_TRIES} tries. ${went.why}`)
      return
    }
    if (went.kind === 'stop') return giveUp(slice, went.why)
  }
}

/**
 * Acting is paused: what was sent so far is looked at, so that it can be undone at once, and the run stands still. It goes
 * on when the pause ends; `advance.ts` ends it when that takes too long.
 */
async function standStill(slice: Slice): Promise<void> {
  if ((await confirmSent(slice)) === 'later') return
  update(slice, { state: { ...slice.run.state, pausedAt: slice.run.state.pausedAt ?? slice.deps.now() } })
}

/** After a throttled call nothing further is started; no item has failed by it. */
function isThrottled(slice: Slice): boolean {
  return throttledUntil(slice.sql, slice.deps.now()) !== null
}

/** A re-check that does not fit into a whole slice will not fit into the next one either. */
function outOfCalls(slice: Slice, [first]: readonly ItemRow[]): void {
  const why = `A re-check takes more than the ${slice.deps.config.callsPerSlice} calls one slice may make.`
  if (first === undefined || first.tries + 1 >= MOST_TRIES) giveUp(slice, `${why} Set CALLS_PER_SLICE higher.`)
  else postpone(slice.sql, first, why)
}

/** `over`: this slice ends here, and the next asks again. `stop`: nothing else of this run can go well either. */
type Went = { readonly kind: 'done' | 'over' } | { readonly kind: 'later' | 'stop'; readonly why: string }

const DONE: Went = { kind: 'done' }

async function actOn(slice: Slice, row: ItemRow, fresh: Fresh): Promise<Went> {
  const { item } = row
  const project = fresh.inventory.projects.find((one) => one.id === item.projectId) ?? null
  if (project === null && item.action !== 'rebuild') return vanished(slice, row)
  if (project !== null && item.action === 'delete' && project.created === item.created && isInBin(project)) {
    // Should it come back, it starts anew.
    endPermissions(slice.sql, item.projectId, null)
    noteChanged(slice, fresh)
    return leave(slice, row, 'already', 'Somebody else moved it to the Recycle Bin.')
  }
  let stands = fresh.stands(row)
  let present = project
  if (stands.still && project !== null && isReadAgain(stands.item)) {
    // The list may be a minute old, and a person may have written since what this call would write over.
    const sight = await lookAgain(slice, item.projectId)
    if (sight === 'later') return { kind: 'later', why: 'The calls of this slice were used up.' }
    if (sight.kind !== 'seen') return leave(slice, row, 'changed', 'It could not be read again, so it was left alone.')
    present = sight.project
    stands = await fresh.standsWith(row, present)
  }
  if (!stands.still) return leave(slice, row, stands.outcome, stands.why)

  let verifiedBackup: string | null = null
  if (project !== null && item.action === 'delete') {
    const backup = await makeVerifiedBackup(slice, row, project)
    if (backup.kind === 'later') return { kind: 'later', why: backup.why }
    // What the copy shows of its files counts against its mark, whatever becomes of the copy.
    stands = fresh.standsOnCopy(row)
    if (backup.kind !== 'verified') return leave(slice, row, backup.kind, backup.why)
    verifiedBackup = backup.key
    if (!stands.still) return leave(slice, row, stands.outcome, stands.why)
  }

  const facts = {
    now: slice.deps.now(),
    listsAskedAt: fresh.askedAt,
    policyNow: policyTime(slice),
    stands,
    project: present,
    verifiedBackup,
  }
  if (item.action === 'rebuild') {
    const begun = await beginRebuild(slice, row, facts, fresh.inventory)
    return begun === 'goes on' ? DONE : passed(slice, row, begun)
  }
  const passage = await gate(slice.sql, slice.policy, slice.run, row, facts)
  if (passage.pass && item.action === 'restore' && project !== null && isInBin(project)) {
    holdRestored(slice.sql, item, facts.policyNow)
  }
  return passed(slice, row, passage)
}

/** A description may hold a project, and what is put back or asked for by word must not go over a person's own work (G24). */
function isReadAgain(item: PlanItem): boolean {
  return writtenBy(item).description !== undefined || item.action === 'restore' || item.action === 'update'
}

/** Sends what the gate let through. */
async function passed(slice: Slice, row: ItemRow, passage: Passage): Promise<Went> {
  if (!passage.pass) {
    if (passage.outcome === 'wait') return { kind: 'over' }
    if (passage.outcome === 'later') return { kind: 'later', why: passage.detail }
    return leave(slice, row, passage.outcome, passage.detail)
  }
  return send(slice, row, passage.permit, passage.day)
}

async function send(slice: Slice, row: ItemRow, permit: Permit, day: string): Promise<Went> {
  const sent = await slice.deps.client.mutate(permit, slice.meter)
  const failure = sent.result.ok ? null : sent.result.failure
  if (failure !== null && CERTAINLY_NOT_TAKEN.has(failure.kind)) {
    takeBack(slice.sql, row, day)
    return { kind: 'over' }
  }
  const detail = failure === null ? '' : failureText(failure)
  const answer: Answer =
    sent.effect === 'accepted' ? { kind: 'accepted' } : { kind: sent.effect === 'none' ? 'refused' : 'lost', detail }
  if (row.item.action === 'rebuild' && failure?.kind === 'refused' && triesShorterName(slice, row))
    return { kind: 'over' }
  const lostInARow = answer.kind === 'lost' ? slice.run.state.lostInARow + 1 : 0
  const made = sent.result.ok ? sent.result.value.created : null
  slice.storage.transactionSync(() => {
    writeAnswer(slice.sql, row, answer, sent.sentAt, sent.answeredAt)
    if (answer.kind !== 'refused') useUp(slice.sql, row.item, sent.sentAt, policyTimeOf(slice.run, slice.deps.now()))
    if (made !== null) adopt(slice, row, made)
    if (answer.kind !== 'refused' && row.item.action !== 'describe') {
      leaveWaitingPlan(slice, (id) => id === row.item.projectId, 'Something else was done to it.')
    }
    // With the calls so far, should this be the last thing this process does.
    update(slice, { state: { ...slice.run.state, lostInARow } })
  })
  // In the same step, for the files that QuantConnect gave it are told from a person's by their dates.
  if (made !== null) await goOn(slice, row)
  if (failure?.kind === 'auth') return { kind: 'stop', why: detail }
  if (lostInARow < MOST_LOST_IN_A_ROW) return DONE
  return { kind: 'stop', why: `${lostInARow} answers in a row were lost. ${detail}` }
}

/** Nothing was sent, or QuantConnect asked to slow down: the item has its turn again, on fresh lists. */
const CERTAINLY_NOT_TAKEN: ReadonlySet<string> = new Set(['withdrawn', 'throttled', 'budget'])

/** What was asked for is not all done where something came since that it does not mean. */
function noteChanged(slice: Slice, { changed }: Fresh): void {
  const { message, state } = slice.run
  if (changed === null || message.includes(changed)) return
  const text = [message, changed].filter((part) => part !== '').join(' ')
  update(slice, { message: text, state: { ...state, left: true } })
}

/** Not in the list any more: gone only if a single look says so too, for lists have been seen with rows missing. */
async function vanished(slice: Slice, row: ItemRow): Promise<Went> {
  const sight = await lookAgain(slice, row.item.projectId)
  if (sight === 'later') return { kind: 'later', why: 'The calls of this slice were used up.' }
  if (sight.kind === 'notFound') {
    endPermissions(slice.sql, row.item.projectId, null)
    return leave(slice, row, 'already', 'Somebody else removed it; it is not in the bin.')
  }
  return leave(slice, row, 'changed', 'The list does not hold it any more, so it was left alone.')
}

function leave(slice: Slice, row: ItemRow, outcome: OutcomeKind, why: string): Went {
  writeOutcome(slice.sql, row, outcome, why)
  return DONE
}

/** Ends the acting of a run: nothing is sent for what was not tried yet, with the reason. */
function giveUp(slice: Slice, why: string): void {
  slice.storage.transactionSync(() => {
    for (const row of itemsOf(slice.sql, slice.run.id, 'pending'))
      writeOutcome(slice.sql, row, 'not_attempted', `Not tried. ${why}`)
    update(slice, { phase: 'rebuild', message: [slice.run.message, why].filter((text) => text !== '').join(' ') })
  })
}
