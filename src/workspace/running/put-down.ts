/** Writes marks, items, findings and the plan that waits, all at once, and says what the run does next. */

import { sentences } from '../../core/base/sentences.ts'
import type { Mark } from '../../core/evidence/memory.ts'
import { type Inventory, isUnknown } from '../../core/evidence/project.ts'
import { unreadableRows } from '../../core/evidence/unreadable.ts'
import type { Decision } from '../../core/judge/decide.ts'
import { askText } from '../../core/plan/asking.ts'
import { warningText } from '../../core/plan/explain.ts'
import { capText, type Plan } from '../../core/plan/plan.ts'
import { gzipJson } from '../../records/gzip.ts'
import { forgetActions } from '../ledger/acted-on.ts'
import { readNews, storeNews } from '../ledger/announced.ts'
import { begunConditions } from '../ledger/conditions.ts'
import { dropOtherSurveys } from '../ledger/evidence.ts'
import { readFact, removeFact, writeFact } from '../ledger/facts.ts'
import { inOrder, insertItems } from '../ledger/items.ts'
import { whyNoCopies } from '../ledger/kv-failing.ts'
import { dropMarks, forgetOwnWrites, replaceMarks } from '../ledger/memory.ts'
import { openProposal, propose } from '../ledger/proposals.ts'
import { type Findings, shownItem } from '../ledger/run.ts'
import { waitingPlan } from '../telling/plan-cards.ts'
import { type Audience, canTell, silences } from '../telling/tell.ts'
import { tellProposed } from '../telling/tell-plan.ts'
import { isNotReadYet } from './findings.ts'
import { keepLists, packFindings } from './put-lists.ts'
import { reachOf } from './shrink-guard.ts'
import { type Slice, update } from './slice.ts'
import { noteStandstill } from './standstill.ts'

/** The most calls that one item may take: its files with two retries, the call itself, a look afterwards. */
export const CALLS_OF_ONE_ITEM = 5

export interface Planned {
  readonly plan: Plan
  readonly findings: Findings
  /** What the policy says of every project; null for what somebody asked for, which marks nothing. */
  readonly sweep: Decision | null
}

export async function putDown(slice: Slice, inventory: Inventory, planned: Planned, now: number): Promise<void> {
  const { run, sql } = slice
  const { plan, findings, sweep } = planned
  const audience = audienceIn(slice)
  const silent = sweep === null ? [] : silences(sql, audience)
  const found = { ...findings, warnings: [...findings.warnings, ...silent], items: inOrder(plan.items).map(shownItem) }
  const kept = await packFindings(sql, found, slice.deps.config.recordDays, slice.deps.now())
  const packed = await gzipJson(kept.findings)
  const acts = run.request.mode === 'act'
  // A dry run marks nothing; but what leaves a rule during a pause, and comes back to it, starts anew all the same (G22).
  const isPausedTick = !acts && run.trigger === 'cron' && readFact(sql, 'pause') !== null
  const news =
    acts && sweep !== null ? readNews(sql, slice.policy, inventory, sweep, now, canTell(sql, audience)) : null
  const wants = plan.acting.length + plan.waiting.length > 0
  const blocked = wants || isUnknown(inventory.running) ? whyBlocked(slice, inventory) : null
  const goes = acts && blocked === null
  const noCopies = goes ? whyNoCopies(sql, slice.deps.config.kvWritesADay, slice.deps.now()) : null
  // What cannot be copied is not tried; it stays due.
  const deletes = new Set(plan.items.flatMap(({ projectId, action }) => (action === 'delete' ? [projectId] : [])))
  const heldBack = noCopies === null ? [] : plan.acting.filter((id) => deletes.has(id))
  const acting = new Set(goes ? plan.acting.filter((id) => !heldBack.includes(id)) : [])
  const stopped = [...plan.breaches.map(capText), ...plan.asks.map(askText)]

  slice.storage.transactionSync(() => {
    const open = openProposal(sql)
    const proposes = goes && plan.waiting.length > 0 && open === null
    const waiting = new Set(proposes ? plan.waiting : [])
    if (isPausedTick && sweep !== null)
      dropMarks(
        sql,
        sweep.unmarked.map(({ mark }) => mark),
      )
    if (acts && sweep !== null) replaceMarks(sql, fromTheAsking(sweep.marks, now, run.policyAt))
    if (news !== null) storeNews(sql, run.id, news, sweep === null ? 0 : countUnjudgeable(sweep))
    const meant = plan.items.filter(({ projectId }) => acting.has(projectId) || waiting.has(projectId))
    insertItems(sql, run.id, meant, ({ projectId }) => (acting.has(projectId) ? 'pending' : 'waiting'))
    keepLists(sql, kept.lists)
    sql.exec('UPDATE runs SET findings = ? WHERE id = ?', packed, run.id)
    if (sweep !== null) {
      dropOtherSurveys(sql, run.id, slice.deps.now())
      writeFact(sql, 'good', { run: run.id, at: run.policyAt })
      writeFact(sql, 'scan', { run: run.id })
      forgetOwnWrites(sql, inventory.projects)
      forgetActions(sql, new Set(inventory.projects.map(({ id }) => id)), slice.deps.now())
    }
    const later =
      goes && open !== null && plan.waiting.length > 0
        ? `${plan.waiting.length} more would have to be approved; they wait until the plan of run ${open.run} is decided.`
        : ''
    update(slice, {
      counts: { ...run.counts, ...sweep?.counts },
      message: sentences(
        run.message,
        blocked ?? '',
        heldBack.length === 0 ? '' : (noCopies ?? ''),
        ...(acts ? stopped : []),
        later,
      ),
      phase: acting.size > 0 ? 'act' : 'record',
      state: {
        ...slice.run.state,
        good: sweep !== null,
        planHash: plan.hash,
        stopped,
        ending: blocked !== null ? 'blocked' : proposes ? 'waiting' : heldBack.length > 0 ? 'partial' : null,
        ...(isUnknown(inventory.running) ? { cause: 'api' as const } : {}),
      },
    })
    if (proposes) {
      const proposal = propose(sql, run, plan, slice.deps.now())
      tellProposed(sql, audience, waitingPlan(sql, proposal, slice.policy.people), slice.deps.now())
    }
    // A report changes nothing, and a scheduled time older than the newest one says nothing of what is now.
    if (sweep === null || !(acts || isPausedTick)) return
    if (run.trigger === 'cron') {
      noteUnreadable(sql, inventory)
      const scanned = { run, policy: slice.policy, inventory, decision: sweep, isPaused: isPausedTick }
      noteStandstill(sql, audience, scanned, slice.deps.now())
    }
    const standstill = begunConditions(sql).map(({ says }) => says)
    update(slice, { state: { ...slice.run.state, standstill } })
  })
}

