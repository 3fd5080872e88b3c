/** The Worker that is deployed stays small, whatever is added to it. */

import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { buildWorker } from '../../src/cli/serve.ts'

/** A cold start reads and compiles all of it. */
const BUDGET_KIB = 206

it('is within its budget', async () => {
  const { code } = await buildWorker()
  expect(gzipSync(code, { level: 9 }).byteLength / 1024).toBeLessThanOrEqual(BUDGET_KIB)
}, 60_000)
