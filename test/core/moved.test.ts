/** No project is moved by rules twice within 30 days: that replaces every comparison of rules with one another. */

import { describe, expect, it } from 'vitest'
import { openFacts } from '../../src/core/evidence/facts.ts'
import type { Move } from '../../src/core/evidence/memory.ts'
import { decide } from '../../src/core/judge/decide.ts'
import { reasonText } from '../../src/core/plan/explain.ts'
import { DAY, inventory, longMarked, NOW, policy, project, rule, verdictOf } from './support.ts'

const BACK = 'when = { path = "Attic/**" }\nthen = "move"\nto = "Research/{name}"\nnotice = "0h"\nenforce = true'
const moved = (days: number, projectId = 1): Move => ({ projectId, rule: 'to-attic', at: NOW - days * DAY })

async function verdict(text: string, days: number) {
  const rules = await policy(rule('back', text))
  const seen = inventory([project(1, 'Attic/x')])
  const memory = { ...longMarked(rules, seen.projects), moves: [moved(days)] }
  expect(openFacts(seen, memory, NOW).memory.moves.get(1)?.at).toBe(NOW - days * DAY)
  return verdictOf(decide(rules, seen, memory, NOW), 1)
}

describe('a project that a rule moved', () => {
  it.each([
    ['move', BACK],
    ['archive', BACK.replace('"move"', '"archive"').replace('Research/{name}', 'Archive/{path}')],
    [
      'rename',
      BACK.replace('"move"', '"rename"').replace('Research/{name}', '{name} old').replace('Attic/**', 'Attic/x'),
    ],
  ])('waits 30 days for the next %s by whichever rule, and its verdict says since and until when', async (_, text) => {
    const early = await verdict(text, 29.9)
    expect(early).toMatchObject({ state: 'marked', dueAt: NOW + 0.1 * DAY })
    expect(early.reasons.map((reason) => reasonText(reason))).toContainEqual(
      expect.stringMatching(
        /^Rule "back" waits: rule "to-attic" moved it on 20\d\d-.* UTC, and rules move a project at most once in 30 days; not before 20\d\d-.* UTC\.$/,
      ),
    )
    expect((await verdict(text, 30)).state).toBe('due')
  })

  it('does not wait to be deleted or described', async () => {
    const when = 'when = { path = "Attic/**" }\nenforce = true\n'
    expect((await verdict(`${when}then = "delete"\nnotice = "0h"`, 1)).state).toBe('due')
    expect((await verdict(`${when}then = "describe"\nto = "old"`, 1)).state).toBe('due')
  })

  it('keeps its directory from being moved, and the reason names it', async () => {
    const text = BACK.replace('when', 'unit = "directory"\nwhen')
      .replace('Attic/**', 'Attic/*')
      .replace('{name}', '{path}')
    const rules = await policy(rule('back', text))
    const seen = inventory([project(1, 'Attic/a/x'), project(2, 'Attic/a/y')])
    const memory = { ...longMarked(rules, seen.projects), moves: [moved(3, 2)] }
    const decision = decide(rules, seen, memory, NOW)
    expect(decision.verdicts).toMatchObject([{ state: 'marked' }, { state: 'marked' }])
    expect(
      verdictOf(decision, 1)
        .reasons.map((reason) => reasonText(reason))
        .join(' '),
    ).toMatch(/rule "to-attic" moved project 2 in its directory Attic\/a on/)
  })

  it('grace and notice of the next rule run meanwhile: the later end counts', async () => {
    const rules = await policy(rule('back', `${BACK}\nafter = "40d"`))
    const seen = inventory([project(1, 'Attic/x')])
    const { since } = { since: NOW - 5 * DAY }
    const [mark] = longMarked(rules, seen.projects).marks
    const memory = {
      ...longMarked(rules, seen.projects),
      marks: mark === undefined ? [] : [{ ...mark, since }],
      moves: [moved(2)],
    }
    expect(verdictOf(decide(rules, seen, memory, NOW), 1)).toMatchObject({ state: 'marked', dueAt: since + 40 * DAY })
  })
})
