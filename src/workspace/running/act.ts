/**
 * One slice of acting: a re-check with fresh lists, then up to ten items, and directories as `stages.ts` has them, each:
 * still due? → backup → verified? → gate (which writes the intent) → call → answer. What became of it is for `confirm.ts` to
 * see.
 */

import { sentences } from '../../core/base/sentences.ts'
import { failureText } from '../../quantconnect/failure.ts'
import type { Permit } from '../../quantconnect/permit.ts'
import { useUp } from '../ledger/acted-on.ts'
import { policyTimeOf } from '../ledger/clock.ts'
import { holdRestored } from '../ledger/holds.ts'
import {
  type Answer,
  attemptsOf,
  type ItemRow,
  itemsOf,
  postpone,
  stateOf,
  writeAnswer,
  writeOutcome,
} from '../ledger/items.ts'
import { pausedBy } from '../ledger/pause.ts'
import type { OutcomeKind } from '../ledger/run.ts'
import { throttledUntil } from '../ledger/throttle.ts'
import { stopUnit } from '../ledger/units.ts'
import { wordOf } from './asked.ts'
import { makeVerifiedBackup } from './backup.ts'
import { confirmSent } from './confirm.ts'
import { gate, type Passage, type Stands, takeBack } from './gate.ts'
import { isInBin } from './judge.ts'
import { CALLS_OF_ONE_ITEM } from './put-down.ts'
import { adopt, beginRebuild, goOn, triesShorterName } from './rebuild.ts'
import { type Fresh, recheck } from './recheck.ts'
import { revalidate } from './revalidate.ts'
import { policyTime, type Slice, update } from './slice.ts'
import { drop, MOST_TRIES, nextBatch, prepare, readAhead, tryLater } from './stages.ts'
import { leaveWaitingPlan } from './starts-anew.ts'

/** Answers lost one after the other, after which a run takes the service to be down and ends. */
const MOST_LOST_IN_A_ROW = 3

export async function act(slice: Slice): Promise<void> {
  if (itemsOf(slice.sql, slice.run.id, 'pending', 1).length === 0) {
    update(slice, { phase: 'rebuild' })
    return
  }
  if (pausedBy(slice.sql, slice.run) !== null) return standStill(slice)
  update(slice, { state: { ...slice.run.state, pausedAt: null } })

  const { rows, asked, units, ahead } = nextBatch(slice)
  if (ahead !== null) return readAhead(slice, ahead)
  const fresh = await recheck(slice, asked)
  if (fresh === 'further' || isThrottled(slice)) return
  if (fresh === 'later') return outOfCalls(slice, rows)
  if ('failed' in fresh) {
    giveUp(slice, `The re-check before acting could not be read: ${fresh.failed}`)
    // As when the survey could not read it (G2); but what was done before that is a run half-way.
    if ((fresh.live || wordOf(slice.sql, slice.run) !== null) && attemptsOf(slice.sql, slice.run.id) === 0) {
      update(slice, { state: { ...slice.run.state, ending: 'blocked' } })
    }
    return
  }

  let waits = false
  for (const unit of units) {
    waits = (await prepare(slice, unit, fresh)) === 'wait' || waits
    if (isThrottled(slice)) return
  }
  if (waits) return
  for (const [place, row] of rows.entries()) {
    if (isOver(slice, row)) continue
    if (slice.meter.left < CALLS_OF_ONE_ITEM) {
      return place === 0 && !fresh.isFurther ? outOfCalls(slice, rows) : undefined
    }
    const went = await actOn(slice, row, fresh)
    if (went.kind === 'over' || isThrottled(slice)) return
    if (went.kind === 'later') return tryLater(slice, row, went.why)
    if (went.kind === 'stop') return giveUp(slice, went.why)
  }
}

/** Whether a look at all of its directory gave it an outcome: it is gone, or a member does not go. */
function isOver({ sql }: Slice, { run, unit, item }: ItemRow): boolean {
  return unit !== null && stateOf(sql, run, item.projectId) !== 'pending'
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
  const found = await revalidate(slice, row, fresh)
  if (found.kind === 'later') return found
  if (found.kind === 'left') return leave(slice, row, found.outcome, found.why)
  const { project } = found
  let stands: Stands = found.stands

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
    project,
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
    if (answer.kind !== 'accepted') stopUnit(slice.sql, row, whyNot(answer), policyTime(slice))
    // With the calls so far, should this be the last thing this process does.
    update(slice, { state: { ...slice.run.state, lostInARow } })
  })
  // In the same step, for the files that QuantConnect gave it are told from a person's by their dates.
  if (made !== null) await goOn(slice, row)
  if (failure?.kind === 'auth') return { kind: 'stop', why: detail }
  if (lostInARow < MOST_LOST_IN_A_ROW) return DONE
  return { kind: 'stop', why: `${lostInARow} answers in a row were lost. ${detail}` }
}

function whyNot(answer: Exclude<Answer, { kind: 'accepted' }>): string {
  return answer.kind === 'refused'
    ? `QuantConnect refused the call. ${answer.detail}`
    : `The answer was lost. ${answer.detail}`
}

/** Nothing was sent, or QuantConnect asked to slow down: the item has its turn again, on fresh lists. */
const CERTAINLY_NOT_TAKEN: ReadonlySet<string> = new Set(['withdrawn', 'throttled', 'budget'])

function leave(slice: Slice, row: ItemRow, outcome: OutcomeKind, why: string): Went {
  drop(slice, row, outcome, why)
  return DONE
}

/** Ends the acting of a run: nothing is sent for what was not tried yet, with the reason. */
function giveUp(slice: Slice, why: string): void {
  slice.storage.transactionSync(() => {
    for (const row of itemsOf(slice.sql, slice.run.id, 'pending'))
      writeOutcome(slice.sql, row, 'not_attempted', `Not tried. ${why}`)
    update(slice, { phase: 'rebuild', message: sentences(slice.run.message, why) })
  })
}
