/**
 * Incoming webhooks of chats as the only channel: people are told with a link and without anything to press, the vendor's
 * receipt is what counts as notice, and the address, which is a secret as a whole, is nowhere but in the settings.
 */

import { describe, expect, it, vi } from 'vitest'
import type { Who } from '../../src/workspace/ledger/asks.ts'
import { eventually } from '../support/discord-person.ts'
import { ask } from '../support/door.ts'
import { NO_CAPS, stale } from '../support/policies.ts'
import { makeStandins, type Standins } from '../support/standins.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const SECRET = 'T0pSecretPart0fTheAddress'
const PAGES = 'https://sweep.example'

const KINDS = ['slack', 'discord', 'teams'] as const
type Kind = (typeof KINDS)[number]

const SETTINGS: { readonly [kind in Kind]: readonly [setting: string, path: string] } = {
  slack: ['SLACK_WEBHOOK_URL', `slack/services/T1/B1/${SECRET}`],
  discord: ['DISCORD_WEBHOOK_URL', `discord/api/webhooks/1/${SECRET}`],
  teams: ['TEAMS_WEBHOOK_URL', `teams/workflows/1?sig=${SECRET}`],
}

/** Tells through that channel, and waits a day and a half after it did. */
function policyOf(kind: Kind, approve: 'never' | 'always'): string {
  return `${NO_CAPS}
[notify]
channels = ["${kind}"]
[[person]]
name = "Ann"
may = ["operate", "approve"]
[[rule]]
id = "old"
why = "A test wants it."
when = { path = "Old/*", idle = ">90d" }
then = "delete"
after = "24h"
notice = "36h"
approve = "${approve}"
enforce = true
`
}

interface Scene {
  readonly world: World
  readonly standins: Standins
  readonly env: { readonly [name: string]: string }
}

async function makeScene(kind: Kind, approve: 'never' | 'always' = 'never'): Promise<Scene> {
  const standins = makeStandins()
  const [setting, path] = SETTINGS[kind]
  const env = { [setting]: `${standins.url}/webhooks/${path}`, PUBLIC_URL: PAGES }
  const world = await makeWorld(policyOf(kind, approve), [stale('Old/a'), stale('Old/@everyone <!channel>')], { env })
  return { world, standins, env }
}

/** What was taken, as text. */
async function taken({ standins }: Scene): Promise<readonly string[]> {
  return (await standins.taken()).map(({ body }) => JSON.stringify(body))
}

async function states({ world }: Scene): Promise<readonly string[]> {
  return (await world.stub.deliveries(100, null)).map(({ state }) => state)
}

/** Lets the seconds pass until nothing waits any more. */
async function quiet({ world }: Scene): Promise<void> {
  await eventually(async () => {
    await world.alarm()
    const waits = (await world.stub.deliveries(100, null)).some(({ state }) => state === 'due')
    if (waits) world.set({ skewMs: (world.setting().skewMs ?? 0) + 1_100 })
    return !waits
  }, 'nothing waits to be told')
}

