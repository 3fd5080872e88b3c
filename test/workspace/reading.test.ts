/** What the lists of QuantConnect may look like, and what a run makes of it: rows, pins, and answers that are empty. */

import { describe, expect, it } from 'vitest'
import { DELETE_OLD, NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, makeWorld } from '../support/world.ts'

const now = Date.now()
const others = [stale('Work/a'), stale('Work/b')]

const DIRECTORIES = `${NO_CAPS}${rule('dirs', '{ path = "Old/*" }', 'delete', 'unit = "directory"')}`
const NEVER_RUN = '{ path = "Old/*", backtests = "=0", files = "<=2", bytes = "<=4000" }'

describe.concurrent('a row that cannot be read', () => {
  it.each<[string, unknown]>([
    ['language', null],
    ['description', { text: 'x' }],
    ['collaborators', 'Mia'],
    ['parameters', 'a=1'],
    ['name', null],
    ['projectId', 'x'],
  ])('leaves its project alone, and the others go: %s that is %j', async (field, value) => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/odd'), stale('Old/plain'), ...others])
    const { projectId } = await world.project('Old/plain')
    await world.faults({ endpoint: 'projects/read', kind: 'odd-row', row: 'Old/odd', field, value })
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(await world.deletions()).toEqual([projectId])
    expect(run.counts).toMatchObject({ inventory: 4, notJudged: 1 })
    expect(run.warnings.join()).toMatch(/^1 row of the list of projects could not be read whole/)
  })

  it.each(['name', 'description'])('keeps its directory whole: %s', async (field) => {
    const projects = [stale('Old/a/odd'), stale('Old/a/x'), stale('Old/b/y'), ...others]
    const world = await makeWorld(DIRECTORIES, projects)
    const { projectId } = await world.project('Old/b/y')
    await world.faults({ endpoint: 'projects/read', kind: 'odd-row', row: 'Old/a/odd', field, value: [1] })
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    // A name that cannot be read could be inside any directory.
    expect(await world.deletions()).toEqual(field === 'name' ? [] : [projectId])
  })

  it('makes links unknown for all where its libraries cannot be read', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/plain'), ...others])
    await world.faults({
      endpoint: 'projects/read',
      kind: 'odd-row',
      row: 'Work/a',
      field: 'libraries',
      value: [{ access: true, projectId: null }],
    })
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(await world.deletions()).toEqual([])
    expect(run.warnings.join()).toContain('so whether any project is used as a library is not known')
  })

  it('links nothing by an entry without access and without an id', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/plain'), ...others])
    const { projectId } = await world.project('Old/plain')
    await world.faults({
      endpoint: 'projects/read',
      kind: 'odd-row',
      row: 'Work/a',
      field: 'libraries',
      value: [{ access: false, projectId: null, libraryName: null }],
    })
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    expect(await world.deletions()).toEqual([projectId])
  })
})

describe.concurrent('pins', () => {
  it('G2 a pinned project stays, also when it was pinned after it was marked', async () => {
    const world = await makeWorld(DELETE_OLD, [
      stale('Old/pinned', { isPinned: true }),
      stale('Old/later'),
      stale('Old/x'),
    ])
    const { projectId } = await world.project('Old/x')
    expect((await world.tick(now)).counts).toMatchObject({ protected: 1, marked: 2 })
    await world.edit('Old/later', { isPinned: true })
    await world.tick(now + 2 * DAY)
    expect(await world.deletions()).toEqual([projectId])
  })
})

describe.concurrent('an empty answer is no fact', () => {
  const study = stale('Old/study', { backtests: [{ name: 'b' }], files: [{ name: 'main.py', content: 'x = 1' }] })

  it('G1 no backtests now, and some in an earlier reading: unknown', async () => {
    const world = await makeWorld(`${NO_CAPS}${rule('unused', NEVER_RUN, 'delete')}`, [study, ...others])
    expect((await world.tick(now)).counts).toMatchObject({ notJudged: 0, marked: 0 })
    await world.faults({ endpoint: 'backtests/list', kind: 'empty' })
    const run = await world.tick(now + DAY)
    expect(run.counts).toMatchObject({ notJudged: 1, marked: 0 })
    expect(run.notJudged[0]?.reasons.join()).toMatch(/no backtest is listed, and on \d{4}-\d\d-\d\d there were 1/)
  })

  it.each(['empty', 'empty-counted'])(
    'G1 no backtests whose count says otherwise, or no files: unknown (%s)',
    async (kind) => {
      const world = await makeWorld(`${NO_CAPS}${rule('unused', NEVER_RUN, 'delete')}`, [study, ...others])
      const endpoint = kind === 'empty' ? '*' : 'backtests/list'
      const list = { endpoint: 'files/read', kind: 'empty' }
      await world.faults(endpoint === '*' ? { endpoint: 'backtests/list', kind } : { endpoint, kind }, list)
      for (const day of [0, 2, 4]) await world.tick(now + day * DAY)
      expect(await world.deletions()).toEqual([])
    },
  )
})
