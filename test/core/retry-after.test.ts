import { describe, expect, it } from 'vitest'
import { readRetryAfter } from '../../src/core/base/retry-after.ts'

const NOW = Date.UTC(2026, 10, 24, 10, 0, 0)

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
