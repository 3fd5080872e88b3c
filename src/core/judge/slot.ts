/** Which projects fill the slots of `keep`, and what is unknown about that. */

import { createdOf, type Facts, isFresh, modifiedOf, NOT_READ, projectAt } from '../evidence/facts.ts'
import { type Evidence, isUnknown, type Project } from '../evidence/project.ts'
import { evaluate } from '../policy/condition.ts'
import { lastBacktestOf } from '../policy/predicate.ts'
import type { Keep, Rule } from '../policy/rule.ts'
import { type Bench, blindSpots, type Finding, type Need, unread } from './finding.ts'
import { type Contest, type Group, groupOf, membersOf, slots } from './keep.ts'

export type Slot = Extract<Finding, { kind: 'saved' | 'unknown' }> | { readonly kind: 'out' }

export const OUT: Slot = { kind: 'out' }

/** What `keep` says of the project at a place. */
export function projectSlots(rule: Rule, keep: Keep, bench: Bench): (place: number) => Slot {
  const { facts } = bench
  const kept: Slot = { kind: 'saved', reason: { kind: 'slot', rule: rule.id, newest: keep.newest } }
  const known = new Map<Group, ReadonlySet<number | string>>()
  const contest: Contest<number> = {
    idOf: (place) => projectAt(facts, place).id,
    dateOf: (place) => rankDate(keep, facts, projectAt(facts, place)),
    isCandidate(place) {
      return evaluate(rule.when, facts, projectAt(facts, place), null) === 'yes' && mayFillSlot(bench, rule, place)
    },
  }

  return (place) => {
    const project = projectAt(facts, place)
    const group = groupOf(keep, facts.inventory, place)
    if (isUnknown(group))
      return { kind: 'unknown', own: true, reasons: [unread(rule, 'ownerId', group.unknown)], needs: [] }
    let ids = known.get(group)
    if (ids === undefined) {
      ids = slots(keep, membersOf(group, facts.inventory), contest)
      known.set(group, ids)
    }
    const at = rankDate(keep, facts, project)
    if (ids.has(project.id) && isReadOrLeft(at)) return kept
    if (!isUnknown(at)) return OUT
    const needs = rankNeed(keep, facts, project)
    return { kind: 'unknown', own: true, reasons: [unread(rule, keep.by, at.unknown)], needs }
  }
}

/** Whether a date is known, or was not worth a call because all fit. One that could not be read is neither. */
export function isReadOrLeft(at: Evidence<number | null>): boolean {
  return !isUnknown(at) || at === NOT_READ
}

/** The call that would tell when a project was last backtested, if it has not been made. */
export function rankNeed(keep: Keep, facts: Facts, project: Project): readonly Need[] {
  const read = facts.inventory.paid[project.id]?.backtests !== undefined
  return keep.by === 'last-backtest' && !read ? [{ projectId: project.id, kind: 'backtests' }] : []
}

/** Whether nothing that may still be read tells which slot of `keep` a project could fill. */
export function isSlotUnknownForGood(keep: Keep, facts: Facts, place: number): boolean {
  return (
    isUnknown(groupOf(keep, facts.inventory, place)) || !isReadOrLeft(rankDate(keep, facts, projectAt(facts, place)))
  )
}

/** Whether a project may fill a slot of `keep`: neither protected nor held nor fresh, for all that is known. */
export function mayFillSlot(bench: Bench, rule: Rule, place: number): boolean {
  if (bench.protection(place).reading !== 'no' || isFresh(bench.facts, projectAt(bench.facts, place)) !== false)
    return false
  return blindSpots(bench, rule, place).length === 0
}

/** The date `keep` ranks a project by. */
export function rankDate(keep: Keep, facts: Facts, project: Project): Evidence<number | null> {
  if (keep.by === 'created') return createdOf(facts, project)
  return keep.by === 'modified' ? modifiedOf(facts, project) : lastBacktestOf(facts, project)
}
