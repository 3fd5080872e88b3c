import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffPolicies } from '../../src/core/replay/diff.ts'
import { idle, inventory, NOTHING, NOW, policy, project, read, rule } from './support.ts'

const OLD = rule('old', 'when = { path = "Old/*", idle = ">90d" }\nthen = "delete"')
const PROJECTS = [
  project(1, 'Old/a', idle(200)),
  project(2, 'Old/b', idle(60)),
  project(3, 'New/c', idle(200)),
  project(4, 'Old/held', { ...idle(200), description: 'mine [keep]' }),
]

async function diff(before: readonly string[], after: readonly string[], projects = PROJECTS) {
  return diffPolicies(await policy(...before), await policy(...after), inventory(projects), NOTHING, NOW)
}

describe('diffPolicies', () => {
  it('finds nothing between a policy and itself, and none between two that only say it differently', async () => {
    const same = await diff([OLD], [OLD])
    expect(same.projects).toEqual([])
    expect(same.rules).toEqual([{ rule: 'old', change: 'same', before: 1, after: 1, gained: [], lost: [] }])
    const why = await diff([OLD], [OLD.replace('"test"', '"another reason"')])
    expect(why).toEqual(same)
  })

  it('says what a wider rule newly selects, and that its grace starts again', async () => {
    const { rules, projects } = await diff([OLD], [OLD.replace('>90d', '>30d')])
    expect(rules).toEqual([{ rule: 'old', change: 'edited', before: 1, after: 2, gained: [2], lost: [] }])
    expect(projects).toEqual([
      {
        projectId: 2,
        name: 'Old/b',
        before: { verdict: 'kept', rule: null, action: null, to: null, reasons: [{ kind: 'no rule' }] },
        after: expect.objectContaining({ verdict: 'marked', rule: 'old', action: 'delete' }),
        gained: ['old'],
        lost: [],
      },
    ])
  })

  it('says what an exception saves', async () => {
    const { rules, projects } = await diff([OLD], [`${OLD}unless = { name = "a" }\n`])
    expect(rules).toMatchObject([{ change: 'edited', before: 1, after: 0, gained: [], lost: [1] }])
    expect(projects).toMatchObject([{ projectId: 1, after: { verdict: 'kept', reasons: [{ kind: 'unless' }] } }])
  })

  it('knows added and removed rules, and a renamed rule as one of each', async () => {
    const { rules } = await diff([OLD], [OLD.replace('"old"', '"renamed"')])
    expect(rules).toEqual([
      { rule: 'old', change: 'removed', before: 1, after: 0, gained: [], lost: [1] },
      { rule: 'renamed', change: 'added', before: 0, after: 1, gained: [1], lost: [] },
    ])
  })

  it('tells a project whose winner or target changes, though the same rules select it', async () => {
    const move = rule('move', 'when = { path = "Old/a" }\nthen = "move"\nto = "Attic/{name}"')
    const { rules, projects } = await diff([OLD, move], [OLD, move.replace('Attic', 'Cellar')])
    expect(rules.flatMap(({ gained, lost }) => [...gained, ...lost])).toEqual([])
    expect(projects).toMatchObject([{ projectId: 1, before: { to: 'Attic/a' }, after: { to: 'Cellar/a' } }])
  })

  it('shows what [protect] takes out of the rules', async () => {
    const { rules, projects } = await diff([OLD], [OLD, '[protect]\nids = [1]\n'])
    expect(rules).toMatchObject([{ change: 'same', before: 1, after: 0, lost: [1] }])
    expect(projects).toMatchObject([{ before: { verdict: 'marked' }, after: { verdict: 'protected' }, lost: ['old'] }])
  })

  it('counts what is not judged as not selected, and shows it as a change of verdict', async () => {
    const unread = { ...inventory(PROJECTS), running: { unknown: 'the list was not read' } }
    const { rules, projects } = diffPolicies(await read(''), await policy(OLD), unread, NOTHING, NOW)
    expect(rules).toMatchObject([{ change: 'added', before: 0, after: 0 }])
    expect(projects).toMatchObject([{ projectId: 1, before: { verdict: 'kept' }, after: { verdict: 'notJudged' } }])
  })

  it('is the same backwards, with both sides swapped, in whatever order the API lists', async () => {
    const before = await policy(OLD)
    const after = await policy(OLD.replace('>90d', '<90d'), '[protect]\npaths = ["New/**"]\n')
    const there = diffPolicies(before, after, inventory(PROJECTS), NOTHING, NOW)
    fc.assert(
      fc.property(fc.shuffledSubarray(PROJECTS, { minLength: PROJECTS.length }), (shuffled) => {
        const back = diffPolicies(after, before, inventory(shuffled), NOTHING, NOW)
        expect(back.projects.map(({ before: a, after: b, gained, lost, ...rest }) => rest)).toEqual(
          there.projects.map(({ before: a, after: b, gained, lost, ...rest }) => rest),
        )
        for (const [i, one] of back.projects.entries()) {
          expect([one.before, one.gained]).toEqual([there.projects[i]?.after, there.projects[i]?.lost])
        }
      }),
    )
  })
})
