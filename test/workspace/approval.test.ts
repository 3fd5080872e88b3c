/** G7: approve exactly what was shown. A waiting plan only shrinks, the first decision wins, everything else changes nothing. */

import { describe, expect, it } from 'vitest'
import type { Decided, Decision, Who } from '../../src/workspace/ledger/asks.ts'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { command, names } from '../support/asking.ts'
import { NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

const PEOPLE = ['Ann', 'Ben', 'Cem']
  .map((name) => `[[person]]\nname = "${name}"\nmay = ["operate", "approve"]`)
  .join('\n')
const LOOKER = '[[person]]\nname = "Dot"\nmay = ["operate"]'

const asks = (approve: string, id = 'old', path = 'Old/*') =>
  rule(id, `{ path = "${path}", idle = ">90d" }`, 'delete').replace('approve = "never"', `approve = "${approve}"`)

const policyOf = (...rules: readonly string[]) => `${NO_CAPS}\n${PEOPLE}\n${LOOKER}\n${rules.join('\n')}`

const ann: Who = { kind: 'person', name: 'Ann' }
const ben: Who = { kind: 'person', name: 'Ben' }
const cem: Who = { kind: 'person', name: 'Cem' }
const dot: Who = { kind: 'person', name: 'Dot' }
const token: Who = { kind: 'token' }

/** A world whose rule has marked, and whose second tick proposes. */
async function waiting(policy: string, projects: readonly object[]): Promise<{ world: World; run: RunRecord }> {
  const world = await makeWorld(policy, projects)
  await world.tick(now)
  const run = await world.tick(now + 2 * DAY)
  expect(run).toMatchObject({ status: 'waiting', counts: { acted: 0 } })
  return { world, run }
}

function decide(world: World, run: RunRecord, by: Who, change: Partial<Decision> = {}): Promise<Decided> {
  return world.stub.decideOn({
    run: run.id,
    decision: 'approve',
    plan: run.plan?.hash ?? '',
    by,
    through: 'api',
    ...change,
  }) as Promise<Decided>
}

async function approved(world: World, decided: Decided): Promise<RunRecord> {
  if (!decided.ok || decided.run === null) throw new Error(`Not approved: ${JSON.stringify(decided)}`)
  return world.ended(decided.run)
}

describe('G7 a plan that waits', () => {
  it('acts when somebody who may says yes, and the run names who it was', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(3))
    expect(await world.deletions()).toEqual([])
    const done = await approved(world, await decide(world, run, ann))
    expect(done).toMatchObject({ status: 'ok', trigger: 'approval', actor: 'Ann', counts: { acted: 3, confirmed: 3 } })
    expect(done.plan?.hash).toBe(run.plan?.hash)
    expect(await world.stub.proposalOf(run.id)).toMatchObject({ state: 'approved', endedBy: 'Ann', execution: done.id })
  })

  it('stays within the budget of calls: survey, re-check, two per deletion, confirm', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(3))
    const done = await approved(world, await decide(world, run, ann))
    expect(done.apiCalls).toBe(3 * 3 + 4 + 2)
  })

  it('only the first decision counts; a late or repeated one changes nothing and says so', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(2))
    expect(await decide(world, run, ann, { decision: 'refuse' })).toEqual({ ok: true, run: null, missing: 0 })
    const late = await decide(world, run, ben)
    expect(late).toMatchObject({ ok: false, reason: 'over' })
    expect(late.ok || late.message).toMatch(/^This plan is over: Refused by Ann\. .* Nothing was changed/)
    expect(await world.deletions()).toEqual([])
  })

  it('loses at once what somebody holds, and gets another hash; with the last of it the plan ends', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(3))
    const held = async (name: string) => {
      const { projectId } = await world.project(name)
      return world.stub.hold(Number(projectId), null, dot)
    }
    expect(await held('Old/p1')).toMatchObject({ ok: true })
    expect(await world.stub.proposalOf(run.id)).toMatchObject({ state: 'open', waiting: 2 })
    expect((await world.stub.proposalOf(run.id))?.hash).not.toBe(run.plan?.hash)
    expect((await world.stub.waiting(run.id)).map(({ name }) => name)).toEqual(['Old/p0', 'Old/p2'])
    expect(await held('Old/p0')).toMatchObject({ ok: true })
    // Released again, it waits for the next plan: this one never gains anything.
    expect(await world.stub.release(Number((await world.project('Old/p0')).projectId), dot)).toMatchObject({ ok: true })
    expect(await world.stub.proposalOf(run.id)).toMatchObject({ state: 'open', waiting: 1 })
    expect(await held('Old/p2')).toMatchObject({ ok: true })
    expect(await world.stub.proposalOf(run.id)).toMatchObject({ state: 'empty', waiting: 0 })
    expect(await decide(world, run, ann)).toMatchObject({ ok: false, reason: 'over' })
    expect(await world.deletions()).toEqual([])
  })

  it('loses a whole directory when one project of it is held, and nothing beside it', async () => {
    const whole = rule('whole', '{ path = "Old/*", idle = ">90d" }', 'delete', 'unit = "directory"')
    const policy = policyOf(whole.replace('"never"', '"always"'))
    const { world, run } = await waiting(policy, [stale('Old/a/1'), stale('Old/a/2'), stale('Old/b/1')])
    expect(await world.stub.proposalOf(run.id)).toMatchObject({ waiting: 3 })
    await world.stub.hold(Number((await world.project('Old/a/2')).projectId), null, dot)
    expect((await world.stub.waiting(run.id)).map(({ name }) => name)).toEqual(['Old/b/1'])
  })

  it('of a command to delete a directory ends when a project in it is held', async () => {
    const policy = `[limits]\nper_run = 1\npercent = 100\n${PEOPLE}\n${LOOKER}`
    const world = await makeWorld(policy, [{ name: 'a/x' }, { name: 'a/y' }])
    const run = await command(world, { type: 'directory.delete', directory: 'a' })
    expect(run.status).toBe('waiting')
    await world.stub.hold(Number((await world.project('a/x')).projectId), null, dot)
    expect(await world.stub.proposalOf(run.id)).toMatchObject({ state: 'empty' })
  })

  it('fifty decisions at once have one effect', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(2))
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        decide(world, run, n % 2 === 0 ? ann : ben, { decision: n % 3 === 0 ? 'refuse' : 'approve' }),
      ),
    )
    expect(all.filter(({ ok }) => ok)).toHaveLength(1)
    expect(all.filter((one) => !one.ok && one.reason === 'over')).toHaveLength(49)
  })

  it('another hash, another run, or a stranger decides nothing', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(2))
    expect(await decide(world, run, ann, { plan: '0'.repeat(64) })).toMatchObject({ ok: false, reason: 'other plan' })
    expect(await decide(world, run, ann, { run: '20200101-000000-000000' })).toMatchObject({ reason: 'not found' })
    expect(await decide(world, run, { kind: 'person', name: 'Eve' })).toMatchObject({ reason: 'forbidden' })
    expect(await decide(world, run, dot)).toMatchObject({ reason: 'forbidden' })
    expect(await decide(world, run, { kind: 'person', name: 'Eve' }, { decision: 'refuse' })).toMatchObject({
      reason: 'forbidden',
    })
    expect(await world.stub.proposal()).toMatchObject({ state: 'open', waiting: 2 })
  })

  it('G14 with nobody named in the policy nobody may approve but the bearer', async () => {
    const { world, run } = await waiting(`${NO_CAPS}${asks('always')}`, staleMany(1))
    expect(await decide(world, run, ann)).toMatchObject({ reason: 'forbidden' })
    expect((await approved(world, await decide(world, run, token))).actor).toBe('token')
  })

  it('loses what is not due any more, and never gains: newly due items wait for the next plan', async () => {
    const fresh = stale('Old/late', { modified: now - 88 * DAY })
    const { world, run } = await waiting(policyOf(asks('always')), [...staleMany(3), fresh])
    expect(run.plan?.items).toHaveLength(3)
    await world.edit('Old/p1', { description: '[keep]' })
    const next = await world.tick(now + 6 * DAY)
    expect(next).toMatchObject({ counts: { due: 3, acted: 0 } })
    expect(next.message).toMatch(/1 more would have to be approved; they wait until the plan of run .* is decided/)
    expect(await world.stub.proposal()).toMatchObject({ run: run.id, state: 'open', waiting: 2, proposed: 3 })
    // One of it was held, so it is another plan now.
    const plan = (await world.stub.proposal())?.hash ?? ''
    const done = await approved(world, await decide(world, run, ann, { plan }))
    expect(done).toMatchObject({ counts: { confirmed: 2 } })
    expect(await names(world)).toEqual(['Old/late', 'Old/p1', 'Recycle Bin/Old/p0', 'Recycle Bin/Old/p2'])
    // For the third time nobody could be told of what waits (G33).
    expect(await world.tick(now + 7 * DAY)).toMatchObject({
      status: 'partial',
      message: expect.stringMatching(/nobody/),
      plan: { items: [{ name: 'Old/late' }] },
    })
  })

  it('an item edited between the yes and the call is left alone', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(2))
    await world.edit('Old/p0', { description: 'still mine' })
    const done = await approved(world, await decide(world, run, ann))
    expect(done).toMatchObject({ counts: { confirmed: 1, skipped: 1 } })
    expect(await names(world)).toEqual(['Old/p0', 'Recycle Bin/Old/p1'])
  })

  it('with nothing of it left it ends, and no decision revives it', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(1))
    await world.edit('Old/p0', { description: '[keep]' })
    await world.tick(now + 3 * DAY)
    expect(await world.stub.proposalOf(run.id)).toMatchObject({ state: 'empty', waiting: 0 })
    expect(await decide(world, run, ann)).toMatchObject({ ok: false, reason: 'over' })
  })

  it('ends after 24 hours, by itself, without a tick and without a click', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(1))
    world.set({ skewMs: 24 * HOUR + 1_000 })
    expect(await decide(world, run, ann)).toMatchObject({ ok: false, reason: 'over' })
    expect(await world.stub.proposalOf(run.id)).toMatchObject({ state: 'expired' })

    const other = await waiting(policyOf(asks('always')), staleMany(1))
    other.world.set({ skewMs: 24 * HOUR + 1_000 })
    await other.world.alarm()
    expect(await other.world.stub.proposalOf(other.run.id)).toMatchObject({ state: 'expired' })
  })

  it('ends when the policy changes, at the next tick or at the decision', async () => {
    for (const first of ['tick', 'decision'] as const) {
      const { world, run } = await waiting(policyOf(asks('always')), staleMany(1))
      world.set({ policy: `${policyOf(asks('always'))}\n# edited` })
      if (first === 'tick') await world.tick(now + 3 * DAY)
      expect(await decide(world, run, ann)).toMatchObject({ ok: false, reason: 'over' })
      expect(await world.stub.proposalOf(run.id)).toMatchObject({ state: 'policy changed' })
      expect(await world.deletions()).toEqual([])
    }
  })

  it('a policy changed after the yes and before the run began leaves everything alone', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(2))
    let letGo = () => {}
    const until = new Promise<void>((resolve) => {
      letGo = resolve
    })
    world.set({ fetch: (input, init) => until.then(() => fetch(input, init)) })
    // Another run is at work, so that the approved one waits its turn.
    const request = { kind: 'sweep', mode: 'report', rules: null } as const
    await world.stub.submit({ triggerId: 'before', trigger: 'api', actor: 'token', request })
    const decided = await decide(world, run, ann)
    world.set({ policy: `${policyOf(asks('always'))}\n# edited` })
    letGo()
    const done = await approved(world, decided)
    expect(done).toMatchObject({ status: 'refused', counts: { acted: 0 } })
    expect(done.message).toBe('The policy was changed after the plan was approved, so nothing of it was done.')
    expect(await world.deletions()).toEqual([])
  })

  it('a refusal starts the grace of its items anew, so that the next tick does not ask the same again', async () => {
    const { world, run } = await waiting(policyOf(asks('always')), staleMany(2))
    await decide(world, run, ben, { decision: 'refuse' })
    expect(await world.tick(now + 2 * DAY + HOUR)).toMatchObject({ status: 'ok', counts: { due: 0, marked: 2 } })
    expect(await world.tick(now + 4 * DAY)).toMatchObject({ status: 'waiting', counts: { due: 2 } })
  })

  it('rules that ask nobody go on beside it', async () => {
    const tmp = rule('tmp', '{ path = "Tmp/*", idle = ">90d" }', 'delete')
    const world = await makeWorld(policyOf(asks('always'), tmp), [...staleMany(2), stale('Tmp/a')])
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'waiting', counts: { due: 3, acted: 1, confirmed: 1 } })
    expect(await world.stub.proposal()).toMatchObject({ waiting: 2 })
  })

  it('outside the window an approval is not spent: it says when, and the plan waits on', async () => {
    const open = (day: string) => `[window]\ndays = "${day}"\nhours = "00:00-24:00"\n`
    const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
    const at = now + 2 * DAY
    const today = days[new Date(at).getUTCDay()] ?? ''
    const world = await makeWorld(policyOf(asks('always')) + open(today), staleMany(1))
    await world.tick(now)
    const run = await world.tick(at)
    expect(run.status).toBe('waiting')
    const closed = await world.tick(at + DAY)
    expect(closed.counts.acted).toBe(0)
    expect(await world.stub.proposal()).toMatchObject({ state: 'open', waiting: 1 })
    const decided = await decide(world, run, ann)
    expect(decided).toMatchObject({ ok: false, reason: 'not now' })
    expect(decided.ok || decided.message).toMatch(/^The window of the policy is closed.* It opens 20\d\d-/)
    await world.tick(at + 7 * DAY)
    expect((await approved(world, await decide(world, run, ann))).counts).toMatchObject({ confirmed: 1 })
  })
})

