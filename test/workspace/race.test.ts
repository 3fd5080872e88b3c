/** G7, G13, G14, G19: whatever comes at once has one effect, and whoever came second is told so. */

import { describe, expect, it } from 'vitest'
import type { Submission } from '../../src/workspace/asking/submit.ts'
import type { Decided, Decision, Who } from '../../src/workspace/ledger/asks.ts'
import type { RunRequest } from '../../src/workspace/ledger/run.ts'
import { justBefore } from '../support/moments.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const ANN: Who = { kind: 'person', name: 'Ann' }
const BEN: Who = { kind: 'person', name: 'Ben' }
const TOKEN: Who = { kind: 'token' }

const PEOPLE = `
[[person]]
name = "Ann"
email = "ann@example.com"
may = ["operate", "approve"]
[[person]]
name = "Ben"
email = "ben@example.com"
may = ["operate", "approve"]
`

function asking(approve: string): string {
  const old = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')
  return `${NO_CAPS}${old.replace('approve = "never"', `approve = "${approve}"`)}${PEOPLE}`
}

/** A world in which the plan of a run waits for people. */
async function waiting(approve = 'always', count = 3): Promise<{ world: World; run: string; plan: string }> {
  const world = await makeWorld(asking(approve), staleMany(count))
  await world.tick(now)
  const { id, status, plan } = await world.tick(now + 2 * DAY)
  expect(status).toBe('waiting')
  return { world, run: id, plan: plan?.hash ?? '' }
}

function decide(
  world: World,
  { run, plan }: { run: string; plan: string },
  by: Who,
  decision: Decision['decision'] = 'approve',
): Promise<Decided> {
  return world.stub.decideOn({ run, plan, decision, by, through: 'api' })
}

function command(triggerId: string, request: RunRequest): Submission {
  return { triggerId, trigger: 'hook', actor: 'a test', request }
}

function deletes(project: number | string): RunRequest {
  return { kind: 'command', mode: 'act', command: { type: 'project.delete', project } }
}

