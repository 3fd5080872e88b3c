/**
 * Names as they may be written. Any name can be read, but only one that QuantConnect's own tools accept is written:
 * letters, digits, blanks, `-` and `_`, and none of the words that a file system or LEAN itself reserves.
 */

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
 * A name like that one which the API takes: what is strange becomes a blank, as lean-cli does it, and a reserved word gets
 * an underscore. A name that is acceptable stays as it is.
 */
export function writableName(path: string): string {
  if (nameProblem(path) === null) return path
  const parts = path.split('/').map((part) =>
    part
      .replaceAll(/[^-_a-zA-Z0-9 ]/gu, ' ')
      .replaceAll(/ +/g, ' ')
      .trim(),
  )
  const named = parts
    .filter((part) => part !== '')
    .map((part) => (RESERVED_ANYWHERE.has(part.toLowerCase()) ? `${part}_` : part))
  const last = named.pop() ?? 'Unnamed'
  return [...named, RESERVED_LAST.has(last.toLowerCase()) ? `${last}_` : last].join('/')
}
