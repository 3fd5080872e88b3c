/** What a person should hear of besides the plan. */

import type { Inventory } from '../../core/evidence/project.ts'
import type { Decision } from '../../core/judge/decide.ts'
import { reasonText, warningText } from '../../core/plan/explain.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Policy } from '../../core/policy/policy.ts'
import type { Reason } from '../../core/policy/reason.ts'
import type { Findings } from '../ledger/run.ts'

/** A run names so many of the projects that only wait for their activity to be read. */
const MOST_NOT_READ = 100

/** So many names that cannot be written are said one by one; each rule says how many there are. */
const MOST_REFUSED = 20

/** Whether all that is not known is something that has not been read yet. */
export function isNotReadYet(reason: Reason): boolean {
  return reason.kind === 'unknown' && reason.code === 'activity-not-read'
}

/** As sentences. */
export function findingsOf(policy: Policy, inventory: Inventory, decision: Decision, plan: Plan): Findings {
  const names = new Map(inventory.projects.map((project) => [project.id, project.name]))
  const nameOf = (projectId: number) => names.get(projectId) ?? ''
  const notJudged = decision.verdicts.filter((verdict) => verdict.state === 'notJudged')
  const others = notJudged.filter(({ reasons }) => !reasons.every(isNotReadYet))
  const notRead = notJudged.filter(({ reasons }) => reasons.every(isNotReadYet))
  const unnamed = Math.max(0, notRead.length - MOST_NOT_READ)
  return {
    notJudged: [...others, ...notRead.slice(0, MOST_NOT_READ)].map(({ projectId, reasons }) => ({
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
      ...(unnamed === 0 ? [] : [`Of ${unnamed} more projects the activity has not been read yet.`]),
      ...decision.warnings.map(warningText),
      ...plan.refusedMoves.slice(0, MOST_REFUSED).map(({ projectId, why }) => `${nameOf(projectId)}: ${why}`),
    ],
  }
}
