/** What becomes of a digest as its projects are kept, released, deleted and brought back. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Card } from '../../src/core/cards/card.ts'
import { digestCard } from '../../src/core/cards/digest-card.ts'
import { type Settled, settledCard } from '../../src/core/cards/settled-card.ts'
import { written } from '../support/written.ts'

function digest(...projects: readonly (readonly [projectId: number, name: string])[]): Card {
  const marked = projects.map(([projectId, name]) => ({
    projectId,
    name,
    action: 'delete' as const,
    rule: 'old',
    to: null,
    owner: 'Ann',
    when: '2026-12-08T13:00:00.000Z',
  }))
  const card = digestCard({ run: '20261124-100000-1f3a9c', marked, due: [], holdsEnding: [], notJudged: 0 })
  if (card === null) throw new Error('There is nothing to tell.')
  return card
}

function settledBy(card: Card, ...settled: readonly Settled[]): Card {
  const changed = settledCard(card, settled)
  if (changed === null) throw new Error('The card names none of them.')
  return changed
}

const kept = (projectId: number, name: string, by = 'Ann'): Settled => {
  return { projectId, name, what: `kept by ${by} for ever` }
}

describe('a digest', () => {
  it('says who keeps a project, and offers nothing for it any more', () => {
    const card = settledBy(digest([1, 'Old/a'], [2, 'Old/b'], [3, 'Old/c']), kept(2, 'Old/b'))
    expect(written(card)).toMatchInlineSnapshot(`
      "# 3 projects newly marked (neutral)
      3 projects newly marked. Keep what should stay.
      ## Newly marked: Ann, in Old (3)
      - a (1): delete, from 2026-12-08 13:00 UTC; rule old
      - b (2): delete, from 2026-12-08 13:00 UTC; rule old
      - c (3): delete, from 2026-12-08 13:00 UTC; rule old
      ## Since then
      - Old/b (2): kept by Ann for ever
      <Keep 30 d: which?> keep30 Old/a (1)=1 | Old/c (3)=3
      <Keep for ever: which?> keep Old/a (1)=1 | Old/c (3)=3
      <Why: which?> why Old/a (1)=1 | Old/c (3)=3
      → /runs/20261124-100000-1f3a9c"
    `)
  })

  it('has buttons that name the project where one is left, and none where none is', () => {
    const [one, two] = [kept(1, 'Old/a'), kept(2, 'Old/b', 'Bob')]
    const left = settledBy(digest([1, 'Old/a'], [2, 'Old/b']), one)
    expect(left.menus).toEqual([])
    expect(left.buttons.map(({ verb, label, ref }) => [verb, label, ref])).toEqual([
      ['keep30', 'Keep 30 d: Old/b (2)', '2'],
      ['keep', 'Keep for ever: Old/b (2)', '2'],
      ['why', 'Why: Old/b (2)', '2'],
    ])
    const none = settledBy(left, two)
    expect([none.buttons, none.menus]).toEqual([[], []])
    expect(none.sections.at(-1)).toEqual({
      heading: 'Since then',
      lines: ['Old/a (1): kept by Ann for ever', 'Old/b (2): kept by Bob for ever'],
      more: 0,
    })
  })

  it('says the newest of a project, once', () => {
    const card = settledBy(digest([1, 'Old/a']), kept(1, 'Old/a'))
    const released = settledBy(card, { projectId: 1, name: 'Old/a', what: 'released by Bob' })
    expect(released.sections.at(-1)?.lines).toEqual(['Old/a (1): released by Bob'])
  })

  it('is left alone when it does not name the project', () => {
    const card = digest([1, 'Old/a'], [11, 'Old/1'])
    expect(settledCard(card, [kept(111, 'New/x')])).toBeNull()
    expect(settledCard(card, [])).toBeNull()
  })

  it('of many shows the newest lines and counts the others', () => {
    const many = Array.from({ length: 25 }, (_, n): [number, string] => [n + 1, `Old/p${n}`])
    const card = settledBy(
      digest(...many),
      ...many.slice(0, 20).map(([id, name]) => ({ projectId: id, name, what: 'deleted' })),
    )
    const since = card.sections.at(-1)
    expect([since?.lines.length, since?.more, since?.lines.at(-1)]).toEqual([10, 10, 'Old/p19 (20): deleted'])
    expect(card.menus.map(({ options }) => options.length)).toEqual([5, 5, 5])
  })

  it('never offers anything for what is settled, and keeps every limit, whatever people call their projects', () => {
    const name = fc.string({ unit: 'binary', maxLength: 200 })
    const projects = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 99_999_999 }), name), {
      minLength: 1,
      maxLength: 40,
      selector: ([id]) => id,
    })
    const seed = Date.now() % 2 ** 31
    fc.assert(
      fc.property(projects, fc.infiniteStream(fc.boolean()), (all, chosen) => {
        const settled = all.filter(() => chosen.next().value).map(([projectId, own]) => kept(projectId, own))
        let card = digest(...all)
        for (const one of settled) card = settledCard(card, [one]) ?? card
        const refs = [...card.buttons, ...card.menus.flatMap(({ options }) => options)].map(({ ref }) => Number(ref))
        expect(refs.filter((ref) => settled.some(({ projectId }) => projectId === ref))).toEqual([])
        const labels = [...card.buttons, ...card.menus.flatMap(({ options }) => options)].map(({ label }) => label)
        expect(labels.filter((label) => label.length > 75)).toEqual([])
        expect(card.buttons.length).toBeLessThanOrEqual(5)
        expect(card.menus.every(({ options }) => options.length > 1)).toBe(true)
      }),
      { seed, numRuns: 60 },
    )
  })
})
