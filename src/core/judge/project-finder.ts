/** The finder of a rule whose unit is the project: the order is protection, hold, `unless`, `keep`, `when`. */

import { type Facts, isFresh, projectAt } from '../evidence/facts.ts'
import type { Project } from '../evidence/project.ts'
import { type Condition, darkParts, evaluate, isUnknownForGood, nextToRead, unknownsIn } from '../policy/condition.ts'
import type { Rule } from '../policy/rule.ts'
import { type Bench, blindSpots, type Finding, type Need, NO } from './finding.ts'
import { isSlotUnknownForGood, OUT, projectSlots } from './slot.ts'
import { targeter } from './target.ts'
import { daysNotRead } from './uses-activity.ts'

const MATCH: Finding = { kind: 'match', to: null, units: null }
const NOTHING_DARK: readonly Condition[] = []

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
      return { kind: 'unknown', own: true, unit: null, reasons, needs: blind.length > 0 || isDark ? [] : needsOf() }
    }
    const target = aim(project, null)
    if ('reason' in target) return { kind: 'saved', reason: target.reason }
    const days = daysNotRead(rule, facts, project)
    if (days !== null) return { kind: 'unknown', own: true, unit: null, ...days }
    return target.to === null ? MATCH : { kind: 'match', to: target.to, units: null }

    /** One fact at a time, in the order in which they can settle the matter. */
    function needsOf(): readonly Need[] {
      if (when === 'unknown') return needFrom(rule.when, facts, project)
      if (slot.kind === 'unknown') return slot.needs
      return rule.unless === null ? [] : needFrom(rule.unless, facts, project)
    }
  }
}

function needFrom(condition: Rule['when'], facts: Facts, project: Project): readonly Need[] {
  const kind = nextToRead(condition, facts, project, null)
  return kind === null ? [] : [{ projectId: project.id, kind }]
}
