import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LONGEST_WAIT_MS, readRetryAfter, waitBefore } from '../../src/quantconnect/retry.ts'

const NOW = Date.UTC(2026, 10, 24, 10, 0, 0)

describe('waitBefore', () => {
  it.each([
    [1, 1, 500],
    [2, 1, 1_000],
    [3, 1, 2_000],
    [3, 0.5, 1_000],
    [3, 0, 0],
    [20, 1, LONGEST_WAIT_MS],
  ])('after %i failures and a throw of %d waits %i ms', (tried, random, ms) => {
    expect(waitBefore(tried, null, 500, random)).toBe(ms)
  })

  it('lets the wait that the server named win, also zero', () => {
    expect(waitBefore(1, 7_000, 500, 0.1)).toBe(7_000)
    expect(waitBefore(1, 0, 500, 1)).toBe(0)
  })

  it('is never longer than 30 seconds, whatever the server asks for', () => {
    expect(waitBefore(1, 86_400_000, 500, 1)).toBe(30_000)
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.option(fc.nat()),
        fc.nat(60_000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (...args) => {
          const [tried, named, backoff, random] = args
          const wait = waitBefore(tried + 1, named, backoff, random)
          expect(wait >= 0 && wait <= LONGEST_WAIT_MS).toBe(true)
        },
      ),
    )
  })
})

describe('readRetryAfter', () => {
  it.each([
    ['seconds', '120', 120_000],
    ['zero', '0', 0],
    ['an HTTP date', 'Tue, 24 Nov 2026 10:01:30 GMT', 90_000],
    ['an HTTP date in the past', 'Tue, 24 Nov 2026 09:00:00 GMT', 0],
  ])('reads %s', (_, header, ms) => {
    expect(readRetryAfter(header, NOW)).toBe(ms)
  })

  it.each([
    [null],
    [''],
    ['soon'],
    ['-5'],
    ['1.5'],
    ['12abc'],
    ['2026-11-24 10:01:30'],
    ['Tue, 99 Nov 2026 10:01:30 GMT'],
  ])('takes %j for no wait at all', (header) => {
    expect(readRetryAfter(header, NOW)).toBeNull()
  })
})
