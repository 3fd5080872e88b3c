/**
 * A model of the world against the real Worker: thousands of little histories of ticks, people, commands, decisions, faults
 * and killed processes. `npm run test:chaos -- --runs 5000` makes as many as one likes.
 */

import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import type {} from '../support/node/chaos.ts'
import { histories, type Step } from './actions.ts'
import { happen } from './history.ts'

const { runs, seed: given } = inject('chaos')
const seed = given === 0 ? Date.now() % 1_000_000_007 : given
const SHARDS = 8

describe.concurrent(`every promise, over ${runs} histories made from seed ${seed}`, () => {
  for (let shard = 0; shard < SHARDS; shard++) {
    it(`holds in part ${shard + 1} of ${SHARDS}`, async () => {
      await fc.assert(
        fc.asyncProperty(histories, async (steps) => {
          const broken = await happen(steps)
          expect(broken, told(steps)).toEqual([])
        }),
        {
          numRuns: Math.ceil(runs / SHARDS),
          seed: seed + shard,
          endOnFailure: false,
          interruptAfterTimeLimit: 3_600_000,
        },
      )
    }, 3_700_000)
  }
})

function told(steps: readonly Step[]): string {
  return steps.map((step) => JSON.stringify(step)).join('\n')
}
