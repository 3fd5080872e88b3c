/** G27: a KV that refuses writes, or has no more for this day, and a full database end nothing and lose nothing. */

import { describe, expect, it } from 'vitest'
import { kvFailingSince } from '../../src/workspace/ledger/kv-failing.ts'
import { storageFullSince } from '../../src/workspace/ledger/storage-full.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

/** A store that refuses every put while it is told to, and counts them. */
function refusing() {
  const state = { refuses: false, tries: 0, put: [] as string[] }
  const log = (real: KVNamespace) =>
    new Proxy(real, {
      get(target, name) {
        if (name !== 'put') return Reflect.get(target, name).bind(target)
        return async (...given: Parameters<KVNamespace['put']>) => {
          state.tries += 1
          if (state.refuses) throw new Error('KV put() failed: 500 Internal Server Error')
          await target.put(...given)
          state.put.push(String(given[0]))
        }
      },
    })
  return { state, log }
}

/** The time of all clocks is then so much later; what waits for it has its turn. */
async function later(world: World, ms: number): Promise<void> {
  world.set({ skewMs: (world.setting().skewMs ?? 0) + ms })
  await world.control('clock', { advance: ms })
  await world.alarm()
}

async function failing(world: World): Promise<number | null> {
  return world.inside(({ storage }) => kvFailingSince(storage.sql))
}

async function verify(world: World) {
  return world.stub.verify(100, null)
}

describe.concurrent('G27 a KV that refuses every write', () => {
  it('for a day: each run ends and the next begins, nothing is deleted, and then all is caught up', async ({
    expect,
  }) => {
    const { state, log } = refusing()
    const world = await makeWorld(DELETE_OLD, [...staleMany(3), stale('Shelf/a')], { log })
    await world.tick(now)
    await later(world, 23 * HOUR)
    expect(await failing(world)).toBeNull()
    state.refuses = true
    for (let hour = 23; hour < 47; hour++) {
      const run = await world.tick(now + hour * HOUR)
      expect(run.status).toBe(hour < 24 ? 'ok' : 'partial')
      if (hour >= 25) expect(run.message).toMatch(/The store \(KV\) refuses writes/)
      await later(world, HOUR)
    }
    expect(await world.deletions()).toEqual([])
    expect(await failing(world)).toBeLessThan(now + 25 * HOUR)
    // 1, 2, 4 … minutes up to 6 hours: not one try an hour and run.
    expect(state.tries).toBeLessThan(60)
    expect(await verify(world)).toMatchObject({ ok: true, checked: 25 })

    state.refuses = false
    await later(world, 6 * HOUR)
    for (let n = 0; n < 3; n++) await world.alarm()
    expect(await failing(world)).toBeNull()
    expect(state.put.filter((key) => key.startsWith('run/'))).toHaveLength(25)
    await later(world, 10 * 60_000)
    const links = await verify(world)
    expect(links).toMatchObject({ ok: true, checked: 25 })
    const run = await world.tick(now + 54 * HOUR)
    expect(run).toMatchObject({ status: 'ok', counts: { confirmed: 3 } })
  })

  it('from the middle of a run on: what was copied goes, the rest is left as not attempted, and is due in the next', async ({
    expect,
  }) => {
    const { state, log } = refusing()
    const world = await makeWorld(DELETE_OLD, staleMany(5), {
      log: (real) => {
        const store = log(real)
        return new Proxy(store, {
          get(target, name) {
            const member = Reflect.get(target, name)
            if (name !== 'put') return member.bind(target)
            return (...given: Parameters<KVNamespace['put']>) => {
              if (state.put.filter((key) => key.startsWith('backup/')).length === 2)
                state.refuses = !state.put.includes('on')
              return member(...given)
            }
          },
        })
      },
    })
    await world.tick(now)
    const run = await world.tick(now + 25 * HOUR)
    expect(run).toMatchObject({ status: 'partial', counts: { confirmed: 2, failed: 2, notAttempted: 1 } })
    expect(await world.deletions()).toHaveLength(2)
    state.put.push('on')
    await later(world, 2 * HOUR)
    expect(await failing(world)).toBeNull()
    expect(await world.tick(now + 50 * HOUR)).toMatchObject({ counts: { confirmed: 3 } })
  })
})

describe.concurrent("G27 the day's allowance of KV writes", () => {
  const FEW = { KV_WRITES_A_DAY: '106' }

  it('stops deleting 100 short of it, goes on with everything else, and with the rest on the next UTC day', async ({
    expect,
  }) => {
    const midnight = Math.ceil(now / DAY) * DAY
    const policy = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')}${rule('shelf', '{ path = "Shelf/*", idle = ">90d" }', 'archive')}`
    const world = await makeWorld(policy, [...staleMany(9), stale('Shelf/a')], { env: FEW })
    await world.tick(midnight - 2 * DAY)
    const run = await world.tick(midnight + DAY)
    expect(run).toMatchObject({ status: 'partial', counts: { confirmed: 6, notAttempted: 4 } })
    expect(run.message).toMatch(/KV has taken 6 of the 106 writes of this day \(KV_WRITES_A_DAY\)/)
    const names = (await world.projects()).map(({ name }) => name)
    expect(names).not.toContain('Shelf/a')
    const hour = await world.tick(midnight + DAY + HOUR)
    expect(hour).toMatchObject({ status: 'partial', counts: { acted: 0, due: 4 } })
    expect(await world.tick(midnight + 2 * DAY)).toMatchObject({ status: 'ok', counts: { confirmed: 4 } })
  })

  it('holds the rest of an approved plan back, and goes on with it the next UTC day by itself', async ({ expect }) => {
    const midnight = Math.ceil(now / DAY) * DAY
    const policy = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"always"')}`
    const world = await makeWorld(policy, staleMany(8), { env: FEW })
    await world.tick(midnight - 2 * DAY)
    const proposing = await world.tick(midnight - 4 * HOUR)
    expect(proposing.status).toBe('waiting')
    const decided = await world.stub.decideOn({
      run: proposing.id,
      plan: proposing.plan?.hash ?? '',
      decision: 'approve',
      by: { kind: 'token' },
      through: 'api',
    } as never)
    expect(decided).toMatchObject({ ok: true })
    const proposal = await world.stub.proposal()
    const first = await world.ended(proposal?.execution ?? '')
    expect(first).toMatchObject({ status: 'partial', counts: { confirmed: 5, notAttempted: 3 } })
    await later(world, 5 * HOUR)
    const runs = await world.stub.runs(5, null)
    const rest = await world.ended(runs[0]?.id ?? '')
    expect(rest).toMatchObject({ trigger: 'approval', status: 'ok', counts: { confirmed: 3 } })
  })
})

