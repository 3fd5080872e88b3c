import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LONGEST_WAIT_MS, waitBefore } from '../../src/quantconnect/retry.ts'

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
