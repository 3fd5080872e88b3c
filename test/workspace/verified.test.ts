/** G32: the inventory is verified complete, whatever the API makes of pages, ends and readings. */

import { describe, expect, it } from 'vitest'
import { command, idOf, request } from '../support/asking.ts'
import { accept, hide, listing } from '../support/lists.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import type { Network } from '../support/worker.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

function work(count: number): readonly object[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `Work/p${n}`,
    created: now - 300 * DAY,
    modified: now - DAY,
  }))
}

/** Calls of an endpoint while that is done. */
async function counted(world: World, act: () => Promise<unknown>, endpoint = 'projects/read'): Promise<number> {
  const before = await world.calls(endpoint)
  await act()
  return (await world.calls(endpoint)) - before
}

describe('G32 each scan', () => {
  it.each([1, 2, 7, 100])('reads pages of at most %i rows to their end, and acts on what it saw', async (pageCap) => {
    const others = pageCap === 1 ? 6 : 130
    const world = await makeWorld(DELETE_OLD, [...work(others), stale('Old/a')], { callsPerSlice: 900 })
    await world.control('switches', { pageCap })
    expect(await world.tick(now)).toMatchObject({ status: 'ok', counts: { inventory: others + 1, marked: 1 } })
    expect(await world.tick(now + 2 * DAY)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
  })

  it.each([
    { pageCap: 20, listCap: 20 },
    { pageCap: 20, count: 'present' },
    { listCap: 20 },
    { endPastLast: 'refuse' },
    { startPastLast: 'refuse' },
    { startPastLast: 'refuse', pageCap: 20 },
    { count: 'present' },
    { pagingCountsBin: 'no' },
    { order: 'random' },
    { order: 'id' },
  ])('is whole, proved and good for action with %j', async (switches) => {
    const world = await makeWorld(DELETE_OLD, [...work(30), stale('Recycle Bin/x'), stale('Old/a')])
    await world.control('switches', switches)
    for (const at of [0, HOUR, DAY]) {
      const run = await world.tick(now + at)
      expect([run.status, run.message]).toEqual(['ok', ''])
    }
    expect((await world.project('Recycle Bin/Old/a')).name).toBe('Recycle Bin/Old/a')
  })

  it('a library whose user is on the second page stays', async () => {
    const policy = `${NO_CAPS}${rule('libs', '{ path = "Libs/*", idle = ">90d" }', 'delete')}`
    const old = { created: now - 900 * DAY, modified: now - 700 * DAY }
    const world = await makeWorld(policy, [
      { name: 'Libs/x', projectId: 77, ...old, modified: now - 500 * DAY },
      ...work(30),
      { name: 'Production/user', ...old, libraries: [77] },
    ])
    await world.control('switches', { pageCap: 31 })
    for (const at of [0, 2 * DAY, 4 * DAY]) expect((await world.tick(now + at)).status).toBe('ok')
    expect(await world.deletions()).toEqual([])
  })
})

describe('G32 a later list of the run', () => {
  it('is read on while a project of the scan is missing, and not once it is known to be gone', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(11), ...work(9)])
    await world.tick(now)
    let isGone = false
    hide(world, (name) => isGone && name === 'Work/p3')
    const listed = world.setting().fetch as Network
    world.set({
      fetch: (input, init, ctx) => {
        if (String(input).endsWith('live/list')) isGone = true
        return listed(input, init, ctx)
      },
    })
    // Scan 2, proof 3, the first re-check 2, the second 1, the last list 1.
    expect(await counted(world, () => world.tick(now + 2 * DAY))).toBe(2 + 3 + 2 + 1 + 1)
    expect(await world.deletions()).toHaveLength(11)
  })

  it('that is cut short is read on', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(30), stale('Old/a')], { callsPerSlice: 100 })
    await world.tick(now)
    let isScanned = false
    const cut: Network = async (input, init) => {
      if (String(input).endsWith('live/list')) isScanned = true
      const answer = await fetch(input, init)
      if (!isScanned || !String(input).endsWith('projects/read')) return answer
      const body = (await answer.json()) as { readonly projects: readonly object[] }
      return Response.json({ ...body, projects: body.projects.slice(0, 12) })
    }
    world.set({ fetch: cut })
    expect(await world.tick(now + 2 * DAY)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
  })

  it('that never fits into one slice ends the run, and what was sent stays unsure', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), ...work(40)], { callsPerSlice: 10 })
    await world.tick(now)
    let isSent = false
    let lists = 0
    world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('projects/delete')) isSent = true
        const answer = await fetch(input, init)
        if (!isSent || !String(input).endsWith('projects/read')) return answer
        lists += 1
        const body = (await answer.json()) as { readonly projects: readonly object[] }
        return Response.json({ ...body, projects: body.projects.slice(0, 3) })
      },
    })
    const run = await world.tick(now + 2 * DAY)
    expect(lists).toBe(4 * 10)
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 1, unsure: 1 } })
    expect(run.outcomes[0]?.detail).toMatch(/takes more than the 10 calls one slice may make/)
  })
})

