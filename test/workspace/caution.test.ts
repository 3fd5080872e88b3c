/** G3 and G4: a new rule only reports, and a preview is the same code without effect. */

import { describe, expect, it } from 'vitest'
import { DELETE_OLD, NO_CAPS, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

/** A rule with only the keys that are given. */
function bare(...lines: readonly string[]): string {
  return `${NO_CAPS}
[[rule]]
id = "old"
why = "A test wants it."
when = { path = "Old/*", idle = ">90d" }
${lines.join('\n')}
`
}

const ACTS = ['then = "delete"', 'notice = "0h"', 'approve = "never"']

describe('G3 a new rule only reports', () => {
  it('without enforce = true nothing is ever done, and why says that enforce is false', async () => {
    const world = await makeWorld(bare(...ACTS, 'after = "24h"'), staleMany(3))
    await world.tick(now)
    const run = await world.tick(now + 60 * DAY)
    expect(run).toMatchObject({ status: 'ok', counts: { marked: 3, due: 0, acted: 0 } })
    expect((await world.why('Old/p0')).sentences.join(' ')).toMatch(/does not act: enforce is false/)
    expect(await world.deletions()).toEqual([])
  })

  it('the very tick that marks a project never acts on it, however old it is', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    const run = await world.tick(now + 900 * DAY)
    expect(run.counts).toMatchObject({ marked: 3, due: 0, acted: 0 })
    expect((await world.why('Old/p0')).sentences.join(' ')).toMatch(/marked since/)
    expect(await world.deletions()).toEqual([])
  })

  it('an omitted grace is 14 days: nothing at 13 days and 23 hours, everything at 14 days', async () => {
    const world = await makeWorld(bare(...ACTS, 'enforce = true'), staleMany(2))
    await world.tick(now)
    const early = await world.tick(now + 14 * DAY - DAY / 24)
    expect(early.counts).toMatchObject({ marked: 2, due: 0, acted: 0 })
    const ripe = await world.tick(now + 14 * DAY)
    expect(ripe.counts).toMatchObject({ due: 2, confirmed: 2 })
  })

  it('a run that waited for days behind a pause does not shorten the grace of what it marks', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), { name: 'Work/b', projectId: 801 }])
    await world.tick(now)
    await world.stub.pause('Ann')
    const { run } = await world.submitTick(now + 2 * DAY)
    // Kept from its turn for nine days, as by a throttle.
    await world.inside(({ storage: { sql } }) =>
      sql.exec(
        `INSERT INTO facts (name, value) VALUES ('throttle', ?)`,
        JSON.stringify({ since: Date.now() + 9 * DAY - HOUR, until: Date.now() + 9 * DAY - HOUR }),
      ),
    )
    const queued = await world.stub.submit({
      triggerId: 'queued',
      trigger: 'api',
      actor: 'token',
      request: { kind: 'sweep', mode: 'act', rules: null },
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await world.control('edit', { ...stale('Old/b'), projectId: 801, files: [{ name: 'main.py' }] })
    world.set({ skewMs: 9 * DAY })
    await world.stub.resume()
    await world.ended(run)
    expect((await world.ended(queued.run)).counts).toMatchObject({ marked: 1, due: 0 })
    expect((await world.tick(now + 11 * DAY + DAY / 2)).counts).toMatchObject({ marked: 1, due: 0, acted: 0 })
    expect((await world.tick(now + 13 * DAY)).counts).toMatchObject({ confirmed: 1 })
  })

  it('a rule that says nothing of approval asks people before it acts the first time', async () => {
    const world = await makeWorld(bare('then = "delete"', 'notice = "0h"', 'enforce = true'), staleMany(2))
    await world.tick(now)
    const run = await world.tick(now + 60 * DAY)
    expect(run).toMatchObject({ status: 'waiting', counts: { due: 2, acted: 0 } })
    expect(run.message).toMatch(/Rule "old" acts only when somebody approves, the first time as the policy now stands/)
    expect(await world.deletions()).toEqual([])
  })

  it('a project younger than 48 hours is never marked', async () => {
    const policy = `${NO_CAPS}
[[rule]]
id = "all"
why = "A test wants it."
when = { path = "Old/*" }
after = "24h"
enforce = true
${ACTS.join('\n')}`
    const world = await makeWorld(policy, [
      { name: 'Old/fresh', created: now - DAY, modified: now - DAY },
      { name: 'Old/ripe', created: now - 3 * DAY, modified: now - DAY },
    ])
    expect((await world.tick(now)).counts).toMatchObject({ marked: 1, kept: 1 })
    expect((await world.why('Old/fresh')).sentences.join(' ')).toMatch(/younger than 48 hours/)
  })

  it('an edit of the rule starts the grace again', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    await world.tick(now)
    world.set({ policy: DELETE_OLD.replace('>90d', '>91d') })
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ marked: 2, due: 0, acted: 0 })
    expect(run.unmarked[0]?.reason).toMatch(/was edited or is gone/)
    expect((await world.tick(now + 4 * DAY)).counts).toMatchObject({ confirmed: 2 })
  })
})

