/** The table of what came in already and is no run: a primary key refuses the second, even at the same instant. */

/** Longer than any request is good for: signatures are, for five minutes. */
const KEPT_MS = 86_400_000

/** Whether this is the first time. `now`: real time. */
export function isFirst(sql: SqlStorage, id: string, now: number): boolean {
  sql.exec('DELETE FROM seen WHERE at < ?', now - KEPT_MS)
  return sql.exec('INSERT OR IGNORE INTO seen (id, at) VALUES (?, ?)', id, now).rowsWritten > 0
}
