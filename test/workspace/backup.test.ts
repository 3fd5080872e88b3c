/** G9: a verified copy before every delete, or no delete. */

import { describe, expect, it } from 'vitest'
import { type Backup, hashBackup } from '../../src/records/backups.ts'
import { gunzipJson, gzipJson } from '../../src/records/gzip.ts'
import { command, idOf } from '../support/asking.ts'
import { meddled } from '../support/meddled.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, makeWorld, type ShownProject, type World } from '../support/world.ts'

const now = Date.now()

async function act(log: ReturnType<typeof meddled>, projects = staleMany(1)): Promise<{ world: World; run: Run }> {
  const world = await makeWorld(DELETE_OLD, projects, { log })
  await world.tick(now)
  return { world, run: await world.tick(now + 2 * DAY) }
}

type Run = Awaited<ReturnType<World['tick']>>

async function stored(world: World, key: string | null | undefined): Promise<Backup> {
  const bytes = await world.log.get(key ?? '', 'arrayBuffer')
  if (bytes === null) throw new Error(`There is no backup ${key}.`)
  return (await gunzipJson(bytes)) as Backup
}

/** Keys of the backups that a run put; worlds share the store and may share ids of projects. */
async function copies(world: World, run: Run): Promise<readonly string[]> {
  const { keys } = await world.log.list({ prefix: 'backup/' })
  return keys.map((key) => key.name).filter((name) => name.endsWith(run.id))
}

/** Takes everything inside `Old`, worked on or not. */
const DELETE_ANY = `${NO_CAPS}${rule('any', '{ path = "Old/*" }', 'delete')}`

