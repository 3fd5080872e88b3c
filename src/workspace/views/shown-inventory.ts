/** The last good survey as the API shows it: every project with its verdict and reasons, and the evidence behind it. */

import { decide } from '../../core/judge/decide.ts'
import { reasonText } from '../../core/plan/explain.ts'
import type { Deps } from '../../deps.ts'
import { policyNow } from '../ledger/clock.ts'
import { type Asked, lastSurvey } from '../ledger/last-survey.ts'
import { readMemory } from '../ledger/memory.ts'
import type { ShownInventory } from '../ledger/run.ts'

export async function showInventory(sql: SqlStorage, deps: Deps): Promise<Asked<ShownInventory>> {
  const last = await lastSurvey(sql, deps)
  if (!last.ok) return last
  const { run, policy, inventory } = last.value
  const { verdicts, counts } = decide(policy, inventory, readMemory(sql), policyNow(sql, deps.now()))
  const shown = verdicts.map(({ projectId, state, rule, reasons }) => [
    projectId,
    { verdict: state, rule, reasons: reasons.map((reason) => reasonText(reason, policy)) },
  ])
  return { ok: true, value: { ...inventory, run: run.id, counts, verdicts: Object.fromEntries(shown) } }
}
