/**
 * Policy + inventory + memory + now → one verdict with reasons for every project, the marks that stand from now on, and
 * the paid evidence that would settle something. Nothing else may be looked at, so equal evidence gives equal decisions.
 */

import type { Court, Verdict } from './court.ts'
import { markOf, openCourt } from './court.ts'
import type { Need } from './finding.ts'
import type { Mark, Memory } from './memory.ts'
import type { Policy } from './policy.ts'
import { type Inventory, isUnknown, type Project } from './project.ts'
import type { Reason } from './reason.ts'
import type { Action } from './rule.ts'
import { type Warning, warningsOf } from './warnings.ts'

export type { Verdict, VerdictState } from './court.ts'
export type { Reason } from './reason.ts'

/** Several rules wanted the same project; the least destructive won. */
export interface Conflict {
  readonly projectId: number
  readonly rule: string
  readonly action: Action
  readonly over: readonly { readonly rule: string; readonly action: Action }[]
}

export interface Counts {
  readonly inventory: number
  readonly kept: number
  readonly protected: number
  readonly held: number
  readonly notJudged: number
  readonly marked: number
  readonly due: number
}

export interface Decision {
  /** Exactly one per project, in the order of the inventory. */
  readonly verdicts: readonly Verdict[]
  /** All marks that stand after this decision: old ones with their time, new ones with `since` = now. By id, then rule. */
  readonly marks: readonly Mark[]
  /** Marks that go, with the reason. */
  readonly unmarked: readonly { readonly mark: Mark; readonly reason: Reason }[]
  /** Paid evidence that would settle something. While it is unread it counts as unknown: read it, put it in, decide again. */
  readonly needs: readonly Need[]
  /** The six states add up to the inventory. */
  readonly counts: Counts
  readonly conflicts: readonly Conflict[]
  readonly warnings: readonly Warning[]
}

export function decide(policy: Policy, inventory: Inventory, memory: Memory, now: number): Decision {
  const court = openCourt(policy, inventory, memory, now)
  const verdicts = inventory.projects.map((project) => court.verdict(project))
  return {
    verdicts,
    ...marksOf(court, inventory, memory),
    needs: needsOf(court, inventory),
    counts: countStates(verdicts),
    conflicts: conflictsOf(court, inventory),
    warnings: warningsOf(court, policy, inventory),
  }
}

function marksOf(court: Court, inventory: Inventory, memory: Memory): Pick<Decision, 'marks' | 'unmarked'> {
  const marks: Mark[] = []
  const unmarked: { mark: Mark; reason: Reason }[] = []
  const projects = new Map(inventory.projects.map((project) => [project.id, project]))
  const positions = new Map(court.bars.map(({ rule }, i) => [rule.hash, i]))

  for (const mark of memory.marks) {
    const reason = whyGone(court, projects.get(mark.projectId), positions.get(mark.ruleHash), mark)
    if (reason === null) marks.push(mark)
    else unmarked.push({ mark, reason })
  }
  for (const project of inventory.projects) {
    // An item that is not judged keeps the marks it has, but nothing starts its grace.
    const { findings, outcome } = court.standing(project)
    if (outcome !== 'wanted' || isUnknown(project.created)) continue
    for (const [i, { rule }] of court.bars.entries()) {
      if (findings[i]?.kind !== 'match' || rule.then === 'report' || markOf(court.facts, rule, project) !== null)
        continue
      marks.push({
        projectId: project.id,
        created: project.created,
        rule: rule.id,
        ruleHash: rule.hash,
        since: court.facts.now,
      })
    }
  }
  marks.sort(byProjectAndRule)
  unmarked.sort((a, b) => byProjectAndRule(a.mark, b.mark))
  return { marks, unmarked }
}

/** Why a mark does not stand any more; null when it does. Unknown keeps it. */
function whyGone(court: Court, project: Project | undefined, position: number | undefined, mark: Mark): Reason | null {
  if (project === undefined) return { kind: 'gone' }
  // An unreadable `created` may still be the same project; another one is another project (G16).
  if (!isUnknown(project.created) && project.created !== mark.created) return { kind: 'gone' }
  const bar = position === undefined ? undefined : court.bars[position]
  if (position === undefined || bar === undefined) return { kind: 'rule changed', rule: mark.rule }
  const { protection, findings, outcome } = court.standing(project)
  if (outcome === 'untouchable') return protection.protectedBy[0] ?? protection.heldBy[0] ?? bar.says.noMatch
  const finding = findings[position]
  if (finding?.kind === 'saved') return finding.reason
  return finding?.kind === 'match' || finding?.kind === 'unknown' ? null : bar.says.noMatch
}

function byProjectAndRule(a: Mark, b: Mark): number {
  return a.projectId - b.projectId || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.since - b.since)
}

function needsOf(court: Court, inventory: Inventory): readonly Need[] {
  const needs = new Map<string, Need>()
  for (const project of inventory.projects) {
    for (const finding of court.standing(project).findings) {
      if (finding.kind !== 'unknown') continue
      for (const need of finding.needs) needs.set(`${need.projectId}/${need.kind}`, need)
    }
  }
  return [...needs.values()].sort((a, b) => a.projectId - b.projectId || (a.kind < b.kind ? -1 : 1))
}

function conflictsOf(court: Court, inventory: Inventory): readonly Conflict[] {
  const conflicts: Conflict[] = []
  for (const project of inventory.projects) {
    const { winner } = court.standing(project)
    if (winner === null || winner.over.length === 0) continue
    const over = winner.over.flatMap(({ rule }) =>
      rule.then === 'report' ? [] : [{ rule: rule.id, action: rule.then }],
    )
    over.sort((a, b) => (a.rule < b.rule ? -1 : 1))
    conflicts.push({ projectId: project.id, rule: winner.bar.rule.id, action: winner.action, over })
  }
  return conflicts.sort((a, b) => a.projectId - b.projectId)
}

function countStates(verdicts: readonly Verdict[]): Counts {
  const counts = { inventory: verdicts.length, kept: 0, protected: 0, held: 0, notJudged: 0, marked: 0, due: 0 }
  for (const { state } of verdicts) counts[state]++
  return counts
}
