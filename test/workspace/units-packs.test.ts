/** G23 the copies of a directory: many in one value of KV, each pack read back once, each copy shown and restored by itself. */

import { describe, expect, it } from 'vitest'
import { command, idOf, names } from '../support/asking.ts'
import { meddled } from '../support/meddled.ts'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const COUNT = 12
const DELETE = `${NO_CAPS}${rule('dirs', '{ path = "Old/*", age = ">90d" }', 'delete', 'unit = "directory"')}`
const member = (n: number) => `Old/d/p${n}`
const members = Array.from({ length: COUNT }, (_, n) =>
  stale(member(n), { files: [{ name: 'main.py', content: `# ${n}\n`.repeat(n + 1), modified: now - 300 * DAY }] }),
)

async function worldOf(log?: (log: KVNamespace) => KVNamespace): Promise<World> {
  const world = await makeWorld(DELETE, members, log === undefined ? {} : { log })
  await world.tick(now)
  return world
}

/** A store that counts what happens to packs. */
function counted(): { readonly log: (log: KVNamespace) => KVNamespace; readonly seen: { puts: number; gets: number } } {
  const seen = { puts: 0, gets: 0 }
  const log = meddled(
    {
      put: async (put) => {
        seen.puts++
        await put()
      },
      get: (stored) => {
        seen.gets++
        return stored
      },
    },
    'pack/',
  )
  return { log, seen }
}

describe('G23 the copies of a directory', () => {
  it('are put under one key and read back once, and each is shown as its project was', async () => {
    const { log, seen } = counted()
    const world = await worldOf(log)
    const ids = await Promise.all(members.map((_, n) => idOf(world, member(n))))
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ confirmed: COUNT })
    expect(seen).toEqual({ puts: 1, gets: 1 })
    expect(new Set(run.outcomes.map(({ backup }) => backup)).size).toBe(COUNT)
    for (const [n, id] of ids.entries()) {
      const shown = await world.stub.backup(id, null)
      if (!shown.ok) throw new Error(shown.message)
      expect(shown.backup).toMatchObject({
        name: member(n),
        projectId: id,
        files: [{ content: `# ${n}\n`.repeat(n + 1) }],
      })
      expect(shown.backup.key).toMatch(new RegExp(`^pack/\\d{13}-${run.id}-0/${id}$`))
    }
    const listed = await world.stub.backups(100, null)
    expect(listed.map(({ projectId }) => projectId).sort()).toEqual([...ids].sort())
  })

  it('unzipped as a whole are one JSON text a line, for whoever has nothing but KV', async () => {
    const world = await worldOf()
    const run = await world.tick(now + 2 * DAY)
    const { keys } = await world.log.list<{ projects: number }>({ prefix: 'pack/' })
    const [pack] = keys.filter(({ name }) => name.includes(run.id))
    expect(pack?.metadata).toEqual({ projects: COUNT })
    const bytes = (await world.log.get(pack?.name ?? '', 'arrayBuffer')) ?? new ArrayBuffer(0)
    const parts: string[] = []
    const places = await world.inside(({ storage }) =>
      storage.sql
        .exec<{ at: number; length: number }>('SELECT part_at AS at, part_length AS length FROM backups')
        .toArray(),
    )
    for (const { at, length } of places) {
      const zipped = new Blob([bytes.slice(at, at + length)]).stream()
      parts.push(await new Response(zipped.pipeThrough(new DecompressionStream('gzip'))).text())
    }
    expect(places.reduce((sum, { length }) => sum + length, 0)).toBe(bytes.byteLength)
    expect(parts.every((part) => part.endsWith('}\n') && part.split('\n').length === 2)).toBe(true)
  })

  it('bring a project back that the Recycle Bin has let go', async () => {
    const world = await worldOf()
    const id = await idOf(world, member(7))
    await world.tick(now + 2 * DAY)
    await world.reset([{ name: 'only/this', projectId: 5 }])
    const back = await command(world, { type: 'project.restore', projectId: id })
    expect(back.status, back.message).toBe('ok')
    expect(await names(world)).toContain(member(7))
    const { files } = await world.project(member(7))
    expect(files.find(({ name }) => name === 'main.py')?.content).toBe('# 7\n'.repeat(8))
  })

  it('are no copies when one byte of the last is another, or the value is cut short, and nothing goes', async () => {
    const damages: readonly ((stored: ArrayBuffer) => ArrayBuffer)[] = [
      (stored) => {
        const bytes = new Uint8Array(stored.slice(0))
        bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1
        return bytes.buffer
      },
      (stored) => stored.slice(0, stored.byteLength - 1),
    ]
    for (const damage of damages) {
      const get = (stored: ArrayBuffer | null) => (stored === null ? null : damage(stored))
      const world = await worldOf(meddled({ get }, 'pack/'))
      const run = await world.tick(now + 2 * DAY)
      expect(await world.deletions()).toEqual([])
      expect(run.message).toContain('Nothing of directory "Old/d" went.')
      expect(run.message).toContain('could not be read back whole')
    }
  })

  it('are no copies when the store does not take them', async () => {
    const world = await worldOf(meddled({ put: () => Promise.reject(new Error('no')) }, 'pack/'))
    const run = await world.tick(now + 2 * DAY)
    expect(await world.deletions()).toEqual([])
    expect(run.message).toContain('The store (KV) did not take the backups')
  })

  it('that the store shows late are asked for again, without another copy', async () => {
    let asked = 0
    const world = await worldOf(meddled({ get: (stored) => (++asked < 3 ? null : stored) }, 'pack/'))
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ confirmed: COUNT })
    expect(await world.calls('files/read')).toBe(COUNT)
  })
})
