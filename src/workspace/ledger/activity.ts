/** Readings of activity (G31): what was read of when each project was last worked on, and what a run has still to read. */

import type { ActivityReading } from '../../core/evidence/project.ts'
import type { ToRead } from '../../core/judge/unread.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A reading that failed is tried again after so long; from the third time on after the last of these. */
const TRY_AGAIN_AFTER_MS = [HOUR, 6 * HOUR, 24 * HOUR]
/** So many readings in a row that began and never ended have failed: answers that kill the process do that. */
const MOST_BEGUN = 3
const LOOKS_COUNT_FOR_MS = 7 * DAY

type Columns = {
  project_id: number
  created: number
  list_modified: number
  listed: number
  row_hash: string
  files: number | null
  backtest: number | null
  read_at: number | null
  files_read: number | null
  backtests_read: number | null
  opened_from: number | null
  opened_to: number | null
  begun: number
  tries: number
  retry_at: number | null
  failed: string | null
}

/** What identifies the project that is read, and the list it is read beside. */
export type Read = Pick<ToRead, 'projectId' | 'created' | 'listModified' | 'listed' | 'rowHash'>

/** All readings, by project id. */
export function readActivity(sql: SqlStorage): Record<string, ActivityReading> {
  const rows = sql.exec<Columns>('SELECT * FROM activity ORDER BY created').toArray()
  return Object.fromEntries(rows.map((row) => [row.project_id, fromColumns(row)]))
}

/** What was read of one project; null = nothing. */
export function readingAt(sql: SqlStorage, { projectId, created }: Pick<Read, 'projectId' | 'created'>) {
  const row = rowOf(sql, projectId, created)
  return row === null ? null : fromColumns(row)
}

/** How a project's reading stands: when its files and its backtests were last read, real time. */
export function lastReadOf(
  sql: SqlStorage,
  { projectId, created }: Pick<Read, 'projectId' | 'created'>,
): { readonly filesRead: number; readonly backtestsRead: number; readonly backtest: number | null } {
  const row = rowOf(sql, projectId, created)
  return {
    filesRead: row?.files_read ?? 0,
    backtestsRead: row?.backtests_read ?? 0,
    backtest: row?.backtest ?? null,
  }
}

/**
 * Counts a reading before it begins, so that one which kills the process is not begun for ever. False: it has been begun so
 * often that it is taken for failed. `now`: policy time.
 */
export function beginReading(sql: SqlStorage, read: Read, now: number): boolean {
  const begun = (rowOf(sql, read.projectId, read.created)?.begun ?? 0) + 1
  if (begun > MOST_BEGUN) {
    failReading(sql, read, 'the reading was begun and did not end, several times', now)
    return false
  }
  put(sql, read, now, 'begun = ?', [begun])
  return true
}

/**
 * The files were read. `at`: real time, from the sending of the call to its answer; `at.opened`: of the first such call since
 * the list that the reading is beside. `newest`: the date of the newest.
 */
export function putFiles(
  sql: SqlStorage,
  read: Read,
  newest: number,
  at: { readonly from: number; readonly to: number; readonly opened?: number },
  now: number,
): void {
  const values = [newest, at.from, at.opened ?? at.from, at.to]
  put(sql, read, now, 'files = ?, files_read = ?, opened_from = ?, opened_to = ?', values)
  settle(sql, read, now)
}

/** The same of files that were read for a copy; only of a project whose activity some rule asks for, which has a row. */
export function putCopiedFiles(
  sql: SqlStorage,
  { projectId, created }: Pick<Read, 'projectId' | 'created'>,
  newest: number,
  at: { readonly from: number; readonly to: number },
  now: number,
): void {
  const row = rowOf(sql, projectId, created)
  if (row === null) return
  const { list_modified: listModified, listed, row_hash: rowHash } = row
  putFiles(sql, { projectId, created, listModified, listed, rowHash }, newest, at, now)
}

/** The backtests were listed; null = there are none. `from`: real time of the call. */
export function putBacktest(sql: SqlStorage, read: Read, newest: number | null, from: number, now: number): void {
  put(sql, read, now, 'backtest = ?, backtests_read = ?', [newest, from])
  settle(sql, read, now)
}

/** A reading has ended, as far as it was to go. */
export function endReading(sql: SqlStorage, { projectId, created }: Read): void {
  sql.exec(
    'UPDATE activity SET begun = 0, tries = 0, retry_at = NULL, failed = NULL WHERE project_id = ? AND created = ?',
    projectId,
    created,
  )
}

/** A reading that came to nothing counts as if it had not been begun: the calls are used up, or the cloud is asked too much. */
export function dropReading(sql: SqlStorage, { projectId, created }: Read): void {
  sql.exec('UPDATE activity SET begun = 0 WHERE project_id = ? AND created = ?', projectId, created)
}

