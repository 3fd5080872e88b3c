/** The main job, end to end: a stale directory is marked, and two weeks later backed up, deleted, confirmed and logged. */

import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, makeWorld, WEEK } from '../support/world.ts'

const POLICY = `
[[rule]]
id = "stale-research"
why = "Folders nobody opened for a quarter hide the active ones."
unit = "directory"
when = { path = "Research/*", idle = ">90d" }
then = "delete"
after = "14d"
notice = "0h"
approve = "never"
enforce = true
`

function sumOfStates({ counts }: RunRecord): number {
  return counts.kept + counts.protected + counts.held + counts.notJudged + counts.marked + counts.due
}

describe('the main job', () => {
  it('marks a stale directory at the first tick and deletes it at the second, two weeks later', async () => {
    const now = Date.now()
    const old = { created: now - 400 * DAY, modified: now - 200 * DAY }
    const world = await makeWorld(POLICY, [
      { name: 'Research/old/a', ...old },
      { name: 'Research/old/b', ...old },
      { name: 'Research/old', ...old },
      { name: 'Research/older/x', ...old, modified: now - DAY },
      { name: 'Research', ...old },
      ...Array.from({ length: 40 }, (_, n) => ({ name: `Live/p${n}`, created: now - 300 * DAY, modified: now - DAY })),
    ])
    const first = await world.tick(now)
    expect(first).toMatchObject({
      status: 'ok',
      counts: { inventory: 45, marked: 2, due: 0, acted: 0 },
      apiCalls: 6 + 4,
    })
    expect(await world.calls('projects/delete')).toBe(0)

    const second = await world.tick(now + 2 * WEEK)
    expect(second).toMatchObject({ status: 'ok', counts: { due: 2, acted: 2, confirmed: 2, failed: 0, unsure: 0 } })
    expect([sumOfStates(first), sumOfStates(second)]).toEqual([45, 45])
    expect(second.outcomes.every((outcome) => outcome.backup !== null && outcome.outcome === 'done')).toBe(true)
    const names = (await world.projects()).map((project) => project.name)
    expect(names.filter((name) => name.startsWith('R')).sort()).toEqual([
      'Recycle Bin/Research/old/a',
      'Recycle Bin/Research/old/b',
      'Research',
      'Research/old',
      'Research/older/x',
    ])
  })

  it('archives and moves by renaming, numbers a name that is taken, and confirms by reading the list', async () => {
    const world = await makeWorld(
      `${NO_CAPS}
      ${rule('archive-old', '{ path = "Old/*", idle = ">90d" }', 'archive', 'to = "Archive/{path}"')}
      ${rule('move-tmp', '{ path = "Tmp/*", idle = ">90d" }', 'move', 'to = "Attic/{name}"')}`,
      [stale('Old/a'), stale('Archive/Old/a'), stale('Tmp/b'), { name: 'Tmp/new' }],
    )
    const now = Date.now()
    const first = await world.tick(now)
    expect(first.counts).toMatchObject({ marked: 2, acted: 0 })
    const second = await world.tick(now + 2 * DAY)
    expect(second).toMatchObject({ status: 'ok', counts: { due: 2, acted: 2, confirmed: 2 } })
    expect(sumOfStates(second)).toBe(4)
    const names = (await world.projects()).map((project) => project.name).sort()
    expect(names).toEqual(['Archive/Old/a', 'Archive/Old/a 2', 'Attic/b', 'Tmp/new'])
  })

  it('describes by replacing only its own last line, and a second time only when there is something to say', async () => {
    const world = await makeWorld(
      rule('note', '{ path = "Notes/*", age = ">3d" }', 'describe', 'to = "owner {owner}"'),
      [stale('Notes/empty'), stale('Notes/full', { description: 'Two lines\nof a person' })],
    )
    const now = Date.now()
    await world.tick(now)
    const second = await world.tick(now + 2 * DAY)
    expect(second).toMatchObject({ status: 'ok', counts: { acted: 2, confirmed: 2 } })
    expect((await world.project('Notes/full')).description).toBe('Two lines\nof a person\nleansweep: owner Mia')
    expect((await world.project('Notes/empty')).description).toBe('leansweep: owner Mia')
    const third = await world.tick(now + 9 * DAY)
    expect(third.counts).toMatchObject({ due: 0, acted: 0, kept: 2 })
    expect(await world.calls('projects/update')).toBe(2)
  })

  it('puts every run on record in KV, chained to the one before, and an inventory of every good one', async () => {
    const world = await makeWorld(POLICY, [stale('Research/old/a')])
    const now = Date.now()
    const first = await world.tick(now)
    const second = await world.tick(now + DAY)
    expect(first.audit).toEqual({ previous: null, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(second.audit.previous).toBe(first.audit.hash)
    for (const { id } of [first, second]) {
      const { keys } = await world.log.list({ prefix: 'run/' })
      expect(keys.filter((key) => key.name.endsWith(id))).toHaveLength(1)
    }
    const stored = await world.stub.inventories(10, null)
    expect(stored.map(({ run }) => run)).toEqual([second.id, first.id])
    for (const { key } of stored) expect(await world.log.get(key)).not.toBeNull()
  })
})
