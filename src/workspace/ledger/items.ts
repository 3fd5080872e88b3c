/** The table of items: what each run set out to do, project by project, with the intent before and the outcome after. */

import { storedText } from '../../core/base/bounds.ts'
import type { Project } from '../../core/evidence/project.ts'
import type { Change } from '../../core/plan/change.ts'
import type { PlanItem } from '../../core/plan/plan.ts'
import { unitOf } from '../../core/plan/unit-of.ts'
import { type ItemAction, isDestructive, isStamp } from '../../core/policy/rule.ts'
import type { Outcome, OutcomeKind } from './run.ts'

/**
 * `waiting`: people have to decide first. `pending`: may act, not tried yet. `intent`: about to be sent, so after a crash it
 * may or may not have happened. `answered`: sent, the answer is noted. `final`: has an outcome. What nothing may be done
 * about is no row here: the list of a plan is in its record.
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
  /** Key of the directory it goes together with (G23); null for one that goes by itself. */
  readonly unit: string | null
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
  /** How far a rebuild is; null for everything else, and before it began. */
  readonly rebuilt: Rebuilt | null
  /** Real time of the first look that did not find the project; null while none did. */
  readonly absentAt: number | null
}

/** How far a rebuild is: the project that it made, and what of the backup has been seen to. Kept after every call. */
export interface Rebuilt {
  /** The run that made the project; a repeated restore goes on with it. */
  readonly run: string
  /** The temporary name it was made under, as QuantConnect stored it. */
  readonly name: string
  /** The name it gets once it is complete. */
  readonly final: string
  /** QuantConnect's clock before the call that made it: the project is not older than that. Milliseconds. */
  readonly since: number
  /** Null while the answer is not known. */
  readonly projectId: number | null
  readonly created: number | null
  /** Hashes of the files it was made with, by name; null before they were looked at. */
  readonly templates: { readonly [name: string]: string } | null
  /** How many files of the backup have been seen to, in the order in which they are written. */
  readonly next: number
  /** Libraries of the backup that are still there. */
  readonly libraries: readonly number[]
  /** Parts of the last call, which sets fields and name, that QuantConnect refused. */
  readonly refused: readonly string[]
  /** What does not come back, or is there besides, as sentences. */
  readonly notes: readonly string[]
  /** What of the backup is not there because somebody's work, or a refusal, stands against it: sentences. */
  readonly left: readonly string[]
  /** Whether everything has been seen to: then it is not gone on with. */
  readonly complete: boolean
}

export type Columns = {
  run: string
  settles: string
  item: string
  unit: string | null
  state: string
  tries: number
  sent_at: number | null
  answered_at: number | null
  answer: string | null
  outcome: string | null
  detail: string
  backup: string | null
  before: string | null
  rebuilt: string | null
  absent_at: number | null
}

/** In the order in which items are worked on: the longest marked first, with its directory. */
export function inOrder(items: readonly PlanItem[]): readonly PlanItem[] {
  const bySince = [...items].sort((a, b) => (a.since ?? 0) - (b.since ?? 0) || a.projectId - b.projectId)
  const groups = new Map<string, PlanItem[]>()
  for (const item of bySince) {
    const key = unitOf(item) ?? String(item.projectId)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()].flat()
}

