/** What finds README's examples and compares them finds what is wrong with them: a test that cannot fail says nothing. */

import { describe, expect, it } from 'vitest'
import { difference, examplesIn, type Stands, withIds } from './readme-examples.ts'

const ONE = '20261124-100000-aaaaaa'
const TWO = '20261124-110000-bbbbbb'
const THREE = '20261124-120000-cccccc'

const README = `
## Before
\`\`\`
$ not this
\`\`\`
## Doors
\`\`\`sh
# send.sh: how it is called
true
\`\`\`
1. A step:

   \`\`\`
   $ one \\
       two
   said

   said more
   $ three
   \`\`\`
## After
\`\`\`
$ nor this
\`\`\`
`

describe('the examples of README', () => {
  it('are the files and the sessions of the chapters that are asked for', () => {
    expect(examplesIn(README, ['Doors'])).toEqual({
      files: [{ name: 'send.sh', content: '# send.sh: how it is called\ntrue\n' }],
      session: [
        { command: 'one \\\n    two', output: 'said\n\nsaid more' },
        { command: 'three', output: '' },
      ],
    })
  })

  const wrong = (output: string, actual: string, stands: Stands = new Map()) =>
    difference({ command: 'x', output }, actual, stands) !== null

  it('may differ in ids and times, and in nothing else', () => {
    expect(
      wrong(`{"run":"${ONE}","at":"2026-11-24T10:00:00.000Z"}`, `{"run":"${TWO}","at":"2027-01-01T00:00:00Z"}`),
    ).toBe(false)
    expect(wrong('{"count":1}', '{"count":2}')).toBe(true)
    expect(wrong('one', 'one two')).toBe(true)
    expect(wrong('', 'something')).toBe(true)
    expect(wrong('something', '')).toBe(true)
  })

  it('have one id in the place of another, wherever it stands', () => {
    const stands: Stands = new Map()
    expect(wrong(`${ONE} ${ONE}`, `${TWO} ${THREE}`, stands)).toBe(true)
    expect(wrong(`${ONE} ${ONE}`, `${TWO} ${TWO}`, stands)).toBe(false)
    expect(withIds(`curl /api/runs/${ONE}`, stands)).toBe(`curl /api/runs/${TWO}`)
    expect(wrong(ONE, THREE, stands)).toBe(true)
    expect(wrong(ONE, TWO, stands)).toBe(false)
  })

  it('may leave something out where they say so', () => {
    expect(wrong('{"a":1,…"z":3}', '{"a":1,"b":2,"z":3}')).toBe(false)
    expect(wrong('first\n…\nlast', 'first\n2\n3\nlast')).toBe(false)
    expect(wrong('{"a":1,…"z":3}', '{"a":1,"b":2,"z":4}')).toBe(true)
  })
})
