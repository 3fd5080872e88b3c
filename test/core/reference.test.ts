/** The reference of the shrink guard (G6): what of it a list lacks, and what it becomes. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareWithReference,
  isTooMany,
  nextReference,
  type ReferenceEntry,
} from '../../src/core/evidence/reference.ts'
import { project } from './support.ts'

const entry = (id: number, binned = false): ReferenceEntry => ({ id, name: `p${id}`, binned })
const listed = (id: number, binned = false) => project(id, binned ? `Recycle Bin/p${id}` : `p${id}`)
const ids = (entries: readonly ReferenceEntry[]) => entries.map(({ id }) => id)

describe('G6 a list beside the reference', () => {
  it('misses what is absent altogether, not what we deleted nor what was in the bin', () => {
    const reference = [entry(1), entry(2), entry(3), entry(4, true), entry(5)]
    const compared = compareWithReference(reference, [listed(1), listed(5, true), listed(9)], new Set([3]))
    expect(compared.expected).toBe(3)
    expect(ids(compared.missing)).toEqual([2])
    expect(ids(compared.moved)).toEqual([5])
  })

  it.each([
    [2, 2, false],
    [3, 15, false],
    [3, 14, true],
    [10, 50, false],
    [11, 50, true],
  ])('%i of %i is too many: %s', (count, expected, isMany) => expect(isTooMany(count, expected)).toBe(isMany))

  it('becomes the union of both, without what left in a way we know of', () => {
    const reference = [entry(1), entry(2), entry(3), entry(4, true), entry(5)]
    const next = nextReference(reference, [listed(5, true), listed(1), listed(9)], new Set([3]))
    expect(next).toEqual([entry(1), entry(2), { id: 5, name: 'Recycle Bin/p5', binned: true }, entry(9)])
  })

  it('takes no row without a readable id, and keeps what it knows of one without a readable name', () => {
    const odd = { ...listed(4), name: '', path: '' }
    expect(nextReference([entry(4, true)], [odd, { ...odd, id: -7 }], new Set())).toEqual([entry(4, true)])
  })

  it('never forgets what is missing, whatever lists come in between', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 30 })),
        fc.array(fc.array(fc.integer({ min: 1, max: 30 }))),
        (all, lists) => {
          let reference = nextReference(
            [],
            all.map((id) => listed(id)),
            new Set(),
          )
          for (const list of lists)
            reference = nextReference(
              reference,
              [...new Set(list)].map((id) => listed(id)),
              new Set(),
            )
          const { missing } = compareWithReference(reference, [], new Set())
          expect(all.every((id) => ids(missing).includes(id))).toBe(true)
        },
      ),
    ))
})
