/** The table of runs: one row per trigger, from the moment it was asked for until 400 days later. */

import { storedText } from '../../core/base/bounds.ts'
import {
  NO_COUNTS,
  type RunCounts,
  type RunRequest,
  type RunStatus,
  type RunSummary,
  type Trigger,
  type UndoRequest,
} from './run.ts'
import { type Phase, type RunState, START } from './run-state.ts'

export type { Phase, RunState } from './run-state.ts'

/** No run sends a call later than this after it was asked for: what still waits by then is over. */
export const LONGEST_WAIT_MS = 3 * 86_400_000

export interface RunRow {
  readonly id: string
  readonly triggerId: string
  readonly bodyHash: string
  readonly trigger: Trigger
  readonly actor: string
  readonly request: RunRequest
  readonly status: RunStatus
  readonly phase: Phase
  readonly state: RunState
  readonly message: string
  readonly policyAt: number
  readonly createdAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly policy: string | null
  readonly counts: RunCounts
  readonly apiCalls: number
  /** Slices that ended in an unexpected error. */
  readonly crashes: number
  readonly recordKey: string | null
  /** Real time at which the trigger was first received; a redelivery keeps it. */
  readonly receivedAt: number
  /** The run of the last good scan before that; null when there was none. */
  readonly scanBefore: string | null
  /** The run that sent nothing and that this one repeats. */
  readonly retryOf: string | null
}

export type NewRun = Pick<
  RunRow,
  'id' | 'triggerId' | 'bodyHash' | 'trigger' | 'actor' | 'request' | 'policyAt' | 'createdAt'
> &
  Partial<Pick<RunRow, 'message' | 'phase' | 'receivedAt' | 'scanBefore' | 'retryOf'>> & {
    readonly ending?: RunState['ending']
  }

type Columns = {
  id: string
  trigger_id: string
  body_hash: string
  trigger: string
  actor: string
  request: string
  status: string
  phase: string
  state: string
  message: string
  policy_at: number
  created_at: number
  started_at: number | null
  finished_at: number | null
  policy: string | null
  counts: string
  api_calls: number
  crashes: number
  record_key: string | null
  received_at: number
  scan_before: string | null
  retry_of: string | null
}

export function insertRun(sql: SqlStorage, run: NewRun): void {
  sql.exec(
    `INSERT INTO runs (id, trigger_id, body_hash, trigger, actor, request, status, phase, state, message, policy_at,
       created_at, counts, api_calls, crashes, received_at, scan_before, retry_of)
     VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?)`,
    run.id,
    run.triggerId,
    run.bodyHash,
    run.trigger,
    run.actor,
    JSON.stringify(run.request),
    run.phase ?? 'survey',
    JSON.stringify({ ...START, ending: run.ending ?? null }),
    storedText(run.message ?? ''),
    run.policyAt,
    run.createdAt,
    JSON.stringify(NO_COUNTS),
    run.receivedAt ?? run.createdAt,
    run.scanBefore ?? null,
    run.retryOf ?? null,
  )
}

export function runById(sql: SqlStorage, id: string): RunRow | null {
  return only(sql.exec<Columns>('SELECT * FROM runs WHERE id = ?', id))
}

/** Runs that have ended and took back what that run did, of all or of a part; oldest first. */
export function undosOf(sql: SqlStorage, id: string): readonly { readonly run: RunRow; readonly of: UndoRequest }[] {
  return sql
    .exec<Columns>(
      `SELECT * FROM runs WHERE created_at >= (SELECT created_at FROM runs WHERE id = ?1)
       AND json_extract(request, '$.kind') = 'undo' AND json_extract(request, '$.run') = ?1
       AND status NOT IN ('queued', 'running') ORDER BY created_at, rowid`,
      id,
    )
    .toArray()
    .map(fromColumns)
    .flatMap((run) => (run.request.kind === 'undo' ? [{ run, of: run.request }] : []))
}

/**
 * Runs that are going on, in the order in which they have their turn (G30): what acts and is at work, what a pause kept from
 * it, then commands, approved plans, sweeps of the schedule or that act, and reports, of each the oldest. So a report that
 * is at work yields to everything else at its next step.
 */
export function goingOn(sql: SqlStorage): readonly RunRow[] {
  const isReport = `(json_extract(request, '$.mode') = 'report' AND "trigger" <> 'cron')`
  return sql
    .exec<Columns>(
      `SELECT * FROM runs WHERE status IN ('running', 'queued')
       ORDER BY status = 'running' AND NOT ${isReport} DESC, json_extract(state, '$.pausedAt') IS NOT NULL,
         CASE json_extract(request, '$.kind') WHEN 'command' THEN 0 WHEN 'undo' THEN 0 WHEN 'approved' THEN 1
           ELSE 2 + ${isReport} END,
         status = 'running' DESC, created_at, rowid`,
    )
    .toArray()
    .map(fromColumns)
}

/** Runs of approved plans that a pause ended before everything was sent. */
export function withRest(sql: SqlStorage): readonly RunRow[] {
  return sql
    .exec<Columns>(
      `SELECT * FROM runs WHERE status NOT IN ('running', 'queued') AND json_extract(state, '$.hasRest') = 1
       ORDER BY created_at, rowid`,
    )
    .toArray()
    .map(fromColumns)
}

