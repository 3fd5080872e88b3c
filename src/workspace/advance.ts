/** One slice of the run whose turn it is. Every slice ends with the ledger telling what the next one does. */

import { problemText, readPolicy } from '../core/policy/policy.ts'
import type { DepsResult } from '../deps.ts'
import { createMeter } from '../quantconnect/meter.ts'
import { standsStill } from './alarms.ts'
import { beginStep, whyNoFurther } from './ledger/progress.ts'
import { changeRun, nextRun, type RunRow } from './ledger/runs.ts'
import { stoppedBy, stopText } from './ledger/stops.ts'
import { act } from './running/act.ts'
import { confirm } from './running/confirm.ts'
import { type FinishDeps, finish } from './running/finish.ts'
import { planRun } from './running/planning.ts'
import { rebuild } from './running/rebuild.ts'
import { type Slice, update } from './running/slice.ts'
import { survey } from './running/survey.ts'
import { tellActing } from './running/tell-run.ts'
import { audienceOf, NOBODY } from './telling/tell.ts'

/** Used to put a run on record when the settings themselves are broken. */
const DEFAULT_KEEPING: FinishDeps['config'] = { recordDays: 400, backupDays: 180, organizationId: '' }

/** Does one slice. `idle`: nothing to do until somebody asks. */
export async function advance(
  storage: DurableObjectStorage,
  log: KVNamespace,
  made: DepsResult,
): Promise<'again' | 'idle'> {
  const { sql } = storage
  const next = nextRun(sql)
  if (next === null) return 'idle'
  const now = () => (made.ok ? made.deps.now() : Date.now())
  const run = next.startedAt === null ? changeRun(sql, next, { status: 'running', startedAt: now() }) : next
  const keeping: FinishDeps = made.ok
    ? { config: made.deps.config, log: made.deps.log, audience: () => audienceOf(made.deps), now }
    : { config: DEFAULT_KEEPING, log, audience: () => Promise.resolve(NOBODY), now }
  // Another run may be waiting its turn after this one.
  const end = async (last: RunRow): Promise<'again'> => finish(storage, keeping, last).then(() => 'again')

  if (run.phase === 'record') return end(run)
  const stuck = whyNoFurther(sql, run)
  if (stuck !== null) return toRecord(sql, run, 'failed', stuck)
  if (!made.ok) return toRecord(sql, run, 'failed', `Nothing was done. ${made.message}`)
  const stopper = stoppedBy(sql, run.id)
  if (stopper !== null && run.phase !== 'confirm') {
    const why = stopText(stopper)
    return run.phase === 'survey' ? toRecord(sql, run, 'refused', why) : toConfirm(sql, run, why)
  }
  if (standsStill(sql, run)) return 'idle'

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
  const slice: Slice = { deps: made.deps, storage, sql, policy: read.policy, meter, callsBefore: run.apiCalls, run }
  // Until there is a plan the newest policy counts; afterwards the run stays with the one its plan was made by.
  if (run.phase === 'survey') update(slice, { policy: read.policy.hash })
  try {
    await doPhase(slice)
  } finally {
    update(slice, {})
  }
  if (slice.run.phase === 'act') tellActing(slice)
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
}

function toRecord(sql: SqlStorage, run: RunRow, ending: 'failed' | 'refused', message: string): 'again' {
  const text = [run.message, message].filter((part) => part !== '').join(' ')
  changeRun(sql, run, { phase: 'record', message: text, state: { ...run.state, ending } })
  return 'again'
}

function toConfirm(sql: SqlStorage, run: RunRow, message: string): 'again' {
  sql.exec(
    `UPDATE items SET state = 'final', outcome = 'changed', detail = ? WHERE run = ? AND state = 'pending'`,
    message,
    run.id,
  )
  changeRun(sql, run, { phase: 'confirm', message: [run.message, message].filter((part) => part !== '').join(' ') })
  return 'again'
}
