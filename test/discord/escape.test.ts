/** Names of people are plain text in Discord, whatever is in them. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainText } from '../../src/core/cards/card-text.ts'
import { escapeMarkdown } from '../../src/discord/escape.ts'
import { readMarkdown } from '../support/discord-reader.ts'

const HOSTILE = [
  '@everyone',
  '@here',
  '**x**',
  '__x__',
  '*x* _x_ ~~x~~ ||x||',
  '`code` and ```block```',
  '[a](http://b)',
  'https://evil.example/?a=b',
  '<https://evil.example>',
  '<@123> <@!123> <@&123> <#123>',
  '<:smile:123> <a:smile:123> :smile: :+1:',
  '<t:1700000000:R>',
  '</sweep:123>',
  '<id:customize>',
  '# heading',
  '### heading',
  '-# small print',
  '- list',
  '+ list',
  '* list',
  '1. list',
  '> quote',
  '>>> quote',
  'back\\slash',
  '\\@everyone',
  '\\\\@everyone',
  'ends with \\',
  'risk_tools_2024',
  'Research/2023-pairs/a b',
  'time 10:00 UTC, 12:30:45',
  'größe 日本 👩‍🔬',
]

describe('a text in Discord', () => {
  it.each(HOSTILE)('%j is shown letter by letter', (text) => {
    expect(readMarkdown(escapeMarkdown(text))).toEqual({ shown: text, live: [] })
  })

  it('is seen by the reader of these tests when it is not escaped', () => {
    const quiet = HOSTILE.filter((text) => readMarkdown(text).live.length === 0)
    expect(quiet).toEqual(
      [
        '\\@everyone',
        'back\\slash',
        'ends with \\',
        'risk_tools_2024',
        'Research/2023-pairs/a b',
        'größe 日本 👩‍🔬',
      ].toSorted((a, b) => HOSTILE.indexOf(a) - HOSTILE.indexOf(b)),
    )
  })

  it('is one line, without what would turn its direction', () => {
    expect(escapeMarkdown('one\r\ntwo\u2028three\u0000')).toBe('one two three')
    expect(escapeMarkdown('\u202eexe.elif\u202c')).toBe('exe.elif')
  })

  it('is shown letter by letter for any text', () => {
    const sign = fc.constantFrom(...'\\`*_~|<>[]()@#:+-./ 1a', 'everyone', 'here', 'http', '://', '123', 't:')
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 40 }), (signs) => {
        const text = signs.join('')
        expect(readMarkdown(escapeMarkdown(text))).toEqual({ shown: plainText(text), live: [] })
      }),
      { numRuns: 2_000 },
    )
  })
})
