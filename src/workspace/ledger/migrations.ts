/**
 * The versions of the schema. An object of an older version gets, in one transaction, what it does not have yet; one of a
 * newer version, left by a Worker that was rolled back, is not touched. Until the first release migration 1 is rewritten.
 */

import { createTables } from './schema.ts'

/** In order; the number of a migration is its place, from 1. A migration that was released is never changed. */
const MIGRATIONS: readonly ((sql: SqlStorage) => void)[] = [createTables]

/** Brings the database to the newest version. Throws for one that is newer than this Worker, before anything is changed. */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage
  storage.transactionSync(() => {
    sql.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)')
    const version = versionOf(sql)
    if (version > MIGRATIONS.length) {
      throw new Error(
        `The database has schema version ${version}, and this Worker knows ${MIGRATIONS.length}. Deploy the newer Worker again.`,
      )
    }
    if (version === MIGRATIONS.length) return
    for (const migration of MIGRATIONS.slice(version)) migration(sql)
    sql.exec('DELETE FROM schema_version')
    sql.exec('INSERT INTO schema_version (version) VALUES (?)', MIGRATIONS.length)
  })
}

/** 0 = an empty database. */
export function versionOf(sql: SqlStorage): number {
  return sql.exec<{ version: number }>('SELECT version FROM schema_version').toArray()[0]?.version ?? 0
}
