/** The forms of the pages: who may press what, what it does, and that no other site can press it for them. */

import { describe, expect, it } from 'vitest'
import { idOf, names } from '../support/asking.ts'
import { ask } from '../support/door.ts'
import { nextSecond } from '../support/moments.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

const PEOPLE = `
[[person]]
name = "Ann"
email = "ann@example.com"
may = ["operate", "approve"]
[[person]]
name = "Ops"
email = "ops@example.com"
may = ["operate"]
`
const ASKS = `${NO_CAPS}${PEOPLE}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"always"')}`

const ann = { email: 'ann@example.com' }
const ops = { email: 'ops@example.com' }
const stranger = { email: 'someone@example.com' }

const SAME_SITE = { 'sec-fetch-site': 'same-origin', origin: 'https://localhost' }

interface Press {
  readonly as?: { readonly email: string }
  readonly headers?: { readonly [name: string]: string }
}

/** Presses a form as a browser does; without a person it is whoever sits at the sandbox. */
function press(world: World, path: string, fields: Record<string, string> = {}, { as, headers }: Press = {}) {
  return ask(world, path, {
    method: 'POST',
    bearer: null,
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...SAME_SITE, ...headers },
    ...(as === undefined ? {} : { access: as }),
  })
}

async function see(world: World, path: string, as?: { readonly email: string }): Promise<string> {
  return (await ask(world, path, { bearer: null, ...(as === undefined ? {} : { access: as }) })).text()
}

/** The run a form led to, once it has ended. */
function led(world: World, answer: Response) {
  expect(answer.status).toBe(303)
  return world.ended(/^\/runs\/([\w-]+)$/.exec(answer.headers.get('location') ?? '')?.[1] ?? '')
}

async function waiting(projects = staleMany(3)) {
  const world = await makeWorld(ASKS, projects)
  await world.tick(now)
  const run = await world.tick(now + 2 * DAY)
  expect(run.status).toBe('waiting')
  return { world, run, plan: run.plan?.hash ?? '', path: `/runs/${run.id}` }
}

describe('a plan that waits, on its page', () => {
  it('G7 asks once more with how many, which plan, and only what still waits', async () => {
    const { world, path, plan } = await waiting()
    // Not in the second in which its files were read: that would look like our own doing.
    await nextSecond()
    await world.edit('Old/p1', { description: 'used again' })
    await world.tick(now + 2 * DAY + 3_600_000)
    const first = await see(world, path, ann)
    expect(first).toContain('2 of 3 projects wait for a decision')
    expect(first).toContain(`href="${path}/approve"`)
    const page = await see(world, `${path}/approve`, ann)
    expect(page).toContain('Approve 2')
    expect(page).toContain(plan.slice(0, 16))
    expect(page).toContain(`value="${plan}"`)
    for (const name of ['Old/p0', 'Old/p2']) expect(page).toContain(name)
    expect(page).not.toContain('Old/p1')
  })

  it('G7 acts on the plan that was approved, and names who said yes', async () => {
    const { world, path, plan } = await waiting()
    const done = await led(world, await press(world, `${path}/decision`, { decision: 'approve', plan }, { as: ann }))
    expect(done).toMatchObject({ trigger: 'approval', actor: 'Ann', status: 'ok', counts: { confirmed: 3 } })
    expect(await see(world, path, ann)).toMatch(/was approved by Ann, .*href="\/runs\/.*The run that carries it out/s)
    expect((await ask(world, `${path}/approve`, { bearer: null, access: ann })).status).toBe(303)
  })

  it('G7 keeps all when it is refused, and says so to whoever comes late', async () => {
    const { world, path, plan } = await waiting()
    expect(
      (await press(world, `${path}/decision`, { decision: 'refuse', plan }, { as: ann })).headers.get('location'),
    ).toBe(path)
    const late = await press(world, `${path}/decision`, { decision: 'approve', plan }, { as: ann })
    expect(late.status).toBe(409)
    expect(await late.text()).toContain('This plan is over: Refused by Ann.')
    expect(await world.deletions()).toEqual([])
  })

  it.each([
    ['another plan than the one shown', { decision: 'approve', plan: 'f'.repeat(64) }],
    ['no plan', { decision: 'approve', plan: '' }],
    ['no decision', { decision: '' }],
    ['a decision there is not', { decision: 'yes' }],
  ])('G7 changes nothing for %s', async (_, fields) => {
    const { world, run, path, plan } = await waiting(staleMany(1))
    expect((await press(world, `${path}/decision`, { plan, ...fields }, { as: ann })).status).toBe(409)
    expect(await world.stub.proposalOf(run.id)).toMatchObject({ state: 'open' })
  })

  it('shows no button to people who may not, and does nothing for their post', async () => {
    const { world, path, plan } = await waiting(staleMany(1))
    const page = await see(world, path, stranger)
    expect(page).not.toContain('<form')
    expect(page).toContain('the policy has no [[person]] with that email')
    expect(await see(world, path, ops)).toContain('A plan waits for a decision')
    const answer = await press(world, `${path}/decision`, { decision: 'approve', plan }, { as: stranger })
    expect(answer.status).toBe(403)
    expect((await press(world, `${path}/decision`, { decision: 'approve', plan }, { as: ops })).status).toBe(409)
    expect(await world.stub.proposalOf(path.slice(6))).toMatchObject({ state: 'open' })
    expect(await world.deletions()).toEqual([])
  })
})

describe('a sweep, from the page of runs', () => {
  it('is started by a button, which only reports unless it is the one that acts', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    world.set({ skewMs: 2 * DAY })
    const report = await led(world, await press(world, '/sweep', { mode: 'report' }))
    expect(report).toMatchObject({ trigger: 'page', mode: 'report', counts: { due: 1, acted: 0 } })
    expect(await world.deletions()).toEqual([])
    const swept = await led(world, await press(world, '/sweep', { mode: 'act' }))
    expect(swept).toMatchObject({ trigger: 'page', mode: 'act', counts: { confirmed: 1 } })
    expect((await press(world, '/sweep', {})).status).toBe(409)
  })
})

