/** The way back: from the bin by a rename, from our backup once the bin has let go, and to the state before a change. */

import { describe, expect, it } from 'vitest'
import { command, idOf, names, request, undo } from '../support/asking.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

/** A month goes by in the sandbox, so that the bin lets go of what is in it. */
async function emptyBin(world: World): Promise<void> {
  await world.control('clock', { advance: 31 * DAY })
}

const FULL = {
  name: 'a/x',
  description: 'mean & "reversion" [v2]\nsecond line',
  language: 'Py',
  parameters: [
    { key: 'fast', value: '5' },
    { key: 'slow', value: '20 = twenty' },
  ],
  files: [
    { name: 'main.py', content: 'print("héllo")\r\n\tx = 1  ' },
    { name: 'lib/indicators.py', content: '# 研究\n' },
    { name: 'research.ipynb', content: '{"cells": []}' },
  ],
}

describe('restore from the bin', () => {
  it('is a rename: the same id, its backtests kept, under the name it had', async () => {
    const world = await makeWorld(NO_CAPS, [{ ...FULL, backtests: [{ name: 'b1' }] }, { name: 'b' }])
    const projectId = await idOf(world, 'a/x')
    const deleted = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(await names(world)).toEqual(['Recycle Bin/a/x', 'b'])
    const run = await command(world, { type: 'project.restore', projectId })
    expect(run).toMatchObject({
      status: 'ok',
      counts: { confirmed: 1 },
      outcomes: [{ action: 'restore', outcome: 'done' }],
    })
    expect(await world.project('a/x')).toMatchObject({
      projectId,
      description: FULL.description,
      backtests: [{ name: 'b1' }],
    })
    expect(deleted.id).not.toBe(run.id)
  })

  it('holds the project for 30 days, in the ledger only', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    const swept = await world.tick(now + 2 * DAY)
    const projectId = Number(swept.outcomes[0]?.projectId)
    expect(await undo(world, swept.id)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    const project = await world.project('Old/p0')
    expect(project).toMatchObject({ projectId, description: '' })
    expect(await world.stub.holds()).toMatchObject([{ projectId, by: 'its restore' }])
    await world.edit('Old/p0', { modified: new Date(now - 200 * DAY).toISOString() })
    expect((await world.tick(now + 30 * DAY)).counts).toMatchObject({ held: 1 })
    expect((await world.tick(now + 33 * DAY)).counts).toMatchObject({ held: 0, marked: 1 })
  })

  it('does not shorten a hold that lasts longer', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: projectId })
    const { created } = await world.inside(({ storage }) => ({
      created: Number(storage.sql.exec('SELECT created FROM items LIMIT 1').one().created),
    }))
    await world.inside(({ storage }) =>
      storage.sql.exec(
        'INSERT INTO holds (project_id, created, until, by) VALUES (?, ?, NULL, ?)',
        projectId,
        created,
        'Ann',
      ),
    )
    await command(world, { type: 'project.restore', projectId })
    expect(await world.stub.holds()).toMatchObject([{ projectId, until: null, by: 'Ann' }])
  })

  it('a taken name gets a number, one that may not be written is made writable; both are said', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'Clone of: y' }])
    const [x, y] = [await idOf(world, 'a/x'), await idOf(world, 'Clone of: y')]
    await command(world, { type: 'project.delete', project: x })
    await command(world, { type: 'project.delete', project: y })
    await world.control('edit', { projectId: x, description: 'the old one' })
    await world.control('edit', { projectId: y, name: 'Recycle Bin/Clone of: y' })
    await command(world, { type: 'project.update', project: x, description: 'refused, it is in the bin' })
    const other = await makeWorld(NO_CAPS, [
      { name: 'Recycle Bin/a/x', binned: now },
      { name: 'a/x' },
      { name: 'Recycle Bin/Clone of: y', binned: now },
    ])
    const first = await command(other, { type: 'project.restore', projectId: await idOf(other, 'Recycle Bin/a/x') })
    expect(first.warnings).toEqual(['It cannot be called "a/x" (that name is taken), so it is called "a/x 2".'])
    const second = await command(other, {
      type: 'project.restore',
      projectId: await idOf(other, 'Recycle Bin/Clone of: y'),
    })
    expect(second.warnings[0]).toMatch(/^It cannot be called "Clone of: y" .*, so it is called "Clone of y"\.$/)
    expect(await names(other)).toEqual(['Clone of y', 'a/x', 'a/x 2'])
  })

  it('G12 a restore whose answer was lost is seen to, not sent again', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'Recycle Bin/a', binned: now }])
    await world.faults({ endpoint: 'projects/update', calls: [1], kind: 'reset-after' })
    const run = await command(world, { type: 'project.restore', projectId: await idOf(world, 'Recycle Bin/a') })
    expect(run).toMatchObject({ status: 'ok', outcomes: [{ outcome: 'done' }] })
    expect(await world.calls('projects/update')).toBe(1)
    expect(await names(world)).toEqual(['a'])
  })

  it('what is neither in the bin nor backed up is refused with the reason', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    const there = await command(world, { type: 'project.restore', projectId: await idOf(world, 'a/x') })
    expect(there).toMatchObject({ status: 'refused', message: 'It is not in the Recycle Bin.' })
    const gone = await command(world, { type: 'project.restore', projectId: 99 })
    expect(gone.message).toMatch(/^No project has the id 99\. .* there is no backup of it\.$/)
  })
})

