/** Projects that could not be backed up: they are not read again before they change, or their time has come (G28). */

import type { NoBackup } from '../../core/evidence/memory.ts'
import type { PlanItem } from '../../core/plan/plan.ts'

const DAY = 86_400_000
/** After so many failures in a row, of the project itself, it is tried again after so long; then after the last of these. */
const WAITS_MS = [DAY, 2 * DAY, 4 * DAY, 7 * DAY]
/** Failures that may be the network's come to nothing before there are so many in a row. */
const FREE_TRIES = 2
const KEPT_MS = 30 * DAY

/** Notes a failure. `isLasting`: it is the project's own, not perhaps the network's. `now`: policy time. */
export function noteNoBackup(
  sql: SqlStorage,
  { projectId, created, modified }: Pick<PlanItem, 'projectId' | 'created' | 'modified'>,
  why: string,
  isLasting: boolean,
  now: number,
): void {
  const before = sql
    .exec<{ tries: number }>(
      'SELECT tries FROM no_backups WHERE project_id = ? AND created = ? AND modified = ?',
      projectId,
      created,
      modified,
    )
    .toArray()[0]
  const tries = (before?.tries ?? 0) + 1
  const counted = isLasting ? tries : tries - FREE_TRIES
  const wait = counted < 1 ? 0 : (WAITS_MS[Math.min(counted, WAITS_MS.length) - 1] ?? DAY)
  sql.exec(
    'INSERT OR REPLACE INTO no_backups (project_id, created, modified, why, tries, until) VALUES (?, ?, ?, ?, ?, ?)',
    projectId,
    created,
    modified,
    why,
    tries,
    now + wait,
  )
  sql.exec('DELETE FROM no_backups WHERE until < ?', now - KEPT_MS)
}

/** A copy was made after all. */
export function forgetNoBackup(sql: SqlStorage, projectId: number): void {
  sql.exec('DELETE FROM no_backups WHERE project_id = ?', projectId)
}

/** All that are known. */
export function readNoBackups(sql: SqlStorage): readonly NoBackup[] {
  return sql
    .exec<{ project_id: number; created: number; modified: number; why: string; until: number }>(
      'SELECT project_id, created, modified, why, until FROM no_backups',
    )
    .toArray()
    .map(({ project_id: projectId, ...row }) => ({ projectId, ...row }))
}
