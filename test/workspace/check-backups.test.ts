/** Each day one backup in fifty is read back, so that a damaged one is known before somebody needs it. */

import { expect, it } from 'vitest'
import { badBackups } from '../../src/workspace/ledger/backups.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

async function dayLater(world: World): Promise<void> {
  const skewMs = (world.setting().skewMs ?? 0) + DAY
  world.set({ skewMs })
  await world.tick(now + 2 * DAY + skewMs)
  for (let n = 0; n < 3; n++) await world.alarm()
}

const bad = (world: World) => world.inside(({ storage }) => badBackups(storage.sql))

it('names a backup that is missing or damaged, the oldest check first, and takes it back when it is whole again', async () => {
  const world = await makeWorld(DELETE_OLD, staleMany(3))
  await world.tick(now)
  expect(await world.tick(now + 2 * DAY)).toMatchObject({ counts: { confirmed: 3 } })
  const rows = await world.inside(({ storage }) =>
    storage.sql.exec<{ key: string; name: string }>('SELECT key, name FROM backups ORDER BY verified_at').toArray(),
  )
  const [gone, damaged] = [rows[0], rows[1]]
  const whole = await world.log.get(damaged?.key ?? '', 'arrayBuffer')
  await world.log.delete(gone?.key ?? '')
  await world.log.put(damaged?.key ?? '', new Uint8Array([1, 2, 3]))
  expect(await bad(world)).toEqual([])
  await dayLater(world)
  expect(await bad(world)).toMatchObject([{ key: gone?.key, name: gone?.name }])
  await dayLater(world)
  expect((await bad(world)).map(({ key }) => key)).toEqual([gone?.key, damaged?.key])
  await world.log.put(damaged?.key ?? '', whole ?? '')
  for (let day = 0; day < 3; day++) await dayLater(world)
  expect(await bad(world)).toMatchObject([{ key: gone?.key }])
})

it('says nothing of a backup while the store itself cannot be read', async () => {
  let fails = false
  const world = await makeWorld(DELETE_OLD, staleMany(1), {
    log: (log) =>
      new Proxy(log, {
        get(target, name) {
          const member = Reflect.get(target, name)
          if (name !== 'get') return member.bind(target)
          return (...given: unknown[]) =>
            fails ? Promise.reject(new Error('KV get() failed')) : Reflect.apply(member, target, given)
        },
      }),
  })
  await world.tick(now)
  await world.tick(now + 2 * DAY)
  fails = true
  await dayLater(world)
  expect(await bad(world)).toEqual([])
})