describe('a run, on its page', () => {
  it('is undone by its button', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(await see(world, `/runs/${run.id}`)).toContain('Undo what this run did')
    const undone = await led(world, await press(world, `/runs/${run.id}/undo`))
    expect(undone).toMatchObject({ trigger: 'page', status: 'ok', counts: { confirmed: 2 } })
    expect(await names(world)).toEqual(['Old/p0', 'Old/p1'])
    expect(await see(world, `/runs/${undone.id}`)).not.toContain('<button')
  })

  it('is stopped by its button while it goes on, and not afterwards', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3))
    await world.tick(now)
    let path = ''
    let page = ''
    let stop: Response | undefined
    world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('/projects/delete') && stop === undefined) {
          path = `/runs/${(await world.stub.runs(1, null))[0]?.id}`
          page = await see(world, path)
          stop = await press(world, `${path}/stop`)
        }
        return fetch(input, init)
      },
    })
    const run = await world.tick(now + 2 * DAY)
    expect(page).toContain('Stop before the next change')
    expect(stop?.headers.get('location')).toBe(path)
    expect(path).toBe(`/runs/${run.id}`)
    expect((await world.deletions()).length).toBeLessThan(3)
    expect(run.message).toMatch(/stopped/i)
    const late = await press(world, `${path}/stop`)
    expect(late.status).toBe(409)
    expect(await late.text()).toContain('This run is over already')
  })
})

describe('a project, on its page', () => {
  it('is kept until a day, listed, and released', async () => {
    const world = await makeWorld(`${DELETE_OLD}${PEOPLE}`, [stale('Old/<b>a</b>')])
    await world.tick(now)
    const path = `/projects/${await idOf(world, 'Old/<b>a</b>')}`
    expect(await see(world, path)).toContain('Keep until the end of')
    const day = new Date(now + 9 * DAY).toISOString().slice(0, 10)
    const held = await press(world, `${path}/hold`, { until: day }, { as: ops })
    expect([held.status, held.headers.get('location')]).toEqual([303, path])
    const list = await see(world, '/holds')
    expect(list).toContain('Old/&lt;b&gt;a&lt;/b&gt;')
    expect(list).toContain('Ops')
    expect(await world.stub.holds()).toMatchObject([{ by: 'Ops' }])
    await world.tick(now + 2 * DAY)
    expect(await world.deletions()).toEqual([])
    expect(await see(world, path)).toContain('Release')
    expect((await press(world, `${path}/release`)).status).toBe(303)
    expect(await world.stub.holds()).toEqual([])
    expect(await see(world, '/holds')).toContain('Nobody holds anything here.')
    const again = await press(world, `${path}/release`)
    expect([again.status, (await again.text()).includes('is not held')]).toEqual([409, true])
  })

  it('is kept for ever with an empty day; a day that is over, or no day, is refused in words', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    const path = `/projects/${await idOf(world, 'Old/p0')}/hold`
    for (const [until, why] of [
      ['2020-01-01', 'is over already'],
      ['soon', 'is no day'],
    ] as const) {
      const answer = await press(world, path, { until })
      expect(answer.status).toBe(409)
      expect(await answer.text()).toContain(why)
    }
    expect((await press(world, path, { until: '' })).status).toBe(303)
    expect(await world.stub.holds()).toMatchObject([{ until: null, by: 'token' }])
  })

  it('comes back from the Recycle Bin by its button', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const id = await idOf(world, 'Old/p0')
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    expect(await names(world)).not.toContain('Old/p0')
    expect(await see(world, `/projects/${id}`)).toContain('leansweep deleted it on')
    expect(await see(world, `/projects/${id}`)).toContain('Bring it back from the Recycle Bin or our backup')
    expect(await led(world, await press(world, `/projects/${id}/restore`))).toMatchObject({ status: 'ok' })
    expect(await idOf(world, 'Old/p0')).toBe(id)
  })

  it('is rebuilt by the same button when nothing is left of it but our backup', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(1), { name: 'Work/x' }])
    const id = await idOf(world, 'Old/p0')
    await world.control('switches', { delete: 'hard' })
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    await world.tick(now + 3 * DAY)
    const page = await ask(world, `/projects/${id}`, { bearer: null })
    expect(page.status).toBe(404)
    expect(await page.text()).toContain(`action="/projects/${id}/restore"`)
    const run = await led(world, await press(world, `/projects/${id}/restore`))
    expect(run.outcomes).toMatchObject([{ action: 'rebuild', outcome: 'done' }])
    expect(await names(world)).toContain('Old/p0')
  })
})

