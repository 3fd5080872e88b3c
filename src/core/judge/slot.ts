/** Which projects fill the slots of `keep`, and what is unknown about that. */

import { ACTIVITY_NOT_READ, activityOf, needsReading } from '../evidence/activity.ts'
import { createdOf, type Facts, isFresh, NOT_READ, projectAt } from '../evidence/facts.ts'
import { type Doubt, type Evidence, isUnknown, type Project } from '../evidence/project.ts'
import { type Condition, evaluate, predicatesOf } from '../policy/condition.ts'
import { lastBacktestOf } from '../policy/predicate.ts'
import type { Reading, Reason } from '../policy/reason.ts'
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
  const ifAllMatched = new Map<Group, ReadonlySet<number | string>>()
  const contest = contestOf((reading) => reading === 'yes')
  const widest = contestOf((reading) => reading !== 'no')

  return (place) => {
    const project = projectAt(facts, place)
    const group = groupOf(keep, facts.inventory, place)
    if (isUnknown(group)) return openSlot([unread(rule, 'ownerId', group)], [])
    const ids = slotsIn(group, known, contest)
    const at = rankDate(keep, facts, project)
    if (ids.has(project.id) && isReadOrLeft(at)) {
      const isSure = !asksForActivity(rule.when) || slotsIn(group, ifAllMatched, widest).has(project.id)
      return isSure ? kept : openSlot([unread(rule, 'keep', OTHERS_NOT_READ)], [])
    }
    const why = isUnknown(at) ? at : rankDoubt(keep, facts, project)
    return why === null ? OUT : openSlot([unread(rule, keep.by, why)], rankNeed(keep, facts, project))
  }

  function slotsIn(
    group: Group,
    filled: Map<Group, ReadonlySet<number | string>>,
    by: Contest<number>,
  ): ReadonlySet<number | string> {
    const found = filled.get(group) ?? slots(keep, membersOf(group, facts.inventory), by)
    filled.set(group, found)
    return found
  }

  function contestOf(isMatched: (reading: Reading) => boolean): Contest<number> {
    return {
      idOf: (place) => projectAt(facts, place).id,
      dateOf: (place) => rankDate(keep, facts, projectAt(facts, place)),
      isCandidate(place) {
        return isMatched(evaluate(rule.when, facts, projectAt(facts, place), null)) && mayFillSlot(bench, rule, place)
      },
    }
  }
}

function openSlot(reasons: readonly Reason[], needs: readonly Need[]): Slot {
  return { kind: 'unknown', own: true, unit: null, reasons, needs }
}

/** What fills a slot today, because others have not been read, is not let go of for that: its mark stays, and it waits. */
export const OTHERS_NOT_READ: Doubt = {
  ...ACTIVITY_NOT_READ,
  unknown: 'the activity of others that may fill its slot has not been read yet (activity-not-read)',
}

/** Whether something in a condition asks when the project was last worked on. */
export function asksForActivity(condition: Condition): boolean {
  return predicatesOf(condition).some(({ paid }) => paid === 'activity')
}

/** Whether a date is known, or was not worth a call because all fit. One that could not be read is neither. */
export function isReadOrLeft(at: Evidence<number | null>): boolean {
  return !isUnknown(at) || at === NOT_READ
}

/** What would have to be read to tell the date that a project is ranked by. */
export function rankNeed(keep: Keep, facts: Facts, project: Project): readonly Need[] {
  if (keep.by === 'activity') return needsReading(facts, project) ? [{ projectId: project.id, kind: 'activity' }] : []
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

/**
 * The date `keep` ranks a project by. Of activity that has not been read it is the lower bound: what is among the newest by
 * that stays, and what n others outrank by theirs goes once its own has been read.
 */
export function rankDate(keep: Keep, facts: Facts, project: Project): Evidence<number | null> {
  if (keep.by === 'created') return createdOf(facts, project)
  if (keep.by === 'last-backtest') return lastBacktestOf(facts, project)
  const { at, unsure } = activityOf(facts, project)
  return unsure === null || unsure.code === 'activity-not-read' ? at : unsure
}

/** Why a project may be newer than the date it is ranked by; null = it is not. */
export function rankDoubt(keep: Keep, facts: Facts, project: Project): Doubt | null {
  return keep.by === 'activity' ? activityOf(facts, project).unsure : null
}
