/** G8: what is due is looked at again just before it goes, and whatever changed since the plan stays. */

import { describe, expect, it } from 'vitest'
import { RECHECK } from '../support/lists.ts'
import { beforeSingleRead, nextSecond } from '../support/moments.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

/** Does something once, just before the nth request to an endpoint goes out. */
function justBefore(world: World, endpoint: string, nth: number, act: () => Promise<unknown> | unknown): void {
  let seen = 0
  world.set({
    fetch: async (input, init) => {
      if (String(input).endsWith(`/${endpoint}`)) {
        seen += 1
        if (seen === nth) await act()
      }
      return fetch(input, init)
    },
  })
}

/** An edit a second later: in the second in which its files are read one would look like our own doing. */
async function editLater(world: World, project: string, fields: object): Promise<void> {
  await nextSecond()
  await world.edit(project, fields)
}

describe('G8 an edit between the plan and the re-check saves the project', () => {
  it.each([
    [
      'saves a file',
      { files: [{ name: 'main.py', content: '# new\n' }] },
      'changed',
      /not due any more|modified since/,
    ],
    ['renames it', { name: 'Old/renamed', modified: now - 200 * DAY }, 'changed', /It is called "Old\/renamed" now/],
    ['moves it elsewhere', { name: 'Work/a', modified: now - 200 * DAY }, 'changed', /It is called "Work\/a" now/],
    ['touches it', {}, 'changed', /not due any more/],
    ['edits it long ago', { modified: now - 150 * DAY }, 'changed', /It has been modified since/],
    ['deploys it', { live: [{ status: 'Running' }], modified: now - 200 * DAY }, 'protected', /It runs live/],
    ['holds it', { description: '[keep]', modified: now - 200 * DAY }, 'protected', /Its description holds it/],
    ['encrypts it', { encrypted: true, modified: now - 200 * DAY }, 'protected', /It is encrypted/],
  ])('when a person %s', async (_what, fields, outcome, detail) => {
    const world = await makeWorld(DELETE_OLD, staleMany(5))
    await world.tick(now)
    justBefore(world, 'projects/read', RECHECK, () => editLater(world, 'Old/p1', fields))
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ due: 5, acted: 4, confirmed: 4, skipped: 1 })
    const left = run.outcomes.find((one) => one.name === 'Old/p1')
    expect(left).toMatchObject({ outcome, backup: null })
    expect(left?.detail).toMatch(detail)
    expect(await world.deletions()).toHaveLength(4)
  })

  it('when a person links it as a library or starts a backtest that the rule asks for', async () => {
    const when = '{ path = "Old/*", idle = ">90d" }'
    const policy = `${NO_CAPS}${rule('old', when, 'delete', 'unless = { last-backtest = "<30d" }')}`
    const world = await makeWorld(policy, [...staleMany(3), { name: 'Work/a' }])
    await world.tick(now)
    const linked = (await world.project('Old/p0')).projectId
    justBefore(world, 'projects/read', RECHECK, async () => {
      await world.edit('Work/a', { libraries: [linked] })
      await world.edit('Old/p1', { backtests: [{ created: now }], modified: now - 200 * DAY })
    })
    const run = await world.tick(now + 2 * DAY)
    const outcomes = Object.fromEntries(run.outcomes.map((one) => [one.name, one.outcome]))
    expect(outcomes).toMatchObject({ 'Old/p0': 'protected', 'Old/p2': 'done' })
    expect(outcomes['Old/p1']).toBe('changed')
    expect(await world.deletions()).toHaveLength(1)
  })

  it('when somebody else deletes it first: already, and no call is made', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(2), ...[1, 2, 3, 4].map((n) => ({ name: `Work/p${n}` }))])
    await world.tick(now)
    justBefore(world, 'projects/read', RECHECK, () => world.edit('Old/p0', { name: 'Recycle Bin/Old/p0' }))
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes.find((one) => one.name === 'Old/p0')).toMatchObject({ outcome: 'already' })
    expect(run).toMatchObject({ status: 'ok', counts: { acted: 1, confirmed: 1, skipped: 1 } })
  })

  it.each([
    ['is not found', { success: false, errors: ['Project not found'] }, 'already', /Somebody else removed it/],
    ['is still there', null, 'changed', /The list does not hold it any more/],
    ['cannot be told', { success: true, projects: [] }, 'changed', /The list does not hold it any more/],
  ])('when the list leaves it out and a single look says that it %s', async (_what, single, outcome, detail) => {
    const world = await makeWorld(DELETE_OLD, staleMany(6))
    await world.tick(now)
    const { projectId } = await world.project('Old/p0')
    let lists = 0
    world.set({
      fetch: async (input, init) => {
        if (!String(input).endsWith('/projects/read')) return fetch(input, init)
        if (String(init?.body).includes('projectId'))
          return single === null ? fetch(input, init) : Response.json(single)
        const body = (await (await fetch(input, init)).json()) as { projects: { projectId: number }[] }
        lists += 1
        const projects = lists < RECHECK ? body.projects : body.projects.filter((row) => row.projectId !== projectId)
        return Response.json({ ...body, projects })
      },
    })
    const run = await world.tick(now + 2 * DAY)
    const left = run.outcomes.find((one) => one.projectId === projectId)
    expect(left).toMatchObject({ outcome, detail: expect.stringMatching(detail) })
    expect(await world.deletions()).not.toContain(projectId)
    expect(run.counts).toMatchObject({ confirmed: 5, skipped: 1 })
  })

  it('when the name it would be moved to is taken meanwhile', async () => {
    const archive = rule('old', '{ path = "Old/*", idle = ">90d" }', 'archive', 'to = "Archive/{path}"')
    const world = await makeWorld(NO_CAPS + archive, [stale('Old/a'), { name: 'Work/a' }])
    await world.tick(now)
    justBefore(world, 'projects/read', RECHECK, () => world.edit('Work/a', { name: 'Archive/Old/a' }))
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ outcome: 'changed', detail: '"Archive/Old/a" is taken now.' }])
    expect(await world.calls('projects/update')).toBe(0)
  })
})

