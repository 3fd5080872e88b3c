/** The shape of `src/core`: pure, importing only itself and pure libraries, in one direction. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const FOLDER = 'src/core'
const PURE_LIBRARIES = ['smol-toml', 'valibot', '@valibot/to-json-schema']

const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8')
    return { name, text, imports: [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1] ?? '') }
  })

describe('src/core', () => {
  it.each(FILES)('$name reads no clock, no environment and nothing from outside', ({ text }) => {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    for (const impure of [
      'Date.now',
      'new Date()',
      'Math.random',
      'performance.',
      'process.',
      'fetch(',
      'setTimeout',
      'console.',
      'randomUUID',
    ]) {
      expect(code.includes(impure), impure).toBe(false)
    }
  })

  it.each(FILES)('$name imports only its neighbours and pure libraries', ({ imports }) => {
    for (const from of imports) expect(from.startsWith('./') || PURE_LIBRARIES.includes(from), from).toBe(true)
  })

  it('has no import circles, types included', () => {
    const graph = new Map(
      FILES.map(({ name, imports }) => [
        name,
        imports.filter((from) => from.startsWith('./')).map((from) => from.slice(2)),
      ]),
    )
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) circles.push([...path.slice(path.indexOf(name)), name].join(' → '))
      if (done.has(name) || path.includes(name)) return
      for (const next of graph.get(name) ?? []) visit(next, [...path, name])
      done.add(name)
    }
    for (const name of graph.keys()) visit(name, [])
    expect(circles).toEqual([])
  })
})