/** For the health: rows of the list that could not be read whole. */
function noteUnreadable(sql: SqlStorage, inventory: Inventory): void {
  const rows = unreadableRows(inventory)
  if (rows.length === 0) removeFact(sql, 'unreadable')
  else writeFact(sql, 'unreadable', { says: warningText({ kind: 'unreadable rows', rows }) })
}

/** What nobody can judge; what merely waits for its activity to be read is no news. */
function countUnjudgeable({ verdicts }: Decision): number {
  return verdicts.filter(({ state, reasons }) => state === 'notJudged' && !reasons.every(isNotReadYet)).length
}

export function audienceIn({ deps, policy }: Slice): Audience {
  return { channels: deps.channels, notify: policy.notify.channels }
}

/** The items of an approved plan came with the decision. */
export function goActing(slice: Slice): void {
  const { request } = slice.run
  const planHash = request.kind === 'approved' ? request.plan : ''
  update(slice, { phase: 'act', state: { ...slice.run.state, planHash } })
}

/** Why this run may do nothing on this inventory; null when it may. What loses nothing needs not to know what runs live. */
export function whyBlocked(slice: Slice, inventory: Inventory): string | null {
  if (isUnknown(inventory.running) && reachOf(slice.sql, slice.run) !== 'harmless') {
    return `What runs live could not be read, so nothing destructive was done. ${inventory.running.unknown}`
  }
  return tooLarge(slice, inventory)
}

/** An inventory whose re-check does not fit into one slice cannot be acted on; it is only reported, and says so. */
function tooLarge(slice: Slice, inventory: Inventory): string | null {
  const pages = Math.max(1, slice.run.state.pages)
  const needed = pages + 1 + CALLS_OF_ONE_ITEM
  const { callsPerSlice } = slice.deps.config
  if (needed <= callsPerSlice) return null
  return `A re-check of ${inventory.projects.length} projects takes ${needed} calls, more than the ${callsPerSlice} one slice may make, so nothing was done. On a paid Workers plan set CALLS_PER_SLICE to 900.`
}

/** A run that waited longer for its turn, behind a pause perhaps, does not shorten anybody's grace by that. */
const LONGEST_SURVEY_MS = 10 * 60_000

/**
 * New marks count from when the run was asked for, not from the moments its survey took: grace is then over at the tick
 * that comes exactly that much later, however long either survey takes.
 */
function fromTheAsking(marks: readonly Mark[], now: number, policyAt: number): readonly Mark[] {
  const since = now - policyAt <= LONGEST_SURVEY_MS ? policyAt : now
  return marks.map((mark) => (mark.since === now ? { ...mark, since } : mark))
}
