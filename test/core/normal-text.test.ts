import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalText } from '../../src/core/base/normal-text.ts'

describe('normalText', () => {
  it.each([
    ['an accent in two parts', 'e\u0301te\u0301', '\u00e9t\u00e9'],
    ['full width', 'Ｒｅｓｅａｒｃｈ／２０２６　ａ', 'Research/2026 a'],
    ['a zero-width space', 'Re\u200bsearch', 'Research'],
    ['a soft hyphen', 'Re\u00adsearch', 'Research'],
    ['a byte order mark', '\ufeffResearch', 'Research'],
    ['marks of direction', '\u202eResearch\u202c', 'Research'],
    ['a variation selector', 'R\ufe0fesearch', 'Research'],
    ['a tag character', 'R\u{e0041}esearch', 'Research'],
    ['brackets of Chinese and Japanese', '【a】〔b〕「c」［d］', '[a][b][c][d]'],
    ['an accent behind something invisible', 'e\u200b\u0301', '\u00e9'],
    ['an accent on a full-width letter', 'ｅ\u0301', '\u00e9'],
  ])('%s reads as it looks', (_, text, normal) => {
    expect(normalText(text)).toBe(normal)
  })

  it.each(['', 'Research/a b', 'Données/été', 'Стратегия', '日本語', '(a) {b}'])('leaves %j as it is', (text) => {
    expect(normalText(text)).toBe(text)
  })

  it('changes nothing more when it is asked again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const normal = normalText(text)
        expect(normalText(normal)).toBe(normal)
      }),
    )
  })

  it.each([
    ['marks on one letter', `e${'\u0301\u0316'.repeat(500_000)}`],
    ['marks in heaps', 'e\u0301\u0316\u0301\u0316\u200b'.repeat(170_000)],
    ['marks in heaps of thirty', `${'\u0316\u0301'.repeat(15)}x`.repeat(32_000)],
    ['invisible characters', '\u200b'.repeat(1_000_000)],
    ['full-width brackets', '［'.repeat(1_000_000)],
  ])('is done in no time with a million %s', (_, text) => {
    const start = performance.now()
    normalText(text)
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})
