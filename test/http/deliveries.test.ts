/** What was told, as the API shows it and sends it again; and the two events that only people's deeds bring about. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { PlanProposed, ProjectRestored, RunFinished } from '../../src/hooks/events.ts'
import type { ProposalView } from '../../src/workspace/ledger/asks.ts'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import type { DeliveryView, DestinationView } from '../../src/workspace/telling/deliveries.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, rule, staleMany } from '../support/policies.ts'
import {
  makeReceiver,
  type Receiver,
  SECRETS,
  sendingTo,
  URL_SECRET,
  verified,
  type WebhookBody,
} from '../support/receiver.ts'
import { problemOf } from '../support/rows.ts'
import { card, makeScene } from '../support/slack-scene.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

interface Listed {
  readonly deliveries: readonly DeliveryView[]
  readonly destinations: readonly DestinationView[]
  readonly cursor: string | null
}

async function list(world: World): Promise<Listed> {
  return (await ask(world, '/api/deliveries?limit=100')).json()
}

function replay(world: World, id: string): Promise<Response> {
  return ask(world, `/api/deliveries/${id}/replay`, { method: 'POST' })
}

async function posted(world: World, path: string, body: object = {}): Promise<RunRecord> {
  const answer = await ask(world, path, { method: 'POST', body })
  expect(answer.status).toBe(202)
  return world.ended(((await answer.json()) as { run: string }).run)
}

/** Waits for longer than usual: the machine may be busy. */
function poll<T>(look: () => Promise<T>) {
  return expect.poll(look, { timeout: 10_000 })
}

/** Waits until everything that was to be told has been. */
function delivered(world: World): Promise<void> {
  return poll(async () => (await list(world)).deliveries.some(({ state }) => state === 'due')).toBe(false)
}

/** The event of that type, once it came, verified by the library of the specification. */
async function event(receiver: Receiver, type: string, nth = 0): Promise<WebhookBody> {
  const found = await poll(async () => {
    const bodies = (await receiver.got('a')).map((one) => verified(one, SECRETS[0]))
    return bodies.filter((one) => one.type === type)[nth]
  })
    .toBeDefined()
    .then(async () => (await receiver.got('a')).map((one) => verified(one, SECRETS[0])))
  return found.filter((one) => one.type === type)[nth] as WebhookBody
}

