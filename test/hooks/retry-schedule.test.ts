/** When a message that was not taken is tried again: the table of the specification, and what a receiver asks for. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LONGEST_WAIT_MS, MOST_ATTEMPTS, restAfter, waitAfter } from '../../src/hooks/retry-schedule.ts'

describe('the schedule', () => {
  it('is the one the specification gives as an example: ten attempts, 75:35:05 from the first to the last', () => {
    let sum = 0
    const since = [0]
    for (let attempts = 1; attempts < MOST_ATTEMPTS; attempts++) {
      sum += (waitAfter(attempts, 0) ?? 0) / 1_000
      since.push(sum)
    }
    const clock = since.map((s) => {
      const [hours, minutes, seconds] = [Math.floor(s / 3_600), Math.floor(s / 60) % 60, s % 60]
      return `${hours}:${String(minutes).padStart(2, '0')}:${String(seconds).padStart(2, '0')}`
    })
    expect(clock).toEqual([
      '0:00:00',
      '0:00:05',
      '0:05:05',
      '0:35:05',
      '2:35:05',
      '7:35:05',
      '17:35:05',
      '31:35:05',
      '51:35:05',
      '75:35:05',
    ])
  })

  it('ends after the tenth attempt', () => {
    expect(waitAfter(10, 0.5)).toBeNull()
    expect(waitAfter(11, 0.5)).toBeNull()
  })

  it('is never shortened by jitter, and lengthened by a fifth at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
        const [wait = 0, least = 0] = [waitAfter(attempts, random) ?? 0, waitAfter(attempts, 0) ?? 0]
        expect(wait).toBeGreaterThanOrEqual(least)
        expect(wait).toBeLessThanOrEqual(least * 1.2)
      }),
    )
  })
})

describe('the rest of a destination', () => {
  it.each([
    [429, 60_000],
    [502, 60_000],
    [504, 60_000],
    ['silence', 60_000],
    [500, 0],
    [503, 0],
    [404, 0],
    [301, 0],
    [null, 0],
  ] as const)('after %s is %i ms when it names no wait', (status, ms) => {
    expect(restAfter(status, null)).toBe(ms)
  })

  it('is what the receiver asks for, between nothing and a day', () => {
    expect(restAfter(503, 7_000)).toBe(7_000)
    expect(restAfter(429, 1_000)).toBe(1_000)
    expect(restAfter(500, -5)).toBe(0)
    expect(restAfter(200, 365 * 86_400_000)).toBe(LONGEST_WAIT_MS)
  })
})
