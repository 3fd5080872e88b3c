/** What an undo meets on its way back: names that are taken by now, names nobody may write any more, and any content. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { command, idOf, names, undo } from '../support/asking.ts'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

/** Deletes a project and lets the bin let go of it; its id. */
async function lose(world: World, name: string): Promise<number> {
  const projectId = await idOf(world, name)
  await command(world, { type: 'project.delete', project: name })
  await world.control('clock', { advance: 31 * DAY })
  expect((await world.projects()).map((project) => project.projectId)).not.toContain(projectId)
  return projectId
}

describe('a rebuild', () => {
  it('under a name that is taken by now gets a number, and one nobody may write is made writable; both are said', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'Clone of: y' }, { name: 'b' }])
    const [x, y] = [await lose(world, 'a/x'), await lose(world, 'Clone of: y')]
    await world.edit('b', { name: 'a/x' })
    const first = await command(world, { type: 'project.restore', projectId: x })
    expect(first.outcomes[0]).toMatchObject({ action: 'rebuild', outcome: 'done' })
    expect(first.warnings.join(' ')).toContain(
      'It cannot be called "a/x" (that name is taken), so it is called "a/x 2".',
    )
    const second = await command(world, { type: 'project.restore', projectId: y })
    expect(second.warnings.join(' ')).toMatch(
      /It cannot be called "Clone of: y" \(.+\), so it is called "Clone of y"\./,
    )
    expect(await names(world)).toEqual(['Clone of y', 'a/x', 'a/x 2'])
  })

  it('keeps the language, and all that stands in a parameter', async () => {
    const parameters = [
      { key: 'fast', value: '5', min: '1', max: '9', type: 'int' },
      { key: 'slow', value: '' },
    ]
    const files = [{ name: 'Main.cs', content: 'class A { }\r\n' }]
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', language: 'C#', parameters, files }, { name: 'b' }])
    const projectId = await lose(world, 'a/x')
    const run = await command(world, { type: 'project.restore', projectId })
    expect(run).toMatchObject({ status: 'ok' })
    expect(run.outcomes[0]?.detail).toMatch(
      /Research\.ipynb is not in the backup; it came with the new project and stays/,
    )
    const rebuilt = await world.project('a/x')
    expect(rebuilt).toMatchObject({ language: 'C#', parameters })
    expect(rebuilt.files.map(({ name, content }) => [name, content])).toEqual([
      ['Main.cs', 'class A { }\r\n'],
      ['Research.ipynb', expect.any(String)],
    ])
  })

  it('is kept from every rule for 30 days, and goes like any other afterwards', async () => {
    const policy = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')}`
    const world = await makeWorld(policy, [stale('Old/a'), { name: 'b' }])
    await world.tick(now)
    const [gone] = (await world.tick(now + 2 * DAY)).outcomes
    await world.control('clock', { advance: 31 * DAY })
    await command(world, { type: 'project.restore', projectId: gone?.projectId ?? 0 })
    const { projectId } = await world.project('Old/a')
    expect(projectId).not.toBe(gone?.projectId)
    const [held] = await world.stub.holds()
    expect(held).toMatchObject({ projectId, by: 'its restore' })
    const days = (Date.parse(held?.until ?? '') - (now + 2 * DAY)) / DAY
    expect(days).toBeGreaterThanOrEqual(30)
    expect(days).toBeLessThan(30.1)
    const modified = new Date(now - 200 * DAY).toISOString()
    await world.edit('Old/a', { modified, files: [{ name: 'main.py', content: 'x', modified }] })
    expect((await world.tick(now + 31 * DAY)).counts).toMatchObject({ held: 1, marked: 0, due: 0 })
    // It was made again 31 days later, and nothing younger than 48 hours is marked.
    expect((await world.tick(now + 35 * DAY)).counts).toMatchObject({ held: 0, marked: 1 })
  })

  it('brings any text back byte for byte, in the bin and out of our backup', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('\r\n', '\r', '\t', '\u0000', '\ufeff', '\u2028', '"\\\\n', '研究', '🧪', '=', '&', '%25', ' '),
    )
    const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map((all) => all.join('').toWellFormed())
    const project = fc.record({
      description: text,
      files: fc
        .uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 4 })
        .chain((all) =>
          fc.tuple(
            ...all.map((name) => text.filter((one) => one !== '').map((content) => ({ name: `${name}.py`, content }))),
          ),
        ),
      parameters: fc
        .uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 3 })
        .chain((all) => fc.tuple(...all.map((key) => text.map((value) => ({ key, value }))))),
    })
    await fc.assert(
      fc.asyncProperty(project, async (given) => {
        const world = await makeWorld(NO_CAPS, [{ name: 'a/x', ...given }, { name: 'b' }])
        const before = await shape(world)
        const deleted = await command(world, { type: 'project.delete', project: 'a/x' })
        expect(deleted.status).toBe('ok')
        await undo(world, deleted.id)
        expect(await shape(world)).toEqual(before)
        await world.stub.release(await idOf(world, 'a/x'), { kind: 'token' })
        const projectId = await lose(world, 'a/x')
        await command(world, { type: 'project.restore', projectId })
        const { files, ...fields } = await shape(world)
        expect({ ...fields, files: { ...files, ...before.files } }).toEqual({ ...before, files })
        expect(
          Object.keys(files)
            .filter((name) => !(name in before.files))
            .sort(),
        ).toEqual(['main.py', 'research.ipynb'])
      }),
      { numRuns: 5 },
    )
  })

  async function shape(world: World) {
    const { description, files, parameters, language } = await world.project('a/x')
    const contents = files.map(({ name, content }) => [name, content] as const)
    return { description, language, parameters, files: Object.fromEntries(contents) }
  }
})

