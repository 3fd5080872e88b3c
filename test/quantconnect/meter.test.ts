import { describe, expect, it } from 'vitest'
import { createMeter } from '../../src/quantconnect/meter.ts'

describe('createMeter', () => {
  it('gives out its calls one by one and then no more', () => {
    const meter = createMeter(2)
    expect([meter.used, meter.left]).toEqual([0, 2])
    expect([meter.spend(), meter.spend(), meter.spend()]).toEqual([true, true, false])
    expect([meter.used, meter.left]).toEqual([2, 0])
  })

  it('with a limit of 0 allows nothing', () => {
    expect(createMeter(0).spend()).toBe(false)
  })

  it.each([[-1], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY]])('refuses a limit of %d', (limit) => {
    expect(() => createMeter(limit)).toThrow(TypeError)
  })
})
