/** Pages and health: what people and monitors see. */

import { describe, expect, it } from 'vitest'
import { ask } from '../support/door.ts'
import { DELETE_OLD, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld } from '../support/world.ts'

const now = Date.now()

describe('GET /', () => {
  it('shows the runs, newest first, with numbers and a way to each', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    const empty = await (await ask(world, '/', { bearer: null })).text()
    expect(empty).toContain('No runs yet. The first one comes with the next cron tick.')
    const first = await world.tick(now)
    const second = await world.tick(now + 2 * DAY)
    const answer = await ask(world, '/', { bearer: null })
    expect(answer.headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/i)
    const page = await answer.text()
    expect(page.indexOf(`/runs/${second.id}`)).toBeGreaterThan(0)
    expect(page.indexOf(`/runs/${first.id}`)).toBeGreaterThan(page.indexOf(`/runs/${second.id}`))
    const run = await (await ask(world, `/runs/${second.id}`, { bearer: null })).text()
    for (const name of ['Old/p0', 'Old/p1']) expect(run).toContain(name)
    expect(run).toContain('In the Recycle Bin as')
  })

  it('escapes what people wrote into names, descriptions and policies', async () => {
    const hostile = 'Old/<img src=x onerror=alert(1)>"\'&'
    const world = await makeWorld(DELETE_OLD, [stale(hostile), stale('Old/b', { description: '[keep <b>x</b>' })])
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ name: hostile, outcome: 'done' }])
    const page = await (await ask(world, `/runs/${run.id}`, { bearer: null })).text()
    expect(page).not.toContain('<img')
    expect(page).not.toContain('<b>x</b>')
    expect(page).toContain('Old/&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;')
  })

  it('may load and run nothing, and nobody may frame it', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const { headers } = await ask(world, '/', { bearer: null })
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('script-src')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('asks for the admin token as a password unless the API is a sandbox on this machine', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const env = { QC_API_URL: 'https://www.quantconnect.com/api/v2', ADMIN_TOKEN: 'a-long:secret-of-ours' }
    for (const headers of [{}, basic('me:wrong'), basic('a-long:secret-of-ours'), { authorization: 'Basic %%%' }]) {
      const answer = await ask(world, '/', { bearer: null, headers, env })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="leansweep", charset="UTF-8"')
    }
    expect((await ask(world, '/', { bearer: null, headers: basic('me:a-long:secret-of-ours'), env })).status).toBe(200)
  })

  it('says so when there is no such run, and names settings that are missing', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const answer = await ask(world, '/runs/nonsense', { bearer: null })
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('There is no such run.')
    const missing = await ask(world, '/', { bearer: null, env: { ADMIN_TOKEN: undefined } })
    expect(missing.status).toBe(503)
    expect(await missing.text()).toContain('ADMIN_TOKEN is missing')
  })
})

function basic(pair: string): { readonly authorization: string } {
  return { authorization: `Basic ${btoa(pair)}` }
}

describe('GET /health', () => {
  it('is 503 before the first good run, 200 after it, and 503 again when two intervals passed without one', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const health = async () => {
      const answer = await ask(world, '/health')
      return { status: answer.status, ...((await answer.json()) as { healthy: boolean; reason: string }) }
    }
    expect(await health()).toMatchObject({
      status: 503,
      healthy: false,
      reason: 'There has been no good scheduled run yet.',
    })
    const run = await world.tick(now)
    expect(await health()).toMatchObject({ status: 200, healthy: true, lastGoodRun: { id: run.id, status: 'ok' } })
    world.set({ skewMs: 2 * HOUR - 60_000 })
    expect(await health()).toMatchObject({ status: 200 })
    world.set({ skewMs: 2 * HOUR + 120_000 })
    await world.faults({ endpoint: 'projects/read', kind: 'status-403' })
    await world.tick(now + 3 * HOUR)
    const late = await health()
    expect(late).toMatchObject({ status: 503, healthy: false })
    expect(late.reason).toMatch(/ended 12\d minutes ago; 120 are allowed\. Run \S+ ended failed: The list of projects/)
  })

  it('tells strangers whether it is well, in fixed words, with ages and no names', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(1), { name: 'Secret/fund' }])
    const asStranger = async () => (await (await ask(world, '/health', { bearer: null })).json()) as object
    expect(await asStranger()).toEqual({
      healthy: false,
      level: 'failing',
      code: 'never_ran',
      codes: ['never_ran'],
      reason: 'There has been no good scheduled run yet.',
      goodRunMinutes: null,
      tickMinutes: null,
      paused: false,
      planWaits: false,
    })
    await world.tick(now)
    expect(await asStranger()).toMatchObject({ healthy: true, code: 'ok', reason: 'All is well.', goodRunMinutes: 0 })
    const { projectId } = await world.project('Secret/fund')
    await world.stub.pause('Ann Miller')
    await ask(world, `/api/projects/${projectId}/restore`, { method: 'POST' })
    world.set({ skewMs: 3 * HOUR })
    const late = await asStranger()
    expect(late).toMatchObject({ healthy: false, code: 'stale', paused: true, goodRunMinutes: 180 })
    expect(JSON.stringify(late)).not.toMatch(/Ann|fund|\d{8}-/)
    expect((await ask(world, '/health', { bearer: 'a-wrong-token-of-some-length' })).status).toBe(401)
  })

  it('G30 is not well on the strength of a report that somebody asked for', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const answer = await ask(world, '/api/runs', { method: 'POST', body: { mode: 'report' } })
    const run = await world.ended(((await answer.json()) as { run: string }).run)
    expect(run.status).toBe('ok')
    expect(await (await ask(world, '/health')).json()).toMatchObject({ healthy: false, lastGoodRun: null })
  })

  it('a blocked run is not a good one', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.faults({ endpoint: 'live/list', kind: 'html' })
    expect((await world.tick(now)).status).toBe('blocked')
    expect(await (await ask(world, '/health', { bearer: null })).json()).toMatchObject({ healthy: false })
  })
})
