/** G19 pause stops acting, not reading; G7 an approved plan acts within 24 hours of the last approval, pauses included. */

import { describe, expect, it } from 'vitest'
import type { Who } from '../../src/workspace/ledger/asks.ts'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { command, idOf, names, undo } from '../support/asking.ts'
import { justBefore } from '../support/moments.ts'
import { DELETE_OLD, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const MINUTE = 60_000
const TOKEN: Who = { kind: 'token' }
const ASKS = DELETE_OLD.replace('approve = "never"', 'approve = "always"')
const others = Array.from({ length: 30 }, (_, n) => stale(`w/p${n}`))

/** Real time passes, and the alarm goes off. */
async function later(world: World, ms: number): Promise<void> {
  world.set({ skewMs: (world.setting().skewMs ?? 0) + ms })
  await world.alarm()
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 400; n++) {
    if (await what()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('It did not come to that.')
}

function stands(world: World, run: string): Promise<void> {
  return until(() =>
    world.inside(({ storage: { sql } }) => {
      const row = sql
        .exec<{ at: number | null }>(`SELECT json_extract(state, '$.pausedAt') AS at FROM runs WHERE id = ?`, run)
        .toArray()[0]
      return row?.at != null
    }),
  )
}

async function marked(policy: string, projects: readonly object[]): Promise<World> {
  const world = await makeWorld(policy, projects)
  await world.tick(now)
  return world
}

async function approve(world: World, { id, plan }: RunRecord, hash = plan?.hash ?? ''): Promise<string> {
  const decided = await world.stub.decideOn({ run: id, plan: hash, decision: 'approve', by: TOKEN, through: 'api' })
  if (!decided.ok || decided.run === null) throw new Error(JSON.stringify(decided))
  return decided.run
}

describe('G19 while everything is paused', () => {
  it('scheduled runs go on as dry runs: a good scan each, nothing marked, nothing sent', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(2), ...others])
    await world.stub.pause('Ann')
    const dry = await world.tick(now)
    expect(dry).toMatchObject({ status: 'ok', mode: 'report', counts: { marked: 2 } })
    expect(dry.message).toMatch(/^Paused/)
    expect((await world.stub.health()).lastGoodRun?.id).toBe(dry.id)
    expect(await world.inside(({ storage }) => storage.sql.exec('SELECT * FROM marks').toArray())).toEqual([])
    await world.stub.resume()
    expect((await world.tick(now + 2 * DAY)).counts).toMatchObject({ acted: 0, marked: 2 })
  })

  it('a mark goes when its project leaves the rule, and what comes back after the pause starts anew', async () => {
    const world = await marked(DELETE_OLD.replace('idle', 'age'), [stale('Old/a'), ...others])
    const id = await idOf(world, 'Old/a')
    await world.stub.pause('Ann')
    await world.control('edit', { projectId: id, name: 'Recycle Bin/Old/a' })
    await world.tick(now + DAY)
    await world.control('edit', { projectId: id, name: 'Old/a' })
    await world.stub.resume()
    expect((await world.tick(now + 2 * DAY)).counts).toMatchObject({ acted: 0, marked: 1 })
  })

  it('holds, releases, restores, undo and updates go on; deletions of people wait', async () => {
    const world = await marked(DELETE_OLD, [...staleMany(3), ...others])
    const { id } = await world.tick(now + 2 * DAY)
    await world.stub.pause('Ann')
    const p0 = await idOf(world, 'Recycle Bin/Old/p0')
    expect((await command(world, { type: 'project.restore', projectId: p0 })).counts).toMatchObject({ confirmed: 1 })
    expect((await undo(world, id)).counts).toMatchObject({ confirmed: 2 })
    const text = { type: 'project.update', project: 'w/p1', description: 'hello' } as const
    expect((await command(world, text)).counts).toMatchObject({ confirmed: 1 })
    const held = await world.stub.hold(await idOf(world, 'w/p2'), null, TOKEN)
    expect(held.ok && held.run !== null && (await world.ended(held.run)).counts).toMatchObject({ confirmed: 1 })
    const before = (await world.deletions()).length
    const request = { kind: 'command', mode: 'act', command: { type: 'project.delete', project: 'w/p3' } } as const
    const { run } = await world.stub.submit({ triggerId: 'd', trigger: 'api', actor: 'token', request })
    await stands(world, run)
    expect(await world.deletions()).toHaveLength(before)
    await world.stub.resume()
    expect((await world.ended(run)).counts).toMatchObject({ confirmed: 1 })
  })

  it('a run that stands still blocks no later run: restores, updates and scheduled dry runs end before it', async () => {
    const world = await marked(DELETE_OLD, [...staleMany(12), ...others])
    justBefore(world, 'projects/delete', 3, () => world.stub.pause('Ann'))
    const { run } = await world.submitTick(now + 2 * DAY)
    await stands(world, run)
    const sent = await world.deletions()
    expect(sent).toHaveLength(3)
    // What it had sent is confirmed, so that it can be brought back at once.
    const [first = 0] = sent
    const back = await command(world, { type: 'project.restore', projectId: first })
    expect(back).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    expect(await world.tick(now + 2 * DAY + HOUR)).toMatchObject({ status: 'ok', mode: 'report' })
    expect((await world.stub.run(run))?.status).toBe('running')
    await world.stub.resume()
    const ended = await world.ended(run)
    expect(ended).toMatchObject({ status: 'ok', counts: { confirmed: 12 } })
    expect(new Set(await world.deletions()).size).toBe(12)
    expect(await names(world)).not.toContain(`Recycle Bin/Old/p0-${first}`)
    expect((await world.projects()).find(({ projectId }) => projectId === first)?.name).toMatch(/^Old\//)
  })

  it('after 15 minutes such a run ends partial; what it had not sent stays due and is done after the pause', async () => {
    const world = await marked(DELETE_OLD, [...staleMany(5), ...others])
    justBefore(world, 'projects/delete', 2, () => world.stub.pause('Ann'))
    const { run } = await world.submitTick(now + 2 * DAY)
    await stands(world, run)
    await later(world, 14 * MINUTE)
    expect((await world.stub.run(run))?.status).toBe('running')
    await later(world, MINUTE + 1_000)
    const ended = await world.ended(run)
    expect(ended).toMatchObject({ status: 'partial', counts: { confirmed: 2, notAttempted: 3, failed: 0 } })
    expect(ended.message).toBe(
      'Acting was paused by Ann for 15 minutes, so the run ended. What it had not sent stays due.',
    )
    expect(await world.tick(now + 2 * DAY + HOUR)).toMatchObject({ mode: 'report', counts: { due: 3 } })
    await world.stub.resume()
    expect((await world.tick(now + 2 * DAY + 2 * HOUR)).counts).toMatchObject({ confirmed: 3 })
  })

  it('wakes by itself at the end of the 15 minutes', async () => {
    const world = await marked(DELETE_OLD, [...staleMany(2), ...others])
    justBefore(world, 'projects/delete', 1, () => world.stub.pause('Ann'))
    const { run } = await world.submitTick(now + 2 * DAY)
    await stands(world, run)
    const at = await world.inside(({ storage }) => storage.getAlarm())
    expect(at).toBeGreaterThan(Date.now() + 13 * MINUTE)
    expect(at).toBeLessThan(Date.now() + 16 * MINUTE)
    await world.stub.resume()
    await world.ended(run)
  })
})

