/**
 * Patterns exactly as the policy page has them: only `*`, `**` and `?` are special; dots, brackets and parentheses are
 * ordinary. In paths `*` and `?` stop at `/` and `**` does not; in names and descriptions there is no `/` to stop at.
 * Matching takes no backtracking over more than the last `*` and the last `**`, so no pattern can make it hang.
 */

import { mayBeNormalized, normalText } from './normal-text.ts'

export type Glob = (text: string) => boolean

/** What a pattern is matched against: a full name, its last part, or the text of a description. */
export type GlobKind = 'path' | 'name' | 'text'

/** Why a pattern cannot be meant, with a way to mend it; null when it is fine. */
export function globProblem(
  pattern: string,
  kind: GlobKind,
): { readonly problem: string; readonly fix: string } | null {
  if (pattern === '')
    return { problem: 'the pattern is empty', fix: 'Write a pattern such as "Research/*", or leave the key out.' }
  if (pattern.includes('***')) {
    return { problem: `"${pattern}" has three stars in a row`, fix: `Write "${pattern.replaceAll(/\*{3,}/g, '**')}".` }
  }
  if (kind === 'text') return null
  if (kind === 'name') {
    if (!pattern.includes('/')) return null
    return {
      problem: `"${pattern}" contains "/", and a name is only what stands after the last one`,
      fix: 'Write the last part alone, or use path, which is matched against the full name.',
    }
  }
  if (pattern.split('/').some((part) => part === '.' || part === '..')) {
    return {
      problem: `"${pattern}" has a part "." or ".."`,
      fix: 'Write the full path from the top; there are no relative paths.',
    }
  }
  const bare = tidy(pattern)
  if (bare === '') return { problem: `"${pattern}" names nothing`, fix: 'For everything write "**".' }
  if (pattern.endsWith('/')) {
    return {
      problem: `"${pattern}" ends with "/", which no name does`,
      fix: `For everything inside write "${bare}/**".`,
    }
  }
  if (bare !== pattern) {
    return { problem: `"${pattern}" starts with "/" or has "//", which no name does`, fix: `Write "${bare}".` }
  }
  return null
}

/** A pattern for paths, compared exactly. `X/**` matches everything inside `X`, never `X`. */
export function pathGlob(pattern: string): Glob {
  return compile(pattern, true)
}

/** A pattern for names and descriptions, compared exactly. */
export function textGlob(pattern: string): Glob {
  return compile(pattern, false)
}

/**
 * A pattern that protects: it compares case-insensitively, `X/**` also protects `X`, and a pattern that starts with two
 * stars and a slash also protects what stands at the top. Where spellings differ it errs on the side of protecting.
 */
export function protectionGlob(pattern: string): Glob {
  const globs = widened(pattern).flatMap((wide) => [pathGlob(wide), pathGlob(fold(wide))])
  const first = letterOf(pattern)
  return (path) => {
    // Most paths begin with another letter, and folding all of them would cost more than everything else here.
    const start = letterOf(path)
    if (first !== null && start !== null && first !== start) return false
    const folded = fold(path)
    return globs.some((glob) => glob(folded) || (folded !== path && glob(path)))
  }
}

/** The code of the lower-case letter a text begins with; null when it begins with anything but a plain letter. */
function letterOf(text: string): number | null {
  const code = text.charCodeAt(0) | 0x20
  return code >= 0x61 && code <= 0x7a ? code : null
}

/** The form in which protections compare: normalized and in lower case. */
export function fold(text: string): string {
  return normalText(text).toLowerCase()
}

/** Patterns that exempt: such a pattern matches when it does exactly, and when it does after normalization. */
export function lenient(make: (pattern: string) => Glob): (pattern: string) => Glob {
  return (pattern) => {
    const exact = make(pattern)
    const normalPattern = normalText(pattern)
    const isPlain = normalPattern === pattern
    const normal = isPlain ? exact : make(normalPattern)
    return (text) => exact(text) || ((!isPlain || mayBeNormalized(text)) && normal(normalText(text)))
  }
}

function widened(pattern: string): readonly string[] {
  const all = [pattern]
  if (pattern.endsWith('/**')) all.push(pattern.slice(0, -3))
  return all.flatMap((one) => (one.startsWith('**/') ? [one, one.slice(3)] : [one]))
}

function tidy(pattern: string): string {
  return pattern
    .split('/')
    .filter((part) => part !== '')
    .join('/')
}

const STAR = 1
const DOUBLE_STAR = 2
const ANY = 3

/** One step of a pattern: a literal text, or one of the three wildcards. */
type Step = string | typeof STAR | typeof DOUBLE_STAR | typeof ANY

function compile(pattern: string, stops: boolean): Glob {
  const steps = parse(pattern, stops)
  const [first, second] = steps
  if (steps.length === 0) return (text) => text === ''
  if (steps.length === 1 && typeof first === 'string') return (text) => text === first
  if (steps.length === 1 && first === DOUBLE_STAR) return () => true
  if (steps.length === 2 && typeof first === 'string' && second === DOUBLE_STAR) return (text) => text.startsWith(first)
  if (typeof first === 'string') return (text) => text.startsWith(first) && matches(steps, text, stops)
  return (text) => matches(steps, text, stops)
}

function parse(pattern: string, stops: boolean): readonly Step[] {
  return (pattern.match(/\*+|\?|[^*?]+/g) ?? []).map((piece): Step => {
    if (piece === '?') return ANY
    if (!piece.startsWith('*')) return piece
    return piece.length > 1 || !stops ? DOUBLE_STAR : STAR
  })
}

/**
 * Greedy matching that returns only to the last star: taking the first place where the steps after a star fit leaves
 * the most text to the steps that follow, so trying an earlier star again cannot help. A `*` that runs into a `/` hands
 * over to the `**` before it.
 */
function matches(steps: readonly Step[], text: string, stops: boolean): boolean {
  let step = 0
  let at = 0
  let star = -1
  let starAt = 0
  let double = -1
  let doubleAt = 0
  // From anywhere up to here the steps after this star are known not to fit: trying again would take the square of the time.
  let deadStar = -1
  let deadTo = -1
  while (true) {
    const now = steps[step]
    if (now === undefined && at === text.length) return true
    if (now === DOUBLE_STAR) {
      double = ++step
      doubleAt = at
      star = -1
      continue
    }
    if (now === STAR && (step + 1 !== deadStar || at > deadTo)) {
      star = ++step
      starAt = at
      continue
    }
    const length = now === undefined || now === STAR ? 0 : lengthMatched(now, text, at, stops)
    if (length > 0) {
      step++
      at += length
      continue
    }
    if (now !== STAR && star !== -1 && starAt < text.length && text[starAt] !== '/') {
      starAt += widthAt(text, starAt)
      at = starAt
      step = star
      continue
    }
    if (now !== STAR && star !== -1) {
      deadStar = star
      deadTo = starAt
    }
    if (double === -1 || doubleAt >= text.length) return false
    doubleAt += widthAt(text, doubleAt)
    at = doubleAt
    step = double
    star = -1
  }
}

function lengthMatched(step: Step, text: string, at: number, stops: boolean): number {
  if (typeof step === 'string') return text.startsWith(step, at) ? step.length : 0
  if (at >= text.length || (stops && text[at] === '/')) return 0
  return widthAt(text, at)
}

/** A character outside the basic plane takes two units; `?` means the character. */
function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}
