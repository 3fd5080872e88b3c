/** The last slice of a run: its final status, the inventory snapshot, the record in KV, the next link of the audit chain. */

import type { Config } from '../../config.ts'
import { formerNames, nextReference } from '../../core/evidence/reference.ts'
import { recordHash } from '../../records/chain.ts'
import { gunzipJson, gzipJson } from '../../records/gzip.ts'
import { inventoryKey, runKey } from '../../records/keys.ts'
import { cutToFit } from '../../records/metadata.ts'
import { appendLink } from '../ledger/audit.ts'
import { loadInventory } from '../ledger/evidence.ts'
import { readFact } from '../ledger/facts.ts'
import { noteFormerNames } from '../ledger/former-names.ts'
import { attemptsOf, itemsOf, outcomesOf, writeOutcome } from '../ledger/items.ts'
import { deletedByUs, packReference, readReference, writeReference } from '../ledger/reference.ts'
import {
  type Findings,
  NO_FINDINGS,
  type PlanView,
  type RunCounts,
  type RunRecord,
  type RunStatus,
  shownItem,
} from '../ledger/run.ts'
import { changeRun, iso, type RunRow, summary } from '../ledger/runs.ts'
import { forgetStop } from '../ledger/stops.ts'
import { addToTotals } from '../ledger/totals.ts'
import { closeUnits, stoppedDirectories } from '../ledger/units.ts'
import { tellExecuted } from '../telling/plan-ends.ts'
import { type Audience, tellFinished } from '../telling/tell.ts'
import { doneTo, tellSettled } from '../telling/tell-settled.ts'
import { tellUndone } from '../telling/tell-undone.ts'
import { forgetOld } from './retention.ts'
import { noteProgress } from './standstill.ts'
import { endingOfWord } from './word-ending.ts'

/** Finished runs the object keeps itself, because KV may show a new key up to a minute late. */
const RECORDS_KEPT = 50

/** Names of one directory in a message; the outcomes have all. */
const MOST_NAMED = 10

/** What ending a run needs; less than `Deps`, because a run with broken settings is put on record too. */
export interface FinishDeps {
  readonly config: Pick<Config, 'recordDays' | 'organizationId'>
  readonly log: KVNamespace
  /** Who is told of the end. */
  audience(): Promise<Audience>
  now(): number
}

/** Puts everything down and ends the run. */
export async function finish(storage: DurableObjectStorage, deps: FinishDeps, going: RunRow): Promise<RunRow> {
  const { sql } = storage
  const { log, config } = deps
  // Set once, so that a crash between here and the end makes the same record again.
  const run = going.finishedAt === null ? changeRun(sql, going, { finishedAt: deps.now() }) : going
  closeOpenItems(sql, run)
  const said = [run.message, ...stoppedTexts(sql, run.id)].filter((text) => text !== '').join(' ')
  const word = endingOfWord(sql, { ...run, message: said })
  const { standstill } = run.state
  const plain = { status: word?.status ?? statusOf(sql, run), message: word?.message ?? said }
  const isHalf = standstill.length > 0 && (plain.status === 'ok' || plain.status === 'waiting')
  const ended: RunRow = {
    ...run,
    counts: countsOf(sql, run),
    status: isHalf ? 'partial' : plain.status,
    message: [plain.message, ...standstill].filter((text) => text !== '').join(' '),
  }
  const previous = readFact(sql, 'chain')
  const draft = { ...(await draftRecord(sql, ended)), audit: { previous: previous?.hash ?? null, hash: null } }
  const hash = await recordHash(draft)
  const record: RunRecord = { ...draft, audit: { ...draft.audit, hash } }

  const snapshot = run.state.good ? await putInventory(sql, deps, run) : null
  const key = runKey(run.createdAt, run.id)
  const putAt = deps.now()
  const seconds = config.recordDays * 86_400
  await log.put(key, JSON.stringify(record), {
    expirationTtl: seconds,
    metadata: { ...summary(ended), actor: cutToFit(ended.actor, 100), message: cutToFit(ended.message, 200) },
  })
  const packed = await gzipJson(record)
  const audience = await deps.audience()

  return storage.transactionSync(() => {
    const expiresAt = putAt + seconds * 1_000
    appendLink(sql, { run: run.id, previous: record.audit.previous, hash, recordKey: key, putAt, expiresAt })
    if (snapshot !== null) {
      sql.exec('INSERT OR REPLACE INTO inventories (key, run, at) VALUES (?, ?, ?)', snapshot.key, run.id, run.policyAt)
      writeReference(sql, snapshot.reference, run.createdAt)
    }
    sql.exec('DELETE FROM paid_again WHERE run = ?', run.id)
    forgetStop(sql, run.id)
    closeUnits(sql, run.id)
    addToTotals(sql, ended)
    keepRecord(sql, run.id, packed)
    forgetOld(sql, deps.now(), run.policyAt)
    noteProgress(sql, run)
    tellFinished(sql, audience, ended, plain, record.outcomes, deps.now())
    tellExecuted(sql, audience, ended, deps.now())
    tellSettled(sql, audience, doneTo(record.outcomes), deps.now())
    const { status, counts, message } = ended
    const last = changeRun(sql, run, { status, counts, message, recordKey: key })
    tellUndone(sql, audience, last, deps.now())
    return last
  })
}

