/** Data of events stays small, whatever projects are called and however many there are. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventItem } from '../../src/hooks/events.ts'
import { firstOf, inPages, shortText } from '../../src/hooks/fit-event.ts'

function bytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length
}

/** Any text at all, long ones, and half characters, which take six bytes each. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 2_000 }),
  fc.string({ unit: fc.constantFrom('\ud800', '"', '\u0000', '研', '𝒳', 'a'), maxLength: 2_000 }),
)

function item(name: string, projectId: number): EventItem {
  return { projectId, name, action: 'delete', rule: 'r'.repeat(50), when: '2026-12-08T10:00:00.000Z' }
}

describe('lists of an event', () => {
  it('take at most 7 kB, say how many there are, and hold the first of them', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 120 }), (names) => {
        const list = firstOf(names.map(item))
        expect(list.count).toBe(names.length)
        expect(bytes(list.items)).toBeLessThanOrEqual(7_002)
        expect(list.items.map(({ projectId }) => projectId)).toEqual(list.items.map((_, n) => n))
        if (names.length > 0) expect(list.items.length).toBeGreaterThan(0)
      }),
      { numRuns: 50 },
    )
  })

  it('in pages hold every item exactly once, in order, at most 15 kB a page', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 120 }), (names) => {
        const pages = inPages(names.map(item))
        for (const page of pages) expect(bytes(page)).toBeLessThanOrEqual(15_002)
        expect(pages.flat().map(({ projectId }) => projectId)).toEqual(names.map((_, n) => n))
        expect(pages.every((page) => page.length > 0)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('change no name that fits, and cut others at the end', () => {
    expect(firstOf([item('Old/x', 1)]).items[0]?.name).toBe('Old/x')
    expect(firstOf([item('研'.repeat(400), 1)]).items[0]?.name).toMatch(/^研{160,170}…$/)
  })
})

describe('a sentence of an event', () => {
  it('takes at most 1 kB and is never cut inside a character', () => {
    expect(shortText('Nothing was done.')).toBe('Nothing was done.')
    fc.assert(
      fc.property(text, (long) => {
        expect(bytes(shortText(long))).toBeLessThanOrEqual(1_000)
      }),
    )
    expect(shortText('𝒳'.repeat(1_000)).isWellFormed()).toBe(true)
  })
})
