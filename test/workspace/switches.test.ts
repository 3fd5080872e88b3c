/** The main job under every reading of what QuantConnect does not document: the sandbox has a switch for each. */

import { describe, expect, it } from 'vitest'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, makeWorld } from '../support/world.ts'

const now = Date.now()

const POLICY = `${NO_CAPS}
${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')}
${rule('put-away', '{ path = "Tmp/*", idle = ">90d" }', 'archive', 'to = "Archive/{path}"')}
${rule('note', '{ path = "Notes/*", description = "empty", stamped = false }', 'describe', 'to = "say what this is"')}`

const SWITCHES: readonly (readonly [string, string | number])[] = [
  ['dates', 'iso'],
  ['errorsOnSuccess', 'empty'],
  ['parameters', 'named'],
  ['parameters', 'records'],
  ['parameters', 'map'],
  ['libraries', 'ids'],
  ['collaborators', 'old'],
  ['order', 'created'],
  ['order', 'id'],
  ['order', 'name'],
  ['order', 'random'],
  ['endPastLast', 'refuse'],
  ['startPastLast', 'refuse'],
  ['pagingCountsBin', 'no'],
  ['count', 'present'],
  ['withoutOrganization', 'preferred'],
  ['nameCase', 'insensitive'],
  ['uniqueness', 'organization'],
  ['nameCharacters', 'loose'],
  ['nameSpaces', 'clean'],
  ['delete', 'hard'],
  ['binCollision', 'allow'],
  ['renameMoves', 'no'],
  ['descriptionMoves', 'no'],
  ['fileMoves', 'no'],
  ['deleteMoves', 'yes'],
  ['openMoves', 'yes'],
  ['deleteLive', 'allow'],
  ['deleteLibrary', 'allow'],
]

describe.concurrent('the main job under another reading of the API', () => {
  it.each(SWITCHES)(
    '%s = %s: deletes, archives and describes what is due, confirmed, and nothing else',
    async (name, value) => {
      const kept = [
        stale('Old/live', { live: [{ status: 'Running' }], modified: now - 200 * DAY }),
        stale('Old/lib', { projectId: 5_000 }),
        stale('Old/held', { description: '[keep]' }),
        stale('Work/a', { libraries: [5_000], parameters: [{ key: 'fast', value: '10' }] }),
      ]
      const world = await makeWorld(POLICY, [
        stale('Old/a', { parameters: [{ key: 'slow', value: '50' }] }),
        stale('Recycle Bin/Old/a', { binned: now - DAY }),
        stale('Tmp/b'),
        stale('Notes/c'),
        ...kept,
      ])
      await world.control('switches', { [name]: value })
      expect((await world.tick(now)).counts).toMatchObject({ marked: 3, acted: 0 })
      const run = await world.tick(now + 2 * DAY)
      expect(run).toMatchObject({ status: 'ok', counts: { due: 3, acted: 3, confirmed: 3 } })
      expect(await world.deletions()).toHaveLength(1)
      const names = (await world.projects()).map((project) => project.name)
      expect(names).toEqual(
        expect.arrayContaining(['Old/live', 'Old/lib', 'Old/held', 'Work/a', 'Archive/Tmp/b', 'Notes/c']),
      )
      expect(names.filter((one) => /^(Old\/a|Tmp\/)/.test(one))).toEqual([])
      const later = await world.tick(now + 9 * DAY)
      expect(later).toMatchObject({ status: 'ok', counts: { acted: 0 } })
    },
  )
})

describe('an API that refuses', () => {
  it('a delete because the bin has that name: failed with its words, and the others go on', async () => {
    const world = await makeWorld(POLICY, [
      stale('Old/a'),
      stale('Old/b'),
      stale('Recycle Bin/Old/a', { binned: now - DAY }),
    ])
    await world.control('switches', { binCollision: 'error' })
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'partial', counts: { confirmed: 1, failed: 1 } })
    expect(run.outcomes.find((one) => one.name === 'Old/a')?.detail).toMatch(/refused: Project name already exists/)
  })
})
