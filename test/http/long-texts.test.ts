/**
 * Whatever a caller may put somewhere is bounded: at every place of every operation, hook, page and command of a chat, a text
 * of 30,000 characters is refused or cut. It stands in no list, no record, no page and no answer. `npm run test:soak` tries
 * all places, `npm test` one each of a third of the ways.
 */

import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Way, waysOf } from '../support/doors.ts'
import { allKept } from '../support/kept.ts'
import type {} from '../support/node/soak.ts'
import { NO_CAPS } from '../support/policies.ts'
import { ANN_AND_BRANCHES, allEnded, begin, lines, sent, tick, told, world } from '../support/watched.ts'

const { pairs, seed: given } = inject('soak')
const seed = given === 0 ? Date.now() % 1_000_000_007 : given
const isLong = pairs > 100
const MOST = isLong ? Number.POSITIVE_INFINITY : 1

const POLICY = `${NO_CAPS}${ANN_AND_BRANCHES}`
const known = { run: '', project: 0 }
/** All of them, or a third that is another one each time. */
const NAMES = waysOf(known)
  .map(({ name }) => name)
  .filter((_, n) => isLong || (n + seed) % 3 === 0)
let ways: ReadonlyMap<string, Way>

const LONG = 'k'.repeat(30_000)
/** More than a description may have, and much more than anything else. */
const TOO_MUCH = 'k'.repeat(20_001)
/** Of an answer, whatever was sent. */
const LONGEST_ANSWER = 30_000
/** They are long whatever is asked. */
const LONG_ANYWAY = ['GET /docs', 'GET /openapi.json']
/** On a busy machine; what takes the square of the length takes much longer. */
const SLOWEST_MS = 8_000

beforeAll(async () => {
  await begin(POLICY, ['Kept/a', 'Kept/b'])
  const { id: run } = await tick(Date.now())
  const { projectId: project } = await world.project('Kept/a')
  ways = new Map(waysOf({ run, project }).map((way) => [way.name, way]))
})

describe(`a text of 30,000 characters, from seed ${seed}`, () => {
  it.each(NAMES)('is bounded: %s', { timeout: 60_000 + Math.min(MOST, 60) * 10_000 }, async (name) => {
    const { places } = ways.get(name) as Way
    for (let n = 0; n < Math.min(MOST, places.length); n++) {
      const place = (seed + n) % places.length
      const began = performance.now()
      const seen = (await places[place]?.(LONG)) ?? []
      expect(performance.now() - began, `place ${place}`).toBeLessThan(SLOWEST_MS)
      for (const { status, body, headers } of seen) {
        expect(status, `place ${place}`).not.toBe(500)
        const length = body.length + JSON.stringify(headers).length
        expect(length, `place ${place}`).toBeLessThan(LONG_ANYWAY.includes(name) ? 100_000 : LONGEST_ANSWER)
      }
    }
    const held = [...sent.splice(0).map(({ to, body }) => ({ where: `a request to ${to}`, text: body }))]
    held.push(...lines.splice(0).map((text) => ({ where: 'the log', text })))
    told.splice(0)
    expect(held.filter(({ text }) => text.includes(TOO_MUCH)).map(({ where }) => where)).toEqual([])
  })

  it('is kept nowhere', async () => {
    await allEnded()
    const kept = await allKept(world)
    expect(kept.filter(({ text }) => text.includes(TOO_MUCH)).map(({ where }) => where)).toEqual([])
  })
})
