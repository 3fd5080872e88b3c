/**
 * Names as they may be written. Any name can be read, but only one that QuantConnect's own tools accept is written:
 * letters, digits, blanks, `-` and `_`, and none of the words that a file system or LEAN itself reserves.
 */

import { withoutEnd } from './without-end.ts'

const ANYWHERE =
  'con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 __pycache__ bin obj'
const LAST = 'backtests live optimizations storage report'
const RESERVED_ANYWHERE = new Set(ANYWHERE.split(' '))
const RESERVED_LAST = new Set(LAST.split(' '))

/** What a name with any problem matches: a strange character, an empty part, a blank at an edge, a reserved word. */
const SUSPECT = new RegExp(
  `[^-_a-zA-Z0-9 /]|^$|^/|/$|//|^ | $| /|/ |(?:^|/)(?:${ANYWHERE.replaceAll(' ', '|')})(?:/|$)|(?:^|/)(?:${LAST.replaceAll(' ', '|')})$`,
  'i',
)

/** Places of QuantConnect's own, which no rule writes to and which protect what is in them. */
const PLACES = [
  { name: 'library', place: 'library folder' },
  { name: 'boot camp', place: 'boot camp' },
  { name: 'recycle bin', place: 'bin' },
] as const

export type Place = (typeof PLACES)[number]['place']

/** Which of QuantConnect's own places a path is in, in any spelling; null for none. */
export function placeOf(path: string): Place | null {
  const slash = path.indexOf('/')
  const length = slash === -1 ? path.length : slash
  for (let i = 0; i < PLACES.length; i++) {
    const one = PLACES[i]
    if (one?.name.length === length && path.slice(0, length).toLowerCase() === one.name) return one.place
  }
  return null
}

/**
 * Why the API would not accept this full name, in words; null when it would. `repeats`: whether the words may show the part
 * that is wrong; of a name that a caller sent an answer shows all or nothing (G29).
 */
export function nameProblem(path: string, repeats = true): string | null {
  if (!SUSPECT.test(path)) return null
  const parts = path.split('/')
  for (const part of parts) {
    const which = repeats ? `"${part}"` : 'a part of the name'
    if (part === '') return 'a part of the name is empty'
    if (part === '.' || part === '..') return `"${part}" may not be part of a name`
    if (part !== part.trim()) return `${which} begins or ends with a blank`
    const strange = /[^-_a-zA-Z0-9 ]/u.exec(part)
    if (strange !== null)
      return `${which} contains "${strange[0]}"; QuantConnect takes letters, digits, blanks, "-" and "_"`
    if (RESERVED_ANYWHERE.has(part.toLowerCase())) return `"${part}" is a reserved word`
  }
  const last = parts.at(-1) ?? ''
  return RESERVED_LAST.has(last.toLowerCase()) ? `"${last}" is a reserved word` : null
}

/**
 * The closest name that the API takes, in the same directory: an accent is dropped, what is strange becomes a blank, as
 * lean-cli does it, and a reserved word gets an underscore. A part of strange characters only keeps its place as hyphens,
 * for without it the project would be in another directory. A name that is acceptable stays as it is.
 */
export function writableName(path: string): string {
  if (nameProblem(path) === null) return path
  const named = partsOf(path).map((part) => {
    const plain = part.normalize('NFKD').replaceAll(/\p{M}/gu, '')
    const writable = plain.replaceAll(STRANGE, ' ').replaceAll(/ +/g, ' ').trim()
    return unreserved(writable === '' ? hyphenated(part) : writable)
  })
  const last = named.pop() ?? 'Unnamed'
  return [...named, RESERVED_LAST.has(last.toLowerCase()) ? `${last}_` : last].join('/')
}

/** What a restored project is called until it is complete, as the end of its name. */
function ending(run: string): string {
  return ` restoring ${run}`
}

/**
 * The name of a project that a restore makes, until it is complete (G16): `<name> restoring <run id>`. The run id makes it
 * a name nobody else has; characters that the API does not take become hyphens.
 */
export function restoringName(name: string, run: string): string {
  const parts = partsOf(name).map((part) => unreserved(hyphenated(part)))
  return `${parts.length === 0 ? 'Unnamed' : parts.join('/')}${ending(run)}`
}

/** The same, cut to the length of the name itself where that leaves anything: for a server that takes no longer one. */
export function shortRestoringName(name: string, run: string): string {
  const base = restoringName(name, run).slice(0, -ending(run).length)
  const cut = withoutEnd(base.slice(0, Math.max(1, name.length - ending(run).length)), ' /')
  return `${cut}${ending(run)}`
}

const STRANGE = /[^-_a-zA-Z0-9 ]/gu

/** The parts of a path without outer blanks; empty ones are left out. */
function partsOf(path: string): readonly string[] {
  return path
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function hyphenated(part: string): string {
  return part.replaceAll(STRANGE, '-').trim()
}

function unreserved(part: string): string {
  return RESERVED_ANYWHERE.has(part.toLowerCase()) ? `${part}_` : part
}
