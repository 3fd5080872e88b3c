/** What somebody asks for goes the way of every plan: protections, holds, caps, backup, re-check, confirmation. */

import { describe, expect, it } from 'vitest'
import { command, idOf, names } from '../support/asking.ts'
import { NO_CAPS, stale } from '../support/policies.ts'
import { DAY, makeWorld } from '../support/world.ts'

const now = Date.now()

describe('project.update', () => {
  it('changes name, description and parameters in one call, seen to by a new list', async () => {
    const parameters = [
      { key: 'fast', value: '5' },
      { key: 'slow', value: '20' },
    ]
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old', parameters }, { name: 'a/y' }])
    const project = await idOf(world, 'a/x')
    const change = { name: 'b/x', description: 'new & "better"', parameters: { slow: '21', fast: null, mid: '9' } }
    const run = await command(world, { type: 'project.update', project, ...change })
    expect(run).toMatchObject({ status: 'ok', counts: { acted: 1, confirmed: 1 } })
    expect(run.outcomes[0]).toMatchObject({ action: 'update', outcome: 'done', rule: null, projectId: project })
    expect(await world.project('b/x')).toMatchObject({
      description: 'new & "better"',
      parameters: [
        { key: 'slow', value: '21' },
        { key: 'mid', value: '9' },
      ],
    })
    expect(await world.calls('projects/update')).toBe(1)
    expect(run.apiCalls).toBe(8)
  })

  it('finds the project by its exact name', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'A/x' }])
    await command(world, { type: 'project.update', project: 'a/x', description: 'this one' })
    expect((await world.project('a/x')).description).toBe('this one')
    expect((await world.project('A/x')).description).toBe('')
  })

  it('what is already so is no call, and says so', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'same' }])
    const run = await command(world, { type: 'project.update', project: 'a/x', description: 'same' })
    expect(run).toMatchObject({ status: 'ok', counts: { acted: 0 }, warnings: ['It already is as it should be.'] })
    expect(await world.calls('projects/update')).toBe(0)
  })

  it('a name that is taken is refused, with the reason', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'a/y' }])
    const run = await command(world, { type: 'project.update', project: 'a/x', name: 'a/y' })
    expect(run).toMatchObject({ status: 'refused', message: '"a/y" may not be its name: another project has it.' })
    expect(await world.calls('projects/update')).toBe(0)
  })

  it('G15 a command is activity: what it touched is idle no more', async () => {
    const policy = `${NO_CAPS}[[rule]]\nid = "old"\nwhy = "Test."\nwhen = { idle = ">90d" }\nthen = "report"`
    const world = await makeWorld(policy, [stale('a/x'), stale('a/y')])
    await command(world, { type: 'project.update', project: 'a/x', description: 'touched' })
    const run = await world.tick(Date.now())
    expect(run.counts.inventory).toBe(2)
    expect((await world.why('a/x')).sentences.join(' ')).toBe('It is kept. No rule selects it.')
    expect((await world.why('a/y')).sentences.join(' ')).toMatch(/Rule "old" selects it/)
  })
})

