/** G7 over the API: what waits is shown, what was shown is decided, exactly that happens, and everything else changes nothing. */

import { describe, expect, it } from 'vitest'
import type { ProposalView } from '../../src/workspace/ledger/asks.ts'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { names } from '../support/asking.ts'
import { type Asking, ask } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { problemOf, rows } from '../support/rows.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

const PEOPLE = `
[[person]]
name = "Ann"
email = "ann@example.com"
may = ["operate", "approve"]

[[person]]
name = "Ben"
email = "ben@example.com"
may = ["approve"]

[[person]]
name = "Cem"
email = "cem@example.com"
may = ["operate"]
`

const policy = (approve: 'always' | 'two') =>
  `${NO_CAPS}${PEOPLE}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', `"${approve}"`)}`

const ann: Asking = { bearer: null, access: { email: 'ann@example.com' } }
const ben: Asking = { bearer: null, access: { email: 'ben@example.com' } }
const cem: Asking = { bearer: null, access: { email: 'cem@example.com' } }

/** A world whose second tick proposes, and the plan as a program finds it. */
async function waiting(
  projects: readonly object[] = staleMany(3),
  approve: 'always' | 'two' = 'always',
): Promise<{ readonly world: World; readonly run: string; readonly plan: string }> {
  const world = await makeWorld(policy(approve), projects)
  await world.tick(now)
  expect((await world.tick(now + 2 * DAY)).status).toBe('waiting')
  const { run, hash } = (await (await ask(world, '/api/proposal')).json()) as ProposalView
  return { world, run, plan: hash }
}

function decide(world: World, run: string, body: object, asking: Asking = {}): Promise<Response> {
  return ask(world, `/api/runs/${run}/decision`, { method: 'POST', body, ...asking })
}

interface Decided {
  readonly run: string | null
  readonly missing: number
}

async function taken(answer: Response): Promise<Decided> {
  expect(answer.status).toBe(202)
  return answer.json()
}

describe('GET /api/proposal', () => {
  it('is 404 while no plan has ever waited', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    expect((await problemOf(await ask(world, '/api/proposal'), 404)).title).toBe('No plan waits')
    const { run } = await world.submitTick(now)
    await world.ended(run)
    const shown = (await (await ask(world, `/api/runs/${run}`)).json()) as { proposal: unknown }
    expect(shown.proposal).toBeNull()
    const body = { decision: 'approve', plan: '0'.repeat(64) }
    expect((await problemOf(await decide(world, run, body), 404)).detail).toBe(
      `Run ${run} has no plan that waits for people.`,
    )
  })

  it('shows what waits, until when and how many have to say yes; the run has the items and the same hash', async () => {
    const { world, run, plan } = await waiting()
    const proposal = (await (await ask(world, '/api/proposal')).json()) as ProposalView
    expect(proposal).toEqual({
      run,
      hash: plan,
      state: 'open',
      proposedAt: expect.any(String),
      expiresAt: expect.any(String),
      endedAt: null,
      needs: 1,
      approvals: [],
      endedBy: null,
      execution: null,
      waiting: 3,
      proposed: 3,
    })
    expect(Date.parse(proposal.expiresAt) - Date.parse(proposal.proposedAt)).toBe(DAY)
    const shown = (await (await ask(world, `/api/runs/${run}`)).json()) as RunRecord & { proposal: ProposalView }
    expect(shown.proposal).toEqual(proposal)
    expect(shown.plan?.hash).toBe(plan)
    expect(shown.plan?.items.map(({ name }) => name)).toEqual(['Old/p0', 'Old/p1', 'Old/p2'])
  })
})

