/** When rules may archive, move and delete: days and hours by the clock of the policy's zone. */

import { instantOf, localTime, nextDay, weekdayOf } from './zone.ts'

export interface Window {
  /** Weekdays on which it opens, 0 = Sunday. */
  readonly days: ReadonlySet<number>
  /** Minutes since midnight; when `to` is not after `from` it closes on the next day. */
  readonly from: number
  readonly to: number
  /** Days on which it does not open. */
  readonly holidays: ReadonlySet<string>
  /** As the policy writes it, for people. */
  readonly text: string
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const ONE = `(?:${WEEKDAYS.join('|')})`

export const DAYS = new RegExp(`^${ONE}(?:-${ONE})?(?:, ?${ONE}(?:-${ONE})?)*$`)
export const HOURS = /^(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/

/** `Mon-Fri`, `Mon,Wed`, `Fri-Mon`. The schema has checked the form. */
export function parseDays(text: string): ReadonlySet<number> {
  const days = new Set<number>()
  for (const range of text.split(/, ?/)) {
    const [first, last] = range.split('-').map((day) => WEEKDAYS.indexOf(day))
    if (first === undefined) continue
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === (last ?? first)) break
    }
  }
  return days
}

/** `09:00-17:00` as minutes since midnight. The schema has checked the form. */
export function parseHours(text: string): { readonly from: number; readonly to: number } {
  const [from, to] = text.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)))
  return { from: from ?? 0, to: to ?? 24 * 60 }
}

/** Whether the window is open. No window is always open. */
export function isOpen(window: Window | null, at: number, zone: string): boolean {
  if (window === null) return true
  const { date, minutes } = localTime(at, zone)
  if (window.from < window.to) return minutes >= window.from && minutes < window.to && opensOn(window, date)
  // Over midnight: the hours after it belong to the day on which the window opened.
  return minutes >= window.from ? opensOn(window, date) : minutes < window.to && opensOn(window, dayBefore(date))
}

/** The first instant from `at` on at which the window is open; null when it does not open within a year. */
export function nextOpening(window: Window | null, at: number, zone: string): number | null {
  if (window === null || isOpen(window, at, zone)) return at
  let { date } = localTime(at, zone)
  for (let day = 0; day <= 366; day++) {
    const opens = opensOn(window, date) ? instantOf(date, window.from, zone) : Number.NaN
    if (opens >= at && isOpen(window, opens, zone)) return opens
    date = nextDay(date)
  }
  return null
}

function opensOn(window: Window, date: string): boolean {
  return window.days.has(weekdayOf(date)) && !window.holidays.has(date)
}

function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
}
