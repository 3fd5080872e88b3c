import { describe, expect, it } from 'vitest'
import { findLines } from '../../src/core/policy/policy-lines.ts'

describe('findLines', () => {
  const line = findLines(
    [
      '# a comment with [brackets] and = signs', // 1
      'timezone = "UTC" # trailing', // 2
      '', // 3
      '[protect]', // 4
      'paths = [ # comment', // 5
      '  "a#b",', // 6
      "  'c',", // 7
      ']', // 8
      '[[rule]]', // 9
      'id = "x"', // 10
      'why = """', // 11
      'id = "not this"', // 12
      '"""', // 13
      'when = { path = "a", any = [', // 14
      '  { idle = ">9d" },', // 15
      '  { not = { name = "}" } },', // 16
      '] }', // 17
      '[rule.limit]', // 18
      'per_run = 1', // 19
      '[[rule]]', // 20
      "'id' = 'y'", // 21
      'when.path = "b"', // 22
      'limit.per_run = 2', // 23
      'last = """a\\"""" # a quote before the end', // 24
      'end = """b"""""', // 25, with two quotes at its end
      'after = "1d"', // 26
    ].join('\n'),
  )

  it.each([
    [['timezone'], 2],
    [['protect'], 4],
    [['protect', 'paths'], 5],
    [['protect', 'paths', 0], 6],
    [['protect', 'paths', 1], 7],
    [['rule', 0], 9],
    [['rule', 0, 'id'], 10],
    [['rule', 0, 'why'], 11],
    [['rule', 0, 'when', 'path'], 14],
    [['rule', 0, 'when', 'any', 0, 'idle'], 15],
    [['rule', 0, 'when', 'any', 1, 'not', 'name'], 16],
    [['rule', 0, 'limit', 'per_run'], 19],
    [['rule', 1], 20],
    [['rule', 1, 'id'], 21],
    [['rule', 1, 'when', 'path'], 22],
    [['rule', 1, 'limit', 'per_run'], 23],
    [['rule', 1, 'after'], 26],
  ])('%j is on line %i', (path, expected) => {
    expect(line(path)).toBe(expected)
  })

  it('gives the table for a key that is missing, and null for what is nowhere', () => {
    expect(line(['rule', 1, 'then'])).toBe(20)
    expect(line(['window', 'days'])).toBeNull()
  })
})