describe('the undo of a run', () => {
  it('whose old names are taken by now gives numbers, and says so', async () => {
    const world = await makeWorld(`${NO_CAPS}${rule('shelf', '{ path = "Old/*" }', 'archive')}`, [
      stale('Old/a'),
      { name: 'b' },
    ])
    await world.tick(now)
    const swept = await world.tick(now + 2 * DAY)
    await world.edit('b', { name: 'Old/a' })
    const moved = await undo(world, swept.id)
    expect(moved).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    expect(moved.warnings.join(' ')).toContain(
      'It cannot be called "Old/a" (that name is taken), so it is called "Old/a 2".',
    )
    expect(await names(world)).toEqual(['Old/a', 'Old/a 2'])

    const renamed = await command(world, { type: 'project.update', project: 'Old/a 2', name: 'c', description: 'c' })
    await world.edit('Old/a', { name: 'Old/a 2' })
    const back = await undo(world, renamed.id)
    expect(back.warnings.join(' ')).toContain('so it is called "Old/a 2 2".')
    expect(await world.project('Old/a 2 2')).toMatchObject({ description: '' })
  })

  it('whose old name nobody may write any more gives one that can be written, and says so', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'Clone of: y' }, { name: 'b' }])
    const renamed = await command(world, { type: 'project.update', project: 'Clone of: y', name: 'y' })
    const back = await undo(world, renamed.id)
    expect(back.warnings.join(' ')).toMatch(/It cannot be called "Clone of: y" \(.+\), so it is called "Clone of y"\./)
    expect(await names(world)).toEqual(['Clone of y', 'b'])
  })

  it('is a run of its own, on record with what it was before, whose undo is refused with what to do instead', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }])
    const deleted = await command(world, { type: 'project.delete', project: 'a/x' })
    const back = await undo(world, deleted.id)
    expect(back).toMatchObject({ trigger: 'api', status: 'ok', outcomes: [{ action: 'restore', outcome: 'done' }] })
    expect(await undo(world, back.id)).toMatchObject({
      status: 'refused',
      message: expect.stringMatching(/A restore is not undone; delete the project instead\./),
    })
    expect(await names(world)).toEqual(['a/x', 'b'])
  })
})
