/** G2: a hold survives every write of ours, the longest of several counts, and only a release ends one. G28: none in the bin. */

import { describe, expect, it } from 'vitest'
import type { Command, UpdateCommand } from '../../src/core/command/command.ts'
import type { Held } from '../../src/workspace/ledger/asks.ts'
import { command, idOf, names, undo } from '../support/asking.ts'
import { beforeSingleRead, justBefore } from '../support/moments.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const ann = { kind: 'person', name: 'Ann' } as const
const bob = { kind: 'person', name: 'Bob' } as const

async function mirrored(world: World, held: Held) {
  if (!held.ok || held.run === null) throw new Error(`No mirror: ${JSON.stringify(held)}`)
  return world.ended(held.run)
}

function update(change: Omit<UpdateCommand, 'type' | 'project'>, project = 'a/x'): Command {
  return { type: 'project.update', project, ...change }
}

describe('G2 a new description', () => {
  it.each([
    ['[keep] my thesis', 'nightly', 'nightly [keep]'],
    ['mine [keep until 2099-01-31]', 'nightly\nleansweep: old', 'nightly [keep until 2099-01-31]\nleansweep: old'],
    ['[keep until tomorrow', 'nightly', 'nightly [keep until tomorrow'],
    ['[keep]', '', '[keep]'],
    ['[keep until 2099-01-31] [keep]', 'nightly [keep]', 'nightly [keep] [keep until 2099-01-31]'],
  ])('over %j keeps the hold, and says so', async (description, wanted, written) => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description }])
    const run = await command(world, update({ description: wanted }))
    expect((await world.project('a/x')).description).toBe(written)
    const isNew = written !== description
    expect(run).toMatchObject({ status: 'ok', ...(isNew ? { holdPreserved: true } : {}) })
    if (isNew) expect(run.outcomes[0]).toMatchObject({ holdPreserved: true })
  })

  it('that has no hold to keep says nothing of one', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old' }])
    const run = await command(world, update({ description: 'new' }))
    expect(run.holdPreserved).toBeUndefined()
    expect(run.outcomes[0]?.holdPreserved).toBeUndefined()
  })

  it('with a hold that cannot be read holds without end, and warns', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old' }])
    const run = await command(world, update({ description: 'new [keep until soon]' }))
    expect(run.warnings).toEqual([expect.stringContaining('"[keep until soon]" in the description is no hold')])
    await world.tick(now)
    expect(await world.why('a/x')).toMatchObject({ verdict: 'held' })
  })

  it('keeps a hold that is written into it after the list, right before the call', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old' }])
    beforeSingleRead(world, () => world.edit('a/x', { description: 'old [keep]' }))
    const run = await command(world, update({ description: 'new' }))
    expect((await world.project('a/x')).description).toBe('new [keep]')
    expect(run).toMatchObject({ status: 'ok', holdPreserved: true })
  })

  it('and a hold that is given while it is under way are both there in the end', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old' }])
    const projectId = await idOf(world, 'a/x')
    let held: Held | null = null
    justBefore(world, 'projects/update', 1, async () => {
      held = await world.stub.hold(projectId, '2099-01-31', ann)
    })
    await command(world, update({ description: 'new' }))
    if (held === null) throw new Error('not held')
    await mirrored(world, held)
    expect((await world.project('a/x')).description).toBe('new [keep until 2099-01-31]')
  })

  it('an annotation of a rule keeps it as well, also one that was written a moment ago', async () => {
    const describing = rule('note', '{ path = "a/*", age = ">90d" }', 'describe', 'to = "unused"')
    const world = await makeWorld(`${NO_CAPS}${describing}`, [stale('a/x', { description: 'old' }), { name: 'b' }])
    await world.tick(now)
    beforeSingleRead(world, () => world.edit('a/x', { description: 'old [keep]', modified: now - 200 * DAY }))
    const run = await world.tick(now + 2 * DAY)
    expect((await world.project('a/x')).description).toBe('old [keep]')
    expect(run.outcomes).toMatchObject([{ outcome: 'changed', action: 'describe' }])
    await world.tick(now + 3 * DAY)
    expect((await world.project('a/x')).description).toMatch(/^old \[keep\]/)
  })
})

describe('G2 release', () => {
  it('in an update ends the hold in ledger and description, and may rename then', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old' }])
    await mirrored(world, await world.stub.hold(await idOf(world, 'a/x'), null, ann))
    expect(await command(world, update({ name: 'a/y', description: 'new' }))).toMatchObject({ status: 'refused' })
    const run = await command(world, update({ name: 'a/y', description: 'new', release: true }))
    expect(run).toMatchObject({ status: 'ok', warnings: ['Its hold was released.'] })
    expect((await world.project('a/y')).description).toBe('new')
    expect(await world.stub.holds()).toEqual([])
  })

  it('alone takes the tag out and leaves the text', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: '[keep] mine' }])
    expect(await command(world, update({ release: true }))).toMatchObject({ status: 'ok' })
    expect((await world.project('a/x')).description).toBe(' mine')
  })

  it('does not end a hold that is given after it was asked for', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old [keep]' }])
    const projectId = await idOf(world, 'a/x')
    let held: Held | null = null
    justBefore(world, 'projects/read', 1, async () => {
      held = await world.stub.hold(projectId, '2099-01-31', ann)
    })
    await command(world, update({ description: 'new', release: true }))
    if (held === null) throw new Error('not held')
    await mirrored(world, held)
    expect(await world.stub.holds()).toMatchObject([{ projectId, by: 'Ann' }])
    expect((await world.project('a/x')).description).toMatch(/\[keep/)
  })

  it('is not for an algorithm', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: '[keep]' }])
    expect(await command(world, update({ release: true, keepsHolds: true }))).toMatchObject({ status: 'refused' })
  })
})

