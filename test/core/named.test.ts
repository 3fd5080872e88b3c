import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/chat/words.ts'
import { findNamed } from '../../src/core/evidence/named.ts'
import { project } from './support.ts'

const PROJECTS = [
  project(1, 'scratch carry'),
  project(2, 'scratch carry 30d'),
  project(3, 'Research/momentum'),
  project(4, 'Research/old/pairs'),
  project(5, 'Research/old'),
  project(6, 'twin'),
  project(7, '/twin'),
  project(8, 'Twin'),
  project(9, 'Recycle Bin/gone'),
  project(10, 'a  b'),
  project(11, "Ann's idea"),
  project(12, '9'),
]

function find(text: string) {
  const words = wordsOf(text)
  const { used, projects, directory, close } = findNamed(PROJECTS, text, words)
  const rest = words.slice(used).map((word) => word.text)
  return { ids: projects.map(({ projectId }) => projectId), rest, directory, close: close.map(({ name }) => name) }
}

describe('findNamed', () => {
  const CASES: readonly (readonly [text: string, ids: readonly number[], rest: readonly string[]])[] = [
    ['scratch carry', [1], []],
    ['scratch carry forever', [1], ['forever']],
    ['scratch carry 30d', [2], []],
    ['"scratch carry" 30d', [1], ['30d']],
    ['“scratch carry” 30d', [1], ['30d']],
    ['SCRATCH   Carry until 2027-01-31', [1], ['until', '2027-01-31']],
    ['research/MOMENTUM', [3], []],
    ['//Research//momentum/ 30d', [3], ['30d']],
    ['3 30d', [3], ['30d']],
    ['gone', [9], []],
    ['Recycle Bin/gone', [9], []],
    ['a b', [10], []],
    ["Ann's idea 30d", [11], ['30d']],
    ['"9"', [12], []],
    ['9', [12], []],
  ]

  it.each(CASES)('%s', (text, ids, rest) => {
    const found = find(text)
    expect([found.ids, found.rest]).toEqual([ids, rest])
  })

  it('lists all that are called the same, and takes the exact spelling where one has it', () => {
    expect(find('twin').ids).toEqual([6, 7])
    expect(find('Twin').ids).toEqual([8])
    expect(find('TWIN').ids).toEqual([6, 7, 8])
  })

  it('finds a directory, with how many projects are inside at any depth', () => {
    expect(find('Research').directory).toEqual({ path: 'Research', projects: 3 })
    expect(find('research/OLD')).toMatchObject({ ids: [5], directory: { path: 'Research/old', projects: 1 } })
  })

  it('names what is close when nothing is called so', () => {
    expect(find('momentum')).toEqual({ ids: [], rest: ['momentum'], directory: null, close: ['Research/momentum'] })
    expect(find('scrach cary').close).toEqual(['scratch carry'])
    expect(find('scratch').close).toEqual(['scratch carry', 'scratch carry 30d'])
    expect(find('"scratch carry 31d" forever').close).toEqual(['scratch carry 30d'])
  })

  it('does not take a quoted word into a name that was not quoted', () => {
    expect(find('scratch "carry"')).toMatchObject({ ids: [], rest: ['scratch', 'carry'] })
  })
})

describe('wordsOf', () => {
  it('keeps what quotes hold together, of any kind, and leaves apostrophes alone', () => {
    const words = wordsOf(`keep “my idea” 'x y' "a\tb" it's 5" „so“ «und»  end"`)
    expect(words.map(({ text }) => text)).toEqual(['keep', 'my idea', 'x y', 'a\tb', "it's", '5"', 'so', 'und', 'end"'])
  })

  it('knows where each word stands', () => {
    const text = '  update  "a b" name   new  name '
    for (const word of wordsOf(text)) {
      const written = text.slice(word.start, word.end)
      expect(word.quoted ? written.slice(1, -1) : written).toBe(word.text)
    }
  })
})
