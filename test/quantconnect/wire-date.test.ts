import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isNever, readDate } from '../../src/quantconnect/wire-date.ts'

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
    ['2023-09-09T01:23:45+0000', Date.UTC(2023, 8, 9, 1, 23, 45)],
    ['2023-09-09T01:23:45+00:00', Date.UTC(2023, 8, 9, 1, 23, 45)],
    ['2023-09-09T01:23:45-00:00', Date.UTC(2023, 8, 9, 1, 23, 45)],
    ['2023-09-09 01:23:45+0000', Date.UTC(2023, 8, 9, 1, 23, 45)],
    ['2023-09-09 01:23:45 +00:00', Date.UTC(2023, 8, 9, 1, 23, 45)],
    ['2023-09-09T01:23:45+02:00', Date.UTC(2023, 8, 8, 23, 23, 45)],
    ['2023-09-09T01:23:45.5-0530', Date.UTC(2023, 8, 9, 6, 53, 45, 500)],
    ['2023-09-09T01:23:45.123456789+05:45', Date.UTC(2023, 8, 8, 19, 38, 45, 123)],
    ['2023-09-09T01:23:45+14', Date.UTC(2023, 8, 8, 11, 23, 45)],
  ])('reads %s as UTC', (text, ms) => {
    expect(readDate(text)).toBe(ms)
  })

  it.each([
    ['a zone by its name', '2025-11-10T13:00:06 CET'],
    ['an offset of 24 hours', '2025-11-10T13:00:06+24:00'],
    ['an offset of 60 minutes', '2025-11-10T13:00:06+01:60'],
    ['half an offset', '2025-11-10T13:00:06+02:0'],
    ['an offset of three digits', '2025-11-10T13:00:06+020'],
    ['an offset of five digits', '2025-11-10T13:00:06+02000'],
    ['a sign alone', '2025-11-10T13:00:06+'],
    ['Z and an offset', '2025-11-10T13:00:06Z+02:00'],
    ['two blanks before an offset', '2025-11-10T13:00:06  +02:00'],
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

  it('gives back every moment at whatever offset it is written', () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 })
    const second = fc.integer({ min: FIRST / 1_000 + 86_400, max: Math.floor(LAST / 1_000) - 86_400 })
    fc.assert(
      fc.property(
        second,
        offset,
        fc.constantFrom('T', ' '),
        fc.constantFrom(':', ''),
        (at, minutes, between, colon) => {
          const local = new Date((at + minutes * 60) * 1_000).toISOString().slice(0, 19).replace('T', between)
          const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) =>
            String(n).padStart(2, '0'),
          )
          expect(readDate(`${local}${minutes < 0 ? '-' : '+'}${hours}${colon}${rest}`)).toBe(at * 1_000)
        },
      ),
    )
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
    const near = fc.string({ unit: fc.constantFrom(...'0123456789-:. TZ+'), minLength: 17, maxLength: 32 })
    fc.assert(
      fc.property(fc.oneof(fc.anything(), near), (value) => {
        const read = readDate(value)
        expect(read === null || (Number.isSafeInteger(read) && read >= FIRST - 86_400_000)).toBe(true)
      }),
    )
  })
})

describe('isNever', () => {
  it.each([
    null,
    undefined,
    '',
    0,
    '0',
    '0000-00-00',
    '0000-00-00 00:00:00',
    '0000-00-00 00:00:00.000000',
    '0000-00-00T00:00:00Z',
    '0000-00-00T00:00:00+00:00',
    '0000-00-00T00:00:00+0000',
  ])('takes %j for never', (value) => {
    expect(isNever(value)).toBe(true)
  })

  it.each([
    false,
    [],
    {},
    ' ',
    'never',
    1,
    '0001-01-01 00:00:00',
    '1970-01-01 00:00:00',
    '0000-00-00 00:00:01',
    '2025-11-10 13:00:06',
    '0000-00-00 00:00:00 x',
  ])('does not take %j for never', (value) => {
    expect(isNever(value)).toBe(false)
  })
})
