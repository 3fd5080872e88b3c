/** Bodies of requests: tables with exactly these keys, and one sentence about the first thing that is wrong. */

import * as v from 'valibot'
import { nearest } from '../core/base/nearest.ts'

export type Shaped<T> =
  | { readonly ok: true; readonly value: T }
  /** A sentence for whoever sent it: what is wrong and how to mend it. */
  | { readonly ok: false; readonly problem: string }

/** Longer keys are neither repeated in sentences nor looked into: a part of what was sent is never shown (G29). */
const LONGEST_SHOWN = 200

/** An object with exactly these keys; an unknown one is refused with the nearest that is valid. */
export function shape<const Entries extends v.ObjectEntries>(entries: Entries) {
  const keys = Object.keys(entries)
  const table = v.strictObject(entries, ({ expected, path }) => {
    if (expected === 'Object') return 'must be an object'
    const key = String(path?.at(-1)?.key)
    if (expected !== 'never') return 'is missing'
    const close = nearestTo(key, keys)
    return close === null
      ? `is not a key here; keys are ${keys.join(', ')}`
      : `is not a key here; did you mean "${close}"?`
  })
  const isNoList = v.check((value: unknown) => !Array.isArray(value), 'must be an object')
  return v.pipe(v.unknown(), isNoList, table)
}

/** Checks a value that JSON gave; `what` stands for the whole of it in sentences. */
export function checkShape<T>(schema: v.GenericSchema<unknown, T>, value: unknown, what = 'The body'): Shaped<T> {
  const result = v.safeParse(schema, value)
  if (result.success) return { ok: true, value: result.output }
  // A misspelt key explains the missing one.
  const issue = result.issues.find(({ expected }) => expected === 'never') ?? result.issues[0]
  const path = issue.path?.map(({ key }) => shownKey(String(key))).join('.')
  const sentence = `${path === undefined ? what : `"${path}"`} ${issue.message}`
  return { ok: false, problem: /[.?]$/.test(sentence) ? sentence : `${sentence}.` }
}

function shownKey(key: string): string {
  return key.length > LONGEST_SHOWN ? '…' : key
}

/** The candidate that a word was probably meant to be, or null. A very long word is not looked into. */
export function nearestTo(word: string, candidates: readonly string[]): string | null {
  return word.length > LONGEST_SHOWN ? null : nearest(word, candidates)
}

/** Text that is not empty, and has no half of a character in it, which no encoding could carry. */
export function text(what: string, most: number) {
  return v.pipe(anyText(what, most), v.nonEmpty(`must not be empty; it is ${what}`))
}

/** As `text`, but it may be empty. */
export function anyText(what: string, most: number) {
  return v.pipe(
    v.string(`must be text: ${what}`),
    v.check((given) => given.length <= most, `must have at most ${most} characters`),
    v.check((given) => given.isWellFormed(), 'holds half of a surrogate pair, which is no text'),
  )
}
