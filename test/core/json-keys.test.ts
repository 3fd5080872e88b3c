/** Keys that stand twice in a JSON text. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasRepeatedKey } from '../../src/core/base/json-keys.ts'

describe('a key of a JSON text', () => {
  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"\\u0061":3}',
    '[{"x":{"y":1,"z":[],"y":2}}]',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{ "a" : "}" , "b" : ["a"], "a" : null }',
  ])('that is there twice is seen: %s', (json) => {
    expect(hasRepeatedKey(json)).toBe(true)
  })

  it.each([
    '{"a":{"a":{"a":1}},"b":{"a":2}}',
    '["a","a"]',
    '{"a":"a,\\"a\\":1","b":"a"}',
    '"a"',
    '7',
    '[]',
    '{"a":["b","b"],"b":1}',
  ])('that is there once in each object is not: %s', (json) => {
    expect(hasRepeatedKey(json)).toBe(false)
  })

  it('is there once in whatever JSON.stringify makes, and twice once an entry is repeated', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
        const json = JSON.stringify(value)
        expect(hasRepeatedKey(json)).toBe(false)
        const [key = ''] = Object.keys(JSON.parse(json) as object)
        expect(hasRepeatedKey(`${json.slice(0, -1)},${JSON.stringify(key)}:1}`)).toBe(true)
      }),
    )
  })
})