/** Puts items of a plan down that something may be done about. */
export function insertItems(
  sql: SqlStorage,
  run: string,
  items: readonly PlanItem[],
  stateOf: (item: PlanItem) => ItemState,
): void {
  for (const [position, item] of inOrder(items).entries()) {
    sql.exec(
      `INSERT INTO items (run, project_id, created, settles, item, unit, position, state, tries, detail, settled)
       VALUES (?, ?, ?, '', ?, ?, ?, ?, 0, '', 0)`,
      run,
      item.projectId,
      item.created,
      JSON.stringify(item),
      unitOf(item),
      position,
      stateOf(item),
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

/** All members of a unit, in order. */
export function itemsOfUnit(sql: SqlStorage, run: string, unit: string): readonly ItemRow[] {
  return sql
    .exec<Columns>('SELECT * FROM items WHERE run = ? AND unit = ? ORDER BY position', run, unit)
    .toArray()
    .map(fromColumns)
}

/** How far an item of a run's own plan is; null when the run has none of that project. */
export function stateOf(sql: SqlStorage, run: string, projectId: number): ItemState | null {
  const [row] = sql
    .exec<{ state: string }>(
      `SELECT state FROM items WHERE run = ? AND project_id = ? AND settles = ''`,
      run,
      projectId,
    )
    .toArray()
  return row === undefined ? null : (row.state as ItemState)
}

/**
 * Notes that a call is about to be sent, with what the project is before it. Nothing leaves before this row is durable
 * (the output gate sees to that). The item is the one that the re-check found, which may write something newer.
 */
export function writeIntent(sql: SqlStorage, row: ItemRow, sentAt: number, intent: Intent): void {
  const { item, backup, project } = intent
  const before: Required<Change> | null =
    project === null ? null : { name: project.name, description: project.description, parameters: project.parameters }
  sql.exec(
    `UPDATE items SET state = 'intent', sent_at = ?, item = ?, backup = ?, before = ? WHERE run = ? AND project_id = ? AND settles = ''`,
    sentAt,
    JSON.stringify(item),
    backup,
    before === null ? null : JSON.stringify(before),
    row.run,
    row.item.projectId,
  )
}

/** The call was not made after all, so the item is to be looked at again. */
export function dropIntent(sql: SqlStorage, row: ItemRow): void {
  sql.exec(
    `UPDATE items SET state = 'pending', sent_at = NULL WHERE run = ? AND project_id = ? AND settles = ''`,
    row.run,
    row.item.projectId,
  )
}

export interface Intent {
  readonly item: PlanItem
  /** Key of the verified backup, for a delete. */
  readonly backup: string | null
  /** The project as the re-check shows it; null for a rebuild. */
  readonly project: Project | null
}

export function writeRebuilt(sql: SqlStorage, row: ItemRow, rebuilt: Rebuilt): void {
  sql.exec(
    `UPDATE items SET rebuilt = ? WHERE run = ? AND project_id = ? AND settles = ''`,
    JSON.stringify(rebuilt),
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

/** An intent that is open at the head of a step: the process that was about to send the call ended before an answer came. */
export function openIntents(sql: SqlStorage, run: string): readonly ItemRow[] {
  return itemsOf(sql, run, 'intent')
}

/** The answer of an open intent will never come. */
export function writeNoAnswer(sql: SqlStorage, row: ItemRow): void {
  const answer: Answer = { kind: 'lost', detail: 'this program stopped before an answer came' }
  sql.exec(
    `UPDATE items SET state = 'answered', answer = ? WHERE run = ? AND project_id = ? AND settles = ''`,
    JSON.stringify(answer),
    row.run,
    row.item.projectId,
  )
}

export function writeOutcome(sql: SqlStorage, row: ItemRow, outcome: OutcomeKind, detail: string): void {
  sql.exec(
    `UPDATE items SET state = 'final', outcome = ?, detail = ? WHERE run = ? AND project_id = ? AND settles = ?`,
    outcome,
    storedText(detail),
    row.run,
    row.item.projectId,
    row.settles,
  )
}

/** Takes an item out of a waiting plan. What became of it is no outcome of the run that proposed it, whose record is closed. */
export function leavePlan(sql: SqlStorage, row: ItemRow): void {
  sql.exec(
    `DELETE FROM items WHERE run = ? AND project_id = ? AND settles = '' AND state = 'waiting'`,
    row.run,
    row.item.projectId,
  )
}

/** Counts one more slice in which the item could not be finished, and says why. */
export function postpone(sql: SqlStorage, row: ItemRow, why: string): void {
  sql.exec(
    `UPDATE items SET tries = tries + 1, detail = ? WHERE run = ? AND project_id = ? AND settles = ''`,
    storedText(why),
    row.run,
    row.item.projectId,
  )
}

/** How many items a run has sent a call for, or was about to: of all kinds, or of those a cap counts. */
export function attemptsOf(sql: SqlStorage, run: string, kind: 'all' | 'destructive' | 'stamps' = 'all'): number {
  const sent = sql.exec<{ action: ItemAction; n: number }>(
    `SELECT json_extract(item, '$.action') AS action, count(*) AS n FROM items
     WHERE run = ? AND settles = '' AND sent_at IS NOT NULL GROUP BY action`,
    run,
  )
  const counts = { all: () => true, destructive: isDestructive, stamps: isStamp }[kind]
  return sent.toArray().reduce((sum, { action, n }) => (counts(action) ? sum + n : sum), 0)
}

/** Ids of the projects that a run sent a deletion for, or was about to, unless it was plainly refused. */
export function sentDeletions(sql: SqlStorage, run: string): ReadonlySet<number> {
  const rows = sql.exec<{ project_id: number }>(
    `SELECT project_id FROM items WHERE run = ? AND settles = '' AND sent_at IS NOT NULL
     AND json_extract(item, '$.action') = 'delete' AND coalesce(json_extract(answer, '$.kind'), '') <> 'refused'`,
    run,
  )
  return new Set(rows.toArray().map(({ project_id }) => project_id))
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
    ...(row.item.holdPreserved === undefined ? {} : { holdPreserved: row.item.holdPreserved }),
  }
}

export function outcomesOf(sql: SqlStorage, run: string): readonly Outcome[] {
  return itemsOf(sql, run)
    .map(outcomeOf)
    .filter((outcome) => outcome !== null)
}

export function fromColumns(row: Columns): ItemRow {
  return {
    run: row.run,
    item: JSON.parse(row.item) as PlanItem,
    unit: row.unit,
    state: row.state as ItemState,
    settles: row.settles,
    tries: row.tries,
    sentAt: row.sent_at,
    answeredAt: row.answered_at,
    answer: row.answer === null ? null : (JSON.parse(row.answer) as Answer),
    outcome: row.outcome as OutcomeKind | null,
    detail: row.detail,
    backup: row.backup,
    rebuilt: row.rebuilt === null ? null : (JSON.parse(row.rebuilt) as Rebuilt),
    absentAt: row.absent_at,
  }
}