describe('the events of a plan that waits, and of what came back', () => {
  it('plan.proposed names the plan, who has to say yes, until when, and what would happen; once a plan', async () => {
    const receiver = makeReceiver()
    const asks = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"two"')
    const people = ['Ann', 'Ben'].map((name) => `[[person]]\nname = "${name}"\nmay = ["approve"]`).join('\n')
    const world = await makeWorld(`${NO_CAPS}${people}${asks}`, staleMany(3), { env: sendingTo(receiver, 'a') })
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run.status).toBe('waiting')
    const { data, timestamp } = await event(receiver, 'plan.proposed')
    const proposal = (await (await ask(world, '/api/proposal')).json()) as ProposalView
    expect(v.safeParse(PlanProposed, data).issues).toBeUndefined()
    expect(data).toMatchObject({
      run: run.id,
      url: `/runs/${run.id}`,
      plan: run.plan?.hash,
      expiresAt: proposal.expiresAt,
      needs: 2,
      items: { count: 3 },
    })
    expect(Date.parse(timestamp)).not.toBeNaN()
    expect(data.because.length).toBeGreaterThan(0)
    const items = data.items.items as readonly { projectId: number; name: string; action: string; rule: string }[]
    expect(items.map(({ name }) => name).sort()).toEqual(['Old/p0', 'Old/p1', 'Old/p2'])
    expect(items[0]).toMatchObject({ action: 'delete', rule: 'old' })
    await world.tick(now + 2 * DAY + 3_600_000)
    await delivered(world)
    const types = (await receiver.got('a')).map((one) => verified(one, SECRETS[0]).type)
    expect(types.filter((type) => type === 'plan.proposed')).toHaveLength(1)
    // What it says is enough to decide by.
    const decided = await ask(world, `/api/runs/${data.run}/decision`, {
      method: 'POST',
      body: { decision: 'refuse', plan: data.plan },
    })
    expect(decided.status).toBe(202)
  })

  it('project.restored names what is back, by restore and by undo, and how', async () => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(3), { env: sendingTo(receiver, 'a') })
    await world.tick(now)
    const swept = await world.tick(now + 2 * DAY)
    const [first] = swept.outcomes
    const restored = await posted(world, `/api/projects/${first?.projectId}/restore`)
    const one = (await event(receiver, 'project.restored')).data
    expect(v.safeParse(ProjectRestored, one).issues).toBeUndefined()
    expect(one).toMatchObject({
      run: restored.id,
      url: `/runs/${restored.id}`,
      projects: [
        { projectId: first?.projectId, name: first?.name, detail: expect.stringContaining(first?.name ?? '') },
      ],
    })
    const undone = await posted(world, `/api/runs/${swept.id}/undo`)
    const rest = (await event(receiver, 'project.restored', 1)).data
    expect(v.safeParse(ProjectRestored, rest).issues).toBeUndefined()
    expect(rest.run).toBe(undone.id)
    expect(rest.projects).toHaveLength(2)
    await delivered(world)
    const finished = (await receiver.got('a'))
      .map((received) => verified(received, SECRETS[0]))
      .filter(({ type, data }) => type === 'run.finished' && [restored.id, undone.id].includes(data.run))
    expect(finished).toHaveLength(2)
    for (const { data } of finished) expect(v.safeParse(RunFinished, data).issues).toBeUndefined()
  })

  it('project.restored tells as well of what had to be rebuilt from its backup, and what that cost', async () => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, [...staleMany(1), { name: 'b' }], { env: sendingTo(receiver, 'a') })
    await world.tick(now)
    const swept = await world.tick(now + 2 * DAY)
    await world.control('clock', { advance: 31 * DAY })
    const { outcomes } = await posted(world, `/api/runs/${swept.id}/undo`)
    expect(outcomes).toMatchObject([{ action: 'rebuild', outcome: 'done' }])
    const { data } = await event(receiver, 'project.restored')
    expect(v.safeParse(ProjectRestored, data).issues).toBeUndefined()
    const { projectId } = await world.project('Old/p0')
    expect(data.projects).toMatchObject([{ projectId: swept.outcomes[0]?.projectId, name: 'Old/p0' }])
    expect(data.projects[0].detail).toContain(String(projectId))
  })

  it('a restore that fails is in no event of what came back', async () => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(1), { env: sendingTo(receiver, 'a') })
    await world.tick(now)
    const swept = await world.tick(now + 2 * DAY)
    await world.faults({ endpoint: 'projects/update', kind: 'refuse-bare', calls: 'all' })
    expect((await posted(world, `/api/runs/${swept.id}/undo`)).counts).toMatchObject({ confirmed: 0, failed: 1 })
    await delivered(world)
    const types = (await receiver.got('a')).map((one) => verified(one, SECRETS[0]).type)
    expect(types).not.toContain('project.restored')
    expect(types.filter((type) => type === 'run.finished')).toHaveLength(3)
  })
})

describe('GET /api/deliveries', () => {
  it('shows what was told to whom, how often it was tried and what came of it, newest first; of an address its host', async () => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(1), { env: sendingTo(receiver, 'a', 'b') })
    await receiver.answer('b', { status: 500, body: 'what they say stays theirs' })
    await world.tick(now)
    await poll(async () => (await list(world)).deliveries.map(({ status }) => status).sort()).toEqual([204, 500])
    const answer = await ask(world, '/api/deliveries')
    const text = await answer.clone().text()
    const { deliveries, destinations, cursor } = (await answer.json()) as Listed
    expect(cursor).toBeNull()
    const [received] = await receiver.got('a')
    expect(deliveries.find(({ destination }) => destination === 'webhook:1')).toEqual({
      id: received?.headers['webhook-id'],
      destination: 'webhook:1',
      kind: 'event',
      about: 'run.finished',
      state: 'delivered',
      attempts: 1,
      status: 204,
      reason: '',
      createdAt: expect.any(String),
      nextAttemptAt: null,
      deliveredAt: expect.any(String),
    })
    expect(deliveries.find(({ destination }) => destination === 'webhook:2')).toMatchObject({
      state: 'due',
      status: 500,
      reason: 'It answered 500.',
      nextAttemptAt: expect.any(String),
      deliveredAt: null,
    })
    expect(destinations).toEqual([
      { key: 'webhook:1', to: new URL(receiver.url('a')).host, takes: 'event', disabled: null },
      { key: 'webhook:2', to: new URL(receiver.url('b')).host, takes: 'event', disabled: null },
    ])
    for (const secret of [URL_SECRET, '/in/', ...SECRETS, 'stays theirs']) expect(text).not.toContain(secret)
  })

  it('says which destination is gone, since when and why', async () => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(1), { env: sendingTo(receiver, 'a') })
    await receiver.answer('a', { status: 410 })
    await world.tick(now)
    await poll(async () => (await list(world)).deliveries[0]?.state).toBe('disabled')
    expect((await list(world)).destinations[0]?.disabled).toEqual({
      since: expect.stringMatching(/^\d{4}-.*Z$/),
      reason: 'It answered 410: this address is gone.',
    })
  })
})

