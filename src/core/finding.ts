/** What one rule says of one project: the order is protection, hold, `unless`, `keep`, `when`. */

import { type Condition, evaluate, nextToRead, unknownsIn } from './condition.ts'
import type { Directory } from './directory.ts'
import { createdOf, type Facts, isFresh, modifiedOf, NOT_READ, projectAt } from './facts.ts'
import { type Contest, type Group, groupOf, membersOf, slots } from './keep.ts'
import { type DirectoryView, lastBacktestOf } from './predicate.ts'
import { type Evidence, isUnknown, type PaidKind, type Project } from './project.ts'
import type { ProtectionReading } from './protect.ts'
import type { Reading, Reason } from './reason.ts'
import type { Keep, Rule } from './rule.ts'
import { targeter } from './target.ts'

export interface Need {
  readonly projectId: number
  readonly kind: PaidKind
}

export type Finding =
  | { readonly kind: 'no' }
  /** Selected, but something saves it. */
  | { readonly kind: 'saved'; readonly reason: Reason }
  /**
   * Something that decides could not be read. `own`: of this very project, so that no rule may touch it; otherwise of
   * another project in its directory, which only keeps this rule and harsher ones away. `needs` = paid facts that would
   * settle it.
   */
  | {
      readonly kind: 'unknown'
      readonly own: boolean
      readonly reasons: readonly Reason[]
      readonly needs: readonly Need[]
    }
  /** Selected. `to` is what would be written; `units` the directories that would go with it, null when it goes alone. */
  | { readonly kind: 'match'; readonly to: string | null; readonly units: readonly Directory[] | null }

/** What a rule is judged with. */
export interface Bench {
  readonly facts: Facts
  readonly zone: string
  /** Protections of the project at a place, remembered. */
  protection(place: number): ProtectionReading
}

/**
 * Whether a rule that saves an item keeps more destructive rules from it as well: an exception somebody adds to a mild
 * rule must never make a harsher one take the item. Where the rule has nothing to do there, it leaves it to the others.
 */
export function spares(finding: Finding): boolean {
  if (finding.kind === 'unknown') return !finding.own
  return finding.kind === 'saved' && finding.reason.kind !== 'nothing to do' && finding.reason.kind !== 'under root'
}

export const NO: Finding = { kind: 'no' }
const MATCH: Finding = { kind: 'match', to: null, units: null }

/** The finder of a rule whose unit is the project. */
export function projectFinder(rule: Rule, bench: Bench): (place: number) => Finding {
  const { facts } = bench
  const fresh: Finding = { kind: 'saved', reason: { kind: 'fresh', rule: rule.id } }
  const excluded: Finding = { kind: 'saved', reason: { kind: 'unless', rule: rule.id } }
  const aim = targeter(rule, facts, bench.zone)
  const inSlot = rule.keep === null ? null : projectSlots(rule, rule.keep, bench)

  return (place) => {
    const project = projectAt(facts, place)
    const when = evaluate(rule.when, facts, project, null)
    if (when === 'no') return NO
    if (isFresh(facts, project) === true) return fresh
    const unless = rule.unless === null ? 'no' : evaluate(rule.unless, facts, project, null)
    // What is unknown for good stays so, whatever saves the project: other rules are not to take for settled what is not.
    const dark = unless === 'no' ? NOTHING_DARK : darkParts(rule.unless, facts, project, null)
    const isDark =
      dark.length > 0 ||
      isUnknownForGood(rule.when, when, facts, project, null) ||
      (rule.keep !== null && isSlotUnknownForGood(rule.keep, facts, place))
    if (unless === 'yes' && !isDark) return excluded

    const blind = blindSpots(bench, rule, place)
    const slot = inSlot === null || when === 'unknown' || blind.length > 0 ? OUT : inSlot(place)
    if (slot.kind === 'saved' && !isDark) return slot
    if (blind.length > 0 || isDark || when === 'unknown' || unless === 'unknown' || slot.kind === 'unknown') {
      const doubtful = unless === 'unknown' && rule.unless !== null ? [rule.unless] : dark
      const reasons = [
        ...blind,
        ...(when === 'unknown' ? unknownsIn(rule.when, rule.id, facts, project, null) : []),
        ...doubtful.flatMap((part) => unknownsIn(part, rule.id, facts, project, null)),
        ...(slot.kind === 'unknown' ? slot.reasons : []),
      ]
      return { kind: 'unknown', own: true, reasons, needs: blind.length > 0 || isDark ? [] : needsOf() }
    }
    const target = aim(project, null)
    if ('reason' in target) return { kind: 'saved', reason: target.reason }
    return target.to === null ? MATCH : { kind: 'match', to: target.to, units: null }

    /** One fact at a time, in the order in which they can settle the matter. */
    function needsOf(): readonly Need[] {
      if (when === 'unknown') return needFrom(rule.when, facts, project)
      if (slot.kind === 'unknown') return slot.needs
      return rule.unless === null ? [] : needFrom(rule.unless, facts, project)
    }
  }
}

/** Whether nothing that may still be read tells which slot of `keep` a project could fill. */
function isSlotUnknownForGood(keep: Keep, facts: Facts, place: number): boolean {
  return (
    isUnknown(groupOf(keep, facts.inventory, place)) || !isReadOrLeft(rankDate(keep, facts, projectAt(facts, place)))
  )
}

/** Whether a part of a rule is unknown, and nothing that may still be read could change that. */
function isUnknownForGood(
  condition: Condition,
  reading: Reading,
  facts: Facts,
  project: Project,
  view: DirectoryView | null,
): boolean {
  return reading === 'unknown' && nextToRead(condition, facts, project, view) === null
}

const NOTHING_DARK: readonly Condition[] = []

/** The alternatives of `unless` that are unknown for good, also where another one is yes. */
export function darkParts(
  unless: Condition | null,
  facts: Facts,
  project: Project,
  view: DirectoryView | null,
): readonly Condition[] {
  if (unless === null) return NOTHING_DARK
  if (unless.kind === 'any') {
    return unless.parts.flatMap((part) => darkParts(part, facts, project, view))
  }
  const reading = evaluate(unless, facts, project, view)
  return isUnknownForGood(unless, reading, facts, project, view) ? [unless] : NOTHING_DARK
}

/** What must be known of a project before any rule may want it, and could not be read. */
export function blindSpots(bench: Bench, rule: Rule, place: number): readonly Reason[] {
  const { unknown } = bench.protection(place)
  const project = projectAt(bench.facts, place)
  const created = createdOf(bench.facts, project)
  const modified = modifiedOf(bench.facts, project)
  if (!isUnknown(created) && !isUnknown(modified)) return unknown
  const dates = [
    ...(isUnknown(created) ? [unread(rule, 'created', created.unknown)] : []),
    ...(isUnknown(modified) ? [unread(rule, 'modified', modified.unknown)] : []),
  ]
  return [...unknown, ...dates]
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

export function unread(rule: Rule, what: string, why: string): Reason {
  return { kind: 'unknown', rule: rule.id, what, why }
}

type Slot = Extract<Finding, { kind: 'saved' | 'unknown' }> | { readonly kind: 'out' }

const OUT: Slot = { kind: 'out' }

function projectSlots(rule: Rule, keep: Keep, bench: Bench): (place: number) => Slot {
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

function needFrom(condition: Rule['when'], facts: Facts, project: Project): readonly Need[] {
  const kind = nextToRead(condition, facts, project, null)
  return kind === null ? [] : [{ projectId: project.id, kind }]
}