/** The newest run of a trigger, its repeats included; null when it did not come before. */
export function newestOf(sql: SqlStorage, id: string): RunRow | null {
  const ids = [id, ...Array.from({ length: MOST_REPEATS }, (_, n) => repeatId(id, n + 1))]
  const marks = ids.map(() => '?').join(', ')
  return only(
    sql.exec<Columns>(
      `SELECT * FROM runs WHERE trigger_id IN (${marks}) ORDER BY created_at DESC, rowid DESC LIMIT 1`,
      ...ids,
    ),
  )
}

/** How often a run that could do nothing because of the service is repeated by the same delivery. */
export const MOST_REPEATS = 3

/** The trigger id of the nth repeat. No door makes one that begins so. */
export function repeatId(triggerId: string, n: number): string {
  return `repeat ${n}:${triggerId}`
}

/** Runs that were taken since a real time, that moment included, oldest first. */
export function runsSince(sql: SqlStorage, since: number): readonly RunRow[] {
  return sql
    .exec<Columns>('SELECT * FROM runs WHERE created_at >= ? ORDER BY created_at, rowid', since)
    .toArray()
    .map(fromColumns)
}

/** Commands and undos that have not ended, in the order of their turn. */
export function openCommands(sql: SqlStorage): readonly RunRow[] {
  return goingOn(sql).filter(({ request }) => request.kind === 'command' || request.kind === 'undo')
}

/** Whether any other run waits for its turn behind this one. */
export function isAnotherQueued(sql: SqlStorage, run: string): boolean {
  return sql.exec(`SELECT 1 FROM runs WHERE status = 'queued' AND id <> ? LIMIT 1`, run).toArray().length > 0
}

/** Newest first; `before` is the last id of the page before. After a run that is not known (any more) there is nothing. */
export function listRuns(sql: SqlStorage, limit: number, before: string | null): readonly RunRow[] {
  const after = before === null ? null : runById(sql, before)
  if (before !== null && after === null) return []
  const rows =
    after === null
      ? sql.exec<Columns>('SELECT * FROM runs ORDER BY created_at DESC, id DESC LIMIT ?', limit)
      : sql.exec<Columns>(
          'SELECT * FROM runs WHERE (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?',
          after.createdAt,
          after.id,
          limit,
        )
  return rows.toArray().map(fromColumns)
}

/** Fields of a run that change while it goes on. */
export interface RunChange {
  readonly status?: RunStatus
  readonly phase?: Phase
  readonly state?: RunState
  readonly message?: string
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly policy?: string
  readonly counts?: RunCounts
  readonly apiCalls?: number
  readonly crashes?: number
  readonly recordKey?: string
}

const COLUMN: { readonly [field in keyof RunChange]-?: string } = {
  status: 'status',
  phase: 'phase',
  state: 'state',
  message: 'message',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  policy: 'policy',
  counts: 'counts',
  apiCalls: 'api_calls',
  crashes: 'crashes',
  recordKey: 'record_key',
}

/** Writes the changed fields and gives the run as it is then. */
export function changeRun(sql: SqlStorage, run: RunRow, change: RunChange): RunRow {
  const fields = Object.keys(change) as (keyof RunChange)[]
  const values = fields.map((field) => {
    const value = change[field]
    if (field === 'message') return storedText(String(value))
    return typeof value === 'object' ? JSON.stringify(value) : (value as string | number)
  })
  sql.exec(
    `UPDATE runs SET ${fields.map((field) => `${COLUMN[field]} = ?`).join(', ')} WHERE id = ?`,
    ...values,
    run.id,
  )
  return { ...run, ...change, ...(change.message === undefined ? {} : { message: storedText(change.message) }) }
}

export function summary(run: RunRow): RunSummary {
  return {
    id: run.id,
    trigger: run.trigger,
    actor: run.actor,
    mode: run.request.mode,
    status: run.status,
    message: run.message,
    at: iso(run.policyAt),
    startedAt: run.startedAt === null ? null : iso(run.startedAt),
    finishedAt: run.finishedAt === null ? null : iso(run.finishedAt),
    policy: run.policy,
    counts: run.counts,
    apiCalls: run.apiCalls,
    ...(run.retryOf === null ? {} : { retryOf: run.retryOf }),
  }
}

export function iso(at: number): string {
  return new Date(at).toISOString()
}

function only(cursor: SqlStorageCursor<Columns>): RunRow | null {
  const row = cursor.toArray()[0]
  return row === undefined ? null : fromColumns(row)
}

function fromColumns(row: Columns): RunRow {
  return {
    id: row.id,
    triggerId: row.trigger_id,
    bodyHash: row.body_hash,
    trigger: row.trigger as Trigger,
    actor: row.actor,
    request: JSON.parse(row.request) as RunRequest,
    status: row.status as RunStatus,
    phase: row.phase as Phase,
    state: JSON.parse(row.state) as RunState,
    message: row.message,
    policyAt: row.policy_at,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    policy: row.policy,
    counts: JSON.parse(row.counts) as RunCounts,
    apiCalls: row.api_calls,
    crashes: row.crashes,
    recordKey: row.record_key,
    receivedAt: row.received_at,
    scanBefore: row.scan_before,
    retryOf: row.retry_of,
  }
}
