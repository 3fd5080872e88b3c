/**
 * Holds written into a description: `[keep]`, or `[keep until 2027-01-31]`, which holds to the end of that day in the
 * policy's zone. Anything else that starts with `[keep`, in any spelling, holds for ever: somebody meant to keep it.
 */

import { parseDescription, withoutOurLine } from './our-line.ts'
import { instantOf, isDate, nextDay } from './zone.ts'

export interface WrittenHold {
  /** The first instant at which it does not hold any more; null = for ever. */
  readonly until: number | null
  /** The text that could not be understood, or null. */
  readonly malformed: string | null
}

const TAG = /\[\s*keep[^\]\n]*\]?/gi
/** With the blank before it. Where the bracket was never closed, only the bracket goes: the rest is somebody's text. */
const SPACED_TAG = / ?\[\s*keep[^\]\n]*\]?/gi
const FOR_EVER = '[keep]'
const UNTIL = /^\[keep until (\d{4}-\d{2}-\d{2})\]$/

/** The hold a description asks for, over or not, or null. Our own line does not count. Of several, the longest holds. */
export function writtenHold(description: string, zone: string): WrittenHold | null {
  if (!description.includes('[')) return null
  const tags = withoutOurLine(description).match(TAG)
  if (tags === null) return null
  const holds = tags.map((tag) => readTag(tag, zone))
  const malformed = holds.find((hold) => hold.malformed !== null)
  if (malformed !== undefined) return malformed
  if (holds.some((hold) => hold.until === null)) return { until: null, malformed: null }
  return { until: Math.max(...holds.map((hold) => hold.until ?? 0)), malformed: null }
}

function readTag(tag: string, zone: string): WrittenHold {
  if (tag === FOR_EVER) return { until: null, malformed: null }
  const date = UNTIL.exec(tag)?.[1]
  if (date === undefined || !isDate(date)) return { until: null, malformed: tag }
  return { until: instantOf(nextDay(date), 0, zone), malformed: null }
}

/** The tags of a description as they are written, our own line left out. */
export function holdTags(description: string): readonly string[] {
  return withoutOurLine(description).match(TAG) ?? []
}

/** The description with this hold and no other: `until` is a day, inclusive, or null = for ever. */
export function withHold(description: string, until: string | null): string {
  const bare = withoutHolds(description)
  const { rest } = parseDescription(bare)
  const ourLine = bare.slice(rest.length)
  const tag = until === null ? FOR_EVER : `[keep until ${until}]`
  const body = rest.trimEnd()
  const held = `${body}${body === '' ? '' : ' '}${tag}${rest.slice(body.length)}`
  return ourLine === '' || held.endsWith('\n') ? `${held}${ourLine}` : `${held}\n${ourLine}`
}

/** The description without any hold; whatever else people wrote stays as it is. */
export function withoutHolds(description: string): string {
  const { rest } = parseDescription(description)
  const ourLine = description.slice(rest.length)
  let text = rest
  // Taking one out may leave another: "[[keep]keep]".
  while (looksLikeHold(text)) text = text.replace(SPACED_TAG, (tag) => (tag.endsWith(']') ? '' : tag.replace('[', '')))
  return ourLine !== '' && text.trim() === '' ? ourLine : `${text}${ourLine}`
}

/** `[keep` anywhere in a template would make our own stamp look like a person's hold. */
export function looksLikeHold(text: string): boolean {
  return /\[\s*keep/i.test(text)
}
