/** G26: every run ends. Steps that get a run no further are counted before they work, and five of them end it. */

import { describe, expect, it } from 'vitest'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { HOUR, makeWorld } from '../support/world.ts'

const now = Date.now()

describe('G26 every run ends', () => {
  it('a run whose object is killed at each of its steps ends, and the next one is whole', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    let kills = 0
    world.set({
      fetch: (input, init, ctx) => {
        kills += 1
        ctx.abort('killed, as for memory')
        return fetch(input, init)
      },
    })
    await world.submitTick(now).catch(() => null)
    const run = await untilEnded(world)
    expect(run.status).toBe('failed')
    expect(run.message).toMatch(/given up after 5 steps that got it no further/)
    expect(kills).toBeLessThanOrEqual(5)
    world.set({ fetch: (input, init) => fetch(input, init) })
    expect(await world.tick(now + HOUR)).toMatchObject({ status: 'ok', counts: { marked: 3 } })
  })
})

/** The newest run, once it has ended; the object may be killed while it is asked. */
async function untilEnded(world: Awaited<ReturnType<typeof makeWorld>>) {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    const [run] = await world.stub.runs(1, null).catch(() => [])
    if (run !== undefined && run.status !== 'queued' && run.status !== 'running') return run
    // The platform starts a failed alarm again after a while; a repeated tick wakes the object sooner.
    await world.submitTick(now).catch(() => null)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('The run did not end.')
}
