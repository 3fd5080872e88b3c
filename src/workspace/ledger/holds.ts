/** The ledger of holds: a row here is effective before anybody is told so; the description is only its mirror. */

import type { PlanItem } from '../../core/plan/plan.ts'

/** How long a restored project is kept from everybody's rules. */
const RESTORED_FOR_MS = 30 * 86_400_000

type Same = Pick<PlanItem, 'projectId' | 'created'>

/** Whether a row of the ledger holds the project at that policy time. */
export function isHeld(sql: SqlStorage, { projectId, created }: Same, now: number): boolean {
  const rows = sql.exec(
    'SELECT 1 FROM holds WHERE project_id = ? AND created = ? AND (until IS NULL OR until > ?)',
    projectId,
    created,
    now,
  )
  return rows.toArray().length > 0
}

/** `until`: policy time, null = for ever. Replaces what was there. */
export function writeHold(sql: SqlStorage, { projectId, created }: Same, until: number | null, by: string): void {
  sql.exec(
    'INSERT OR REPLACE INTO holds (project_id, created, until, by) VALUES (?, ?, ?, ?)',
    projectId,
    created,
    until,
    by,
  )
}

/** False when there was none. */
export function dropHold(sql: SqlStorage, { projectId, created }: Same): boolean {
  return sql.exec('DELETE FROM holds WHERE project_id = ? AND created = ?', projectId, created).rowsWritten > 0
}

/** A restored project is held for 30 days, in the ledger only; a hold that lasts longer stays. */
export function holdRestored(sql: SqlStorage, project: Same, now: number): void {
  const until = now + RESTORED_FOR_MS
  if (!isHeld(sql, project, until)) writeHold(sql, project, until, 'its restore')
}
