import { describe, expect, it } from 'vitest'
import { isOpen, nextOpening, parseDays, parseHours, type Window } from '../../src/core/base/window.ts'

const NEW_YORK = 'America/New_York'

function window(days: string, hours: string, ...holidays: readonly string[]): Window {
  return { days: parseDays(days), ...parseHours(hours), holidays: new Set(holidays), text: '' }
}

describe('isOpen', () => {
  it('is always open without a window', () => {
    expect(isOpen(null, 0, 'UTC')).toBe(true)
  })

  it('is open from the first minute to before the last, on its days', () => {
    const working = window('Mon-Fri', '09:00-17:00')
    const tuesday = (hour: number, minute: number) => isOpen(working, Date.UTC(2026, 10, 24, hour, minute), 'UTC')
    expect([tuesday(8, 59), tuesday(9, 0), tuesday(16, 59), tuesday(17, 0)]).toEqual([false, true, true, false])
    expect(isOpen(working, Date.UTC(2026, 10, 22, 12), 'UTC')).toBe(false)
  })

  it('is closed on holidays, which are days of the zone', () => {
    const always = window('Sun-Sat', '00:00-24:00', '2026-12-25')
    expect(isOpen(always, Date.UTC(2026, 11, 25, 4, 59), NEW_YORK)).toBe(true)
    expect(isOpen(always, Date.UTC(2026, 11, 25, 5), NEW_YORK)).toBe(false)
    expect(isOpen(always, Date.UTC(2026, 11, 26, 4, 59), NEW_YORK)).toBe(false)
    expect(isOpen(always, Date.UTC(2026, 11, 26, 5), NEW_YORK)).toBe(true)
  })

  it('follows the clock on the wall on the day that has 23 hours', () => {
    const morning = window('Sun', '01:30-03:30')
    const at = (hour: number, minute: number) => isOpen(morning, Date.UTC(2026, 2, 8, hour, minute), NEW_YORK)
    // 06:30 UTC is 01:30, 07:00 UTC is 03:00: the hour from two to three does not exist.
    expect([at(6, 29), at(6, 30), at(6, 59), at(7, 0), at(7, 29), at(7, 30)]).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
    ])
    const skipped = window('Sun', '02:00-03:00')
    for (let minute = 0; minute < 24 * 60; minute++) {
      expect(isOpen(skipped, Date.UTC(2026, 2, 8, 5, minute), NEW_YORK)).toBe(false)
    }
  })

  it('is open in both hours that a clock shows twice on the day that has 25', () => {
    const night = window('Sun', '01:00-02:00')
    const at = (hour: number, minute: number) => isOpen(night, Date.UTC(2026, 10, 1, hour, minute), NEW_YORK)
    expect([at(4, 59), at(5, 0), at(5, 59), at(6, 0), at(6, 59), at(7, 0)]).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
    ])
  })

  it('over midnight belongs to the day on which it opened', () => {
    const night = window('Fri', '22:00-06:00', '2026-11-27')
    expect(isOpen(night, Date.UTC(2026, 10, 20, 23), 'UTC')).toBe(true)
    expect(isOpen(night, Date.UTC(2026, 10, 21, 5, 59), 'UTC')).toBe(true)
    expect(isOpen(night, Date.UTC(2026, 10, 20, 5), 'UTC')).toBe(false)
    expect(isOpen(night, Date.UTC(2026, 10, 27, 23), 'UTC')).toBe(false)
    expect(isOpen(night, Date.UTC(2026, 10, 28, 3), 'UTC')).toBe(false)
  })
})

describe('parseDays', () => {
  it('reads ranges, lists and ranges over the weekend', () => {
    expect([...parseDays('Mon-Fri')]).toEqual([1, 2, 3, 4, 5])
    expect([...parseDays('Mon,Wed, Fri')]).toEqual([1, 3, 5])
    expect([...parseDays('Fri-Mon')]).toEqual([5, 6, 0, 1])
    expect(parseDays('Sun-Sat').size).toBe(7)
  })
})

describe('nextOpening', () => {
  it('is now when the window is open', () => {
    expect(nextOpening(null, 5, 'UTC')).toBe(5)
    const now = Date.UTC(2026, 10, 24, 12)
    expect(nextOpening(window('Mon-Fri', '09:00-17:00'), now, 'UTC')).toBe(now)
  })

  it('skips weekends and holidays', () => {
    const working = window('Mon-Fri', '09:00-17:00', '2026-11-30')
    expect(nextOpening(working, Date.UTC(2026, 10, 27, 17), 'UTC')).toBe(Date.UTC(2026, 11, 1, 9))
    const mondays = window('Mon', '09:00-17:00', '2026-11-30', '2026-12-07')
    expect(nextOpening(mondays, Date.UTC(2026, 10, 24), 'UTC')).toBe(Date.UTC(2026, 11, 14, 9))
  })

  it('opens at the end of the gap when daylight saving skips its first minute', () => {
    expect(nextOpening(window('Sun', '02:30-05:00'), Date.UTC(2026, 2, 8, 5), NEW_YORK)).toBe(Date.UTC(2026, 2, 8, 7))
  })

  it('is null when it never opens', () => {
    expect(nextOpening(window('Sun', '02:30-02:45'), 0, 'UTC')).not.toBeNull()
    expect(nextOpening({ ...window('Sun', '09:00-10:00'), days: new Set() }, 0, 'UTC')).toBeNull()
  })
})
