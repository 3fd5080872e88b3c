import { describe, expect, it } from 'vitest'
import { parseDescription, withOurLine } from '../../src/core/base/our-line.ts'

describe('our line', () => {
  it('is appended to a description that has none', () => {
    expect(withOurLine('', 'idle 9 d')).toBe('leansweep: idle 9 d')
    expect(withOurLine('A strategy', 'idle 9 d')).toBe('A strategy\nleansweep: idle 9 d')
    expect(withOurLine('A strategy\n', 'idle 9 d')).toBe('A strategy\nleansweep: idle 9 d')
  })

  it('is replaced where it stands, and never touches the rest', () => {
    const before = '  first\r\n\r\nsecond  \nleansweep: idle 9 d'
    expect(withOurLine(before, 'idle 10 d')).toBe('  first\r\n\r\nsecond  \nleansweep: idle 10 d')
  })

  it('is found behind blank lines', () => {
    expect(parseDescription('text\nleansweep: x\n\n')).toEqual({ rest: 'text\n', ours: 'x' })
  })

  it('is only the last line: what people wrote below makes it theirs', () => {
    const text = 'leansweep: x\nmy own words'
    expect(parseDescription(text)).toEqual({ rest: text, ours: null })
    expect(withOurLine(text, 'y')).toBe('leansweep: x\nmy own words\nleansweep: y')
  })

  it('begins the line', () => {
    expect(parseDescription('see leansweep: x').ours).toBeNull()
  })

  it('is the same after writing it twice', () => {
    const once = withOurLine('text', 'x')
    expect(withOurLine(once, 'x')).toBe(once)
  })
})
