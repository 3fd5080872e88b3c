/** Nothing starves: what cannot be looked at keeps nothing else from being settled, now or in a later survey. */

import { describe, expect, it } from 'vitest'
import { command, idOf } from '../support/asking.ts'
import { NO_CAPS } from '../support/policies.ts'
import { HOUR, makeWorld } from '../support/world.ts'

const now = Date.now()

describe('unsure outcomes', () => {
  it('are settled oldest first, and one that can never be looked at keeps none from its turn', async () => {
    const world = await makeWorld(
      NO_CAPS,
      ['a', 'b', 'c', 'd', 'stays'].map((name) => ({ name })),
    )
    const [a, b, c, d] = [
      await idOf(world, 'a'),
      await idOf(world, 'b'),
      await idOf(world, 'c'),
      await idOf(world, 'd'),
    ]
    // Whether they are gone cannot be seen at first: the list after each delete is refused.
    let blind = false
    const unreadable = new Set([a])
    world.set({
      fetch: async (input, init) => {
        const path = String(input)
        const id = Number(/projectId\D+(\d+)/.exec(String(init?.body))?.[1])
        if (path.endsWith('projects/delete')) blind = true
        const isLook = path.endsWith('projects/read')
        if (isLook && (unreadable.has(id) || (blind && Number.isNaN(id)))) return new Response('', { status: 403 })
        return fetch(input, init)
      },
    })
    for (const project of [a, b, c, d]) {
      // All but the last are gone for good, so that each needs a look of its own.
      await world.control('switches', { delete: project === d ? 'soft' : 'hard' })
      const run = await command(world, { type: 'project.delete', project })
      expect(run.outcomes).toMatchObject([{ projectId: project, outcome: 'unsure' }])
      blind = false
    }
    world.aMinuteLater()
    const settled: number[] = []
    for (const hours of [1, 2, 3]) {
      const run = await world.tick(now + hours * HOUR)
      settled.push(...run.outcomes.map(({ projectId }) => projectId))
    }
    expect(settled).toEqual([d, b, c])
    unreadable.clear()
    expect((await world.tick(now + 4 * HOUR)).outcomes).toMatchObject([{ projectId: a, outcome: 'done' }])
  })
})
