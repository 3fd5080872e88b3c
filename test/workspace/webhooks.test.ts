/** Webhooks out, over real HTTP: what arrives, when it comes again, and when it stops. */

import { runDurableObjectAlarm } from 'cloudflare:test'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { EVENTS, type EventType } from '../../src/hooks/events.ts'
import { WAITS } from '../../src/hooks/retry-schedule.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { makeReceiver, type Received, type Receiver, SECRETS, sendingTo, verified } from '../support/receiver.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const MINUTE = 60_000

/** The clock of a world moves on, and the alarm that was set for then goes off. */
async function later(world: World, skewMs: number): Promise<void> {
  world.set({ skewMs })
  await runDurableObjectAlarm(world.stub)
}

async function worldThatTells(receiver: Receiver, ...endpoints: readonly string[]): Promise<World> {
  return makeWorld(DELETE_OLD, staleMany(1), { env: sendingTo(receiver, ...endpoints) })
}

async function deliveries(world: World) {
  return world.stub.deliveries(100, null)
}

function typesOf(received: readonly Received[]): readonly string[] {
  return received.map(({ body }) => (JSON.parse(body) as { type: string }).type)
}

describe('an event', () => {
  it('arrives signed, as the library of the specification verifies it, in the shape that is documented', async () => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(3), { env: sendingTo(receiver, 'a', 'b') })
    const first = await world.tick(now)
    await receiver.wait(2)
    const second = await world.tick(now + 2 * DAY)
    await receiver.wait(6)

    for (const [place, endpoint] of ['a', 'b'].entries()) {
      const received = await receiver.got(endpoint)
      expect(typesOf(received)).toEqual(['run.finished', 'run.finished', 'project.deleted'])
      const bodies = received.map((one) => verified(one, SECRETS[place] as string))
      for (const { type, timestamp, data } of bodies) {
        expect(v.safeParse(EVENTS[type as EventType] as v.GenericSchema, data).issues).toBeUndefined()
        expect(Date.parse(timestamp)).not.toBeNaN()
      }
      expect(bodies[0]?.data).toMatchObject({ run: first.id, url: `/runs/${first.id}`, status: 'ok', trigger: 'cron' })
      expect(bodies[0]?.data.marked).toMatchObject({ count: 3 })
      const marked = bodies[0]?.data.marked.items as readonly { name: string }[]
      expect(marked.map(({ name }) => name).sort()).toEqual(['Old/p0', 'Old/p1', 'Old/p2'])
      expect(marked[0]).toMatchObject({ action: 'delete', rule: 'old' })
      expect(bodies[1]?.data.counts).toMatchObject({ due: 3, acted: 3, confirmed: 3 })
      expect(bodies[2]?.data.run).toBe(second.id)
      expect(bodies[2]?.data.projects.map(({ name }: { name: string }) => name).sort()).toEqual([
        'Old/p0',
        'Old/p1',
        'Old/p2',
      ])
      expect(bodies[2]?.data.projects[0].backup).toMatch(/^backup\//)
      for (const one of received) {
        expect(one).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } })
        expect(one.headers['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/)
      }
      // What one endpoint's secret signed proves nothing to the other.
      expect(() => verified(received[0] as Received, SECRETS[1 - place] as string)).toThrow('No matching signature')
    }
    expect((await deliveries(world)).every(({ state, attempts }) => state === 'delivered' && attempts === 1)).toBe(true)
  })

  it('carries two signatures while a secret is changed, so that either verifies it', async () => {
    const receiver = makeReceiver()
    const env = { WEBHOOK_URLS: receiver.url('a'), WEBHOOK_SIGNING_SECRETS: `${SECRETS[0]}|${SECRETS[1]}` }
    const world = await makeWorld(DELETE_OLD, staleMany(1), { env })
    await world.tick(now)
    const [one] = await receiver.wait(1)
    expect(one?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
    expect(verified(one as Received, SECRETS[0])).toEqual(verified(one as Received, SECRETS[1]))
    expect(() => verified(one as Received, SECRETS[2])).toThrow('No matching signature')
  })

  it('of a quiet tick is not sent: only of those that did, marked, found or failed something', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a')
    await world.tick(now)
    await world.tick(now + HOUR)
    await world.tick(now + 2 * HOUR)
    await world.faults({ endpoint: 'projects/read', kind: 'status-403' })
    const failed = await world.tick(now + 3 * HOUR)
    const received = await receiver.wait(2, 'a')
    expect(received.map(({ body }) => JSON.parse(body).data.status)).toEqual(['ok', 'failed'])
    expect(JSON.parse(received[1]?.body ?? '').data.message).toBe(failed.message)
  })

  it('is sent of every run that somebody asked for', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a')
    await world.tick(now)
    const request = { kind: 'sweep', mode: 'report', rules: null } as const
    const asked = await world.stub.submit({ triggerId: 'a', trigger: 'api', actor: 'token', request })
    await world.ended(asked.run)
    expect(JSON.parse((await receiver.wait(2, 'a'))[1]?.body ?? '').data.run).toBe(asked.run)
  })

  it('of many long names stays under 20 kB, and none of the deleted is left out', async () => {
    const receiver = makeReceiver()
    const long = (n: number) => `Old/${'研'.repeat(60)} ${n}`
    const policy = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')}`
    const projects = Array.from({ length: 120 }, (_, n) => stale(long(n)))
    const world = await makeWorld(policy, projects, {
      // All are read in one run.
      env: { ...sendingTo(receiver, 'a'), READING_CALLS: '1000' },
      callsPerSlice: 400,
    })
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    await receiver.wait(4, 'a')
    await expect.poll(async () => (await deliveries(world)).every(({ state }) => state === 'delivered')).toBe(true)
    const received = await receiver.got('a')
    for (const { body } of received) expect(new TextEncoder().encode(body).length).toBeLessThan(20_000)
    const bodies = received.map((one) => verified(one, SECRETS[0]))
    expect(bodies[0]?.data.marked.count).toBe(120)
    expect(bodies[0]?.data.marked.items.length).toBeLessThan(120)
    const deleted = bodies.filter(({ type }) => type === 'project.deleted').flatMap(({ data }) => data.projects)
    expect(new Set(deleted.map(({ name }) => name)).size).toBe(120)
  })
})

