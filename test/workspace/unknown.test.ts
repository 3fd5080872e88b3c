/** G1: whatever a read does, what is not known is never acted on, and the run says what happened, why and what to do. */

import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { RECHECK } from '../support/lists.ts'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, type Fault, makeWorld, type World } from '../support/world.ts'

/** `Old/busy` is saved by its backtest; only a call per project tells. */
const when = '{ path = "Old/*", idle = ">90d" }'
const POLICY = `${NO_CAPS}${rule('old', when, 'delete', 'unless = { last-backtest = "<90d" }')}`

// Throttles are waited out: throttle.test.ts.
const STATUS = [400, 401, 403, 404, 408, 413, 500, 502, 503, 504].map((status) => `status-${status}`)
const SAID = ['empty-500', 'refuse', 'refuse-bare', 'no-success', 'html']
const CUT = ['truncate', 'malformed', 'reset-before', 'reset-after', 'hang-before', 'hang-after']
const KINDS = [...STATUS, ...SAID, ...CUT]

const now = Date.now()

function projects(): readonly object[] {
  return [
    stale('Old/target'),
    stale('Old/busy', { backtests: [{ created: now - DAY }] }),
    stale('Old/live', { live: [{ status: 'Running', launched: now - 100 * DAY }] }),
    ...Array.from({ length: 4 }, (_, n) => stale(`Work/p${n}`)),
  ]
}

function fault(endpoint: string, kind: string, calls: Fault['calls'] = 'all'): Fault {
  return { endpoint, kind, calls, delayMs: kind.startsWith('hang') ? 60 : 0 }
}

/** A tick that marks, then a fault, then a tick that would delete. */
async function strike(faults: Fault): Promise<{ world: World; run: RunRecord; target: number }> {
  const world = await makeWorld(POLICY, projects())
  const { projectId } = await world.project('Old/target')
  expect((await world.tick(now)).counts.marked).toBe(1)
  await world.faults(faults)
  return { world, run: await world.tick(now + 2 * DAY), target: projectId }
}

/** Calls from the nth on: retries come on top, so no number is the last. */
function from(first: number): readonly number[] {
  return Array.from({ length: 60 }, (_, n) => first + n)
}

const WHAT_TO_DO = /try again|Try again|Check |check |Look at|goes on|next tick|next survey/

function notGreen(run: RunRecord): void {
  expect(run.status).toMatch(/^(partial|blocked|failed)$/)
}

describe.concurrent.each(KINDS)('G1 with the fault %s', (kind) => {
  it('on the list of projects at the first tick: nothing is judged, marked or deleted', async ({ expect }) => {
    const world = await makeWorld(POLICY, projects())
    await world.faults(fault('projects/read', kind))
    const run = await world.tick(now)
    expect(run.status).toMatch(/^(blocked|failed)$/)
    expect(run.counts).toMatchObject({ inventory: 0, marked: 0 })
    expect(run.message).toMatch(/^The list of projects could not be read, so nothing was judged and nothing was done\./)
    expect(run.message).toMatch(WHAT_TO_DO)
    await world.faults()
    expect((await world.tick(now + 2 * DAY)).counts).toMatchObject({ marked: 1, acted: 0 })
    expect(await world.deletions()).toEqual([])
  })

  it('on the list of what runs live: the run is blocked, and a mark is neither made nor acted on', async ({
    expect,
  }) => {
    const fresh = await makeWorld(POLICY, projects())
    await fresh.faults(fault('live/list', kind))
    expect(await fresh.tick(now)).toMatchObject({ status: 'blocked', counts: { marked: 0, due: 0 } })

    const { world, run } = await strike(fault('live/list', kind))
    expect(run).toMatchObject({ status: 'blocked', counts: { due: 0, acted: 0, marked: 0 } })
    expect(run.message).toMatch(/^What runs live could not be read, so nothing destructive was done\./)
    expect(run.message).toMatch(WHAT_TO_DO)
    expect(run.notJudged.map((item) => item.name)).toContain('Old/target')
    expect(await world.deletions()).toEqual([])
  })

  it('on the list of backtests: what needs it is not judged, by name and reason, and the run is partial', async ({
    expect,
  }) => {
    const { world, run } = await strike(fault('backtests/list', kind))
    expect(run).toMatchObject({ status: 'partial', counts: { notJudged: 1, due: 0, acted: 0 } })
    const left = run.notJudged.find((item) => item.name === 'Old/target')
    expect(left?.reasons.join(' ')).toMatch(/needs .*backtest.*, which is not known: QuantConnect/)
    expect(await world.deletions()).toEqual([])
  })

  it('on the files: no backup, so no delete, and the outcome says so', async ({ expect }) => {
    const { world, run } = await strike(fault('files/read', kind))
    expect(run).toMatchObject({ status: 'partial', counts: { due: 1, acted: 0, failed: 1 } })
    expect(run.outcomes).toMatchObject([{ name: 'Old/target', outcome: 'failed', backup: null }])
    expect(run.outcomes[0]?.detail).toMatch(
      /^No backup, so nothing was done: its files could not be read\. QuantConnect/,
    )
    expect(await world.deletions()).toEqual([])
  })

  it('on either list at the re-check: what was due is left alone and named', async ({ expect }) => {
    for (const [endpoint, first, status] of [
      ['projects/read', RECHECK, 'partial'],
      ['live/list', 2, 'blocked'],
    ] as const) {
      const { world, run } = await strike(fault(endpoint, kind, from(first)))
      expect(run).toMatchObject({ status, counts: { due: 1, acted: 0, notAttempted: 1 } })
      expect(run.outcomes[0]?.detail).toMatch(/^Not tried\. The re-check before acting could not be read: QuantConnect/)
      expect(run.message).toMatch(WHAT_TO_DO)
      expect(await world.deletions()).toEqual([])
    }
  })

  it('on the list that confirms: the delete is unsure, never repeated, and settled by a later survey', async ({
    expect,
  }) => {
    const { world, run, target } = await strike(fault('projects/read', kind, from(RECHECK + 1)))
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 1, confirmed: 0, unsure: 1 } })
    await world.faults()
    world.aMinuteLater()
    const later = await world.tick(now + 3 * DAY)
    expect(later.outcomes).toMatchObject([{ name: 'Old/target', outcome: 'done' }])
    expect(await world.deletions()).toEqual([target])
  })
})