describe('project.delete and directory.delete', () => {
  it('deletes at once, backed up and confirmed: grace, window and the 48 hours belong to rules', async () => {
    const world = await makeWorld(`${NO_CAPS}[window]\ndays = "Mon"\nhours = "00:00-00:01"`, [
      { name: 'a/x' },
      { name: 'a/y' },
    ])
    const run = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(run).toMatchObject({ status: 'ok', counts: { acted: 1, confirmed: 1 } })
    expect(run.outcomes[0]?.backup).toMatch(/^backup\//)
    expect(await names(world)).toEqual(['Recycle Bin/a/x', 'a/y'])
  })

  it('G21 a directory is what is strictly inside it', async () => {
    const inside = ['R/old/x', 'R/old/deep/y']
    const around = ['R', 'R/old', 'R/older/x', 'r/old/z']
    const world = await makeWorld(
      NO_CAPS,
      [...inside, ...around].map((name) => ({ name })),
    )
    const run = await command(world, { type: 'directory.delete', directory: 'R/old' })
    expect(run).toMatchObject({ status: 'ok', counts: { confirmed: 2 } })
    expect(await names(world)).toEqual([...inside.map((name) => `Recycle Bin/${name}`), ...around].sort())
  })

  it('one project that must stay refuses the whole directory, by name, and nothing is done', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'a/y', description: '[keep]' }])
    const run = await command(world, { type: 'directory.delete', directory: 'a' })
    expect(run.status).toBe('refused')
    expect(run.message).toMatch(/^"a\/y" \(\d+\) may not be deleted\. Its description holds it for ever\./)
    expect(await world.deletions()).toEqual([])
  })

  it('one that must stay only since the plan was made: the rest stays, and the run is partial', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'a/y' }])
    const y = await world.project('a/y')
    let lists = 0
    world.set({
      fetch: async (input, init) => {
        // Between the survey and the re-check somebody holds one of them.
        if (String(input).endsWith('projects/read')) {
          lists += 1
          if (lists === 3) await world.control('edit', { projectId: y.projectId, description: '[keep]' })
        }
        return fetch(input, init)
      },
    })
    const run = await command(world, { type: 'directory.delete', directory: 'a' })
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 0, skipped: 2 } })
    expect(run.message).toMatch(/"a\/y" .* may not be deleted/)
    expect(run.outcomes.map(({ detail }) => detail).join()).toMatch(/"a\/y" .* may not be deleted/)
    expect(await world.deletions()).toEqual([])
  })

  it('a project edited since the plan was made is left alone', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    let lists = 0
    world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('projects/read')) {
          lists += 1
          if (lists === 3) await world.edit('a/x', { modified: new Date(Date.now() + 5_000).toISOString() })
        }
        return fetch(input, init)
      },
    })
    const run = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(run.outcomes[0]).toMatchObject({ outcome: 'changed' })
    expect(await world.deletions()).toEqual([])
  })

  it('G2 what the policy protects, what runs live and what is not ours is refused', async () => {
    const policy = `${NO_CAPS}[protect]\npaths = ["Production/**"]`
    const live = { name: 'b/live', live: [{ status: 'Running' }] }
    const world = await makeWorld(policy, [
      { name: 'Production/x' },
      live,
      { name: 'c/theirs', ownerId: 9, owner: false },
    ])
    for (const name of ['Production/x', 'b/live', 'c/theirs']) {
      expect(await command(world, { type: 'project.delete', project: name })).toMatchObject({ status: 'refused' })
    }
    expect(await world.deletions()).toEqual([])
  })

  it('G1 with an unreadable live list nothing is deleted', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    await world.faults({ endpoint: 'live/list', kind: 'status-403' })
    const run = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(['refused', 'blocked']).toContain(run.status)
    expect(await world.deletions()).toEqual([])
  })

  it('G6 below the evidence floor a command does nothing either', async () => {
    const world = await makeWorld(
      NO_CAPS,
      Array.from({ length: 10 }, (_, n) => ({ name: `a/p${n}` })),
    )
    await world.tick(now)
    await world.faults({ endpoint: 'projects/read', kind: 'short' })
    const run = await command(world, { type: 'project.delete', project: 'a/p0' })
    expect(run.status).toBe('blocked')
    expect(await world.deletions()).toEqual([])
  })

  it('a command marks nothing and leaves the last survey as it was', async () => {
    const policy = `${NO_CAPS}[[rule]]\nid = "old"\nwhy = "Test."\nwhen = { last-backtest = ">9d" }\nthen = "delete"\nnotice = "0h"`
    const world = await makeWorld(policy, [stale('a/x'), stale('a/y')])
    await world.tick(now)
    const marked = () =>
      world.inside(({ storage: { sql } }) => sql.exec<{ project_id: number }>('SELECT project_id FROM marks').toArray())
    expect(await marked()).toHaveLength(2)
    await command(world, { type: 'project.update', project: 'a/y', description: 'x' })
    // A call to a project ends its own marks (G22), and no other.
    expect(await marked()).toEqual([{ project_id: (await world.project('a/x')).projectId }])
    expect(await world.why('a/x')).toMatchObject({ verdict: 'marked' })
  })

  it('commands count in the caps of the day', async () => {
    const policy = '[limits]\nper_run = 9\nper_day = 1\npercent = 100'
    const world = await makeWorld(policy, [{ name: 'a/x' }, { name: 'a/y' }])
    expect(await command(world, { type: 'project.delete', project: 'a/x' })).toMatchObject({ status: 'ok' })
    const second = await command(world, { type: 'project.delete', project: 'a/y' })
    expect(second).toMatchObject({ status: 'waiting', counts: { acted: 0 } })
    expect(second.message).toMatch(/2 projects .* today, but at most 1 may be/)
    expect(await world.deletions()).toHaveLength(1)
  })
})

describe('stop', () => {
  it('halts a run before its next mutating call; what it had done stays done and is confirmed', async () => {
    const world = await makeWorld(
      NO_CAPS,
      Array.from({ length: 6 }, (_, n) => ({ name: `a/p${n}` })),
    )
    let deletes = 0
    let run = ''
    world.set({
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        if (String(input).endsWith('projects/delete')) {
          deletes += 1
          if (deletes === 2) expect(await world.stub.stop(run, { kind: 'person', name: 'Ann' })).toBe(true)
        }
        return answer
      },
    })
    const submission = {
      triggerId: crypto.randomUUID(),
      trigger: 'api',
      actor: 'token',
      request: { kind: 'command', mode: 'act', command: { type: 'directory.delete', directory: 'a' } },
    } as const
    run = (await world.stub.submit(submission)).run
    const ended = await world.ended(run)
    expect(await world.deletions()).toHaveLength(2)
    expect(ended).toMatchObject({ status: 'partial', counts: { acted: 2, confirmed: 2 } })
    expect(ended.outcomes.filter(({ detail }) => detail === 'Stopped by Ann.')).toHaveLength(4)
    expect(await world.stub.stop(run, { kind: 'token' })).toBe(false)
  })
})

describe('G12 a command whose answer was lost', () => {
  it('is unsure, is not sent again, and a later survey settles it', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'a/y' }])
    await world.faults({ endpoint: 'projects/update', calls: [1], kind: 'reset-before' })
    const run = await command(world, { type: 'project.update', project: 'a/x', description: 'new' })
    expect(run.outcomes[0]).toMatchObject({ outcome: 'unsure' })
    world.aMinuteLater()
    const later = await world.tick(now + DAY)
    expect(later.outcomes[0]).toMatchObject({ outcome: 'failed', action: 'update' })
    expect(await world.calls('projects/update')).toBe(1)
  })
})
