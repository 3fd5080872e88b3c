/** The last good survey as the API shows it: every project with its verdict and reasons, and the evidence behind it. */

import { decide } from '../../core/judge/decide.ts'
import { reasonText } from '../../core/plan/explain.ts'
import { ownActionView } from '../../core/plan/own-action-view.ts'
import type { Deps } from '../../deps.ts'
import { policyNow } from '../ledger/clock.ts'
import { readFormerNames } from '../ledger/former-names.ts'
import { type Asked, lastSurvey } from '../ledger/last-survey.ts'
import { readMemory } from '../ledger/memory.ts'
import type { ShownInventory } from '../ledger/run.ts'

export async function showInventory(sql: SqlStorage, deps: Deps): Promise<Asked<ShownInventory>> {
  const last = await lastSurvey(sql, deps)
  if (!last.ok) return last
  const { run, policy, inventory, actions } = last.value
  const { verdicts, counts } = decide(policy, inventory, readMemory(sql), policyNow(sql, deps.now()))
  const shown = verdicts.map(({ projectId, state, rule, reasons }) => [
    projectId,
    { verdict: state, rule, reasons: reasons.map((reason) => reasonText(reason, policy)) },
  ])
  const value = {
    ...inventory,
    run: run.id,
    counts,
    verdicts: Object.fromEntries(shown),
    actions: actions.map(ownActionView),
    formerNames: readFormerNames(sql).map(({ id, name }) => ({ projectId: id, name })),
  }
  return { ok: true, value }
}
