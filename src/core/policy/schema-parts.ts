/**
 * What the form of `policy.toml` is put together from: values, lists and tables that say what is wrong with what stands
 * there. Each message is two lines: what is wrong, and how to mend it.
 */

import * as v from 'valibot'
import { nearest } from '../base/nearest.ts'

/** What is wrong and how to mend it, as one message of the schema. */
export function message(problem: string, fix: string): string {
  return `${problem}\n${fix}`
}

export type Issue = v.BaseIssue<unknown>

/** What stands there, for people. */
export function got({ received }: Issue): string {
  if (received === 'Array') return 'a list'
  return received === 'Object' ? 'a table' : received
}

const A_TABLE = 'Write { ... }, or a [table] of its own.'

/** A table with exactly these keys. */
export function table<const Entries extends v.ObjectEntries>(entries: Entries) {
  const keys = Object.keys(entries)
  return v.strictObject(entries, (issue: Issue) => {
    if (issue.expected === 'Object') return message(`${got(issue)} is not a table`, A_TABLE)
    // To the schema a list is an object with numbers for keys.
    if (Array.isArray(issue.path?.at(-1)?.input)) return message('a list is not a table', A_TABLE)
    const key = String(issue.path?.at(-1)?.key)
    if (issue.expected !== 'never') return message('the key is missing', `Add ${key} = ... to it.`)
    const near = nearest(key, keys)
    return message('unknown key', near === null ? `Keys here are ${keys.join(', ')}.` : `Did you mean "${near}"?`)
  })
}

/** A list of these items. */
export function list<const Item extends v.GenericSchema>(item: Item) {
  return v.array(item, (issue: Issue) => message(`${got(issue)} is not a list`, 'Write a list: [ ..., ... ].'))
}

/** A list of tables, each written as `[[name]]`. */
export function tables<const Item extends v.GenericSchema>(name: string, item: Item) {
  return v.array(item, () =>
    message('it must be a list of tables', `Write [[${name}]] with two brackets, once for each.`),
  )
}

/** The message for a value that is not what it should be. */
export function notThis(what: string) {
  return (issue: Issue) => message(`${got(issue)} is not ${what}`, `Write ${what}.`)
}

/** A text that is not empty. `what` says what it is: "a sentence". */
export function text(what: string) {
  const fix = `Write ${what}, in quotes.`
  return v.pipe(
    v.string((issue: Issue) => message(`${got(issue)} is not ${what}`, fix)),
    v.nonEmpty(() => message('it is empty', fix)),
  )
}

/** A text of this form. */
export function matching(pattern: RegExp, what: string) {
  const problem = notThis(what)
  return v.pipe(v.string(problem), v.regex(pattern, problem))
}

/** One of these words. */
export function oneOf<const Options extends readonly string[]>(options: Options) {
  return v.picklist(options, (issue: Issue) => {
    const near = nearest(String(issue.received).replaceAll('"', ''), options)
    const all = `It is one of ${options.map((option) => `"${option}"`).join(', ')}.`
    return message(`${got(issue)} is not a value of this key`, near === null ? all : `Did you mean "${near}"? ${all}`)
  })
}

/** A whole number, `least` or more. */
export function whole(least: number, what: string) {
  const problem = notThis(what)
  return v.pipe(
    v.number(problem),
    v.integer(problem),
    v.minValue(least, problem),
    v.maxValue(Number.MAX_SAFE_INTEGER, problem),
  )
}

/** A percentage; it need not be whole. */
export function percent() {
  const what = 'a percentage from 0 to 100'
  const problem = notThis(what)
  return v.pipe(v.number(problem), v.minValue(0, problem), v.maxValue(100, problem))
}

/** `true` or `false`. */
export function flag() {
  return v.boolean((issue: Issue) =>
    message(`${got(issue)} is neither true nor false`, 'Write true or false, without quotes.'),
  )
}

/** One value or a list of them; a list means any. `itemWith` makes the schema of a value with that message. */
export function oneOrMore<const Item extends v.GenericSchema>(
  itemWith: (problem: (issue: Issue) => string) => Item,
  what: string,
) {
  const item = itemWith(notThis(what))
  const items = v.pipe(
    list(item),
    v.nonEmpty(() => message('the list is empty', `Write ${what}, or leave the key out.`)),
  )
  return v.union([item, items], (issue: Issue) =>
    message(`${got(issue)} is not ${what}`, `Write ${what}, or a list of them.`),
  )
}
