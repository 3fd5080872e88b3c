/** What would happen now, and why: the same survey, decision and plan as a run, with no effect and nothing marked (G4). */

import { placeOf } from '../../core/base/names.ts'
import type { OwnAction } from '../../core/evidence/own-action.ts'
import type { Inventory } from '../../core/evidence/project.ts'
import { askText } from '../../core/plan/asking.ts'
import { reasonText, type Why, why } from '../../core/plan/explain.ts'
import { type OwnActionView, ownActionView } from '../../core/plan/own-action-view.ts'
import { capText, dayOf } from '../../core/plan/plan.ts'
import { readingText } from '../../core/plan/readings.ts'
import { minuteText } from '../../core/plan/sentences.ts'
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
import { newestActionOn } from '../ledger/own-actions.ts'
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

/** Why a project is where it is, over the last scan and what leansweep did since: no API call. */
export async function explainProject(sql: SqlStorage, deps: Deps, projectId: number): Promise<Asked<Why>> {
  const last = await lastSurvey(sql, deps)
  if (!last.ok) return last
  const { run, policy, inventory, actions, releasing } = last.value
  const did = didTo(sql, inventory, actions, projectId)
  const answer = why(policy, inventory, readMemory(sql), policyNow(sql, deps.now()), projectId)
  if (answer === null) {
    const unseen = `Project ${projectId} was not in the survey of ${iso(run.policyAt)}.`
    return no('notFound', [unseen, ...madeText(actions, projectId), ...did.flatMap(textsOf)].join(' '))
  }
  const reading = readFact(sql, 'reading')
  const waits = reading !== null && answer.activity.unsure !== null && answer.verdict === 'notJudged'
  const progress = waits ? readingText(reading) : null
  const left = readLeftovers(sql).find((one) => one.projectId === projectId)
  const sentences = [
    ...did.flatMap(textsOf),
    ...(releasing.has(projectId) ? [RELEASED] : []),
    ...answer.sentences,
    ...(left === undefined ? [] : [leftoverText(left)]),
  ]
  return { ok: true, value: { ...answer, sentences, activity: { ...answer.activity, progress }, actions: did } }
}

const RELEASED = 'It was released; its description is about to say so too.'

/** What leansweep did to a project since the scan; of what is in the bin also the deletion that put it there. */
function didTo(
  sql: SqlStorage,
  { projects }: Inventory,
  actions: readonly OwnAction[],
  projectId: number,
): readonly OwnActionView[] {
  const since = actions.filter((one) => one.projectId === projectId)
  if (since.length > 0) return since.map(ownActionView)
  const project = projects.find(({ id }) => id === projectId)
  const newest = project === undefined || placeOf(project.path) === 'bin' ? newestActionOn(sql, projectId) : null
  const isIt = newest?.action === 'delete' && (project === undefined || project.created === newest.created)
  return newest !== null && isIt ? [ownActionView(newest)] : []
}

/** A project that a restore made since the scan. */
function madeText(actions: readonly OwnAction[], projectId: number): readonly string[] {
  const made = actions.find(({ madeAs }) => madeAs === projectId)
  if (made === undefined) return []
  return [`leansweep made it ${minuteText(made.at)} (run ${made.run}) to restore project ${made.projectId}.`]
}

function textsOf({ sentences }: OwnActionView): readonly string[] {
  return sentences
}