describe('the pause, on every page', () => {
  it('G19 is set and lifted by a button, and a banner says who paused', async () => {
    const world = await makeWorld(`${DELETE_OLD}${PEOPLE}`, staleMany(1))
    await world.tick(now)
    expect(await see(world, '/', ops)).toContain('action="/pause"')
    expect((await press(world, '/pause', {}, { as: ops })).headers.get('location')).toBe('/')
    for (const path of ['/', '/holds'])
      expect(await see(world, path)).toMatch(/Paused by Ops since .*action="\/resume"/s)
    expect(await see(world, '/', stranger)).not.toContain('action="/resume"')
    expect(await world.tick(now + 2 * DAY)).toMatchObject({ mode: 'report', counts: { due: 1, acted: 0 } })
    expect(await world.deletions()).toEqual([])
    expect((await press(world, '/resume')).status).toBe(303)
    expect(await see(world, '/')).not.toContain('Paused by')
    expect(await world.tick(now + 2 * DAY + 3_600_000)).toMatchObject({ counts: { confirmed: 1 } })
  })
})

describe('every form', () => {
  const FORMS = [
    '/runs/20261126-100000-abcdef/decision',
    '/runs/20261126-100000-abcdef/undo',
    '/runs/20261126-100000-abcdef/stop',
    '/projects/1/hold',
    '/projects/1/release',
  ]
  const ALL = [...FORMS, '/projects/1/restore', '/sweep', '/pause', '/resume']

  it('is pressed by our own pages only', async () => {
    const world = await makeWorld(`${DELETE_OLD}${PEOPLE}`, staleMany(1))
    for (const path of ALL) {
      for (const headers of [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': '', origin: 'https://elsewhere.example' },
      ]) {
        const answer = await press(world, path, {}, { as: ann, headers })
        expect([path, answer.status]).toEqual([path, 403])
        expect(await answer.text()).toContain('Another site made the browser ask; nothing was done.')
      }
    }
    expect(await world.stub.runs(10, null)).toEqual([])
    expect(await world.stub.health()).toMatchObject({ pause: null })
  })

  it('takes a form, and not JSON or something huge', async () => {
    const world = await makeWorld(`${DELETE_OLD}${PEOPLE}`, staleMany(1))
    for (const path of ALL) {
      const json = await press(world, path, {}, { as: ann, headers: { 'content-type': 'application/json' } })
      expect([path, json.status]).toEqual([path, 415])
      const huge = await press(world, path, { until: 'x'.repeat(1_048_577) }, { as: ann })
      expect([path, huge.status]).toEqual([path, 413])
    }
    expect(await world.stub.health()).toMatchObject({ pause: null })
  })

  it('is refused to people without the right, and asks strangers to sign in', async () => {
    const world = await makeWorld(`${DELETE_OLD}${PEOPLE}`, staleMany(1))
    const env = { QC_API_URL: 'https://www.quantconnect.com/api/v2', ADMIN_TOKEN: 'a-long-secret-of-ours' }
    for (const path of ALL) {
      expect([path, (await press(world, path, {}, { as: stranger })).status]).toEqual([path, 403])
      const answer = await ask(world, path, { method: 'POST', bearer: null, env })
      expect([path, answer.status]).toEqual([path, 401])
    }
    expect(await world.stub.health()).toMatchObject({ pause: null })
  })

  it('says what a path takes when it is only looked at', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const answer = await ask(world, '/pause', { bearer: null })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })
})
