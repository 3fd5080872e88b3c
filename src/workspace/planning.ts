/** From a whole survey to a plan: decide, buy the paid evidence that would settle something, mark, plan, put items down. */

import { type Decision, decide } from '../core/decide.ts'
import { reasonText, warningText } from '../core/explain.ts'
import type { Mark } from '../core/memory.ts'
import { capText, dayOf, makePlan, type Plan } from '../core/plan.ts'
import { type Policy, problemText } from '../core/policy.ts'
import { type Inventory, isUnknown } from '../core/project.ts'
import { gzipJson } from '../records/gzip.ts'
import { readNews, storeNews } from './announced.ts'
import { dropOtherSurveys, loadInventory, storePaid } from './evidence.ts'
import { writeFact } from './facts.ts'
import { belowFloor } from './floor.ts'
import { insertItems } from './items.ts'
import { attemptsOn, readMemory, replaceMarks } from './memory.ts'
import { addPaid, buyEvidence, type Paid } from './paid.ts'
import type { Findings } from './run.ts'
import { policyTime, type Slice, update } from './slice.ts'
import { type Audience, canTell, silences } from './tell.ts'

/** `later`: this slice's calls are used up, paid evidence goes on in the next. */
export async function planRun(slice: Slice): Promise<'planned' | 'later'> {
  const { policy } = slice
  const surveyed = await loadInventory(slice.sql, slice.run, slice.deps.config.organizationId)
  const paid: Paid = { ...surveyed.paid }
  const inventory: Inventory = { ...surveyed, paid }
  const now = policyTime(slice)
  const refusal = belowFloor(slice.sql, inventory, now)
  if (refusal !== null) {
    update(slice, { message: refusal, phase: 'record', state: { ...slice.run.state, ending: 'blocked' } })
    return 'planned'
  }

  const memory = readMemory(slice.sql)
  let decision = decide(policy, inventory, memory, now)
  while (decision.needs.length > 0) {
    for (const { projectId, kind } of decision.needs) {
      const bought = await buyEvidence(slice.deps.client, projectId, kind, slice.meter)
      if (bought === 'later') return 'later'
      addPaid(paid, projectId, kind, bought.evidence)
      storePaid(slice.sql, slice.run.id, projectId, paid[projectId] ?? {})
      if (bought.failed) update(slice, { state: { ...slice.run.state, readsFailed: true } })
    }
    decision = decide(policy, inventory, memory, now)
  }

  const { request } = slice.run
  const only = request.kind === 'sweep' ? request.rules : null
  const plan = await makePlan(
    policy,
    inventory,
    decision,
    memory,
    attemptsOn(slice.sql, dayOf(now, policy.timezone)),
    now,
    only,
  )
  await putDown(slice, inventory, decision, plan, now)
  return 'planned'
}

/** Writes marks, items and findings, all at once, and says what the run does next. */
async function putDown(slice: Slice, inventory: Inventory, decision: Decision, plan: Plan, now: number): Promise<void> {
  const { run, sql } = slice
  const audience: Audience = { channels: slice.deps.channels, notify: slice.policy.notify.channels }
  const found = findingsOf(slice.policy, inventory, decision, plan)
  const findings = await gzipJson({ ...found, warnings: [...found.warnings, ...silences(sql, audience)] })

  const acts = run.request.mode === 'act'
  const news = acts && canTell(sql, audience) ? readNews(sql, slice.policy, inventory, decision, now) : null
  const blocked = isUnknown(inventory.running)
    ? `What runs live could not be read, so nothing destructive was done. ${inventory.running.unknown}`
    : plan.acting.length > 0
      ? tooLarge(slice, inventory)
      : null
  const acting = new Set(acts && blocked === null ? plan.acting : [])
  const stopped = plan.breaches.map(capText)

  slice.storage.transactionSync(() => {
    if (acts) replaceMarks(sql, fromTheAsking(decision.marks, now, run.policyAt))
    if (news !== null) storeNews(sql, run.id, news, decision.counts.notJudged)
    insertItems(sql, run.id, plan.items, acting)
    sql.exec('UPDATE runs SET findings = ? WHERE id = ?', findings, run.id)
    dropOtherSurveys(sql, run.id)
    writeFact(sql, 'good', { run: run.id, at: run.policyAt })
    update(slice, {
      counts: { ...run.counts, ...decision.counts },
      message: [run.message, blocked ?? '', ...(acts ? stopped : [])].filter((text) => text !== '').join(' '),
      phase: acting.size > 0 ? 'act' : 'record',
      state: {
        ...slice.run.state,
        good: true,
        planHash: plan.hash,
        stopped,
        ending: blocked !== null ? 'blocked' : acts && plan.breaches.length > 0 ? 'waiting' : null,
      },
    })
  })
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

/** What a person should hear of besides the plan, as sentences. */
export function findingsOf(policy: Policy, inventory: Inventory, decision: Decision, plan: Plan): Findings {
  const names = new Map(inventory.projects.map((project) => [project.id, project.name]))
  const nameOf = (projectId: number) => names.get(projectId) ?? ''
  return {
    notJudged: decision.verdicts
      .filter((verdict) => verdict.state === 'notJudged')
      .map(({ projectId, reasons }) => ({
        projectId,
        name: nameOf(projectId),
        reasons: reasons.map((reason) => reasonText(reason, policy)),
      })),
    unmarked: decision.unmarked.map(({ mark, reason }) => ({
      projectId: mark.projectId,
      name: nameOf(mark.projectId),
      rule: mark.rule,
      reason: reasonText(reason, policy),
    })),
    warnings: [
      ...policy.warnings.map(problemText),
      ...decision.warnings.map(warningText),
      ...plan.refusedMoves.map(({ projectId, why }) => `${nameOf(projectId)}: ${why}`),
    ],
  }
}

/** An inventory whose re-check does not fit into one slice cannot be acted on; it is only reported, and says so. */
function tooLarge(slice: Slice, inventory: Inventory): string | null {
  const pages = Math.max(1, Math.ceil(inventory.projects.length / 1_000))
  const needed = pages + 1 + CALLS_OF_ONE_ITEM
  const { callsPerSlice } = slice.deps.config
  if (needed <= callsPerSlice) return null
  return `A re-check of ${inventory.projects.length} projects takes ${needed} calls, more than the ${callsPerSlice} one slice may make, so nothing was done. On a paid Workers plan set CALLS_PER_SLICE to 900.`
}

/** The most calls that one item may take: its files with two retries, the call itself, a look afterwards. */
export const CALLS_OF_ONE_ITEM = 5
