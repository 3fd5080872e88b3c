/**
 * G16 and G24: what a restore makes again, and what it never touches while people act in between. The state is read from the
 * sandbox; the calls from its log.
 */

import { describe, expect, it } from 'vitest'
import { command, idOf, names } from '../support/asking.ts'
import { NO_CAPS } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

const X = {
  name: 'a/x',
  description: 'mean reversion',
  parameters: [{ key: 'fast', value: '5' }],
  files: [
    { name: 'main.py', content: 'print("the strategy")' },
    { name: 'lib/one.py', content: 'one = 1' },
    { name: 'lib/two.py', content: 'two = 2' },
    { name: 'research.ipynb', content: '{"cells": [1]}' },
  ],
}

/** A project of which nothing is left but our backup. */
async function lost(project: object = X, setting = {}): Promise<{ world: World; projectId: number }> {
  const world = await makeWorld(NO_CAPS, [project, { name: 'b' }], setting)
  const [{ projectId = 0 } = {}] = await world.projects()
  await command(world, { type: 'project.delete', project: projectId })
  await world.control('clock', { advance: 31 * DAY })
  return { world, projectId }
}

function restore(world: World, projectId: number) {
  return command(world, { type: 'project.restore', projectId })
}

/** Somebody acts right before or after the nth call of an endpoint. */
function when(
  world: World,
  moment: 'before' | 'after',
  endpoint: string,
  nth: number,
  act: (made: MadeProject) => Promise<unknown>,
): void {
  let calls = 0
  world.set({
    fetch: async (input, init) => {
      const isIt = String(input).endsWith(endpoint) && isOfNew(String(init?.body)) && ++calls === nth
      if (isIt && moment === 'before') await act(await made(world))
      const answer = await fetch(input, init)
      if (isIt && moment === 'after') await act(await made(world))
      return answer
    },
  })
  // Lists and looks at the old project are not meant.
  function isOfNew(body: string): boolean {
    return endpoint !== 'projects/read' || (body.includes('projectId') && !body.includes(`:${oldId(world)}}`))
  }
}

const OLD = new WeakMap<World, number>()
function oldId(world: World): number {
  return OLD.get(world) ?? 0
}

type MadeProject = Awaited<ReturnType<World['project']>>

/** The project that the restore is making. */
async function made(world: World): Promise<MadeProject> {
  const found = (await world.projects()).find(({ name }) => name.includes(' restoring '))
  if (found === undefined) throw new Error('No project is being restored.')
  return found
}

async function contents(world: World, projectId: unknown): Promise<{ readonly [name: string]: string }> {
  const project = (await world.projects()).find((one) => one.projectId === projectId)
  return Object.fromEntries((project?.files ?? []).map(({ name, content }) => [name, content]))
}

const BACK = Object.fromEntries(X.files.map(({ name, content }) => [name, content]))

/** A person saves these files, and leaves the others as they are. */
function saves(world: World, project: MadeProject, files: { readonly [name: string]: string }): Promise<unknown> {
  const others = project.files.filter(({ name }) => !(name in files))
  const saved = Object.entries(files).map(([name, content]) => ({ name, content, modified: Date.now() + 40 * DAY }))
  return world.control('edit', { projectId: project.projectId, files: [...others, ...saved] })
}

/** What a restore never sends, and how many calls it made from the first that changes anything. */
async function expectTame(world: World, most: number): Promise<void> {
  const all = await world.requests()
  expect(all.filter(({ path }) => path === 'files/delete')).toEqual([])
  expect(all.filter(({ path }) => path === 'projects/delete')).toHaveLength(1)
  const from = all.findIndex(({ path }) => path === 'projects/create')
  expect(all.length - from).toBeLessThanOrEqual(most)
}

