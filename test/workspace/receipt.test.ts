/** G25: a command applies to what existed when it was first received, and begins in time or not at all. */

import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/core/command/command.ts'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { command, idOf, names } from '../support/asking.ts'
import { beforeRecheck, justBefore, nextSecond } from '../support/moments.ts'
import { NO_CAPS, stale } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

/** Hands a command in, and lets something happen after its receipt and before it reads its first list. */
function commandBefore(world: World, wanted: Command, act: () => Promise<unknown>): Promise<RunRecord> {
  justBefore(world, 'projects/read', 1, async () => {
    await nextSecond()
    await act()
  })
  return command(world, wanted)
}

async function add(world: World, ...added: readonly object[]): Promise<void> {
  await world.reset([...(await world.projects()), ...added])
}

const INSIDE = [stale('CI/f/bot'), stale('CI/f/deep/two')]
const OTHERS = Array.from({ length: 8 }, (_, n) => stale(`w/p${n}`))
const dropBranch: Command = { type: 'directory.delete', directory: 'CI/f' }

describe('G25 directory.delete', () => {
  it.each<readonly [string, string, (world: World) => Promise<unknown>]>([
    ['created since', 'created after', (world) => add(world, { name: 'CI/f/new' })],
    ['moved into it since', 'called "w/p0" in the last scan', (world) => world.edit('w/p0', { name: 'CI/f/p0' })],
    ['modified since', 'modified after', (world) => world.edit('CI/f/bot', { description: 'still used' })],
  ])('one project %s saves all, and is named', async (_what, why, act) => {
    const world = await makeWorld(NO_CAPS, [...INSIDE, ...OTHERS])
    await world.tick(now)
    const run = await commandBefore(world, dropBranch, () => act(world))
    expect(run.status).toBe('refused')
    expect(run.message).toMatch(
      new RegExp(`Nothing inside "CI/f" was deleted\\. "CI/f/\\w+" \\(\\d+\\): it was ${why}`),
    )
    expect(run.outcomes).toMatchObject([{ outcome: 'changed', action: 'delete' }])
    expect(await world.deletions()).toEqual([])
  })

  it('all that were created, moved into it or modified since are named, and have outcomes', async () => {
    const world = await makeWorld(NO_CAPS, [...INSIDE, ...OTHERS])
    await world.tick(now)
    const run = await commandBefore(world, dropBranch, async () => {
      await world.edit('CI/f/bot', { description: 'still used' })
      await world.edit('w/p1', { name: 'CI/f/p1', modified: new Date(now - 9 * DAY).toISOString() })
      await add(world, { name: 'CI/f/new' })
    })
    expect(run.status).toBe('refused')
    for (const name of ['CI/f/bot', 'CI/f/p1', 'CI/f/new']) expect(run.message).toContain(`"${name}"`)
    expect(run.message).toMatch(/"CI\/f\/p1" \(\d+\): it was called "w\/p1" in the last scan/)
    expect(run.outcomes.map(({ name }) => name).sort()).toEqual(['CI/f/bot', 'CI/f/new', 'CI/f/p1'])
    expect(await world.deletions()).toEqual([])
  })

  it('of what was taken out of it since, the rest goes', async () => {
    const world = await makeWorld(NO_CAPS, [...INSIDE, ...OTHERS])
    await world.tick(now)
    const run = await commandBefore(world, dropBranch, () => world.edit('CI/f/bot', { name: 'w/bot' }))
    expect(run).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    expect(await names(world)).toContain('w/bot')
  })

  it('re-checks as of the same moment: one that is modified between plan and call saves all', async () => {
    const world = await makeWorld(NO_CAPS, [...INSIDE, ...OTHERS])
    beforeRecheck(world, async () => {
      await nextSecond()
      await world.edit('CI/f/deep/two', { description: 'x' })
    })
    const run = await command(world, dropBranch)
    expect(run.status).toBe('partial')
    expect(run.message).toMatch(/"CI\/f\/deep\/two" \(\d+\): it was modified after/)
    expect(await world.deletions()).toEqual([])
  })
})

describe('G25 a name', () => {
  it('means the project that had it in the last scan, not the one that has it now', async () => {
    const world = await makeWorld(NO_CAPS, [stale('bots/alpha'), ...OTHERS])
    await world.tick(now)
    const wanted: Command = { type: 'project.delete', project: 'bots/alpha' }
    const run = await commandBefore(world, wanted, async () => {
      await world.edit('bots/alpha', { name: 'bots/old' })
      await world.edit('w/p3', { name: 'bots/alpha', modified: new Date(now - 9 * DAY).toISOString() })
    })
    expect(run.status).toBe('refused')
    expect(run.message).toMatch(/"bots\/alpha" \(\d+\) was left alone: it was called "w\/p3" in the last scan/)
    expect(await world.deletions()).toEqual([])
  })

  it('means none that was made since, for a change either', async () => {
    const world = await makeWorld(NO_CAPS, [stale('bots/alpha'), ...OTHERS])
    const wanted: Command = { type: 'project.update', project: 'bots/alpha', description: 'nightly' }
    const run = await commandBefore(world, wanted, async () => {
      await world.edit('bots/alpha', { name: 'bots/old' })
      await add(world, { name: 'bots/alpha' })
    })
    expect(run).toMatchObject({ status: 'refused', message: expect.stringMatching(/created after this was asked for/) })
    expect((await world.project('bots/alpha')).description).toBe('')
  })

  it('that leansweep itself gave since the scan is known', async () => {
    const world = await makeWorld(NO_CAPS, [stale('bots/alpha'), ...OTHERS])
    await world.tick(now)
    await command(world, { type: 'project.update', project: 'bots/alpha', name: 'bots/beta' })
    await nextSecond()
    expect(await command(world, { type: 'project.delete', project: 'bots/beta' })).toMatchObject({ status: 'ok' })
    expect(await names(world)).toContain('Recycle Bin/bots/beta')
  })
})

