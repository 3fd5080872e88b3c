/** Where a rule asks when a project was last worked on: `idle`, `keep` by activity, and `{idle-days}`. */

import { DAY } from '../base/duration.ts'
import { activityOf, needsReading } from '../evidence/activity.ts'
import type { Facts } from '../evidence/facts.ts'
import type { Project } from '../evidence/project.ts'
import { predicatesOf } from '../policy/condition.ts'
import type { Predicate } from '../policy/predicate.ts'
import type { Reason } from '../policy/reason.ts'
import type { Rule } from '../policy/rule.ts'
import { uses } from '../policy/template.ts'
import { type Need, unread } from './finding.ts'

/** Whether a rule asks anywhere when a project was last worked on. */
export function usesActivity(rule: Rule): boolean {
  if (rule.keep?.by === 'activity' || usesDays(rule)) return true
  return conditionsOf(rule).some(({ paid }) => paid === 'activity')
}

/** Why a rule cannot write how long a project has been idle, where it does; null when it can. */
export function daysNotRead(
  rule: Rule,
  facts: Facts,
  project: Project,
): { readonly reasons: readonly Reason[]; readonly needs: readonly Need[] } | null {
  if (!usesDays(rule)) return null
  const { at, unsure } = activityOf(facts, project)
  // What was worked on today was idle for no day, whatever else happened since.
  if (unsure === null || facts.now - at < DAY) return null
  const needs: readonly Need[] = needsReading(facts, project) ? [{ projectId: project.id, kind: 'activity' }] : []
  return { reasons: [unread(rule, '{idle-days}', unsure)], needs }
}

/** Every predicate of a rule, of `when` and of `unless`. */
export function conditionsOf({ when, unless }: Rule): readonly Predicate[] {
  return [...predicatesOf(when), ...(unless === null ? [] : predicatesOf(unless))]
}

/** Whether a rule writes down for how long a project has been idle. */
export function usesDays({ to }: Rule): boolean {
  return to !== null && uses(to, 'idle-days')
}