describe('G32 once a day', () => {
  const hidden = 'Work/p3'
  /** Pages hide a project that the whole list shows. */
  const hideInPages = (world: World) =>
    listing(world, (rows, { start }) => rows.filter(({ name }) => start === undefined || name !== hidden))

  it('what pages hide is found; it blocks rules and deletions until a person accepts just that', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    await world.tick(now)
    hideInPages(world)
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'blocked', counts: { acted: 0 } })
    expect(run.message).toMatch(/^Two readings in a row show that the list of projects .* differ in 1 project\./)
    const base = await world.stub.base()
    expect(base).toMatchObject({ code: 'list_differs', count: 1, missing: [{ name: hidden }] })
    for (const blocked of [
      await world.tick(now + 2 * DAY + HOUR),
      await request(world, { kind: 'sweep', mode: 'act', rules: null }),
      await command(world, { type: 'project.delete', project: 'Work/p1' }),
    ]) {
      expect(blocked).toMatchObject({ status: 'blocked', message: run.message })
    }
    expect(await world.deletions()).toEqual([])
    expect(await command(world, { type: 'project.update', project: 'Work/p1', description: 'x' })).toMatchObject({
      status: 'ok',
    })

    expect(await world.stub.acceptBase('Ann', '0'.repeat(64))).toBe(false)
    expect(await accept(world)).toBe(true)
    expect(await world.tick(now + 2 * DAY + 2 * HOUR)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    // Accepted is accepted, the next day too; another one is not.
    expect((await world.tick(now + 3 * DAY)).status).toBe('ok')
    listing(world, (rows, { start }) => rows.filter(({ name }) => start === undefined || !/p[34]$/.test(name)))
    expect((await world.tick(now + 4 * DAY)).status).toBe('blocked')
    expect(await world.stub.base()).toMatchObject({ code: 'list_differs', count: 2, acceptedBy: null })
  })

  it('it ends by itself when the lists agree again', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    await world.tick(now)
    hideInPages(world)
    expect((await world.tick(now + 2 * DAY)).status).toBe('blocked')
    world.set({ fetch: (input, init) => fetch(input, init) })
    expect(await world.tick(now + 2 * DAY + HOUR)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    expect(await world.stub.base()).toMatchObject({ code: null })
  })

  it('what only one of two readings hides blocks nothing', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    await world.tick(now)
    let pages = 0
    listing(world, (rows, { start }) => {
      if (start === 0) pages += 1
      return rows.filter(({ name }) => start === undefined || pages !== 1 || name !== hidden)
    })
    expect(await world.tick(now + 2 * DAY)).toMatchObject({ status: 'ok', counts: { inventory: 10, confirmed: 1 } })
  })

  it('what each reading shows belongs to the inventory: lists that leave out others each time', async () => {
    const world = await makeWorld(DELETE_OLD, work(60))
    await world.control('switches', { listOmits: 1 })
    const run = await world.tick(now)
    expect(run).toMatchObject({ status: 'ok', counts: { inventory: 60 } })
  })

  it('what the list shows and the whole list does not is read singly, and blocks once two readings show it', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    await world.tick(now)
    listing(world, (rows, { start }) => rows.filter(({ name }) => start !== undefined || name !== hidden))
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'blocked' })
    const single = (await world.requests()).filter(
      ({ path, params }) => path === 'projects/read' && params.projectId !== undefined,
    )
    expect(single.map(({ params }) => params.projectId)).toEqual([await idOf(world, hidden), await idOf(world, hidden)])
  })

  it('what is made or changed while the list is read is no difference', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    await world.tick(now)
    let isMade = false
    world.set({
      fetch: async (input, init) => {
        // Before the whole list is asked for: somebody makes a project, and saves a file in another.
        if (String(input).endsWith('projects/read') && init?.body === '{}' && !isMade) {
          isMade = true
          const headers = { 'content-type': 'application/json' }
          const create = { ...init, headers: { ...init?.headers, ...headers } }
          await fetch(String(input).replace('read', 'create'), {
            ...create,
            body: JSON.stringify({ name: 'Work/new', language: 'Py' }),
          })
        }
        return fetch(input, init)
      },
    })
    const reads = await counted(world, async () => {
      expect(await world.tick(now + 2 * DAY)).toMatchObject({ status: 'ok', counts: { inventory: 11, confirmed: 1 } })
    })
    expect(reads).toBe(2 + 3 + 1 + 1)
  })

  it('a row after the end is found', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    // Long pages end early, short ones do not; without paging nothing comes.
    const last = new Set<string>()
    listing(world, (rows, { start, end = 0 }) => {
      last.add(String(rows.at(-1)?.name))
      return start !== undefined && end - start === 1 ? rows : rows.slice(0, -1)
    })
    expect(await world.tick(now)).toMatchObject({ status: 'blocked' })
    expect((await world.stub.base()).missing).toMatchObject([{ name: [...last][0] }])
  })

  it('a proof that cannot be read leaves the run partial, and is made up for by the next', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    await world.tick(now)
    const fails: Network = (input, init) => {
      const isWhole = String(input).endsWith('projects/read') && init?.body === '{}'
      return isWhole ? Promise.resolve(new Response('busy', { status: 503 })) : fetch(input, init)
    }
    world.set({ fetch: fails })
    const run = await world.tick(now + DAY - HOUR)
    expect(run).toMatchObject({
      status: 'partial',
      message: expect.stringMatching(/^The end of the list could not be/),
    })
    world.set({ fetch: (input, init) => fetch(input, init) })
    expect(await counted(world, () => world.tick(now + DAY - HOUR / 2))).toBe(2 + 3)
    expect(await counted(world, () => world.tick(now + DAY - HOUR / 4))).toBe(2)
  })

  it('a row without a readable id is no difference, and no part of the reference', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    const odd = { endpoint: 'projects/read', kind: 'odd-row', row: 'Work/p3', field: 'projectId', value: null } as const
    await world.faults(odd)
    expect((await world.tick(now)).counts.inventory).toBe(10)
    expect(await world.stub.base()).toMatchObject({ code: null })
    await world.faults()
    expect((await world.tick(now + HOUR)).status).toBe('ok')
  })

  it('before any list is verified nothing is done', async () => {
    const world = await makeWorld(DELETE_OLD, [...work(9), stale('Old/a')])
    await world.faults({ endpoint: 'projects/read', kind: 'status-503', calls: [3, 4, 5] })
    const first = await world.tick(now)
    expect(first).toMatchObject({ status: 'blocked', counts: { marked: 0 } })
    expect(first.message).toMatch(/The list of projects has not been verified yet/)
    await world.faults()
    expect(await world.tick(now + HOUR)).toMatchObject({ status: 'ok', counts: { marked: 1 } })
  })
})
