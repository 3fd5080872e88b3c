/** The ledger of holds: a row here is effective before anybody is told so; the description is only its mirror. */

import { longer } from '../../core/base/hold.ts'
import type { PlanItem } from '../../core/plan/plan.ts'

/** How long a restored project is kept from everybody's rules. */
const RESTORED_FOR_MS = 30 * 86_400_000

/** Whose hold a restore gives. It has no mirror in the description. */
export const RESTORE = 'its restore'

type Same = Pick<PlanItem, 'projectId' | 'created'>

/** A row of the ledger. `until`: policy time, null = for ever. */
export interface HoldRow {
  readonly until: number | null
  readonly by: string
  /** Real time at which it was given. */
  readonly at: number
}

/** The hold of a project that is in force at that policy time; null when there is none. */
export function holdOf(sql: SqlStorage, { projectId, created }: Same, now: number): HoldRow | null {
  const rows = sql.exec<{ until: number | null; by: string; at: number }>(
    'SELECT until, by, at FROM holds WHERE project_id = ? AND created = ? AND (until IS NULL OR until > ?)',
    projectId,
    created,
    now,
  )
  return rows.toArray()[0] ?? null
}

/** Whether a row of the ledger holds the project at that policy time. */
export function isHeld(sql: SqlStorage, same: Same, now: number): boolean {
  return holdOf(sql, same, now) !== null
}

/**
 * Adds a hold to what there is, and gives the row that counts from now on: of two the longer stays, so nothing but a release
 * ends one early. `now`: policy time.
 */
export function writeHold(sql: SqlStorage, same: Same, hold: HoldRow, now: number): HoldRow {
  const before = holdOf(sql, same, now)
  if (before !== null && longer(before.until, hold.until) === before.until) return before
  putHold(sql, same, hold)
  return hold
}

/** Puts a row in the place of what was there. */
function putHold(sql: SqlStorage, { projectId, created }: Same, { until, by, at }: HoldRow): void {
  sql.exec(
    'INSERT OR REPLACE INTO holds (project_id, created, until, by, at) VALUES (?, ?, ?, ?, ?)',
    projectId,
    created,
    until,
    by,
    at,
  )
}

/** Takes back a hold that should not have been given: what was there before is there again. */
export function takeBackHold(sql: SqlStorage, same: Same, before: HoldRow | null): void {
  if (before === null) dropHold(sql, same)
  else putHold(sql, same, before)
}

/** Releases a project from what was given until that real time; from all without one. False when there was none. */
export function dropHold(sql: SqlStorage, { projectId, created }: Same, until: number | null = null): boolean {
  return (
    sql.exec(
      'DELETE FROM holds WHERE project_id = ?1 AND created = ?2 AND (?3 IS NULL OR at <= ?3)',
      projectId,
      created,
      until,
    ).rowsWritten > 0
  )
}

/** A restored project is held for 30 days, in the ledger only. `now`: policy time. */
export function holdRestored(sql: SqlStorage, project: Same, now: number): void {
  writeHold(sql, project, { until: now + RESTORED_FOR_MS, by: RESTORE, at: 0 }, now)
}