describe.concurrent.each(KINDS)('an incoming webhook of %s alone', (kind) => {
  it('gives notice by its receipt, and what was told of goes when the notice is over', async ({ expect }) => {
    const scene = await makeScene(kind)
    const { world } = scene
    await world.tick(now)
    await quiet(scene)
    const [digest, ...others] = await taken(scene)
    expect(others).toEqual([])
    expect(digest).toContain('2 projects newly marked')
    expect(digest).toContain(`${PAGES}/runs/`)
    expect((await world.tick(now + 35 * HOUR)).counts).toMatchObject({ marked: 2, due: 0 })
    expect((await world.tick(now + 37 * HOUR)).counts).toMatchObject({ due: 2, confirmed: 2 })
    await quiet(scene)
    expect((await taken(scene)).at(-1)).toContain('Done: 2 deleted')
  })

  it('gives none while it is not taken: nothing goes, and the deliveries say why', async ({ expect }) => {
    const scene = await makeScene(kind)
    const { world, standins } = scene
    // Slack may answer 200 and still not have taken it; the others answer with an error.
    const no = kind === 'slack' ? { status: 200, body: 'not ok' } : { status: 500, body: 'oops' }
    await standins.answers(no, no)
    await world.tick(now)
    await eventually(async () => (await world.stub.deliveries(1, null))[0]?.reason !== '', 'the first attempt failed')
    for (const days of [2, 30]) {
      expect((await world.tick(now + days * DAY)).counts).toMatchObject({ marked: 2, due: 0, acted: 0 })
    }
    const [delivery] = await world.stub.deliveries(1, null)
    expect(delivery).toMatchObject({ state: 'due', status: no.status, destination: `${kind}-webhook` })
    expect(delivery?.reason).toMatch(new RegExp(`^${kind}.* answered ${no.status}`, 'i'))
    expect(await world.deletions()).toEqual([])
  })

  it('asks with a link and nothing to press, and tells how the approved run ended', async ({ expect }) => {
    const scene = await makeScene(kind, 'always')
    const { world } = scene
    await world.tick(now)
    await quiet(scene)
    const waiting = await world.tick(now + 2 * DAY)
    expect(waiting.status).toBe('waiting')
    await quiet(scene)
    const question = (await taken(scene)).at(-1) ?? ''
    expect(question).toContain('2 projects waiting for approval')
    expect(question).toContain(`${PAGES}/runs/${waiting.id}`)
    expect(question).not.toMatch(/Approve 2|Keep all|custom_id|action_id|Action\.Submit/)

    const by: Who = { kind: 'person', name: 'Ann' }
    const plan = waiting.plan?.hash ?? ''
    const decided = await world.stub.decideOn({ run: waiting.id, plan, decision: 'approve', by, through: 'page' })
    await world.ended((decided.ok && decided.run) || '')
    await quiet(scene)
    const told = await taken(scene)
    expect(told.at(-1)).toContain('Done: 2 deleted')
    expect(told).toHaveLength(3)
  })

  it('is asked once: that the plan shrinks or is refused is told to those who can have a message changed', async ({
    expect,
  }) => {
    const scene = await makeScene(kind, 'always')
    const { world } = scene
    await world.tick(now)
    await quiet(scene)
    const { plan, id } = await world.tick(now + 2 * DAY)
    await quiet(scene)
    expect(await taken(scene)).toHaveLength(2)
    await world.edit('Old/a', { description: '[keep]' })
    await world.tick(now + 2 * DAY + HOUR)
    await quiet(scene)
    expect(await world.stub.proposal()).toMatchObject({ state: 'open', waiting: 1 })
    const by: Who = { kind: 'person', name: 'Ann' }
    await world.stub.decideOn({ run: id, plan: plan?.hash ?? '', decision: 'refuse', by, through: 'page' })
    await quiet(scene)
    expect(await taken(scene)).toHaveLength(2)
  })

  it('that is gone gets nothing more, is named in the deliveries and the health, and nothing goes', async ({
    expect,
  }) => {
    const scene = await makeScene(kind)
    const { world, standins } = scene
    await standins.answers({ status: 410, body: `gone: ${SECRET}` })
    await world.tick(now)
    await eventually(async () => (await states(scene)).join() === 'disabled', 'it is disabled')
    for (const days of [2, 30]) {
      const run = await world.tick(now + days * DAY)
      expect(run.counts).toMatchObject({ marked: 2, due: 0 })
      expect(run.warnings.join(' ')).toMatch(/webhook/)
    }
    const [destination] = await world.stub.destinations()
    expect(destination?.disabled?.reason).toMatch(/answered 410: the webhook is not there any more\. Make a new one\./)
    expect(await taken(scene)).toEqual([])
    expect(await world.deletions()).toEqual([])
  })
})

describe.each(KINDS)('G20 the address of an incoming webhook of %s', (kind) => {
  it('is in no table, record, answer or log, whatever the vendor answers', async () => {
    const logged: string[] = []
    const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
      vi
        .spyOn(console, level)
        .mockImplementation((...parts: unknown[]) => void logged.push(parts.map(String).join(' '))),
    )
    const scene = await makeScene(kind)
    const { world, standins, env } = scene
    const [setting] = SETTINGS[kind]
    const address = env[setting] ?? ''
    await standins.answers(
      { status: 500, body: `${address} failed` },
      { status: 302, headers: { location: address } },
      { status: 429, body: { message: address, retry_after: 1 } },
    )
    await world.tick(now)
    await eventually(async () => {
      await world.alarm()
      world.set({ skewMs: (world.setting().skewMs ?? 0) + HOUR })
      return (await states(scene)).join() === 'delivered'
    }, 'it is delivered at the fourth attempt')
    // A connection that fails with an error that repeats the address.
    world.set({
      outside: async (input) => {
        throw new Error(`connect ECONNREFUSED ${input}`)
      },
    })
    const runs = [await world.tick(now + 10 * DAY), await world.tick(now + 11 * DAY)]
    await eventually(async () => (await states(scene)).length > 1, 'something more is to be told')
    await world.alarm()

    const paths = ['/api/deliveries', '/api/runs', `/api/runs/${runs[0]?.id}`, '/health', '/metrics', '/']
    const answers = await Promise.all(paths.map(async (path) => (await ask(world, path, { env })).text()))
    const ledger = await world.inside(({ storage }) =>
      storage.sql
        .exec<{ name: string }>(
          `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'`,
        )
        .toArray()
        .flatMap(({ name }) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray())
        .map((row) => JSON.stringify(row)),
    )
    const records = await Promise.all(
      (await world.log.list({ prefix: 'run/' })).keys.map(
        async (key) => `${JSON.stringify(key)} ${await world.log.get(key.name)}`,
      ),
    )
    for (const spy of spies) spy.mockRestore()
    const everything = [...answers, ...ledger, ...records, ...logged, JSON.stringify(runs)].join('\n')
    expect(everything).toContain(`${kind}-webhook`)
    expect(everything).not.toContain(SECRET)
    expect(everything).not.toContain(new URL(address).pathname)
  }, 60_000)
})
