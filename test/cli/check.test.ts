import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Folder, inventory, makeFolder, POLICY, project, run } from './support.ts'

let folder: Folder

beforeAll(async () => {
  folder = await makeFolder()
})

afterAll(() => folder.remove())

describe('npm run check', () => {
  it('says each rule as a sentence', async () => {
    const { code, out } = await run('check', [await folder.write('good.toml', POLICY)])
    expect(code).toBe(0)
    expect(out).toContain(
      'old\n  When its path matches "Old/*" and it has been idle for more than 90 days: delete it, 14 days after it was first marked.\n',
    )
    expect(out).toMatch(/good\.toml can be used: 1 rule, of which 0 only report; 0 warnings; hash [0-9a-f]{12}\.\n$/)
  })

  it('finds nothing in the policy that is shipped', async () => {
    const { code, out } = await run('check', [])
    expect(code).toBe(0)
    expect(out).toMatch(/policy\.toml can be used: \d rules, of which \d only report; 0 warnings/)
  })

  it('says all that is wrong with a refused policy, as findings', async () => {
    const bad = await folder.write('bad.toml', `${POLICY.replace('idle', 'idel')}\n[limit]\nper_run = 1\n`)
    const { code, out, err } = await run('check', [bad])
    expect([code, err]).toEqual([1, ''])
    expect(out).toMatch(/bad\.toml line 9, rule "old", key "when\.idel": .*Did you mean "idle"\?\n/)
    expect(out).toMatch(/bad\.toml is refused: 2 problems\.\n$/)
    const { code: same, json } = await run('check', [bad, '--json'])
    expect(same).toBe(1)
    expect(json()).toMatchObject({
      ok: false,
      hash: null,
      problems: [{ rule: 'old', key: 'when.idel', line: 9, text: expect.stringContaining('bad.toml line 9') }, {}],
      rules: [],
    })
  })

  it.each<[string, (text: string) => Buffer, RegExp]>([
    ['Latin-1', (text) => Buffer.from(text, 'latin1'), /line 1: the file is not UTF-8/],
    ['UTF-16, as PowerShell saves it', (text) => Buffer.from(`\ufeff${text}`, 'utf16le'), /is UTF-16, .*iconv/],
  ])('refuses a policy in %s', async (_, encode, says) => {
    const text = `# Donn\u00e9es\n${POLICY}`
    const file = join(folder.path, 'encoded.toml')
    await writeFile(file, encode(text))
    const { code, out } = await run('check', [file])
    expect(code).toBe(1)
    expect(out).toMatch(says)
    await writeFile(file, `\ufeff${text}`)
    expect((await run('check', [file])).code).toBe(0)
  })

  it('takes a rule that asks people first for one that acts', async () => {
    const told = `[notify]\nchannels = ["slack"]\n${POLICY}`
    const asking = await folder.write('asking.toml', told.replace('"never"', '"always"'))
    const { code, out } = await run('check', [asking])
    expect(code).toBe(0)
    expect(out).toMatch(/each time after a person has approved/)
    const { json } = await run('check', [asking, '--json'])
    expect(json()).toMatchObject({ ok: true, warnings: [], rules: [{ rule: 'old', acts: true }] })
  })

  it('does not take a rule that is not enforced for a finding, but says it', async () => {
    const timid = await folder.write('timid.toml', POLICY.replace('enforce = true', 'enforce = false'))
    const { code, out } = await run('check', [timid])
    expect(code).toBe(0)
    expect(out).toContain('For now it only marks and reports: enforce is false.')
  })

  it('with an inventory also finds what matches nothing there, and what would take everything', async () => {
    const text = `${POLICY}unless = { name = "precious*" }\n[protect]\npaths = ["Prodction/**"]\nids = [77]\n`
    const policy = await folder.write('odd.toml', text)
    expect((await run('check', [policy])).code).toBe(0)
    const seen = await folder.write('seen.json', inventory([project(1, 'Old/a'), project(2, 'Old/b')]))
    const { code, out } = await run('check', [policy, '--inventory', seen])
    expect(code).toBe(1)
    expect(out).toContain('[protect] paths: "Prodction/**" protects no project today.')
    expect(out).toContain('[protect] ids: no project has the id 77 today.')
    expect(out).toContain('Rule "old": unless saves no project today.')
    expect(out).toContain('Rule "old" would take everything its path and name let it see (2 projects).')
    expect(out).toContain('4 warnings')
  })

  it.each([
    ['an approval', '"never"', '"first"'],
    ['two approvals', '"never"', '"two"'],
  ])('warns of a rule that waits for %s when there is nobody to tell', async (_, before, after) => {
    const people = '[[person]]\nname = "Ann"\nmay = ["approve"]\n[[person]]\nname = "Ben"\nmay = ["approve"]\n'
    const waits = people + POLICY.replace(before, after)
    const { code, out } = await run('check', [await folder.write('waits.toml', waits)])
    expect(code).toBe(1)
    expect(out).toMatch(/Rule "old" waits .*nobody is told: \[notify\] channels names no channel/)
    const timid = waits.replace('enforce = true', 'enforce = false')
    expect((await run('check', [await folder.write('timid.toml', timid)])).code).toBe(0)
    const told = `[notify]\nchannels = ["slack"]\n${waits}`
    expect((await run('check', [await folder.write('told.toml', told)])).code).toBe(0)
  })

  it('does not blame the spelling where a fact is missing everywhere', async () => {
    const policy = await folder.write('missing.toml', `${POLICY}unless = { shared = true }\n`)
    const projects = Array.from({ length: 6 }, (_, n) =>
      project(n + 1, `Old/${n}`, { codeRunning: undefined, shared: undefined }),
    )
    const seen = await folder.write('missing.json', inventory(projects))
    const { code, out } = await run('check', [policy, '--inventory', seen])
    expect(code).toBe(1)
    expect(out).toMatch(/Rule "old": .* is not known for 6 of 6 projects/)
    expect(out).toMatch(/Rule "old": unless saves no project today, because it cannot be read: shared is not known/)
    expect(out).not.toContain('spelt right')
  })
})
