/** G27: the database has a version, and a Worker never works on one that is newer than it knows. */

import { expect, it } from 'vitest'
import { migrate } from '../../src/workspace/ledger/migrations.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { makeWorld } from '../support/world.ts'

it('G27 a new object has the newest version of the schema, and keeps what it has when it is constructed again', async () => {
  const world = await makeWorld(DELETE_OLD, staleMany(2))
  await world.tick(Date.now())
  await world.renew()
  const kept = await world.inside(({ storage }) => ({
    versions: storage.sql.exec('SELECT version FROM schema_version').toArray(),
    marks: storage.sql.exec('SELECT count(*) AS n FROM marks').one(),
  }))
  expect(kept).toEqual({ versions: [{ version: 1 }], marks: { n: 2 } })
})

it('G27 a database that is newer than the Worker is not touched, and the error says what to do', async () => {
  const world = await makeWorld(DELETE_OLD, staleMany(2))
  const now = Date.now()
  await world.tick(now)
  const said = await world.inside(({ storage }) => {
    storage.sql.exec('UPDATE schema_version SET version = 99')
    try {
      return migrate(storage)
    } catch (error) {
      return (error as Error).message
    }
  })
  expect(said).toMatch(/schema version 99, and this Worker knows 1\. Deploy the newer Worker again/)
})
