/**
 * Names as they may be written. Any name can be read, but only one that QuantConnect's own tools accept is written:
 * letters, digits, blanks, `-` and `_`, and none of the words that a file system or LEAN itself reserves.
 */

import { fold } from './glob.ts'

const RESERVED_ANYWHERE = new Set(
  'con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 __pycache__ bin obj'.split(
    ' ',
  ),
)
const RESERVED_LAST = new Set(['backtests', 'live', 'optimizations', 'storage', 'report'])

/** Places of QuantConnect's own, which no rule writes to and which protect what is in them. */
const PLACES = { library: 'library folder', 'boot camp': 'boot camp', 'recycle bin': 'bin' } as const

export type Place = (typeof PLACES)[keyof typeof PLACES]

/** Which of QuantConnect's own places a path is in, in any spelling; null for none. */
export function placeOf(path: string): Place | null {
  const end = path.indexOf('/')
  const first = end === -1 ? path : path.slice(0, end)
  // All three names are 7 to 11 characters; anything else needs no folding. One that folds to another length is not them.
  if (first.length < 7 || first.length > 11) return null
  const folded = fold(first)
  return Object.hasOwn(PLACES, folded) ? PLACES[folded as keyof typeof PLACES] : null
}

/** Why the API would not accept this full name, in words; null when it would. */
export function nameProblem(path: string): string | null {
  const parts = path.split('/')
  for (const part of parts) {
    if (part === '') return 'a part of the name is empty'
    if (part === '.' || part === '..') return `"${part}" may not be part of a name`
    if (part !== part.trim()) return `"${part}" begins or ends with a blank`
    const strange = /[^-_a-zA-Z0-9 ]/u.exec(part)
    if (strange !== null)
      return `"${part}" contains "${strange[0]}"; QuantConnect takes letters, digits, blanks, "-" and "_"`
    if (RESERVED_ANYWHERE.has(part.toLowerCase())) return `"${part}" is a reserved word`
  }
  const last = parts.at(-1) ?? ''
  return RESERVED_LAST.has(last.toLowerCase()) ? `"${last}" is a reserved word` : null
}