function executions(world: World): Promise<number> {
  return world.inside(
    ({ storage }) =>
      storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM runs WHERE "trigger" = 'approval'`).one().n,
  )
}

async function inBin(world: World): Promise<number> {
  return (await world.projects()).filter(({ name }) => name.startsWith('Recycle Bin/')).length
}

describe('G13 triggers of every kind over each other', () => {
  it('tick, sweep, hook and page ask for the same projects at once: each sees one delete', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(4), ...[1, 2, 3].map((n) => ({ name: `Work/p${n}` }))])
    await world.tick(now)
    const { projectId } = await world.project('Old/p0')
    const sweep: RunRequest = { kind: 'sweep', mode: 'act', rules: null }
    const submitted = await Promise.all([
      world.submitTick(now + 2 * DAY),
      ...[1, 2, 3].map((n) => world.stub.submit(command(`hook ${n}`, deletes(projectId)))),
      ...[1, 2].map((n) => world.stub.submit(command(`sweep ${n}`, sweep))),
      world.stub.submit(
        command('directory', {
          kind: 'command',
          mode: 'act',
          command: { type: 'directory.delete', directory: 'Old' },
        }),
      ),
      world.submitTick(now + 2 * DAY + HOUR),
    ])
    for (const { run } of submitted) await world.ended(run)
    const sent = await world.deletions()
    expect(sent).toHaveLength(4)
    expect(new Set(sent).size).toBe(4)
    expect(await inBin(world)).toBe(4)
  })

  it('G14 ten deliveries of one message at once are one run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    const { projectId } = await world.project('Old/p0')
    const all = await Promise.all(
      Array.from({ length: 10 }, () => world.stub.submit(command('the same', deletes(projectId)))),
    )
    expect(new Set(all.map(({ run }) => run)).size).toBe(1)
    expect(all.filter((one) => one.ok && !one.repeated)).toHaveLength(1)
    await world.ended(all[0]?.run ?? '')
    expect(await world.deletions()).toEqual([projectId])
  })
})

describe('G7 decisions at once', () => {
  it.each(['approve', 'refuse'] as const)(
    '%s pressed ten times has one effect; nine are told it is over',
    async (word) => {
      const { world, ...plan } = await waiting()
      const answers = await Promise.all(Array.from({ length: 10 }, () => decide(world, plan, ANN, word)))
      const won = answers.filter(({ ok }) => ok)
      expect(won).toHaveLength(1)
      for (const answer of answers) {
        if (!answer.ok) expect(answer).toMatchObject({ reason: 'over', message: expect.stringMatching(/by Ann/) })
      }
      expect(await executions(world)).toBe(word === 'approve' ? 1 : 0)
      if (won[0]?.ok && won[0].run !== null) await world.ended(won[0].run)
      expect(await world.deletions()).toHaveLength(word === 'approve' ? 3 : 0)
    },
  )

  it('approve and refuse at once: the first decides, and what it says is what happens', async () => {
    for (const words of [
      ['approve', 'refuse'],
      ['refuse', 'approve'],
    ] as const) {
      const { world, ...plan } = await waiting()
      const [first, second] = await Promise.all([
        decide(world, plan, ANN, words[0]),
        decide(world, plan, BEN, words[1]),
      ])
      expect([first.ok, second.ok]).toEqual([true, false])
      if (first.ok && first.run !== null) await world.ended(first.run)
      expect(await inBin(world)).toBe(words[0] === 'approve' ? 3 : 0)
      expect(await world.deletions()).toHaveLength(words[0] === 'approve' ? 3 : 0)
    }
  })

  it('two people approve at once where two are needed: one run', async () => {
    const { world, ...plan } = await waiting('two')
    const answers = await Promise.all([decide(world, plan, ANN), decide(world, plan, BEN)])
    expect(answers.map((one) => (one.ok ? one.missing : one.reason)).sort()).toEqual([0, 1])
    expect(await executions(world)).toBe(1)
    const run = answers.find((one) => one.ok && one.run !== null)
    expect((await world.ended(run?.ok ? (run.run ?? '') : '')).counts).toMatchObject({ confirmed: 3 })
  })

  it('one person who presses five times is one person, and a bearer is nobody', async () => {
    const { world, ...plan } = await waiting('two')
    const answers = await Promise.all([ANN, ANN, ANN, ANN, ANN, TOKEN, TOKEN].map((by) => decide(world, plan, by)))
    expect(answers.filter(({ ok }) => ok)).toEqual([{ ok: true, run: null, missing: 1 }])
    expect(answers.filter((one) => !one.ok && one.reason === 'forbidden')).toHaveLength(6)
    expect(await executions(world)).toBe(0)
    expect(await world.deletions()).toEqual([])
  })

  it('an approval that comes with the end of the 24 hours comes too late, whoever is first', async () => {
    const { world, ...plan } = await waiting()
    world.set({ skewMs: DAY - 60_000 })
    expect((await world.stub.proposalOf(plan.run))?.state).toBe('open')
    world.set({ skewMs: DAY + 1_000 })
    const [answer] = await Promise.all([decide(world, plan, ANN), world.tick(now + 2 * DAY + HOUR)])
    expect(answer).toMatchObject({ ok: false, reason: 'over' })
    expect(await executions(world)).toBe(0)
    expect((await world.stub.proposalOf(plan.run))?.state).toBe('expired')
  })

  it('an approval that comes with a new policy approves nothing', async () => {
    const { world, ...plan } = await waiting()
    world.set({ policy: `${asking('always')}\n# reviewed\n` })
    const answers = await Promise.all([decide(world, plan, ANN), decide(world, plan, BEN)])
    expect(answers.map((one) => (one.ok ? 'ok' : one.reason))).toEqual(['over', 'over'])
    expect(await world.deletions()).toEqual([])
  })

  it('a policy deployed after the approval and before its run has begun: what was approved is not done', async () => {
    const { world, ...plan } = await waiting()
    // Another run is going on, so that the approved one waits its turn.
    let going = ''
    justBefore(world, 'projects/read', 1, async () => {
      const answer = await decide(world, plan, ANN)
      going = answer.ok ? (answer.run ?? '') : answer.message
      world.set({ policy: asking('two') })
    })
    await world.tick(now + 2 * DAY + HOUR)
    const run = await world.ended(going)
    expect(run).toMatchObject({ status: 'refused', counts: { acted: 0 } })
    expect(run.message).toMatch(/policy/i)
    expect(await world.deletions()).toEqual([])
  })
})

