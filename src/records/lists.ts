/**
 * Long lists of a record that many records have in common: a plan that waits, what cannot be judged. Each is stored once,
 * under its hash, and a record names it. Shown, the record has the list in its place; hashed, it has not.
 */

import { canonicalJson, sha256Hex } from '../core/base/canonical.ts'

/** The lists of a record that may stand apart. */
export const LISTS = ['items', 'notJudged'] as const
export type ListName = (typeof LISTS)[number]

/** A list that stands apart. */
export interface ListRef {
  readonly hash: string
  readonly count: number
}

/** Of one record; absent = the list is in the record itself. */
export type ListRefs = { readonly [name in ListName]?: ListRef | undefined }

/** A list of less, as JSON, stays in its record. */
const LEAST_CHARACTERS = 2_000

/** Where a list stands apart: `null` = it is short enough to stay in its record. */
export async function refOf(list: readonly unknown[]): Promise<ListRef | null> {
  if (JSON.stringify(list).length < LEAST_CHARACTERS) return null
  return { hash: await listHash(list), count: list.length }
}

export function listHash(list: readonly unknown[]): Promise<string> {
  return sha256Hex(canonicalJson(list))
}

export function listKey(hash: string): string {
  return `list/${hash}`
}

/** The hash that such a key is of. */
export function hashIn(key: string): string {
  return key.slice(listKey('').length)
}

/** What the lists are in of a record, whatever else it has. */
export interface WithLists {
  readonly lists?: ListRefs | undefined
  readonly plan?: { readonly items: readonly unknown[] } | null
  readonly notJudged?: readonly unknown[]
}

/** The record with other lists in the places of those that stand apart. */
export async function replaced<Of extends WithLists>(
  record: Of,
  listOf: (ref: ListRef) => Promise<readonly unknown[]> | readonly unknown[],
): Promise<Of> {
  const { items, notJudged } = record.lists ?? {}
  const plan = items && record.plan ? { ...record.plan, items: await listOf(items) } : record.plan
  return { ...record, ...(items ? { plan } : {}), ...(notJudged ? { notJudged: await listOf(notJudged) } : {}) }
}

/** The record as it is stored and hashed. */
export function without<Of extends WithLists>(record: Of): Promise<Of> {
  return replaced(record, () => [])
}