describe('G16 a restored project', () => {
  it('has a temporary name with the id of the run until all is there, and never the old one before', async () => {
    const { world, projectId } = await lost()
    const seen: string[] = []
    world.set({
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        if (/files\/(create|update)$/.test(String(input))) seen.push((await made(world)).name)
        return answer
      },
    })
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ status: 'ok', outcomes: [{ action: 'rebuild', outcome: 'done' }] })
    expect(new Set(seen)).toEqual(new Set([`a/x restoring ${run.id}`]))
    const back = await world.project('a/x')
    expect(back).toMatchObject({ description: X.description, parameters: X.parameters })
    expect(await contents(world, back.projectId)).toEqual(BACK)
    expect(await names(world)).toEqual(['a/x', 'b'])
    await expectTame(world, X.files.length + 8)
    expect((await world.stub.health()).leftovers).toEqual([])
  })

  it.each([
    ['Clone of: ü/研究 "x"', 'Clone of- -/-- -x-', 'Clone of u'],
    ['/lead//double/', 'lead/double', 'lead/double'],
    ['con/aux', 'con_/aux_', 'con_/aux_'],
  ])('%j: characters that QuantConnect does not take become hyphens', async (name, temporary, final) => {
    const { world, projectId } = await lost({ ...X, name })
    let called = ''
    when(world, 'before', 'files/create', 1, async (project) => {
      called = project.name
    })
    const run = await restore(world, projectId)
    expect(called).toBe(`${temporary} restoring ${run.id}`)
    expect((await names(world)).some((one) => one.startsWith(final))).toBe(true)
  })

  it('a server that takes no long names gets a shorter one', async () => {
    const name = `research/${'long'.repeat(10)}`
    const { world, projectId } = await lost({ ...X, name })
    await world.control('switches', { nameLimit: name.length + 2 })
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ status: 'ok' })
    expect(await contents(world, (await world.project(name)).projectId)).toEqual(BACK)
  })

  it('gets a number when a person makes a project of its name meanwhile, which stays as it is', async () => {
    const { world, projectId } = await lost()
    when(world, 'before', 'files/create', 2, async () => {
      await world.edit('b', { name: 'a/x', description: 'mine' })
    })
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ status: 'ok' })
    expect(run.outcomes[0]?.detail).toMatch(/called "a\/x 2".*"a\/x" is taken by now/)
    expect(await world.project('a/x')).toMatchObject({ description: 'mine' })
    expect(await contents(world, (await world.project('a/x 2')).projectId)).toEqual(BACK)
    expect(await world.project('a/x 2')).toMatchObject({ description: X.description, parameters: X.parameters })
  })

  it('keeps the temporary name when the rename is refused; asked for again, the same project goes on', async () => {
    const { world, projectId } = await lost()
    await world.faults({ endpoint: 'projects/update', kind: 'status-403' })
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ status: 'partial', outcomes: [{ outcome: 'done' }] })
    expect(run.outcomes[0]?.detail).toMatch(/It could not be called "a\/x", so its name was left/)
    const { projectId: id, name } = await made(world)
    expect(name).toBe(`a/x restoring ${run.id}`)
    await world.faults()
    const again = await restore(world, projectId)
    expect(again).toMatchObject({ status: 'ok' })
    expect(again.warnings.join(' ')).toContain(`This goes on with project ${id}, which run ${run.id} began.`)
    expect(await world.project('a/x')).toMatchObject({ projectId: id, description: X.description })
    expect(await world.calls('projects/create')).toBe(1)
    expect(await restore(world, projectId)).toMatchObject({ status: 'refused' })
  })

  it('keeps a name that a person gives it before it is complete, and the rest is there', async () => {
    const { world, projectId } = await lost()
    OLD.set(world, projectId)
    when(world, 'before', 'projects/read', 1, (project) =>
      world.control('edit', { projectId: project.projectId, name: 'mine/now' }),
    )
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ status: 'partial' })
    expect(run.outcomes[0]?.detail).toMatch(/Somebody has renamed it meanwhile/)
    const mine = await world.project('mine/now')
    expect(mine).toMatchObject({ description: X.description, parameters: X.parameters })
    expect(await contents(world, mine.projectId)).toEqual(BACK)
    await expectTame(world, X.files.length + 8)
    expect(await restore(world, projectId)).toMatchObject({ status: 'refused' })
  })

  it('is held for 30 days from its first moment', async () => {
    const { world, projectId } = await lost()
    let holds: readonly object[] = []
    when(world, 'before', 'files/read', 1, async () => {
      holds = await world.inside(({ storage }) => storage.sql.exec('SELECT * FROM holds').toArray())
    })
    await restore(world, projectId)
    expect(holds).toMatchObject([{ project_id: (await world.project('a/x')).projectId, by: 'its restore' }])
  })

  it('is moved to the bin half-built: nothing more is set, and the next restore makes another', async () => {
    const { world, projectId } = await lost()
    when(world, 'before', 'files/create', 1, (project) =>
      world.control('edit', { projectId: project.projectId, name: `Recycle Bin/${project.name}` }),
    )
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ status: 'partial', outcomes: [{ outcome: 'failed' }] })
    expect(run.outcomes[0]?.detail).toMatch(/Somebody moved the new project \d+ to the Recycle Bin/)
    world.set({ fetch })
    expect(await restore(world, projectId)).toMatchObject({ status: 'ok' })
    expect(await contents(world, (await world.project('a/x')).projectId)).toEqual(BACK)
    expect(await names(world)).toContain(`Recycle Bin/a/x restoring ${run.id}`)
  })

  it('is gone for good half-built: unsure until a second look a minute later, then the restore can be asked for again', async () => {
    const { world, projectId } = await lost()
    when(world, 'before', 'files/create', 1, async () => {
      await world.reset([{ name: 'b', projectId: 5 }])
    })
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ status: 'partial', outcomes: [{ outcome: 'unsure' }] })
    world.set({ fetch })
    world.aMinuteLater()
    const later = await world.tick(now + DAY)
    expect(later.outcomes).toMatchObject([{ outcome: 'failed' }])
    expect(await restore(world, projectId)).toMatchObject({ status: 'ok' })
  })
})

