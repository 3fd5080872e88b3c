/** G28: every view knows what leansweep did since the last scan, as soon as it was done. */

import { describe, expect, it } from 'vitest'
import type { Why } from '../../src/core/plan/explain.ts'
import { command, idOf, undo } from '../support/asking.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const PERSON = { authorization: `Basic ${btoa('me:dev-admin-token')}` }
const ann = { kind: 'person', name: 'Ann' } as const

async function why(world: World, projectId: number): Promise<Why> {
  const asked = await world.stub.why(projectId)
  if (!asked.ok) throw new Error(asked.message)
  return asked.value as Why
}

async function deleted(): Promise<{ world: World; id: number; run: string }> {
  const world = await makeWorld(DELETE_OLD, [...staleMany(1), stale('Work/x')])
  const id = await idOf(world, 'Old/p0')
  await world.tick(now)
  const { id: run } = await world.tick(now + 2 * DAY)
  return { world, id, run }
}

describe('G28 what leansweep did since the last scan', () => {
  it('is in why, the inventory and the names: a deletion with run, rule, time, purge date and the way back', async () => {
    const { world, id, run } = await deleted()
    const answer = await why(world, id)
    expect(answer).toMatchObject({ verdict: 'protected', due: null, mark: null, name: 'Recycle Bin/Old/p0' })
    const [action] = answer.actions
    expect(action).toMatchObject({ action: 'delete', run, rule: 'old', by: 'cron', isCertain: true, name: 'Old/p0' })
    const at = Date.parse(action?.at ?? '')
    expect(Math.abs(at - Date.now())).toBeLessThan(60_000)
    expect(Date.parse(action?.purgedAt ?? '')).toBe(at + 30 * DAY)
    expect(action?.undo).toContain(`/api/projects/${id}/restore`)
    expect(answer.sentences.join(' ')).toMatch(/leansweep deleted it on .* rule "old".*purges it on .*Bring it back/)

    const inventory = await world.stub.inventory()
    if (!inventory.ok) throw new Error(inventory.message)
    const { actions, verdicts, projects, counts } = inventory.value
    expect(actions.map(({ projectId }) => projectId)).toEqual([id])
    expect(verdicts[id]?.verdict).toBe('protected')
    expect(projects.find((one) => one.id === id)?.path).toBe('Recycle Bin/Old/p0')
    expect(counts.due).toBe(0)
    expect(await world.stub.suggest('Old/p0', 5)).toMatchObject({ value: [{ name: 'Recycle Bin/Old/p0' }] })
    expect((await ask(world, '/api/inventory')).status).toBe(200)
  })

  it('stays known of what is in the bin after the next scan', async () => {
    const { world, id, run } = await deleted()
    await world.tick(now + 3 * DAY)
    expect((await why(world, id)).actions).toMatchObject([{ action: 'delete', run }])
    expect((await why(world, await idOf(world, 'Work/x'))).actions).toEqual([])
  })

  it('says that it is gone where the bin does not hold it, and how it comes back', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(1), stale('Work/x')])
    const id = await idOf(world, 'Old/p0')
    await world.control('switches', { delete: 'hard' })
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    const asked = await world.stub.why(id)
    expect(asked).toMatchObject({ ok: false, reason: 'notFound' })
    expect(asked.ok ? '' : asked.message).toMatch(
      /deleted it on .*not in the Recycle Bin; only a backup.*Bring it back/,
    )
    const held = await world.stub.hold(id, null, ann)
    expect(held).toMatchObject({ ok: false, message: expect.stringContaining(`/api/projects/${id}/restore`) })
  })

  it('knows what came back, and what was renamed by a rule or a command', async () => {
    const archive = rule('old', '{ path = "Old/*", idle = ">90d" }', 'archive', 'to = "Archive/{name}"')
    const world = await makeWorld(NO_CAPS + archive, [stale('Old/a'), { name: 'Lab/b' }])
    const [a, b] = [await idOf(world, 'Old/a'), await idOf(world, 'Lab/b')]
    await world.tick(now)
    const { id: run } = await world.tick(now + 2 * DAY)
    expect(await why(world, a)).toMatchObject({
      name: 'Archive/a',
      actions: [{ action: 'archive', run, name: 'Old/a' }],
    })
    await command(world, { type: 'project.update', project: b, name: 'Lab/c' })
    expect(await why(world, b)).toMatchObject({ name: 'Lab/c', actions: [{ action: 'update', rule: null }] })
    expect((await why(world, b)).sentences[0]).toMatch(/renamed it from "Lab\/b" to "Lab\/c".*asked for by/)
    await undo(world, run)
    expect((await why(world, a)).name).toBe('Old/a')
  })

  it('says so when it is not known whether a call had an effect, and then nothing is taken for done', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const id = await idOf(world, 'Old/p0')
    await world.tick(now)
    await world.faults(
      { endpoint: 'projects/delete', kind: 'status-500', calls: 'all' },
      { endpoint: 'projects/read', kind: 'status-500', calls: [3, 4, 5, 6, 7, 8, 9, 10] },
    )
    await world.tick(now + 2 * DAY)
    const answer = await why(world, id)
    if (answer.actions.length === 0) return expect(answer.verdict).not.toBe('protected')
    expect(answer.name).toBe('Old/p0')
    expect(answer.sentences[0]).toMatch(/whether it had an effect is not known yet/)
  })

  it('answers by the fresh list that a command has just read', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a'), { name: 'Lab/b' }])
    await world.tick(now)
    await world.edit('Old/a', { name: 'Lab/new' })
    const id = await idOf(world, 'Lab/new')
    expect(await why(world, id)).toMatchObject({ name: 'Old/a', verdict: 'marked' })
    await command(world, { type: 'project.update', project: await idOf(world, 'Lab/b'), name: 'Lab/c' })
    expect(await why(world, id)).toMatchObject({ name: 'Lab/new', verdict: 'kept' })
    // A sweep puts its own in its place again.
    await world.edit('Lab/new', { name: 'Old/again' })
    await world.tick(now + HOUR)
    expect((await why(world, id)).name).toBe('Old/again')
  })

  it('a list that misses projects answers nobody', async () => {
    const projects = Array.from({ length: 8 }, (_, n) => stale(`Old/p${n}`))
    const world = await makeWorld(DELETE_OLD, projects)
    await world.tick(now)
    const id = await idOf(world, 'Old/p7')
    const all = await world.projects()
    await world.reset(projects.slice(0, 4))
    const left = (await world.projects())[0]?.projectId ?? 0
    await world.stub.hold(left, null, ann).catch(() => null)
    await command(world, { type: 'project.update', project: left, description: 'x' })
    expect(all.length).toBeGreaterThan(4)
    expect((await world.stub.why(id)).ok).toBe(true)
  })
})

