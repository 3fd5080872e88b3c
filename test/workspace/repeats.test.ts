/** What comes twice: the same message is the same run, unless the service kept the first from doing anything. */

import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/core/command/command.ts'
import type { Submission } from '../../src/workspace/asking/submit.ts'
import { command, idOf, names, request } from '../support/asking.ts'
import { beforeRecheck, justBefore, nextSecond } from '../support/moments.ts'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const OTHERS = Array.from({ length: 8 }, (_, n) => stale(`w/p${n}`))

function delivery(wanted: Command, triggerId = 'github:1'): Submission {
  return { triggerId, trigger: 'github', actor: 'octocat', request: { kind: 'command', mode: 'act', command: wanted } }
}

const dropBranch: Command = { type: 'directory.delete', directory: 'CI/f' }

async function deliver(world: World, wanted: Command = dropBranch) {
  return world.ended((await world.stub.submit(delivery(wanted))).run)
}

describe('a delivery that comes again', () => {
  it.each([
    ['live/list', 'status-503', 'blocked'],
    ['projects/read', 'status-503', 'failed'],
    ['files/read', 'status-503', 'failed'],
  ])('repeats a run that %s kept from sending anything', async (endpoint, kind, status) => {
    const world = await makeWorld(NO_CAPS, [stale('CI/f/a'), ...OTHERS])
    await world.faults({ endpoint, kind, calls: 'all' })
    const first = await deliver(world)
    expect(first).toMatchObject({ status, counts: { acted: 0 } })
    expect(first.retryOf).toBeUndefined()
    await world.faults()
    const again = await deliver(world)
    expect(again).toMatchObject({ status: 'ok', retryOf: first.id, counts: { confirmed: 1 } })
    expect(await deliver(world)).toMatchObject({ id: again.id })
    expect(await world.deletions()).toHaveLength(1)
  })

  it('takes only what existed when the first one came', async () => {
    const world = await makeWorld(NO_CAPS, [stale('CI/f/a'), ...OTHERS])
    await world.faults({ endpoint: 'live/list', kind: 'status-503', calls: 'all' })
    await deliver(world)
    await world.faults()
    await nextSecond()
    await world.reset([...(await world.projects()), { name: 'CI/f/new' }])
    const again = await deliver(world)
    expect(again).toMatchObject({ status: 'refused', message: expect.stringContaining('"CI/f/new"') })
    expect(await world.deletions()).toEqual([])
  })

  it('is tried three times more, and for a day', async () => {
    const world = await makeWorld(NO_CAPS, [stale('CI/f/a'), ...OTHERS])
    await world.faults({ endpoint: 'live/list', kind: 'status-503', calls: 'all' })
    const runs: string[] = []
    for (let n = 0; n < 6; n++) runs.push((await deliver(world)).id)
    expect(new Set(runs).size).toBe(4)
    const other = await makeWorld(NO_CAPS, [stale('CI/f/a'), ...OTHERS])
    await other.faults({ endpoint: 'live/list', kind: 'status-503', calls: 'all' })
    const first = await deliver(other)
    other.set({ skewMs: 25 * HOUR })
    expect((await deliver(other)).id).toBe(first.id)
  })

  it('does not repeat what was refused, sent, or asked for otherwise', async () => {
    const world = await makeWorld(NO_CAPS, [stale('CI/f/a', { description: '[keep]' }), ...OTHERS])
    const first = await deliver(world)
    expect(first.status).toBe('refused')
    expect((await deliver(world)).id).toBe(first.id)
    expect(await world.stub.submit(delivery({ type: 'directory.delete', directory: 'CI' }))).toMatchObject({
      ok: false,
      reason: 'other body',
    })
    const sent = await makeWorld(NO_CAPS, [stale('CI/f/a'), ...OTHERS])
    await sent.faults({ endpoint: 'projects/delete', kind: 'reset-before', calls: 'all' })
    const lost = await deliver(sent)
    expect(lost).toMatchObject({ counts: { acted: 1 } })
    expect((await deliver(sent)).id).toBe(lost.id)
  })
})