describe('G25 an id', () => {
  it('means the project whatever it is called; what was modified since is left alone', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x'), ...OTHERS])
    const project = await idOf(world, 'a/x')
    const update: Command = { type: 'project.update', project, parameters: { k: '1' } }
    expect(await commandBefore(world, update, () => world.edit('a/x', { name: 'a/y' }))).toMatchObject({ status: 'ok' })
    const run = await commandBefore(world, { type: 'project.delete', project }, () =>
      world.edit('a/y', { description: 'work' }),
    )
    expect(run).toMatchObject({ status: 'refused', outcomes: [{ outcome: 'changed', name: 'a/y' }] })
    expect(await world.deletions()).toEqual([])
  })
})

describe('G25 a question', () => {
  it('is about what its asker was shown: changed between the card and the press, it stays', async () => {
    const world = await makeWorld(NO_CAPS, [...INSIDE, ...OTHERS])
    await world.tick(now)
    const asked = await world.stub.askFirst({ type: 'directory.delete', directory: 'CI/f' }, 'Ann')
    if (!asked.ok || asked.value.kind !== 'asked') throw new Error('not asked')
    await nextSecond()
    await world.edit('CI/f/bot', { description: 'still used' })
    const confirmed = await world.stub.confirm(asked.value.question, 'Ann', 'slack')
    if (!confirmed.ok) throw new Error(confirmed.message)
    const run = await world.ended(confirmed.run)
    expect(run).toMatchObject({ status: 'refused', outcomes: [{ outcome: 'changed', name: 'CI/f/bot' }] })
    expect(await world.deletions()).toEqual([])
  })

  it('about one project is not about another name', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x'), ...OTHERS])
    await world.tick(now)
    const project = await idOf(world, 'a/x')
    // Since the scan, before anybody asked.
    await world.edit('a/x', { name: 'final/x', modified: new Date(now - 9 * DAY).toISOString() })
    const asked = await world.stub.askFirst({ type: 'project.delete', project }, 'Ann')
    if (!asked.ok || asked.value.kind !== 'asked') throw new Error('not asked')
    const confirmed = await world.stub.confirm(asked.value.question, 'Ann', 'slack')
    if (!confirmed.ok) throw new Error(confirmed.message)
    const run = await world.ended(confirmed.run)
    expect(run).toMatchObject({ status: 'refused', message: expect.stringContaining('it was called "a/x"') })
    expect(await world.deletions()).toEqual([])
  })
})

describe('G25 time', () => {
  /** Submits while a report is held up at its first list, so that the command waits. */
  async function waiting(wanted: Command, later: number) {
    const world = await makeWorld(NO_CAPS, [stale('a/x'), ...OTHERS])
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    justBefore(world, 'projects/read', 1, () => held)
    const sweep = { triggerId: 'sweep', trigger: 'api', actor: 'token' } as const
    await world.stub.submit({ ...sweep, request: { kind: 'sweep', mode: 'act', rules: null } })
    const request = { kind: 'command', mode: 'act', command: wanted } as const
    const { run } = await world.stub.submit({ ...sweep, triggerId: 'command', request })
    world.set({ skewMs: later })
    release()
    return { world, run: await world.ended(run) }
  }

  it('a deletion that has not started after 60 minutes is expired', async () => {
    const { world, run } = await waiting({ type: 'project.delete', project: 'a/x' }, HOUR + 60_000)
    expect(run).toMatchObject({ status: 'expired', message: expect.stringMatching(/^It had not started 60 minutes/) })
    expect(await world.deletions()).toEqual([])
  })

  it('a change waits up to 24 hours', async () => {
    const update: Command = { type: 'project.update', project: 'a/x', description: 'new' }
    expect((await waiting(update, 23 * HOUR)).run).toMatchObject({ status: 'ok' })
    expect((await waiting(update, 25 * HOUR)).run).toMatchObject({ status: 'expired' })
  })

  it('an hour counts in real time, and ends without anybody’s doing', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x'), ...OTHERS])
    await world.stub.pause('Ann')
    const request = { kind: 'command', mode: 'act', command: { type: 'project.delete', project: 'a/x' } } as const
    const { run } = await world.stub.submit({ triggerId: 'c', trigger: 'api', actor: 'token', request })
    await nextSecond()
    world.set({ skewMs: HOUR + 60_000 })
    await world.alarm()
    expect(await world.ended(run)).toMatchObject({ status: 'expired' })
    expect(await world.deletions()).toEqual([])
  })
})

describe('G25 a directory whose own projects are gone', () => {
  it('is not done while it holds what came since: the run is partial and names it', async () => {
    const world = await makeWorld(NO_CAPS, [stale('CI/f/bot'), ...OTHERS])
    beforeRecheck(world, async () => {
      await nextSecond()
      await world.edit('CI/f/bot', { name: 'Recycle Bin/CI/f/bot' })
      await add(world, { name: 'CI/f/new' })
    })
    const run = await command(world, dropBranch)
    expect(run).toMatchObject({ status: 'partial', outcomes: [{ outcome: 'already', name: 'CI/f/bot' }] })
    expect(run.message).toContain('"CI/f/new"')
    expect(await world.deletions()).toEqual([])
  })
})
