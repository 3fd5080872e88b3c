/** People hear of the end of a hold a week before, once, however it was given; what nobody got is told again. */

import { describe, expect, it } from 'vitest'
import type { Who } from '../../src/workspace/ledger/asks.ts'
import { idOf } from '../support/asking.ts'
import { eventually } from '../support/discord-person.ts'
import { NO_CAPS } from '../support/policies.ts'
import { makeStandins, type Standins } from '../support/standins.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

/** Noon, so that no day ends while a test runs. */
const now = Math.floor(Date.now() / DAY) * DAY + 12 * HOUR
const ANN: Who = { kind: 'person', name: 'Ann' }

const POLICY = `${NO_CAPS}
[notify]
channels = ["slack"]
[[person]]
name = "Ann"
may = ["operate"]
`

async function makeScene(policy = POLICY) {
  const standins = makeStandins()
  const env = { SLACK_WEBHOOK_URL: `${standins.url}/webhooks/slack/services/T1/B1/x` }
  const projects = [
    { name: 'a/typed', description: `mine [keep until ${day(20)}]` },
    { name: 'a/asked' },
    { name: 'b' },
  ]
  const world = await makeWorld(policy, projects, { env })
  await world.tick(now)
  await world.stub.hold(await idOf(world, 'a/asked'), day(20), ANN)
  await quiet(world)
  return { world, standins }
}

function day(after: number): string {
  return new Date(now + after * DAY).toISOString().slice(0, 10)
}

async function quiet(world: World): Promise<void> {
  await eventually(async () => {
    await world.alarm()
    const runs = await world.stub.runs(50, null)
    const deliveries = await world.stub.deliveries(100, null)
    const rests = deliveries.every(({ state }) => state !== 'due')
    if (rests && runs.every(({ status }) => status !== 'queued' && status !== 'running')) return true
    world.set({ skewMs: (world.setting().skewMs ?? 0) + 1_100 })
    return false
  }, 'all is told')
}

/** Messages that tell of ends. */
async function endings(standins: Standins): Promise<readonly string[]> {
  const texts = (await standins.taken()).map(({ body }) => JSON.stringify(body))
  return texts.filter((text) => /holds? ending/.test(text))
}

describe('the end of a hold', () => {
  it('is told of seven days before, not sooner and once, of the ledger and of a description alike', async () => {
    const { world, standins } = await makeScene()
    // A hold lasts to the end of its day.
    await world.tick(now + 13 * DAY)
    await quiet(world)
    expect(await endings(standins)).toEqual([])
    await world.tick(now + 14 * DAY)
    await quiet(world)
    const [told, ...more] = await endings(standins)
    expect(more).toEqual([])
    expect(told).toContain('2 holds ending')
    for (const part of ['a/typed', 'a/asked', day(20)]) expect(told).toContain(part)
    for (const days of [15, 17, 20, 22]) await world.tick(now + days * DAY)
    await quiet(world)
    expect(await endings(standins)).toHaveLength(1)
  })

  it('that is put off and comes near again is told of again', async () => {
    const { world, standins } = await makeScene()
    await world.tick(now + 14 * DAY)
    await quiet(world)
    await world.stub.hold(await idOf(world, 'a/asked'), day(60), ANN)
    await quiet(world)
    await world.tick(now + 50 * DAY)
    await quiet(world)
    expect(await endings(standins)).toHaveLength(1)
    await world.tick(now + 55 * DAY)
    await quiet(world)
    const [, again] = await endings(standins)
    expect(again).toContain('a/asked')
    expect(again).not.toContain('a/typed')
  })

  it('of which nobody got the message is told by a later run', async () => {
    const { world, standins } = await makeScene()
    await standins.answers(...Array.from({ length: 1 }, () => ({ status: 400, body: 'invalid_blocks' })))
    await world.tick(now + 14 * DAY)
    await quiet(world)
    expect(await endings(standins)).toEqual([])
    await world.tick(now + 15 * DAY)
    await quiet(world)
    expect(await endings(standins)).toHaveLength(1)
  })

  it('of a hold for ever, and of one that was let go, is nothing to tell', async () => {
    const { world, standins } = await makeScene()
    await world.stub.hold(await idOf(world, 'b'), null, ANN)
    await world.stub.release(await idOf(world, 'a/asked'), ANN)
    await quiet(world)
    await world.tick(now + 14 * DAY)
    await quiet(world)
    const [told] = await endings(standins)
    expect(told).toContain('1 hold ending')
    expect(told).not.toContain('a/asked')
  })
})
