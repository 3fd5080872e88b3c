import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../sandbox/server.ts'
import { apiRow, DAY, type Folder, inventory, makeFolder, NOW, ORGANISATION, POLICY, project, run } from './support.ts'

let folder: Folder
let policy: string

beforeAll(async () => {
  folder = await makeFolder()
  policy = await folder.write('policy.toml', POLICY)
})

afterAll(() => folder.remove())

function plan(...args: readonly string[]) {
  return run('plan', ['--policy', policy, ...args])
}

interface Shown {
  readonly counts: { readonly marked: number; readonly notJudged: number }
  readonly projects: readonly { readonly name: string; readonly verdict: string; readonly reasons: readonly string[] }[]
}

describe('npm run plan on an inventory', () => {
  it.each<[string, (text: string) => Buffer]>([
    ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16, as PowerShell saves it', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big-endian', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('reads an inventory in %s', async (_, encode) => {
    const file = join(folder.path, 'encoded.json')
    await writeFile(file, encode(JSON.stringify(inventory([project(1, 'Old/caf\u00e9')]))))
    const { code, out } = await plan('--inventory', file)
    expect(code).toBe(1)
    expect(out).toContain('Old/caf\u00e9')
  })

  it('refuses an inventory in another encoding', async () => {
    const file = join(folder.path, 'latin.json')
    await writeFile(file, Buffer.from(JSON.stringify(inventory([project(1, 'Old/caf\u00e9')])), 'latin1'))
    const { code, err } = await plan('--inventory', file)
    expect(code).toBe(2)
    expect(err).toMatch(
      /latin\.json could not be read: it is neither UTF-8 nor UTF-16 with its mark\. Save it as UTF-8\./,
    )
  })

  it('cannot plan where not one project is of the organization, and names the setting', async () => {
    const others = inventory([project(1, 'Old/a'), project(2, 'New/b')], { organizationId: '0'.repeat(32) })
    const { code, err } = await plan('--inventory', await folder.write('others.json', others))
    expect(code).toBe(2)
    expect(err).toMatch(/Not one of 2 projects .*QC_ORGANIZATION_ID.*probably wrong/)
  })

  it('shows what would be marked at the time of the inventory, as a finding', async () => {
    const file = await folder.write('one.json', inventory([project(1, 'Old/a'), project(2, 'New/b')]))
    const { code, out, err } = await plan('--inventory', file)
    expect([code, err]).toEqual([1, ''])
    expect(out).toMatch(/^Plan {2}.*one\.json, 2 projects at 2026-11-24 12:00 UTC\n/)
    expect(out).toMatch(/^Old\/a {4} 1 {2}marked {3}old {3}It is marked now; .* 2026-12-08 12:00 UTC\.$/m)
    expect(out).not.toContain('New/b')
    expect(out).toContain('1 kept + 0 protected + 0 held + 0 not judged + 1 marked + 0 due = 2 projects')
    expect((await plan('--inventory', file, '--all')).out).toMatch(/^New\/b .*No rule selects it\.$/m)
    // A year earlier nothing of it was old.
    const early = await folder.write('early.json', inventory([project(1, 'Old/a')], { at: NOW - 150 * DAY }))
    expect((await plan('--inventory', early)).code).toBe(0)
  })

  it('shows what lies before each rule: its grace, a message, people, the window and caps', async () => {
    const text = `timezone = "America/New_York"
[limits]
per_run = 2
percent = 100
[window]
days = "Mon-Fri"
[notify]
channels = ["slack"]
[[person]]
name = "Ann"
may = ["approve"]
[[person]]
name = "Ben"
may = ["approve"]
${['two', 'first', 'never']
  .map(
    (approve) => `[[rule]]
id = "${approve}"
why = "w"
when = { path = "${approve}/*" }
then = "delete"
after = "7d"
notice = "${approve === 'never' ? '0h' : '10d'}"
approve = "${approve}"
enforce = true
`,
  )
  .join('')}[[rule]]
id = "timid"
why = "w"
when = { path = "Old/*" }
then = "describe"
to = "old"
`
    const names = ['two/a', 'first/a', 'never/a', 'never/b', 'never/c', 'Old/a']
    const file = await folder.write('waits.json', inventory(names.map((name, i) => project(i + 1, name))))
    const args = ['--policy', await folder.write('waits.toml', text), '--inventory', file]
    const { code, out } = await run('plan', args)
    expect(code).toBe(1)
    const window = 'the window (Mon-Fri 00:00-24:00, America/New_York)'
    const lines = [
      `first  delete 1    2026-12-04 12:00 UTC  a message about each, 10 days before; somebody's approval, the first time; ${window}`,
      `never  delete 3    2026-12-01 12:00 UTC  somebody's approval, should all be due at once: 3 are more than the 2 of [limits] per_run; ${window}`,
      'timid  describe 1  never, as it stands   nothing is done: enforce is false',
      `two    delete 1    2026-12-04 12:00 UTC  a message about each, 10 days before; the approval of two people; ${window}`,
    ]
    expect(out.replaceAll(/ +$/gm, '')).toContain(lines.join('\n'))
    const { json } = await run('plan', [...args, '--json'])
    expect(json<{ rules: object[] }>().rules[0]).toEqual({
      rule: 'first',
      action: 'delete',
      projects: 1,
      earliest: '2026-12-04T12:00:00.000Z',
      waitsFor: ['a message about each, 10 days before', "somebody's approval, the first time", window],
    })
  })

  it('reads a saved answer of the API, and does not judge what it does not say', async () => {
    const file = await folder.write('api.json', { projects: [apiRow(1, 'Old/a'), apiRow(2, 'b')], success: true })
    const unread = await plan('--inventory', file, '--json')
    expect(unread.code).toBe(0)
    expect(unread.err).toMatch(/api\.json does not say what runs live, so what a rule selects is "not judged"\. With/)
    expect(unread.json<Shown>().counts).toMatchObject({ notJudged: 1, marked: 0 })
    const { code, err, json } = await plan('--inventory', file, '--nothing-live', '--json')
    expect(code).toBe(1)
    expect(err).toMatch(
      /api\.json does not say when files were saved .* for 2 projects the dates of the list stand for it/,
    )
    expect(json<Shown>().projects[0]).toMatchObject({ name: 'Old/a', verdict: 'marked', rules: ['old'] })
  })

  it('reads a bare list, of the API or of its own', async () => {
    for (const rows of [[apiRow(1, 'Old/a')], [project(1, 'Old/a')]]) {
      const file = await folder.write('list.json', rows)
      const { json } = await plan('--inventory', file, '--nothing-live', '--json')
      expect(json<Shown>().counts.marked).toBe(1)
    }
  })

  it('does not know what was cut out of a row, and so does not judge it', async () => {
    const { owned: _owned, ...row } = project(1, 'Old/a') as { owned: boolean }
    const { json } = await plan('--inventory', await folder.write('cut.json', inventory([row])), '--json')
    expect(json<Shown>().projects[0]).toMatchObject({ verdict: 'notJudged' })
    expect(json<Shown>().projects[0]?.reasons.join(' ')).toContain('the file does not hold it')
  })

  it('prints no character that steers a terminal', async () => {
    const hostile = 'Old/\u001b]0;owned\u0007\u009b2J\u202egnp'
    const file = await folder.write('hostile.json', inventory([project(1, hostile)]))
    const { out } = await plan('--inventory', file)
    expect(out).toContain('Old/\ufffd]0;owned\ufffd\ufffd2J\ufffdgnp')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(out).not.toMatch(/[\u001b\u0007\u009b\u202e]/)
    const { out: text, json } = await plan('--inventory', file, '--json')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(text).not.toMatch(/[\u001b\u0007\u009b\u202e]/)
    expect(json<Shown>().projects[0]?.name).toBe(hostile)
  })

  it('leaves a row that cannot be read alone, names it, and shows the others', async () => {
    const rows = [
      apiRow(1, 'Old/a'),
      { ...apiRow(2, 'Old/b'), language: null },
      { ...apiRow(3, 'Old/c'), projectId: 'x' },
    ]
    const file = await folder.write('odd.json', rows)
    const { code, json } = await plan('--inventory', file, '--nothing-live', '--json')
    expect(code).toBe(1)
    const { counts, warnings } = json<{ counts: object; warnings: readonly string[] }>()
    expect(counts).toMatchObject({ inventory: 3 })
    expect(warnings.join()).toMatch(/^2 rows of the list of projects could not be read whole.*project 2 \(its language/)
  })

  it.each([
    ['nothing.json', undefined, /^The inventory .*nothing\.json could not be read: it is not there\.$/m],
    ['text.json', 'token=secret', /text\.json is not JSON/],
    ['other.json', { runs: [] }, /other\.json holds no list of projects\. Wanted: the answer of GET \/api\/inventory/],
    ['rows.json', [{ some: 'thing' }], /row 1 of the projects is neither a project of QuantConnect's API nor/],
    ['twice.json', [apiRow(1, 'a'), apiRow(1, 'b')], /twice\.json holds project 1 twice/],
  ])('ends with 2 for %s', async (name, content, message) => {
    const file = content === undefined ? `${folder.path}/${name}` : await folder.write(name, content)
    const { code, out, err } = await plan('--inventory', file)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
    expect(err).not.toContain('secret')
    expect(err).not.toContain('    at ')
  })
})

describe('npm run plan on the account', () => {
  let sandbox: Sandbox
  let settings: Record<string, string>
  const secret = 'a-token-nobody-may-see'

  beforeAll(async () => {
    const old = { created: Date.now() - 400 * DAY, modified: Date.now() - 200 * DAY }
    sandbox = await startSandbox({ workspace: [{ name: 'Old/a', ...old }, { name: 'New/b' }] })
    settings = {
      QC_USER_ID: '123',
      QC_API_TOKEN: 'abc',
      QC_ORGANIZATION_ID: ORGANISATION,
      QC_API_URL: `${sandbox.url}/api/v2`,
    }
  })

  afterAll(() => sandbox.close())

  async function requests(): Promise<readonly { readonly path: string }[]> {
    return (await (await fetch(`${sandbox.url}/_sandbox/requests`)).json()) as { path: string }[]
  }

  it('reads it, sends nothing but reads, and says how far it is on stderr', async () => {
    const { code, out, err } = await run('plan', ['--policy', policy, '--env', '/dev/null'], settings)
    expect(code).toBe(1)
    expect(err).toMatch(
      /^Reading the list of projects …\nReading what runs live, beside 2 projects …\nReading the activity of project \d+ \(1\) …\n$/,
    )
    expect(out).toContain(`organisation ${ORGANISATION}; 5 API calls, all of them reads`)
    expect(out).toMatch(/^Old\/a .*marked/m)
    expect((await requests()).map(({ path }) => path)).toEqual([
      'projects/read',
      'projects/read',
      'live/list',
      'files/read',
      'backtests/list',
    ])
  })

  it('takes settings from a file, over which the environment wins', async () => {
    const lines = Object.entries({ ...settings, QC_USER_ID: '999' }).map(([name, value]) => `${name}=${value}`)
    const file = await folder.write('dev.vars', lines.join('\n'))
    const refused = await run('plan', ['--policy', policy, '--env', file])
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('QuantConnect could not be read.')
    const { code } = await run('plan', ['--policy', policy, '--env', file], { QC_USER_ID: '123' })
    expect(code).toBe(1)
  })

  it('buys the evidence a rule needs, and only for what nothing cheaper settles', async () => {
    const costly = await folder.write('costly.toml', POLICY.replace('idle = ">90d"', 'idle = ">90d", backtests = "=0"'))
    const before = (await requests()).length
    const { code } = await run('plan', ['--policy', costly, '--env', '/dev/null'], settings)
    expect(code).toBe(1)
    const sent = (await requests()).slice(before).map(({ path }) => path)
    expect(sent).toEqual([
      'projects/read',
      'projects/read',
      'live/list',
      'files/read',
      'backtests/list',
      'backtests/list',
    ])
  })

  it('names every setting that is missing, and shows no secret when it fails', async () => {
    const missing = await run('plan', ['--policy', policy, '--env', '/dev/null'])
    expect(missing.code).toBe(2)
    expect(missing.err).toMatch(/QC_USER_ID is missing .*QC_API_TOKEN is missing .*QC_ORGANIZATION_ID is missing/)
    const wrong = await run('plan', ['--policy', policy, '--env', '/dev/null'], { ...settings, QC_API_TOKEN: secret })
    expect(wrong.code).toBe(2)
    expect(`${wrong.out}${wrong.err}`).not.toContain(secret)
  })
})