describe('G9 the backup', () => {
  const FILES = [
    { name: 'main.py', content: 'print("ü, 研究, 🚀")\r\n\n\t# end ' },
    { name: 'lib/deep/indicators.py', content: 'x = 1' },
    { name: 'research.ipynb', content: '{"cells": [ ]}' },
  ]

  it('holds the project as it was, byte for byte: files, name, description, parameters, libraries, language', async () => {
    const world = await makeWorld(DELETE_OLD, [
      stale('Old/a', {
        files: FILES,
        description: 'line one\nline two',
        parameters: [{ key: 'fast', value: '10' }],
        libraries: [9_001],
        language: 'C#',
      }),
      { name: 'Work/lib', projectId: 9_001 },
    ])
    const before: ShownProject = await world.project('Old/a')
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    const backup = await stored(world, run.outcomes[0]?.backup)
    expect(backup).toMatchObject({
      version: 1,
      projectId: before.projectId,
      organizationId: before.organizationId,
      name: 'Old/a',
      description: 'line one\nline two',
      parameters: [{ key: 'fast', value: '10' }],
      libraries: [9_001],
      language: 'C#',
    })
    expect(new Date(backup.created).toISOString().slice(0, 19).replace('T', ' ')).toBe(before.created)
    expect(new Date(backup.modified).toISOString().slice(0, 19).replace('T', ' ')).toBe(before.modified)
    expect(backup.files.map(({ name, content }) => ({ name, content }))).toEqual(FILES)
  })

  it('is stored with the hash of its content, before the delete is sent, and is noted as verified', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    const seen: string[] = []
    world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('/projects/delete')) {
          const { keys } = await world.log.list({ prefix: 'backup/' })
          seen.push(...keys.map((key) => key.name))
        }
        return fetch(input, init)
      },
    })
    const run = await world.tick(now + 2 * DAY)
    const key = run.outcomes[0]?.backup
    expect(seen).toContain(key)
    const rows = await world.inside(({ storage }) =>
      storage.sql.exec<{ key: string; hash: string; verified_at: number }>('SELECT * FROM backups').toArray(),
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.hash).toBe(await hashBackup(await stored(world, key)))
    expect(rows[0]?.verified_at).toBeGreaterThan(now - DAY)
  })

  it('leaves out the files of linked libraries', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1), {
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        if (!String(input).endsWith('/files/read')) return answer
        const body = (await answer.json()) as { files: object[] }
        const library = { ...body.files[0], name: 'lib.py', content: 'theirs', isLibrary: true, projectId: 1 }
        return Response.json({ ...body, files: [...body.files, library] })
      },
    })
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    const { files } = await stored(world, run.outcomes[0]?.backup)
    expect(files.map((file) => file.name)).toEqual(['main.py'])
  })

  it('is not made of a project without files: that is not believed, and nobody knows how idle it is', async () => {
    const { world, run } = await act(meddled({}), [stale('Old/a', { files: [] })])
    expect(run).toMatchObject({ status: 'ok', counts: { notJudged: 1, acted: 0 } })
    expect(run.notJudged[0]?.reasons.join()).toMatch(/activity-not-read\): QuantConnect lists no file of it/)
    expect(await world.deletions()).toEqual([])
  })

  it('of no file is none: no rule deletes what is seen without files', async () => {
    const world = await makeWorld(DELETE_ANY, [stale('Old/a', { files: [] })])
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 0, failed: 1 } })
    expect(run.outcomes[0]?.detail).toMatch(/^Nothing was done: QuantConnect shows no file of it/)
    world.aMinuteLater()
    expect(await world.tick(now + 3 * DAY)).toMatchObject({ counts: { acted: 0, failed: 1 } })
    expect(await world.deletions()).toEqual([])
    expect(await world.stub.backups(10, null)).toEqual([])
  })

  it('a command for that one project deletes it when a second look, a minute later, shows no file either', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', files: [] }, { name: 'b' }])
    const wanted = { type: 'project.delete', project: await idOf(world, 'a/x') } as const
    const first = await command(world, wanted)
    expect(first).toMatchObject({ counts: { acted: 0, failed: 1 } })
    expect(first.message).toMatch(/Ask again in a minute/)
    expect(await command(world, wanted)).toMatchObject({ counts: { acted: 0 } })
    world.aMinuteLater()
    expect(await command(world, wanted)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
  })

  it('not when files were seen in between, and not together with others in a directory', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'a/y' }, { name: 'b' }])
    let isEmpty = true
    world.set({
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        if (!isEmpty || !String(input).endsWith('/files/read')) return answer
        return Response.json({ ...((await answer.json()) as object), files: [] })
      },
    })
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: projectId })
    world.aMinuteLater()
    await command(world, { type: 'directory.delete', directory: 'a' })
    expect(await world.deletions()).toEqual([])
    isEmpty = false
    // It has files after all: copied, and kept from going by a fault of the store.
    world.set({ log: meddled({ get: () => null }) })
    await world.renew()
    expect(await command(world, { type: 'project.delete', project: projectId })).toMatchObject({ counts: { acted: 0 } })
    isEmpty = true
    expect(await command(world, { type: 'project.delete', project: projectId })).toMatchObject({ counts: { acted: 0 } })
    expect(await world.deletions()).toEqual([])
  })

  it('expires when KV lets go of it, whatever BACKUP_DAYS says later', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x' }, { name: 'b' }], { env: { BACKUP_DAYS: '60' } })
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: projectId })
    await world.control('clock', { advance: 31 * DAY })
    world.set({ env: { BACKUP_DAYS: '45' }, skewMs: 59 * DAY })
    await world.renew()
    await world.tick(now + 59 * DAY)
    expect(await world.stub.backups(10, null)).toMatchObject([{ projectId }])
    expect(await world.stub.backup(projectId, null)).toMatchObject({ ok: true })
    world.set({ env: { BACKUP_DAYS: '300' }, skewMs: 61 * DAY })
    await world.renew()
    expect(await world.stub.backups(10, null)).toEqual([])
    expect(await world.stub.backup(projectId, null)).toMatchObject({ ok: false, reason: 'never' })
    const run = await command(world, { type: 'project.restore', projectId })
    expect(run).toMatchObject({ status: 'refused', message: expect.stringMatching(/there is no backup of it/) })
  })

  it('of more than 20 MB is not made: it is named, and stays', async () => {
    const files = Array.from({ length: 3 }, (_, n) => ({ name: `f${n}.py`, content: `${n}`.repeat(7_200_000) }))
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', files }, { name: 'b' }])
    const run = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(run.outcomes).toMatchObject([{ outcome: 'failed', detail: expect.stringMatching(/too large for one/) }])
    expect(await world.deletions()).toEqual([])
  })

  it('is made for a delete only: an archive keeps everything where it is', async () => {
    const archive = rule('old', '{ path = "Old/*", idle = ">90d" }', 'archive', 'to = "Archive/{path}"')
    const world = await makeWorld(NO_CAPS + archive, staleMany(1))
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ outcome: 'done', backup: null }])
    const { keys } = await world.log.list({ prefix: 'backup/' })
    expect(keys.filter(({ name }) => name.endsWith(run.id))).toEqual([])
  })
})

