import { describe, expect, it } from 'vitest'
import { inOtherClock } from '../../src/core/base/other-clock.ts'

describe('a moment in another clock', () => {
  const at = (said: number | null, from = 100_000, until = 100_200) => inOtherClock(100_000, said, { from, until })

  it('stays as it is while the clocks may well agree: what is said has whole seconds', () => {
    expect(at(100_000)).toBe(100_000)
    expect(at(99_001)).toBe(100_000)
    expect(at(100_200)).toBe(100_000)
    expect(at(null)).toBe(100_000)
  })

  it('moves by as little as they certainly differ', () => {
    expect(at(105_200)).toBe(105_000)
    expect(at(94_001)).toBe(95_000)
    expect(at(0)).toBe(999)
  })

  it('of a clock that is more than a minute ahead is not believed: the earlier moment counts', () => {
    expect(at(160_200)).toBe(160_000)
    expect(at(161_000)).toBe(100_000)
    expect(at(9_000_000)).toBe(100_000)
  })
})
