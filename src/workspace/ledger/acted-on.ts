/**
 * Each permission works once (G22). A call that was sent and not refused in so many words uses up what allowed it: every
 * mark, notice and due time of its project. That we acted on the project stays on record, and the last move by a rule.
 */

import type { Move } from '../../core/evidence/memory.ts'
import type { PlanItem } from '../../core/plan/plan.ts'
import { isMove } from '../../core/policy/rule.ts'
import { endPermissions } from './announced.ts'
import type { ItemRow } from './items.ts'

/**
 * Uses up the permissions of an item whose call was sent and not refused. Belongs into the transaction that writes the
 * answer. `sentAt`: real time; `policyAt`: the same moment in policy time.
 */
export function useUp(sql: SqlStorage, item: PlanItem, sentAt: number, policyAt: number): void {
  // What a rule wrote into a description is no activity and no fate: only its own mark has done its work.
  endPermissions(sql, item.projectId, item.action === 'describe' ? item.rule : null)
  recordAction(sql, item.projectId, sentAt)
  if (item.rule === null || !isMove(item.action)) return
  sql.exec(
    'UPDATE acted_on SET move_rule = ?, moved_at = ?, move_sent_at = ? WHERE project_id = ?',
    item.rule,
    policyAt,
    sentAt,
    item.projectId,
  )
}

/** Notes that an action of ours reached a project; the first stays. */
export function recordAction(sql: SqlStorage, projectId: number, sentAt: number): void {
  sql.exec('INSERT OR IGNORE INTO acted_on (project_id, first_sent_at) VALUES (?, ?)', projectId, sentAt)
}

/** A call whose answer was lost, and that turned out to have changed nothing, was no action. Its permissions stay used up. */
export function forgetAction(sql: SqlStorage, { item: { projectId }, sentAt }: ItemRow): void {
  if (sentAt === null) return
  sql.exec('DELETE FROM acted_on WHERE project_id = ? AND first_sent_at = ?', projectId, sentAt)
  sql.exec(
    `UPDATE acted_on SET move_rule = NULL, moved_at = NULL, move_sent_at = NULL
     WHERE project_id = ? AND move_sent_at = ?`,
    projectId,
    sentAt,
  )
}

/** Whether an action of ours reached the project before: then no standing approval covers it (G7). */
export function wasActedOn(sql: SqlStorage, projectId: number): boolean {
  return sql.exec('SELECT 1 FROM acted_on WHERE project_id = ?', projectId).toArray().length > 0
}

/** Ids of all projects on which we acted, each looked up when it is asked about. */
export function allActedOn(sql: SqlStorage): Pick<ReadonlySet<number>, 'has'> {
  return { has: (projectId) => wasActedOn(sql, projectId) }
}

/** Forgets actions of over 400 days ago on projects that are not there any more. `now`: real time. */
export function forgetActions(sql: SqlStorage, present: ReadonlySet<number>, now: number): void {
  const rows = sql
    .exec<{ project_id: number }>(
      'SELECT project_id FROM acted_on WHERE first_sent_at < ?1 AND coalesce(move_sent_at, 0) < ?1 LIMIT 500',
      now - KEPT_MS,
    )
    .toArray()
  for (const { project_id: id } of rows) {
    if (!present.has(id)) sql.exec('DELETE FROM acted_on WHERE project_id = ?', id)
  }
}

/** Longer than a move keeps rules from moving the project again. */
const MOVES_COUNT_FOR_MS = 31 * 86_400_000

const KEPT_MS = 400 * 86_400_000

/** The last move of each project by a rule, but for those long before the newest: they keep nothing from moving any more. */
export function readMoves(sql: SqlStorage): readonly Move[] {
  return sql
    .exec<{ project_id: number; move_rule: string; moved_at: number }>(
      `SELECT project_id, move_rule, moved_at FROM acted_on WHERE moved_at IS NOT NULL
       AND moved_at >= (SELECT max(moved_at) FROM acted_on WHERE moved_at IS NOT NULL) - ${MOVES_COUNT_FOR_MS}`,
    )
    .toArray()
    .map((row) => ({ projectId: row.project_id, rule: row.move_rule, at: row.moved_at }))
}

/** The last move of one project by a rule; null for none. */
export function lastMoveOf(sql: SqlStorage, projectId: number): Move | null {
  const row = sql
    .exec<{ move_rule: string; moved_at: number }>(
      'SELECT move_rule, moved_at FROM acted_on WHERE project_id = ? AND moved_at IS NOT NULL',
      projectId,
    )
    .toArray()[0]
  return row === undefined ? null : { projectId, rule: row.move_rule, at: row.moved_at }
}