describe('a message that is not taken', () => {
  it('comes again on the schedule with the same id and a new time, over three days and restarts, then is given up', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a')
    await receiver.answer('a', ...Array.from({ length: 10 }, () => ({ status: 500, body: 'a secret of theirs' })))
    await world.tick(now)
    let skew = 0
    for (let attempts = 1; attempts < 10; attempts++) {
      await receiver.wait(attempts, 'a')
      const wait = WAITS[attempts] ?? 0
      if (attempts % 3 === 0) await world.renew()
      if (wait >= MINUTE) {
        await later(world, skew + wait - MINUTE / 2)
        expect(await receiver.got('a')).toHaveLength(attempts)
      }
      const [delivery] = await deliveries(world)
      expect(delivery).toMatchObject({ state: 'due', attempts, status: 500, reason: 'It answered 500.' })
      skew += wait * 1.2 + MINUTE / 2
      await later(world, skew)
    }
    const received = await receiver.wait(10, 'a')
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(received.map(({ headers }) => headers['webhook-timestamp'])).size).toBeGreaterThanOrEqual(9)
    expect(new Set(received.map(({ body }) => body)).size).toBe(1)
    for (const one of received) verified(one, SECRETS[0])

    expect((await deliveries(world))[0]).toMatchObject({ state: 'given up', attempts: 10, nextAttemptAt: null })
    await later(world, skew + 30 * DAY)
    expect(await receiver.got('a')).toHaveLength(10)
  })

  it('waits no less than the schedule and at most a fifth longer', async () => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(1), { env: sendingTo(receiver, 'a', 'b', 'c') })
    for (const endpoint of ['a', 'b', 'c']) await receiver.answer(endpoint, { status: 500 }, { status: 500 })
    await world.tick(now)
    await receiver.wait(3)
    await later(world, 10_000)
    await receiver.wait(6)
    await expect.poll(async () => (await deliveries(world)).map(({ attempts }) => attempts)).toEqual([2, 2, 2])
    const waits = (await deliveries(world)).map(
      ({ nextAttemptAt }) => Date.parse(nextAttemptAt ?? '') - Date.now() - 10_000,
    )
    for (const wait of waits) {
      expect(wait).toBeGreaterThan(5 * MINUTE - 5_000)
      expect(wait).toBeLessThanOrEqual(6 * MINUTE)
    }
    expect(new Set(waits).size).toBe(3)
  })

  it.each([
    ['an answer of 500', { status: 500 }, 500, 'It answered 500.'],
    ['an answer of 404', { status: 404 }, 404, 'It answered 404.'],
    ['a connection that breaks', { reset: true }, null, 'The connection failed.'],
    ['silence', { hangMs: 5_000 }, null, 'No answer within 0.3 s.'],
  ])('%s is an attempt, its reason is shown, and the next one is taken', async (_, answer, status, reason) => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(1), { env: sendingTo(receiver, 'a'), deliveryTimeoutMs: 300 })
    await receiver.answer('a', answer)
    await world.tick(now)
    await expect.poll(async () => (await deliveries(world))[0]?.reason).toBe(reason)
    expect((await deliveries(world))[0]).toMatchObject({ state: 'due', attempts: 1, status })
    await later(world, 2 * MINUTE)
    await receiver.wait(2, 'a')
    await expect.poll(async () => (await deliveries(world))[0]?.state).toBe('delivered')
    expect((await deliveries(world))[0]).toMatchObject({ attempts: 2, status: 204, reason: '' })
  })

  it.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed and is no success', async (status) => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a')
    await receiver.answer('a', { status, headers: { location: receiver.url('elsewhere') } })
    await world.tick(now)
    await expect.poll(async () => (await deliveries(world))[0]?.status).toBe(status)
    const reason = `It answered ${status}, a redirect, which is not followed.`
    expect((await deliveries(world))[0]).toMatchObject({ state: 'due', reason })
    expect(await receiver.got('elsewhere')).toEqual([])
  })

  it.each([
    ['seconds', () => '7200', 2 * HOUR],
    ['a date', () => new Date(Date.now() + 2 * HOUR).toUTCString(), 2 * HOUR],
    ['a year, which is cut to a day', () => String(365 * 86_400), DAY],
  ])('retry-after in %s is kept, for all messages to that destination', async (_, header, wait) => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a', 'b')
    await receiver.answer('a', { status: 503, headers: { 'retry-after': header() } })
    await world.tick(now)
    await receiver.wait(2)
    await world.tick(now + 2 * DAY)
    await receiver.wait(3, 'b')
    await later(world, wait - 10_000)
    expect(await receiver.got('a')).toHaveLength(1)
    await later(world, wait + 10_000)
    await receiver.wait(4, 'a')
  })

  it.each([429, 502, 504])('%i slows down: the destination rests for a minute', async (status) => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a')
    await receiver.answer('a', { status })
    await world.tick(now)
    await receiver.wait(1)
    await expect.poll(async () => (await deliveries(world))[0]?.status).toBe(status)
    await later(world, 50_000)
    expect(await receiver.got('a')).toHaveLength(1)
    await later(world, 65_000)
    await receiver.wait(2, 'a')
  })
})

