/** What a survey read, kept in the object: pages of projects and paid evidence, so that a run survives a crash. */

import type { Inventory, PaidEvidence, PaidKind, Project } from '../../core/evidence/project.ts'
import { gunzipJson, gzipJson } from '../../records/gzip.ts'
import { readActivity } from './activity.ts'
import { readFact } from './facts.ts'
import type { RunRow } from './runs.ts'

export async function packPage(projects: readonly Project[]): Promise<Uint8Array> {
  return gzipJson(projects)
}

export function storePage(sql: SqlStorage, run: string, page: number, rows: Uint8Array): void {
  sql.exec('INSERT OR REPLACE INTO survey (run, page, rows) VALUES (?, ?, ?)', run, page, rows)
}

export function storePaid(sql: SqlStorage, run: string, projectId: number, evidence: PaidEvidence): void {
  sql.exec(
    'INSERT OR REPLACE INTO paid (run, project_id, evidence) VALUES (?, ?, ?)',
    run,
    projectId,
    JSON.stringify(evidence),
  )
}

export function readPaid(sql: SqlStorage, run: string): Record<string, PaidEvidence> {
  const rows = sql.exec<{ project_id: number; evidence: string }>(
    'SELECT project_id, evidence FROM paid WHERE run = ?',
    run,
  )
  return Object.fromEntries(rows.toArray().map((row) => [row.project_id, JSON.parse(row.evidence) as PaidEvidence]))
}

/** Keeps what a re-check bought, so that the next slice goes on from there. `at`: real time. */
export function storePaidAgain<Kind extends PaidKind>(
  sql: SqlStorage,
  run: string,
  bought: {
    readonly projectId: number
    readonly kind: Kind
    readonly evidence: PaidEvidence[Kind]
    readonly at: number
  },
): void {
  sql.exec(
    'INSERT OR REPLACE INTO paid_again (run, project_id, kind, evidence, at) VALUES (?, ?, ?, ?, ?)',
    run,
    bought.projectId,
    bought.kind,
    JSON.stringify(bought.evidence),
    bought.at,
  )
}

/** What re-checks of a run bought since then. */
export function readPaidAgain(
  sql: SqlStorage,
  run: string,
  since: number,
): readonly { readonly projectId: number; readonly kind: PaidKind; readonly evidence: PaidEvidence[PaidKind] }[] {
  return sql
    .exec<{ project_id: number; kind: string; evidence: string }>(
      'SELECT project_id, kind, evidence FROM paid_again WHERE run = ? AND at >= ?',
      run,
      since,
    )
    .toArray()
    .map((row) => ({ projectId: row.project_id, kind: row.kind as PaidKind, evidence: JSON.parse(row.evidence) }))
}

/** The inventory of a run whose survey is stored. */
export async function loadInventory(sql: SqlStorage, run: RunRow, organizationId: string): Promise<Inventory> {
  const pages = sql.exec<{ rows: ArrayBuffer }>('SELECT rows FROM survey WHERE run = ? ORDER BY page', run.id).toArray()
  const projects = (await Promise.all(pages.map((page) => gunzipJson(page.rows)))).flat() as Project[]
  return {
    at: run.policyAt,
    organizationId,
    projects,
    running: run.state.running ?? { unknown: 'the live list was not read' },
    paid: readPaid(sql, run.id),
    activity: readActivity(sql),
  }
}

/** Path of each of these projects in the survey of a run; null when that survey is not stored any more. */
export async function pathsIn(
  sql: SqlStorage,
  run: string,
  ids: ReadonlySet<number>,
): Promise<ReadonlyMap<number, string> | null> {
  const pages = sql.exec<{ page: number }>('SELECT page FROM survey WHERE run = ? ORDER BY page', run).toArray()
  if (pages.length === 0) return null
  const paths = new Map<number, string>()
  // One page at a time: of a large workspace this is the second inventory in memory.
  for (const { page } of pages) {
    const { rows } = sql
      .exec<{ rows: ArrayBuffer }>('SELECT rows FROM survey WHERE run = ? AND page = ?', run, page)
      .one()
    for (const { id, path } of (await gunzipJson(rows)) as Project[]) if (ids.has(id)) paths.set(id, path)
  }
  return paths
}

/** How long after its receipt a command that could do nothing may be repeated by the same delivery, in milliseconds. */
export const REPEATABLE_FOR_MS = 24 * 3_600_000

/**
 * Forgets the surveys of all other runs. The last good one is kept, and the last whole one, which views look at; those of
 * runs that are not over, and those that tell what projects were called before a command that is not over, or may still be repeated. `now`: real time.
 */
export function dropOtherSurveys(sql: SqlStorage, run: string, now: number): void {
  const kept = sql
    .exec<{ id: string }>(
      `SELECT ?1 AS id UNION SELECT id FROM runs WHERE status IN ('queued', 'running')
       UNION SELECT scan_before FROM runs WHERE scan_before IS NOT NULL AND status IN ('queued', 'running')
       UNION SELECT scan_before FROM runs WHERE scan_before IS NOT NULL AND received_at > ?2
         AND status IN ('blocked', 'failed', 'partial')`,
      run,
      now - REPEATABLE_FOR_MS,
    )
    .toArray()
    .map(({ id }) => id)
  const looked = [readFact(sql, 'good')?.run, readFact(sql, 'scan')?.run].filter((id) => id !== undefined)
  kept.push(...looked)
  for (const table of ['survey', 'paid']) {
    sql.exec(`DELETE FROM ${table} WHERE run NOT IN (SELECT value FROM json_each(?))`, JSON.stringify(kept))
  }
}

/** Forgets a survey that did not come to a good end. */
export function dropSurvey(sql: SqlStorage, run: string): void {
  sql.exec('DELETE FROM survey WHERE run = ?', run)
  sql.exec('DELETE FROM paid WHERE run = ?', run)
}
