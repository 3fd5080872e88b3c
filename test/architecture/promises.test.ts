/** The README says where each promise is tested: the files are there, and have tests that are named after it. */

import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const readme = await readFile('README.md', 'utf8')
const rows = [...readme.matchAll(/^\| (G\d+) \| (.+) \| (.+) \|$/gm)]

it('every promise has a row', () => {
  const numbers = rows.map(([, promise = '']) => Number(promise.slice(1)))
  expect(numbers.slice(0, 22)).toEqual(Array.from({ length: 22 }, (_, n) => n + 1))
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
