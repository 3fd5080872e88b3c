/** Notice, from the mark to the delete: what nobody was told of stays, and what was told of stays for as long as was said. */

import { runDurableObjectAlarm } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { NO_CAPS, stale } from '../support/policies.ts'
import { makeReceiver, type Receiver, SECRETS, sendingTo, verified } from '../support/receiver.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

const POLICY = `${NO_CAPS}
[notify]
channels = ["webhook"]

[[rule]]
id = "old"
why = "A test wants it."
when = { path = "Old/*", idle = ">90d" }
then = "delete"
after = "24h"
notice = "36h"
approve = "never"
enforce = true
`

function worldThatTells(receiver: Receiver, policy = POLICY): Promise<World> {
  return makeWorld(policy, [stale('Old/a'), stale('Old/b'), stale('Other/c')], { env: sendingTo(receiver, 'a') })
}

/** The clock of a world moves on, and the alarm that was set for then goes off. */
async function later(world: World, skewMs: number): Promise<void> {
  world.set({ skewMs })
  await runDurableObjectAlarm(world.stub)
}

async function delivered(world: World, count: number): Promise<void> {
  const states = async () =>
    (await world.stub.deliveries(100, null)).filter(({ state }) => state === 'delivered').length
  await expect.poll(states).toBe(count)
}

async function saidOf(world: World, name: string): Promise<string> {
  return (await world.why(name)).sentences.join(' ')
}

describe('notice', () => {
  it('lets a marked project go when the message that named it was delivered, and as long ago as the rule says', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver)
    await world.tick(now)
    const [digest] = await receiver.wait(1, 'a')
    if (digest === undefined) throw new Error('nothing came')
    const { items } = verified(digest, SECRETS[0]).data.marked
    expect(items.map(({ name }: { name: string }) => name).sort()).toEqual(['Old/a', 'Old/b'])
    await delivered(world, 1)

    // Its grace is over, but not the notice.
    expect((await world.tick(now + 35 * HOUR)).counts).toMatchObject({ marked: 2, due: 0 })
    expect(await saidOf(world, 'Old/a')).toMatch(/People were told of it on .*; it goes not before /)
    const run = await world.tick(now + 37 * HOUR)
    expect(run.counts).toMatchObject({ due: 2, confirmed: 2 })
    expect(run.plan?.items[0]?.reasons.join(' ')).toMatch(/People were told of it on /)
  })

  it('keeps what was marked for as long as no message is delivered, and counts from when one is', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver)
    await receiver.answer('a', ...Array.from({ length: 3 }, () => ({ status: 500 })))
    await world.tick(now)
    await receiver.wait(1, 'a')
    // A third scan like it would be a standstill, with a message of its own (G33).
    const waits = await world.tick(now + 30 * DAY)
    expect(waits.counts).toMatchObject({ marked: 2, due: 0, acted: 0 })
    expect(await saidOf(world, 'Old/b')).toMatch(/The grace of rule "old" is over, but no message about it has been/)
    await later(world, 10_000)
    await receiver.wait(2, 'a')
    await later(world, HOUR)
    await receiver.wait(3, 'a')
    expect((await world.tick(now + 32 * DAY)).counts).toMatchObject({ marked: 2, due: 0 })

    await later(world, 3 * HOUR)
    await receiver.wait(4, 'a')
    await delivered(world, 1)
    expect((await world.tick(now + 33 * DAY + 12 * HOUR)).counts).toMatchObject({ marked: 2, due: 0 })
    expect(await saidOf(world, 'Old/a')).toMatch(/People were told of it on .*; it goes not before /)
    const run = await world.tick(now + 33 * DAY + 18 * HOUR)
    expect(run.counts).toMatchObject({ due: 2, confirmed: 2 })
    expect((await world.projects()).map(({ name }) => name)).toContain('Other/c')
  })

  it('is never given where nobody is there to be told, and a run says so', async () => {
    const world = await makeWorld(POLICY, [stale('Old/a')])
    await world.tick(now)
    const run = await world.tick(now + 300 * DAY)
    expect(run.counts).toMatchObject({ marked: 1, due: 0 })
    expect(run.warnings.join(' ')).toMatch(/nothing is set up for "webhook", so nobody is told through it/)
    expect(await world.deletions()).toEqual([])
  })

  it('of a directory is given when people were told of every project in it', async () => {
    const receiver = makeReceiver()
    const text = POLICY.replace('when = { path = "Old/*"', 'unit = "directory"\nwhen = { path = "Old"')
    const world = await worldThatTells(receiver, text)
    await world.tick(now)
    await delivered(world, 1)
    // One more, as old as they are, joins when they have been told of for long.
    await world.control('reset', { workspace: [...(await world.projects()), stale('Old/d')] })
    const joined = await world.tick(now + 3 * DAY)
    expect(joined.counts).toMatchObject({ marked: 3, due: 0 })
    await delivered(world, 2)
    expect((await world.tick(now + 4 * DAY)).counts).toMatchObject({ marked: 3, due: 0 })
    expect(await saidOf(world, 'Old/a')).toMatch(/People were told of all of its directory Old on /)
    expect((await world.tick(now + 5 * DAY)).counts).toMatchObject({ due: 3, confirmed: 3 })
  })

  it('starts again, with the grace, when the rule is edited', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver)
    await world.tick(now)
    await delivered(world, 1)
    world.set({ policy: POLICY.replace('>90d', '>91d') })
    expect((await world.tick(now + 5 * DAY)).counts).toMatchObject({ marked: 2, due: 0 })
    await delivered(world, 2)
    expect((await world.tick(now + 6 * DAY)).counts).toMatchObject({ marked: 2, due: 0 })
    expect((await world.tick(now + 7 * DAY)).counts).toMatchObject({ due: 2, confirmed: 2 })
  })
})