describe('G28 a name', () => {
  const words = (text: string) => [{ text, start: 0, end: text.length, quoted: false }]
  const named = async (world: World, text: string, destroys = false) => {
    const asked = await world.stub.named(text, words(text), { goneToo: false, destroys })
    if (!asked.ok) throw new Error(asked.message)
    return asked.value
  }

  it('that a project had before finds it, if no other has or had it, and never for what deletes', async () => {
    const world = await makeWorld(DELETE_OLD, [{ name: 'Lab/a' }, { name: 'Lab/b' }, { name: 'Lab/c' }])
    const [a, b] = [await idOf(world, 'Lab/a'), await idOf(world, 'Lab/b')]
    await world.tick(now)
    // By a person, seen by the next scan; by a command, known at once.
    await world.edit('Lab/a', { name: 'New/a' })
    await world.tick(now + HOUR)
    await command(world, { type: 'project.update', project: b, name: 'New/b' })
    expect((await named(world, 'Lab/a')).projects).toEqual([{ projectId: a, name: 'New/a' }])
    expect((await named(world, 'lab/b')).projects).toEqual([{ projectId: b, name: 'New/b' }])
    expect(await named(world, 'Lab/a', true)).toMatchObject({ used: 0, projects: [], close: [{ projectId: a }] })

    const updated = await command(world, { type: 'project.update', project: 'Lab/a', description: 'Found.' })
    expect(updated.status).toBe('ok')
    expect((await world.project('New/a')).description).toBe('Found.')
    const refused = await command(world, { type: 'project.delete', project: 'Lab/a' })
    expect(refused).toMatchObject({ status: 'refused', message: expect.stringMatching(/No project is called.*New\/a/) })

    // A present name wins, and one that several had is none.
    await world.edit('Lab/c', { name: 'Lab/a' })
    await world.tick(now + 2 * HOUR)
    expect((await named(world, 'Lab/a')).projects).toMatchObject([{ name: 'Lab/a' }])
    await world.edit('Lab/a', { name: 'New/c' })
    await world.tick(now + 3 * HOUR)
    expect(await named(world, 'Lab/a')).toMatchObject({ used: 0, projects: [] })
    expect((await named(world, 'Lab/a')).close).toHaveLength(2)
    const several = await command(world, { type: 'project.update', project: 'Lab/a', description: 'No.' })
    expect(several.status).toBe('refused')
  })

  it('that somebody changed since the last scan finds it for a command too', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'Lab/a' }])
    await world.tick(now)
    await world.edit('Lab/a', { name: 'New/a' })
    expect(await command(world, { type: 'project.update', project: 'Lab/a', description: 'x' })).toMatchObject({
      status: 'ok',
    })
  })
})

