/**
 * Holds written into a description: `[keep]`, or `[keep until 2027-01-31]`, which holds to the end of that day in the
 * policy's zone. Anything else that starts with `[keep`, in any spelling and in whatever characters a person reads as that,
 * holds for ever: somebody meant to keep it.
 */

import { CLOSING_BRACKETS, INVISIBLE, normalText, OPENING_BRACKETS } from './normal-text.ts'
import { parseDescription, withoutOurLine } from './our-line.ts'
import { instantOf, isDate, nextDay } from './zone.ts'

export interface WrittenHold {
  /** The first instant at which it does not hold any more; null = for ever. */
  readonly until: number | null
  /** The text that could not be understood, or null. */
  readonly malformed: string | null
}

/**
 * Letters that people take for k, e and p, beside those that are one of them with marks or in another style (full width,
 * mathematical, in a circle): Unicode's confusables of the six letters, and a few that only look alike.
 */
const LOOK_ALIKES = {
  k: 'kĸκΚϰкКқҚҟҞҡҠᴋⲔⲕᏦꮶᛕꓗⱩⱪꝀꝁƘƙ₭\u{10518}',
  e: 'e℮ꬲеЕҽҼҿҾεΕєЄɛɇɆᴇⴹᎬꓰ⋿\u{118a6}\u{118ae}\u{10286}',
  p: 'p⍴ρΡϱрРⲢⲣᴘᏢᑭᑷꓑƥƤᵽ\u{10295}',
}

/** Where characters stand that are plain letters with marks or in another style. */
const STYLED = [
  [0xc0, 0x24f],
  [0x1d2c, 0x1dbf],
  [0x1e00, 0x1eff],
  [0x2070, 0x214f],
  [0x2460, 0x24ff],
  [0xff21, 0xff5a],
  [0x1d400, 0x1d7ff],
  [0x1f110, 0x1f189],
] as const

const HIDDEN = `${INVISIBLE}\\p{M}`
const [K, E, P] = [LOOK_ALIKES.k, LOOK_ALIKES.e, LOOK_ALIKES.p].map(letters)
const BEGINS = `[${OPENING_BRACKETS}][\\s\\u2800${HIDDEN}]*${K}[${HIDDEN}]*${E}[${HIDDEN}]*${E}[${HIDDEN}]*${P}`
const WHOLE = `${BEGINS}[^${CLOSING_BRACKETS}\\n]*[${CLOSING_BRACKETS}]?`

const BEGINNING = new RegExp(BEGINS, 'iu')
const TAG = new RegExp(WHOLE, 'giu')
/** With the blank before it. Where the bracket was never closed, only the bracket goes: the rest is somebody's text. */
const SPACED_TAG = new RegExp(` ?${WHOLE}`, 'giu')
const CLOSED = new RegExp(`[${CLOSING_BRACKETS}]$`, 'u')
const OPENED = new RegExp(`[${OPENING_BRACKETS}]`, 'gu')
/** Without one of these there is no bracket. */
const MAY_HOLD = /[[\u0080-\uffff]/
/** Tags inside tags are taken out one layer at a time; nobody writes more layers than these. */
const MOST_LAYERS = 20

const FOR_EVER = '[keep]'
const UNTIL = /^\[keep until (\d{4}-\d{2}-\d{2})\]$/

/** The hold a description asks for, over or not, or null. Our own line does not count. Of several, the longest holds. */
export function writtenHold(description: string, zone: string): WrittenHold | null {
  if (!MAY_HOLD.test(description)) return null
  const tags = withoutOurLine(description).match(TAG)
  if (tags === null) return null
  const holds = tags.map((tag) => readTag(tag, zone))
  const malformed = holds.find((hold) => hold.malformed !== null)
  if (malformed !== undefined) return malformed
  if (holds.some((hold) => hold.until === null)) return { until: null, malformed: null }
  return { until: Math.max(...holds.map((hold) => hold.until ?? 0)), malformed: null }
}

function readTag(written: string, zone: string): WrittenHold {
  const tag = normalText(written)
  if (tag === FOR_EVER) return { until: null, malformed: null }
  const date = UNTIL.exec(tag)?.[1]
  if (date === undefined || !isDate(date)) return { until: null, malformed: written }
  return { until: instantOf(nextDay(date), 0, zone), malformed: null }
}

/** The tags of a description as they are written, our own line left out. */
export function holdTags(description: string): readonly string[] {
  return withoutOurLine(description).match(TAG) ?? []
}

/** The description with this hold and no other: `until` is a day, inclusive, or null = for ever. */
export function withHold(description: string, until: string | null): string {
  return withTags(withoutHolds(description), [until === null ? FOR_EVER : `[keep until ${until}]`])
}

/** The description with these tags behind what people wrote, where one would look for them. */
function withTags(description: string, tags: readonly string[]): string {
  if (tags.length === 0) return description
  const { rest } = parseDescription(description)
  const ourLine = description.slice(rest.length)
  const body = rest.trimEnd()
  const held = `${body}${body === '' ? '' : ' '}${tags.join(' ')}${rest.slice(body.length)}`
  return ourLine === '' || held.endsWith('\n') ? `${held}${ourLine}` : `${held}\n${ourLine}`
}

/** A new description with the tags of the present one that it does not have itself. */
export function keepingHolds(wanted: string, present: string): string {
  const has = holdTags(wanted)
  return withTags(
    wanted,
    holdTags(present).filter((tag) => !has.includes(tag)),
  )
}

/** The hold that lasts longer, of two ends; null = for ever. */
export function longer(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other)
}

/** The description without any hold; whatever else people wrote stays as it is. */
export function withoutHolds(description: string): string {
  const { rest } = parseDescription(description)
  const ourLine = description.slice(rest.length)
  let text = rest
  // Taking one out may leave another: "[[keep]keep]".
  for (let layer = 0; looksLikeHold(text); layer++) {
    text = layer < MOST_LAYERS ? text.replace(SPACED_TAG, withoutTag) : text.replace(OPENED, '(')
  }
  return ourLine !== '' && text.trim() === '' ? ourLine : `${text}${ourLine}`
}

function withoutTag(tag: string): string {
  return CLOSED.test(tag) ? '' : tag.replace(new RegExp(OPENED, 'u'), '')
}

/** `[keep` anywhere in a template would make our own stamp look like a person's hold. */
export function looksLikeHold(text: string): boolean {
  return MAY_HOLD.test(text) && BEGINNING.test(text)
}

/** The character class of a letter's look-alikes, in every style. */
function letters(plain: string): string {
  const known = new Set(plain)
  const styled = STYLED.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
    .map((code) => String.fromCodePoint(code))
    .filter((one) => known.has(one.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()))
  return `[${plain}${styled.join('')}]`
}
