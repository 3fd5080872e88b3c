/** What would happen now, and why: the same survey, decision and plan as a run, with no effect and nothing marked (G4). */

import { askText } from '../../core/plan/asking.ts'
import { reasonText, type Why, why } from '../../core/plan/explain.ts'
import { capText, dayOf } from '../../core/plan/plan.ts'
import { readingText } from '../../core/plan/readings.ts'
import type { Deps } from '../../deps.ts'
import { failureText } from '../../quantconnect/failure.ts'
import { createMeter } from '../../quantconnect/meter.ts'
import { allActedOn } from '../ledger/acted-on.ts'
import { readActivity } from '../ledger/activity.ts'
import { policyNow } from '../ledger/clock.ts'
import { readFact } from '../ledger/facts.ts'
import { approvedRules } from '../ledger/first-approvals.ts'
import { type Asked, lastSurvey, no, usablePolicy } from '../ledger/last-survey.ts'
import { attemptsOn, readMemory } from '../ledger/memory.ts'
import { leftToPeople } from '../ledger/proposals.ts'
import { leftoverText, readLeftovers } from '../ledger/rebuilt.ts'
import { type Preview, shownItem } from '../ledger/run.ts'
import { iso } from '../ledger/runs.ts'
import { findingsOf } from '../running/findings.ts'
import { lookAt } from '../running/look.ts'
import { guardForPreview } from '../running/shrink-guard.ts'

export async function preview(sql: SqlStorage, deps: Deps): Promise<Asked<Preview>> {
  const usable = await usablePolicy(deps)
  if (!usable.ok) return usable
  const policy = usable.value
  const meter = createMeter(deps.config.callsPerSlice)
  const now = policyNow(sql, deps.now())

  const memory = readMemory(sql)
  const today = attemptsOn(sql, dayOf(now, policy.timezone))
  const { organizationId } = deps.config
  const approved = await approvedRules(sql, policy)
  const asking = { today, approved, actedOn: allActedOn(sql), leave: leftToPeople(sql) }
  const seen = await lookAt(deps.client, policy, meter, {
    organizationId,
    now,
    memory,
    activity: readActivity(sql),
    readingCalls: deps.config.readingCalls,
    ...asking,
  })
  if (!seen.ok) return no('unreadable', `QuantConnect could not be read. ${failureText(seen.failure)}`)
  const { inventory, decision, plan } = seen.value
  const objection = await guardForPreview(sql, inventory, now)
  if (objection !== null) return no('unreadable', objection)

  const names = new Map(inventory.projects.map(({ id, name }) => [id, name]))
  const { notJudged, warnings } = findingsOf(policy, inventory, decision, plan)
  return {
    ok: true,
    value: {
      hash: plan.hash,
      policy: policy.hash,
      at: iso(now),
      items: plan.items.map(shownItem),
      counts: decision.counts,
      stopped: [...plan.breaches.map(capText), ...plan.asks.map(askText)],
      marked: decision.verdicts
        .filter(({ state }) => state === 'marked')
        .map(({ projectId, rule, dueAt, reasons }) => ({
          projectId,
          name: names.get(projectId) ?? '',
          rule,
          due: dueAt === null ? null : iso(dueAt),
          reasons: reasons.map((reason) => reasonText(reason, policy)),
        })),
      notJudged,
      warnings,
      apiCalls: meter.used,
    },
  }
}

/** Why a project is where it is, over the last good survey: no API call. */
export async function explainProject(sql: SqlStorage, deps: Deps, projectId: number): Promise<Asked<Why>> {
  const last = await lastSurvey(sql, deps)
  if (!last.ok) return last
  const { run, policy, inventory } = last.value
  const answer = why(policy, inventory, readMemory(sql), policyNow(sql, deps.now()), projectId)
  if (answer !== null) {
    const reading = readFact(sql, 'reading')
    const waits = reading !== null && answer.activity.unsure !== null && answer.verdict === 'notJudged'
    const progress = waits ? readingText(reading) : null
    const left = readLeftovers(sql).find((one) => one.projectId === projectId)
    const sentences = left === undefined ? answer.sentences : [...answer.sentences, leftoverText(left)]
    return { ok: true, value: { ...answer, sentences, activity: { ...answer.activity, progress } } }
  }
  return no('notFound', `Project ${projectId} was not in the survey of ${iso(run.policyAt)}.`)
}
