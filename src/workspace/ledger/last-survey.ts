/** The last good survey with the policy it is read by now: what `why` and `/api/inventory` look at, without an API call. */

import type { Inventory } from '../../core/evidence/project.ts'
import { type Policy, problemText, readPolicy } from '../../core/policy/policy.ts'
import type { Deps } from '../../deps.ts'
import { loadInventory } from './evidence.ts'
import { readFact } from './facts.ts'
import { type RunRow, runById } from './runs.ts'

/** `unready`: settings or policy; `unreadable`: QuantConnect; `notFound`: no such project or no survey yet. */
export type Asked<T> = { readonly ok: true; readonly value: T } | NotAnswered

export interface NotAnswered {
  readonly ok: false
  readonly reason: 'unready' | 'unreadable' | 'notFound'
  readonly message: string
}

export interface LastSurvey {
  readonly run: RunRow
  readonly policy: Policy
  readonly inventory: Inventory
}

export async function lastSurvey(sql: SqlStorage, deps: Deps): Promise<Asked<LastSurvey>> {
  const good = readFact(sql, 'good')
  const run = good === null ? null : runById(sql, good.run)
  if (run === null) return no('notFound', 'There is no survey yet. Wait for the next tick, or POST /api/runs.')
  const policy = await usablePolicy(deps)
  if (!policy.ok) return policy
  const inventory = await loadInventory(sql, run, deps.config.organizationId)
  return { ok: true, value: { run, policy: policy.value, inventory } }
}

/** The policy, or what is wrong with it in one message, which quotes no secret that somebody wrote into it (G20). */
export async function usablePolicy({ policyText, clean }: Pick<Deps, 'policyText' | 'clean'>): Promise<Asked<Policy>> {
  const read = await readPolicy(policyText)
  if (read.ok) return { ok: true, value: read.policy }
  return no('unready', clean(`The policy cannot be used. ${read.problems.map(problemText).join(' ')}`))
}

export function no(reason: NotAnswered['reason'], message: string): NotAnswered {
  return { ok: false, reason, message }
}
