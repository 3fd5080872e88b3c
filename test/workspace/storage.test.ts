/** G27: what is stored is bounded. Two weeks of a workspace stay far inside the Free plan, and history costs nothing. */

import { describe, inject, it } from 'vitest'
import { mostReading } from '../support/count-rows.ts'
import type { Cost } from '../support/node/storage-cost.ts'
import { countedWorld, runAt, simulate } from '../support/storage-days.ts'
import { DAY, HOUR, type World } from '../support/world.ts'

/** A day of the Free plan. */
const FREE = { rowsWritten: 100_000, rowsRead: 5_000_000, kvWrites: 1_000 }

const PROJECTS = 500
/** `npm run test:soak -- --only storage` takes two weeks. */
const DAYS = inject('soak').days

describe.concurrent(`G27 ${DAYS} days of 500 projects, of which half wait for a decision`, () => {
  it('with 25 deletions and 20 edits a day fit the Free plan with room to spare', async ({ expect }) => {
    const made = await countedWorld('both', PROJECTS)
    const cost: Cost = await simulate(made, 'both', DAYS * 24)
    expect(cost.runs).toBe(DAYS * 24)
    expect(cost.mostRowsWritten).toBeLessThan(FREE.rowsWritten / 4)
    expect(cost.mostRowsRead).toBeLessThan(FREE.rowsRead / 4)
    expect(cost.mostKvWrites).toBeLessThan(FREE.kvWrites / 4)
    expect(cost.sqlBytes).toBeLessThan(20_000_000)
    expect(cost.kvSteadyBytes).toBeLessThan(150_000_000)
    console.log(JSON.stringify(cost))
  })
})

describe.concurrent('G27 a year of history', () => {
  it('is not read by /health, nor by a run that finds nothing', async ({ expect }) => {
    const { world, counted } = await countedWorld('quiet', 20)
    const start = Math.ceil(Date.now() / DAY) * DAY
    for (let hour = 0; hour < 3; hour++) await runAt(world, start + hour * HOUR)
    await history(world, start - DAY)
    // The first run of an hour looks for what is over; there is nothing.
    await runAt(world, start + 3 * HOUR)
    counted.rows.read = 0
    await world.stub.health()
    await world.stub.health()
    expect(counted.rows.read / 2, JSON.stringify(mostReading(counted.rows))).toBeLessThanOrEqual(50)
    counted.rows.read = 0
    counted.rows.by.clear()
    await runAt(world, start + 4 * HOUR)
    expect(counted.rows.read, JSON.stringify(mostReading(counted.rows))).toBeLessThanOrEqual(MOST_ROWS_OF_A_QUIET_RUN)
  })

  it('goes by itself, 500 rows an alarm, and no run has to end for that', async ({ expect }) => {
    const { world } = await countedWorld('quiet', 5)
    const start = Math.ceil(Date.now() / DAY) * DAY
    await runAt(world, start)
    await history(world, start - 401 * DAY)
    const left = () =>
      world.inside(({ storage }) => storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM runs').one().n)
    const before = await left()
    // A run that does not come to an end: the list of projects is throttled.
    await world.faults({ endpoint: 'projects/read', kind: 'throttle' })
    world.set({ skewMs: (world.setting().skewMs ?? 0) + 2 * HOUR })
    await world.submitTick(start + 2 * HOUR)
    const after = await left()
    expect(before - after).toBeLessThanOrEqual(1_000)
    for (let n = 0; n < 100 && (await left()) > 30; n++) await world.alarm()
    expect(await left()).toBeLessThanOrEqual(30)
    const [run] = await world.stub.runs(1, null)
    expect(['queued', 'running']).toContain(run?.status)
  })
})

/** Marks, and what hangs on them, are read besides. */
const MOST_ROWS_OF_A_QUIET_RUN = 400

/** A year of hourly runs that ended at that time, with what each left behind. */
async function history(world: World, end: number): Promise<void> {
  await world.inside(({ storage }) => {
    const { sql } = storage
    const [run] = sql.exec("SELECT * FROM runs WHERE status = 'ok' LIMIT 1").toArray()
    if (run === undefined) throw new Error('There is no run to copy.')
    const columns = Object.keys(run)
    storage.transactionSync(() => {
      for (let n = 1; n <= 8_760; n++) {
        const at = end - n * HOUR
        const row = {
          ...run,
          id: `old-${n}`,
          trigger_id: `tick:old-${n}`,
          created_at: at,
          policy_at: at,
          finished_at: at,
        }
        const values = columns.map((column) => (row as { [name: string]: SqlStorageValue })[column])
        sql.exec(`INSERT INTO runs (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`, ...values)
        sql.exec(
          'INSERT INTO acted_on (project_id, first_sent_at, move_rule, moved_at, move_sent_at) VALUES (?, ?, ?, ?, ?)',
          1_000_000 + n,
          at,
          // Moves of the last month are read, like marks.
          n % 1_000 === 0 ? 'x' : null,
          n % 1_000 === 0 ? at : null,
          n % 1_000 === 0 ? at : null,
        )
        if (n < 29 * 24)
          sql.exec(
            `INSERT INTO outbox (id, destination, about, payload, state, attempt, due_at, reason, created_at)
           VALUES (?, 'slack', 'result', '{}', 'delivered', 1, ?, '', ?)`,
            `msg_${n}`,
            at,
            at,
          )
      }
    })
  })
}