describe('G28 a hold', () => {
  it('in the Recycle Bin is refused with the way to bring it back, when QuantConnect cannot be asked as well', async () => {
    const { world, id } = await deleted()
    for (const fault of [[], [{ endpoint: 'projects/read', kind: 'status-500', calls: 'all' as const }]]) {
      await world.faults(...fault)
      const answer = await ask(world, `/api/projects/${id}/hold`, { method: 'POST' })
      expect(answer.status).toBe(409)
      expect(await answer.text()).toMatch(/Recycle Bin.*restore/)
    }
    await world.faults()
    expect(await world.stub.holds()).toEqual([])
    await world.edit('Recycle Bin/Old/p0', { name: 'Old/p0' })
    expect(await world.stub.hold(id, null, ann)).toMatchObject({ ok: true })
  })

  it('that is released holds no more in any view at once, before its description says so', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a', { description: 'Notes. [keep]' }), stale('Old/b')])
    await world.tick(now)
    const id = await idOf(world, 'Old/a')
    expect((await why(world, id)).verdict).toBe('held')
    await world.faults({ endpoint: 'projects/update', kind: 'slow', delayMs: 400, calls: 'all' })
    const released = await world.stub.release(id, ann)
    if (!released.ok || released.run === null) throw new Error('It was not released.')
    const answer = await why(world, id)
    // Its activity has not been read while it was held.
    expect(answer.verdict).toBe('notJudged')
    expect(answer.sentences.join(' ')).toContain('It was released')
    expect((await world.ended(released.run)).status).toBe('ok')
    expect(await why(world, id)).toMatchObject({ verdict: 'notJudged', actions: [{ action: 'update' }] })
  })
})

