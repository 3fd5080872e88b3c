/**
 * G23 whatever happens to a directory, in whichever stage, by whichever way it is to go. Small here; `npm run test:soak`
 * takes directories of 300, each of which takes several steps to copy and thirty batches to send.
 */

import { describe, expect, inject, it } from 'vitest'
import { bringsBack, EVENTS, holds, play, WAYS } from '../support/directories.ts'
import type {} from '../support/node/soak.ts'

const { members: COUNT } = inject('soak')
const MINUTES = 60_000
/** Commands, and the other rules, are for `npm run test:soak -- --only units`. */
const SHORT = ['a rule that deletes', 'a rule that archives what is idle']

describe.each(WAYS.filter(({ name }) => COUNT >= 100 || SHORT.includes(name)))('G23 $name', (way) => {
  it.each(way.stages)(
    'something happens while it is %s',
    async (stage) => {
      const played = await play(way, stage, EVENTS, COUNT)
      for (const cell of played.cells) holds(way, stage, cell)
      const held = played.cells.find(({ event }) => event === 'held')
      if (stage === 'sending' && held !== undefined) await bringsBack(played, held)
    },
    COUNT > 100 ? 60 * MINUTES : 10 * MINUTES,
  )
})

describe.runIf(COUNT >= 100)('G23 a directory of many', () => {
  it.each(WAYS)(
    '$name: takes no more calls than it needs',
    async (way) => {
      const { world, cells } = await play(way, 'sending', ['quiet'], COUNT)
      const [cell] = cells
      if (cell === undefined) throw new Error('There is no run.')
      holds(way, 'sending', cell)
      // The scan and the proof of its end are the run's: six.
      const activity = way.policy?.includes('idle') === true ? COUNT : 0
      expect(cell.run.apiCalls - 6).toBeLessThanOrEqual(3 * COUNT + activity + 2 * Math.ceil(COUNT / 10) + 4)
      expect((await world.requests()).length).toBeGreaterThan(COUNT)
    },
    30 * MINUTES,
  )
})

describe.runIf(COUNT >= 100)('G23 a directory of 300', () => {
  it(
    'is killed while it is read, and goes whole; and while it goes, and stops there, and all that went is named',
    async () => {
      const [way] = WAYS.filter(({ policy }) => policy === null)
      if (way === undefined) throw new Error('There is no command.')
      for (const stage of ['reading', 'sending'] as const) {
        const { cells } = await play(way, stage, ['killed'], 300)
        for (const cell of cells) holds(way, stage, cell)
        expect(cells).toHaveLength(1)
      }
    },
    10 * MINUTES,
  )
})