describe('G1 a list that lies', () => {
  it('short by a third whatever is asked for is never taken for whole', async () => {
    const { world, run } = await strike(fault('projects/read', 'short'))
    expect(run).toMatchObject({ status: 'blocked', counts: { acted: 0 } })
    expect(run.message).toMatch(/the list changed while it was read/)
    expect(await world.deletions()).toEqual([])
  })

  it.each([1, RECHECK])('short by a third once, at call %i, is read on', async (call) => {
    const { run } = await strike(fault('projects/read', 'short', [call]))
    expect(run).toMatchObject({ status: 'ok', counts: { inventory: 7, acted: 1, confirmed: 1 } })
  })

  it('short when it confirms: a project it leaves out is looked at singly', async () => {
    const { run } = await strike(fault('projects/read', 'short', [RECHECK + 1]))
    expect(run).toMatchObject({ status: 'ok', counts: { acted: 1, confirmed: 1 } })
  })

  it('with a project twice is refused at every moment', async () => {
    for (const calls of [[1], [RECHECK]]) {
      const { world, run } = await strike(fault('projects/read', 'duplicate', calls))
      notGreen(run)
      expect(run.message).toMatch(/listed twice/)
      expect(await world.deletions()).toEqual([])
    }
    const { run } = await strike(fault('projects/read', 'duplicate', [RECHECK + 1]))
    expect(run.counts).toMatchObject({ acted: 1, confirmed: 0, unsure: 1 })
  })

  it('with files or backtests twice, or fewer backtests than it counts, is unknown', async () => {
    const files = await strike(fault('files/read', 'duplicate'))
    expect(files.run.counts).toMatchObject({ acted: 0, failed: 1 })
    for (const kind of ['duplicate', 'short']) {
      // From the beginning: what was read once without a fault proves that it is not idle.
      const world = await makeWorld(POLICY, projects())
      await world.faults(fault('backtests/list', kind))
      const run = await world.tick(now)
      expect(run.notJudged.map((item) => item.name)).toContain('Old/busy')
      await world.tick(now + 2 * DAY)
      expect(await world.deletions()).not.toContain((await world.project('Old/busy')).projectId)
    }
  })

  it('stale when it confirms is no proof: unsure, and a later survey settles it', async () => {
    const { world, run, target } = await strike(fault('projects/read', 'stale', [RECHECK + 1]))
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 1, confirmed: 0, unsure: 1 } })
    world.aMinuteLater()
    const later = await world.tick(now + 3 * DAY)
    expect(later.outcomes).toMatchObject([{ outcome: 'done', detail: expect.stringMatching(/settles an unsure/) }])
    expect(await world.deletions()).toEqual([target])
  })

  it('empty is taken for a fault, never for an empty account', async () => {
    const world = await makeWorld(POLICY, [])
    const run = await world.tick(now)
    expect(run).toMatchObject({ status: 'blocked', counts: { inventory: 0 } })
    expect(run.message).toMatch(/empty list/)
  })

  it('one hiccup is only tried again, and the run stays green', async () => {
    for (const endpoint of ['projects/read', 'live/list', 'files/read', 'backtests/list']) {
      const { run } = await strike(fault(endpoint, 'status-502', [1]))
      expect(run).toMatchObject({ status: 'ok', counts: { acted: 1, confirmed: 1 } })
    }
  })
})

describe('G1 a field that cannot be read', () => {
  it.each([
    ['created', null, /created/],
    ['modified', 'yesterday', /modified/],
    ['modified', now + 400 * DAY, /modified.*the date lies in the future/],
    ['codeRunning', null, /codeRunning/],
    ['organizationId', null, /organizationId/],
  ])('%s = %j leaves the project alone as not judged, and its mark stays', async (field, value, reason) => {
    const world = await makeWorld(POLICY, projects())
    await world.tick(now)
    await world.edit('Old/target', { modified: now - 200 * DAY, [field]: value })
    const run = await world.tick(now + 2 * DAY)
    const left = run.notJudged.find((item) => item.name === 'Old/target')
    expect(left?.reasons.join(' ')).toMatch(reason)
    expect(run.unmarked).toEqual([])
    expect(await world.deletions()).toEqual([])
  })

  it('an owner that the row does not tell leaves the project alone as not judged', async () => {
    const world = await makeWorld(POLICY, projects(), {
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        return String(input).endsWith('/projects/read')
          ? Response.json(JSON.parse((await answer.text()).replaceAll('"owner":true,"description"', '"description"')))
          : answer
      },
    })
    const run = await world.tick(now)
    const left = run.notJudged.find((item) => item.name === 'Old/target')
    expect(left?.reasons.join(' ')).toMatch(/owner is missing/)
    expect(run.counts.marked).toBe(0)
  })

  it('unreadable libraries in one row make every other project’s use as a library unknown', async () => {
    const world = await makeWorld(POLICY, [...projects(), stale('Else/broken', { libraries: null })])
    const run = await world.tick(now)
    const left = run.notJudged.find((item) => item.name === 'Old/target')
    expect(left?.reasons.join(' ')).toMatch(/the libraries of project \d+ could not be read/)
    expect(run.counts.marked).toBe(0)
  })
})