describe('the longest hold', () => {
  it('stays when a shorter one is given, in ledger, description and answer', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    const projectId = await idOf(world, 'Old/p0')
    await mirrored(world, await world.stub.hold(projectId, null, ann))
    const shorter = await world.stub.hold(projectId, '2099-01-31', bob)
    expect(shorter).toMatchObject({ ok: true, until: null })
    await mirrored(world, shorter)
    expect(await world.stub.holds()).toMatchObject([{ until: null, by: 'Ann' }])
    expect((await world.project('Old/p0')).description).toBe('[keep]')
  })

  it('that only the description has stays too', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'mine [keep until 2099-06-30]' }])
    await world.tick(now)
    const held = await world.stub.hold(await idOf(world, 'a/x'), '2099-01-31', bob)
    expect(held).toMatchObject({ ok: true, until: '2099-06-30' })
    await mirrored(world, held)
    expect((await world.project('a/x')).description).toBe('mine [keep until 2099-06-30]')
  })

  it('is the new one where that is longer, and where the other one is over', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'mine [keep until 2020-06-30]' }])
    const projectId = await idOf(world, 'a/x')
    await mirrored(world, await world.stub.hold(projectId, '2098-01-31', ann))
    await mirrored(world, await world.stub.hold(projectId, '2099-01-31', bob))
    expect(await world.stub.holds()).toMatchObject([{ until: '2099-02-01T00:00:00.000Z', by: 'Bob' }])
    expect((await world.project('a/x')).description).toBe('mine [keep until 2099-01-31]')
  })

  it('is not cut short by the 30 days of a restore, nor these by a shorter one', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }])
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: projectId })
    await command(world, { type: 'project.restore', projectId })
    const before = await world.stub.holds()
    const soon = new Date(now + 3 * DAY).toISOString().slice(0, 10)
    const held = await world.stub.hold(projectId, soon, ann)
    expect(await world.stub.holds()).toEqual(before)
    expect(held.ok && held.until !== null && held.until > soon).toBe(true)
  })
})

describe('the undo of an update', () => {
  it('leaves a hold that was given since', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old' }])
    const run = await command(world, update({ description: 'new' }))
    await mirrored(world, await world.stub.hold(await idOf(world, 'a/x'), null, ann))
    expect(await undo(world, run.id)).toMatchObject({ status: 'ok' })
    expect((await world.project('a/x')).description).toBe('old [keep]')
  })

  it('does not bring back a hold that was released since', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old [keep]' }])
    const run = await command(world, update({ description: 'new' }))
    await mirrored(world, await world.stub.release(await idOf(world, 'a/x'), ann))
    expect(await undo(world, run.id)).toMatchObject({ status: 'ok' })
    expect((await world.project('a/x')).description).toBe('old')
  })

  it('of the mirror of a hold is refused: release ends holds', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old' }])
    const run = await mirrored(world, await world.stub.hold(await idOf(world, 'a/x'), null, ann))
    expect(await undo(world, run.id)).toMatchObject({ status: 'refused' })
    expect((await world.project('a/x')).description).toBe('old [keep]')
  })
})

describe('G28 a hold in the Recycle Bin', () => {
  it.each<readonly [string, (world: World, id: number) => Promise<unknown>]>([
    ['that leansweep deleted since the scan', (world, id) => command(world, { type: 'project.delete', project: id })],
    ['that a person deleted since the scan', (world) => world.edit('a/x', { name: 'Recycle Bin/a/x' })],
    [
      'that is there in the scan',
      async (world) => {
        await world.edit('a/x', { name: 'Recycle Bin/a/x' })
        await world.tick(now + DAY)
      },
    ],
  ])('%s is refused, with the way to bring it back', async (_what, act) => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }])
    await world.tick(now)
    const projectId = await idOf(world, 'a/x')
    await act(world, projectId)
    const held = await world.stub.hold(projectId, null, ann)
    expect(held).toMatchObject({ ok: false, reason: 'in bin' })
    expect(held.ok || held.message).toContain(`POST /api/projects/${projectId}/restore`)
    expect(await world.stub.holds()).toEqual([])
  })

  it('is refused from what leansweep knows when QuantConnect cannot be asked', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }])
    await world.tick(now)
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: projectId })
    await world.faults({ endpoint: 'projects/read', kind: 'status-503', calls: 'all' })
    expect(await world.stub.hold(projectId, null, ann)).toMatchObject({ ok: false, reason: 'in bin' })
    expect(await world.stub.hold(await idOf(world, 'b'), null, ann)).toMatchObject({ ok: true })
  })

  it('of one that came back is given', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }])
    await world.tick(now)
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: projectId })
    await command(world, { type: 'project.restore', projectId })
    expect(await names(world)).toEqual(['a/x', 'b'])
    expect(await world.stub.hold(projectId, '2099-01-31', ann)).toMatchObject({ ok: true, until: '2099-01-31' })
  })
})
