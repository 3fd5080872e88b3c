import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY, type Folder, inventory, makeFolder, NOW, POLICY, project, run } from './support.ts'

let folder: Folder
let policy: string

beforeAll(async () => {
  folder = await makeFolder()
  policy = await folder.write('policy.toml', POLICY)
  const touched = { modified: NOW + 20 * DAY }
  // Names that do not sort by time: only what is in the files counts.
  for (const [name, day] of [
    ['d', 0],
    ['c', 14],
    ['b', 15],
    ['a', 25],
  ] as const) {
    const projects = [project(1, 'Old/a', day > 20 ? touched : {}), project(2, 'Old/b'), project(3, 'New/c')]
    const at = day === 15 ? new Date(NOW + day * DAY).toISOString() : NOW + day * DAY
    await folder.write(`series/${name}.json`, inventory(projects, { at }))
  }
  await folder.write('series/readme.txt', 'not an inventory')
})

afterAll(() => folder.remove())

function backtest(...args: readonly string[]) {
  return run('backtest', ['--policy', policy, '--inventories', `${folder.path}/series`, ...args])
}

interface Report {
  readonly inventories: number
  readonly counts: { readonly gone: number; readonly regretted: number; readonly stopped: number }
}

describe('npm run backtest', () => {
  it('says how many would have gone per day, and how many of them would be regretted', async () => {
    const { code, out, err } = await backtest('--days', '180')
    expect(code).toBe(1)
    expect(err).toContain('Replaying 1 of 4 inventories, 2026-11-24 12:00 UTC …\n')
    expect(out).toMatch(
      /^Back-test {2}.*policy\.toml over 4 inventories, 2026-11-24 12:00 UTC to 2026-12-19 12:00 UTC\n/,
    )
    expect(out).toMatch(/^2026-11-24 {9}3 {7}2 {5}0 {10}0 {8}0 {8}0 {11}0$/m)
    expect(out).toMatch(/^2026-12-08 {9}3 {7}0 {5}2 {10}1 {8}0 {8}0 {11}0$/m)
    expect(out).toContain('Nothing new on the other 2 days.')
    expect(out).toMatch(/^old {6}2 {10}1$/m)
    expect(out).toMatch(/^Old\/a {7}1 {2}old {3}delete 2026-12-08 12:00 UTC {2}modified, seen 2026-12-19 12:00 UTC$/m)
    expect(out).toContain('2 projects would have gone, 1 of them regretted (1 modified).')
  })

  it('says the same to programs', async () => {
    const { code, json } = await backtest('--json')
    expect(code).toBe(1)
    expect(json()).toMatchObject({
      from: '2026-11-24T12:00:00.000Z',
      inventories: 4,
      counts: { gone: 2, regretted: 1, regrets: { modified: 1, backtested: 0, deployed: 0, restored: 0 }, stopped: 0 },
      days: [{ day: '2026-11-24', marked: 2, gone: 0 }, { gone: 2, regretted: 1 }, { projects: 1 }, { projects: 1 }],
      rules: [{ rule: 'old', gone: 2, regretted: 1 }],
      gone: [
        { projectId: 1, action: 'delete', regrets: [{ kind: 'modified', at: '2026-12-19T12:00:00.000Z' }] },
        { projectId: 2, regrets: [] },
      ],
    })
  })

  it('looks back so many days from the newest inventory, and is clean without regrets', async () => {
    const short = await backtest('--days', '11', '--json')
    expect([short.code, short.json<Report>().inventories, short.json<Report>().counts.gone]).toEqual([0, 3, 0])
  })

  it('replays a rule that only reports as if it were enforced, unless told not to', async () => {
    const timid = await folder.write('timid.toml', POLICY.replace('enforce = true', 'enforce = false'))
    const args = ['--policy', timid, '--inventories', `${folder.path}/series`]
    const { code, out } = await run('backtest', args)
    expect(code).toBe(1)
    expect(out).toContain('Replayed as if enforced: "old".')
    const written = await run('backtest', [...args, '--as-written'])
    expect(written.code).toBe(0)
    expect(written.out).toContain('0 projects would have gone, 0 of them regretted.')
  })

  it('goes on as if people had been told of each mark and had approved, as written or not, and says so', async () => {
    const asking = POLICY.replace('"never"', '"two"').replace('"0h"', '"10d"')
    const head = '[notify]\nchannels = ["slack"]\n[[person]]\nname = "Ann"\nmay = ["approve"]\n'
    const people = `${head}[[person]]\nname = "Ben"\nmay = ["approve"]\n${asking}`
    const args = ['--policy', await folder.write('asking.toml', people), '--inventories', `${folder.path}/series`]
    const { out, json } = await run('backtest', [...args, '--json', '--as-written'])
    expect(out).not.toContain('Replayed as if')
    expect(json()).toMatchObject({ counts: { gone: 2 }, assumed: { enforced: [], approved: ['old'], told: ['old'] } })
    const words = await run('backtest', args)
    expect(words.out).toContain(
      'Replayed as if people approved at once: "old".\nReplayed as if people were told of each mark at once: "old".\n',
    )
    // A notice that is longer than the grace counts from the mark.
    const slow = await folder.write('slow.toml', people.replace('"10d"', '"20d"'))
    const late = await run('backtest', [...args.slice(2), '--policy', slow, '--json'])
    expect(
      late.json<{ days: readonly { day: string; gone: number }[] }>().days.filter(({ gone }) => gone > 0),
    ).toMatchObject([{ day: '2026-12-19', gone: 1 }])
  })

  it('is stopped by limits, and says so, unless they are lifted', async () => {
    const tight = await folder.write('tight.toml', POLICY.replace('per_run = 100', 'per_run = 0'))
    const args = ['--policy', tight, '--inventories', `${folder.path}/series`]
    const stopped = await run('backtest', args)
    expect(stopped.code).toBe(0)
    // A number that stays the same is shown once.
    expect(stopped.out.match(/^2026-12-\d\d .*$/gm)).toHaveLength(2)
    expect(stopped.out).toContain('1 project still due at the end, stopped by limits; --lift-limits shows what becomes')
    const narrow = await folder.write('narrow.toml', POLICY.replace('per_run = 100', 'per_run = 1'))
    const lifted = await run('backtest', ['--policy', narrow, ...args.slice(2), '--lift-limits', '--json'])
    expect(lifted.json<Report>().counts).toMatchObject({ gone: 2, stopped: 0 })
    const never = await run('backtest', [...args, '--lift-limits'])
    expect(never.out).toContain('1 project still due at the end, stopped by a limit of 0, which no approval lifts.')
  })

  it('ends with 2 for a folder that is not there, and for a file in its place', async () => {
    const of = (name: string) => run('backtest', ['--policy', policy, '--inventories', `${folder.path}/${name}`])
    await folder.write('file', '')
    expect((await of('nowhere')).err).toMatch(/^The folder .*nowhere could not be read: it is not there\.$/m)
    expect(await of('file')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('it is not a folder.') })
  })

  it.each([
    ['empty', {}, /holds no \.json file/],
    ['undated', { 'x.json': [project(1, 'a')] }, /x\.json does not say when it was read\. Add "at"/],
    ['broken', { 'x.json': '{' }, /x\.json is not JSON/],
  ])('ends with 2 for a folder that is %s', async (name, files, message) => {
    await folder.write(`${name}/note.txt`, '')
    for (const [file, content] of Object.entries(files)) await folder.write(`${name}/${file}`, content)
    const { code, out, err } = await run('backtest', ['--policy', policy, '--inventories', `${folder.path}/${name}`])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
  })
})