describe('rebuild from our backup', () => {
  async function lost(projects: readonly object[], setting = {}): Promise<{ world: World; projectId: number }> {
    const world = await makeWorld(NO_CAPS, [...projects, { name: 'b' }], setting)
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: projectId })
    await emptyBin(world)
    expect(await names(world)).not.toContain('Recycle Bin/a/x')
    return { world, projectId }
  }

  it('is byte for byte in files, parameters, description, libraries and language, under a new id, held, and said', async () => {
    const library = { name: 'Library/tools', projectId: 77_000_001 }
    const { world, projectId } = await lost([{ ...FULL, libraries: [77_000_001] }, library])
    const run = await command(world, { type: 'project.restore', projectId })
    expect(run).toMatchObject({ status: 'ok', outcomes: [{ action: 'rebuild', outcome: 'done', projectId }] })
    expect(run.outcomes[0]?.detail).toMatch(/^Rebuilt as project \d+, called "a\/x"\.$/)
    expect(run.warnings.join(' ')).toMatch(/new id; its backtests and its live history do not come back/)

    const rebuilt = await world.project('a/x')
    expect(rebuilt.projectId).not.toBe(projectId)
    expect(rebuilt).toMatchObject({ description: FULL.description, language: 'Py', parameters: FULL.parameters })
    const byName = (files: readonly { name: string; content: string }[]) =>
      Object.fromEntries(files.map(({ name, content }) => [name, content]))
    expect(byName(rebuilt.files)).toEqual(byName(FULL.files))
    expect(JSON.stringify(rebuilt.libraries)).toContain('77000001')
    expect(await world.stub.holds()).toMatchObject([{ projectId: rebuilt.projectId, by: 'its restore' }])
  })

  it('says what could not come back: empty files, links to libraries that are no more', async () => {
    const files = [...FULL.files, { name: 'empty.py', content: '' }]
    const { world, projectId } = await lost([
      { ...FULL, files, libraries: [77_000_001] },
      { name: 'Library/tools', projectId: 77_000_001 },
    ])
    const library = await world.project('Library/tools')
    await world.reset([{ name: 'only/this', projectId: 5 }])
    expect(library.projectId).toBe(77_000_001)
    const run = await command(world, { type: 'project.restore', projectId })
    expect(run.outcomes[0]?.detail).toMatch(/The empty file empty\.py did not come back/)
    expect(run.outcomes[0]?.detail).toMatch(/The library 77000001 is no more/)
    expect((await world.project('a/x')).files.map(({ name }) => name).sort()).toEqual(
      FULL.files.map(({ name }) => name).sort(),
    )
  })

  it('goes on over slices when the calls of one are used up', async () => {
    const files = Array.from({ length: 25 }, (_, n) => ({ name: `f${n}.py`, content: `# ${n}` }))
    const { world, projectId } = await lost([{ ...FULL, files }], { callsPerSlice: 12 })
    const run = await command(world, { type: 'project.restore', projectId })
    expect(run.outcomes[0]).toMatchObject({ outcome: 'done' })
    // With the two that QuantConnect gave it, which nobody deletes.
    expect((await world.project('a/x')).files).toHaveLength(27)
    expect(await world.calls('projects/create')).toBe(1)
  })

  it.each(['reset-before', 'reset-after'])(
    'with the answer to the first call lost (%s) it makes one project or none',
    async (kind) => {
      const { world, projectId } = await lost([FULL])
      await world.faults({ endpoint: 'projects/create', calls: [1], kind })
      const run = await command(world, { type: 'project.restore', projectId })
      expect(await world.calls('projects/create')).toBe(1)
      if (kind === 'reset-after') {
        expect(run.outcomes[0]).toMatchObject({ outcome: 'done' })
        expect((await world.project('a/x')).files).toHaveLength(3)
        return
      }
      expect(run.outcomes[0]).toMatchObject({ outcome: 'unsure' })
      world.aMinuteLater()
      await world.reset([{ name: 'b' }])
      const later = await world.tick(now + DAY)
      expect(later.outcomes[0]).toMatchObject({ action: 'rebuild', outcome: 'failed' })
      expect(later.outcomes[0]?.detail).toMatch(/Ask for the restore again/)
    },
  )

  it.each(['before', 'after'] as const)('G12 killed %s any call it goes on, and makes one project', async (moment) => {
    const { world, projectId } = await lost([FULL])
    const killed = new Set<string>()
    world.set({
      fetch: async (input, init, ctx) => {
        const call = `${String(input)} ${String(init?.body)}`
        const isFirst = !killed.has(call)
        killed.add(call)
        if (isFirst && moment === 'before') ctx.abort('killed by a test')
        const answer = await fetch(input, init)
        if (isFirst && moment === 'after') ctx.abort('killed by a test')
        return answer
      },
    })
    const wanted = { kind: 'command', mode: 'act', command: { type: 'project.restore', projectId } } as const
    const submission = { triggerId: 'the restore', trigger: 'api', actor: 'token', request: wanted } as const
    // The platform starts a failed alarm again after two seconds; a replay wakes the object sooner.
    let run = null
    while (run === null || run.finishedAt === null) {
      const submitted = await world.stub.submit(submission).catch(() => null)
      await new Promise((resolve) => setTimeout(resolve, 15))
      run = submitted === null ? null : await world.stub.run(submitted.run).catch(() => null)
    }
    expect(await world.calls('projects/create')).toBeLessThanOrEqual(1)
    expect(['done', 'unsure']).toContain(run.outcomes[0]?.outcome)
    if (run.outcomes[0]?.outcome === 'done') expect((await world.project('a/x')).files).toHaveLength(3)
  })
})