describe('POST /api/runs/{id}/decision', () => {
  it('approve: a run executes exactly that plan, names who said yes, and both runs point to each other', async () => {
    const { world, run, plan } = await waiting()
    expect(await world.deletions()).toEqual([])
    const { run: execution, missing } = await taken(await decide(world, run, { decision: 'approve', plan }))
    expect(missing).toBe(0)
    const done = await world.ended(execution ?? '')
    expect(done).toMatchObject({ trigger: 'approval', actor: 'token', status: 'ok', counts: { confirmed: 3 } })
    expect(done.plan?.hash).toBe(plan)
    expect(await names(world)).toEqual(['Recycle Bin/Old/p0', 'Recycle Bin/Old/p1', 'Recycle Bin/Old/p2'])
    expect(await (await ask(world, '/api/proposal')).json()).toMatchObject({
      run,
      state: 'approved',
      endedBy: 'token',
      execution,
      approvals: [{ by: 'token', through: 'api', at: expect.any(String) }],
    })
  })

  it('refuse: nothing is done, then or by the next ticks, until the grace has passed once more', async () => {
    const { world, run, plan } = await waiting()
    expect(await taken(await decide(world, run, { decision: 'refuse', plan }))).toEqual({ run: null, missing: 0 })
    expect(await (await ask(world, '/api/proposal')).json()).toMatchObject({ state: 'refused', execution: null })
    expect((await world.tick(now + 2 * DAY + HOUR)).counts).toMatchObject({ due: 0, acted: 0 })
    expect(await world.deletions()).toEqual([])
    expect((await world.tick(now + 4 * DAY)).status).toBe('waiting')
  })

  it.each(['approve', 'refuse'] as const)(
    'a decision after "%s" is 409, says who decided, and does nothing',
    async (first) => {
      const { world, run, plan } = await waiting()
      const { run: execution } = await taken(await decide(world, run, { decision: first, plan }, ann))
      if (execution !== null) await world.ended(execution)
      const before = await rows(world)
      const calls = (await world.requests()).length
      for (const decision of ['approve', 'refuse']) {
        for (const asking of [ann, ben, {}]) {
          const { title, detail } = await problemOf(await decide(world, run, { decision, plan }, asking), 409)
          expect(title).toBe('Not decided')
          const how = first === 'approve' ? 'Approved' : 'Refused'
          expect(detail).toMatch(
            new RegExp(`^This plan is over: ${how} by Ann\\. .*Nothing was changed by this decision\\.$`),
          )
        }
      }
      expect(await rows(world)).toEqual(before)
      expect(await world.requests()).toHaveLength(calls)
    },
  )

  it('twenty at the same instant are one: one 202, the others 409', async () => {
    const { world, run, plan } = await waiting()
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        decide(world, run, { decision: n % 3 === 0 ? 'refuse' : 'approve', plan }, n % 2 === 0 ? ann : ben),
      ),
    )
    expect(all.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(all.filter(({ status }) => status === 409)).toHaveLength(19)
    expect((await rows(world)).filter(({ trigger }) => trigger === 'approval').length).toBeLessThanOrEqual(1)
  })

  it('of another plan than the one that waits is 409, and the plan waits on', async () => {
    const { world, run, plan } = await waiting()
    const other = plan.replace(/^./, (first) => (first === '0' ? '1' : '0'))
    for (const decision of ['approve', 'refuse']) {
      const { detail } = await problemOf(await decide(world, run, { decision, plan: other }), 409)
      expect(detail).toBe(
        `That is not the hash of the plan that waits. Its hash is ${plan} now; look at it again, then decide on that.`,
      )
    }
    expect(await world.stub.proposal()).toMatchObject({ state: 'open', waiting: 3 })
    expect(await world.deletions()).toEqual([])
  })

  it('a plan that shrank is approved for what is left of it', async () => {
    const { world, run, plan } = await waiting()
    await world.edit('Old/p1', { description: 'I need this. [keep]' })
    await world.tick(now + 2 * DAY + HOUR)
    // What is held out of a plan makes another one, so that nobody approves what they were not shown.
    const left = (await (await ask(world, '/api/proposal')).json()) as { readonly hash: string }
    expect(left).toMatchObject({ run, waiting: 2, proposed: 3 })
    expect(left.hash).not.toBe(plan)
    await problemOf(await decide(world, run, { decision: 'approve', plan }, ben), 409)
    const { run: execution } = await taken(await decide(world, run, { decision: 'approve', plan: left.hash }, ben))
    expect(await world.ended(execution ?? '')).toMatchObject({ actor: 'Ben', counts: { confirmed: 2 } })
    expect(await names(world)).toEqual(['Old/p1', 'Recycle Bin/Old/p0', 'Recycle Bin/Old/p2'])
  })

  it('a plan nothing is left of, and one that is older than a day, are over, and the answer says why', async () => {
    const empty = await waiting(staleMany(1))
    await empty.world.edit('Old/p0', { description: '[keep]' })
    await empty.world.tick(now + 2 * DAY + HOUR)
    const body = (plan: string) => ({ decision: 'approve', plan })
    const left = await problemOf(await decide(empty.world, empty.run, body(empty.plan)), 409)
    expect(left.detail).toMatch(/^This plan is over: .*Nothing was changed by this decision\.$/)
    const late = await waiting(staleMany(1))
    late.world.set({ skewMs: DAY + 1_000 })
    const { detail } = await problemOf(await decide(late.world, late.run, body(late.plan)), 409)
    expect(detail).toMatch(/^This plan is over: .*24 hours.*Nothing was changed by this decision\.$/)
    expect(await (await ask(late.world, '/api/proposal')).json()).toMatchObject({ state: 'expired', execution: null })
    for (const { world } of [empty, late]) expect(await world.deletions()).toEqual([])
  })

  it('a plan of another policy is over', async () => {
    const { world, run, plan } = await waiting()
    world.set({ policy: `${policy('always')}\n# changed\n` })
    const { detail } = await problemOf(await decide(world, run, { decision: 'approve', plan }), 409)
    expect(detail).toMatch(/policy/)
    expect(await world.stub.proposal()).toMatchObject({ state: 'policy changed' })
    expect(await world.deletions()).toEqual([])
  })

  it('while the policy cannot be used is 503, and the plan waits on', async () => {
    const { world, run, plan } = await waiting()
    const was = world.setting().policy
    world.set({ policy: 'rule = [' })
    await problemOf(await decide(world, run, { decision: 'approve', plan }), 503)
    world.set({ policy: was })
    expect(await world.stub.proposal()).toMatchObject({ state: 'open' })
  })

  it.each<[what: string, body: BodyInit, status: number, detail: RegExp]>([
    ['nothing', '', 400, /one JSON value/],
    ['no decision', '{"plan":"HASH"}', 422, /decision: must be there, as in/],
    ['no hash', '{"decision":"approve"}', 422, /plan: must be there, as in/],
    ['another word', '{"decision":"yes","plan":"HASH"}', 422, /decision: must be "approve" or "refuse"\./],
    ['half a hash', '{"decision":"approve","plan":"abc"}', 422, /plan: must be the hash of the plan, 64 characters/],
    ['a misspelt key', '{"decison":"approve","plan":"HASH"}', 422, /Did you mean "decision"\?/],
    [
      'a decision for others',
      '{"decision":"approve","plan":"HASH","by":"Ben"}',
      422,
      /"by" is not a key of this request/,
    ],
  ])('refuses %s, and decides nothing', async (_what, text, status, detail) => {
    const { world, run, plan } = await waiting(staleMany(1))
    const body = String(text).replace('HASH', plan)
    const answer = await ask(world, `/api/runs/${run}/decision`, { method: 'POST', body })
    expect((await problemOf(answer, status)).detail).toMatch(detail)
    expect(await world.stub.proposal()).toMatchObject({ state: 'open', approvals: [] })
  })

  it('on a run there is not is 404', async () => {
    const { world, plan } = await waiting(staleMany(1))
    for (const run of ['20200101-000000-000000', 'nonsense']) {
      await problemOf(await decide(world, run, { decision: 'approve', plan }), 404)
    }
  })
})

