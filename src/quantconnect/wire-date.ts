/**
 * Reads QuantConnect's dates. Forms differ by field: `2025-11-10 13:00:06` is UTC without a zone, others are ISO with `Z`,
 * `+00:00` or `+0000`. All are read here digit by digit: `new Date` would take the first for local time.
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

/** The longest form: nine digits of a fraction, a blank, and an offset with a colon. */
const LONGEST = 36

/** Milliseconds since 1970, UTC, or null for anything that is not exactly a date of one of the known forms. */
export function readDate(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const { length } = value
  if (length < 19 || length > LONGEST) return null
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

  const end = endOfFraction(value)
  const milliseconds = readFraction(value, end)
  const offset = readZone(value, end)
  if (milliseconds === null || offset === null) return null
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - offset
}

const ZERO_DATE = /^0000-00-00(?:[ T]00:00:00(?:\.0{1,9})?(?: ?(?:Z|[+-]\d\d(?::?\d\d)?))?)?$/

/** Whether a date stands for "never": an empty text, MySQL's zero date in any of the forms, a plain zero, or nothing at all. */
export function isNever(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === '0') return true
  return typeof value === 'string' && value.length <= LONGEST && ZERO_DATE.test(value)
}

/** Where the fraction of the seconds ends; 19 where there is none. */
function endOfFraction(value: string): number {
  if (value.charCodeAt(19) !== DOT) return 19
  let end = 20
  while (isDigit(value, end)) end += 1
  return end
}

/** The fraction in milliseconds; null for a dot without digits. */
function readFraction(value: string, end: number): number | null {
  if (end === 19) return 0
  return end === 20 ? null : Number(value.slice(20, Math.min(end, 23)).padEnd(3, '0'))
}

/** How far the zone is ahead of UTC, in milliseconds: nothing and `Z` are UTC; null for what is no zone. */
function readZone(value: string, start: number): number | null {
  const { length } = value
  if (start === length) return 0
  const at = value.charCodeAt(start) === SPACE ? start + 1 : start
  const sign = value.charAt(at)
  if (sign === 'Z') return at + 1 === length ? 0 : null
  if (sign !== '+' && sign !== '-') return null
  const hasColon = value.charCodeAt(at + 3) === COLON
  const minutesAt = hasColon ? at + 4 : at + 3
  if (length !== minutesAt + 2 && (hasColon || length !== minutesAt)) return null
  const hours = digits(value, at + 1, at + 3)
  const minutes = length === minutesAt ? 0 : digits(value, minutesAt, minutesAt + 2)
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return null
  return (hours * 60 + minutes) * (sign === '-' ? -60_000 : 60_000)
}

function isDigit(value: string, at: number): boolean {
  const digit = value.charCodeAt(at) - ZERO
  return digit >= 0 && digit <= 9
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
