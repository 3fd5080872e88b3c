/**
 * Projects that were once seen with backtests. An empty list of them afterwards is no fact: results get archived, and a
 * service that comes back half answers with empty lists.
 */

import { isUnknown, type PaidEvidence, type PaidKind } from '../../core/evidence/project.ts'

/** What may be concluded from a reading of a project, beside what earlier ones saw. Remembers what it saw. `at`: real time. */
export function believable<Kind extends PaidKind>(
  sql: SqlStorage,
  projectId: number,
  kind: Kind,
  evidence: PaidEvidence[Kind],
  at: number,
): PaidEvidence[Kind] {
  if (kind !== 'backtests' || evidence === undefined || isUnknown(evidence)) return evidence
  if (evidence.count > 0) {
    sql.exec(
      'INSERT OR REPLACE INTO backtests_seen (project_id, count, at) VALUES (?, ?, ?)',
      projectId,
      evidence.count,
      at,
    )
    return evidence
  }
  const [earlier] = sql
    .exec<{ count: number; at: number }>('SELECT count, at FROM backtests_seen WHERE project_id = ?', projectId)
    .toArray()
  if (earlier === undefined) return evidence
  const day = new Date(earlier.at).toISOString().slice(0, 10)
  return { unknown: `no backtest is listed, and on ${day} there were ${earlier.count}` }
}
