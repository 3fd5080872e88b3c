/** Lists, page by page. */

import { problem } from '../problem.ts'
import type { DoorContext } from './operation.ts'

export interface Page<T> {
  readonly shown: readonly T[]
  /** Where the next page begins; null after the last. */
  readonly cursor: string | null
}

/**
 * One page out of a list that gives `limit` entries after `before`. A cursor is only ever given out when something
 * follows, so one that nothing follows is not ours, or as old as what it names.
 */
export async function pageOf<T>(
  c: DoorContext,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  list: (limit: number, before: string | null) => PromiseLike<readonly T[]>,
  keyOf: (entry: T) => string,
): Promise<Response | Page<T>> {
  const entries = await list(limit + 1, cursor ?? null)
  if (cursor !== undefined && entries.length === 0) {
    const detail =
      'No page begins at this cursor (any more). Ask without one, and take cursors as the answers give them.'
    return problem(c, 400, { title: 'Bad cursor', detail })
  }
  const shown = entries.slice(0, limit)
  const last = entries.length > limit ? shown.at(-1) : undefined
  return { shown, cursor: last === undefined ? null : keyOf(last) }
}
