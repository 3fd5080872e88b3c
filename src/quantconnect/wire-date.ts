/**
 * Reads QuantConnect's dates. They are UTC without a zone (`2025-11-10 13:00:06`); the documentation also shows ISO
 * (`2021-11-26T15:18:27.693Z`). Both are read here digit by digit: `new Date` would take the first for local time.
 */

const ZERO = 48
const DOT = 46
const SPACE = 32
const LETTER_T = 84
const HYPHEN = 45
const COLON = 58
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Programs write "no date" as year 0, 1 or 1970. QuantConnect is younger than this year, so such a date is no reading. */
const FIRST_YEAR = 2000

/** Milliseconds since 1970, UTC, or null for anything that is not exactly a date of one of the two forms. */
export function readDate(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const { length } = value
  if (length < 19 || length > 30) return null
  const separator = value.charCodeAt(10)
  if (separator !== SPACE && separator !== LETTER_T) return null
  if (value.charCodeAt(4) !== HYPHEN || value.charCodeAt(7) !== HYPHEN) return null
  if (value.charCodeAt(13) !== COLON || value.charCodeAt(16) !== COLON) return null

  const year = digits(value, 0, 4)
  const month = digits(value, 5, 7)
  const day = digits(value, 8, 10)
  const hour = digits(value, 11, 13)
  const minute = digits(value, 14, 16)
  const second = digits(value, 17, 19)
  if (year < FIRST_YEAR || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return null
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return null

  const milliseconds = readTail(value)
  if (milliseconds < 0) return null
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds)
}

/** What may follow the seconds: nothing, a fraction, `Z`. Another zone is refused. Milliseconds, or -1. */
function readTail(value: string): number {
  const end = value.endsWith('Z') ? value.length - 1 : value.length
  if (end === 19) return 0
  if (value.charCodeAt(19) !== DOT || end === 20 || digits(value, 20, end) < 0) return -1
  return Number(value.slice(20, Math.min(end, 23)).padEnd(3, '0'))
}

/** The number written in these places, or -1 when one of them is no digit. */
function digits(value: string, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at += 1) {
    const digit = value.charCodeAt(at) - ZERO
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return number
}

function daysOf(year: number, month: number): number {
  if (month === 2 && !(year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))) return 28
  return DAYS[month - 1] ?? 0
}