describe('G16 nothing else is ever taken for ours', () => {
  it('a project of the old name that a person makes while the answer is lost is left as it is', async () => {
    const { world, projectId } = await lost()
    let mine = 0
    world.set({
      fetch: async (input, init) => {
        if (!String(input).endsWith('projects/create')) return fetch(input, init)
        const body = { ...JSON.parse(String(init?.body)), name: 'a/x' }
        const answer = await fetch(input, { ...init, body: JSON.stringify(body) })
        const { projects } = (await answer.json()) as { projects: { projectId: number }[] }
        mine = projects[0]?.projectId ?? 0
        await world.control('edit', {
          projectId: mine,
          files: [
            { name: 'main.py', content: 'MY NEW WORK' },
            { name: 'notes.py', content: 'ALSO MINE' },
          ],
        })
        throw new Error('the connection was reset')
      },
    })
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ status: 'partial', outcomes: [{ outcome: 'unsure' }] })
    expect(await contents(world, mine)).toEqual({ 'main.py': 'MY NEW WORK', 'notes.py': 'ALSO MINE' })
    world.set({ fetch })
    world.aMinuteLater()
    const later = await world.tick(now + DAY)
    expect(later.outcomes).toMatchObject([{ outcome: 'failed' }])
    const again = await restore(world, projectId)
    expect(again.warnings.join(' ')).toContain('so it is called "a/x 2"')
    expect(await contents(world, mine)).toEqual({ 'main.py': 'MY NEW WORK', 'notes.py': 'ALSO MINE' })
    expect(await contents(world, (await world.project('a/x 2')).projectId)).toEqual(BACK)
  })

  it('what shows up after two looks is a leftover: named, never adopted, never deleted', async () => {
    const { world, projectId } = await lost()
    let body = ''
    let init: RequestInit = {}
    let url = ''
    world.set({
      fetch: async (input, given) => {
        if (!String(input).endsWith('projects/create')) return fetch(input, given)
        url = String(input)
        init = given ?? {}
        body = String(given?.body)
        throw new Error('the connection was reset')
      },
    })
    const run = await restore(world, projectId)
    world.set({ fetch })
    world.aMinuteLater()
    expect((await world.tick(now + DAY)).outcomes).toMatchObject([{ outcome: 'failed' }])
    expect((await world.stub.health()).leftovers).toEqual([])
    await fetch(url, { ...init, body }) // the call arrives after all
    const left = await made(world)
    await world.tick(now + 2 * DAY)
    expect((await world.stub.health()).leftovers).toEqual([
      { projectId: left.projectId, name: left.name, of: projectId, run: run.id, goesOn: false },
    ])
    expect((await world.why(left.name)).sentences.join(' ')).toContain(
      `under which run ${run.id} was to restore project`,
    )
    expect(await restore(world, projectId)).toMatchObject({ status: 'ok' })
    expect(await names(world)).toEqual(['a/x', left.name, 'b'])
    expect(await contents(world, left.projectId)).toEqual(
      Object.fromEntries(left.files.map((f) => [f.name, f.content])),
    )
  })

  it('what a look a minute later shows is ours: held, named, and the next restore goes on with it', async () => {
    const { world, projectId } = await lost()
    await world.faults({ endpoint: 'projects/create', kind: 'reset-after', calls: [1] })
    // Lists do not show it yet.
    world.set({
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        if (!String(input).endsWith('projects/read') || answer.status !== 200) return answer
        const body = (await answer.json()) as { projects?: { name: string }[] }
        const projects = body.projects?.filter(({ name }) => !name.includes(' restoring '))
        return Response.json(projects === undefined ? body : { ...body, projects })
      },
    })
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ outcomes: [{ outcome: 'unsure' }] })
    world.set({ fetch })
    await world.faults()
    world.aMinuteLater()
    const later = await world.tick(now + DAY)
    expect(later.outcomes).toMatchObject([{ outcome: 'failed', detail: expect.stringMatching(/it goes on with it/) }])
    const left = await made(world)
    expect(await world.stub.holds()).toMatchObject([{ projectId: left.projectId }])
    await world.tick(now + 2 * DAY)
    expect((await world.stub.health()).leftovers).toMatchObject([{ projectId: left.projectId, goesOn: true }])
    expect(await restore(world, projectId)).toMatchObject({ status: 'ok' })
    expect(await world.project('a/x')).toMatchObject({ projectId: left.projectId })
    expect((await world.stub.health()).leftovers).toEqual([])
  })
})

