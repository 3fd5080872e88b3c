/**
 * G31 the first day of a large workspace, all of which may be idle: everything is read within 30 hourly runs, whatever the
 * calls of a run are enough for a thirtieth of it. Small here; `npm run test:soak` reads 3,000 with the calls of a real run.
 */

import { describe, expect, inject, it } from 'vitest'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import type {} from '../support/node/soak.ts'
import { DELETE_OLD, stale } from '../support/policies.ts'
import { DAY, dateOf, HOUR, makeWorld, type World } from '../support/world.ts'

const { idle: COUNT } = inject('soak')
const RUNS = 30
/** Two each, a thirtieth of all in each run: of 3,000 that is the 200 of the setting's default. */
const CALLS = Math.ceil((2 * COUNT) / RUNS)
const now = Date.now()
/** Nothing is due before everything is read. */
const POLICY = DELETE_OLD.replace('after = "24h"', 'after = "30d"')

async function idsIn(world: World, query: string): Promise<ReadonlySet<number>> {
  return world.inside(
    ({ storage }) =>
      new Set(
        storage.sql
          .exec<{ id: number }>(query)
          .toArray()
          .map(({ id }) => id),
      ),
  )
}

const marks = (world: World) => idsIn(world, 'SELECT project_id AS id FROM marks')
const readings = (world: World) => idsIn(world, 'SELECT project_id AS id FROM activity WHERE read_at IS NOT NULL')

describe(`G31 ${COUNT} idle candidates`, () => {
  it(
    'are all read after 30 hourly runs: the oldest first, nothing marked without, no run late, and everybody sees how far',
    async () => {
      const projects = Array.from({ length: COUNT }, (_, n) =>
        stale(`Old/p${n}`, {
          created: now - 9_000 * DAY,
          modified: now - (100 + ((n * 7) % COUNT)) * HOUR - 100 * DAY,
        }),
      )
      const world = await makeWorld(POLICY, projects, {
        env: { READING_CALLS: String(CALLS) },
        callsPerSlice: COUNT > 1_000 ? 200 : 40,
      })
      const ids = [...(await world.projects())]
        .sort((a, b) => dateOf(a) - dateOf(b) || a.projectId - b.projectId)
        .map(({ projectId }) => projectId)
      const youngest = ids.at(-1) ?? 0
      const runs: RunRecord[] = []
      const took: number[] = []
      let before: ReadonlySet<number> = new Set()
      for (let n = 0; n < RUNS + 1; n++) {
        const asked = performance.now()
        // A report would be: the schedule is what may not be late.
        const run = await world.tick(now + n * HOUR)
        took.push(performance.now() - asked)
        runs.push(run)
        expect(run.status, run.message).toBe('ok')
        const [marked, read] = [await marks(world), await readings(world)]
        for (const id of marked) expect(before.has(id) || read.has(id)).toBe(true)
        if (n < RUNS - 1) {
          // Nobody is marked by what was read only after the plan, and the readings are those of the oldest.
          for (const id of marked) expect(before.has(id)).toBe(true)
          const last = Math.max(...[...read].map((id) => ids.indexOf(id)))
          expect(last).toBeLessThanOrEqual(read.size)
          const left = COUNT - read.size
          const hours = Math.ceil((2 * left) / CALLS)
          const text = `Activity of projects: looked at ${many(read.size)} of ${many(COUNT)}, about ${hours} h left.`
          expect(run.message).toBe(text)
          if (n % 7 === 0) await isShown(world, youngest, text)
        }
        before = read
      }
      expect(before.size).toBe(COUNT)
      expect(runs.at(-1)).toMatchObject({ message: '', counts: { marked: COUNT, notJudged: 0 } })
      expect(Math.max(...runs.map(({ apiCalls }) => apiCalls))).toBeLessThanOrEqual(
        CALLS + 2 * Math.ceil(COUNT / 500) + 10,
      )
      // A tick that finds a run going on is skipped: none was, and none took the hour there is.
      expect(Math.max(...took)).toBeLessThan(HOUR / 10)
      if (COUNT > 1_000) console.log(figures(runs, took))
    },
    COUNT > 1_000 ? 60 * 60_000 : 180_000,
  )
})

/** In `why`, on its page and in the health of the workspace. */
async function isShown(world: World, projectId: number, text: string): Promise<void> {
  const asked = await world.stub.why(projectId)
  if (!asked.ok) throw new Error(asked.message)
  expect(asked.value.verdict).toBe('notJudged')
  expect(asked.value.sentences.join(' ')).toContain('activity-not-read')
  expect(asked.value.activity.progress).toBe(text)
  expect((await world.stub.health()).reading).toBe(text)
}

function many(n: number): string {
  return n.toLocaleString('en-US')
}

function figures(runs: readonly RunRecord[], took: readonly number[]): string {
  const seconds = took.map((ms) => (ms / 1_000).toFixed(1))
  const calls = runs.map(({ apiCalls }) => apiCalls)
  return `API calls a run: ${calls.join(' ')}\nseconds a run: ${seconds.join(' ')}`
}