describe.concurrent('G27 a full database', () => {
  it('for a day, in which it takes nothing at all: it works again by itself, and nothing is lost', async ({
    expect,
  }) => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(3), stale('Old/held')])
    await world.tick(now)
    const { projectId } = await world.project('Old/held')
    await world.stub.hold(projectId, null, { name: 'Ann' } as never)
    await fill(world, 'true')
    for (let hour = 25; hour < 49; hour++) {
      await world.submitTick(now + hour * HOUR).catch(() => null)
      await later(world, HOUR)
    }
    expect(await world.deletions()).toEqual([])
    await empty(world)
    const run = await world.tick(now + 49 * HOUR)
    expect(run).toMatchObject({ status: 'ok', counts: { confirmed: 3, held: 1 } })
    expect(await world.inside(({ storage }) => storageFullSince(storage.sql))).toBeNull()
    expect(await verify(world)).toMatchObject({ ok: true })
  })

  it('lets go of delivered messages first, and no further than it takes', async ({ expect }) => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    await world.tick(now)
    await world.inside(({ storage }) => {
      for (const [id, state] of [
        ['msg_a', 'delivered'],
        ['msg_b', 'due'],
      ] as const) {
        storage.sql.exec(
          `INSERT INTO outbox (id, destination, about, payload, state, attempt, due_at, reason, created_at)
           VALUES (?, 'nowhere', 'x', '{}', ?, 0, ?, '', 0)`,
          id,
          state,
          now + 400 * DAY,
        )
      }
    })
    await fill(world, `EXISTS (SELECT 1 FROM outbox WHERE state = 'delivered')`)
    expect(await world.tick(now + 25 * HOUR)).toMatchObject({ status: 'ok', counts: { confirmed: 3 } })
    const left = await world.inside(({ storage }) => ({
      messages: storage.sql.exec<{ id: string }>('SELECT id FROM outbox').toArray(),
      pages: storage.sql.exec('SELECT 1 FROM survey').toArray().length,
      records: storage.sql.exec('SELECT 1 FROM stored').toArray().length,
      backups: storage.sql.exec('SELECT 1 FROM backups').toArray().length,
    }))
    expect(left.messages).toEqual([{ id: 'msg_b' }])
    expect(left).toMatchObject({ pages: 1, records: 2, backups: 3 })
  })

  it.each([
    ['the middle of acting', `EXISTS (SELECT 1 FROM items WHERE state = 'answered')`],
    ['the record', `EXISTS (SELECT 1 FROM runs WHERE phase = 'record' AND status = 'running' AND policy_at > ${now})`],
    ['a copy', 'EXISTS (SELECT 1 FROM backups WHERE verified_at IS NULL)'],
  ])('in %s: the run goes on when there is room, and nothing is done twice', async (_where, when) => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    await world.tick(now)
    await fill(world, when)
    const { run } = await world.submitTick(now + 25 * HOUR)
    for (let n = 0; n < 3; n++) await later(world, HOUR)
    await empty(world)
    await later(world, HOUR)
    const ended = await world.ended(run)
    expect(['ok', 'partial']).toContain(ended.status)
    await world.tick(now + 49 * HOUR)
    await world.tick(now + 50 * HOUR)
    const sent = await world.deletions()
    expect(new Set(sent).size).toBe(3)
    expect(sent).toHaveLength(3)
    expect(await verify(world)).toMatchObject({ ok: true })
  })
})

/** From now on SQLite refuses every new and changed row while that is so, as it does when there is no room; deleting works. */
async function fill(world: World, when: string): Promise<void> {
  await world.inside(({ storage }) => {
    for (const table of tables(storage.sql)) {
      for (const change of ['INSERT', 'UPDATE']) {
        storage.sql.exec(
          `CREATE TRIGGER full_${table}_${change} BEFORE ${change} ON ${table} WHEN ${when}
           BEGIN SELECT RAISE(ABORT, 'database or disk is full: SQLITE_FULL'); END`,
        )
      }
    }
  })
}

async function empty(world: World): Promise<void> {
  await world.inside(({ storage }) => {
    for (const table of tables(storage.sql)) {
      for (const change of ['INSERT', 'UPDATE']) storage.sql.exec(`DROP TRIGGER full_${table}_${change}`)
    }
  })
}

function tables(sql: SqlStorage): readonly string[] {
  return sql
    .exec<{ name: string }>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'`,
    )
    .toArray()
    .map(({ name }) => name)
}
