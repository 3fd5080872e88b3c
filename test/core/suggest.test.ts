/** What is offered while somebody types the name of a project. */

import { describe, expect, it } from 'vitest'
import { normalisePath } from '../../src/core/evidence/project.ts'
import { suggest } from '../../src/core/evidence/suggest.ts'

const NAMES = [
  'Research/2023 pairs/alpha',
  'Research/2023 pairs',
  'Alpha',
  'old alpha',
  'Recycle Bin/Alpha',
  'Beta/research',
]
const projects = NAMES.map((name, n) => ({ id: 100 + n, name, path: normalisePath(name) }))

function names(typed: string, most = 25): readonly string[] {
  return suggest(projects, typed, most).map(({ name }) => name)
}

describe('what is offered for a name', () => {
  it.each<[string, readonly string[]]>([
    ['alpha', ['Alpha', 'Research/2023 pairs/alpha', 'old alpha', 'Recycle Bin/Alpha']],
    ['ALP', ['Alpha', 'Research/2023 pairs/alpha', 'old alpha', 'Recycle Bin/Alpha']],
    ['research', ['Beta/research', 'Research/2023 pairs', 'Research/2023 pairs/alpha']],
    ['pairs 2023', ['Research/2023 pairs', 'Research/2023 pairs/alpha']],
    ['  Research/2023 pairs  ', ['Research/2023 pairs', 'Research/2023 pairs/alpha']],
    ['102', ['Alpha']],
    [
      '10',
      ['Alpha', 'Beta/research', 'Research/2023 pairs', 'Research/2023 pairs/alpha', 'old alpha', 'Recycle Bin/Alpha'],
    ],
    ['gamma', []],
  ])('%j', (typed, expected) => {
    expect(names(typed)).toEqual(expected)
  })

  it('is everything by name when nothing is typed, and no more than was asked for', () => {
    expect(names('')).toHaveLength(NAMES.length)
    expect(names('', 2)).toEqual(['Alpha', 'Beta/research'])
  })
})
