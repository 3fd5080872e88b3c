/** G31 in runs: what a rule would take for idle is read first, the oldest first, with so many calls a run. */

import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, dateOf, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
/** Saved while the list does not show it. */
const savedOn = (modified: number) => ({ files: [{ name: 'main.py', content: '# new work\n', modified }] })
const ARCHIVE_OLD = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'archive', 'to = "Archive/{path}"')}`

/** Calls for the lists of a run, and for the proof of the first one of a day that the list ended where it did. */
const LISTS = 3
const PROOF = 3

async function readOf(world: World, endpoint = 'files/read'): Promise<readonly number[]> {
  const sent = (await world.requests()).filter((request) => request.path === endpoint)
  return sent.map((request) => Number(request.params.projectId))
}

async function marks(world: World): Promise<readonly number[]> {
  return world.inside(({ storage }) =>
    storage.sql
      .exec<{ id: number }>('SELECT project_id AS id FROM marks ORDER BY project_id')
      .toArray()
      .map(({ id }) => id),
  )
}

async function activityOf(world: World, name: string): Promise<Record<string, unknown> | undefined> {
  const { projectId } = await world.project(name)
  return world.inside(
    ({ storage }) => storage.sql.exec('SELECT * FROM activity WHERE project_id = ?', projectId).toArray()[0],
  )
}

describe.each(['yes', 'no', 'chance'])('G31 where saving a file moves the date of its project: %s', (fileMoves) => {
  it.each([
    ['deleted', DELETE_OLD],
    ['archived', ARCHIVE_OLD],
  ])(
    'what was worked on is not %s: by its files, by a backtest, and by what came after it was marked',
    async (_what, policy) => {
      const world = await makeWorld(policy, [
        stale('Old/idle'),
        stale('Old/saved', savedOn(now - HOUR)),
        stale('Old/tested', { backtests: [{ created: now - DAY }] }),
        stale('Old/later'),
      ])
      await world.control('switches', { fileMoves })
      const first = await world.tick(now)
      expect(first).toMatchObject({ status: 'ok', counts: { marked: 2, notJudged: 0, kept: 2 } })
      const { projectId } = await world.project('Old/later')
      const { modified } = await world.project('Old/later')
      await world.control('edit', { projectId, ...savedOn(Date.now()), ...(fileMoves === 'yes' ? {} : { modified }) })
      const run = await world.tick(now + 2 * DAY)
      expect(run.counts).toMatchObject({ confirmed: 1 })
      const left = (await world.projects()).map(({ name }) => name).filter((name) => name.startsWith('Old/'))
      expect(left.sort()).toEqual(['Old/later', 'Old/saved', 'Old/tested'])
      expect(await marks(world)).not.toContain(projectId)
    },
  )
})

describe('G31 where reading the files moves the date of a project', () => {
  it.each([
    ['deleted', DELETE_OLD],
    ['archived', ARCHIVE_OLD],
  ])('what a person changed in that very second is not %s, and what nobody did is', async (_what, policy) => {
    const world = await makeWorld(
      policy,
      ['quiet', 'described', 'set', 'saved'].map((name) => stale(`Old/${name}`)),
    )
    await world.control('switches', { openMoves: 'yes' })
    expect((await world.tick(now)).counts).toMatchObject({ marked: 4 })
    const change = async (name: string, fields: (modified: unknown) => object) => {
      // The list's date is that of our own reading, and stays so.
      const { modified } = await world.project(name)
      expect(dateOf(await world.project(name))).toBeGreaterThan(now - DAY)
      await world.edit(name, { ...fields(modified), modified })
    }
    await change('Old/described', () => ({ description: 'Mine.' }))
    await change('Old/set', () => ({ parameters: [{ key: 'k', value: '1' }] }))
    await change('Old/saved', (modified) => ({ files: [{ name: 'main.py', content: '# new\n', modified }] }))
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes.filter(({ outcome }) => outcome === 'done').map(({ name }) => name)).toEqual(['Old/quiet'])
    const left = (await world.projects()).map(({ name }) => name).filter((name) => name.startsWith('Old/'))
    expect(left.sort()).toEqual(['Old/described', 'Old/saved', 'Old/set'])
  })
})

describe('G31 the reading', () => {
  it('of a small workspace is done in the run that marks', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    const run = await world.tick(now)
    expect(run).toMatchObject({
      status: 'ok',
      message: '',
      counts: { marked: 3, notJudged: 0 },
      apiCalls: LISTS + PROOF + 6,
    })
    expect((await world.why('Old/p0')).sentences.join(' ')).not.toMatch(/not known/)
  })

  it('asks for files first, and for backtests only where those do not settle it', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), stale('Old/b', savedOn(now - DAY)), { name: 'Old/c' }])
    await world.tick(now)
    const [a, b] = [await world.project('Old/a'), await world.project('Old/b')]
    expect([...(await readOf(world))].sort()).toEqual([a.projectId, b.projectId].sort())
    expect(await readOf(world, 'backtests/list')).toEqual([a.projectId])
  })

  it('of more than fits goes on over runs: the oldest first, nothing marked before, and everybody sees how far it is', async () => {
    const all = Array.from({ length: 30 }, (_, n) => {
      const modified = now - (130 + n) * DAY
      return stale(`Old/p${n}`, n % 3 === 0 ? { modified, ...savedOn(now - DAY) } : { modified })
    })
    const world = await makeWorld(DELETE_OLD, all, { env: { READING_CALLS: '8' } })
    const runs: RunRecord[] = []
    for (let n = 0; n < 12; n++) {
      const before = await marks(world)
      const read = new Set(await readOf(world, 'backtests/list'))
      const run = await world.tick(now + n * HOUR)
      runs.push(run)
      expect(run.status).toBe('ok')
      expect(run.apiCalls).toBeLessThanOrEqual(LISTS + PROOF + 8)
      // What is marked now was read in an earlier run, or fitted into this one whole.
      const added = (await marks(world)).filter((id) => !before.includes(id))
      const whole = run.message === ''
      for (const id of added) expect(read.has(id) || whole).toBe(true)
      if (n === 2) {
        expect(run.message).toMatch(/^Activity of projects: looked at \d+ of 30, about \d+ h left\.$/)
        const { projectId } = await world.project('Old/p1')
        const asked = await world.stub.why(projectId)
        if (!asked.ok) throw new Error(asked.message)
        expect(asked.value.verdict).toBe('notJudged')
        expect(asked.value.sentences.join(' ')).toMatch(/activity-not-read/)
        expect(asked.value.activity.progress).toBe(run.message)
        expect((await world.stub.health()).reading).toBe(run.message)
      }
      if (run.message === '' && run.counts.notJudged === 0) break
    }
    expect(runs.at(-1)).toMatchObject({ message: '', counts: { notJudged: 0, marked: 20, kept: 10 } })
    expect((await world.stub.health()).reading).toBeNull()
    const order = await readOf(world)
    const byAge = [...(await world.projects())].sort((a, b) => dateOf(a) - dateOf(b)).map(({ projectId }) => projectId)
    expect(new Set(order).size).toBe(30)
    // Two are read at a time, so neighbours may change places.
    for (const [place, id] of [...new Set(order)].entries()) {
      expect(Math.abs(byAge.indexOf(id) - place)).toBeLessThanOrEqual(1)
    }
    expect(runs.length).toBeLessThanOrEqual(9)
  })

  it('of a directory begins with the youngest, and the first young one ends it', async () => {
    const policy = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete', 'unit = "directory"')}`
    const folder = Array.from({ length: 6 }, (_, n) => {
      const modified = now - (150 + n) * DAY
      return stale(`Old/x/p${n}`, n === 0 ? { modified, ...savedOn(now - DAY) } : { modified })
    })
    const world = await makeWorld(policy, folder, { env: { READING_CALLS: '4' } })
    expect((await world.tick(now)).counts).toMatchObject({ marked: 0 })
    const read = await readOf(world)
    expect(read[0]).toBe((await world.project('Old/x/p0')).projectId)
    expect(read.length).toBeLessThanOrEqual(2)
    expect((await world.tick(now + HOUR)).counts).toMatchObject({ marked: 0, kept: 6, notJudged: 0 })
  })

  it('that fails is tried again after an hour, six and twenty-four; until then the project is unknown', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.faults({ endpoint: 'backtests/list', kind: 'refuse' })
    const tried: number[] = []
    for (const hours of [0, 0.5, 1.5, 3, 8, 20, 33]) {
      const before = await world.calls('files/read')
      const run = await world.tick(now + hours * HOUR)
      expect(run).toMatchObject({ status: 'ok', counts: { notJudged: 1, marked: 0 } })
      if ((await world.calls('files/read')) > before) tried.push(hours)
    }
    expect(tried).toEqual([0, 1.5, 8, 33])
    expect((await world.why('Old/p0')).sentences.join(' ')).toMatch(/could not be read \(activity-not-read\)/)
    await world.faults()
    expect((await world.tick(now + 60 * HOUR)).counts).toMatchObject({ marked: 1 })
  })

  it('is ended by a throttle, which is no failure of the project', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(6))
    await world.faults({ endpoint: 'files/read', kind: 'throttle' })
    const run = await world.tick(now)
    expect(run).toMatchObject({ counts: { notJudged: 6, marked: 0 } })
    expect(await world.calls('files/read')).toBeLessThanOrEqual(2 * 3)
    expect(await activityOf(world, 'Old/p0')).toMatchObject({ failed: null, begun: 0 })
    await world.faults()
    world.set({ skewMs: 10 * 60_000 })
    expect((await world.tick(now + HOUR)).counts).toMatchObject({ marked: 6 })
  })

  it('of an answer over 16 MiB is broken off: unknown, too large', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(2), {
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        const { projectId } = await world.project('Old/p0')
        const isMeant = String(input).endsWith('/files/read') && String(init?.body).includes(String(projectId))
        if (!isMeant) return answer
        return new Response(`${' '.repeat(17 * 1_048_576)}${await answer.text()}`, answer)
      },
    })
    const run = await world.tick(now)
    expect(run.counts).toMatchObject({ marked: 1, notJudged: 1 })
    expect((await world.why('Old/p0')).sentences.join(' ')).toMatch(/too large: it is larger than 16 MiB/)
  })

  it('does not keep anybody waiting: what is asked for meanwhile comes next, and the next run reads on', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(40), { env: { READING_CALLS: '60' }, callsPerSlice: 10 })
    let asked: Promise<unknown> | null = null
    let reads = 0
    world.set({
      fetch: (input, init) => {
        if (String(input).endsWith('/files/read') && ++reads === 3) {
          asked = world.stub.submit({
            trigger: 'api',
            triggerId: 'meanwhile',
            actor: 'a test',
            bodyHash: 'x',
            request: { kind: 'sweep', mode: 'report', rules: null },
          } as never)
        }
        return fetch(input, init)
      },
    })
    const run = await world.tick(now)
    await asked
    expect(run.status).toBe('ok')
    expect(run.apiCalls).toBeLessThan(LISTS + PROOF + 40)
  })

  it('goes on where it was after a kill at any step, and reads nothing twice that it has', async () => {
    for (const at of [1, 2, 5, 9, 12]) {
      let calls = 0
      const world = await makeWorld(DELETE_OLD, staleMany(5), {
        fetch: async (input, init, ctx) => {
          if (++calls === at) ctx.abort('killed')
          return fetch(input, init)
        },
      })
      const { run: id } = await world.submitTick(now)
      expect(await world.ended(id)).toMatchObject({ status: 'ok', counts: { marked: 5, notJudged: 0 } })
      expect(await world.calls('files/read')).toBeLessThanOrEqual(5 + 2)
    }
  })

  it('is in the stored inventory, and where the inventory is shown', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    const asked = await world.stub.inventory()
    if (!asked.ok) throw new Error(asked.message)
    const { projectId } = await world.project('Old/p0')
    expect(asked.value.activity[projectId]).toMatchObject({ backtest: null, failed: null })
    expect(asked.value.activity[projectId]?.readAt).toBeGreaterThan(0)
  })
})

