/** Takes a trigger: one run row per trigger id, for ever the same answer to the same id (G14). */

import { canonicalJson, sha256Hex } from '../../core/base/canonical.ts'
import { policyNow } from '../ledger/clock.ts'
import { readFact, writeFact } from '../ledger/facts.ts'
import type { RunRequest, Trigger } from '../ledger/run.ts'
import { insertRun, runByTrigger } from '../ledger/runs.ts'
import { nextRun } from '../ledger/turns.ts'
import { type Admitted, admit, noteReport } from './admit.ts'

export interface Submission {
  /** What makes a trigger the same one: a tick's time, a webhook's id. */
  readonly triggerId: string
  /** Other ids under which the very same may have come before, such as that of the minute before. */
  readonly formerIds?: readonly string[]
  readonly trigger: Trigger
  /** Who asked, for the record. */
  readonly actor: string
  readonly request: RunRequest
}

export type Submitted =
  | { readonly ok: true; readonly run: string; readonly repeated: boolean }
  /** The same id came before with something else in it. */
  | { readonly ok: false; readonly reason: 'other body'; readonly run: string }

/** Not now, and it did not count; when to ask again, in milliseconds. */
export interface TooMany {
  readonly ok: false
  readonly reason: 'too many'
  readonly message: string
  readonly retryAfterMs: number
}
/** `ahead`: the scheduled time is in the future, so nothing was taken. */
export type TickSubmitted =
  | Extract<Submitted, { ok: true }>
  | { readonly ok: false; readonly reason: 'ahead'; readonly message: string }

/** The scheduler's clock and ours may differ by this much. */
const MOST_AHEAD_MS = 10 * 60_000

/** How far one scheduled time may move the test clock of development. */
const MOST_TEST_STEP_MS = 400 * 86_400_000

export async function submit(storage: DurableObjectStorage, submission: Submission, now: number): Promise<Submitted> {
  const taken = await take(storage, submission, now, null)
  if (!taken.ok && taken.reason === 'too many') throw new TypeError('Only reports are limited.')
  return taken
}

/** A report, which anybody may ask for: merged with one that goes on, and `reports` an hour for each who asks (G30). */
export function submitReport(
  storage: DurableObjectStorage,
  submission: Submission,
  now: number,
  reports: number,
): Promise<Submitted | TooMany> {
  return take(storage, submission, now, reports)
}

async function take(
  storage: DurableObjectStorage,
  submission: Submission,
  now: number,
  reports: number | null,
): Promise<Submitted | TooMany> {
  const bodyHash = await sha256Hex(canonicalJson(submission.request))
  return storage.transactionSync(() => {
    const ids = [submission.triggerId, ...(submission.formerIds ?? [])]
    const before = ids.map((id) => runByTrigger(storage.sql, id)).find((run) => run !== null)
    if (before !== undefined) {
      if (before.bodyHash !== bodyHash) return { ok: false, reason: 'other body', run: before.id }
      return { ok: true, run: before.id, repeated: true }
    }
    const asking = { ...submission, bodyHash }
    const admitted = admit(storage.sql, asking, reports, now)
    if (admitted.kind !== 'new') return submittedAs(admitted)
    const id = runId(now)
    if (reports !== null) noteReport(storage.sql, asking, id, now)
    insertRun(storage.sql, { ...submission, id, bodyHash, policyAt: policyNow(storage.sql, now), createdAt: now })
    return { ok: true, run: id, repeated: false }
  })
}

function submittedAs(admitted: Exclude<Admitted, { kind: 'new' }>): Submitted | TooMany {
  switch (admitted.kind) {
    case 'joins':
      return { ok: true, run: admitted.run, repeated: admitted.repeated }
    case 'other body':
      return { ok: false, reason: 'other body', run: admitted.run }
    case 'too many':
      return { ok: false, reason: 'too many', message: admitted.why, retryAfterMs: admitted.retryAfterMs }
  }
}

/**
 * Takes a cron tick. `hasTestClock`: development beside a sandbox of this machine. One that finds a run going on ends at once, "skipped"; one older than the newest tick only reports,
 * so that a clock going backwards never causes an action. A repeated tick is the same run.
 */
export async function submitTick(
  storage: DurableObjectStorage,
  scheduled: number,
  now: number,
  hasTestClock: boolean,
): Promise<TickSubmitted> {
  const ahead = whyAhead(storage.sql, scheduled, now, hasTestClock)
  if (ahead !== null) return { ok: false, reason: 'ahead', message: ahead }
  const bodyHash = await sha256Hex(String(scheduled))
  return storage.transactionSync(() => {
    const { sql } = storage
    const triggerId = `tick:${scheduled}`
    const before = runByTrigger(sql, triggerId)
    if (before !== null) return { ok: true, run: before.id, repeated: true }

    const newest = readFact(sql, 'tick')
    const isOlder = newest !== null && scheduled < newest.scheduled
    const busy = nextRun(sql, now)
    // A pause stops acting, not reading (G19).
    const isPaused = readFact(sql, 'pause') !== null
    if (!isOlder) writeFact(sql, 'tick', { scheduled, arrived: now })
    const id = runId(now)
    const tick = {
      id,
      triggerId,
      bodyHash,
      trigger: 'cron',
      actor: 'cron',
      policyAt: scheduled,
      createdAt: now,
    } as const
    const request: RunRequest = { kind: 'sweep', mode: isOlder || isPaused ? 'report' : 'act', rules: null }
    if (busy !== null) {
      insertRun(sql, {
        ...tick,
        request,
        phase: 'record',
        ending: 'ok',
        message: `Skipped: run ${busy.id} was going on.`,
      })
    } else {
      const message = isOlder
        ? 'This tick is older than the newest one, so it only reports.'
        : isPaused
          ? 'Paused, so this run only reports.'
          : ''
      insertRun(sql, { ...tick, request, message })
    }
    return { ok: true, run: id, repeated: false }
  })
}

/**
 * Why a scheduled time may not be taken: one in the future would skip every grace period. In development it moves a test
 * clock, at most 400 days beyond the newest time that was taken; that clock is never behind the real one.
 */
function whyAhead(sql: SqlStorage, scheduled: number, now: number, hasTestClock: boolean): string | null {
  const newest = hasTestClock ? Math.max(now, readFact(sql, 'tick')?.scheduled ?? 0) : now
  if (scheduled <= newest + (hasTestClock ? MOST_TEST_STEP_MS : MOST_AHEAD_MS)) return null
  const limit = hasTestClock ? '400 days beyond the newest one' : '10 minutes ahead of the clock'
  return `Scheduled time ${new Date(scheduled).toISOString()} is more than ${limit}; nothing was run.`
}

/** Sorts by time and reads as one: 20261124-100000-1f3a9c. */
export function runId(now: number): string {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  const random = crypto.getRandomValues(new Uint8Array(3))
  return `${time}-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