describe('a plan that needs two people', () => {
  it('acts when two different ones said yes; the same one twice is one, and a token is nobody', async () => {
    const { world, run, plan } = await waiting(staleMany(2), 'two')
    const yes = { decision: 'approve', plan }
    const token = await problemOf(await decide(world, run, yes), 403)
    expect(token.detail).toBe(
      'A rule of this plan asks for two people, and a bearer token is nobody. Approve in person.',
    )
    expect(await taken(await decide(world, run, yes, ann))).toEqual({ run: null, missing: 1 })
    const again = await problemOf(await decide(world, run, yes, ann), 403)
    expect(again.detail).toBe('Ann has approved already; another person has to.')
    const third = await problemOf(await decide(world, run, yes, cem), 403)
    expect(third.detail).toBe('Cem is not named in the policy as somebody who may approve.')
    expect(await world.deletions()).toEqual([])
    expect(await (await ask(world, '/api/proposal')).json()).toMatchObject({
      state: 'open',
      needs: 2,
      approvals: [{ by: 'Ann', through: 'api' }],
    })
    const { run: execution, missing } = await taken(await decide(world, run, yes, ben))
    expect(missing).toBe(0)
    expect(await world.ended(execution ?? '')).toMatchObject({ actor: 'Ann and Ben', counts: { confirmed: 2 } })
  })

  it('is refused by one, whoever it is: after a yes, by a token, by somebody who may operate', async () => {
    for (const asking of [{}, ben, cem]) {
      const { world, run, plan } = await waiting([stale('Old/a')], 'two')
      expect(await taken(await decide(world, run, { decision: 'approve', plan }, ann))).toMatchObject({ missing: 1 })
      expect(await taken(await decide(world, run, { decision: 'refuse', plan }, asking))).toEqual({
        run: null,
        missing: 0,
      })
      await problemOf(await decide(world, run, { decision: 'approve', plan }, ben), 409)
      expect(await world.deletions()).toEqual([])
    }
  })
})
