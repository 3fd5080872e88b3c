import { describe, expect, it } from 'vitest'
import { globProblem, pathGlob, protectionGlob, textGlob } from '../../src/core/base/glob.ts'
import { normalisePath } from '../../src/core/evidence/project.ts'

describe('pathGlob', () => {
  it.each([
    ['Research/*', 'Research/old', true],
    ['Research/*', 'Research', false],
    ['Research/*', 'Research/old/x', false],
    ['Research/*', 'Research/', true],
    ['*', 'top', true],
    ['*', 'a/b', false],
    ['Sweeps/**', 'Sweeps/a', true],
    ['Sweeps/**', 'Sweeps/a/b/c', true],
    ['Sweeps/**', 'Sweeps', false],
    ['Sweeps/**', 'Sweepstakes/a', false],
    ['**', 'anything/at/all', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a/z', false],
    ['**/x', 'a/b/x', true],
    ['**/x', 'x', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a?c', 'ac', false],
    ['?', '🦊', true],
    ['x/*/y*', 'x/a/yes', true],
    ['x/*/y*', 'x/a/b/yes', false],
    ['*b*/c', 'aab/b/c', false],
    ['**b*c', 'b/bxc', true],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(pathGlob(pattern)(path)).toBe(expected)
  })

  it('takes dots, brackets and parentheses as they are', () => {
    expect(pathGlob('a.b')('axb')).toBe(false)
    expect(pathGlob('a.b')('a.b')).toBe(true)
    expect(pathGlob('x [1] (2)')('x [1] (2)')).toBe(true)
    expect(pathGlob('x [1]')('x 1')).toBe(false)
    expect(pathGlob('a+{b,c}^$|\\')('a+{b,c}^$|\\')).toBe(true)
  })

  it('compares exactly', () => {
    expect(pathGlob('research/*')('Research/a')).toBe(false)
  })

  it('agrees with the same pattern written as a regular expression', () => {
    const alphabet = ['a', 'b', '/', 'ab', 'a/b']
    const texts = ['', ...alphabet, ...alphabet.flatMap((x) => alphabet.flatMap((y) => alphabet.map((z) => x + y + z)))]
    const pieces = ['a', 'b', '/', '*', '**', '?']
    for (const one of pieces) {
      for (const two of pieces) {
        for (const three of pieces) {
          for (const four of pieces) {
            const pattern = one + two + three + four
            if (pattern.includes('***')) continue
            const expected = asRegExp(pattern)
            const glob = pathGlob(pattern)
            for (const text of texts)
              expect(`${pattern} ${text} ${glob(text)}`).toBe(`${pattern} ${text} ${expected.test(text)}`)
          }
        }
      }
    }
  })

  it('does not hang on a pattern made to hang', () => {
    const glob = pathGlob(`${'*a'.repeat(40)}b`)
    const started = performance.now()
    expect(glob('a'.repeat(5_000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('textGlob', () => {
  it('has no slash to stop at in names and descriptions', () => {
    expect(textGlob('a*z')('a/b\nz')).toBe(true)
    expect(textGlob('a?z')('a/z')).toBe(true)
    expect(textGlob('?*')('')).toBe(false)
    expect(textGlob('?*')('x')).toBe(true)
    expect(textGlob('*')('')).toBe(true)
    expect(textGlob('Clone of*')('Clone of: Momentum')).toBe(true)
  })
})

describe('protectionGlob', () => {
  it('protects X itself with X/**', () => {
    const glob = protectionGlob('Production/**')
    expect(glob('Production')).toBe(true)
    expect(glob('Production/a/b')).toBe(true)
    expect(glob('Productions')).toBe(false)
  })

  it('compares case-insensitively', () => {
    expect(protectionGlob('Production/**')('PRODUCTION/a')).toBe(true)
    expect(protectionGlob('ÖL/*')('öl/x')).toBe(true)
    expect(protectionGlob('straße')('STRAßE')).toBe(true)
  })

  it('takes two spellings of the same letter as one', () => {
    expect(protectionGlob('Caf\u00e9/**')('Cafe\u0301/x')).toBe(true)
    expect(protectionGlob('\u00e9t\u00e9')('e\u0301te\u0301')).toBe(true)
  })

  it('lets ** at the start be nothing', () => {
    expect(protectionGlob('**/keep')('keep')).toBe(true)
    expect(protectionGlob('**/keep')('a/keep')).toBe(true)
  })

  it('tells neighbours apart', () => {
    expect(protectionGlob('Shared/*')('Share/x')).toBe(false)
    expect(protectionGlob('Shared/*')('Team/x')).toBe(false)
  })
})

describe('globProblem', () => {
  it.each([
    ['', 'the pattern is empty'],
    ['a/***', '"a/***" has three stars in a row'],
    ['a/../b', '"a/../b" has a part "." or ".."'],
    ['/a', '"/a" starts with "/" or has "//", which no name does'],
    ['a//b', '"a//b" starts with "/" or has "//", which no name does'],
    ['a/', '"a/" ends with "/", which no name does'],
    ['/', '"/" names nothing'],
  ])('refuses %j', (pattern, problem) => {
    expect(globProblem(pattern, 'path')?.problem).toBe(problem)
  })

  it('lets names have anything but a slash and three stars', () => {
    expect(globProblem('a..b [1]?', 'name')).toBeNull()
    expect(globProblem('Production/*', 'name')?.problem).toContain('contains "/"')
    expect(globProblem('***', 'name')?.fix).toBe('Write "**".')
  })

  it('lets descriptions have anything but three stars', () => {
    expect(globProblem('a/../b/', 'text')).toBeNull()
    expect(globProblem('***', 'text')?.fix).toBe('Write "**".')
  })
})

describe('normalisePath', () => {
  it('takes leading, trailing and double slashes away', () => {
    expect(normalisePath('/Research//old/')).toBe('Research/old')
    expect(normalisePath('///')).toBe('')
  })
})

function asRegExp(pattern: string): RegExp {
  const source = pattern.replaceAll(
    /\*\*|\*|\?/g,
    (piece) => ({ '**': '[^]*', '*': '[^/]*', '?': '[^/]' })[piece] ?? '',
  )
  return new RegExp(`^${source}$`, 'u')
}