describe('G31 before it is shown to people, or acted on', () => {
  it('what waits for people is read again when its reading is over a day old', async () => {
    const policy = DELETE_OLD.replace('approve = "never"', 'approve = "always"')
    const world = await makeWorld(policy, [stale('Old/a'), stale('Old/b')])
    await world.tick(now)
    const { projectId } = await world.project('Old/b')
    const { modified } = await world.project('Old/b')
    await world.control('edit', { projectId, ...savedOn(Date.now()), modified })
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'waiting', counts: { due: 1 } })
    expect((await world.stub.waiting(run.id)).map(({ name }) => name)).toEqual(['Old/a'])
  })

  it('what cannot be read again then is not shown', async () => {
    const policy = DELETE_OLD.replace('approve = "never"', 'approve = "always"')
    const world = await makeWorld(policy, [stale('Old/a'), stale('Old/b')])
    await world.tick(now)
    await world.faults({ endpoint: 'files/read', kind: 'throttle' })
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'ok', counts: { due: 0, notJudged: 2 } })
    expect(await marks(world)).toHaveLength(2)
  })

  it('what is saved between the plan and the copy is found in the copy, and loses its mark', async () => {
    let saved = false
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('/files/read') && !saved) {
          saved = true
          const { projectId, modified } = await world.project('Old/p0')
          await world.control('edit', { projectId, ...savedOn(now - 5 * DAY), modified })
        }
        return fetch(input, init)
      },
    })
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ outcome: 'changed', detail: expect.stringMatching(/not due any more/) }])
    expect(await world.deletions()).toEqual([])
    expect(await marks(world)).toEqual([])
  })
})
