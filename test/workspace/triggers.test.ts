/** G13 and G14: any number of triggers at once gives one acting run at a time, and a replay does nothing. */

import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Env } from '../../src/env.ts'
import worker from '../../src/index.ts'
import type { Submission } from '../../src/workspace/asking/submit.ts'
import type { SweepRequest } from '../../src/workspace/ledger/run.ts'
import type { Workspace } from '../../src/workspace/workspace.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld } from '../support/world.ts'

const now = Date.now()

function asked(triggerId: string, change: Partial<SweepRequest> = {}): Submission {
  return { triggerId, trigger: 'api', actor: 'token', request: { kind: 'sweep', mode: 'act', rules: null, ...change } }
}

describe('G13 no overlap', () => {
  it('twenty triggers at once: runs go one after the other, and each project sees one delete', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(12))
    await world.tick(now)
    const before = (await world.requests()).length
    const triggers = Array.from({ length: 20 }, (_, n) =>
      n % 2 === 0 ? world.submitTick(now + 2 * DAY + n) : world.stub.submit(asked(`at once ${n}`)),
    )
    const ids = (await Promise.all(triggers)).map((submitted) => submitted.run)
    expect(new Set(ids).size).toBe(20)
    const runs = []
    for (const id of ids) runs.push(await world.ended(id))

    const sent = await world.deletions()
    expect(sent).toHaveLength(12)
    expect(new Set(sent).size).toBe(12)
    expect(runs.map((run) => run.counts.acted).filter((acted) => acted > 0)).toEqual([12])

    // Sorted by when they began, none begins before the one before it has ended.
    const spans = runs
      .map((run) => [Date.parse(run.startedAt ?? ''), Date.parse(run.finishedAt ?? '')] as const)
      .sort(([a, aEnd], [b, bEnd]) => a - b || aEnd - bEnd)
    for (const [n, [start]] of spans.entries()) expect(start).toBeGreaterThanOrEqual(spans[n - 1]?.[1] ?? 0)

    // On the wire too: surveys never mix, for each begins with the whole list and goes on with what runs live.
    const paths = (await world.requests()).slice(before).map((request) => request.path)
    const lists = paths.filter((path) => path === 'projects/read' || path === 'live/list')
    const confirm = paths.lastIndexOf('projects/delete') + 1
    expect(paths[confirm]).toBe('projects/read')
    // A scan is the list and its end (and on the first tick of a day the proof of it), a re-check the list alone.
    const groups = lists
      .join(' ')
      .split('live/list')
      .map((group) => group.trim().split(' ').length)
    expect(groups.slice(0, -1).every((size) => [1, 2, 1 + 2, 5].includes(size))).toBe(true)
  })

  it('a tick that finds a run going on ends ok, skipped, names that run, and calls nothing', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const [first, second] = await Promise.all([world.submitTick(now), world.submitTick(now + HOUR)])
    const skipped = await world.ended(second.run)
    expect(skipped).toMatchObject({ status: 'ok', apiCalls: 0, message: `Skipped: run ${first.run} was going on.` })
    expect(await world.calls('projects/read')).toBe(2 + 3)
  })

  it('a skipped tick is not a good run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.faults({ endpoint: 'projects/read', kind: 'status-403' })
    const [, second] = await Promise.all([world.submitTick(now), world.submitTick(now + HOUR)])
    await world.ended(second.run)
    expect(await world.stub.health()).toMatchObject({ healthy: false, lastGoodRun: null })
  })

  it('commands queue and run oldest first; none is dropped', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.push((await world.stub.submit(asked(`queue ${n}`, { mode: 'report' }))).run)
    const ends: number[] = []
    for (const id of ids) ends.push(Date.parse((await world.ended(id)).finishedAt ?? ''))
    expect(ends).toEqual([...ends].sort((a, b) => a - b))
    expect(await world.calls('projects/read')).toBe(5 * 2 + 3)
  })

  it('only the rules that were asked for act', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    await world.tick(now)
    await world.tick(now + DAY - HOUR)
    world.set({ skewMs: DAY })
    const other = await world.ended((await world.stub.submit(asked('other', { rules: ['another'] }))).run)
    expect(other.counts).toMatchObject({ due: 2, acted: 0 })
    const own = await world.ended((await world.stub.submit(asked('own', { rules: ['old'] }))).run)
    expect(own.counts).toMatchObject({ due: 2, confirmed: 2 })
  })
})

describe('G14 replays do nothing', () => {
  it('the same tick twice is the same run, with one effect', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    await world.tick(now)
    const first = await world.tick(now + 2 * DAY)
    const calls = (await world.requests()).length
    const again = await world.submitTick(now + 2 * DAY)
    expect(again).toEqual({ run: first.id, repeated: true })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await world.requests()).length).toBe(calls)
  })

  it('the same tick three times at once is one run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    const ticks = await Promise.all([world.submitTick(now), world.submitTick(now), world.submitTick(now)])
    expect(new Set(ticks.map((tick) => tick.run)).size).toBe(1)
    await world.ended(ticks[0].run)
    expect(await world.calls('projects/read')).toBe(2 + 3)
  })

  it('the same key gives the same run; with something else in it, it is refused', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const first = await world.stub.submit(asked('key'))
    expect(await world.stub.submit(asked('key'))).toEqual({ ok: true, run: first.run, repeated: true })
    const other = await world.stub.submit(asked('key', { mode: 'report' }))
    expect(other).toEqual({ ok: false, reason: 'other body', run: first.run })
    await world.ended(first.run)
    expect(await world.stub.submit(asked('key'))).toMatchObject({ run: first.run, repeated: true })
  })

  it('a tick older than the newest one only reports', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    await world.tick(now + 12 * HOUR)
    const older = await world.tick(now + 11 * HOUR)
    expect(older).toMatchObject({ mode: 'report', status: 'ok', counts: { acted: 0 } })
    expect(older.message).toMatch(/older than the newest one, so it only reports/)
  })

  it('a clock that went backwards causes no action', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now + 30 * DAY)
    const back = await world.tick(now + 2 * DAY)
    expect(back.counts).toMatchObject({ acted: 0, due: 0 })
    expect(await world.deletions()).toEqual([])
  })
})

describe('the scheduled handler', () => {
  it('gives the tick to the object of the organisation, or puts on record that settings are missing', async () => {
    const context = createExecutionContext()
    await worker.scheduled(createScheduledController({ scheduledTime: now }), env as unknown as Env)
    await waitOnExecutionContext(context)
    const object = (env as unknown as Env).WORKSPACE.getByName('not-configured')
    const stub = object as DurableObjectStub<Workspace>
    let runs = await stub.runs(1, null)
    for (let n = 0; n < 200 && runs[0]?.status !== 'failed'; n++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      runs = await stub.runs(1, null)
    }
    expect(runs[0]).toMatchObject({ status: 'failed', trigger: 'cron', apiCalls: 0 })
    expect(runs[0]?.message).toMatch(/^Nothing was done\. The settings are not complete: QC_USER_ID is missing/)
    for (const name of ['QC_USER_ID', 'QC_API_TOKEN', 'QC_ORGANIZATION_ID', 'ADMIN_TOKEN']) {
      expect(runs[0]?.message).toContain(`${name} is missing`)
    }
  })
})