describe('410', () => {
  it('disables the endpoint: nothing more goes there, health and the API say so, the others go on', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a', 'b')
    await receiver.answer('a', { status: 410 })
    await world.tick(now)
    await receiver.wait(2)
    await world.tick(now + 2 * DAY)
    await receiver.wait(3, 'b')
    await expect.poll(async () => (await deliveries(world)).some(({ state }) => state === 'due')).toBe(false)
    expect(await receiver.got('a')).toHaveLength(1)
    const states = (await deliveries(world)).map(({ destination, state }) => `${destination} ${state}`)
    expect(states.filter((state) => state === 'webhook:1 disabled')).toHaveLength(3)
    expect(states.filter((state) => state === 'webhook:2 delivered')).toHaveLength(3)
    const reason = 'It answered 410: this address is gone.'
    expect((await world.stub.destinations())[0]).toMatchObject({ key: 'webhook:1', disabled: { reason } })
    expect((await world.stub.destinations())[1]).toMatchObject({ key: 'webhook:2', disabled: null })
    expect((await world.stub.health()).reason).toContain(`webhook:1 is told nothing any more: ${reason}`)
  })

  it('ends when a person replays a message, which arrives with its old id', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a')
    await receiver.answer('a', { status: 410 })
    await world.tick(now)
    await expect.poll(async () => (await deliveries(world))[0]?.state).toBe('disabled')
    const [delivery] = await deliveries(world)
    expect(await world.stub.replay(delivery?.id ?? '')).toEqual({ ok: true })
    const received = await receiver.wait(2, 'a')
    expect(received[1]?.headers['webhook-id']).toBe(received[0]?.headers['webhook-id'])
    expect(received[1]?.body).toBe(received[0]?.body)
    await expect.poll(async () => (await deliveries(world))[0]?.state).toBe('delivered')
    expect((await world.stub.health()).reason).not.toContain('webhook:1')
  })

  it('ends when the setting points somewhere else', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a')
    await receiver.answer('a', { status: 410 })
    await world.tick(now)
    await expect.poll(async () => (await deliveries(world))[0]?.state).toBe('disabled')
    await world.renew()
    await world.tick(now + DAY + HOUR)
    await expect.poll(async () => (await deliveries(world))[0]?.state).toBe('disabled')
    world.set({ env: sendingTo(receiver, 'new') })
    await world.renew()
    await world.edit('Recycle Bin/Old/p0', { name: 'Old/again' })
    await world.tick(now + 4 * DAY)
    await receiver.wait(1, 'new')
    expect(await receiver.got('a')).toHaveLength(1)
    expect((await world.stub.health()).reason).not.toContain('webhook:1')
  })
})

