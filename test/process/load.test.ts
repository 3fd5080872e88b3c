/**
 * A crowd of 200 clients at the built Worker in the real runtime: nothing is an error of ours, at least half is answered, and
 * what it has in memory does not grow with what was asked. `npm run test:soak` sends 100,000 requests.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Serving, serve } from '../../src/cli/serve.ts'
import { policyFile } from '../../src/cli/settings.ts'
import { type Counts, crowd, runtimeMemory } from '../support/node/crowd.ts'

const REQUESTS = Number(process.env.SOAK_REQUESTS ?? '2000')
const CLIENTS = 200
/** Memory is compared from here on; with fewer requests most of it is the start. */
const FIRST = 10_000
const MOST_GROWTH = 1.1

let serving: Serving
beforeAll(async () => {
  serving = await serve({ port: 0, sandboxPort: 0, policy: policyFile, projects: 200, seed: 7, quiet: true })
}, 300_000)
afterAll(() => serving?.stop())

function expectAnswered({ byStatus, total }: Counts): void {
  const said = JSON.stringify(byStatus)
  const of = (test: (status: number) => boolean) =>
    Object.entries(byStatus).reduce((sum, [status, count]) => sum + (test(Number(status)) ? count : 0), 0)
  // A Worker whose clock has not struck yet is not healthy, which is 503 by design.
  expect(
    of((status) => status >= 500 && status !== 503),
    said,
  ).toBe(0)
  expect(of((status) => status >= 200 && status < 300) * 2, said).toBeGreaterThanOrEqual(total)
}

describe(`200 clients at once, ${REQUESTS} requests`, { timeout: 120_000 + REQUESTS * 60 }, () => {
  it('are answered without an error, and memory stays what it was', async () => {
    const api = `${serving.worker}/cdn-cgi/handler/scheduled?time=${Date.now()}`
    expect((await fetch(api)).status).toBe(200)
    const first = Math.min(FIRST, REQUESTS)
    expectAnswered(await crowd(serving.worker, first, CLIENTS))
    const before = await runtimeMemory()
    if (REQUESTS <= FIRST || before === null) return
    const counts = await crowd(serving.worker, REQUESTS - FIRST, CLIENTS)
    expectAnswered(counts)
    const after = (await runtimeMemory()) ?? 0
    const growth = after / before
    console.log(
      `After ${FIRST} requests ${(before / 2 ** 20).toFixed(0)} MiB, after ${REQUESTS} ${(after / 2 ** 20).toFixed(0)} MiB: × ${growth.toFixed(3)}; ${JSON.stringify(counts.byStatus)}`,
    )
    expect(growth).toBeLessThanOrEqual(MOST_GROWTH)
  })
})
