/**
 * The reading of activity (G31). The list of projects proves that a project is not idle, never that it is; what a rule would
 * take for idle is read first: files, then backtests, two projects at a time, the oldest first, with so many calls a run.
 * What fits into a run is read before its plan; the rest after it has acted, and counts in the next.
 */

import { sentences } from '../../core/base/sentences.ts'
import type { Memory } from '../../core/evidence/memory.ts'
import type { ActivityReading, Inventory } from '../../core/evidence/project.ts'
import { type Decision, decide } from '../../core/judge/decide.ts'
import type { ToRead } from '../../core/judge/unread.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { READINGS_AT_ONCE, readingText, staleNames } from '../../core/plan/readings.ts'
import { createMeter, withinBoth } from '../../quantconnect/meter.ts'
import {
  dropToRead,
  lookedAt,
  nextToRead,
  putToRead,
  type Queued,
  readActivity,
  strikeRead,
} from '../ledger/activity.ts'
import { believable } from '../ledger/backtests-seen.ts'
import { storePaid } from '../ledger/evidence.ts'
import { readFact, removeFact, writeFact } from '../ledger/facts.ts'
import { addPaid, buyEvidence, type Paid } from '../ledger/paid.ts'
import { isAnotherQueued, type RunRow } from '../ledger/runs.ts'
import { throttledUntil } from '../ledger/throttle.ts'
import { inLanes } from './read-activity.ts'
import { BOTH, readOne } from './read-one.ts'
import { type Slice, update } from './slice.ts'

/** Of what is still to be read so many are looked up at a time. */
const AT_A_TIME = 64

export interface Decided {
  readonly inventory: Inventory
  readonly decision: Decision
}

/**
 * The decision of a run, with everything read that settles something and that may be read in this run. What it would show to
 * people by an old reading is read again, or not shown. Puts down what is left to read. `later`: this slice's calls are used
 * up, and the next goes on from here.
 */
export async function decideRead(
  slice: Slice,
  surveyed: Inventory,
  memory: Memory,
  now: number,
  planOf: (decided: Decided) => Promise<Plan>,
): Promise<Decided | 'later'> {
  const { sql, policy, run } = slice
  const paid: Paid = { ...surveyed.paid }
  const tried = new Set<number>()
  const tooOld = new Set<number>()
  let mayRead = true
  for (;;) {
    const inventory = { ...surveyed, paid, activity: withoutThese(readActivity(sql), tooOld) }
    const decision = decide(policy, inventory, memory, now)
    if (decision.needs.length > 0) {
      if ((await buyAll(slice, decision.needs, paid)) === 'later') return 'later'
      continue
    }
    const decided = { inventory, decision }
    const shown = await staleNames(policy, inventory, decision, await planOf(decided), memory, now)
    const stale = shown.filter(({ projectId }) => !tried.has(projectId))
    const wanted = joined(stale, decision.toRead).filter(({ projectId }) => !tried.has(projectId))
    const batch = [wanted, stale].find((some) => some.length > 0 && mayRead && fits(slice, some.length))
    if (batch === undefined) {
      const old = shown.filter(({ projectId }) => !tooOld.has(projectId))
      if (old.length > 0) {
        for (const { projectId } of old) tooOld.add(projectId)
        continue
      }
      putDownRest(slice, decision.toRead, tooOld, now)
      return decided
    }
    const went = await readAll(slice, batch, (one) => tried.add(one.projectId))
    if (went === 'later') return 'later'
    if (went === 'stop') mayRead = false
  }

  function putDownRest(slice: Slice, rest: readonly ToRead[], first: ReadonlySet<number>, at: number): void {
    if (run.request.kind !== 'sweep' || run.request.mode !== 'act') return
    const ordered = [...rest].sort((a, b) => Number(first.has(b.projectId)) - Number(first.has(a.projectId)))
    slice.storage.transactionSync(() => {
      // Each takes a call at least, so no more than these can be read.
      putToRead(sql, run.id, mayRead ? ordered.slice(0, slice.deps.config.readingCalls) : [])
      const all = new Set([...rest.map(({ projectId }) => projectId), ...lookedAt(sql, at)])
      update(slice, { state: { ...slice.run.state, unread: rest.length, readable: all.size } })
      putProgress(slice)
    })
  }
}

