/** The table of items: what each run set out to do, project by project, with the intent before and the outcome after. */

import type { PlanItem } from '../core/plan.ts'
import { ACTIONS, type Action } from '../core/rule.ts'
import type { Outcome, OutcomeKind } from './run.ts'

/**
 * `waiting`: planned, but a cap or an approval stands before it. `pending`: may act, not tried yet. `intent`: about to be
 * sent, so after a crash it may or may not have happened. `answered`: sent, the answer is noted. `final`: has an outcome.
 */
export type ItemState = 'waiting' | 'pending' | 'intent' | 'answered' | 'final'

/** What came back from a mutating call: `lost` = it may have happened. */
export type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'lost'; readonly detail: string }

export interface ItemRow {
  readonly run: string
  readonly item: PlanItem
  readonly state: ItemState
  /** Id of the earlier run whose unsure outcome this row settles; "" for an item of this run's own plan. */
  readonly settles: string
  readonly tries: number
  /** Real time of the call and of its answer, in milliseconds. */
  readonly sentAt: number | null
  readonly answeredAt: number | null
  readonly answer: Answer | null
  readonly outcome: OutcomeKind | null
  readonly detail: string
  readonly backup: string | null
}

type Columns = {
  run: string
  settles: string
  item: string
  state: string
  tries: number
  sent_at: number | null
  answered_at: number | null
  answer: string | null
  outcome: string | null
  detail: string
  backup: string | null
}

/** Puts the items of a plan down in the order in which they will be worked on: the longest marked first. */
export function insertItems(
  sql: SqlStorage,
  run: string,
  items: readonly PlanItem[],
  acting: ReadonlySet<number>,
): void {
  const inOrder = [...items].sort((a, b) => (a.since ?? 0) - (b.since ?? 0) || a.projectId - b.projectId)
  for (const [position, item] of inOrder.entries()) {
    sql.exec(
      `INSERT INTO items (run, project_id, created, settles, item, position, state, tries, detail, settled)
       VALUES (?, ?, ?, '', ?, ?, ?, 0, '', 0)`,
      run,
      item.projectId,
      item.created,
      JSON.stringify(item),
      position,
      acting.has(item.projectId) ? 'pending' : 'waiting',
    )
  }
}

export function itemsOf(sql: SqlStorage, run: string, state?: ItemState, limit = -1): readonly ItemRow[] {
  const rows =
    state === undefined
      ? sql.exec<Columns>('SELECT * FROM items WHERE run = ? ORDER BY position LIMIT ?', run, limit)
      : sql.exec<Columns>(
          'SELECT * FROM items WHERE run = ? AND state = ? ORDER BY position LIMIT ?',
          run,
          state,
          limit,
        )
  return rows.toArray().map(fromColumns)
}

/** Notes that a call is about to be sent. Nothing leaves before this row is durable (the output gate sees to that). */
export function writeIntent(sql: SqlStorage, row: ItemRow, sentAt: number, backup: string | null): void {
  sql.exec(
    `UPDATE items SET state = 'intent', sent_at = ?, backup = ? WHERE run = ? AND project_id = ? AND settles = ''`,
    sentAt,
    backup,
    row.run,
    row.item.projectId,
  )
}

export function writeAnswer(sql: SqlStorage, row: ItemRow, answer: Answer, sentAt: number, answeredAt: number): void {
  sql.exec(
    `UPDATE items SET state = 'answered', answer = ?, sent_at = ?, answered_at = ? WHERE run = ? AND project_id = ? AND settles = ''`,
    JSON.stringify(answer),
    sentAt,
    answeredAt,
    row.run,
    row.item.projectId,
  )
}

export function writeOutcome(sql: SqlStorage, row: ItemRow, outcome: OutcomeKind, detail: string): void {
  sql.exec(
    `UPDATE items SET state = 'final', outcome = ?, detail = ? WHERE run = ? AND project_id = ? AND settles = ?`,
    outcome,
    detail,
    row.run,
    row.item.projectId,
    row.settles,
  )
}

/** Counts one more slice in which the item could not be finished, and says why. */
export function postpone(sql: SqlStorage, row: ItemRow, why: string): void {
  sql.exec(
    `UPDATE items SET tries = tries + 1, detail = ? WHERE run = ? AND project_id = ? AND settles = ''`,
    why,
    row.run,
    row.item.projectId,
  )
}

/** Items of earlier runs whose outcome is still unsure. */
export function unsureItems(sql: SqlStorage): readonly ItemRow[] {
  return sql
    .exec<Columns>(`SELECT * FROM items WHERE outcome = 'unsure' AND settled = 0 ORDER BY rowid`)
    .toArray()
    .map(fromColumns)
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
    `INSERT OR IGNORE INTO items (run, project_id, created, settles, item, position, state, tries, answer, outcome, detail, backup, settled)
     VALUES (?, ?, ?, ?, ?, -1, 'final', 0, ?, ?, ?, ?, 0)`,
    run,
    earlier.item.projectId,
    earlier.item.created,
    earlier.run,
    JSON.stringify(earlier.item),
    earlier.answer === null ? null : JSON.stringify(earlier.answer),
    outcome,
    detail,
    earlier.backup,
  )
}

/** How many calls of these actions a run has sent or was about to send. */
export function attemptsOf(sql: SqlStorage, run: string, actions: readonly Action[] = ACTIONS): number {
  return sql
    .exec<{ n: number }>(
      `SELECT count(*) AS n FROM items WHERE run = ? AND settles = '' AND sent_at IS NOT NULL
       AND json_extract(item, '$.action') IN (${actions.map(() => '?').join(', ')})`,
      run,
      ...actions,
    )
    .one().n
}

export function outcomeOf(row: ItemRow): Outcome | null {
  if (row.outcome === null) return null
  return {
    projectId: row.item.projectId,
    name: row.item.name,
    action: row.item.action,
    rule: row.item.rule,
    outcome: row.outcome,
    detail: row.settles === '' ? row.detail : `${row.detail} (settles an unsure outcome of run ${row.settles})`,
    backup: row.backup,
  }
}

function fromColumns(row: Columns): ItemRow {
  return {
    run: row.run,
    item: JSON.parse(row.item) as PlanItem,
    state: row.state as ItemState,
    settles: row.settles,
    tries: row.tries,
    sentAt: row.sent_at,
    answeredAt: row.answered_at,
    answer: row.answer === null ? null : (JSON.parse(row.answer) as Answer),
    outcome: row.outcome as OutcomeKind | null,
    detail: row.detail,
    backup: row.backup,
  }
}

/** The newest run that did something to a project, undoing apart; null when none did. */
export function lastDeedOf(sql: SqlStorage, projectId: number): string | null {
  const row = sql
    .exec<{ run: string }>(
      `SELECT i.run FROM items i JOIN runs r ON r.id = i.run WHERE i.project_id = ? AND i.outcome = 'done'
         AND json_extract(r.request, '$.kind') <> 'undo' ORDER BY r.created_at DESC, r.id DESC LIMIT 1`,
      projectId,
    )
    .toArray()[0]
  return row?.run ?? null
}