export function failReading(sql: SqlStorage, read: Read, why: string, now: number): void {
  const tries = (rowOf(sql, read.projectId, read.created)?.tries ?? 0) + 1
  const wait = TRY_AGAIN_AFTER_MS[Math.min(tries, TRY_AGAIN_AFTER_MS.length) - 1] ?? DAY
  put(sql, read, now, 'begun = 0, tries = ?, retry_at = ?, failed = ?, read_at = NULL', [tries, now + wait, why])
}

/** Ids of the projects that have been looked at within a week of policy time `now`. */
export function lookedAt(sql: SqlStorage, now: number): readonly number[] {
  return sql
    .exec<{ id: number }>('SELECT project_id AS id FROM activity WHERE looked_at >= ?', now - LOOKS_COUNT_FOR_MS)
    .toArray()
    .map(({ id }) => id)
}

/** What a run is to read, in that order, instead of what any other run was to read. */
export function putToRead(sql: SqlStorage, run: string, all: readonly ToRead[]): void {
  sql.exec('DELETE FROM to_read')
  for (const [position, { projectId, created, listModified, listed, rowHash, unit, youngAfter }] of all.entries()) {
    sql.exec(
      `INSERT INTO to_read (position, run, project_id, created, list_modified, listed, row_hash, unit, young_after)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      position,
      run,
      projectId,
      created,
      listModified,
      listed,
      rowHash,
      unit,
      youngAfter,
    )
  }
}

/** What is next to be read in a run: at most so many. */
export function nextToRead(sql: SqlStorage, run: string, most: number): readonly Queued[] {
  return sql
    .exec<{
      position: number
      project_id: number
      created: number
      list_modified: number
      listed: number
      row_hash: string
      unit: string | null
      young_after: number | null
    }>('SELECT * FROM to_read WHERE run = ? ORDER BY position LIMIT ?', run, most)
    .toArray()
    .map((row) => ({
      position: row.position,
      projectId: row.project_id,
      created: row.created,
      listModified: row.list_modified,
      listed: row.listed,
      rowHash: row.row_hash,
      unit: row.unit,
      youngAfter: row.young_after,
    }))
}

export type Queued = Read & Pick<ToRead, 'unit' | 'youngAfter'> & { readonly position: number }

/** One is read; with `wholeUnit` its directory need not be read on. How many that were. */
export function strikeRead(sql: SqlStorage, { position, unit }: Queued, wholeUnit: boolean): number {
  const alike = wholeUnit ? unit : null
  return sql.exec('DELETE FROM to_read WHERE position = ? OR unit = ? RETURNING position', position, alike).toArray()
    .length
}

/** Whether a run has still something to read. */
export function isToRead(sql: SqlStorage, run: string): boolean {
  return nextToRead(sql, run, 1).length > 0
}

export function dropToRead(sql: SqlStorage): void {
  sql.exec('DELETE FROM to_read')
}

/** Files and backtests read beside the same list make the reading whole, as old as the older of the two. */
function settle(sql: SqlStorage, { projectId, created }: Read, now: number): void {
  const row = rowOf(sql, projectId, created)
  if (row === null || row.files_read === null || row.backtests_read === null) return
  const apart = Math.abs(row.files_read - row.backtests_read)
  if (apart > HOUR) return
  sql.exec('UPDATE activity SET read_at = ? WHERE project_id = ? AND created = ?', now - apart, projectId, created)
}

/** Writes some columns. What was read beside another list is no reading of this one, but its dates still count. */
function put(
  sql: SqlStorage,
  { projectId, created, listModified, listed, rowHash }: Read,
  now: number,
  assignments: string,
  values: readonly (number | string | null)[],
): void {
  sql.exec(
    `INSERT INTO activity (project_id, created, list_modified, listed, row_hash, looked_at, begun, tries)
     VALUES (?1, ?2, ?3, ?5, ?6, ?4, 0, 0)
     ON CONFLICT (project_id, created) DO UPDATE SET
       read_at = CASE WHEN list_modified = ?3 THEN read_at END,
       files_read = CASE WHEN list_modified = ?3 THEN files_read END,
       backtests_read = CASE WHEN list_modified = ?3 THEN backtests_read END,
       list_modified = ?3, listed = ?5, row_hash = ?6, looked_at = ?4`,
    projectId,
    created,
    listModified,
    now,
    listed,
    rowHash,
  )
  sql.exec(`UPDATE activity SET ${assignments} WHERE project_id = ? AND created = ?`, ...values, projectId, created)
}

function rowOf(sql: SqlStorage, projectId: number, created: number): Columns | null {
  const rows = sql.exec<Columns>('SELECT * FROM activity WHERE project_id = ? AND created = ?', projectId, created)
  return rows.toArray()[0] ?? null
}

function fromColumns(row: Columns): ActivityReading {
  const { opened_from: from, opened_to: to } = row
  return {
    created: row.created,
    listModified: row.list_modified,
    listed: row.listed,
    rowHash: row.row_hash,
    files: row.files,
    backtest: row.backtest,
    readAt: row.read_at,
    failed: row.failed,
    retryAt: row.retry_at,
    opened: from === null || to === null ? null : { from, to },
  }
}
