/**
 * Guesses at secrets: a piece of one in some encoding, beside a text of the same make that is a piece of none; and what
 * makes two answers the same. Nothing here comes from the program.
 */

import type { Known } from './planted.ts'

export interface Pair {
  /** The setting, and how its secret is written. */
  readonly of: string
  readonly encoding: string
  readonly guess: string
  /** As long, with the same kinds of characters in the same places. */
  readonly other: string
}

/** From 0 up to 1, the same row for the same seed (mulberry32). */
export type Random = () => number

export function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const bare = (text: string) => text.replaceAll('=', '')

/** How a secret may be written. */
export const ENCODINGS: { readonly [name: string]: (secret: string) => string } = {
  plain: (secret) => secret,
  base64: (secret) => bare(bytesOf(secret).toBase64()),
  base64url: (secret) => bare(bytesOf(secret).toBase64({ alphabet: 'base64url' })),
  hex: (secret) => bytesOf(secret).toHex(),
  'hex in capitals': (secret) => bytesOf(secret).toHex().toUpperCase(),
  'in an address': (secret) => encodeURIComponent(secret),
  'in JSON': (secret) => JSON.stringify(secret).slice(1, -1),
  'in capitals': (secret) => secret.toUpperCase(),
  'in small letters': (secret) => secret.toLowerCase(),
  backwards: (secret) => [...secret].reverse().join(''),
}

/**
 * So many pairs, spread evenly over secrets and encodings. Half of them encode a piece, half are a piece of what is
 * encoded; lengths are from 6 characters to the whole but one.
 */
export function pairsOf(secrets: readonly Known[], count: number, random: Random): readonly Pair[] {
  const encodings = Object.entries(ENCODINGS)
  const combos = secrets.flatMap((secret) => encodings.map((encoding) => ({ secret, encoding })))
  const start = Math.floor(random() * combos.length)
  // A stride that shares no divisor with their number meets each of them before it meets one twice.
  const stride = [7_919, 7_907, 7_901].find((prime) => combos.length % prime !== 0) ?? 1
  return Array.from({ length: count }, (_, n) => {
    const { secret, encoding } = combos[(start + n * stride) % combos.length] as (typeof combos)[number]
    const [name, encode] = encoding
    const piece = (text: string) => {
      const length = Math.min(text.length - 1, 6 + Math.floor(random() ** 2 * 40))
      const from = Math.floor(random() * (text.length - length + 1))
      return text.slice(from, from + length)
    }
    const cut = random() < 0.5 ? encode(piece(secret.value)) : piece(encode(secret.value))
    // Blanks at an end are taken off nearly everywhere.
    const guess = cut.trim()
    return { of: secret.name, encoding: name, guess, other: likewise(guess, random) }
  })
}

/** Another text with the same kinds of characters in the same places; signs and percent codes stay, so that it is read alike. */
export function likewise(text: string, random: Random): string {
  const isHex = /^[0-9a-f]+$/.test(text) || /^[0-9A-F]+$/.test(text)
  const kinds: readonly (readonly [RegExp, string])[] = [
    [/[0-9]/, '0123456789'],
    [/[a-z]/, isHex ? 'abcdef' : 'abcdefghijklmnopqrstuvwxyz'],
    [/[A-Z]/, isHex ? 'ABCDEF' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ]
  let made = ''
  for (let at = 0; at < text.length; at++) {
    const code = /^(?:%[0-9A-Fa-f]{2}|\\u[0-9a-f]{4}|\\.)/.exec(text.slice(at, at + 6))?.[0]
    if (code !== undefined) {
      made += code
      at += code.length - 1
      continue
    }
    const char = text[at] ?? ''
    const all = kinds.find(([kind]) => kind.test(char))?.[1]
    made += all === undefined ? char : (all[Math.floor(random() * all.length)] ?? char)
  }
  return made
}

/** What an answer looks like without what was sent, and without what is never the same twice. */
export function lookOf(text: string, sent: string): string {
  return withoutChance([sent, oneWord(sent)].reduce((left, echo) => left.replaceAll(echoOf(echo), '<echo>'), text))
}

/** An answer without what is never the same twice. */
export function withoutChance(text: string): string {
  return text
    .replaceAll(/\d{8}-\d{6}-[0-9a-f]{6}/g, '<run>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::[\d.]+)?(?:Z| UTC)?/g, '<time>')
    .replaceAll(/[0-9a-f]{64}/g, '<hash>')
    .replaceAll(/q-[0-9a-z-]{6,}/g, '<question>')
    .replaceAll(/msg_[0-9a-f]{32}/g, '<message>')
}

/** The text as chats would take it for one word: in others they read several, and repeat those that matter. */
export function oneWord(text: string): string {
  return text.replaceAll(/["'`\s]/g, '')
}

/** The text exactly as it was sent, its signs escaped as JSON, pages, addresses and chats do. */
function echoOf(sent: string): RegExp {
  const parts = [...sent].map((char) => {
    if (/[0-9A-Za-z]/.test(char)) return char
    const escaped = [
      char.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
      '&#?[a-z0-9]{2,5};',
      `(?:${encodeURIComponent(char).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')})`,
      '\\\\u[0-9a-f]{4}',
      ...(/\s/.test(char) ? ['\\+'] : []),
    ]
    return `\\\\*(?:${escaped.join('|')})`
  })
  return new RegExp(parts.join(''), 'g')
}
