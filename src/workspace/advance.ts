/** One slice of the run whose turn it is. Every slice ends with the ledger telling what the next one does. */

import { sentences } from '../core/base/sentences.ts'
import { problemText, readPolicy } from '../core/policy/policy.ts'
import type { DepsResult } from '../deps.ts'
import { createMeter } from '../quantconnect/meter.ts'
import { useUp } from './ledger/acted-on.ts'
import { isToRead } from './ledger/activity.ts'
import { policyTimeOf } from './ledger/clock.ts'
import { deadlineText, overdueCommand } from './ledger/deadlines.ts'
import { openIntents, writeNoAnswer } from './ledger/items.ts'
import { beginStep, forgiveStep, whyNoFurther } from './ledger/progress.ts'
import { changeRun, type RunRow, runById } from './ledger/runs.ts'
import { stoppedBy, stopText } from './ledger/stops.ts'
import { throttledUntil } from './ledger/throttle.ts'
import { nextRun } from './ledger/turns.ts'
import { stopUnit } from './ledger/units.ts'
import { act } from './running/act.ts'
import { confirm } from './running/confirm.ts'
import { type FinishDeps, finish } from './running/finish.ts'
import { postponing } from './running/heedful.ts'
import { type Over, whyOver } from './running/over.ts'
import { planRun } from './running/planning.ts'
import { messageWithReading, readOn } from './running/readings.ts'
import { rebuild } from './running/rebuild.ts'
import { type Slice, update } from './running/slice.ts'
import { survey } from './running/survey.ts'
import { tellActing } from './running/tell-run.ts'
import { audienceOf, NOBODY } from './telling/tell.ts'

/** Used to put a run on record when the settings themselves are broken. */
const DEFAULT_KEEPING: FinishDeps['config'] = { recordDays: 400, organizationId: '' }

/** Does one slice. `idle`: nothing to do until somebody asks. */
export async function advance(
  storage: DurableObjectStorage,
  log: KVNamespace,
  made: DepsResult,
): Promise<'again' | 'idle'> {
  const { sql } = storage
  const now = () => (made.ok ? made.deps.now() : Date.now())
  // Whoever's turn it is: a command must not begin after its time only because something else was in front of it.
  const overdue = overdueCommand(sql, now())
  if (overdue !== null) toRecord(sql, overdue, 'expired', deadlineText(overdue))
  const next = overdue === null ? nextRun(sql, now()) : runById(sql, overdue.id)
  if (next === null) return 'idle'
  const run = next.startedAt === null ? changeRun(sql, next, { status: 'running', startedAt: now() }) : next
  const keeping: FinishDeps = made.ok
    ? { config: made.deps.config, log: made.deps.log, audience: () => audienceOf(made.deps), now }
    : { config: DEFAULT_KEEPING, log, audience: () => Promise.resolve(NOBODY), now }
  // Another run may be waiting its turn after this one.
  const end = async (last: RunRow, isBare = false): Promise<'again'> =>
    finish(storage, keeping, last, isBare).then(() => 'again')

  closeIntents(storage, run)
  const stuck = whyNoFurther(sql, run)
  if (run.phase === 'record') {
    beginStep(sql, run.id)
    await storage.sync()
    return end(run, stuck !== null)
  }
  if (stuck !== null && run.phase === 'read') return endReading(sql, run)
  if (stuck !== null) return toRecord(sql, run, 'failed', stuck, run.phase === 'survey' ? 'api' : undefined)
  if (!made.ok) return toRecord(sql, run, 'failed', `Nothing was done. ${made.message}`)
  const stopper = stoppedBy(sql, run.id)
  if (stopper !== null && run.phase !== 'confirm') {
    const why = stopText(stopper)
    // What was still to be read is left to the next run.
    if (run.phase === 'read') return endReading(sql, run)
    return run.phase === 'survey' ? toRecord(sql, run, 'refused', why) : toConfirm(sql, run, why)
  }
  const over = whyOver(sql, run, now())
  if (over !== null && over.leaves === 'at once') return toRecord(sql, run, over.ending, over.why)
  if (over !== null) return endActing(sql, run, over.why, over.detail, over.hasRest)
  // Reading does not wait for it: the next run reads on.
  if (throttledUntil(sql, now()) !== null) return run.phase === 'read' ? endReading(sql, run) : 'idle'

  const read = await readPolicy(made.deps.policyText)
  if (!read.ok) {
    // What it quotes may be a secret that somebody wrote into it (G20).
    const why = made.deps.clean(read.problems.map(problemText).join(' '))
    return toRecord(sql, run, 'failed', `The policy cannot be used, so nothing was done. ${why}`)
  }
  if (run.policy !== null && run.policy !== read.policy.hash && run.phase === 'act') {
    return toConfirm(sql, run, 'A new policy was deployed during the run; what had not been done was left.')
  }

  beginStep(sql, run.id)
  // Before anything else: a step that exceeds the memory is killed in the middle, and what is not on disk then is lost.
  await storage.sync()
  const meter = createMeter(made.deps.config.callsPerSlice)
  const deps = { ...made.deps, client: postponing(made.deps.client) }
  const slice: Slice = { deps, storage, sql, policy: read.policy, meter, callsBefore: run.apiCalls, run }
  // Until there is a plan the newest policy counts; afterwards the run stays with the one its plan was made by.
  if (run.phase === 'survey') update(slice, { policy: read.policy.hash })
  try {
    await doPhase(slice)
  } finally {
    update(slice, {})
    if (throttledUntil(sql, now()) !== null) forgiveStep(sql, run.id)
  }
  if (slice.run.phase === 'act') tellActing(slice)
  // Plan and acting go first; what of activity did not fit in before them is read now.
  if (run.phase !== 'read' && slice.run.phase === 'record' && isToRead(sql, run.id)) {
    update(slice, { phase: 'read' })
    return 'again'
  }
  return slice.run.phase === 'record' ? end(slice.run) : 'again'
}

