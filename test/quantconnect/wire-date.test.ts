import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readDate } from '../../src/quantconnect/wire-date.ts'

const FIRST = Date.UTC(2000, 0, 1)
const LAST = Date.UTC(2199, 11, 31, 23, 59, 59, 999)

afterEach(() => vi.unstubAllGlobals())

describe('readDate', () => {
  it.each([
    ['2023-03-21 20:45:48', 1_679_431_548_000],
    ['2025-11-10 13:00:06', 1_762_779_606_000],
    ['2021-11-26T15:18:27.693Z', 1_637_939_907_693],
    ['2023-01-01T00:00:00Z', 1_672_531_200_000],
    ['2023-01-01T00:00:00', 1_672_531_200_000],
    ['2024-02-29 00:00:00', 1_709_164_800_000],
    ['2000-02-29 00:00:00', 951_782_400_000],
    ['2021-11-26 15:18:27.6', 1_637_939_907_600],
    ['2021-11-26T15:18:27.693999Z', 1_637_939_907_693],
  ])('reads %s as UTC', (text, ms) => {
    expect(readDate(text)).toBe(ms)
  })

  it.each([
    ['another zone', '2025-11-10T13:00:06+02:00'],
    ['a date without a time', '2025-11-10'],
    ['the "no date" of MySQL', '0000-00-00 00:00:00'],
    ['the "no date" of .NET', '0001-01-01T00:00:00Z'],
    ['the start of Unix time', '1970-01-01 00:00:00'],
    ['the 30th of February', '2024-02-30 00:00:00'],
    ['the 29th of February of a common year', '2025-02-29 00:00:00'],
    ['the 29th of February 2100', '2100-02-29 00:00:00'],
    ['the 31st of April', '2025-04-31 00:00:00'],
    ['month 13', '2025-13-01 00:00:00'],
    ['month 0', '2025-00-01 00:00:00'],
    ['day 0', '2025-01-00 00:00:00'],
    ['hour 24', '2025-01-01 24:00:00'],
    ['minute 60', '2025-01-01 00:60:00'],
    ['second 60', '2025-01-01 00:00:60'],
    ['spaces around it', ' 2025-11-10 13:00:06'],
    ['a space after it', '2025-11-10 13:00:06 '],
    ['a dot without a fraction', '2025-11-10 13:00:06.'],
    ['a dot and Z without a fraction', '2025-11-10T13:00:06.Z'],
    ['a letter among the digits', '2025-1l-10 13:00:06'],
    ['a sign among the digits', '2025-11-10 13:+0:06'],
    ['slashes', '2025/11/10 13:00:06'],
    ['American order', '11/10/2025 13:00:06'],
    ['digits of another script', '２０２５-11-10 13:00:06'],
    ['Unix seconds', 1_762_779_606],
    ['digits only', '1762779606'],
    ['nothing', null],
    ['a field that is missing', undefined],
    ['an empty text', ''],
    ['an empty list', []],
    ['an empty object', {}],
    ['a list with a date', ['2025-11-10 13:00:06']],
    ['a very long text', `2025-11-10 13:00:06.${'0'.repeat(500)}`],
  ])('does not read %s', (_, value) => {
    expect(readDate(value)).toBeNull()
  })

  it('gives back every moment written in either form', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (ms) => {
        const iso = new Date(ms).toISOString()
        expect(readDate(iso)).toBe(ms)
        expect(readDate(iso.replace('T', ' ').slice(0, 19))).toBe(Math.floor(ms / 1_000) * 1_000)
      }),
    )
  })

  it('reads the same in any zone: it never asks the host for local time', () => {
    const utc = Date.UTC
    const untouchable = () => {
      throw new Error('asked for local time')
    }
    vi.stubGlobal('Date', Object.assign(untouchable, { UTC: utc, parse: untouchable, now: untouchable }))
    expect(readDate('2025-11-10 13:00:06')).toBe(1_762_779_606_000)
    expect(readDate('2021-11-26T15:18:27.693Z')).toBe(1_637_939_907_693)
  })

  it('never throws and never gives anything but a moment since 2000 or null', () => {
    const near = fc.string({ unit: fc.constantFrom(...'0123456789-:. TZ+'), minLength: 17, maxLength: 26 })
    fc.assert(
      fc.property(fc.oneof(fc.anything(), near), (value) => {
        const read = readDate(value)
        expect(read === null || (Number.isSafeInteger(read) && read >= FIRST)).toBe(true)
      }),
    )
  })
})
