/**
 * Whether a run gets anywhere (G26). Progress is an answer to an item or its outcome, a change of phase, or a page, fact or
 * copy that was not stored before; triggers of the database count it, so that no place that stores something can forget to.
 * Each step is counted before it works: one that was killed, by memory for instance, counts too.
 */

import type { RunRow } from './runs.ts'

/** Steps without progress after which a run ends. */
export const MOST_IDLE_STEPS = 5

/** API calls without progress after which a run ends; three lists' worth where a list has more pages than that. */
const MOST_IDLE_CALLS = 100

/** How long the next step waits after that many steps without progress, in milliseconds. */
export const STEP_WAITS_MS: readonly number[] = [0, 0, 2_000, 10_000, 60_000]

/** Every change of a table that is progress of the run in its column `run`. What is stored again in its place is none. */
const COUNTED: readonly (readonly [name: string, change: string])[] = [
  ['outcome', 'AFTER UPDATE OF outcome ON items WHEN NEW.outcome IS NOT NULL AND OLD.outcome IS NULL'],
  ['answer', 'AFTER UPDATE OF answer ON items WHEN NEW.answer IS NOT NULL AND OLD.answer IS NULL'],
  ['rebuilt', 'AFTER UPDATE OF rebuilt ON items WHEN NEW.rebuilt IS NOT OLD.rebuilt'],
  ['page', firstOf('survey', ['run', 'page'])],
  ['fact', firstOf('paid', ['run', 'project_id', 'evidence'])],
  ['fact_again', firstOf('paid_again', ['run', 'project_id', 'kind'])],
  ['unit', 'AFTER UPDATE OF state ON units WHEN NEW.state <> OLD.state'],
  ['copy', firstOf('backups', ['run', 'project_id'])],
  [
    'copy_verified',
    `BEFORE UPDATE OF verified_at ON backups WHEN NOT EXISTS (
       SELECT 1 FROM backups WHERE run = NEW.run AND project_id = NEW.project_id AND verified_at IS NOT NULL)`,
  ],
]

function firstOf(table: string, key: readonly string[]): string {
  const same = key.map((column) => `${column} = NEW.${column}`).join(' AND ')
  return `BEFORE INSERT ON ${table} WHEN NOT EXISTS (SELECT 1 FROM ${table} WHERE ${same})`
}

/** Lets the database count progress; part of the schema. */
export function createProgressTriggers(sql: SqlStorage): void {
  for (const [name, change] of COUNTED) {
    sql.exec(
      `CREATE TRIGGER progress_${name} ${change} BEGIN UPDATE runs SET progress = progress + 1 WHERE id = NEW.run; END`,
    )
  }
  // A reading of activity belongs to no run: it counts for the one that is going on.
  for (const change of ['INSERT ON activity', 'UPDATE OF read_at, files_read, backtests_read, failed ON activity']) {
    sql.exec(
      `CREATE TRIGGER progress_reading_${change.startsWith('INSERT') ? 'new' : 'again'} AFTER ${change}
       BEGIN UPDATE runs SET progress = progress + 1 WHERE status = 'running'; END`,
    )
  }
  sql.exec(
    `CREATE TRIGGER progress_phase AFTER UPDATE OF phase ON runs WHEN NEW.phase <> OLD.phase
     BEGIN UPDATE runs SET progress = progress + 1 WHERE id = NEW.id; END`,
  )
}

/** Counts a step that is about to begin. */
export function beginStep(sql: SqlStorage, run: string): void {
  sql.exec(
    `UPDATE runs SET idle_steps = CASE WHEN progress = progress_seen THEN idle_steps + 1 ELSE 1 END,
       calls_seen = CASE WHEN progress = progress_seen THEN calls_seen ELSE api_calls END,
       progress_seen = progress WHERE id = ?`,
    run,
  )
}

/** A step that a throttle cut short does not count: how long a run waits for that has a limit of its own. */
export function forgiveStep(sql: SqlStorage, run: string): void {
  sql.exec('UPDATE runs SET idle_steps = max(0, idle_steps - 1) WHERE id = ?', run)
}

/** Why the run may not go on, or null. Asked before a step begins. `pages`: of the list of projects, as far as known. */
export function whyNoFurther(sql: SqlStorage, run: RunRow): string | null {
  const { progress, progress_seen: seen, idle_steps: steps, calls_seen: calls } = columnsOf(sql, run.id)
  if (progress !== seen) return null
  const allowed = Math.max(MOST_IDLE_CALLS, 3 * run.state.pages)
  if (steps >= MOST_IDLE_STEPS) {
    const why = run.crashes >= steps ? " Each ended in an unexpected error, which the Worker's log has." : ''
    return `The run was given up after ${steps} steps that got it no further.${why}`
  }
  if (run.apiCalls - calls > allowed) {
    return `The run was given up after ${run.apiCalls - calls} API calls that got it no further.`
  }
  return null
}

/** How long the next step of this run waits, in milliseconds; 0 right after progress. */
export function waitBeforeStep(sql: SqlStorage, run: string, waits: readonly number[]): number {
  const { progress, progress_seen: seen, idle_steps: steps } = columnsOf(sql, run)
  return progress === seen ? (waits[Math.min(steps, waits.length - 1)] ?? 0) : 0
}

function columnsOf(sql: SqlStorage, run: string) {
  return sql
    .exec<{ progress: number; progress_seen: number; idle_steps: number; calls_seen: number }>(
      'SELECT progress, progress_seen, idle_steps, calls_seen FROM runs WHERE id = ?',
      run,
    )
    .one()
}
