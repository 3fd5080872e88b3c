/** How many histories test/chaos makes and from which seed: CHAOS_RUNS and CHAOS_SEED, which the command sets. */

import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Seed 0 = another one each time. */
    chaos: { readonly runs: number; readonly seed: number }
  }
}

export default function setup(project: TestProject): void {
  const { CHAOS_RUNS = '500', CHAOS_SEED = '0' } = process.env
  project.provide('chaos', { runs: Number(CHAOS_RUNS), seed: Number(CHAOS_SEED) })
}
