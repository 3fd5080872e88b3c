/**
 * A model of the world against the real Worker: little sequences of runs, people, commands, decisions, faults and killed
 * processes. A short share of them here; `npm run test:chaos` and `npm run test:soak -- --only chaos` make as many as one likes.
 */

import fc from 'fast-check'
import { afterAll, describe, inject, it, vi } from 'vitest'
import type {} from '../support/node/chaos.ts'
import { type Step, sequences } from './actions.ts'
import { happen } from './sequence.ts'

const { runs, seconds, shrinkSeconds, isFirstEnough, seed, part, replay } = inject('chaos')

/** So many happen at the same time in one isolate, each with a workspace and a sandbox of its own. */
const AT_ONCE = replay === null ? 12 : 1

/** Made from one seed of fast-check. */
const BATCH = 3

let made = 0

/** Something was broken, and that was all that was asked. */
let isOver = false

describe.concurrent(`every promise, over sequences made from seed ${seed}, part ${part}`, () => {
  for (let lane = 0; lane < AT_ONCE; lane++) {
    it(`holds in lane ${lane + 1} of ${AT_ONCE}`, () => (replay === null ? makeMany(lane) : again(replay)), 7_200_000)
  }
})

// The Worker's log says a lot about what goes wrong here on purpose.
if (replay === null) {
  for (const level of ['warn', 'error', 'info'] as const) vi.spyOn(console, level).mockImplementation(() => {})
}

afterAll(() => console.log(`chaos: ${made} sequences held, seed ${seed}, part ${part}`))

async function makeMany(lane: number): Promise<void> {
  const end = Date.now() + seconds * 1_000
  for (let n = 0; n * BATCH * AT_ONCE < runs && Date.now() < end && !isOver; n++) {
    await check({ seed: mixed(seed, part * AT_ONCE + lane, n), numRuns: BATCH, unbiased: n % 2 === 1 })
  }
}

/** The one that was printed: `SEED/PATH`, with `u` before it where it was made without bias. */
function again(replayed: string): Promise<void> {
  const { u, from, path } = /^(?<u>u?)(?<from>-?\d+)\/(?<path>[\d:]+)$/.exec(replayed)?.groups ?? {}
  if (from === undefined || path === undefined) throw new Error(`"${replayed}" is not SEED/PATH.`)
  return check({ seed: Number(from), path, numRuns: BATCH, unbiased: u === 'u' })
}

async function check(how: fc.Parameters<[readonly Step[]]> & { readonly seed: number }): Promise<void> {
  let broken: readonly string[] = []
  let end = Number.POSITIVE_INFINITY
  const property = fc.asyncProperty(sequences, async (steps) => {
    // Shorter ones are looked for so long; the shortest by then is printed.
    if (Date.now() > end || isOver) return true
    const found = await happen(steps)
    if (found.length === 0) made += 1
    else broken = found
    if (found.length > 0) end = Math.min(end, Date.now() + shrinkSeconds * 1_000)
    return found.length === 0
  })
  const report = await fc.check(property, how)
  if (!report.failed || isOver) return
  isOver = isFirstEnough
  const steps = (report.counterexample?.[0] ?? []).map((step) => JSON.stringify(step))
  throw new Error(
    [
      ...broken,
      report.errorInstance instanceof Error ? String(report.errorInstance.stack) : '',
      `The shortest sequence that still does it, of ${report.numShrinks} shorter ones:`,
      ...steps,
      `npm run test:chaos -- --replay ${how.unbiased === true ? 'u' : ''}${report.seed}/${report.counterexamplePath}`,
    ].join('\n'),
  )
}

/** A seed of its own for each lane and each batch. */
function mixed(...parts: readonly number[]): number {
  return parts.reduce((hash, part) => {
    const next = Math.imul(hash ^ (part + 0x9e3779b9), 0x85ebca6b)
    return next ^ (next >>> 15)
  }, 0x2545f491)
}