async function doPhase(slice: Slice): Promise<void> {
  if (slice.run.phase === 'survey') {
    if ((await survey(slice)) === 'whole') await planRun(slice)
  }
  // Acting and confirming begin in slices of their own: each has a budget of calls.
  else if (slice.run.phase === 'act') await act(slice)
  else if (slice.run.phase === 'rebuild') await rebuild(slice)
  else if (slice.run.phase === 'confirm') await confirm(slice)
  else if (slice.run.phase === 'read') await readOn(slice)
}

function endReading(sql: SqlStorage, run: RunRow): 'again' {
  changeRun(sql, run, { phase: 'record', message: messageWithReading(sql, run) })
  return 'again'
}

function toRecord(
  sql: SqlStorage,
  run: RunRow,
  ending: Over['ending'] | 'failed' | 'refused',
  message: string,
  cause?: RunRow['state']['cause'],
): 'again' {
  const text = sentences(run.message, message)
  const state = { ...run.state, ending, ...(cause === undefined ? {} : { cause }) }
  changeRun(sql, run, { phase: 'record', message: text, state })
  return 'again'
}

function toConfirm(sql: SqlStorage, run: RunRow, message: string): 'again' {
  return endActing(sql, run, message, message, false)
}

/** What was not sent is not sent any more. `hasRest`: another run goes on with it when the pause is over. */
function endActing(sql: SqlStorage, run: RunRow, message: string, detail: string, hasRest: boolean): 'again' {
  sql.exec(
    `UPDATE items SET state = 'final', outcome = 'not_attempted', detail = ? WHERE run = ? AND state = 'pending'`,
    detail,
    run.id,
  )
  changeRun(sql, run, {
    phase: 'confirm',
    message: sentences(run.message, message),
    state: { ...run.state, pausedAt: null, hasRest },
  })
  return 'again'
}

/** A call whose answer the process did not live to see may have been made: it counts as sent (G22). */
function closeIntents(storage: DurableObjectStorage, run: RunRow): void {
  const open = openIntents(storage.sql, run.id)
  if (open.length === 0) return
  storage.transactionSync(() => {
    for (const row of open) {
      const sentAt = row.sentAt ?? run.createdAt
      writeNoAnswer(storage.sql, row)
      stopUnit(storage.sql, row, 'This program stopped before an answer came.', policyTimeOf(run, sentAt))
      useUp(storage.sql, row.item, sentAt, policyTimeOf(run, sentAt))
    }
  })
}
