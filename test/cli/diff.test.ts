import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY, type Folder, inventory, makeFolder, NOW, POLICY, project, run } from './support.ts'

let folder: Folder
let old: string
let seen: string

beforeAll(async () => {
  folder = await makeFolder()
  old = await folder.write('old.toml', POLICY)
  const younger = { modified: NOW - 60 * DAY }
  const projects = [project(1, 'Old/a'), project(2, 'Old/b', younger), project(3, 'New/c')]
  seen = await folder.write('seen.json', inventory(projects))
})

afterAll(() => folder.remove())

async function diff(text: string, ...more: readonly string[]) {
  return run('diff', [old, await folder.write('new.toml', text), '--inventory', seen, ...more])
}

describe('npm run diff', () => {
  it('finds nothing where nothing differs, whatever the words', async () => {
    const { code, out } = await diff(POLICY.replace('Nobody opens these any more.', 'They are old.'))
    expect(code).toBe(0)
    expect(out).toContain('No match and no verdict differs.')
  })

  it('shows per rule and per project what comes and goes', async () => {
    const text = POLICY.replace('>90d', '>30d').replace('enforce = true', 'enforce = true\nunless = { name = "a" }')
    const { code, out } = await diff(text)
    expect(code).toBe(1)
    expect(out).toMatch(/^Diff {2}.*old\.toml → .*new\.toml; .*seen\.json, 3 projects at 2026-11-24 12:00 UTC\n/)
    expect(out).toMatch(/^old {3}edited {16}1 {6}1 {2}\+1 {3}-1$/m)
    expect(out).toMatch(
      /^Old\/a {4} 1 {2}-old {3}marked \(old: delete\) → kept {2}Rule "old" selects it, but its "unless" saves it\.$/m,
    )
    expect(out).toMatch(/^Old\/b {4} 2 {2}\+old {3}kept → marked \(old: delete\) /m)
    expect(out).not.toContain('New/c')
    expect(out).toContain('2 projects with a difference.\nEdited, so that every grace starts again:\n  old\n')
    const [was, is] = out.split('\n').slice(-3)
    expect(was).toMatch(
      /^ {4}was {2}When its path matches "Old\/\*" and it has been idle for more than 90 days: delete it/,
    )
    expect(is).toMatch(/^ {4}is {3}When .* for more than 30 days, unless its name matches "a": delete it/)
  })

  it('says the same to programs', async () => {
    const { code, json } = await diff(POLICY.replace('id = "old"', 'id = "newer"'), '--json')
    expect(code).toBe(1)
    expect(json()).toMatchObject({
      rules: [
        {
          rule: 'newer',
          change: 'added',
          gained: [1],
          lost: [],
          sentences: { before: null, after: expect.stringMatching(/^When its path/) },
        },
        { rule: 'old', change: 'removed', gained: [], lost: [1] },
      ],
      projects: [
        {
          projectId: 1,
          name: 'Old/a',
          gained: ['newer'],
          lost: ['old'],
          before: { verdict: 'marked', rule: 'old', action: 'delete' },
          after: { verdict: 'marked', rule: 'newer', reasons: expect.arrayContaining([expect.any(String)]) },
        },
      ],
    })
  })

  it('names limits and windows that differ, though no match does', async () => {
    const window = '[window]\ndays = "Mon-Fri"\nhours = "09:00-17:00"\n'
    const { code, out } = await diff(`${POLICY.replace('per_run = 100', 'per_run = 5')}${window}`)
    expect(code).toBe(0)
    expect(out).toContain('[limits] per_run: 100 → 5\n[window] always → Mon-Fri 09:00-17:00, UTC\n')
  })

  it("names a rule's own limit, channels and approvers that differ", async () => {
    const people = '[notify]\nchannels = ["slack"]\n[[person]]\nname = "Ann"\nmay = ["approve"]\n'
    const { code, out } = await diff(`${POLICY}limit = { per_run = 5 }\n${people}`)
    expect(code).toBe(0)
    const told = '[notify] channels: none → slack\nWho may approve: none → Ann\n'
    expect(out).toContain(`${told}limit of rule "old": none → per_run 5\n`)
  })
})
