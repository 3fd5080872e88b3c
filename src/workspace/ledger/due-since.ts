/** Since when each rule has had something due without acting: one that never acts stands still (G33). */

import { readFact, writeFact } from './facts.ts'

/**
 * Notes what a scheduled scan shows. `due`: rules that have something due. `waits`: rules for which only the window is
 * closed, which neither begins nor ends anything. Gives since when each rule has been due. `now`: policy time.
 */
export function noteDue(
  sql: SqlStorage,
  due: ReadonlySet<string>,
  waits: ReadonlySet<string>,
  now: number,
): ReadonlyMap<string, number> {
  const before = readFact(sql, 'dueSince') ?? {}
  const after: { [rule: string]: number } = {}
  for (const rule of due) after[rule] = before[rule] ?? now
  for (const rule of waits) if (before[rule] !== undefined) after[rule] ??= before[rule]
  put(sql, before, after)
  return new Map(Object.entries(after))
}

/** These rules have acted. */
export function forgetDue(sql: SqlStorage, acted: ReadonlySet<string>): void {
  const before = readFact(sql, 'dueSince') ?? {}
  put(sql, before, Object.fromEntries(Object.entries(before).filter(([rule]) => !acted.has(rule))))
}

function put(
  sql: SqlStorage,
  before: { readonly [rule: string]: number },
  after: { readonly [rule: string]: number },
): void {
  if (JSON.stringify(before) !== JSON.stringify(after)) writeFact(sql, 'dueSince', after)
}
