/** Takes long lists out of what a run found, so that each is stored once for all runs that found the same. */

import { gzipJson } from '../../records/gzip.ts'
import { type ListRefs, listKey, refOf } from '../../records/lists.ts'
import { isListed } from '../ledger/lists.ts'
import type { Findings, ShownItem } from '../ledger/run.ts'
import { isInKv, keepStored, type Stored } from '../ledger/stored.ts'
import type { StoredFindings } from './draft-record.ts'

const DAY = 86_400_000

/** A list that goes on unchanged is put again so often. */
const RENEWED_DAYS = 30

export interface PackedFindings {
  readonly findings: StoredFindings
  /** Lists that KV does not have for long enough; they wait for it from the transaction on in which they are kept. */
  readonly lists: readonly Stored[]
}

/** `now`: real time. */
export async function packFindings(
  sql: SqlStorage,
  { items, ...findings }: Findings & { readonly items: readonly ShownItem[] },
  recordDays: number,
  now: number,
): Promise<PackedFindings> {
  const lists: Stored[] = []
  const apart = async (list: readonly unknown[]) => {
    const ref = await refOf(list)
    if (ref === null) return null
    const key = listKey(ref.hash)
    const isKept = isInKv(sql, key) === false || isListed(sql, ref.hash, now + recordDays * DAY)
    const expiresAt = now + (recordDays + RENEWED_DAYS) * DAY
    if (!isKept) lists.push({ key, bytes: await gzipJson(list), metadata: { count: ref.count }, expiresAt })
    return ref
  }
  const ofItems = await apart(items)
  const ofNotJudged = await apart(findings.notJudged)
  const refs: ListRefs = {
    ...(ofItems === null ? {} : { items: ofItems }),
    ...(ofNotJudged === null ? {} : { notJudged: ofNotJudged }),
  }
  return {
    findings: {
      ...findings,
      items: ofItems === null ? items : [],
      notJudged: ofNotJudged === null ? findings.notJudged : [],
      ...(Object.keys(refs).length === 0 ? {} : { lists: refs }),
    },
    lists,
  }
}

/** Belongs into the transaction that puts the findings down. */
export function keepLists(sql: SqlStorage, lists: readonly Stored[]): void {
  for (const list of lists) keepStored(sql, 'list', list, false)
}
