/** Which lists KV has, and until when, so that one that does not change is put once a month and not with every run. */

/** Whether KV keeps the list at least until then. */
export function isListed(sql: SqlStorage, hash: string, until: number): boolean {
  return sql.exec('SELECT 1 FROM lists WHERE hash = ? AND expires_at >= ?', hash, until).toArray().length > 0
}

export function noteList(sql: SqlStorage, hash: string, expiresAt: number): void {
  sql.exec('INSERT OR REPLACE INTO lists (hash, expires_at) VALUES (?, ?)', hash, expiresAt)
}
