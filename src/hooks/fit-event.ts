/** Keeps the data of events small enough: a Standard Webhook should stay under 20 kB, and two lists and a message fit. */

import type { EventItem, EventItems } from './events.ts'

/** Bytes of JSON that one list may take. */
const LIST_BYTES = 7_000
/** Bytes of JSON that a list may take that is all there is. */
const WHOLE_BYTES = 15_000
const TEXT_BYTES = 1_000
const NAME_BYTES = 500

const encoder = new TextEncoder()

/** The first items that fit, and how many there are. */
export function firstOf(items: readonly EventItem[]): EventItems {
  const [first = []] = pagesOf(items, LIST_BYTES)
  return { count: items.length, items: [...first] }
}

/** All of them, in as many lists as it takes. */
export function inPages<T extends { readonly name: string }>(items: readonly T[]): readonly (readonly T[])[] {
  return pagesOf(items, WHOLE_BYTES)
}

/** A sentence or a few. */
export function shortText(text: string): string {
  return cutBytes(text, TEXT_BYTES)
}

function pagesOf<T extends { readonly name: string }>(items: readonly T[], most: number): readonly (readonly T[])[] {
  const pages: T[][] = []
  let used = most
  for (const item of items) {
    const short = { ...item, name: cutBytes(item.name, NAME_BYTES) }
    const size = bytesOf(short) + 1
    if (used + size > most) {
      pages.push([])
      used = 0
    }
    used += size
    pages.at(-1)?.push(short)
  }
  return pages
}

/** The longest beginning of a text that takes at most so many bytes as JSON, with an ellipsis where something is missing. */
function cutBytes(text: string, most: number): string {
  if (bytesOf(text) <= most) return text
  let cut = ''
  let used = 2 + 3
  for (const character of text) {
    used += bytesOf(character) - 2
    if (used > most) break
    cut += character
  }
  return `${cut}…`
}

function bytesOf(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length
}
