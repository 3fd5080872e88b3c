/** How long the tests of `npm run test:soak` take: SOAK_PAIRS and SOAK_SEED, which the command sets; small without them. */

import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** `pairs`: guesses per operation. Seed 0 = another one each time. */
    soak: { readonly pairs: number; readonly seed: number }
  }
}

export default function setup(project: TestProject): void {
  const { SOAK_PAIRS = '20', SOAK_SEED = '0' } = process.env
  project.provide('soak', { pairs: Number(SOAK_PAIRS), seed: Number(SOAK_SEED) })
}
