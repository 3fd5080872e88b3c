/** A run as its record is, from the tables alone; and as it is shown, with the lists that stand apart from it. */

import { gunzipJson } from '../../records/gzip.ts'
import { listKey, replaced } from '../../records/lists.ts'
import { linkOfRecord } from '../ledger/audit.ts'
import { itemsOf, outcomesOf } from '../ledger/items.ts'
import { type Findings, NO_FINDINGS, type PlanView, type RunRecord, type ShownItem, shownItem } from '../ledger/run.ts'
import { iso, type RunRow, runById, summary } from '../ledger/runs.ts'
import { readStored } from '../ledger/stored.ts'
import { stoppedDirectories } from '../ledger/units.ts'

/** As a run keeps them. `items`: of its plan; absent = those of the table. */
export type StoredFindings = Findings & { readonly items?: readonly ShownItem[] }

/** Also of a run that is still going on. */
export async function draftRecord(sql: SqlStorage, run: RunRow): Promise<RunRecord> {
  const { items, ...findings } = await readFindings(sql, run.id)
  const outcomes = outcomesOf(sql, run.id)
  const stopped = stoppedDirectories(sql, run.id)
  const preserved = outcomes.some(({ holdPreserved }) => holdPreserved === true)
  return {
    ...summary(run),
    plan: planView(sql, run, items),
    outcomes,
    ...(stopped.length > 0 ? { stoppedDirectories: stopped } : {}),
    ...(preserved ? { holdPreserved: true } : {}),
    ...findings,
    audit: { previous: null, hash: null },
  }
}

/** The record under a key of KV, made again from the tables; null when the run is gone. */
export async function remadeRecord(sql: SqlStorage, key: string): Promise<RunRecord | null> {
  const link = linkOfRecord(sql, key)
  const run = link === null ? null : runById(sql, link.run)
  if (link === null || run === null) return null
  return { ...(await draftRecord(sql, run)), audit: { previous: link.previous, hash: link.hash } }
}

/** A record with its lists in their places; one that neither store has any more is empty. */
export function shownRecord(sql: SqlStorage, log: KVNamespace, record: RunRecord): Promise<RunRecord> {
  return replaced(record, async ({ hash }) => {
    const key = listKey(hash)
    const kept = await readStored(sql, key)
    return (kept ?? (await log.get(key, 'json')) ?? []) as readonly unknown[]
  })
}

function planView(sql: SqlStorage, run: RunRow, items: readonly ShownItem[] | undefined): PlanView | null {
  if (run.state.planHash === '' || run.policy === null) return null
  const { inventory, kept, protected: safe, held, notJudged, marked, due } = run.counts
  const planned = () =>
    itemsOf(sql, run.id)
      .filter((row) => row.settles === '')
      .map(({ item }) => shownItem(item))
  return {
    hash: run.state.planHash,
    policy: run.policy,
    at: iso(run.policyAt),
    items: items ?? planned(),
    counts: { inventory, kept, protected: safe, held, notJudged, marked, due },
    stopped: run.state.stopped,
  }
}

async function readFindings(sql: SqlStorage, run: string): Promise<StoredFindings> {
  const { findings } = sql.exec<{ findings: ArrayBuffer | null }>('SELECT findings FROM runs WHERE id = ?', run).one()
  return findings === null ? NO_FINDINGS : ((await gunzipJson(findings)) as StoredFindings)
}
