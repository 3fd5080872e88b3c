/** What would happen now, and why: the same survey, decision and plan as a run, with no effect and nothing marked (G4). */

import { reasonText, type Why, why } from '../core/explain.ts'
import { capText, dayOf } from '../core/plan.ts'
import { problemText, readPolicy } from '../core/policy.ts'
import type { Deps } from '../deps.ts'
import { failureText } from '../quantconnect/failure.ts'
import { createMeter } from '../quantconnect/meter.ts'
import { policyNow } from './clock.ts'
import { loadInventory } from './evidence.ts'
import { readFact } from './facts.ts'
import { belowFloor } from './floor.ts'
import { lookAt } from './look.ts'
import { attemptsOn, readMemory } from './memory.ts'
import { findingsOf } from './planning.ts'
import type { Preview } from './run.ts'
import { iso, runById } from './runs.ts'

/** `unready`: settings or policy; `unreadable`: QuantConnect; `notFound`: no such project or no survey yet. */
export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: 'unready' | 'unreadable' | 'notFound'; readonly message: string }

export async function preview(sql: SqlStorage, deps: Deps): Promise<Asked<Preview>> {
  const read = await readPolicy(deps.policyText)
  if (!read.ok) return no('unready', `The policy cannot be used. ${read.problems.map(problemText).join(' ')}`)
  const { policy } = read
  const meter = createMeter(deps.config.callsPerSlice)
  const now = policyNow(sql, deps.now())

  const memory = readMemory(sql)
  const today = attemptsOn(sql, dayOf(now, policy.timezone))
  const { organizationId } = deps.config
  const seen = await lookAt(deps.client, policy, meter, { organizationId, now, memory, today })
  if (!seen.ok) return no('unreadable', `QuantConnect could not be read. ${failureText(seen.failure)}`)
  const { inventory, decision, plan } = seen.value
  const low = belowFloor(sql, inventory, now)
  if (low !== null) return no('unreadable', low)

  const names = new Map(inventory.projects.map(({ id, name }) => [id, name]))
  const { notJudged, warnings } = findingsOf(policy, inventory, decision, plan)
  return {
    ok: true,
    value: {
      hash: plan.hash,
      policy: policy.hash,
      at: iso(now),
      items: plan.items.map(({ projectId, name, action, rule, reasons, to }) => ({
        projectId,
        name,
        action,
        rule,
        reasons,
        to,
      })),
      counts: decision.counts,
      stopped: plan.breaches.map(capText),
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
  const good = readFact(sql, 'good')
  const run = good === null ? null : runById(sql, good.run)
  if (run === null) return no('notFound', 'There is no survey yet. Wait for the next tick, or POST /api/runs.')
  const read = await readPolicy(deps.policyText)
  if (!read.ok) return no('unready', `The policy cannot be used. ${read.problems.map(problemText).join(' ')}`)
  const inventory = await loadInventory(sql, run, deps.config.organizationId)
  const answer = why(read.policy, inventory, readMemory(sql), policyNow(sql, deps.now()), projectId)
  if (answer !== null) return { ok: true, value: answer }
  return no('notFound', `Project ${projectId} was not in the survey of ${iso(run.policyAt)}.`)
}

function no(reason: 'unready' | 'unreadable' | 'notFound', message: string): Asked<never> {
  return { ok: false, reason, message }
}