describe('the same content', () => {
  const say = (project: number, fast: string): Submission => ({
    triggerId: `quantconnect:${project}:${fast}`,
    content: { project, within: 60_000 },
    trigger: 'quantconnect',
    actor: `project ${project}`,
    request: {
      kind: 'command',
      mode: 'act',
      command: { type: 'project.update', project, parameters: { fast }, keepsHolds: true },
    },
  })

  async function fast(world: World): Promise<unknown> {
    const { parameters } = await world.project('a/x')
    return (parameters as { key: string; value: string }[]).find(({ key }) => key === 'fast')?.value
  }

  it('is one run, also when something else about another project came between', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }])
    const id = await idOf(world, 'a/x')
    const first = await world.stub.submit(say(id, '10'))
    await world.ended((await world.stub.submit(say(await idOf(world, 'b'), '10'))).run)
    expect(await world.stub.submit(say(id, '10'))).toEqual({ ok: true, run: first.run, repeated: true })
  })

  it.each<readonly [string, (world: World, id: number) => Promise<unknown>]>([
    ['the algorithm', async (world, id) => world.ended((await world.stub.submit(say(id, '20'))).run)],
    [
      'a program, by its name',
      (world) => command(world, { type: 'project.update', project: 'a/x', parameters: { fast: '20' } }),
    ],
    [
      'a program, by its id',
      (world, id) => command(world, { type: 'project.update', project: id, parameters: { fast: '20' } }),
    ],
    [
      'an undo',
      async (world, id) => {
        const run = await command(world, { type: 'project.update', project: id, parameters: { fast: '20' } })
        await request(world, { kind: 'undo', mode: 'act', run: run.id, projectId: null })
      },
    ],
  ])('is a new message once %s has said something else', async (_who, act) => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }])
    const id = await idOf(world, 'a/x')
    const first = await world.ended((await world.stub.submit(say(id, '10'))).run)
    await act(world, id)
    const again = await world.stub.submit(say(id, '10'))
    expect(again.run).not.toBe(first.id)
    await world.ended(again.run)
    expect(await fast(world)).toBe('10')
    expect((await world.stub.submit(say(id, '10'))).run).toBe(again.run)
  })

  it('later is a new message', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }])
    const id = await idOf(world, 'a/x')
    const first = await world.ended((await world.stub.submit(say(id, '10'))).run)
    world.aMinuteLater()
    expect((await world.stub.submit(say(id, '10'))).run).not.toBe(first.id)
  })
})

describe('messages of an algorithm that wait', () => {
  it('the last of 10, 20 and 10 counts when none of them has begun', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }])
    const id = await idOf(world, 'a/x')
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    justBefore(world, 'projects/read', 1, () => held)
    const first = await world.stub.submit(delivery({ type: 'project.update', project: 'b', description: 'x' }))
    let last = first
    for (const fast of ['10', '20', '10']) {
      last = await world.stub.submit({
        triggerId: `quantconnect:${id}:${fast}`,
        content: { project: id, within: 60_000 },
        trigger: 'quantconnect',
        actor: `project ${id}`,
        request: {
          kind: 'command',
          mode: 'act',
          command: { type: 'project.update', project: id, parameters: { fast }, keepsHolds: true },
        },
      })
    }
    release()
    await world.ended(last.run)
    expect((await world.project('a/x')).parameters).toMatchObject([{ key: 'fast', value: '10' }])
  })
})