describe('POST /api/deliveries/{id}/replay', () => {
  it('sends it once more with the same id and body, signed anew, though it was delivered', async () => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(1), { env: sendingTo(receiver, 'a') })
    await world.tick(now)
    await poll(async () => (await list(world)).deliveries[0]?.state).toBe('delivered')
    const id = (await list(world)).deliveries[0]?.id ?? ''
    world.set({ skewMs: 90_000 })
    const answer = await replay(world, id)
    expect([answer.status, await answer.text()]).toEqual([202, ''])
    const [first, again] = await receiver.wait(2, 'a')
    if (first === undefined || again === undefined) throw new Error('Two came, and are not there.')
    expect(again.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect(again.body).toBe(first.body)
    expect(Number(again.headers['webhook-timestamp'])).toBeGreaterThanOrEqual(
      Number(first.headers['webhook-timestamp']) + 90,
    )
    expect(verified(again, SECRETS[0])).toEqual(verified(first, SECRETS[0]))
    await poll(async () => (await list(world)).deliveries[0]?.state).toBe('delivered')
    expect((await list(world)).deliveries).toHaveLength(1)
  })

  it('opens a destination again that was gone, and has a schedule of its own', async () => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(1), { env: sendingTo(receiver, 'a') })
    await receiver.answer('a', { status: 410 }, { status: 500 })
    await world.tick(now)
    await poll(async () => (await list(world)).deliveries[0]?.state).toBe('disabled')
    expect((await replay(world, (await list(world)).deliveries[0]?.id ?? '')).status).toBe(202)
    await receiver.wait(2, 'a')
    await poll(async () => (await list(world)).deliveries[0]?.status).toBe(500)
    const { deliveries, destinations } = await list(world)
    expect(deliveries[0]).toMatchObject({ state: 'due', attempts: 1, nextAttemptAt: expect.any(String) })
    expect(destinations[0]?.disabled).toBeNull()
  })

  it.each(['msg_00000000000000000000000000000000', 'nonsense', '%27--'])(
    'of %s, which was never sent, is 404',
    async (id) => {
      const world = await makeWorld(DELETE_OLD, [])
      const { title, detail } = await problemOf(await replay(world, id), 404)
      expect(title).toBe('No such delivery')
      expect(detail).toMatch(/\(any more\)\. GET \/api\/deliveries lists them\.$/)
    },
  )

  it('of a card in whose place another came is 409: a question that is over is not asked again', async () => {
    const scene = await makeScene(staleMany(1))
    const { world } = scene
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    await card(scene, /Approve/)
    const { run, hash } = (await (await ask(world, '/api/proposal')).json()) as ProposalView
    const asked = (await list(world)).deliveries.find(({ about }) => about === 'plan')
    expect(asked).toMatchObject({ destination: 'slack', kind: 'card' })
    const body = { decision: 'refuse', plan: hash }
    expect((await ask(world, `/api/runs/${run}/decision`, { method: 'POST', body })).status).toBe(202)
    const { title, detail } = await problemOf(await replay(world, asked?.id ?? ''), 409)
    expect(title).toBe('Replaced')
    expect(detail).toBe('A newer message about the same thing took its place; replay that one.')
  })
})
