import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withHold, withoutHolds, writtenHold } from '../../src/core/base/hold.ts'
import { decide } from '../../src/core/judge/decide.ts'
import { DAY, inventory, longMarked, NOTHING, NOW, policy, project, rule, states } from './support.ts'

describe('writtenHold', () => {
  it('is null when nobody asked to keep', () => {
    expect(['', 'keep', 'a [v2] strategy', '(keep)'].map((text) => writtenHold(text, 'UTC'))).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('holds for ever with [keep]', () => {
    expect(writtenHold('My strategy [keep]', 'UTC')).toEqual({ until: null, malformed: null })
  })

  it('holds to the end of the day named, in the zone of the policy', () => {
    expect(writtenHold('[keep until 2027-01-31]', 'UTC')?.until).toBe(Date.UTC(2027, 1, 1))
    expect(writtenHold('[keep until 2027-01-31]', 'America/New_York')?.until).toBe(Date.UTC(2027, 1, 1, 5))
  })

  it.each([
    '[keep',
    '[keep it]',
    '[keeper]',
    '[Keep]',
    '[KEEP until 2020-01-01]',
    '[keep until 2027-02-30]',
    '[keep until tomorrow]',
    '[keep  until 2020-01-01]',
    '[ keep ]',
    '[keep until 2020-01-01',
    '[keep until\n2020-01-01]',
  ])('holds for ever, with a warning, in the malformed form %j', (text) => {
    expect(writtenHold(`before ${text}`, 'UTC')).toEqual({ until: null, malformed: expect.any(String) })
  })

  it.each([
    ['wide brackets', '［keep］'],
    ['black brackets', '【keep】'],
    ['corner brackets', '「keep」'],
    ['wide brackets and a day', '［keep until 2027-01-31］', Date.UTC(2027, 1, 1)],
    ['wide digits', '[keep until ２０２７-０１-３１]', Date.UTC(2027, 1, 1)],
    ['a zero-width space after the bracket', '[\u200bkeep]'],
    ['a zero-width space in the word', '[k\u200beep]'],
    ['a soft hyphen', '[\u00adkeep]'],
    ['a variation selector', '[keep\ufe0f]'],
    ['brackets of two kinds', '[keep】'],
  ])('reads %s as it looks', (_, text, until: number | null = null) => {
    expect(writtenHold(`before ${text} after`, 'UTC')).toEqual({ until, malformed: null })
  })

  it.each([
    ['wide capitals', '[ＫＥＥＰ]'],
    ['a Cyrillic e', '[k\u0435ep]'],
    ['Cyrillic letters', '[\u043a\u0435\u0435\u0440]'],
    ['Greek capitals', '[\u039a\u0395\u0395\u03a1 until 2020-01-01]'],
    ['mathematical letters', '[𝐤𝘦𝙚𝓅]'],
    ['letters in circles', '[ⓚⓔⓔⓟ]'],
    ['letters in squares', '[🄺🄴🄴🄿]'],
    ['letters with accents', '[kéep]'],
    ['the same in two parts', '[ke\u0301ep]'],
    ['small capitals', '[ᴋᴇᴇᴘ]'],
    ['Cherokee', '[ᏦᎬᎬᏢ]'],
    ['a cut-off tag', '【keep'],
  ])('holds for ever, with a warning, what a person may well read as keep: %s', (_, text) => {
    expect(writtenHold(`before ${text}`, 'UTC')).toEqual({ until: null, malformed: text })
    expect(withoutHolds(`before ${text}`)).not.toMatch(/^$/)
    expect(writtenHold(withoutHolds(`before ${text}`), 'UTC')).toBeNull()
  })

  it.each(['（keep）', '【休】', '[krep]', '[ｖ２] keep', '「keen」', '[kep]'])('is null for %j', (text) => {
    expect(writtenHold(text, 'UTC')).toBeNull()
  })

  it.each([
    ['opening brackets', '['.repeat(1_000_000)],
    ['wide opening brackets', '［'.repeat(1_000_000)],
    ['brackets and blanks', `${'['.repeat(10)}${' '.repeat(100_000)}`.repeat(10)],
    ['brackets and invisible characters', `[k${'\u200b'.repeat(100_000)}`.repeat(10)],
    ['tags in tags', `${'['.repeat(300_000)}${'keep]'.repeat(140_000)}`],
    ['tags', '[keep]'.repeat(170_000)],
    ['look-alikes', '[к\u0301е\u0301'.repeat(200_000)],
  ])('is read, and taken out, in no time from a million characters of %s', (_, text) => {
    const start = performance.now()
    writtenHold(text, 'UTC')
    expect(writtenHold(withoutHolds(text), 'UTC')).toBeNull()
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  it('of several holds, the longest counts', () => {
    expect(writtenHold('[keep until 2027-01-31] [keep until 2026-12-01]', 'UTC')?.until).toBe(Date.UTC(2027, 1, 1))
    expect(writtenHold('[keep until 2027-01-31] [keep]', 'UTC')?.until).toBeNull()
    expect(writtenHold('[keep] [keep!]', 'UTC')?.malformed).toBe('[keep!]')
  })

  it('does not listen to our own line', () => {
    expect(writtenHold('text\nleansweep: [keep]', 'UTC')).toBeNull()
    expect(writtenHold('[keep]\nleansweep: idle', 'UTC')).toEqual({ until: null, malformed: null })
    expect(writtenHold('leansweep: [keep]\nsomebody wrote below', 'UTC')).not.toBeNull()
  })
})

describe('holds in a decision', () => {
  const old = project(1, 'tmp')
  const now = NOW

  it('either the ledger or the description holds', async () => {
    const rules = await policy(rule('old', 'when = { idle = ">30d" }\nthen = "delete"'))
    const marks = longMarked(rules, [old]).marks
    const hold = { projectId: 1, created: old.created as number, until: null, by: 'Ann' }
    expect(states(rules, inventory([old]))).toEqual({ 1: 'due' })
    expect(states(rules, inventory([old]), { ...NOTHING, marks, holds: [hold] })).toEqual({ 1: 'held' })
    expect(states(rules, inventory([{ ...old, description: 'x [keep]' }]))).toEqual({ 1: 'held' })
  })

  it('G16 identity is id and created: a hold on an earlier project with the same id does not hold this one', async () => {
    const rules = await policy(rule('old', 'when = { idle = ">30d" }\nthen = "delete"'))
    const marks = longMarked(rules, [old]).marks
    const hold = { projectId: 1, created: 5, until: null, by: 'Ann' }
    expect(states(rules, inventory([old]), { ...NOTHING, marks, holds: [hold] })).toEqual({ 1: 'due' })
  })

  it('a hold that ends within a week is told of, and of several holds the longest counts', async () => {
    const rules = await policy(rule('old', 'when = { idle = ">30d" }\nthen = "delete"'))
    const hold = (projectId: number, until: number | null) => ({
      projectId,
      created: old.created as number,
      until,
      by: 'Ann',
    })
    const seen = inventory([1, 2, 3, 4].map((id) => project(id, `x${id}`, id === 4 ? { description: '[keep]' } : {})))
    const holds = [
      hold(1, NOW + 7 * DAY),
      hold(2, NOW + 8 * DAY),
      hold(3, NOW + DAY),
      hold(3, NOW + 2 * DAY),
      hold(4, NOW + DAY),
    ]
    expect(decide(rules, seen, { ...NOTHING, holds }, NOW).holdsEnding).toEqual([
      { projectId: 1, until: NOW + 7 * DAY },
      { projectId: 3, until: NOW + 2 * DAY },
    ])
  })

  it('a hold is inclusive and ends', async () => {
    const rules = await policy(
      'timezone = "America/New_York"',
      rule('old', 'when = { idle = ">30d" }\nthen = "delete"'),
    )
    const held = inventory([{ ...old, description: '[keep until 2026-11-24]' }])
    const endOfDay = Date.UTC(2026, 10, 25, 5)
    const memory = longMarked(rules, held.projects)
    expect(states(rules, held, memory, endOfDay - 1)).toEqual({ 1: 'held' })
    expect(states(rules, held, memory, endOfDay)).toEqual({ 1: 'due' })
    const hold = { projectId: 1, created: old.created as number, until: now, by: 'Ann' }
    expect(states(rules, inventory([old]), { ...memory, holds: [hold] }, now)).toEqual({ 1: 'held' })
    expect(states(rules, inventory([old]), { ...memory, holds: [hold] }, now + DAY)).toEqual({ 1: 'due' })
  })
})

describe('the mirror of a hold', () => {
  it.each([
    ['', null, '[keep]'],
    ['Notes.', '2027-01-31', 'Notes. [keep until 2027-01-31]'],
    ['Notes. [keep]', '2027-01-31', 'Notes. [keep until 2027-01-31]'],
    ['Notes.\nleansweep: idle 3 d', null, 'Notes. [keep]\nleansweep: idle 3 d'],
    ['leansweep: idle 3 d', null, '[keep]\nleansweep: idle 3 d'],
    ['[ Keep till Monday ] a\n\n', null, ' a [keep]\n\n'],
    ['[keep me posted about this', '2027-01-31', 'keep me posted about this [keep until 2027-01-31]'],
  ])('%j held until %s reads %j', (description, until, wanted) => {
    expect(withHold(description, until)).toBe(wanted)
  })

  it.each([
    ['Notes. [keep]', 'Notes.'],
    ['[keep]\nleansweep: idle 3 d', 'leansweep: idle 3 d'],
    ['a [keep until 2027-01-31] b [keep]', 'a b'],
    ['[[keep]keep]', ''],
    ['nothing [to] keep', 'nothing [to] keep'],
  ])('%j released reads %j', (description, wanted) => {
    expect(withoutHolds(description)).toBe(wanted)
  })

  const pieces = fc.constantFrom(
    '[keep]',
    '[keep until 2027-01-31]',
    '[',
    ']',
    'keep',
    ' ',
    '\n',
    '\nleansweep: x',
    'text',
    '[Keep',
  )
  const squeezed = (text: string) => text.replaceAll(/\s+/g, ' ').trim()
  const descriptions = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''))

  it('holds exactly as asked, and taking it out leaves what was there without any hold', () => {
    fc.assert(
      fc.property(descriptions, fc.constantFrom(null, '2027-01-31'), (description, until) => {
        const held = withHold(description, until)
        const day = until === null ? null : Date.UTC(2027, 1, 1)
        expect(writtenHold(held, 'UTC')).toEqual({ until: day, malformed: null })
        expect(writtenHold(withoutHolds(description), 'UTC')).toBeNull()
        // Blank lines above our line may go with the tag that stood there.
        expect(squeezed(withoutHolds(held))).toBe(squeezed(withoutHolds(description)))
        expect(squeezed(withHold(held, until))).toBe(squeezed(held))
      }),
      { numRuns: 5_000 },
    )
  })
})