/** Reads on after a run has acted, one step; its phase says whether another follows. */
export async function readOn(slice: Slice): Promise<void> {
  const { sql, run } = slice
  const queue = nextToRead(sql, run.id, AT_A_TIME)
  // Whoever waits for an answer does not wait for this; the next run reads on.
  const isOver = queue.length === 0 || allowanceLeft(slice) < 1 || isAnotherQueued(sql, run.id)
  if (!isOver && (await readAll(slice, queue, undefined)) !== 'stop' && allowanceLeft(slice) > 0) return
  slice.storage.transactionSync(() => {
    dropToRead(sql)
    putProgress(slice)
    update(slice, { phase: 'record', message: messageWithReading(sql, slice.run) })
  })
}

/** The message of a run, and how far the reading is. */
export function messageWithReading(sql: SqlStorage, { message }: Pick<RunRow, 'message'>): string {
  const reading = readFact(sql, 'reading')
  return sentences(message, reading === null ? '' : readingText(reading))
}

/** The calls for readings that this run may still make. */
function allowanceLeft({ run, deps }: Slice): number {
  return deps.config.readingCalls - run.state.readingCalls
}

/** Whether so many projects can be read with what is left, at two calls each. */
function fits(slice: Slice, projects: number): boolean {
  return 2 * projects <= allowanceLeft(slice)
}

/**
 * Reads some, in order. `later`: this slice's calls are used up. `stop`: nothing further is to be read in this run. `read`
 * is told of each that was read or failed.
 */
async function readAll(
  slice: Slice,
  some: readonly (ToRead | Queued)[],
  read: ((one: ToRead | Queued) => void) | undefined,
): Promise<'all' | 'later' | 'stop'> {
  const allowance = createMeter(Math.max(0, allowanceLeft(slice)))
  const meter = withinBoth(slice.meter, allowance)
  const settled = new Set<string>()
  let end: 'all' | 'later' | 'stop' = 'all'
  let looked = 0
  await inLanes(some, READINGS_AT_ONCE, async (one) => {
    if (one.unit !== null && settled.has(one.unit)) return true
    const went = await readOne(slice, one, BOTH, meter)
    if (went === 'later' || typeof went === 'object') {
      const isForLater = went === 'later' && allowance.left > 0 && throttledUntil(slice.sql, slice.deps.now()) === null
      end = isForLater ? 'later' : 'stop'
      return false
    }
    if (one.unit !== null && went === 'young') settled.add(one.unit)
    looked += 'position' in one ? strikeRead(slice.sql, one, went === 'young') : 1
    read?.(one)
    return true
  })
  const { state } = slice.run
  update(slice, {
    state: {
      ...state,
      readingCalls: state.readingCalls + meter.used,
      unread: Math.max(0, state.unread - looked),
    },
  })
  return end
}

async function buyAll(slice: Slice, needs: Decision['needs'], paid: Paid): Promise<'all' | 'later'> {
  const { sql, run, deps } = slice
  for (const { projectId, kind } of needs) {
    const bought = await buyEvidence(deps.client, projectId, kind, slice.meter)
    if (bought === 'later') return 'later'
    addPaid(paid, projectId, kind, believable(sql, projectId, kind, bought.evidence, deps.now()))
    storePaid(sql, run.id, projectId, paid[projectId] ?? {})
    if (bought.failed) update(slice, { state: { ...slice.run.state, readsFailed: true } })
  }
  return 'all'
}

/** The first list, then what of the second is not in it. */
function joined(some: readonly ToRead[], more: readonly ToRead[]): readonly ToRead[] {
  const known = new Set(some.map(({ projectId }) => projectId))
  return [...some, ...more.filter(({ projectId }) => !known.has(projectId))]
}

/** The readings as if these were not whole; their dates still count. */
function withoutThese(
  activity: Record<string, ActivityReading>,
  projects: ReadonlySet<number>,
): Record<string, ActivityReading> {
  for (const id of projects) {
    const reading = activity[id]
    if (reading !== undefined) activity[id] = { ...reading, readAt: null }
  }
  return activity
}

/** How far the reading is, for people; nothing once nothing is left. */
function putProgress({ sql, deps, run }: Slice): void {
  const { unread, readable } = run.state
  if (unread === 0) {
    removeFact(sql, 'reading')
    return
  }
  const runs = Math.ceil((2 * unread) / deps.config.readingCalls)
  const hoursLeft = Math.ceil((runs * deps.config.tickMinutes) / 60)
  writeFact(sql, 'reading', { looked: readable - unread, of: readable, hoursLeft })
}
