/** G19: a pause stops before the next mutating call. */

import { describe, expect, it } from 'vitest'
import { nextSecond } from '../support/moments.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld } from '../support/world.ts'

const now = Date.now()

describe('G19 pause', () => {
  it('takes effect before the next mutating call, and lifting it goes on with the same run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(5))
    await world.tick(now)
    let deletes = 0
    const paused = Promise.withResolvers<void>()
    world.set({
      fetch: async (input, init, { storage }) => {
        const answer = await fetch(input, init)
        if (String(input).endsWith('/projects/delete') && ++deletes === 2) {
          const value = JSON.stringify({ by: 'Ann', at: now })
          storage.sql.exec(`INSERT OR REPLACE INTO facts (name, value) VALUES ('pause', ?)`, value)
          paused.resolve()
        }
        return answer
      },
    })
    const { run } = await world.submitTick(now + 2 * DAY)
    await paused.promise
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await world.deletions()).toHaveLength(2)
    expect(await world.stub.run(run)).toMatchObject({ status: 'running', finishedAt: null })
    expect(await world.stub.health()).toMatchObject({ paused: true })

    await world.stub.resume()
    const ended = await world.ended(run)
    expect(ended).toMatchObject({ id: run, status: 'ok', counts: { acted: 5, confirmed: 5 } })
    const sent = await world.deletions()
    expect(sent).toHaveLength(5)
    expect(new Set(sent).size).toBe(5)
  })

  it('no tick and no command acts while it lasts; what was edited meanwhile is seen afterwards', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    await world.tick(now)
    await world.stub.pause('Ann')
    const request = { kind: 'sweep', mode: 'act', rules: null } as const
    world.set({ skewMs: 2 * DAY })
    const { run } = await world.stub.submit({ triggerId: 'while paused', trigger: 'api', actor: 'token', request })
    expect(await world.tick(now + 3 * DAY)).toMatchObject({ mode: 'report', counts: { acted: 0 } })
    expect(await world.deletions()).toEqual([])
    // Not in the second in which its files were read: a date that moved then is our own doing.
    await nextSecond()
    await world.edit('Old/p1', {})
    await world.stub.resume()
    expect((await world.ended(run)).counts).toMatchObject({ acted: 2, confirmed: 2, skipped: 1 })
  })

  it('does not end by itself: a restart and days later it still holds', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    await world.stub.pause('Ann')
    await world.renew()
    world.set({ skewMs: 9 * DAY })
    expect(await world.tick(now + 11 * DAY)).toMatchObject({ mode: 'report', counts: { due: 1 } })
    expect(await world.deletions()).toEqual([])
    await world.stub.resume()
    expect((await world.tick(now + 11 * DAY + HOUR)).counts).toMatchObject({ confirmed: 1 })
  })

  it('reports and surveys go on while it lasts', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.stub.pause('Ann')
    expect(await world.tick(now)).toMatchObject({ status: 'ok', counts: { marked: 1 } })
  })
})