async function report(world: World) {
  const asked = await world.stub.plan()
  if (!asked.ok) throw new Error(asked.message)
  return asked.value
}

describe('G4 a dry run is the same code', () => {
  it('a preview makes no mutating request and marks nothing', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    await world.tick(now)
    await world.tick(now + DAY / 2)
    const before = (await world.requests()).length
    const plan = await report(world)
    expect(plan).toMatchObject({ counts: { marked: 3 }, apiCalls: 3 })
    const calls = (await world.requests()).slice(before).map((request) => request.path)
    expect(calls).toEqual(['projects/read', 'projects/read', 'live/list'])

    const fresh = await makeWorld(DELETE_OLD, staleMany(3))
    await report(fresh)
    expect((await fresh.tick(now + 60 * DAY)).counts).toMatchObject({ marked: 3, due: 0 })
  })

  it('a run in report mode marks nothing and acts on nothing', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    const ask = (triggerId: string) =>
      world.stub.submit({
        triggerId,
        trigger: 'api',
        actor: 'token',
        request: { kind: 'sweep', mode: 'report', rules: null },
      })
    const early = await world.ended((await ask('one')).run)
    expect(early).toMatchObject({ status: 'ok', mode: 'report', counts: { marked: 3, acted: 0 } })
    expect((await world.tick(now + 60 * DAY)).counts).toMatchObject({ marked: 3, due: 0 })
    const later = await world.ended((await ask('two')).run)
    expect(later.counts).toMatchObject({ acted: 0 })
    expect(await world.deletions()).toEqual([])
  })

  it('preview, report and real run give the same items, byte for byte, and the same hash', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(4))
    await world.tick(now)
    const late = await world.tick(now + 2 * DAY - DAY / 24 - DAY)
    expect(late.counts).toMatchObject({ due: 0 })
    // The clock of the workspace is moved on, so that the same projects are due without a tick that acts on them.
    world.set({ skewMs: 2 * DAY })
    const preview = await report(world)
    const asked = { trigger: 'api', actor: 'token' } as const
    const reported = await world.stub.submit({
      ...asked,
      triggerId: 'report',
      request: { kind: 'sweep', mode: 'report', rules: null },
    })
    const dry = await world.ended(reported.run)
    expect(await world.deletions()).toEqual([])
    const acted = await world.stub.submit({
      ...asked,
      triggerId: 'act',
      request: { kind: 'sweep', mode: 'act', rules: null },
    })
    const real = await world.ended(acted.run)
    expect(real.counts).toMatchObject({ due: 4, confirmed: 4 })
    expect(preview.items).toHaveLength(4)
    const bytes = (plan: typeof dry.plan | typeof preview) => JSON.stringify([plan?.hash, plan?.items, plan?.stopped])
    expect(bytes(preview)).toBe(bytes(real.plan))
    expect(bytes(dry.plan)).toBe(bytes(real.plan))
  })

  it('the hash is over what will be done: another project, name or date gives another one', async () => {
    const hashes = new Set<string>()
    for (const fields of [{}, { name: 'Old/z' }, { modified: now - 201 * DAY }, { created: now - 401 * DAY }]) {
      const world = await makeWorld(DELETE_OLD, [stale('Old/a', { projectId: 4_711, ...fields })])
      await world.tick(now)
      hashes.add((await world.tick(now + 2 * DAY)).plan?.hash ?? '')
    }
    expect(hashes.size).toBe(4)
  })
})
