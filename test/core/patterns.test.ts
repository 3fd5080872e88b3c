/**
 * Every regular expression that is written in src, found by reading the files: on whatever text, the time it takes grows with
 * the text's length and no faster. A new one is tried without being named here.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { growsLinearly, WORST } from '../support/node/linear.ts'
import { patternsOf } from '../support/node/patterns.ts'

const source = join(import.meta.dirname, '..', '..', 'src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))

/** Made from texts at run time. What they look at is tried by function, in linear.test.ts. */
const MADE = [
  'core/base/hold.ts', // the brackets and letters of holds
  'core/base/names.ts', // names that the API refuses
  'core/base/normal-text.ts', // brackets, and what nobody sees
  'core/base/window.ts', // days of a policy
  'discord/commands.ts', // a closing quote and a blank
  'http/other-method.ts', // the routes, against the path of a request
]

/** One of each kind that a class may take or refuse. */
const KINDS = [
  'a',
  'Z',
  '0',
  '-',
  '_',
  '.',
  ';',
  ',',
  '+',
  '=',
  '!',
  '(',
  '{',
  '}',
  '<',
  '>',
  '\t',
  '\n',
  'a,',
  'a.',
  '0-',
  '\\/',
]

describe('a regular expression', { timeout: 300_000 }, () => {
  it('is written as it is, or is made in a file whose searches are tried by function', () => {
    const making = files.filter((file) => patternsOf(readFileSync(join(source, file), 'utf8')).made > 0)
    expect(making.map((file) => file.replaceAll('\\', '/')).toSorted()).toEqual(MADE)
  })

  const written = files.flatMap((file) => patternsOf(readFileSync(join(source, file), 'utf8')).written)
  const different = [...new Map(written.map((one) => [String(one), one])).values()]

  it('is found by this test, wherever it stands', () => {
    expect(different.length).toBeGreaterThan(120)
  })

  it.each(different)('takes time that grows with the length of a text alone: %s', (pattern) => {
    const search = (text: string) => text.replace(pattern, '')
    const literal = literalsOf(pattern.source)
    const pieces = [...new Set([...WORST, ...KINDS, ...literal])]
    const before = ['', ...literal.slice(0, 1)]
    const tries = before.flatMap((first) =>
      ['', '|'].flatMap((last) => pieces.map((piece) => [first, piece, last] as const)),
    )
    const slow = tries.find(([first, piece, last]) => !growsLinearly(search, piece, first, last))
    expect(slow).toBeUndefined()
  })

  it('that takes the square of the length is seen', () => {
    const pattern = /a+$/
    expect(growsLinearly((text) => text.replace(pattern, ''), 'a', '', '!')).toBe(false)
  })
})

/** Stretches of a pattern's source that stand for themselves. */
function literalsOf(pattern: string): readonly string[] {
  return pattern
    .replaceAll(
      /\\[dDwWsSbBpP](?:\{\w+\})?|\\u\{?[0-9a-f]+\}?|\[(?:\\.|[^\]\\])*\]|\{[\d,]+\}|\(\?(?:[:=!]|<[=!\w]+>?)/gi,
      '|',
    )
    .replaceAll(/\\(.)/g, '$1')
    .split(/[()|*+?^$]+/)
    .filter((text) => text !== '')
}