describe('G7 who has to say yes', () => {
  it('two different people where the rule says two; the same one twice is one', async () => {
    const { world, run } = await waiting(policyOf(asks('two')), staleMany(2))
    expect(await decide(world, run, ann)).toEqual({ ok: true, run: null, missing: 1 })
    const again = await decide(world, run, ann)
    expect(again).toMatchObject({ ok: false, reason: 'forbidden' })
    expect(again.ok || again.message).toBe('Ann has approved already; another person has to.')
    expect(await world.deletions()).toEqual([])
    expect(await approved(world, await decide(world, run, ben))).toMatchObject({
      actor: 'Ann and Ben',
      counts: { confirmed: 2 },
    })
  })

  it('a bearer token never counts for two, but may refuse', async () => {
    const { world, run } = await waiting(policyOf(asks('two')), staleMany(1))
    expect(await decide(world, run, token)).toMatchObject({ ok: false, reason: 'forbidden' })
    expect(await decide(world, run, token, { decision: 'refuse' })).toMatchObject({ ok: true })
  })

  it('who asked for the run is not one of the two', async () => {
    const world = await makeWorld(policyOf(asks('two')), staleMany(1))
    await world.tick(now)
    await world.tick(now + DAY / 2)
    world.set({ skewMs: 2 * DAY })
    const submission = {
      triggerId: 'asked',
      trigger: 'slack',
      actor: 'Ann',
      request: { kind: 'sweep', mode: 'act', rules: null },
    } as const
    const run = await world.ended((await world.stub.submit(submission)).run)
    expect(run.status).toBe('waiting')
    expect(await decide(world, run, ann)).toMatchObject({ ok: false, reason: 'forbidden' })
    expect(await decide(world, run, ben)).toMatchObject({ ok: true, missing: 1 })
    expect((await approved(world, await decide(world, run, cem))).counts).toMatchObject({ confirmed: 1 })
  })

  it('the first time only where the rule says first, until protect, limits or the rule change', async () => {
    const policy = policyOf(asks('first'))
    const { world, run } = await waiting(policy, staleMany(1))
    await approved(world, await decide(world, run, ann))
    const more = async (name: string, at: number, expected: string) => {
      await world.control('reset', { workspace: [stale(name, { projectId: at % 1_000_000 }), { name: 'Work/x' }] })
      await world.tick(at)
      expect(await world.tick(at + 2 * DAY)).toMatchObject({ status: expected })
    }
    await more('Old/second', now + 10 * DAY, 'ok')
    expect(await names(world)).toContain('Recycle Bin/Old/second')
    world.set({ policy: `${policy}\n[protect]\npaths = ["Production/**"]` })
    await more('Old/third', now + 20 * DAY, 'waiting')
    expect(await names(world)).toContain('Old/third')
  })

  it('a first approval counts only once something of the rule was really done', async () => {
    const { world, run } = await waiting(policyOf(asks('first')), staleMany(1))
    await world.edit('Old/p0', { description: '[keep]' })
    await approved(world, await decide(world, run, ann))
    await world.edit('Old/p0', { description: '', modified: new Date(now - 200 * DAY).toISOString() })
    expect(await world.tick(now + 5 * DAY)).toMatchObject({ status: 'waiting' })
  })
})

