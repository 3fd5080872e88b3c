/** The doors to stored inventories: what a back-test of a policy replays. */

import { describe, expect, it } from 'vitest'
import type { Inventory } from '../../src/core/evidence/project.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, stale } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

interface Listed {
  readonly inventories: readonly { readonly run: string; readonly key: string; readonly at: string; projects: number }[]
  readonly cursor: string | null
}

async function list(world: World, query = ''): Promise<Listed> {
  return (await ask(world, `/api/inventories${query}`)).json()
}

describe('GET /api/inventories', () => {
  it('is empty before the first survey', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a')])
    expect(await list(world)).toEqual({ inventories: [], cursor: null })
  })

  it('lists one per good run, newest survey first, page by page', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), stale('Keep/b')])
    const now = Math.floor(Date.now() / 60_000) * 60_000
    const first = await world.tick(now)
    const second = await world.tick(now + DAY / 2)
    const third = await world.tick(now + DAY - 1)

    const all = await list(world)
    expect(all.cursor).toBeNull()
    expect(all.inventories.map(({ run }) => run)).toEqual([third.id, second.id, first.id])
    expect(all.inventories[2]).toEqual({
      run: first.id,
      key: expect.stringMatching(new RegExp(`^inventory/\\d{13}-${first.id}$`)),
      at: new Date(now).toISOString(),
      projects: 2,
    })
    const page = await list(world, '?limit=2')
    expect(page.inventories.map(({ run }) => run)).toEqual([third.id, second.id])
    const rest = await list(world, `?limit=2&cursor=${page.cursor}`)
    expect(rest).toEqual({ inventories: [all.inventories[2]], cursor: null })
    const nowhere = await ask(world, '/api/inventories?cursor=nowhere')
    expect(nowhere.status).toBe(400)
    expect(await nowhere.json()).toMatchObject({ title: 'Bad cursor' })
  })

  it('leaves out a run whose survey was not good', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a')])
    await world.faults({ endpoint: 'projects/read', kind: 'status-400', calls: 'all' })
    expect((await world.tick(Date.now())).status).toBe('failed')
    expect((await list(world)).inventories).toEqual([])
  })

  it('refuses a limit that is none, and anybody without the bearer', async () => {
    const world = await makeWorld(DELETE_OLD, [])
    const answer = await ask(world, '/api/inventories?limit=0')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ detail: '"limit" must be a whole number from 1 to 100.' })
    expect((await ask(world, '/api/inventories', { bearer: 'wrong' })).status).toBe(401)
    expect((await ask(world, '/api/inventories/x', { bearer: null })).status).toBe(401)
  })
})

describe('GET /api/inventories/{run}', () => {
  it('gives the inventory as it was surveyed', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), stale('Keep/ä/b')])
    const now = Math.floor(Date.now() / 60_000) * 60_000
    const run = await world.tick(now)
    await world.edit('Keep/ä/b', { name: 'Keep/c' })

    const answer = await ask(world, `/api/inventories/${run.id}`)
    expect(answer.headers.get('content-type')).toContain('application/json')
    const inventory = (await answer.json()) as Inventory
    expect(inventory).toMatchObject({ at: now, organizationId: '5cad178b20a1d52567b534553413b691', running: [] })
    expect(inventory.projects.map(({ path }) => path).sort()).toEqual(['Keep/ä/b', 'Old/a'])
  })

  it('says so when there is none, or when the store has let go of it', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a')])
    const unknown = await ask(world, '/api/inventories/20260101-000000-abcdef')
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({
      title: 'No such inventory',
      detail: 'That run stored none. GET /api/inventories lists them.',
    })
    const run = await world.tick(Date.now())
    const [stored] = (await list(world)).inventories
    await world.log.delete(stored?.key ?? '')
    const gone = await ask(world, `/api/inventories/${run.id}`)
    expect(gone.status).toBe(404)
    expect((await gone.json()) as object).toMatchObject({ detail: expect.stringContaining('not there (any more)') })
  })
})
