/** What a person should hear of besides the plan. */

import type { Inventory } from '../../core/evidence/project.ts'
import type { Decision } from '../../core/judge/decide.ts'
import { reasonText, warningText } from '../../core/plan/explain.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Policy } from '../../core/policy/policy.ts'
import type { Findings } from '../ledger/run.ts'

/** As sentences. */
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
      ...decision.warnings.map(warningText),
      ...plan.refusedMoves.map(({ projectId, why }) => `${nameOf(projectId)}: ${why}`),
    ],
  }
}
