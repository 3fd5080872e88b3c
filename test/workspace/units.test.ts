/** G23: a directory starts whole and stops at the first member that does not go, for rules and for commands. */

import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { command, idOf, names } from '../support/asking.ts'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const COUNT = 12
const member = (n: number) => `Old/d/p${String(n).padStart(2, '0')}`
const LAST = member(COUNT - 1)
const ABOUT = '{ path = "Old/*", idle = ">90d" }'
const DELETE = `${NO_CAPS}${rule('dirs', ABOUT, 'delete', 'unit = "directory"')}`
const ARCHIVE = `${NO_CAPS}${rule('dirs', ABOUT, 'archive', 'unit = "directory"\nto = "Archive/{path}"')}`

const directory = (last: object = {}) => [
  ...Array.from({ length: COUNT }, (_, n) => stale(member(n), n === COUNT - 1 ? last : {})),
  stale('Work/other'),
]

const WAYS = ['a rule that deletes', 'a rule that archives', 'a command'] as const
type Way = (typeof WAYS)[number]
const DELETIONS = ['a rule that deletes', 'a command'] as const
const isDeletion = (way: Way) => way !== 'a rule that archives'
const sending = (way: Way) => (isDeletion(way) ? 'projects/delete' : 'projects/update')

async function worldOf(way: Way, last: object = {}): Promise<World> {
  const world = await makeWorld(
    way === 'a command' ? NO_CAPS : way === 'a rule that deletes' ? DELETE : ARCHIVE,
    directory(last),
  )
  if (way !== 'a command') await world.tick(now)
  return world
}

function go(world: World, way: Way, at = now + 2 * DAY): Promise<RunRecord> {
  return way === 'a command' ? command(world, { type: 'directory.delete', directory: 'Old/d' }) : world.tick(at)
}

/** Does something once, just before the nth request to an endpoint goes out. */
function justBefore(world: World, endpoint: string, nth: number, act: () => Promise<unknown>): void {
  let seen = 0
  world.set({
    fetch: async (input, init) => {
      if (String(input).endsWith(`/${endpoint}`) && ++seen === nth) await act()
      return fetch(input, init)
    },
  })
}

describe('G23 nothing of a directory goes when a member does not', () => {
  it.each(DELETIONS)('%s: the files of one cannot be read', async (way) => {
    const world = await worldOf(way)
    const id = await idOf(world, LAST)
    world.set({
      fetch: (input, init) =>
        String(input).endsWith('/files/read') && String(init?.body).includes(String(id))
          ? Promise.resolve(Response.json({ success: false, errors: ['Not this one'] }))
          : fetch(input, init),
    })
    const run = await go(world, way)
    expect(await world.deletions()).toEqual([])
    expect(run.outcomes.find(({ name }) => name === LAST)).toMatchObject({ outcome: 'failed' })
    const others = run.outcomes.filter(({ name }) => name !== LAST)
    expect(others).toHaveLength(COUNT - 1)
    for (const { outcome, detail } of others) {
      expect(outcome).toBe('changed')
      expect(detail).toContain(`Unit stopped at "${LAST}" (${id})`)
    }
    expect(run.message).toContain('Nothing of directory "Old/d" went.')
    expect(run.counts.acted).toBe(0)
  })

  it.each(DELETIONS)('%s: a file of one is saved after it was copied, and no date of the list moves', async (way) => {
    const world = await worldOf(way)
    await world.control('switches', { fileMoves: 'no' })
    justBefore(world, 'projects/delete', 1, async () => {
      await world.edit(LAST, { files: [{ name: 'main.py', content: '# new' }] })
      // The copies are over a minute old then, and compared before each further call.
      world.aMinuteLater()
    })
    const run = await go(world, way)
    expect(await names(world)).toContain(LAST)
    expect(run.status).toBe('partial')
    expect(run.stoppedDirectories).toMatchObject([{ directory: 'Old/d', members: COUNT, againFrom: null }])
    expect(run.stoppedDirectories?.[0]?.went).toHaveLength(run.counts.acted)
    expect(run.stoppedDirectories?.[0]?.why).toContain(LAST)
  })

  it('is tried again after a day, then after two more', async () => {
    const world = await worldOf('a rule that deletes')
    await world.faults({ endpoint: 'files/read', kind: 'status-404' })
    const first = await go(world, 'a rule that deletes', now + 2 * DAY)
    expect(first.message).toContain('Its rule tries again from')
    const resting = await go(world, 'a rule that deletes', now + 2 * DAY + HOUR)
    expect(resting.outcomes).toEqual([])
    expect(resting.warnings.join(' ')).toContain('Directory "Old/d" is tried again from')
    expect((await go(world, 'a rule that deletes', now + 3 * DAY + HOUR)).outcomes).toHaveLength(COUNT)
    expect((await go(world, 'a rule that deletes', now + 4 * DAY + 2 * HOUR)).outcomes).toEqual([])
    await world.faults()
    const last = await go(world, 'a rule that deletes', now + 5 * DAY + 3 * HOUR)
    expect(last.counts).toMatchObject({ confirmed: COUNT })
  }, 60_000)
})

describe('G23 a directory stops at the first member that does not go', () => {
  it.each(WAYS)(
    '%s: a call is refused, or its answer is lost',
    async (way) => {
      for (const kind of ['refuse', 'reset-after']) {
        const world = await worldOf(way)
        await world.faults({ endpoint: sending(way), kind, calls: [3] })
        const run = await go(world, way)
        expect(await world.calls(sending(way))).toBe(3)
        expect(run.counts).toMatchObject({ acted: 3, confirmed: kind === 'refuse' ? 2 : 3 })
        expect(run.outcomes.filter(({ detail }) => detail.startsWith('Unit stopped at'))).toHaveLength(COUNT - 3)
      }
    },
    60_000,
  )
})

describe('G23 a directory costs', () => {
  it('takes no more calls than it needs', async () => {
    for (const way of WAYS) {
      const world = await worldOf(way)
      const before = (await world.requests()).length
      const run = await go(world, way)
      expect(run.counts).toMatchObject({ confirmed: COUNT })
      const calls = (await world.requests()).length - before
      // The scan and the proof of its end are the run's: six. Of a rule about idleness, backtests are read once.
      const activity = way === 'a command' ? 0 : COUNT
      expect(calls - 6).toBeLessThanOrEqual(3 * COUNT + activity + 2 * Math.ceil(COUNT / 10) + 4)
    }
  }, 60_000)
})