describe('G9 no verified backup, no delete', () => {
  it('when the store does not take it; other projects go on', async () => {
    let puts = 0
    const { world, run } = await act(
      meddled({ put: (put) => (++puts === 1 ? Promise.reject(new Error('KV PUT failed: 429')) : put()) }),
      staleMany(2),
    )
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 1, confirmed: 1, failed: 1 } })
    const failed = run.outcomes.find((one) => one.outcome === 'failed')
    expect(failed?.detail).toMatch(/The store \(KV\) did not take the backup, so nothing was done\./)
    expect(await world.deletions()).toHaveLength(1)
  })

  it('when the store never shows it', async () => {
    const { world, run } = await act(meddled({ get: () => null }))
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 0, failed: 1 } })
    expect(run.outcomes[0]?.detail).toMatch(/^Given up after 4 tries\. The backup could not be read back whole/)
    expect(await world.deletions()).toEqual([])
  })

  it('when reading it back throws', async () => {
    const { world, run } = await act(
      meddled({
        get: () => {
          throw new Error('KV GET failed: 503')
        },
      }),
    )
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 0, failed: 1 } })
    expect(await world.deletions()).toEqual([])
  })

  it.each<[string, (stored: ArrayBuffer) => ArrayBuffer | Promise<ArrayBuffer>]>([
    ['one byte is another', (bytes) => flipped(bytes, Math.floor(bytes.byteLength / 2))],
    ['it is cut short', (bytes) => bytes.slice(0, bytes.byteLength - 9)],
    ['a file is missing from it', (bytes) => repacked(bytes, (backup) => ({ ...backup, files: [] }))],
    ['it is of another day', (bytes) => repacked(bytes, (backup) => ({ ...backup, modified: 1 }))],
    ['it is empty', () => new ArrayBuffer(0)],
    ['it is not gzip', () => new TextEncoder().encode('{"version":1}').buffer as ArrayBuffer],
  ])('when what is read back is not what was put: %s', async (_what, spoil) => {
    const { world, run } = await act(meddled({ get: (stored) => (stored === null ? null : spoil(stored)) }))
    expect(run).toMatchObject({ status: 'partial', counts: { acted: 0, failed: 1 } })
    expect(await world.deletions()).toEqual([])
  })

  it('a store that shows it late is asked again, without another copy', async () => {
    let gets = 0
    const { world, run } = await act(meddled({ get: (stored) => (++gets < 3 ? null : stored) }))
    expect(run).toMatchObject({ status: 'ok', counts: { acted: 1, confirmed: 1 } })
    expect(await copies(world, run)).toHaveLength(1)
  })

  it('a copy that is over a minute old is made anew, for a saved file need not move the date of its project', async () => {
    let gets = 0
    const late = meddled({
      get: (stored) => {
        gets += 1
        return gets === 1 ? null : stored
      },
    })
    const world = await makeWorld(DELETE_OLD, staleMany(1), { log: late })
    await world.tick(now)
    let lists = 0
    world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('/projects/read')) {
          lists += 1
          // The second re-check, after the store did not show the first copy.
          if (lists === 3) {
            world.aMinuteLater()
            const { modified } = await world.project('Old/p0')
            await world.edit('Old/p0', { files: [{ name: 'main.py', content: 'saved', modified: now }], modified })
          }
        }
        return fetch(input, init)
      },
    })
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ outcome: 'changed', detail: expect.stringMatching(/not due any more/) }])
    expect(await world.deletions()).toEqual([])
  })

  it('a file saved since the plan was made means somebody works on it: changed, whatever the list says', async () => {
    let copied = false
    const world = await makeWorld(DELETE_ANY, staleMany(1), {
      fetch: async (input, init) => {
        if (String(input).endsWith('/files/read') && !copied) {
          copied = true
          const { modified } = await world.project('Old/p0')
          const files = [{ name: 'main.py', content: 'saved', modified: Date.now() + 1_000 }]
          await world.edit('Old/p0', { files, modified })
        }
        return fetch(input, init)
      },
    })
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ outcome: 'changed', detail: expect.stringMatching(/saved after the plan/) }])
    expect(await world.deletions()).toEqual([])
  })

  it('a file saved before the plan was made keeps nothing from a rule that does not ask for it', async () => {
    const world = await makeWorld(DELETE_ANY, [
      stale('Old/a', { files: [{ name: 'main.py', content: 'x', modified: now - 10 * DAY }] }),
    ])
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ outcome: 'done' }])
  })

  it('an older one is activity: a rule about idleness does not take what was saved lately, whatever the list says', async () => {
    const { world, run } = await act(meddled({}), [
      stale('Old/a', { files: [{ name: 'main.py', content: 'x', modified: now - 10 * DAY }] }),
    ])
    expect(run.counts).toMatchObject({ acted: 0 })
    expect(await world.deletions()).toEqual([])
  })

  it('an old save that never moved the date of its project does not keep it for good', async () => {
    const files = [{ name: 'main.py', content: 'x', modified: now - 199 * DAY }]
    const { world, run } = await act(meddled({}), [stale('Old/a', { files })])
    expect(run).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    expect(await world.deletions()).toHaveLength(1)
  })

  it('a command takes a project whose files are newer than its own date, if they were saved before', async () => {
    const files = [{ name: 'main.py', content: 'x', modified: now - DAY }]
    const world = await makeWorld(NO_CAPS, [stale('a/x', { files }), { name: 'b' }])
    const run = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(run).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
  })

  it('a file without a readable date fails the backup', async () => {
    const world = await makeWorld(DELETE_ANY, staleMany(1), {
      fetch: async (input, init) => {
        const answer = await fetch(input, init)
        if (!String(input).endsWith('/files/read')) return answer
        return new Response((await answer.text()).replace(/"modified":"[^"]*"/, '"modified":null'), answer)
      },
    })
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    expect(run.outcomes).toMatchObject([{ outcome: 'failed', detail: expect.stringMatching(/no readable date/) }])
    expect(await world.deletions()).toEqual([])
  })
})

/** A whole and readable backup with something else in it. */
async function repacked(bytes: ArrayBuffer, change: (backup: Backup) => Backup): Promise<ArrayBuffer> {
  const packed = await gzipJson(change((await gunzipJson(bytes)) as Backup))
  return packed.buffer as ArrayBuffer
}

function flipped(bytes: ArrayBuffer, place: number): ArrayBuffer {
  const copy = new Uint8Array(bytes.slice(0))
  copy[place] = (copy[place] ?? 0) ^ 0xff
  return copy.buffer
}