describe('a run that is told to keep off between the gate and the call', () => {
  /** Fills every lane of the client with previews, so that the next call has to wait; gives what lets them go on. */
  async function crowded(world: World, meanwhile: () => Promise<unknown>): Promise<string> {
    let go = false
    let previews: Promise<unknown> = Promise.resolve()
    let waiting = 0
    justBefore(world, 'files/read', 1, () => {
      const before = world.setting().fetch ?? fetch
      world.set({
        fetch: async (input, init, ctx) => {
          if (String(input).endsWith('/projects/read') && !go) {
            waiting += 1
            while (!go) await new Promise((resolve) => setTimeout(resolve, 5))
          }
          return before(input, init, ctx)
        },
      })
      previews = Promise.all(Array.from({ length: 5 }, () => world.stub.plan()))
    })
    const { run } = await world.submitTick(now + 2 * DAY)
    while (waiting < 4) await new Promise((resolve) => setTimeout(resolve, 5))
    // The fifth lane is the one the backup was read through; the delete waits behind the last preview.
    while (!(await hasIntent(world, run))) await new Promise((resolve) => setTimeout(resolve, 5))
    const sent = (await world.deletions()).length
    await meanwhile()
    expect(await world.deletions()).toHaveLength(sent)
    go = true
    await previews
    return run
  }

  function hasIntent(world: World, run: string): Promise<boolean> {
    return world.inside(
      ({ storage }) =>
        storage.sql.exec(`SELECT 1 FROM items WHERE run = ? AND state = 'intent'`, run).toArray().length > 0,
    )
  }

  it('G2 a hold that is acknowledged then means that no call is made', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), { name: 'Work/b' }])
    await world.tick(now)
    const { projectId } = await world.project('Old/a')
    const run = await crowded(world, async () => {
      expect(await world.stub.hold(projectId, null, ANN)).toMatchObject({ ok: true })
    })
    const ended = await world.ended(run)
    expect(await world.deletions()).toEqual([])
    expect(ended.outcomes).toMatchObject([{ outcome: 'protected' }])
  })

  it('G19 a pause that is acknowledged then means that no call is made until it is lifted', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), { name: 'Work/b' }])
    await world.tick(now)
    const run = await crowded(world, () => world.stub.pause('Ann') as Promise<unknown>)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await world.deletions()).toEqual([])
    expect((await world.stub.run(run))?.status).toBe('running')
    await world.stub.resume()
    expect(await world.ended(run)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    expect(await world.deletions()).toHaveLength(1)
  })

  it('a stop that is acknowledged then means that no call is made', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), { name: 'Work/b' }])
    await world.tick(now)
    const run = await crowded(world, async () => {
      const [newest] = await world.stub.runs(1, null)
      expect(await world.stub.stop(newest?.id ?? '', ANN)).toBe(true)
    })
    expect((await world.ended(run)).outcomes).toMatchObject([{ outcome: 'not_attempted' }])
    expect(await world.deletions()).toEqual([])
  })
})

describe('stops', () => {
  it('of two runs one after the other are both obeyed', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    const [one, two] = [(await world.project('Old/p0')).projectId, (await world.project('Old/p1')).projectId]
    await world.stub.pause('Ann')
    const first = (await world.stub.submit(command('first', deletes(one)))).run
    const second = (await world.stub.submit(command('second', deletes(two)))).run
    expect(await world.stub.stop(second, ANN)).toBe(true)
    expect(await world.stub.stop(first, ANN)).toBe(true)
    await world.stub.resume()
    await world.ended(first)
    await world.ended(second)
    expect(await world.deletions()).toEqual([])
  })
})

describe('undo pressed twice at once', () => {
  it('renames one project back once; the second is told that it is not in the bin', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    const { id } = await world.tick(now + 2 * DAY)
    const undo: RunRequest = { kind: 'undo', mode: 'act', run: id, projectId: null }
    const [one, two] = await Promise.all([
      world.stub.submit(command('undo 1', undo)),
      world.stub.submit(command('undo 2', undo)),
    ])
    expect(await world.ended(one.run)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    const second = await world.ended(two.run)
    expect(second).toMatchObject({ status: 'refused', counts: { acted: 0 } })
    expect(second.message).toMatch(/not in the Recycle Bin/)
    expect(await world.calls('projects/update')).toBe(1)
  })

  it('rebuilds one project once; the second is told where it is', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), { name: 'Work/b' }])
    await world.control('switches', { delete: 'hard' })
    await world.tick(now)
    const { id } = await world.tick(now + 2 * DAY)
    const undo: RunRequest = { kind: 'undo', mode: 'act', run: id, projectId: null }
    const [one, two] = await Promise.all([
      world.stub.submit(command('undo 1', undo)),
      world.stub.submit(command('undo 2', undo)),
    ])
    expect(await world.ended(one.run)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    const second = await world.ended(two.run)
    const { projectId } = await world.project('Old/a')
    expect(second).toMatchObject({ status: 'refused', counts: { acted: 0 } })
    expect(second.message).toMatch(new RegExp(`rebuilt as project ${projectId}`, 'i'))
    expect(await world.calls('projects/create')).toBe(1)
  })
})
