/** Backups over the API: what there is, and each with its files only while it is whole. */

import { describe, expect, it } from 'vitest'
import type { BackupView, ShownBackup } from '../../src/records/backup-shape.ts'
import { hashBackup } from '../../src/records/backups.ts'
import { gunzipJson, gzipJson } from '../../src/records/gzip.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, stale, staleMany } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const FILES = [
  { name: 'main.py', content: 'print("ü, 研究, 🚀")\r\n' },
  { name: 'lib/a.py', content: 'x = 1' },
]

/** A world whose stale projects were deleted by the second tick. */
async function swept(projects: readonly object[] = [stale('Old/a', { files: FILES, description: 'd' })]) {
  const world = await makeWorld(DELETE_OLD, projects)
  await world.tick(now)
  const run = await world.tick(now + 2 * DAY)
  const ids = run.outcomes.map(({ projectId }) => projectId)
  return { world, run, id: ids[0] ?? 0 }
}

async function list(world: World, query = ''): Promise<{ backups: readonly BackupView[]; cursor: string | null }> {
  const answer = await ask(world, `/api/backups${query}`)
  expect(answer.status).toBe(200)
  return answer.json()
}

describe.concurrent('GET /api/backups', () => {
  it('lists what was backed up: which project, by which run, when, how many files and bytes, and where', async ({
    expect,
  }) => {
    const { world, run, id } = await swept()
    const bytes = FILES.reduce((sum, { content }) => sum + new TextEncoder().encode(content).length, 0)
    expect(await list(world)).toEqual({
      backups: [
        {
          projectId: id,
          name: 'Old/a',
          run: run.id,
          at: expect.stringMatching(/^\d{4}-.*Z$/),
          files: 2,
          size: bytes,
          key: run.outcomes[0]?.backup,
        },
      ],
      cursor: null,
    })
  })

  it('shows the newest first, page by page, each once', async ({ expect }) => {
    const { world } = await swept(staleMany(7))
    const whole = (await list(world)).backups.map(({ key }) => key)
    const times = (await list(world)).backups.map(({ at }) => at)
    expect(times).toEqual([...times].sort().reverse())
    const paged: string[] = []
    let cursor: string | null = null
    do {
      const page = await list(world, `?limit=3${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
      expect(page.backups.length).toBeLessThanOrEqual(3)
      paged.push(...page.backups.map(({ key }) => key))
      cursor = page.cursor
    } while (cursor !== null)
    expect(paged).toEqual(whole)
    expect(new Set(paged).size).toBe(7)
  })

  it('does not show one that was never read back whole', async ({ expect }) => {
    const { world, id } = await swept()
    await world.inside(({ storage }) => void storage.sql.exec('UPDATE backups SET verified_at = NULL'))
    expect((await list(world)).backups).toEqual([])
    expect((await ask(world, `/api/backups/${id}`)).status).toBe(404)
  })
})

describe.concurrent('GET /api/backups/{projectId}', () => {
  it('gives the project as it was, files included, with the hash it was put with', async ({ expect }) => {
    const { world, run, id } = await swept()
    const answer = await ask(world, `/api/backups/${id}`)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const { key, run: by, at, hash, ...backup } = (await answer.json()) as ShownBackup
    expect([key, by, at]).toEqual([run.outcomes[0]?.backup, run.id, expect.any(String)])
    expect(backup).toMatchObject({ projectId: id, name: 'Old/a', description: 'd', language: 'Py', libraries: [] })
    expect(backup.files.map(({ name, content }) => ({ name, content }))).toEqual(FILES)
    expect(await hashBackup(backup)).toBe(hash)
  })

  it('gives the newest of several, or the one of a run', async ({ expect }) => {
    const { world, run, id } = await swept()
    await world.reset([stale('Old/a', { projectId: id, files: FILES, description: 'again' })])
    // What returns starts again, with a new mark.
    await world.tick(now + 4 * DAY)
    const second = await world.tick(now + 6 * DAY)
    expect(second).toMatchObject({ counts: { confirmed: 1 } })
    const shown = async (query: string) =>
      (await (await ask(world, `/api/backups/${id}${query}`)).json()) as ShownBackup
    expect(await shown('')).toMatchObject({ run: second.id, description: 'again' })
    expect(await shown(`?run=${run.id}`)).toMatchObject({ run: run.id, description: 'd' })
    expect((await ask(world, `/api/backups/${id}?run=none`)).status).toBe(404)
  })

  it('is 404 for a project that was never backed up, and says since when there would be one', async ({ expect }) => {
    const { world } = await swept()
    const answer = await ask(world, '/api/backups/77')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({
      title: 'No backup',
      detail: expect.stringMatching(
        /^There is no verified backup of project 77\. One is made before a project is deleted/,
      ),
    })
  })

  it.each<readonly [what: string, meddle: (world: World, key: string) => Promise<void>]>([
    ['is gone from the store', (world, key) => world.log.delete(key)],
    ['is not gzip', (world, key) => world.log.put(key, 'x')],
    [
      'holds another file content',
      async (world, key) => {
        const backup = (await gunzipJson((await world.log.get(key, 'arrayBuffer')) ?? new ArrayBuffer())) as ShownBackup
        const files = backup.files.map((file) => ({ ...file, content: `${file.content} ` }))
        await world.log.put(key, await gzipJson({ ...backup, files }))
      },
    ],
  ])('is 410 when it %s, and shows nothing of it', async (_, meddle) => {
    const { world, run, id } = await swept()
    await meddle(world, run.outcomes[0]?.backup ?? '')
    const answer = await ask(world, `/api/backups/${id}`)
    expect(answer.status).toBe(410)
    const text = await answer.text()
    expect(text).toMatch(/was whole when it was made\. Now it is not in the store, or does not hash/)
    expect(text).not.toContain('print(')
  })

  it.each(['0', 'x', '1.5', '-1', '../1', '%2e%2e'])('%s is no project', async (id) => {
    const { world } = await swept([])
    expect((await ask(world, `/api/backups/${id}`)).status).toBeGreaterThanOrEqual(400)
  })
})

describe('the backups', () => {
  it.each(['/api/backups', '/api/backups/1'])('%s wants the right to operate', async (path) => {
    const world = await makeWorld(DELETE_OLD, [])
    const env = { READ_TOKEN: 'a-token-that-may-look' }
    expect((await ask(world, path, { bearer: null })).status).toBe(401)
    expect((await ask(world, path, { bearer: env.READ_TOKEN, env })).status).toBe(403)
    expect((await ask(world, '/api/audit/verify', { bearer: env.READ_TOKEN, env })).status).toBe(200)
  })
})
