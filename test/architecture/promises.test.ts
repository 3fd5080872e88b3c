/** README says where each promise is tested, and which tests fail without each line of what it never does: they are there. */

import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const readme = await readFile('README.md', 'utf8')
const rows = [...readme.matchAll(/^\| (G\d+) \| (.+) \| (.+) \|$/gm)]

it('every promise has a row', () => {
  const numbers = rows.map(([, promise = '']) => Number(promise.slice(1)))
  const rest = [28, 29, 30, 31, 32]
  expect(numbers).toEqual(expect.arrayContaining([...Array.from({ length: 26 }, (_, n) => n + 1), ...rest]))
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
})

it.each(rows.map(([, promise = '', , where = '']) => [promise, where] as const))(
  '%s is tested where the README says',
  async (promise, where) => {
    const files = [...where.matchAll(/`(test\/[\w/-]+\.test\.ts)`/g)].map(([, file = '']) => file)
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      expect(await readFile(file, 'utf8'), file).toMatch(
        new RegExp(`(it|test|describe)[^\\n]*\\(\\s*['"\`]${promise}\\b`),
      )
    }
  },
)

const chapter = readme.split(/^(?=## )/m).find((part) => part.startsWith('## What it will never do')) ?? ''
const lines = [...chapter.matchAll(/^- \*\*([^*]+)\*\*([\s\S]*?)(?=\n- |\n\n)/gm)].map(
  ([text = '', never = '']) => [never, text] as const,
)

it('README says what it will never do', () => expect(lines.length).toBeGreaterThan(10))

it.each(lines)('never: "%s" names the tests that fail without it', async (_never, text) => {
  const said = text.replaceAll(/\s+/g, ' ')
  const named = [...said.matchAll(/`(test\/[\w/-]+\.test\.ts)`((?:,? "[^"]+")+)/g)]
  expect(named.length).toBeGreaterThan(0)
  for (const [, file = '', names = ''] of named) {
    const source = await readFile(file, 'utf8')
    for (const [, name = ''] of names.matchAll(/"([^"]+)"/g)) expect(source, file).toContain(name)
  }
})
