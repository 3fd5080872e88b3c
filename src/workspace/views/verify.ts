/**
 * Walks the audit chain, newest first and page by page: every link against the one before, every record against its link and
 * against what the ledger has of the run. Reads only.
 */

import { type AuditPage, type AuditProblem, type Chained, orderProblems, recordProblems } from '../../records/chain.ts'
import { type AuditRow, listLinks } from '../ledger/audit.ts'
import { type Facts, readFact } from '../ledger/facts.ts'
import type { RunRecord } from '../ledger/run.ts'
import { iso, runById } from '../ledger/runs.ts'
import { isInKv, readStored } from '../ledger/stored.ts'
import { draftRecord } from '../running/draft-record.ts'

export interface VerifyDeps {
  readonly sql: SqlStorage
  readonly log: KVNamespace
  /** Real time, milliseconds. */
  readonly now: number
}

/** A record may take this long to be seen in KV. Until then the object's own copy stands for it. */
const SHOWN_WITHIN_MS = 120_000

/** Below the connections a Worker may have open at a time, which are six. */
const AT_ONCE = 5

/** At most `limit` links below position `before` (null = from the head), with one read of KV for each. */
export async function verifyPage(deps: VerifyDeps, limit: number, before: number | null): Promise<AuditPage> {
  const { sql } = deps
  // The order is read at once, so that a run that ends while records are read does not matter.
  const rows = listLinks(sql, limit + 1, before)
  const page = rows.slice(0, limit)
  const older = rows[limit] ?? null
  const head = readFact(sql, 'chain')
  const start = readFact(sql, 'chainStart')
  const problems: AuditProblem[] = [
    ...orderProblems(page, before === null ? (head?.position ?? null) : before - 1, older),
    ...(before === null ? headProblems(head, page[0]) : []),
    ...(before === null ? runsOutside(sql) : []),
    ...(older === null ? startProblems(start, page.at(-1)) : []),
  ]

  let expired = 0
  for (let n = 0; n < page.length; n += AT_ONCE) {
    const some = page.slice(n, n + AT_ONCE)
    const looks = await Promise.all(some.map(async (row) => ({ row, seen: await checkRecord(deps, row) })))
    for (const { row, seen } of looks) {
      if (seen === 'expired') expired += 1
      else problems.push(...seen.map((what) => ({ position: row.position, run: row.run, what })))
    }
  }
  return {
    ok: problems.length === 0,
    checked: page.length - expired,
    expired,
    problems,
    head: head === null ? null : { position: head.position ?? 0, run: head.run, hash: head.hash },
    start,
    links: page.map(({ position, run, previous, hash, expiresAt }) => {
      return { position, run, previous, hash, keptUntil: iso(expiresAt) }
    }),
    cursor: older === null ? null : String(page.at(-1)?.position),
  }
}

/** What is wrong with the record of a link, wherever there is a copy of it. */
async function checkRecord({ sql, log, now }: VerifyDeps, row: AuditRow): Promise<'expired' | readonly string[]> {
  const run = runById(sql, row.run)
  const ledger = run === null ? null : await draftRecord(sql, run)
  const own = await readStored(sql, row.recordKey).catch(() => 'damaged' as const)
  const stored = await log.get(row.recordKey)
  const mayBeGone = now >= row.expiresAt
  const waits = isInKv(sql, row.recordKey) === false
  const mayBeUnseen = waits || (own !== null && now - row.putAt < SHOWN_WITHIN_MS)
  if (stored === null && mayBeGone) return 'expired'

  const problems: string[] = []
  if (run === null) problems.push('The ledger has no such run.')
  else if (run.recordKey !== row.recordKey) {
    problems.push(`The ledger has the record under ${run.recordKey}, and the chain under ${row.recordKey}.`)
  }
  if (stored === null && !mayBeUnseen)
    problems.push(`Its record is not in KV, which keeps it until ${iso(row.expiresAt)}.`)
  const copies: (readonly [copy: unknown, where: string])[] = []
  if (stored !== null) copies.push([parsed(stored), 'Its record in KV'])
  if (own !== null) copies.push([own, "The object's own copy of its record"])
  for (const [copy, where] of copies) {
    if (copy === 'damaged') problems.push(`${where} cannot be read.`)
    else {
      const wrong = await recordProblems(row, copy as Chained, where)
      problems.push(...(wrong.length > 0 || ledger === null ? wrong : unlike(ledger, copy as RunRecord, where)))
    }
  }
  return problems
}

/** Nothing that is put there is this very text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return 'damaged'
  }
}

/** A whole record, and the ledger says something else: then it is the ledger that was edited. */
function unlike(ledger: RunRecord, record: RunRecord, where: string): readonly string[] {
  const names = Object.keys(record) as (keyof RunRecord)[]
  const other = names.filter((name) => name !== 'audit' && !holds(ledger[name], record[name]))
  return other.length === 0 ? [] : [`The ledger was edited: ${where.toLowerCase()} has another ${other.join(', ')}.`]
}

/** Whether a value is another one, or more: later versions show of an old run what they did not put into its record. */
function holds(more: unknown, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || typeof more !== 'object' || more === null) return more === value
  if (Array.isArray(value) && !(Array.isArray(more) && more.length === value.length)) return false
  return Object.entries(value).every(([key, one]) => holds((more as { [key: string]: unknown })[key], one))
}

function headProblems(head: Facts['chain'] | null, newest: AuditRow | undefined): readonly AuditProblem[] {
  if (head === null) return newest === undefined ? [] : [whole('The ledger has links but does not name the newest.')]
  if (newest === undefined) {
    return head.position === undefined
      ? []
      : [whole(`The chain is empty, and must end at position ${head.position} with run ${head.run}.`)]
  }
  if (newest.position !== head.position || (newest.run === head.run && newest.hash === head.hash)) return []
  const what = `The ledger names run ${head.run} with ${head.hash} as the newest, and the chain has ${newest.hash}.`
  return [{ position: newest.position, run: newest.run, what }]
}

function startProblems(start: Facts['chainStart'] | null, oldest: AuditRow | undefined): readonly AuditProblem[] {
  if (start === null || oldest === undefined) return []
  if (oldest.position === start.position && oldest.previous === start.previous) return []
  const what = `The chain begins here, and must begin at position ${start.position} after ${start.previous ?? 'nothing'}.`
  return [{ position: oldest.position, run: oldest.run, what }]
}

/** Runs on record that have no link, though they ended after the chain began. */
function runsOutside(sql: SqlStorage): readonly AuditProblem[] {
  return sql
    .exec<{ id: string }>(
      `SELECT id FROM runs WHERE record_key IS NOT NULL AND status NOT IN ('queued', 'running')
       AND finished_at > (SELECT min(put_at) FROM audit) AND id NOT IN (SELECT run FROM audit) LIMIT 100`,
    )
    .toArray()
    .map(({ id }) => ({ position: null, run: id, what: 'The run has ended, and the chain has no link for it.' }))
}

function whole(what: string): AuditProblem {
  return { position: null, run: null, what }
}
