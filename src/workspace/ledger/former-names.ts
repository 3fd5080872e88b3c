/** What projects were called before, as far as scans and our own renames showed it: people ask by names they remember (G28). */

import type { Called } from '../../core/evidence/named.ts'
import { normalisePath } from '../../core/evidence/project.ts'

const KEPT_MS = 400 * 86_400_000

/** Notes names that projects do not have any more. `now`: real time. */
export function noteFormerNames(
  sql: SqlStorage,
  names: readonly { readonly id: number; readonly name: string }[],
  now: number,
): void {
  for (const { id, name } of names) {
    sql.exec(
      'INSERT OR REPLACE INTO former_names (project_id, path, name, at) VALUES (?, ?, ?, ?)',
      id,
      normalisePath(name),
      name,
      now,
    )
  }
  if (names.length > 0) sql.exec('DELETE FROM former_names WHERE at < ?', now - KEPT_MS)
}

/** Ids of the projects that once had exactly this name. */
export function calledFormerly(sql: SqlStorage, name: string): ReadonlySet<number> {
  const rows = sql.exec<{ id: number }>('SELECT project_id AS id FROM former_names WHERE path = ?', normalisePath(name))
  return new Set(rows.toArray().map(({ id }) => id))
}

/** Everything that is known, each under a name that it had. */
export function readFormerNames(sql: SqlStorage): readonly Called[] {
  return sql
    .exec<{ id: number; name: string; path: string }>('SELECT project_id AS id, name, path FROM former_names')
    .toArray()
}