describe('G8 what a single look shows just before the call counts, whatever it is', () => {
  const NOTE = `${NO_CAPS}[protect]\npaths = ["Safe/**"]\n${rule('note', '{ path = "Old/*", stamped = false }', 'describe', 'to = "looked at"')}`

  it.each([
    ['renames it', { name: 'Old/renamed' }],
    ['moves it to where no rule is', { name: 'Work/p0' }],
    ['moves it to where it is protected', { name: 'Safe/p0' }],
    ['moves it to the Recycle Bin', { name: 'Recycle Bin/Old/p0' }],
    ['gives it away', { ownerId: 456 }],
    ['works on it', { modified: now + 1_000 }],
    ['writes a description', { description: 'mine' }],
  ])('when a person %s', async (_what, fields) => {
    const world = await makeWorld(NOTE, [stale('Old/p0')])
    const { projectId } = await world.project('Old/p0')
    await world.tick(now)
    beforeSingleRead(world, () => world.control('edit', { projectId, modified: now - 200 * DAY, ...fields }))
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ projectId, outcome: expect.stringMatching(/changed|protected/) }])
    expect(await world.calls('projects/update')).toBe(0)
  })
})

describe('G8 a directory that changes while it is worked on', () => {
  it('one member edited before the re-check saves all of it', async () => {
    const policy = `${NO_CAPS}${rule('dirs', '{ path = "Old/*", idle = ">90d" }', 'delete', 'unit = "directory"')}`
    const world = await makeWorld(policy, [stale('Old/x/a'), stale('Old/x/b'), stale('Old/y/c')])
    await world.tick(now)
    justBefore(world, 'projects/read', RECHECK, () => editLater(world, 'Old/x/b', {}))
    const run = await world.tick(now + 2 * DAY)
    const outcomes = Object.fromEntries(run.outcomes.map((one) => [one.name, one.outcome]))
    expect(outcomes).toEqual({ 'Old/x/a': 'changed', 'Old/x/b': 'changed', 'Old/y/c': 'done' })
  })

  it('one edited between two batches saves the rest, and the run is partial', async () => {
    const policy = `${NO_CAPS}${rule('dirs', '{ path = "Old/*", idle = ">90d" }', 'delete', 'unit = "directory"')}`
    const members = Array.from({ length: 14 }, (_, n) => stale(`Old/x/p${String(n).padStart(2, '0')}`))
    const world = await makeWorld(policy, members)
    await world.tick(now)
    // A directory is looked at before each batch.
    justBefore(world, 'projects/read', RECHECK + 1, () => editLater(world, 'Old/x/p13', {}))
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'partial', counts: { due: 14, confirmed: 10, skipped: 4 } })
    expect((await world.project('Old/x/p13')).name).toBe('Old/x/p13')
  })
})

describe('G8 lists grow old', () => {
  it('over a minute after they were asked for they prove nothing: they are read again before the call', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a')])
    await world.tick(now)
    const earlier = await world.calls('projects/read')
    justBefore(world, 'files/read', 1, () => world.aMinuteLater())
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'ok', counts: { acted: 1, confirmed: 1 } })
    // Scan and proof, first re-check, the second one because of the age, confirm.
    expect((await world.calls('projects/read')) - earlier).toBe(5 + 3)
  })

  it('an edit in that minute is seen by the second look', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), stale('Old/b')])
    await world.tick(now)
    justBefore(world, 'files/read', 1, async () => {
      world.aMinuteLater()
      await world.edit('Old/a', { description: '[keep]', modified: now - 200 * DAY })
    })
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes.find((one) => one.name === 'Old/a')).toMatchObject({ outcome: 'protected' })
    expect(await world.deletions()).toHaveLength(1)
  })

  it('an item whose lists are always too old is given up, not acted on', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a')])
    await world.tick(now)
    world.set({
      fetch: (input, init) => {
        if (String(input).endsWith('/live/list')) world.aMinuteLater()
        return fetch(input, init)
      },
    })
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 0, failed: 1 } })
    expect(run.outcomes[0]?.detail).toMatch(/^Given up after 4 tries\. The lists grew older than a minute\./)
    expect(await world.deletions()).toEqual([])
  })

  it('a new policy deployed during the run ends the acting with the batch at hand', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(12))
    await world.tick(now)
    justBefore(world, 'projects/delete', 1, () => world.set({ policy: `${DELETE_OLD}\n# reviewed again\n` }))
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ acted: 10, confirmed: 10, notAttempted: 2 })
    expect(run.message).toMatch(/A new policy was deployed during the run; what had not been done was left\./)
    expect(await world.deletions()).toHaveLength(10)
  })
})