describe('G28 a project that cannot be backed up', () => {
  const big = (size: number) => [{ name: 'main.py', content: 'x'.repeat(size), modified: now - 200 * DAY }]

  it('is not read again every hour, and why says so; later, or once it is changed, it is tried again', async () => {
    const policy = NO_CAPS + rule('old', '{ path = "Old/*", age = ">90d" }', 'delete')
    const world = await makeWorld(policy, [stale('Old/big'), stale('Old/other'), stale('Work/x')])
    const [id, other] = [await idOf(world, 'Old/big'), await idOf(world, 'Old/other')]
    const readsOf = async (projectId: number) => {
      const sent = await world.requests()
      return sent.filter(({ path, params }) => path === 'files/read' && Number(params.projectId) === projectId).length
    }
    await world.tick(now)
    await world.faults({ endpoint: 'files/read', kind: 'malformed', calls: 'all' })
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes.map(({ outcome }) => outcome)).toEqual(['failed', 'failed'])
    const reads = await readsOf(id)
    for (const hours of [1, 2, 3]) {
      expect(await world.tick(now + 2 * DAY + hours * HOUR)).toMatchObject({ status: 'ok', outcomes: [] })
    }
    expect(await readsOf(id)).toBe(reads)
    const answer = await why(world, id)
    expect(answer.verdict).toBe('marked')
    expect(answer.sentences.join(' ')).toMatch(/could not be backed up.*could not be read.*tried again/)
    expect(Date.parse(answer.due ?? '')).toBeGreaterThan(now + 2 * DAY + 20 * HOUR)
    expect((await ask(world, `/projects/${id}`, { bearer: null, headers: PERSON })).status).toBe(200)

    await world.edit('Old/other', { modified: new Date(now + 2 * DAY).toISOString() })
    await world.tick(now + 2 * DAY + 4 * HOUR)
    expect(await readsOf(id)).toBe(reads)
    expect(await readsOf(other)).toBeGreaterThan(reads)
    await world.faults()
    await world.tick(now + 3 * DAY + HOUR)
    expect((await world.projects()).map(({ name }) => name)).toContain('Recycle Bin/Old/big')
  })

  it('of which a file cannot be read is treated alike, and goes once it can be', async () => {
    const world = await makeWorld(DELETE_OLD, [stale('Old/a', { files: big(5) }), stale('Work/x')])
    await world.tick(now)
    await world.tick(now + 2 * DAY - HOUR / 2) // its activity is read
    await world.faults({ endpoint: 'files/read', kind: 'malformed', calls: 'all' })
    await world.tick(now + 2 * DAY)
    const reads = await world.calls('files/read')
    await world.tick(now + 2 * DAY + HOUR)
    expect(await world.calls('files/read')).toBe(reads)
    await world.faults()
    await world.tick(now + 4 * DAY)
    await world.tick(now + 4 * DAY + HOUR)
    expect((await world.projects()).map(({ name }) => name).sort()).toEqual(['Recycle Bin/Old/a', 'Work/x'])
  })
})

describe('G28 due', () => {
  it('is the moment at which it fell due, whenever somebody looks', async () => {
    const asks = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"always"')}`
    const world = await makeWorld(asks, staleMany(1))
    const id = await idOf(world, 'Old/p0')
    const { at } = await world.tick(now)
    const fell = new Date(Date.parse(at) + DAY).toISOString()
    for (const days of [2, 5]) {
      await world.tick(now + days * DAY)
      expect(await why(world, id)).toMatchObject({ verdict: 'due', due: fell })
    }
  })

  it('is when the window opened after the grace, and the next opening while it is closed', async () => {
    const monday = Date.parse('2031-03-03T00:00:00Z')
    const window = '[window]\ndays = "Mon"\nhours = "09:00-17:00"\n'
    const asks = `${window}${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"always"')}`
    const world = await makeWorld(asks, staleMany(1))
    const id = await idOf(world, 'Old/p0')
    world.set({ skewMs: monday - Date.now() })
    await world.tick(monday)
    await world.tick(monday + 3 * DAY)
    const opening = new Date(monday + 7 * DAY + 9 * HOUR).toISOString()
    expect(await why(world, id)).toMatchObject({ verdict: 'marked', due: opening })
    await world.tick(monday + 7 * DAY + 12 * HOUR)
    expect(await why(world, id)).toMatchObject({ verdict: 'due', due: opening })
    await world.tick(monday + 14 * DAY + 10 * HOUR)
    expect(await why(world, id)).toMatchObject({ verdict: 'due', due: opening })
  })
})