describe('G24 a restore never changes a person’s work', () => {
  it.each([
    ['before the files are looked at', 'before', 'files/read', 1],
    ['after they were, before the first is written', 'after', 'files/read', 1],
    ['between the files', 'after', 'files/create', 1],
  ] as const)(
    'a template edited %s is left, and named; files a person adds stay',
    async (_when, moment, endpoint, nth) => {
      const { world, projectId } = await lost()
      const mine = { 'research.ipynb': '{"cells": ["MINE"]}', 'ann.py': 'BY ANN' }
      when(world, moment, endpoint, nth, (project) => saves(world, project, mine))
      const run = await restore(world, projectId)
      const back = await world.project('a/x')
      const there = await contents(world, back.projectId)
      expect(there).toMatchObject(mine)
      expect(there).toMatchObject({ 'main.py': BACK['main.py'], 'lib/one.py': 'one = 1', 'lib/two.py': 'two = 2' })
      expect(run.status).toBe('partial')
      expect(run.outcomes[0]?.detail).toMatch(/research\.ipynb .*left as it is/)
      expect(run.outcomes[0]?.detail).toMatch(/ann\.py is not in the backup, and stays/)
      await expectTame(world, X.files.length + 9)
    },
  )

  it('a file of the backup that a person writes first is left; one edited after we wrote it too', async () => {
    const { world, projectId } = await lost()
    when(world, 'before', 'files/create', 1, (project) =>
      saves(world, project, { 'main.py': 'EDITED AFTER OURS', 'lib/one.py': 'WRITTEN FIRST' }),
    )
    const run = await restore(world, projectId)
    const back = await world.project('a/x')
    expect(await contents(world, back.projectId)).toEqual({
      ...BACK,
      'main.py': 'EDITED AFTER OURS',
      'lib/one.py': 'WRITTEN FIRST',
    })
    expect(run).toMatchObject({ status: 'partial', outcomes: [{ outcome: 'done' }] })
    expect(run.outcomes[0]?.detail).toMatch(/The file lib\/one\.py is somebody's by now/)
    expect(run.outcomes[0]?.detail).toMatch(/The file main\.py has been changed since/)
  })

  it('a file that a person removes again is not written again, and named', async () => {
    const more = Array.from({ length: 12 }, (_, n) => ({ name: `f${n}.py`, content: `${n}` }))
    const { world, projectId } = await lost({ ...X, files: [...X.files, ...more] }, { callsPerSlice: 12 })
    when(world, 'after', 'files/create', 2, (project) =>
      world.control('edit', {
        projectId: project.projectId,
        files: project.files.filter(({ name }) => name !== 'lib/one.py'),
      }),
    )
    const run = await restore(world, projectId)
    expect(Object.keys(await contents(world, (await world.project('a/x')).projectId))).not.toContain('lib/one.py')
    expect(run).toMatchObject({ status: 'partial' })
    expect(run.outcomes[0]?.detail).toMatch(/lib\/one\.py is not there any more/)
  })

  it('description, parameters and libraries are written only while empty as created', async () => {
    const { world, projectId } = await lost({ ...X, libraries: [77_000_001] })
    await world.edit('b', { name: 'Library/tools' })
    const fields = { description: 'BY ANN', parameters: [{ key: 'ann', value: '1' }] }
    when(world, 'before', 'files/create', 2, (project) =>
      world.control('edit', { projectId: project.projectId, ...fields }),
    )
    const run = await restore(world, projectId)
    expect(await world.project('a/x')).toMatchObject(fields)
    expect(run).toMatchObject({ status: 'partial' })
    expect(run.outcomes[0]?.detail).toMatch(/Its description is somebody's by now/)
    expect(run.outcomes[0]?.detail).toMatch(/Its set of parameters is somebody's by now/)
  })

  it('a project that was there all the time, and only not in the list, is not made a second time', async () => {
    const { world, projectId } = await lost()
    world.set({
      fetch: async (input, init) => {
        const isLook =
          String(input).endsWith('projects/read') && String(init?.body).includes(`"projectId":${projectId}`)
        if (!isLook) return fetch(input, init)
        const row = { projectId, name: 'Recycle Bin/a/x', language: 'Py', created: '2026-01-01 00:00:00' }
        return Response.json({ success: true, projects: [row] })
      },
    })
    const run = await restore(world, projectId)
    expect(run.outcomes).toMatchObject([{ outcome: 'changed' }])
    expect(await world.calls('projects/create')).toBe(0)
  })
})

describe('G24 lost, refused and withheld answers', () => {
  const ENDPOINTS = ['files/create', 'files/update', 'projects/update'] as const
  const LOST = ['reset-before', 'reset-after', 'status-502', 'malformed'] as const

  it.each(ENDPOINTS.flatMap((endpoint) => LOST.map((kind) => [endpoint, kind] as const)))(
    '%s: %s, a look tells, and all is there in the end',
    async (endpoint, kind) => {
      const { world, projectId } = await lost()
      await world.faults({ endpoint, kind, calls: [1, 2] })
      const run = await restore(world, projectId)
      expect(run).toMatchObject({ status: 'ok', outcomes: [{ outcome: 'done' }] })
      const back = await world.project('a/x')
      expect(await contents(world, back.projectId)).toEqual(BACK)
      expect(back).toMatchObject({ description: X.description, parameters: X.parameters })
    },
  )

  it.each(ENDPOINTS)('%s never answers: it ends, and asked for again it goes on', async (endpoint) => {
    const { world, projectId } = await lost()
    await world.faults({ endpoint, kind: 'reset-before' })
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ status: 'partial' })
    const calls = await world.calls(endpoint)
    expect(calls).toBeLessThanOrEqual(endpoint === 'projects/update' ? 10 : 5)
    await world.faults()
    world.aMinuteLater()
    expect(await restore(world, projectId)).toMatchObject({ status: 'ok' })
    expect(await contents(world, (await world.project('a/x')).projectId)).toEqual(BACK)
    expect(await world.calls('projects/create')).toBe(1)
  })

  it('a file that QuantConnect refuses is named, and the others come back', async () => {
    const { world, projectId } = await lost()
    await world.faults({ endpoint: 'files/create', kind: 'status-413', calls: [1] })
    const run = await restore(world, projectId)
    expect(run).toMatchObject({ status: 'partial', outcomes: [{ outcome: 'done' }] })
    expect(run.outcomes[0]?.detail).toMatch(/The file lib\/one\.py did not come back: .*413/)
    const { 'lib/one.py': _, ...others } = BACK
    expect(await contents(world, (await world.project('a/x')).projectId)).toEqual(others)
  })
})

describe('G12 a restore that is killed', () => {
  /** Reads, create, files, fields and looks of one restore. */
  const CALLS = 20

  it('makes no more calls than it is killed at below', async () => {
    const { world, projectId } = await lost()
    const before = (await world.requests()).length
    await restore(world, projectId)
    expect((await world.requests()).length - before).toBeLessThanOrEqual(CALLS)
  })

  for (const moment of ['before', 'after'] as const) {
    it.each(Array.from({ length: CALLS }, (_, n) => n + 1))(
      `${moment} call %i: one project, whole in the end, and what a person wrote meanwhile is there`,
      async (nth) => {
        const { world, projectId } = await lost()
        let sent = 0
        world.set({
          fetch: async (input, init, ctx) => {
            sent += 1
            const isIt = sent === nth
            if (isIt && moment === 'before') ctx.abort('killed by a test')
            const answer = await fetch(input, init)
            if (!isIt || moment === 'before') return answer
            const project = (await world.projects()).find(({ name }) => name.includes(' restoring '))
            if (project !== undefined) await saves(world, project, { 'ann.py': 'BY ANN' })
            ctx.abort('killed by a test')
            return answer
          },
        })
        const wanted = { kind: 'command', mode: 'act', command: { type: 'project.restore', projectId } } as const
        const submission = { triggerId: 'the restore', trigger: 'api', actor: 'token', request: wanted } as const
        let run = null
        while (run === null || run.finishedAt === null) {
          const submitted = await world.stub.submit(submission).catch(() => null)
          await new Promise((resolve) => setTimeout(resolve, 15))
          run = submitted === null ? null : await world.stub.run(submitted.run).catch(() => null)
        }
        expect(await world.calls('projects/create')).toBeLessThanOrEqual(1)
        world.set({ fetch })
        if (run.outcomes[0]?.outcome !== 'done') {
          world.aMinuteLater()
          await world.tick(now + DAY)
          world.aMinuteLater()
          await restore(world, projectId)
        }
        const back = await world.project('a/x')
        expect(await contents(world, back.projectId)).toMatchObject(BACK)
        expect(back).toMatchObject({ description: X.description, parameters: X.parameters })
        expect((await names(world)).filter((name) => name.includes('restoring'))).toEqual([])
        expect(await world.calls('files/delete')).toBe(0)
      },
    )
  }
})

describe('G10 an attempt that nobody can see ends', () => {
  it('a restore from the bin whose answer was lost, and the bin lets go: a minute between two looks, then it can be rebuilt', async () => {
    const world = await makeWorld(NO_CAPS, [X, ...'bcdef'.split('').map((name) => ({ name }))])
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: projectId })
    await world.faults({ endpoint: 'projects/update', kind: 'reset-before' })
    expect(await restore(world, projectId)).toMatchObject({ status: 'partial', outcomes: [{ outcome: 'unsure' }] })
    await world.faults()
    await world.control('clock', { advance: 31 * DAY })
    world.aMinuteLater()
    await world.tick(now + DAY)
    world.aMinuteLater()
    const settled = await world.tick(now + 2 * DAY)
    expect(settled.outcomes).toMatchObject([{ outcome: 'failed', detail: expect.stringMatching(/Two looks/) }])
    expect(await restore(world, projectId)).toMatchObject({ status: 'ok', outcomes: [{ action: 'rebuild' }] })
  })

  it('two looks within a minute are one', async () => {
    const world = await makeWorld(NO_CAPS, [X, { name: 'b' }])
    const projectId = await idOf(world, 'a/x')
    await world.faults({ endpoint: 'projects/update', kind: 'reset-before' })
    await command(world, { type: 'project.update', project: projectId, description: 'new' })
    await world.faults()
    await world.reset([{ name: 'b', projectId: 5 }])
    world.aMinuteLater()
    expect((await world.tick(now + DAY)).outcomes).toEqual([])
    expect((await world.tick(now + 2 * DAY)).outcomes).toEqual([])
    world.aMinuteLater()
    expect((await world.tick(now + 3 * DAY)).outcomes).toMatchObject([{ outcome: 'failed' }])
  })

  it('what nobody can look at for a day is given up', async () => {
    const world = await makeWorld(NO_CAPS, [X, { name: 'b' }])
    const projectId = await idOf(world, 'a/x')
    await world.faults({ endpoint: 'projects/update', kind: 'reset-before' })
    await command(world, { type: 'project.update', project: projectId, description: 'new' })
    await world.faults()
    await world.reset([{ name: 'b', projectId: 5 }])
    world.set({
      fetch: (input, init) =>
        String(init?.body).includes('projectId')
          ? Promise.resolve(new Response('', { status: 403 }))
          : fetch(input, init),
    })
    world.aMinuteLater()
    expect((await world.tick(now + DAY)).outcomes).toEqual([])
    world.set({ skewMs: 25 * 3_600_000 })
    const later = await world.tick(now + 2 * DAY)
    expect(later.outcomes).toMatchObject([
      { outcome: 'failed', detail: expect.stringMatching(/Given up after 25 hours/) },
    ])
  })

  it('many whose projects are gone end in the scans that follow, each scan in bounds', async () => {
    const world = await makeWorld(NO_CAPS, [X, { name: 'b' }])
    const projectId = await idOf(world, 'a/x')
    await world.faults({ endpoint: 'projects/update', kind: 'reset-before' })
    await command(world, { type: 'project.update', project: projectId, description: 'new' })
    await world.faults()
    // As if 44 more had been lost with it.
    await world.inside(({ storage }) => {
      const [row] = storage.sql.exec<{ [column: string]: SqlStorageValue }>('SELECT * FROM items').toArray()
      const columns = Object.keys(row ?? {})
      for (let n = 1; n < 45; n++) {
        const item = { ...JSON.parse(String(row?.item)), projectId: projectId + n }
        const values = columns.map((one) =>
          one === 'project_id' ? projectId + n : one === 'item' ? JSON.stringify(item) : (row?.[one] ?? null),
        )
        storage.sql.exec(`INSERT INTO items (${columns}) VALUES (${columns.map(() => '?')})`, ...values)
      }
    })
    await world.reset([{ name: 'b', projectId: 5 }])
    world.aMinuteLater()
    expect((await world.tick(now + DAY)).apiCalls).toBeLessThanOrEqual(60)
    world.aMinuteLater()
    const second = await world.tick(now + 2 * DAY)
    expect(second.counts).toMatchObject({ failed: 45 })
    expect(second.apiCalls).toBeLessThanOrEqual(60)
  })
})

describe('G6 a restore after much is gone', () => {
  it('is not blocked by the list being short', async () => {
    const others = Array.from({ length: 9 }, (_, n) => ({ name: `w/p${n}` }))
    const world = await makeWorld(NO_CAPS, [X, ...others])
    const projectId = await idOf(world, 'a/x')
    await world.tick(now)
    await command(world, { type: 'project.delete', project: projectId })
    const state = await world.projects()
    await world.reset(state.filter(({ name }) => !name.startsWith('w/')))
    expect(await world.tick(now + DAY)).toMatchObject({ status: 'blocked' })
    expect(await restore(world, projectId)).toMatchObject({ status: 'ok' })
    expect(await names(world)).toEqual(['a/x'])
  })
})
