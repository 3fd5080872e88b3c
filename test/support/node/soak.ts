/** How much the tests of `npm run test:soak` do: SOAK_PAIRS, SOAK_SEED and others, which the command sets; small without them. */

import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    soak: {
      /** Guesses per operation. */
      readonly pairs: number
      /** 0 = another one each time; the same each time in `npm test`. */
      readonly seed: number
      /** Projects in a directory. */
      readonly members: number
      /** Projects to read. */
      readonly idle: number
      /** Days of storage. */
      readonly days: number
    }
    /** The row of `npm run bench -- --storage` that is measured: `5000 waiting filled`. */
    storageRow: string
  }
}

export default function setup(project: TestProject): void {
  project.provide('storageRow', process.env.STORAGE_ROW ?? '')
  const { SOAK_PAIRS = '20', SOAK_SEED = '7', SOAK_MEMBERS = '11', SOAK_IDLE = '60', SOAK_DAYS = '2' } = process.env
  project.provide('soak', {
    pairs: Number(SOAK_PAIRS),
    seed: Number(SOAK_SEED),
    members: Number(SOAK_MEMBERS),
    idle: Number(SOAK_IDLE),
    days: Number(SOAK_DAYS),
  })
}
