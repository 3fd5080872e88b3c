/** The floor under everything: what the gate asks once more at the very moment of a call, whatever was decided before. */

import { describe, expect, it } from 'vitest'
import { readPolicy } from '../../src/core/policy/policy.ts'
import { itemsOf } from '../../src/workspace/ledger/items.ts'
import { runById } from '../../src/workspace/ledger/runs.ts'
import { gate } from '../../src/workspace/running/gate.ts'
import { NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Does something while the backup is made: the re-check is over by then, and the call has not been let through. */
function whileBackingUp(world: World, act: () => unknown): void {
  let done = false
  world.set({
    fetch: async (input, init) => {
      if (!done && String(input).endsWith('/files/read')) {
        done = true
        await act()
      }
      return fetch(input, init)
    },
  })
}

describe('the gate', () => {
  it('G5 lets nothing through that a cap of 0 forbids, approved or not, and the rest of the plan goes', async () => {
    const never = rule('never', '{ path = "Never/*", idle = ">90d" }', 'delete', 'limit = { per_run = 0 }')
    const asks = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"always"')
    const world = await makeWorld(`${NO_CAPS}${never}${asks}`, [stale('Never/a'), stale('Old/b')])
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(await world.stub.proposal()).toMatchObject({ waiting: 2 })
    const plan = run.plan?.hash ?? ''
    const decided = await world.stub.decideOn({
      run: run.id,
      plan,
      decision: 'approve',
      by: { kind: 'token' },
      through: 'api',
    })
    const ended = await world.ended((decided.ok && decided.run) || '')
    expect(ended).toMatchObject({ status: 'partial', counts: { acted: 1, confirmed: 1, failed: 1 } })
    expect(ended.outcomes.find(({ outcome }) => outcome === 'failed')?.detail).toBe(
      'limit.per_run = 0 of rule "never": none is allowed.',
    )
    expect((await world.projects()).map(({ name }) => name).sort()).toEqual(['Never/a', 'Recycle Bin/Old/b'])
  })

  it('asks for the window once more: one that closes between the re-check and the call lets nothing through', async () => {
    // The window closes at midnight; a minute before it everything is due.
    const midnight = (Math.floor(now / DAY) + 3) * DAY
    const today = DAYS[new Date(midnight - HOUR).getUTCDay()]
    const policy = `${NO_CAPS}[window]\ndays = "${today}"\nhours = "00:00-24:00"\n${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')}`
    const world = await makeWorld(policy, staleMany(1))
    await world.tick(now)
    // Still inside the minute that lists are good for.
    whileBackingUp(world, () => world.set({ skewMs: 30_000 }))
    const run = await world.tick(midnight - 20_000)
    expect(run.outcomes[0]).toMatchObject({ outcome: 'changed', detail: 'The window has closed.' })
    expect(await world.deletions()).toEqual([])
  })

  it('asks for the notice once more: one that is taken back lets nothing through', async () => {
    const policy = `${NO_CAPS}[notify]\nchannels = ["webhook"]\n${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('notice = "0h"', 'notice = "24h"')}`
    const world = await makeWorld(policy, staleMany(1))
    await world.tick(now)
    await world.inside(({ storage }) =>
      storage.sql.exec(
        'INSERT OR REPLACE INTO notices (project_id, created, rule_hash, at) SELECT project_id, created, rule_hash, since FROM marks',
      ),
    )
    whileBackingUp(world, () => world.inside(({ storage }) => void storage.sql.exec('DELETE FROM notices')))
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ due: 1, acted: 0 })
    expect(run.outcomes[0]).toMatchObject({
      outcome: 'changed',
      detail: 'No message about it has been delivered long enough before.',
    })
    expect(await world.deletions()).toEqual([])
  })

  it('asks for the approval once more: a first approval that is taken back lets nothing through', async () => {
    const policy = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"first"')}`
    const world = await makeWorld(policy, [stale('Old/a'), { name: 'Work/b' }])
    await world.tick(now)
    const asked = await world.tick(now + 2 * DAY)
    const plan = asked.plan?.hash ?? ''
    const decided = await world.stub.decideOn({
      run: asked.id,
      plan,
      decision: 'approve',
      by: { kind: 'token' },
      through: 'api',
    })
    await world.ended((decided.ok && decided.run) || '')
    await world.control('reset', { workspace: [stale('Old/c', { projectId: 77 }), { name: 'Work/b' }] })
    await world.tick(now + 5 * DAY)
    const before = (await world.deletions()).length
    whileBackingUp(world, () => world.inside(({ storage }) => void storage.sql.exec('DELETE FROM first_approvals')))
    const run = await world.tick(now + 7 * DAY)
    expect(run.outcomes[0]).toMatchObject({
      outcome: 'failed',
      detail: 'Rule "old" asks for an approval, and there is none for this.',
    })
    expect(await world.deletions()).toHaveLength(before)
  })

  it('G4 issues no permit to a run that only reports, whatever else is in order', async () => {
    const text = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')}`
    const world = await makeWorld(text, staleMany(1))
    await world.tick(now)
    await world.faults({ endpoint: 'files/read', kind: 'status-403' })
    const { id } = await world.tick(now + 2 * DAY)
    const read = await readPolicy(text)
    if (!read.ok) throw new Error('The policy of this test is broken.')
    const passing = (mode: 'report' | 'act') =>
      world.inside(({ storage: { sql } }) => {
        const run = runById(sql, id)
        const row = itemsOf(sql, id)[0]
        if (run === null || row === undefined) throw new Error('The run of this test is gone.')
        const asked = { ...run, request: { kind: 'sweep', mode, rules: null } as const }
        const stands = { still: true, item: row.item } as const
        const facts = {
          now,
          listsAskedAt: now,
          policyNow: now + 2 * DAY,
          stands,
          project: null,
          verifiedBackup: 'a key',
        }
        return gate(sql, read.policy, asked, row, facts)
      })
    expect(await passing('report')).toEqual({ pass: false, outcome: 'failed', detail: 'This run only reports.' })
    expect(await passing('act')).toMatchObject({ pass: true })
  })

  it('G19 a pause between the re-check and the call lets nothing through until it is lifted', async () => {
    const world = await makeWorld(
      `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')}`,
      staleMany(1),
    )
    await world.tick(now)
    whileBackingUp(world, () => world.stub.pause('Ann'))
    const { run } = await world.submitTick(now + 2 * DAY)
    while (!(await world.stub.health()).paused) await new Promise((resolve) => setTimeout(resolve, 20))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await world.deletions()).toEqual([])
    await world.stub.resume()
    expect(await world.ended(run)).toMatchObject({ counts: { confirmed: 1 } })
  })
})