describe('deliveries and runs', () => {
  it('a receiver that hangs does not keep a run from its end, nor other receivers from their messages', async () => {
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(25), {
      env: sendingTo(receiver, 'hangs', 'answers'),
      deliveryTimeoutMs: 300,
    })
    await receiver.answer('hangs', ...Array.from({ length: 50 }, () => ({ hangMs: 20_000 })))
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ acted: 25, confirmed: 25 })
    await receiver.wait(3, 'answers')
  })

  it('messages go out while paused', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a')
    await receiver.answer('a', { status: 500 })
    await world.tick(now)
    await receiver.wait(1)
    await world.stub.pause('a test')
    await world.submitTick(now + 2 * DAY)
    await later(world, 10_000)
    await receiver.wait(2, 'a')
    await expect.poll(async () => (await deliveries(world))[0]?.state).toBe('delivered')
  })

  it('at most five messages go out in one alarm', async () => {
    const receiver = makeReceiver()
    const world = await worldThatTells(receiver, 'a', 'b', 'c')
    await world.tick(now)
    await receiver.wait(3)
    for (const { id } of await deliveries(world))
      await world.inside(({ storage }) => {
        for (const copy of ['x', 'y', 'z']) {
          storage.sql.exec(
            `INSERT INTO outbox SELECT id || ?, destination, about, subject, announces, payload, 'due', 0, 0, NULL, '', NULL, created_at, NULL FROM outbox WHERE id = ?`,
            copy,
            id,
          )
        }
        // Far off, so that only the test sets it off.
        void storage.setAlarm(Date.now() + DAY)
      })
    await runDurableObjectAlarm(world.stub)
    const sent = (await receiver.got()).length - 3
    expect(sent).toBeGreaterThanOrEqual(5)
    // The next alarm may have come by itself meanwhile, with the next five, never with all in one.
    expect(sent % 5 === 0 || sent === 9).toBe(true)
    await receiver.wait(12)
  })

  it('a message killed in mid-attempt comes again, and counts that attempt', async () => {
    const receiver = makeReceiver()
    let kills = 1
    const world = await makeWorld(DELETE_OLD, staleMany(1), { env: sendingTo(receiver, 'a') })
    world.set({
      outside: async (input, init) => {
        if (kills-- > 0) await world.inside((state) => state.abort('killed by a test')).catch(() => null)
        return fetch(input, init)
      },
    })
    await world.submitTick(now)
    await expect.poll(async () => (await deliveries(world).catch(() => []))[0]?.attempts).toBe(1)
    await later(world, 2 * MINUTE)
    await receiver.wait(1, 'a')
    await expect.poll(async () => (await deliveries(world))[0]?.state).toBe('delivered')
    expect((await deliveries(world))[0]).toMatchObject({ attempts: 2 })
  })
})

describe('G20 no secret leaves', () => {
  it('the addresses and their secrets are in no row, answer, record or log line', async () => {
    const lines: string[] = []
    const receiver = makeReceiver()
    const world = await makeWorld(DELETE_OLD, staleMany(2), {
      env: sendingTo(receiver, 'a', 'b'),
      deliveryTimeoutMs: 200,
    })
    await receiver.answer('a', { status: 410, body: 'x' }, { status: 500 })
    await receiver.answer(
      'b',
      { reset: true },
      { hangMs: 1_000 },
      { status: 302, headers: { location: receiver.url('b') } },
    )
    await world.tick(now)
    await expect.poll(async () => (await receiver.got()).length).toBeGreaterThanOrEqual(2)
    await later(world, 2 * MINUTE)
    await world.tick(now + 2 * DAY)
    await later(world, 10 * MINUTE)
    await expect.poll(async () => (await receiver.got('b')).length).toBeGreaterThanOrEqual(3)

    await world.inside(({ storage }) => {
      const tables = storage.sql.exec<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table'`).toArray()
      for (const { name } of tables.filter((table) => !table.name.startsWith('_cf'))) {
        for (const row of storage.sql.exec(`SELECT * FROM "${name}"`).toArray()) lines.push(JSON.stringify(row))
      }
    })
    for (const path of ['/api/deliveries', '/health', '/api/runs', '/'])
      lines.push(await (await ask(world, path)).text())
    lines.push(JSON.stringify([await world.stub.destinations(), await deliveries(world), await world.stub.health()]))
    const all = lines.join('\n')
    expect(all).toContain('webhook:2')
    for (const secret of [...SECRETS, SECRETS[0].slice(6), SECRETS[1].slice(6), 'in-the-query-5f2c81', '/in/']) {
      expect(all).not.toContain(secret)
    }
  })
})
