/** What was done to projects before, as the table of items remembers it: for undoing, bringing back and finding again. */

import { type Deed, writtenBy } from '../../core/command/command-restore.ts'
import { normalisePath } from '../../core/evidence/project.ts'
import type { Change } from '../../core/plan/change.ts'
import type { PlanItem } from '../../core/plan/plan.ts'
import { LONGEST_WAIT_MS } from './runs.ts'

/**
 * What a run did and was seen to have done, later settlements included, and what it may have done: of one project, of a
 * directory, or (null) of all.
 */
export function deedsOf(
  sql: SqlStorage,
  run: string,
  projectId: number | null,
  directory: string | null = null,
): readonly Deed[] {
  return sql
    .exec<{ item: string; before: string | null; outcome: string }>(
      `SELECT item, before, outcome FROM items
       WHERE (outcome = 'done' OR outcome = 'unsure' AND settled = 0) AND (run = ? AND settles = '' OR settles = ?)
       AND (? IS NULL OR project_id = ?) AND (? IS NULL OR json_extract(item, '$.directory') = ?) ORDER BY position, project_id`,
      run,
      run,
      projectId,
      projectId,
      directory,
      directory,
    )
    .toArray()
    .map(({ item, before, outcome }) => ({
      item: JSON.parse(item) as PlanItem,
      before: before === null ? null : (JSON.parse(before) as Required<Change>),
      isUnsure: outcome === 'unsure',
    }))
}

/** The full name a project had when we last deleted it; null when we never did. */
export function nameBefore(sql: SqlStorage, projectId: number): string | null {
  const rows = sql.exec<{ item: string }>(
    `SELECT item FROM items WHERE project_id = ? AND outcome IN ('done', 'unsure') AND json_extract(item, '$.action') = 'delete'
     ORDER BY rowid DESC LIMIT 1`,
    projectId,
  )
  const row = rows.toArray()[0]
  return row === undefined ? null : (JSON.parse(row.item) as PlanItem).name
}

/**
 * The newest run that did something to a project, undoing apart; null when none did, or when that was to bring it back, which
 * is not undone: whoever asks wants it back once more.
 */
export function lastDeedOf(sql: SqlStorage, projectId: number): string | null {
  const row = sql
    .exec<{ run: string; restores: number }>(
      `SELECT i.run, json_extract(r.request, '$.command.type') IS 'project.restore' AS restores FROM items i JOIN runs r ON r.id = i.run WHERE i.project_id = ? AND i.outcome = 'done'
         AND json_extract(r.request, '$.kind') <> 'undo' ORDER BY r.created_at DESC, r.id DESC LIMIT 1`,
      projectId,
    )
    .toArray()[0]
  return row === undefined || row.restores === 1 ? null : row.run
}

/** The path that we last gave each project between two moments of real time, the first included. */
export function pathsWritten(sql: SqlStorage, from: number, until: number): ReadonlyMap<number, string> {
  const rows = sql.exec<{ item: string }>(
    `SELECT i.item FROM items i JOIN runs r ON r.id = i.run
     WHERE r.created_at >= ? AND i.outcome = 'done' AND i.sent_at BETWEEN ? AND ? ORDER BY i.sent_at`,
    from - LONGEST_WAIT_MS,
    from,
    until,
  )
  const paths = new Map<number, string>()
  for (const row of rows) {
    const item = JSON.parse(row.item) as PlanItem
    const { name } = writtenBy(item)
    if (name !== undefined) paths.set(item.projectId, normalisePath(name))
  }
  return paths
}

/** Real time at which we deleted a project, when that is the last thing we did to it; null when it is not. */
export function deletedAt(
  sql: SqlStorage,
  { projectId, created }: Pick<PlanItem, 'projectId' | 'created'>,
): number | null {
  const rows = sql.exec<{ action: string; sent_at: number | null; went: number }>(
    `SELECT json_extract(item, '$.action') AS action, sent_at, outcome = 'done' OR json_extract(answer, '$.kind') = 'accepted' AS went
     FROM items WHERE project_id = ? AND created = ? AND sent_at IS NOT NULL ORDER BY sent_at DESC LIMIT 1`,
    projectId,
    created,
  )
  const last = rows.toArray()[0]
  return last?.action === 'delete' && last.went === 1 ? last.sent_at : null
}
