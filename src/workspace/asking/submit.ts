/** Takes a trigger: the same id is the same run (G14). */

import { canonicalJson, sha256Hex } from '../../core/base/canonical.ts'
import { policyNow } from '../ledger/clock.ts'
import { REPEATABLE_FOR_MS } from '../ledger/evidence.ts'
import { readFact, writeFact } from '../ledger/facts.ts'
import { attemptsOf, itemsOf, outcomesOf } from '../ledger/items.ts'
import { hasJoined } from '../ledger/joined.ts'
import type { RunRequest, Trigger } from '../ledger/run.ts'
import { goingOn, insertRun, MOST_REPEATS, newestOf, type RunRow, repeatId, runsSince } from '../ledger/runs.ts'
import { standsStillUntil } from '../ledger/turns.ts'
import { type Admitted, admit, noteReport } from './admit.ts'

export interface Submission {
  /** What makes a trigger the same one: a tick's time, a webhook's id. */
  readonly triggerId: string
  /** Of a door that has no ids: the same content counts as the same message for a while. */
  readonly content?: Content
  readonly trigger: Trigger
  /** Who asked, for the record. */
  readonly actor: string
  readonly request: RunRequest
  /** When it was asked for, where that was earlier than now: real time in milliseconds. */
  readonly receivedAt?: number
}

export interface Content {
  /** The project it is about. Once anything else about that project has come, the same content is a new message. */
  readonly project: number
  /** For how long, in milliseconds. */
  readonly within: number
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

/**
 * The same trigger id is the same run, and a redelivery changes nothing, with one exception: a run that sent nothing because
 * of the service is repeated by it, as of the moment when the first was received.
 */
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
    const { sql } = storage
    const { content, triggerId } = submission
    const before = content === undefined ? newestOf(sql, triggerId) : sameContent(sql, triggerId, content, now)
    const { receivedAt = now } = submission
    const scanBefore = readFact(sql, 'good')?.run ?? null
    const id = runId(now)
    const common = { ...submission, id, bodyHash, policyAt: policyNow(sql, now), createdAt: now }
    if (before === null) {
      const asking = { ...common, triggerId: content === undefined ? triggerId : `${triggerId}:${id}` }
      const admitted = admit(sql, asking, reports, now)
      if (admitted.kind !== 'new') return submittedAs(admitted)
      if (reports !== null) noteReport(sql, asking, id, now)
      insertRun(sql, { ...asking, receivedAt, scanBefore })
      return { ok: true, run: id, repeated: false }
    }
    if (before.bodyHash !== bodyHash) return { ok: false, reason: 'other body', run: before.id }
    const repeat = repeatOf(sql, before, now)
    if (repeat === null) return { ok: true, run: before.id, repeated: true }
    insertRun(sql, {
      ...common,
      triggerId: repeat,
      receivedAt: before.receivedAt,
      scanBefore: before.scanBefore,
      retryOf: before.id,
    })
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

/** The trigger id under which a run is repeated; null when the same delivery is to stay the run that it was. */
function repeatOf(
  sql: SqlStorage,
  { id, triggerId, status, state, request, receivedAt }: RunRow,
  now: number,
): string | null {
  const { n = '0', first = triggerId } = /^repeat (?<n>\d+):(?<first>.*)$/s.exec(triggerId)?.groups ?? {}
  const isDue = Number(n) < MOST_REPEATS && now - receivedAt <= REPEATABLE_FOR_MS && request.kind !== 'approved'
  if (!isDue || attemptsOf(sql, id) > 0) return null
  const kinds = outcomesOf(sql, id).map(({ outcome }) => outcome)
  // A run that a throttle ended says so before its outcomes do.
  const isHalf = status === 'partial' && (state.ending === 'partial' || kinds.every((kind) => kind === 'failed'))
  const cameToNothing = status === 'blocked' || status === 'failed' || isHalf
  return cameToNothing ? repeatId(first, Number(n) + 1) : null
}

/** The newest run of this content, unless it is too old or something else about the project has come since. */
function sameContent(sql: SqlStorage, said: string, { project, within }: Content, now: number): RunRow | null {
  const runs = runsSince(sql, now - within)
  const place = runs.findLastIndex(
    ({ triggerId }) => triggerId.startsWith(`${said}:`) || triggerId.includes(`:${said}:`),
  )
  const before = runs[place]
  if (before === undefined) return null
  // What waits may have taken in another message of the project since.
  if (hasJoined(sql, before.id, 'update')) return null
  return runs.slice(place + 1).some((run) => isAbout(sql, run, project)) ? null : before
}

/** Whether a run may have changed a project. A name may mean any project, and a directory may hold any. */
function isAbout(sql: SqlStorage, { id, request }: RunRow, project: number): boolean {
  if (request.mode === 'report') return false
  if (request.kind === 'sweep') return itemsOf(sql, id).some(({ item }) => item.projectId === project)
  if (request.kind !== 'command') return true
  const { command } = request
  if (command.type === 'directory.delete') return true
  const ref = 'project' in command ? command.project : command.projectId
  return typeof ref === 'string' || ref === project
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
    const before = newestOf(sql, triggerId)
    if (before !== null) return { ok: true, run: before.id, repeated: true }

    const newest = readFact(sql, 'tick')
    const isOlder = newest !== null && scheduled < newest.scheduled
    const busy = openSweep(sql, now)
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

/** A sweep that goes on, of the policy's schedule or one that acts: commands come first and reports wait, so neither takes its scan from a scheduled run (G30). */
function openSweep(sql: SqlStorage, now: number): RunRow | null {
  const isSweep = ({ request, trigger }: RunRow) =>
    request.kind === 'sweep' && (request.mode === 'act' || trigger === 'cron')
  return goingOn(sql).find((run) => isSweep(run) && standsStillUntil(sql, run, now) === null) ?? null
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
