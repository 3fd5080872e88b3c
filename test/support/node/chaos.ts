/** How many sequences test/chaos makes and from which seed: CHAOS_…, which the commands set; a short share without them. */

import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /**
     * At most so many sequences, for at most so long. Parts of the same seed make other sequences. `replay`: only the one
     * that was printed so.
     */
    chaos: {
      readonly runs: number
      readonly seconds: number
      /** So long a shorter sequence is looked for that fails as well. */
      readonly shrinkSeconds: number
      /** Whether all ends with the first sequence in which a promise is broken. */
      readonly isFirstEnough: boolean
      readonly seed: number
      readonly part: number
      readonly replay: string | null
    }
  }
}

export default function setup(project: TestProject): void {
  const {
    CHAOS_RUNS = '36',
    CHAOS_SECONDS = '20',
    CHAOS_SHRINK_SECONDS = '120',
    CHAOS_SEED = '2',
    CHAOS_PART = '0',
    CHAOS_REPLAY,
    CHAOS_FIRST,
  } = process.env
  project.provide('chaos', {
    runs: Number(CHAOS_RUNS),
    seconds: Number(CHAOS_SECONDS),
    shrinkSeconds: Number(CHAOS_SHRINK_SECONDS),
    isFirstEnough: CHAOS_FIRST === '1',
    seed: Number(CHAOS_SEED),
    part: Number(CHAOS_PART),
    replay: CHAOS_REPLAY || null,
  })
}
