/** What a survey read, kept in the object: pages of projects and paid evidence, so that a run survives a crash. */

import type { Inventory, PaidEvidence, PaidKind, Project } from '../../core/evidence/project.ts'
import { gunzipJson, gzipJson } from '../../records/gzip.ts'
import { readActivity } from './activity.ts'
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

/** Forgets the surveys of all other runs but those that still go on; one good survey is kept for `why`. */
export function dropOtherSurveys(sql: SqlStorage, run: string): void {
  for (const table of ['survey', 'paid']) {
    sql.exec(
      `DELETE FROM ${table} WHERE run <> ? AND run NOT IN (SELECT id FROM runs WHERE status IN ('running', 'queued'))`,
      run,
    )
  }
}

/** Forgets a survey that did not come to a good end. */
export function dropSurvey(sql: SqlStorage, run: string): void {
  sql.exec('DELETE FROM survey WHERE run = ?', run)
  sql.exec('DELETE FROM paid WHERE run = ?', run)
}
