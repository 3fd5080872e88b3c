/** Holds: the ledger first, effective before it is acknowledged; the description is the mirror. */

import { describe, expect, it } from 'vitest'
import { command, idOf } from '../support/asking.ts'
import { DELETE_OLD, NO_CAPS, stale, staleMany } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const ann = { kind: 'person', name: 'Ann' } as const

async function mirrored(world: World, held: { readonly ok: boolean; readonly run?: string | null }) {
  if (!held.ok || held.run == null) throw new Error(`No mirror: ${JSON.stringify(held)}`)
  return world.ended(held.run)
}

describe('a hold', () => {
  it('is in the ledger when it is acknowledged, and in the description soon after', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'Notes.' }])
    await world.tick(now)
    const projectId = await idOf(world, 'a/x')
    const held = await world.stub.hold(projectId, '2099-01-31', ann)
    expect(await world.stub.holds()).toEqual([{ projectId, name: 'a/x', until: '2099-02-01T00:00:00.000Z', by: 'Ann' }])
    expect(await mirrored(world, held)).toMatchObject({ status: 'ok', actor: 'Ann' })
    expect((await world.project('a/x')).description).toBe('Notes. [keep until 2099-01-31]')
  })

  it('keeps a project that is due from the moment it is acknowledged, its mirror written or not', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    await world.tick(now)
    await world.faults({ endpoint: 'projects/update', kind: 'status-403' })
    const mirror = await mirrored(world, await world.stub.hold(await idOf(world, 'Old/p0'), null, ann))
    expect(mirror).toMatchObject({ status: 'partial', counts: { failed: 1 } })
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ held: 1, confirmed: 1 })
    expect((await world.why('Old/p0')).sentences.join(' ')).toMatch(/Ann/)
  })

  it('that is given while a run is at work stops the call that has not been sent yet', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    const projectId = await idOf(world, 'Old/p0')
    world.set({
      fetch: async (input, init) => {
        // The re-check is over by now; the backup is being made.
        if (String(input).endsWith('files/read')) await world.stub.hold(projectId, null, ann)
        return fetch(input, init)
      },
    })
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes[0]).toMatchObject({ outcome: 'protected', detail: 'It is held.' })
    expect(await world.deletions()).toEqual([])
  })

  it('re-reads the description before it writes: what a person wrote meanwhile stays', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'First.' }])
    await world.tick(now)
    await world.edit('a/x', { description: 'Second.' })
    await mirrored(world, await world.stub.hold(await idOf(world, 'a/x'), null, ann))
    expect((await world.project('a/x')).description).toBe('Second. [keep]')
  })

  it('is replaced by a later one, and lifted in both places', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'Notes.' }])
    await world.tick(now)
    const projectId = await idOf(world, 'a/x')
    await mirrored(world, await world.stub.hold(projectId, '2099-01-31', ann))
    await mirrored(world, await world.stub.hold(projectId, null, ann))
    expect((await world.project('a/x')).description).toBe('Notes. [keep]')
    await mirrored(world, await world.stub.release(projectId, ann))
    expect((await world.project('a/x')).description).toBe('Notes.')
    expect(await world.stub.holds()).toEqual([])
    expect(await world.stub.release(projectId, ann)).toMatchObject({ ok: false, reason: 'not held' })
  })

  it('written by hand is lifted too', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x', { description: '[keep] mine' })])
    await world.tick(now)
    await mirrored(world, await world.stub.release(await idOf(world, 'a/x'), ann))
    expect((await world.project('a/x')).description).toBe(' mine')
  })

  it.each([
    ['2027-02-30', 'bad date', /^"2027-02-30" is no day\. Write it like 2027-01-31/],
    ['soon', 'bad date', /is no day/],
    ['2020-01-01', 'bad date', /is over already/],
  ])('until %s is refused', async (until, reason, message) => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    const held = await world.stub.hold(await idOf(world, 'a/x'), until, ann)
    expect(held).toMatchObject({ ok: false, reason })
    expect(held.ok || held.message).toMatch(message)
  })

  it('of a project made since the last survey works; of none, or of somebody else’s, it is refused', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'theirs', ownerId: 9, owner: false }, { name: 'mine' }])
    expect(await world.stub.hold(await idOf(world, 'mine'), null, ann)).toMatchObject({ ok: true })
    expect(await world.stub.hold(await idOf(world, 'theirs'), null, ann)).toMatchObject({
      ok: false,
      reason: 'not ours',
    })
    expect(await world.stub.hold(424_242, null, ann)).toMatchObject({ ok: false, reason: 'not found' })
  })

  it('lasts to the end of its day in the zone of the policy', async () => {
    const policy = `timezone = "Pacific/Kiritimati"\n${DELETE_OLD}`
    const world = await makeWorld(policy, staleMany(1))
    await world.stub.hold(await idOf(world, 'Old/p0'), '2099-01-31', ann)
    expect(await world.stub.holds()).toMatchObject([{ until: '2099-01-31T10:00:00.000Z' }])
  })

  it('a held project may still be described and given parameters by a command, but not renamed', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    await mirrored(world, await world.stub.hold(await idOf(world, 'a/x'), null, ann))
    const written = await command(world, { type: 'project.update', project: 'a/x', parameters: { k: '1' } })
    expect(written.status).toBe('ok')
    expect(await command(world, { type: 'project.update', project: 'a/x', name: 'a/y' })).toMatchObject({
      status: 'refused',
    })
  })
})
