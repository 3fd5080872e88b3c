/** The last slice of a run: its final status, the inventory snapshot, the record in KV, the next link of the audit chain. */

import type { Config } from '../../config.ts'
import { sentences } from '../../core/base/sentences.ts'
import { formerNames, nextReference } from '../../core/evidence/reference.ts'
import { recordHash } from '../../records/chain.ts'
import { gzipJson } from '../../records/gzip.ts'
import { runKey } from '../../records/keys.ts'
import { cutToFit } from '../../records/metadata.ts'
import { appendLink } from '../ledger/audit.ts'
import { noteEnd } from '../ledger/ends.ts'
import { dropOtherSurveys, loadInventory } from '../ledger/evidence.ts'
import { readFact } from '../ledger/facts.ts'
import { noteFormerNames } from '../ledger/former-names.ts'
import { writeInventory } from '../ledger/inventories.ts'
import { attemptsOf, itemsOf, outcomesOf, writeOutcome } from '../ledger/items.ts'
import { isKvResting } from '../ledger/kv-failing.ts'
import { deletedByUs, packReference, readReference, writeReference } from '../ledger/reference.ts'
import type { RunCounts, RunRecord, RunStatus } from '../ledger/run.ts'
import { changeRun, type RunRow, summary } from '../ledger/runs.ts'
import { forgetStop } from '../ledger/stops.ts'
import { keepStored } from '../ledger/stored.ts'
import { addToTotals } from '../ledger/totals.ts'
import { closeUnits, stoppedDirectories } from '../ledger/units.ts'
import { tellExecuted } from '../telling/plan-ends.ts'
import { type Audience, tellFinished } from '../telling/tell.ts'
import { doneTo, tellSettled } from '../telling/tell-settled.ts'
import { tellUndone } from '../telling/tell-undone.ts'
import { draftRecord } from './draft-record.ts'
import { putInventory } from './put-inventory.ts'
import { put } from './put-stored.ts'
import { noteProgress } from './standstill.ts'
import { endingOfWord } from './word-ending.ts'

const BARE_TEXT =
  "Its end could not be put down whole: nobody was told of it, and no inventory was stored. The Worker's log says why."

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

/**
 * Puts everything down and ends the run, whatever KV says: a record that it refuses waits in the object. `isBare`: that has
 * failed again and again, so that nothing is done but what the end itself needs (G26).
 */
export async function finish(
  storage: DurableObjectStorage,
  deps: FinishDeps,
  going: RunRow,
  isBare: boolean,
): Promise<RunRow> {
  const { sql } = storage
  const { config } = deps
  // Set once, so that a crash between here and the end makes the same record again.
  const run = going.finishedAt === null ? changeRun(sql, going, { finishedAt: deps.now() }) : going
  closeOpenItems(sql, run)
  const said = sentences(run.message, ...stoppedTexts(sql, run.id))
  const word = endingOfWord(sql, { ...run, message: said })
  const { standstill } = run.state
  const plain = { status: word?.status ?? statusOf(sql, run), message: word?.message ?? said }
  const isHalf = standstill.length > 0 && (plain.status === 'ok' || plain.status === 'waiting')
  const ended: RunRow = {
    ...run,
    counts: countsOf(sql, run),
    status: isHalf ? 'partial' : plain.status,
    message: sentences(plain.message, ...standstill, isBare ? BARE_TEXT : ''),
  }
  const previous = readFact(sql, 'chain')
  const draft = { ...(await draftRecord(sql, ended)), audit: { previous: previous?.hash ?? null, hash: null } }
  const hash = await recordHash(draft)
  const record: RunRecord = { ...draft, audit: { ...draft.audit, hash } }

  const snapshot = run.state.good && !isBare ? await readSnapshot(sql, deps, run) : null
  const seen = snapshot === null ? null : await putInventory(sql, deps, run, snapshot.inventory)
  const key = runKey(run.createdAt, run.id)
  const putAt = deps.now()
  const expiresAt = putAt + config.recordDays * 86_400_000
  const metadata = { ...summary(ended), actor: cutToFit(ended.actor, 100), message: cutToFit(ended.message, 200) }
  const isPut =
    !isKvResting(sql, putAt) && (await put(deps, sql, { key, kind: 'record', value: record, metadata, expiresAt }))
  const bytes = await gzipJson(record)
  const audience = isBare ? null : await deps.audience()

  return storage.transactionSync(() => {
    appendLink(sql, { run: run.id, previous: record.audit.previous, hash, recordKey: key, putAt, expiresAt })
    if (seen !== null) writeInventory(sql, run.id, run.policyAt, seen)
    if (snapshot !== null) writeReference(sql, snapshot.reference, run.createdAt)
    forgetStop(sql, run.id)
    closeUnits(sql, run.id)
    addToTotals(sql, ended)
    noteEnd(sql, ended)
    keepStored(sql, 'record', { key, bytes, metadata, expiresAt }, isPut)
    const { status, counts, message } = ended
    const last = changeRun(sql, run, { status, counts, message, recordKey: key })
    if (audience === null) return last
    sql.exec('DELETE FROM paid_again WHERE run = ?', run.id)
    // Those of runs before this one that came to no good end.
    dropOtherSurveys(sql, run.id, deps.now())
    noteProgress(sql, run)
    tellFinished(sql, audience, ended, plain, record.outcomes, deps.now())
    tellExecuted(sql, audience, ended, deps.now())
    tellSettled(sql, audience, doneTo(record.outcomes), deps.now())
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

async function readSnapshot(sql: SqlStorage, { config }: FinishDeps, run: RunRow) {
  const inventory = await loadInventory(sql, run, config.organizationId)
  const before = (await readReference(sql)) ?? []
  noteFormerNames(sql, formerNames(before, inventory.projects), run.createdAt)
  const reference = await packReference(sql, nextReference(before, inventory.projects, deletedByUs(sql)))
  return { inventory, reference }
}