describe('G5 caps and approvals', () => {
  it('an approval lifts the caps of [limits] for exactly that plan', async () => {
    const policy = `[limits]\nper_run = 1\nper_day = 1\npercent = 1\n${PEOPLE}\n${asks('never')}`
    const { world, run } = await waiting(policy, staleMany(4))
    expect((await approved(world, await decide(world, run, ann))).counts).toMatchObject({ acted: 4, confirmed: 4 })
  })

  it('and never a cap of 0: the answer says so, and nothing is spent', async () => {
    const policy = `[limits]\nper_run = 0\n${PEOPLE}\n${asks('never')}`
    const { world, run } = await waiting(policy, staleMany(1))
    const decided = await decide(world, run, ann)
    expect(decided).toMatchObject({ ok: false, reason: 'not now' })
    expect(decided.ok || decided.message).toMatch(/^The policy says \[limits\] per_run = 0: none is allowed/)
    expect(await world.deletions()).toEqual([])
  })

  it('a command over a cap waits as well, and what is approved is looked at again', async () => {
    const policy = `[limits]\nper_run = 1\npercent = 100\n${PEOPLE}`
    const world = await makeWorld(policy, [{ name: 'a/x' }, { name: 'a/y' }, { name: 'b' }])
    const run = await command(world, { type: 'directory.delete', directory: 'a' })
    expect(run).toMatchObject({ status: 'waiting', counts: { acted: 0 } })
    const other = await command(world, { type: 'directory.delete', directory: 'a' })
    expect(other).toMatchObject({ status: 'refused' })
    expect(other.message).toMatch(/the plan of run .* waits for them already/)
    const done = await approved(world, await decide(world, run, ben))
    expect(done).toMatchObject({ counts: { confirmed: 2 } })
    expect(await names(world)).toEqual(['Recycle Bin/a/x', 'Recycle Bin/a/y', 'b'])
  })

  it('a waiting command is refused as a whole once something in its directory must stay', async () => {
    const policy = `[limits]\nper_run = 1\npercent = 100\n${PEOPLE}`
    const world = await makeWorld(policy, [{ name: 'a/x' }, { name: 'a/y' }])
    const run = await command(world, { type: 'directory.delete', directory: 'a' })
    await world.edit('a/y', { description: '[keep]' })
    const done = await approved(world, await decide(world, run, ben))
    expect(done).toMatchObject({ status: 'partial', counts: { acted: 0 } })
    expect(await world.deletions()).toEqual([])
  })
})
