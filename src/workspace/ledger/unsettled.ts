/** Items whose outcome nobody knows yet: nothing new is tried on their project before a later list has settled them (G10). */

import { type Columns, fromColumns, type ItemRow } from './items.ts'
import type { OutcomeKind } from './run.ts'

/** Items of earlier runs whose outcome is still unsure, oldest first; those that could not be looked at come last. */
export function unsureItems(sql: SqlStorage): readonly ItemRow[] {
  return sql
    .exec<Columns>(`SELECT * FROM items WHERE outcome = 'unsure' AND settled = 0 ORDER BY tries, rowid`)
    .toArray()
    .map(fromColumns)
}

/** The others have their turn before it is looked at again. */
export function putLast(sql: SqlStorage, { run, item, settles }: ItemRow): void {
  sql.exec(
    `UPDATE items SET tries = 1 + (SELECT max(tries) FROM items WHERE outcome = 'unsure' AND settled = 0)
     WHERE run = ? AND project_id = ? AND settles = ?`,
    run,
    item.projectId,
    settles,
  )
}

/** Notes the first look that did not find the project, or (null) that one has found it since. */
export function noteAbsent(sql: SqlStorage, { run, item, settles }: ItemRow, at: number | null): void {
  sql.exec(
    'UPDATE items SET absent_at = ? WHERE run = ? AND project_id = ? AND settles = ?',
    at,
    run,
    item.projectId,
    settles,
  )
}

/** Whether an earlier attempt on this project is still unsure; then nothing new may be tried on it. */
export function isUnsure(sql: SqlStorage, projectId: number): boolean {
  const found = sql.exec(
    `SELECT 1 FROM items WHERE outcome = 'unsure' AND settled = 0 AND project_id = ? LIMIT 1`,
    projectId,
  )
  return found.toArray().length > 0
}

/** Closes an unsure item of an earlier run, as an outcome of the run that found out. */
export function settle(sql: SqlStorage, earlier: ItemRow, run: string, outcome: OutcomeKind, detail: string): void {
  sql.exec(
    `UPDATE items SET settled = 1 WHERE run = ? AND project_id = ? AND settles = ?`,
    earlier.run,
    earlier.item.projectId,
    earlier.settles,
  )
  sql.exec(
    `INSERT OR IGNORE INTO items (run, project_id, created, settles, item, position, state, tries, answer, outcome, detail, backup, before, settled)
     SELECT ?, ?, ?, ?, ?, -1, 'final', 0, ?, ?, ?, ?, before, 0 FROM items WHERE run = ? AND project_id = ? AND settles = ?`,
    run,
    earlier.item.projectId,
    earlier.item.created,
    earlier.run,
    JSON.stringify(earlier.item),
    earlier.answer === null ? null : JSON.stringify(earlier.answer),
    outcome,
    detail,
    earlier.backup,
    earlier.run,
    earlier.item.projectId,
    earlier.settles,
  )
}
