/** The table of what came in already and is no run: a primary key refuses the second, even at the same instant. Kept for a day: longer than any request is good for. */

/** Whether this is the first time. `now`: real time. */
export function isFirst(sql: SqlStorage, id: string, now: number): boolean {
  return sql.exec('INSERT OR IGNORE INTO seen (id, at) VALUES (?, ?)', id, now).rowsWritten > 0
}
