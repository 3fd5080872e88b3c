/** Days and hours in the policy's time zone. Instants are milliseconds, UTC; only `Intl` knows the zones. */

import { DAY, HOUR } from './duration.ts'

/** What a clock on the wall of the zone shows. */
export interface LocalTime {
  /** `2026-11-24`. */
  readonly date: string
  /** Minutes since midnight by that clock, 0 to 1,439. */
  readonly minutes: number
}

const FORMATS = new Map<string, Intl.DateTimeFormat>()

/** Whether `Intl` knows the zone. Offsets such as `+02:00` are not zones: they know no daylight saving. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** The newest answer: one decision asks for the same instant over and over. */
let newest: { readonly at: number; readonly zone: string; readonly time: LocalTime } | null = null

export function localTime(at: number, zone: string): LocalTime {
  if (newest?.at === at && newest.zone === zone) return newest.time
  const time = readClock(at, zone)
  newest = { at, zone, time }
  return time
}

function readClock(at: number, zone: string): LocalTime {
  if (zone === 'UTC') {
    const text = new Date(at).toISOString()
    return { date: text.slice(0, 10), minutes: Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16)) }
  }
  const parts: Record<string, string> = {}
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = value
  return {
    date: `${parts.year?.padStart(4, '0')}-${parts.month}-${parts.day}`,
    minutes: Number(parts.hour) * 60 + Number(parts.minute),
  }
}

/** The day an instant falls on, as `2026-11-24`. */
export function dayOf(at: number, zone: string): string {
  return localTime(at, zone).date
}

/** The day after, as `2026-11-25`. */
export function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY).toISOString().slice(0, 10)
}

/** 0 = Sunday … 6 = Saturday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay()
}

/** Whether a text is a day of the calendar, written `2026-11-24`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text
}

/**
 * The first instant at which the zone's clock shows this day at `minutes` or later. A time that daylight saving skips is
 * the end of the gap; of a time that comes twice it is the first.
 */
export function instantOf(date: string, minutes: number, zone: string): number {
  const asIfUtc = Date.parse(`${date}T00:00:00Z`) + minutes * 60_000
  const candidates = [-1, 1].map((side) => asIfUtc - offsetAt(asIfUtc + side * DAY, zone))
  const fitting = candidates.filter((at) => at + offsetAt(at, zone) === asIfUtc)
  return fitting.length > 0 ? Math.min(...fitting) : endOfGap(Math.min(...candidates), Math.max(...candidates), zone)
}

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
function offsetAt(at: number, zone: string): number {
  const { date, minutes } = localTime(at, zone)
  const wholeMinute = Math.floor(at / 60_000) * 60_000
  return Date.parse(`${date}T00:00:00Z`) + minutes * 60_000 - wholeMinute
}

/** The instant between the two at which the offset changes, to the minute. */
function endOfGap(from: number, to: number, zone: string): number {
  const before = offsetAt(from, zone)
  let low = from
  let high = Math.max(to, from + HOUR)
  while (high - low > 60_000) {
    const middle = Math.floor((low + high) / 120_000) * 60_000
    if (offsetAt(middle, zone) === before) low = middle
    else high = middle
  }
  return high
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  FORMATS.set(zone, format)
  return format
}