describe('G7 an approved plan', () => {
  it('interrupted by a pause: the rest goes on when the pause ends, under the same approval, and nobody is asked again', async () => {
    const world = await marked(ASKS, [...staleMany(5), ...others])
    const asked = await world.tick(now + 2 * DAY)
    justBefore(world, 'projects/delete', 2, () => world.stub.pause('Ann'))
    const first = await approve(world, asked)
    await stands(world, first)
    await later(world, 15 * MINUTE + 1_000)
    expect(await world.ended(first)).toMatchObject({ status: 'partial', counts: { confirmed: 2, notAttempted: 3 } })
    await later(world, 20 * HOUR)
    await world.renew()
    await world.stub.resume()
    const { execution } = (await world.stub.proposalOf(asked.id)) ?? {}
    expect(execution).not.toBe(first)
    const rest = await world.ended(execution ?? '')
    expect(rest).toMatchObject({ status: 'ok', trigger: 'approval', actor: 'token', counts: { confirmed: 3 } })
    expect(rest.plan?.hash).toBe(asked.plan?.hash)
    // A second pause and its end bring nothing back to life.
    await world.stub.pause('Ann')
    await world.stub.resume()
    expect(await world.deletions()).toHaveLength(5)
  })

  it('expires 24 hours after the approval, pauses included, and its items go back to normal evaluation', async () => {
    const world = await marked(ASKS, [...staleMany(3), ...others])
    const asked = await world.tick(now + 2 * DAY)
    await world.stub.pause('Ann')
    const run = await approve(world, asked)
    await stands(world, run)
    world.set({ skewMs: 14 * DAY })
    for (let n = 0; n < 3; n++) await world.submitTick(now + (3 + n) * DAY)
    await world.stub.resume()
    const ended = await world.ended(run)
    expect(ended).toMatchObject({ status: 'expired', counts: { acted: 0, notAttempted: 3 } })
    expect(ended.message).toMatch(/over 24 hours old/)
    expect(await world.deletions()).toEqual([])
    await until(async () =>
      (await world.stub.runs(20, null)).every(({ status }) => status !== 'queued' && status !== 'running'),
    )
    expect(await world.tick(now + 17 * DAY)).toMatchObject({ status: 'waiting', counts: { due: 3 } })
  })

  it('so does the rest of one, and one that waited for its turn', async () => {
    const world = await marked(ASKS, [...staleMany(3), ...others])
    const asked = await world.tick(now + 2 * DAY)
    justBefore(world, 'projects/delete', 1, () => world.stub.pause('Ann'))
    const first = await approve(world, asked)
    await stands(world, first)
    await later(world, 15 * MINUTE + 1_000)
    expect((await world.ended(first)).counts).toMatchObject({ confirmed: 1 })
    await later(world, 24 * HOUR)
    await world.stub.resume()
    const { execution } = (await world.stub.proposalOf(asked.id)) ?? {}
    expect(await world.ended(execution ?? '')).toMatchObject({ status: 'expired', counts: { notAttempted: 2 } })
    expect(await world.deletions()).toHaveLength(1)
  })

  it('the gate asks once more: an approval that runs out between plan and call lets nothing through', async () => {
    const world = await marked(ASKS, [...staleMany(1), ...others])
    const asked = await world.tick(now + 2 * DAY)
    let done = false
    world.set({
      fetch: (input, init, { storage }) => {
        if (!done && String(input).endsWith('files/read')) {
          done = true
          storage.sql.exec('UPDATE proposals SET ended_at = ended_at - ?', DAY)
        }
        return fetch(input, init as RequestInit)
      },
    })
    const ended = await world.ended(await approve(world, asked))
    expect(ended).toMatchObject({ status: 'expired', counts: { acted: 0, notAttempted: 1 } })
    expect(await world.deletions()).toEqual([])
  })

  it('holding a project out of it makes a new plan: an old hash is refused with the new one named, approvals are cleared', async () => {
    const people = ['Ann', 'Ben', 'Cem'].map((name) => `[[person]]\nname = "${name}"\nmay = ["approve"]\n`).join('')
    const world = await marked(ASKS.replace('"always"', '"two"') + people, [...staleMany(3), ...others])
    const asked = await world.tick(now + 2 * DAY)
    const say = (name: string, plan: string) =>
      world.stub.decideOn({ run: asked.id, plan, decision: 'approve', by: { kind: 'person', name }, through: 'api' })
    const old = asked.plan?.hash ?? ''
    expect(await say('Ann', old)).toMatchObject({ ok: true, missing: 1 })
    await world.stub.hold(await idOf(world, 'Old/p1'), null, { kind: 'person', name: 'Cem' })
    const open = await world.stub.proposal()
    expect(open).toMatchObject({ run: asked.id, state: 'open', waiting: 2, approvals: [] })
    const fresh = open?.hash ?? ''
    expect(fresh).not.toBe(old)
    const late = await say('Ben', old)
    expect(late).toMatchObject({ ok: false, reason: 'other plan' })
    expect(late.ok || late.message).toContain(fresh)
    expect(await say('Ben', fresh)).toMatchObject({ ok: true, missing: 1 })
    const done = await say('Ann', fresh)
    const ended = await world.ended((done.ok && done.run) || '')
    expect(ended).toMatchObject({ actor: 'Ben and Ann', counts: { confirmed: 2 }, plan: { hash: fresh } })
    expect(await names(world)).toContain('Old/p1')
  })

  it('so does a hold that somebody writes into a description, at the next scan', async () => {
    const world = await marked(ASKS, [...staleMany(3), ...others])
    const asked = await world.tick(now + 2 * DAY)
    await world.edit('Old/p1', { description: '[keep]' })
    await world.tick(now + 2 * DAY + HOUR)
    const open = await world.stub.proposal()
    expect(open).toMatchObject({ waiting: 2 })
    expect(open?.hash).not.toBe(asked.plan?.hash)
  })
})
