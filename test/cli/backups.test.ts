/** Backups on this machine: the list, and files that never land outside the folder they were meant for. */

import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve, sep } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Serving, serve } from '../../src/cli/serve.ts'
import { workerApi } from '../../src/cli/worker-api.ts'
import { safePath, writeInto } from '../../src/cli/write-into.ts'
import { DAY, type Ended, type Folder, makeFolder, POLICY, run } from './support.ts'

const TOKEN = { ADMIN_TOKEN: 'dev-admin-token' }
const FILES = [
  { name: 'main.py', content: 'print("ü, 研究, 🚀")\r\n' },
  { name: 'lib/deep/a.py', content: 'x = 1' },
]

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leansweep-backups-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a folder that is written into', () => {
  it('holds the files by their names, byte for byte', async () => {
    const written = await writeInto(join(folder, 'new'), FILES)
    expect(written.map(({ path }) => path)).toEqual(['main.py', join('lib', 'deep', 'a.py')])
    for (const { name, content } of FILES) expect(await readFile(join(folder, 'new', name), 'utf8')).toBe(content)
  })

  it.each([
    ['../up.py', join('%2E%2E', 'up.py')],
    ['a/../../up.py', join('a', '%2E%2E', '%2E%2E', 'up.py')],
    ['/etc/passwd', join('%', 'etc', 'passwd')],
    ['./a', join('%2E', 'a')],
    ['a//b', join('a', '%', 'b')],
    ['..\\up.py', '..%5Cup.py'],
    ['C:\\Windows\\x', 'C%3A%5CWindows%5Cx'],
    ['a\u0000.py', 'a%00.py'],
    ['', '%'],
    ['50%.py', '50%25.py'],
    ['con.py', '%con.py'],
    ['x. ', 'x.%20'],
    ['...', '..%2E'],
    ['研究 (1).ipynb', '研究 (1).ipynb'],
  ])('takes %j as %s', (name, path) => {
    expect(safePath(name)).toBe(path)
  })

  it('is never left, whatever the names are', () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '', '~', '/', '\\', 'C:', '%2e%2e', '\u0000'), fc.string())
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const path = safePath(parts.join('/'))
        const inside = relative('/root', resolve('/root', path))
        expect(inside === '' || inside === '..' || inside.startsWith(`..${sep}`)).toBe(false)
        for (const special of ['\u0000', '\\', ':']) expect(path).not.toContain(special)
      }),
      { numRuns: 2_000 },
    )
  })

  it('keeps what is there already: then nothing at all is written', async () => {
    await writeFile(join(folder, 'main.py'), 'mine')
    await expect(writeInto(folder, FILES)).rejects.toThrow(/main\.py is there already\. Nothing was written/)
    expect(await readdir(folder)).toEqual(['main.py'])
    expect(await readFile(join(folder, 'main.py'), 'utf8')).toBe('mine')
  })

  it('is not left through links in it, to a folder or to a file', async () => {
    const outside = join(folder, 'outside')
    const out = join(folder, 'out')
    await mkdir(outside)
    await mkdir(out)
    await symlink(outside, join(out, 'lib'))
    await expect(writeInto(out, FILES)).rejects.toThrow(/leads out of/)
    await rm(out, { recursive: true })
    await mkdir(out)
    await symlink(join(outside, 'target.py'), join(out, 'main.py'))
    await expect(writeInto(out, FILES)).rejects.toThrow(/is there already/)
    expect(await readdir(outside)).toEqual([])
  })

  it('refuses two names that many file systems take for one', async () => {
    const twice = [...FILES, { name: 'Main.py', content: '' }]
    await expect(writeInto(folder, twice)).rejects.toThrow(/Two files would be written to Main\.py/)
    expect(await readdir(folder)).toEqual([])
  })
})

describe('npm run backups', () => {
  let settings: Folder
  let serving: Serving
  let id: number
  let ended: string

  beforeAll(async () => {
    settings = await makeFolder()
    const policy = await settings.write('policy.toml', POLICY.replace('"14d"', '"1d"'))
    serving = await serve({ port: 0, sandboxPort: 0, policy, projects: 0, seed: 7 })
    const old = { created: Date.now() - 400 * DAY, modified: Date.now() - 200 * DAY }
    const workspace = [
      { name: 'Old/a', ...old, files: [...FILES, { name: '../up.py', content: 'up' }], description: 'what it was' },
      { name: 'New/b' },
    ]
    await fetch(`${serving.sandbox}/_sandbox/reset`, { method: 'POST', body: JSON.stringify({ workspace }) })
    const api = workerApi(serving.worker, TOKEN.ADMIN_TOKEN)
    const now = Math.ceil(Date.now() / 3_600_000) * 3_600_000
    await api.tick(now)
    const record = await api.tick(now + DAY)
    id = record.outcomes[0]?.projectId ?? 0
    ended = record.id
  }, 60_000)

  afterAll(async () => {
    await serving?.stop()
    await settings?.remove()
  })

  function backups(...args: readonly string[]): Promise<Ended> {
    return run('backups', [...args, '--worker', serving.worker], TOKEN)
  }

  it('lists what there is, for people and for programs', async () => {
    const { code, out } = await backups()
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`^Old/a +${id} +2\\d{3}-.* UTC +3 +\\d+ +${ended}$`, 'm'))
    expect(out).toMatch(/\n1 backup\.\n$/)
    expect((await backups('--json')).json()).toMatchObject({ backups: [{ projectId: id, run: ended, files: 3 }] })
  })

  it('writes the files of one, and what else belongs to the project', async () => {
    const out = join(folder, 'a')
    const { code, out: said } = await backups(String(id), '--out', out)
    expect(code).toBe(0)
    expect(said).toMatch(/^\.\.\/up\.py +2 +%2E%2E\/up\.py$/m)
    for (const { name, content } of FILES) expect(await readFile(join(out, name), 'utf8')).toBe(content)
    expect(await readFile(join(out, '%2E%2E', 'up.py'), 'utf8')).toBe('up')
    expect(await lstat(join(folder, 'up.py')).catch(() => null)).toBeNull()
    const about = JSON.parse(await readFile(join(out, 'leansweep-backup.json'), 'utf8'))
    expect(about).toMatchObject({
      projectId: id,
      name: 'Old/a',
      description: 'what it was',
      language: 'Py',
      run: ended,
    })
    const again = await backups(String(id), '--out', out)
    expect([again.code, /is there already/.test(again.err)]).toEqual([2, true])
  })

  it('gives the whole backup as JSON, of a run too', async () => {
    const { json } = await backups(String(id), '--json', '--run', ended)
    expect(json<{ files: readonly object[] }>().files).toHaveLength(3)
  })

  it('ends with 1 when there is none', async () => {
    const none = await backups('77', '--out', folder)
    expect([none.code, none.out, none.err]).toEqual([1, '', 'There is no verified backup of project 77.\n'])
    expect((await backups(String(id), '--run', 'x', '--out', folder)).code).toBe(1)
  })

  it.each([
    [['1'], 'Where to? Give a folder: --out FOLDER.'],
    [['x', '--out', 'y'], '"x" is not the id of a project.'],
    [['1', '2', '--out', 'y'], '"2" is not expected here.'],
    [['--out', 'y'], 'Which project? Give its id.'],
  ])('%j is explained', async (args, message) => {
    const { code, err } = await backups(...args)
    expect([code, err.startsWith(message), err.includes('Exit codes:')]).toEqual([2, true, true])
  })

  it('has help whose lines fit', async () => {
    const { out } = await backups('--help')
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  })
})
