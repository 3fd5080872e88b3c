/**
 * Policy + inventory + memory + now → one verdict with reasons for every project, the marks that stand from now on, and
 * the paid evidence that would settle something. Nothing else may be looked at, so equal evidence gives equal decisions.
 */

import { WEEK } from '../base/duration.ts'
import { placesById } from '../evidence/facts.ts'
import type { Mark, Memory } from '../evidence/memory.ts'
import type { Inventory, PaidKind } from '../evidence/project.ts'
import type { Policy } from '../policy/policy.ts'
import type { Reason } from '../policy/reason.ts'
import type { Action } from '../policy/rule.ts'
import type { Bar } from './bar.ts'
import { type Court, openCourt } from './court.ts'
import { openMarking } from './marking.ts'
import type { Standing } from './standing.ts'
import { type Standstill, standstillOf } from './standstill.ts'
import { openUnread, type ToRead } from './unread.ts'
import type { Verdict } from './verdict.ts'
import { standstillWarnings, type Warning, warningsOf } from './warnings.ts'

export type { Reason } from '../policy/reason.ts'
export type { ToRead } from './unread.ts'
export type { Verdict, VerdictState } from './verdict.ts'

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
  readonly needs: readonly PaidNeed[]
  /** Projects whose activity would have to be read, in that order; until then it is unknown. */
  readonly toRead: readonly ToRead[]
  /** The six states add up to the inventory. */
  readonly counts: Counts
  readonly conflicts: readonly Conflict[]
  /** Holds that end within a week: that is announced. By project id. */
  readonly holdsEnding: readonly { readonly projectId: number; readonly until: number }[]
  readonly warnings: readonly Warning[]
  /** What keeps rules from ever doing anything. */
  readonly standstill: Standstill
}

export function decide(policy: Policy, inventory: Inventory, memory: Memory, now: number): Decision {
  const court = openCourt(policy, inventory, memory, now)
  const { length } = inventory.projects
  const verdicts = new Array<Verdict>(length)
  const standings = new Array<Standing>(length)
  const counts = { inventory: length, kept: 0, protected: 0, held: 0, notJudged: 0, marked: 0, due: 0 }
  const marking = openMarking(court)
  const needs = new Map<string, PaidNeed>()
  const unread = openUnread(court)
  const conflicts: Conflict[] = []
  const holdsEnding: { readonly projectId: number; readonly until: number }[] = []

  // Everything about a project in one go, while the machine has it at hand.
  const places = placesById(inventory)
  for (let i = 0; i < length; i++) {
    const place = places[i] ?? i
    const verdict = court.verdict(place)
    const standing = court.standing(place)
    verdicts[place] = verdict
    standings[place] = standing
    counts[verdict.state]++
    marking.look(place, standing)
    if (standing.isUnclear) {
      addNeeds(standing, needs)
      unread.look(standing)
    }
    if (verdict.action !== null) addConflict(court, verdict, conflicts)
    if (verdict.state === 'held') addEnd(verdict, now, holdsEnding)
  }

  const standstill = standstillOf(court.bars, inventory, standings, verdicts)
  return {
    verdicts,
    ...marking.outcome(),
    needs: [...needs.values()].sort((a, b) => a.projectId - b.projectId || (a.kind < b.kind ? -1 : 1)),
    toRead: unread.outcome(),
    counts,
    conflicts,
    holdsEnding,
    warnings: [...standstillWarnings(standstill), ...warningsOf(court, policy, inventory, standings)],
    standstill,
  }
}

/** What one call would tell. */
export interface PaidNeed {
  readonly projectId: number
  readonly kind: PaidKind
}

function addNeeds({ findings }: Standing, needs: Map<string, PaidNeed>): void {
  for (const finding of findings) {
    if (finding.kind !== 'unknown') continue
    for (const { projectId, kind } of finding.needs) {
      if (kind !== 'activity') needs.set(`${projectId}/${kind}`, { projectId, kind })
    }
  }
}

function addConflict({ bars }: Court, { projectId, rule, action, reasons }: Verdict, conflicts: Conflict[]): void {
  const conflict = reasons.find((reason) => reason.kind === 'conflict')
  if (conflict?.kind !== 'conflict' || rule === null || action === null) return
  const over = conflict.over.flatMap((id) => bars.filter((bar) => bar.rule.id === id).flatMap(wishOf))
  conflicts.push({ projectId, rule, action, over })
}

function wishOf({ rule }: Bar): { readonly rule: string; readonly action: Action }[] {
  return rule.then === 'report' ? [] : [{ rule: rule.id, action: rule.then }]
}

/** Of several holds on a project the longest counts. */
function addEnd(
  { projectId, reasons }: Verdict,
  now: number,
  ending: { readonly projectId: number; readonly until: number }[],
): void {
  const ends = reasons.map((reason) => (reason.kind === 'held' ? (reason.until ?? Number.POSITIVE_INFINITY) : 0))
  const until = Math.max(...ends)
  if (until - now <= WEEK) ending.push({ projectId, until })
}
