import { describe, expect, it } from 'vitest'
import { dayOf, instantOf, isDate, isZone, localTime, nextDay, weekdayOf } from '../../src/core/base/zone.ts'

const NEW_YORK = 'America/New_York'

describe('localTime', () => {
  it('shows what a clock on the wall shows', () => {
    expect(localTime(Date.UTC(2026, 10, 24, 3, 30), NEW_YORK)).toEqual({ date: '2026-11-23', minutes: 22 * 60 + 30 })
    expect(localTime(Date.UTC(2026, 10, 24, 3, 30), 'UTC')).toEqual({ date: '2026-11-24', minutes: 3 * 60 + 30 })
    expect(localTime(Date.UTC(2026, 10, 24, 5), NEW_YORK).minutes).toBe(0)
  })

  it('knows zones whose offset is not whole hours', () => {
    expect(localTime(Date.UTC(2026, 0, 1, 0, 0), 'Asia/Kolkata')).toEqual({ date: '2026-01-01', minutes: 330 })
  })
})

describe('dayOf', () => {
  it('changes at midnight of the zone', () => {
    expect(dayOf(Date.UTC(2026, 10, 24, 4, 59), NEW_YORK)).toBe('2026-11-23')
    expect(dayOf(Date.UTC(2026, 10, 24, 5, 0), NEW_YORK)).toBe('2026-11-24')
  })
})

describe('instantOf', () => {
  it('finds midnight on both sides of both daylight-saving days', () => {
    expect(instantOf('2026-03-08', 0, NEW_YORK)).toBe(Date.UTC(2026, 2, 8, 5))
    expect(instantOf('2026-03-09', 0, NEW_YORK)).toBe(Date.UTC(2026, 2, 9, 4))
    expect(instantOf('2026-11-01', 0, NEW_YORK)).toBe(Date.UTC(2026, 10, 1, 4))
    expect(instantOf('2026-11-02', 0, NEW_YORK)).toBe(Date.UTC(2026, 10, 2, 5))
  })

  it('takes the end of the gap for a time that is skipped', () => {
    expect(instantOf('2026-03-08', 2 * 60 + 30, NEW_YORK)).toBe(Date.UTC(2026, 2, 8, 7))
  })

  it('takes the first of a time that comes twice', () => {
    expect(instantOf('2026-11-01', 60 + 30, NEW_YORK)).toBe(Date.UTC(2026, 10, 1, 5, 30))
  })

  it('finds a midnight that daylight saving skips', () => {
    // Beirut sets its clocks forward at midnight: the 29th of March 2026 begins at one o'clock.
    const midnight = instantOf('2026-03-29', 0, 'Asia/Beirut')
    expect(localTime(midnight, 'Asia/Beirut')).toEqual({ date: '2026-03-29', minutes: 60 })
    expect(localTime(midnight - 60_000, 'Asia/Beirut')).toEqual({ date: '2026-03-28', minutes: 23 * 60 + 59 })
  })
})

describe('isZone', () => {
  it('knows IANA zones and nothing else', () => {
    expect(['UTC', 'Europe/Berlin', NEW_YORK].map(isZone)).toEqual([true, true, true])
    expect(['Europe/Berln', '+02:00', '', 'Mars/Olympus'].map(isZone)).toEqual([false, false, false, false])
  })
})

describe('days of the calendar', () => {
  it('are written with four, two and two digits and exist', () => {
    expect(isDate('2026-02-28')).toBe(true)
    expect(['2026-02-30', '2026-13-01', '26-01-01', '2026-1-1', 'tomorrow'].map(isDate)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ])
  })

  it('follow each other over the end of a year', () => {
    expect(nextDay('2026-12-31')).toBe('2027-01-01')
    expect(weekdayOf('2026-11-24')).toBe(2)
  })
})
