/**
 * The table of units (G23): each directory that a run acts on, how far it is, and why it stopped. Its members are the items
 * of the run with its key. A unit only moves forward, so a process that is killed goes on where the ledger says.
 */

import type { PlanItem } from '../../core/plan/plan.ts'
import { type ItemRow, itemsOfUnit, writeOutcome } from './items.ts'
import type { StoppedDirectory } from './run.ts'
import { iso } from './runs.ts'

/**
 * `reading`: its members are being copied. `ready`: all of them are, and it waits for fresh lists. `sending`: all of them
 * stood on one list, and calls are made. `stopped`: a member did not go, and nothing further of it is started.
 */
export type UnitState = 'reading' | 'ready' | 'sending' | 'stopped' | 'done'

/** How long the rules leave a directory alone that stopped before anything of it went, by how often that happened. */
const REST_DAYS: readonly number[] = [1, 2, 4, 7]
const DAY_MS = 86_400_000

export interface UnitRow {
  readonly run: string
  readonly unit: string
  readonly directory: string
  readonly state: UnitState
  readonly members: number
  readonly why: string
  /** Policy time from which on its rule may try again; null when nothing keeps it. */
  readonly notBefore: number | null
}

type Columns = {
  run: string
  unit: string
  directory: string
  rule: string
  state: string
  members: number
  why: string
  not_before: number | null
}

/** Puts down the units of a run that are not down yet, before anything is done about them. */
export function openUnits(sql: SqlStorage, run: string): void {
  sql.exec(
    `INSERT OR IGNORE INTO units (run, unit, rule, directory, members, state, why, tries, not_before)
     SELECT run, unit, coalesce(json_extract(item, '$.rule'), ''), json_extract(item, '$.directory'), count(*), 'reading', '', 0, NULL
     FROM items WHERE run = ? AND unit IS NOT NULL AND state = 'pending' GROUP BY unit ORDER BY min(position)`,
    run,
  )
}

export function unitRow(sql: SqlStorage, run: string, unit: string): UnitRow | null {
  const [row] = sql.exec<Columns>('SELECT * FROM units WHERE run = ? AND unit = ?', run, unit).toArray()
  return row === undefined ? null : fromColumns(row)
}

/** Those of a run that stopped, in the order in which they were begun, with what of them went. */
export function stoppedDirectories(sql: SqlStorage, run: string): readonly StoppedDirectory[] {
  return sql
    .exec<Columns>(`SELECT * FROM units WHERE run = ? AND state = 'stopped' ORDER BY rowid`, run)
    .toArray()
    .map(({ unit, directory, rule, members, why, not_before }) => {
      const went = itemsOfUnit(sql, run, unit).flatMap(({ item, outcome }) =>
        outcome === 'done' ? [item.projectId] : [],
      )
      const againFrom = not_before === null || went.length > 0 ? null : iso(not_before)
      return { directory, rule: rule === '' ? null : rule, members, went, why, againFrom }
    })
}

export function moveUnit(sql: SqlStorage, run: string, unit: string, state: 'ready' | 'sending'): void {
  sql.exec(
    `UPDATE units SET state = ? WHERE run = ? AND unit = ? AND state NOT IN ('stopped', 'done')`,
    state,
    run,
    unit,
  )
}

/** All of a run that were not stopped are over: what is left of them, another run begins anew. */
export function closeUnits(sql: SqlStorage, run: string): void {
  sql.exec(`UPDATE units SET state = 'done' WHERE run = ? AND state <> 'stopped'`, run)
}

/**
 * A member did not go, so nothing further of its directory is started: each of the others gets an outcome that names it. To
 * be called in the transaction that writes what became of the member. `policyNow`: from which the rest of its rule counts.
 */