describe('the undo of a run', () => {
  it('takes back what rules moved, renamed and described, to the state that was recorded', async () => {
    const policy = `${NO_CAPS}${rule('shelf', '{ path = "Old/*" }', 'archive')}${rule('note', '{ path = "Note/*", stamped = false }', 'describe', 'to = "look"')}`
    const world = await makeWorld(policy, [
      stale('Old/a', { description: 'mine' }),
      stale('Note/b', { description: 'also mine' }),
    ])
    await world.tick(now)
    const swept = await world.tick(now + 2 * DAY)
    expect(swept.counts).toMatchObject({ confirmed: 2 })
    expect((await world.project('Note/b')).description).toBe('also mine\nleansweep: look')
    const run = await undo(world, swept.id)
    expect(run).toMatchObject({ status: 'ok', counts: { confirmed: 2 } })
    expect(await world.project('Old/a')).toMatchObject({ description: 'mine' })
    expect(await world.project('Note/b')).toMatchObject({ description: 'also mine' })
  })

  it('takes back an update, parameters included, and only what that run wrote', async () => {
    const world = await makeWorld(NO_CAPS, [FULL])
    const changed = await command(world, {
      type: 'project.update',
      project: 'a/x',
      name: 'b/x',
      parameters: { fast: '9', slow: null },
    })
    await world.edit('b/x', { description: 'edited by a person meanwhile' })
    expect(await undo(world, changed.id)).toMatchObject({ status: 'ok' })
    expect(await world.project('a/x')).toMatchObject({
      parameters: FULL.parameters,
      description: 'edited by a person meanwhile',
    })
  })

  it('an update of one parameter leaves the bounds of the others, and its own, as they were', async () => {
    const bounded = { key: 'fast', value: '5', min: '1', max: '9', type: 'int' }
    const world = await makeWorld(NO_CAPS, [
      { name: 'a/x', parameters: [bounded, { key: 'slow', value: '20', step: '5' }] },
    ])
    const changed = await command(world, { type: 'project.update', project: 'a/x', parameters: { slow: '25' } })
    expect((await world.project('a/x')).parameters).toEqual([bounded, { key: 'slow', value: '25', step: '5' }])
    await undo(world, changed.id)
    expect((await world.project('a/x')).parameters).toEqual([bounded, { key: 'slow', value: '20', step: '5' }])
  })

  it('leaves alone what somebody changed since, and says so', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', description: 'old' }])
    const changed = await command(world, { type: 'project.update', project: 'a/x', description: 'new' })
    await world.edit('a/x', { description: 'newer' })
    const run = await undo(world, changed.id)
    expect(run.status).toBe('refused')
    expect(run.message).toMatch(/Its description has been changed since, so it was left alone/)
  })

  it('of one project only, or of all; what is undone once is not undone twice', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'a/y' }, { name: 'a/z' }])
    const y = await idOf(world, 'a/y')
    const deleted = await command(world, { type: 'directory.delete', directory: 'a' })
    expect(await world.stub.lastDeed(y)).toBe(deleted.id)
    expect(await undo(world, deleted.id, y)).toMatchObject({ counts: { confirmed: 1 } })
    expect(await names(world)).toEqual(['Recycle Bin/a/x', 'Recycle Bin/a/z', 'a/y'])
    const rest = await undo(world, deleted.id)
    expect(rest).toMatchObject({ counts: { confirmed: 2 } })
    expect(rest.warnings.join()).toMatch(/a\/y \(\d+\): It is not in the Recycle Bin\./)
    expect(await undo(world, deleted.id)).toMatchObject({ status: 'refused' })
  })

  it('works under caps of 0: to bring something back weighs on none', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    const deleted = await command(world, { type: 'project.delete', project: 'a/x' })
    world.set({ policy: '[limits]\nper_run = 0\nper_day = 0\npercent = 0\nstamps_per_run = 0' })
    expect(await undo(world, deleted.id)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
  })

  it('is itself a run that can be repeated by its id without a second effect', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }])
    const deleted = await command(world, { type: 'project.delete', project: 'a/x' })
    const wanted = { kind: 'undo', mode: 'act', run: deleted.id, projectId: null } as const
    const submission = { triggerId: 'undo once', trigger: 'api', actor: 'Ann', request: wanted } as const
    const all = await Promise.all(Array.from({ length: 10 }, () => world.stub.submit(submission)))
    expect(new Set(all.map(({ run }) => run)).size).toBe(1)
    await world.ended(all[0]?.run ?? '')
    expect(await world.calls('projects/update')).toBe(1)
    expect((await request(world, { ...wanted, run: 'no such run' })).status).toBe('refused')
  })

  it('settles an unsure deletion first, and then brings it back', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'a/y' }])
    // Nothing can be looked at once the call is out.
    let isOut = false
    world.set({
      fetch: async (input, init) => {
        if (isOut && String(input).endsWith('projects/read')) return new Response('', { status: 403 })
        isOut ||= String(input).endsWith('projects/delete')
        return fetch(input, init)
      },
    })
    const deleted = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(deleted.outcomes[0]).toMatchObject({ outcome: 'unsure' })
    world.set({ fetch })
    world.aMinuteLater()
    await world.tick(now + HOUR)
    expect(await undo(world, deleted.id)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    expect(await names(world)).toEqual(['a/x', 'a/y'])
  })
})