/** A run that ends early leaves nothing open: what was sent and not looked at is unsure, and a later survey settles it. */
function closeOpenItems(sql: SqlStorage, run: RunRow): void {
  for (const row of itemsOf(sql, run.id, 'pending'))
    writeOutcome(sql, row, 'not_attempted', `Not tried. ${run.message}`)
  for (const row of [...itemsOf(sql, run.id, 'intent'), ...itemsOf(sql, run.id, 'answered')]) {
    writeOutcome(sql, row, 'unsure', 'The run ended before anybody looked; the next survey does.')
  }
}

/** Of each directory that stopped: what of it went, why no more, and what brings that back. */
function stoppedTexts(sql: SqlStorage, run: string): readonly string[] {
  const names = new Map(outcomesOf(sql, run).map(({ projectId, name }) => [projectId, name]))
  return stoppedDirectories(sql, run).map(({ directory, members, went, why, againFrom }) => {
    const named = went.slice(0, MOST_NAMED).map((id) => `"${names.get(id) ?? ''}" (${id})`)
    const more = went.length > MOST_NAMED ? ` and ${went.length - MOST_NAMED} more` : ''
    const back = went.length === 1 ? 'exactly this one' : `exactly these ${went.length}`
    const what =
      went.length === 0
        ? `Nothing of directory "${directory}" went.`
        : `${went.length} of ${members} of directory "${directory}" went: ${named.join(', ')}${more}. Undo of this directory brings back ${back}.`
    return `${what} ${why}${againFrom === null ? '' : ` Its rule tries again from ${againFrom} on.`}`
  })
}

/** A run as its record will be, from the ledger alone; also what doors show of a run that is still going on. */
export async function draftRecord(sql: SqlStorage, run: RunRow): Promise<RunRecord> {
  const findings = await readFindings(sql, run.id)
  const outcomes = outcomesOf(sql, run.id)
  const stopped = stoppedDirectories(sql, run.id)
  const preserved = outcomes.some(({ holdPreserved }) => holdPreserved === true)
  return {
    ...summary(run),
    plan: planView(sql, run),
    outcomes,
    ...(stopped.length > 0 ? { stoppedDirectories: stopped } : {}),
    ...(preserved ? { holdPreserved: true } : {}),
    ...findings,
    audit: { previous: null, hash: null },
  }
}

function planView(sql: SqlStorage, run: RunRow): PlanView | null {
  if (run.state.planHash === '' || run.policy === null) return null
  const { inventory, kept, protected: safe, held, notJudged, marked, due } = run.counts
  return {
    hash: run.state.planHash,
    policy: run.policy,
    at: iso(run.policyAt),
    items: itemsOf(sql, run.id)
      .filter((row) => row.settles === '')
      .map(({ item }) => shownItem(item)),
    counts: { inventory, kept, protected: safe, held, notJudged, marked, due },
    stopped: run.state.stopped,
  }
}

async function readFindings(sql: SqlStorage, run: string): Promise<Findings> {
  const { findings } = sql.exec<{ findings: ArrayBuffer | null }>('SELECT findings FROM runs WHERE id = ?', run).one()
  return findings === null ? NO_FINDINGS : ((await gunzipJson(findings)) as Findings)
}

function countsOf(sql: SqlStorage, run: RunRow): RunCounts {
  const kinds = outcomesOf(sql, run.id).map(({ outcome }) => outcome)
  const count = (...wanted: readonly string[]) => kinds.filter((kind) => wanted.includes(kind)).length
  return {
    ...run.counts,
    acted: attemptsOf(sql, run.id),
    confirmed: count('done'),
    skipped: count('already', 'changed', 'protected'),
    failed: count('failed'),
    unsure: count('unsure'),
    notAttempted: count('not_attempted'),
  }
}

/**
 * `ok` only if everything that was to happen happened, by whomever (G11): anything failed, unsure, left alone, not
 * attempted or half-read says so.
 */
function statusOf(sql: SqlStorage, run: RunRow): Exclude<RunStatus, 'queued' | 'running'> {
  const { ending, readsFailed } = run.state
  if (ending === 'blocked' || ending === 'failed' || ending === 'refused' || ending === 'expired') return ending
  const rows = itemsOf(sql, run.id)
  const isLeft = rows.some(({ outcome }) => outcome !== null && outcome !== 'done' && outcome !== 'already')
  // What stands in the way of a restore is left, and what is left is named (G24).
  const isHalf = rows.some(({ rebuilt }) => rebuilt !== null && rebuilt.left.length > 0)
  return isLeft || isHalf || readsFailed ? 'partial' : (ending ?? 'ok')
}

async function putInventory(sql: SqlStorage, { log, config }: FinishDeps, run: RunRow) {
  const inventory = await loadInventory(sql, run, config.organizationId)
  const key = inventoryKey(run.createdAt, run.id)
  const metadata = { run: run.id, at: iso(run.policyAt), projects: inventory.projects.length }
  await log.put(key, await gzipJson(inventory), { expirationTtl: config.recordDays * 86_400, metadata })
  const before = (await readReference(sql)) ?? []
  noteFormerNames(sql, formerNames(before, inventory.projects), run.createdAt)
  const reference = await packReference(sql, nextReference(before, inventory.projects, deletedByUs(sql)))
  return { key, reference }
}

function keepRecord(sql: SqlStorage, run: string, packed: Uint8Array): void {
  const { last } = sql.exec<{ last: number | null }>('SELECT max(position) AS last FROM records').one()
  sql.exec('INSERT OR REPLACE INTO records (run, position, record) VALUES (?, ?, ?)', run, (last ?? 0) + 1, packed)
  sql.exec('DELETE FROM records WHERE position <= ?', (last ?? 0) + 1 - RECORDS_KEPT)
}
