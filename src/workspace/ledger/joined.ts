/** The table of triggers that became part of a run beside the one that began it: whose they were, and when. */

export interface Joined {
  readonly triggerId: string
  readonly bodyHash: string
  readonly run: string
  readonly actor: string
  readonly kind: 'report' | 'update'
  /** Real time. */
  readonly at: number
}

/** Longer than any count looks back and than any sender tries again. */
const KEPT_MS = 7 * 86_400_000

/** The run that a trigger became part of; null when it did not. */
export function joinedTo(
  sql: SqlStorage,
  triggerId: string,
): { readonly run: string; readonly bodyHash: string } | null {
  const row = sql
    .exec<{ run: string; body_hash: string }>('SELECT run, body_hash FROM joined WHERE trigger_id = ?', triggerId)
    .toArray()[0]
  return row === undefined ? null : { run: row.run, bodyHash: row.body_hash }
}

/** Writes one down, and lets go of those that nobody asks for any more. */
export function join(sql: SqlStorage, { triggerId, bodyHash, run, actor, kind, at }: Joined): void {
  sql.exec('DELETE FROM joined WHERE at < ?', at - KEPT_MS)
  sql.exec(
    'INSERT OR IGNORE INTO joined (trigger_id, body_hash, run, actor, kind, at) VALUES (?, ?, ?, ?, ?, ?)',
    triggerId,
    bodyHash,
    run,
    actor,
    kind,
    at,
  )
}

/** How many somebody asked for since then, and when the oldest of them was. */
export function countJoined(
  sql: SqlStorage,
  actor: string,
  kind: Joined['kind'],
  since: number,
): { readonly count: number; readonly oldest: number | null } {
  return sql
    .exec<{ count: number; oldest: number | null }>(
      'SELECT COUNT(*) AS count, MIN(at) AS oldest FROM joined WHERE actor = ? AND kind = ? AND at > ?',
      actor,
      kind,
      since,
    )
    .one()
}

/** Whether something became part of a run beside what began it. */
export function hasJoined(sql: SqlStorage, run: string, kind: Joined['kind']): boolean {
  return sql.exec('SELECT 1 FROM joined WHERE run = ? AND kind = ? LIMIT 1', run, kind).toArray().length > 0
}
