import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY, type Folder, inventory, makeFolder, NOW, POLICY, project, run } from './support.ts'

const SWEEP = `
[[rule]]
id = "sweep"
why = "Two are enough."
when = { path = "Sweeps/*" }
keep = { newest = 2, per = "directory", by = "activity" }
then = "archive"
notice = "0h"
approve = "never"
enforce = true
`

let folder: Folder
let policy: string
let seen: string

beforeAll(async () => {
  folder = await makeFolder()
  policy = await folder.write('policy.toml', `${POLICY}${SWEEP}`)
  seen = await folder.write(
    'seen.json',
    inventory([
      project(1, 'Old/momentum'),
      project(2, 'Old/Momentum two', { description: 'mine [keep until 2027-01-31]' }),
      project(3, 'New/momentun'),
      project(4, 'shared', { owned: false }),
      project(5, 'shared'),
      project(6, '4'),
      project(7, 'Unsure/x', { created: { unknown: 'created is missing' } }),
      ...[1, 2, 3].map((n) => project(10 + n, `Sweeps/s${n}`, { modified: NOW - n * 10 * DAY })),
    ]),
  )
})

afterAll(() => folder.remove())

function why(...words: readonly string[]) {
  return run('why', [...words, '--policy', policy, '--inventory', seen])
}

interface Answer {
  readonly projectId: number
  readonly verdict: string
  readonly mark: unknown
  readonly due: string | null
}

describe('npm run why', () => {
  it('shows rules, conditions, what was read and asked for, mark and due', async () => {
    const { code, out, err } = await why('Old/momentum')
    expect([code, err]).toEqual([1, ''])
    expect(out).toMatch(/^Old\/momentum {2}\(1\)\nIt is marked\. Rule "old" wants: delete\.\n/)
    expect(out).toContain('Mark: new. Due: 2026-12-08 12:00 UTC.')
    expect(out).toMatch(/^Rule {3}When {2}Outcome {3}Keep {2}Because$/m)
    expect(out).toMatch(/^old {4}yes {3}selected$/m)
    expect(out).toMatch(/^sweep {2}no {4}no match$/m)
    expect(out).toMatch(/^Rule {3}Part {2}Condition {2}Read {12}Asked for {2}Reading$/m)
    expect(out).toMatch(/^old {4}when {2}path {7}"Old\/momentum" {2}Old\/\* {6}yes$/m)
    expect(out).toMatch(/^old {4}when {2}idle {7}200 days {8}>90d {7}yes$/m)
  })

  it('shows who is in a slot of keep, and who is outside', async () => {
    const kept = await why('Sweeps/s1')
    expect(kept.code).toBe(0)
    expect(kept.out).toMatch(
      /^sweep .*saved .*in a slot newest 2 {2}Rule "sweep" keeps it: it is among the newest 2\.$/m,
    )
    const outside = await why('Sweeps/s3')
    expect(outside.code).toBe(1)
    expect(outside.out).toMatch(/^sweep .*selected {2}outside newest 2$/m)
  })

  it('says who holds or protects it, and that nothing will happen', async () => {
    const held = await why('Old/Momentum', 'two')
    expect(held.code).toBe(0)
    expect(held.out).toContain('Its description holds it to the end of 2027-01-31.')
    const others = await why('4', '--json')
    expect(others.json<Answer>()).toMatchObject({ projectId: 6 })
  })

  it('takes an exact name before an id, and an id for a name that several have', async () => {
    expect((await why('4', '--json')).json<Answer>().projectId).toBe(6)
    expect((await why('5', '--json')).json<Answer>().projectId).toBe(5)
    const { code, out, err } = await why('shared')
    expect([code, out]).toEqual([2, ''])
    expect(err).toBe('2 projects are called "shared". Give the id:\n  4  shared\n  5  shared\n')
  })

  it('lists the nearest for a name that nobody has', async () => {
    const piece = await why('momentum')
    expect(piece.code).toBe(2)
    expect(piece.err).toBe(
      'No project has the name or the id "momentum". Did you mean one of these?\n  1  Old/momentum\n  2  Old/Momentum two\n',
    )
    const misspelt = await why('New/momentm')
    expect(misspelt.err).toMatch(/Did you mean one of these\?\n {2}3 {2}New\/momentun\n/)
    const nothing = await why('zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz')
    expect([nothing.code, nothing.err]).toEqual([
      2,
      `No project has the name or the id "${'z'.repeat(32)}". None has a similar name.\n`,
    ])
  })

  it('gives programs the same as the API', async () => {
    const { code, json } = await why('1', '--json')
    expect(code).toBe(1)
    expect(json()).toMatchObject({
      projectId: 1,
      name: 'Old/momentum',
      verdict: 'marked',
      sentences: expect.arrayContaining([expect.stringContaining('The grace ends 2026-12-08 12:00 UTC.')]),
      rules: [
        { rule: 'old', matched: 'yes', outcome: 'selected' },
        { rule: 'sweep', outcome: 'no match' },
      ],
      mark: null,
      due: '2026-12-08T12:00:00.000Z',
    })
  })
})