describe('G30 the queue', () => {
  it('commands come first, then sweeps, and a report yields at its next step', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x'), ...OTHERS])
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    justBefore(world, 'projects/read', 1, () => held)
    const report = await world.stub.submit({
      triggerId: 'report',
      trigger: 'slack',
      actor: 'a stranger',
      request: { kind: 'sweep', mode: 'report', rules: null },
    })
    const tick = await world.submitTick(now)
    const asked = await world.stub.submit(delivery({ type: 'project.update', project: 'a/x', description: 'new' }))
    release()
    const ends = []
    for (const { run } of [asked, tick, report]) ends.push(await world.ended(run))
    expect(ends.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok'])
    expect(ends[1]?.message).toBe('')
    const begins = ends.map(({ startedAt }) => Date.parse(startedAt ?? ''))
    expect(begins[0]).toBeLessThanOrEqual(Number(begins[1]))
    expect(ends[0]?.counts.confirmed).toBe(1)
  })

  it('a report that yields in the middle goes on with what it had read', async () => {
    // More evidence than the calls of one step pay for.
    const policy = `${NO_CAPS}${rule('unused', '{ last-backtest = ">9d" }', 'report')}`
    const many = Array.from({ length: 20 }, (_, n) => stale(`w/p${n}`))
    const world = await makeWorld(policy, many, { callsPerSlice: 10 })
    let tick: { readonly run: string } | null = null
    justBefore(world, 'live/list', 1, async () => {
      tick = await world.submitTick(now)
    })
    const report = await world.stub.submit({
      triggerId: 'report',
      trigger: 'slack',
      actor: 'a stranger',
      request: { kind: 'sweep', mode: 'report', rules: null },
    })
    const ended = await world.ended(report.run)
    expect(ended).toMatchObject({ status: 'ok', counts: { inventory: 20 } })
    if (tick === null) throw new Error('no tick')
    const scheduled = await world.ended((tick as { run: string }).run)
    expect(scheduled).toMatchObject({ status: 'ok', message: '', counts: { inventory: 20 } })
    expect(Date.parse(scheduled.finishedAt ?? '')).toBeLessThanOrEqual(Date.parse(ended.finishedAt ?? ''))
  })
})

describe('G11 a command', () => {
  it.each<readonly [string, (world: World) => void, RegExp]>([
    [
      'edited meanwhile',
      (world) => beforeRecheck(world, () => world.edit('a/x', { modified: now + DAY })),
      /modified|dates/,
    ],
    [
      'held meanwhile',
      (world) => beforeRecheck(world, () => world.edit('a/x', { description: '[keep]', modified: now - 200 * DAY })),
      /may not be deleted\. Its description holds it/,
    ],
  ])('for one project that is %s is refused, with the reason', async (_what, meddle, why) => {
    const world = await makeWorld(NO_CAPS, [stale('a/x', { modified: now - 200 * DAY }), ...OTHERS])
    meddle(world)
    const run = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(run).toMatchObject({ status: 'refused', message: expect.stringMatching(why) })
    expect(await names(world)).toContain('a/x')
  })

  it('whose policy allows none of it is refused', async () => {
    const world = await makeWorld('[limits]\nper_run = 0', [stale('a/x'), ...OTHERS])
    const run = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(run.status).not.toBe('ok')
    expect(run.message).not.toBe('')
    expect(await names(world)).toContain('a/x')
  })

  it('that found everything done already ended well', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x'), ...OTHERS])
    beforeRecheck(world, () => world.edit('a/x', { name: 'Recycle Bin/a/x' }))
    const run = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(run).toMatchObject({ status: 'ok', outcomes: [{ outcome: 'already' }] })
  })

  it('an undo that can take back a part only is partial, and says what is left', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x'), stale('a/y'), ...OTHERS])
    const run = await command(world, { type: 'directory.delete', directory: 'a' })
    await world.edit('Recycle Bin/a/y', { name: 'b/y' })
    const back = await request(world, { kind: 'undo', mode: 'act', run: run.id, projectId: null })
    expect(back).toMatchObject({ status: 'partial', message: expect.stringMatching(/a\/y .*not in the Recycle Bin/) })
    expect(await names(world)).toContain('a/x')
  })
})
