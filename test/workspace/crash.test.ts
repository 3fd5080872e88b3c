/** G12: killed at any moment, a run resumes, and each project is acted on at most once. */

import { describe, expect, it } from 'vitest'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const COUNT = 3

/** Scan 3, its proof 3, re-check 2; of each the reading of its backtests, files and delete; confirm 1. */
const CALLS = 3 + 3 + 2 + 3 * COUNT + 1

/** Kills the object once, before its nth request goes out or after the answer to it has come. */
function killAt(world: World, nth: number, moment: 'before' | 'after'): void {
  let sent = 0
  world.set({
    fetch: async (input, init, ctx) => {
      sent += 1
      const isTheOne = sent === nth
      if (isTheOne && moment === 'before') ctx.abort('killed by a test')
      const answer = await fetch(input, init)
      if (isTheOne && moment === 'after') ctx.abort('killed by a test')
      return answer
    },
  })
}

/** The platform starts a failed alarm again after two seconds; a replay of the tick wakes the object sooner. */
async function ended(world: World, at: number) {
  for (;;) {
    const submitted = await world.submitTick(at).catch(() => null)
    if (submitted !== null) return world.ended(submitted.run)
  }
}

describe.concurrent('G12 killed at any moment', () => {
  it('the uninterrupted run makes as many calls as these tests kill it at', async ({ expect }) => {
    const world = await makeWorld(DELETE_OLD, staleMany(COUNT))
    await world.tick(now)
    expect((await world.tick(now + 2 * DAY)).apiCalls).toBe(CALLS)
  })

  for (const moment of ['before', 'after'] as const) {
    it.each(Array.from({ length: CALLS }, (_, n) => n + 1))(
      `${moment} call %i: the run resumes and the world ends the same`,
      async (nth) => {
        const world = await makeWorld(DELETE_OLD, staleMany(COUNT))
        await world.tick(now)
        const before = await world.deletions()
        killAt(world, nth, moment)
        const run = await ended(world, now + 2 * DAY)
        expect(before).toEqual([])
        expect(run.counts).toMatchObject({ due: COUNT, failed: 0 })
        expect(run.counts.confirmed + run.counts.unsure).toBe(COUNT)

        const sent = await world.deletions()
        expect(sent.length).toBe(new Set(sent).size)
        const binned = (await world.projects()).filter((project) => project.name.startsWith('Recycle Bin/'))
        expect(binned).toHaveLength(run.counts.confirmed)
        // Only a call that was on its way when the process ended may be unsure; the others are as if nothing had been.
        if (run.counts.unsure > 0) {
          expect(run).toMatchObject({ status: 'partial', counts: { unsure: 1 } })
          world.aMinuteLater()
          await world.tick(now + 3 * DAY)
          const last = await world.tick(now + 4 * DAY)
          expect(last.counts).toMatchObject({ due: 0 })
          expect((await world.projects()).every((project) => project.name.startsWith('Recycle Bin/'))).toBe(true)
        } else expect(run.status).toBe('ok')
      },
    )
  }

  it('without any trigger the alarm alone resumes it', async ({ expect }) => {
    const world = await makeWorld(DELETE_OLD, staleMany(COUNT))
    await world.tick(now)
    killAt(world, 6, 'after')
    const { run } = await world.submitTick(now + 2 * DAY)
    const ended = await world.ended(run)
    expect(ended.counts.confirmed).toBe(COUNT)
    expect(await world.deletions()).toHaveLength(COUNT)
  })

  it('killed at every single call of a run, one after the other, it still ends', async ({ expect }) => {
    const world = await makeWorld(DELETE_OLD, staleMany(COUNT))
    await world.tick(now)
    const killed = new Set<string>()
    world.set({
      fetch: async (input, init, ctx) => {
        const answer = await fetch(input, init)
        const call = `${String(input)} ${String(init?.body)}`
        if (!killed.has(call)) {
          killed.add(call)
          ctx.abort('killed by a test')
        }
        return answer
      },
    })
    const at = now + 2 * DAY
    let run = null
    while (run === null) {
      await world.submitTick(at).catch(() => null)
      await new Promise((resolve) => setTimeout(resolve, 10))
      const all = await world.stub.runs(1, null).catch(() => [])
      // The time of its end is noted before the record is made; only then is it over.
      const [newest] = all
      const isOver = newest !== undefined && newest.status !== 'queued' && newest.status !== 'running'
      if (isOver && newest.at === new Date(at).toISOString()) run = newest
    }
    expect(run.counts).toMatchObject({ due: COUNT, confirmed: COUNT, failed: 0 })
    const sent = await world.deletions()
    expect(sent.length).toBe(new Set(sent).size)
  })

  it('an error that comes again at every slice ends the run as failed, with nothing deleted', async ({ expect }) => {
    const world = await makeWorld(DELETE_OLD, staleMany(COUNT))
    await world.tick(now)
    await world.inside(({ storage }) => storage.sql.exec('DROP TABLE paid'))
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'failed', counts: { acted: 0 } })
    expect(run.message).toMatch(
      /given up after 5 steps that got it no further\. Each ended in an unexpected error, which the Worker's log has/,
    )
    expect(await world.deletions()).toEqual([])
  })

  it('an error that comes again while its end is put down ends the run without what fails', async ({ expect }) => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    await world.tick(now)
    await world.inside(({ storage }) => storage.sql.exec('DROP TABLE inventories'))
    const run = await world.tick(now + HOUR)
    expect(run).toMatchObject({ status: 'ok', message: expect.stringMatching(/Its end could not be put down whole/) })
    expect(await world.tick(now + 2 * HOUR)).toMatchObject({ status: 'ok', counts: { marked: 2 } })
  })
})