export function stopUnit(sql: SqlStorage, member: ItemRow, why: string, policyNow: number): void {
  const { run, unit, item } = member
  if (unit === null || unitRow(sql, run, unit)?.state === 'stopped') return
  openUnits(sql, run)
  const text = `Unit stopped at "${item.name}" (${item.projectId}): ${why}`
  const isBegun = sql
    .exec<{ n: number }>(
      'SELECT count(*) AS n FROM items WHERE run = ? AND unit = ? AND sent_at IS NOT NULL',
      run,
      unit,
    )
    .one().n
  const tries = isBegun > 0 ? 0 : earlierTries(sql, run, unit) + 1
  const days = REST_DAYS[Math.min(tries, REST_DAYS.length) - 1]
  const notBefore = item.rule === null || days === undefined ? null : policyNow + days * DAY_MS
  sql.exec(
    `UPDATE units SET state = 'stopped', why = ?, tries = ?, not_before = ? WHERE run = ? AND unit = ?`,
    text,
    tries,
    notBefore,
    run,
    unit,
  )
  for (const row of itemsOfUnit(sql, run, unit)) {
    if (row.state === 'pending' && row.item.projectId !== item.projectId) writeOutcome(sql, row, 'changed', text)
  }
}

/** How often in a row it stopped before anything went, before this run. */
function earlierTries(sql: SqlStorage, run: string, unit: string): number {
  const [last] = sql
    .exec<{ tries: number }>(
      'SELECT tries FROM units WHERE unit = ? AND run <> ? ORDER BY rowid DESC LIMIT 1',
      unit,
      run,
    )
    .toArray()
  return last?.tries ?? 0
}

/** The units that their rule leaves alone at that policy time, by key. */
export function restingUnits(sql: SqlStorage, policyNow: number): ReadonlyMap<string, UnitRow> {
  const latest = sql.exec<Columns & { newest: number }>(
    `SELECT run, unit, directory, rule, state, members, why, not_before, max(rowid) AS newest FROM units
     WHERE rule <> '' GROUP BY unit`,
  )
  const resting = latest.toArray().filter(({ not_before }) => not_before !== null && not_before > policyNow)
  return new Map(resting.map((row) => [row.unit, fromColumns(row)]))
}

/** How long a directory of which a part went is shown as stuck, unless it is brought back or goes on before. */
const SHOWN_MS = 7 * DAY_MS

/**
 * Directories of rules that were stopped at a member and are so still: nothing of them went and their rule rests, or a part
 * went and nobody brought it back. The newest attempt of each counts. `policyNow`: policy time; `now`: real time.
 */
export function stuckUnits(sql: SqlStorage, policyNow: number, now: number): readonly UnitRow[] {
  return sql
    .exec<Columns & { created_at: number; undone: number }>(
      `SELECT u.*, r.created_at, u.not_before IS NULL AND EXISTS (SELECT 1 FROM runs b WHERE b.created_at >= r.created_at
           AND json_extract(b.request, '$.kind') = 'undo' AND json_extract(b.request, '$.run') = u.run) AS undone
       FROM units u JOIN runs r ON r.id = u.run WHERE u.state = 'stopped' AND u.rule <> ''
         AND (u.not_before > ?1 OR u.not_before IS NULL AND r.created_at > ?2)
         AND NOT EXISTS (SELECT 1 FROM units later WHERE later.unit = u.unit AND later.rowid > u.rowid)`,
      policyNow,
      now - SHOWN_MS,
    )
    .toArray()
    .filter(({ undone }) => undone === 0)
    .map(fromColumns)
}

/** A member of a unit that is not done yet and that a row of the ledger holds; null when there is none. */
export function heldMember(
  sql: SqlStorage,
  { run, unit }: Pick<ItemRow, 'run' | 'unit'>,
  policyNow: number,
): Pick<PlanItem, 'name' | 'projectId'> | null {
  if (unit === null) return null
  const [held] = sql
    .exec<{ item: string }>(
      `SELECT items.item FROM items JOIN holds ON holds.project_id = items.project_id AND holds.created = items.created
       WHERE items.run = ? AND items.unit = ? AND items.state IN ('pending', 'intent')
         AND (holds.until IS NULL OR holds.until > ?) LIMIT 1`,
      run,
      unit,
      policyNow,
    )
    .toArray()
  return held === undefined ? null : (JSON.parse(held.item) as PlanItem)
}

function fromColumns(row: Columns): UnitRow {
  return {
    run: row.run,
    unit: row.unit,
    directory: row.directory,
    state: row.state as UnitState,
    members: row.members,
    why: row.why,
    notBefore: row.not_before,
  }
}
