/** Spans of time as the policy writes them: `36h`, `14d`, `6w`. */

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const WEEK = 7 * DAY

/** What a duration looks like. Five digits are over a century of hours, more than anybody means. */
export const DURATION = /^(\d{1,5})([hdw])$/

const UNIT = { h: HOUR, d: DAY, w: WEEK } as const

/** Milliseconds, or null when the text is no duration. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text)
  if (match === null) return null
  return Number(match[1]) * UNIT[match[2] as keyof typeof UNIT]
}

/** A span in words: `14 days`, `36 hours`. Whole days are given in days, anything else in whole hours, rounded down. */
export function durationText(ms: number): string {
  const days = ms / DAY
  if (Number.isInteger(days) && days > 0) return count(days, 'day')
  return count(Math.floor(ms / HOUR), 'hour')
}

/** A time that has passed, for people: whole days, or hours below two days. Rounded down, so it never claims too much. */
export function elapsedText(ms: number): string {
  return ms < 2 * DAY ? count(Math.floor(ms / HOUR), 'hour') : count(Math.floor(ms / DAY), 'day')
}

/** `1 day`, `2 days`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
