/** Runs that somebody stopped: each ends before its next mutating call. */

export function writeStop(sql: SqlStorage, run: string, by: string): void {
  sql.exec('INSERT OR IGNORE INTO stops (run, by) VALUES (?, ?)', run, by)
}

/** Who stopped the run; null when nobody did. */
export function stoppedBy(sql: SqlStorage, run: string): string | null {
  return sql.exec<{ by: string }>('SELECT by FROM stops WHERE run = ?', run).toArray()[0]?.by ?? null
}

/** What becomes of an item that a stop kept from being acted on. */
export function stopText(by: string): string {
  return `Stopped by ${by}.`
}

export function forgetStop(sql: SqlStorage, run: string): void {
  sql.exec('DELETE FROM stops WHERE run = ?', run)
}
