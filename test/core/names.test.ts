/** Names as they are written: the closest one that QuantConnect takes, and the one of a project that is being restored. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameProblem, restoringName, shortRestoringName, writableName } from '../../src/core/base/names.ts'

const RUN = '20261124-100000-1f3a9c'

describe('the closest name that can be written', () => {
  it.each([
    ['a/x', 'a/x'],
    ['Old/研究', 'Old/--'],
    ['研究/x', '--/x'],
    ['Old/Clone of: y', 'Old/Clone of y'],
    ['Größe/Café', 'Gro e/Cafe'],
    ['con/live', 'con_/live_'],
    ['', 'Unnamed'],
  ])('%j becomes %j', (name, writable) => {
    expect(writableName(name)).toBe(writable)
  })

  it('stays in its directory, whatever the name is', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((one) => !/^[\s/]*$|\//u.test(one))
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const written = writableName(parts.join('/'))
        expect(nameProblem(written)).toBeNull()
        expect(written.split('/')).toHaveLength(parts.filter((one) => one.trim() !== '').length)
      }),
    )
  })
})

describe('the name of a project that is being restored', () => {
  it('is its name with the run, in characters that can be written', () => {
    expect(restoringName('a/x', RUN)).toBe(`a/x restoring ${RUN}`)
    expect(restoringName('/Clone of: ü//研究/', RUN)).toBe(`Clone of- -/-- restoring ${RUN}`)
    expect(restoringName('', RUN)).toBe(`Unnamed restoring ${RUN}`)
  })

  it('can be written whatever the name was; the short one is no longer than the name, if that is long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), (name) => {
        const [long, short] = [restoringName(name, RUN), shortRestoringName(name, RUN)]
        expect([nameProblem(long), nameProblem(short)]).toEqual([null, null])
        expect(short.length).toBeLessThanOrEqual(Math.max(name.length, ` restoring ${RUN}`.length + 1))
        expect(short.length).toBeLessThanOrEqual(long.length)
        expect(short.endsWith(` restoring ${RUN}`)).toBe(true)
      }),
    )
  })
})
