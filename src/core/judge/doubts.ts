/** What of a directory rule is unknown for one project itself: then no other rule may take the project for settled. */

import type { Directory } from '../evidence/directory.ts'
import { projectAt } from '../evidence/facts.ts'
import { isUnknown } from '../evidence/project.ts'
import { darkParts, evaluate, nextToRead, unknownsIn } from '../policy/condition.ts'
import type { Reason } from '../policy/reason.ts'
import type { Rule } from '../policy/rule.ts'
import { type Bench, blindSpots, type Finding, unread } from './finding.ts'
import type { Selection } from './selection.ts'
import { isReadOrLeft, rankDate } from './slot.ts'

type Stopped = Extract<Finding, { kind: 'saved' | 'unknown' }>

const NOTHING_TO_READ = { unit: null, needs: [] } as const

/** Turns what a directory gets into what one of its projects gets. `home`: the directory it stands in. */
export function openDoubts(
  rule: Rule,
  bench: Bench,
  { whole, viewOfEach }: Selection,
): (place: number, home: Directory, finding: Stopped) => Finding {
  const { facts } = bench

  return (place, home, finding) => {
    const isUnread = finding.kind === 'unknown'
    const blind = isUnread ? blindSpots(bench, rule, place) : []
    const reasons = [...blind, ...ownDoubts(place, home, isUnread)]
    if (reasons.length === 0) return finding
    if (!isUnread) return { kind: 'unknown', own: true, reasons, ...NOTHING_TO_READ }
    // That nobody has read its activity yet says little where something in its directory keeps it from being read.
    const inTheWay = reasons.every(isWaiting) ? finding.reasons.filter((reason) => !isWaiting(reason)) : []
    return { kind: 'unknown', own: true, unit: finding.unit, reasons: [...inTheWay, ...reasons], needs: finding.needs }
  }

  /** Read of the project alone, so that no neighbour changes it. `unreadToo`: also what was merely not read yet. */
  function ownDoubts(place: number, home: Directory, unreadToo: boolean): readonly Reason[] {
    const project = projectAt(facts, place)
    for (let one: Directory | null = home; one !== null; one = one.parent) {
      const seen = viewOfEach(one)
      for (const condition of [rule.when, rule.unless]) {
        if (condition === null || evaluate(condition, facts, project, seen) !== 'unknown') continue
        const isPassedOver = !unreadToo || (condition === rule.when && whole(one) === 'no')
        if (isPassedOver && nextToRead(condition, facts, project, seen) !== null) continue
        return unknownsIn(condition, rule.id, facts, project, seen)
      }
      const [dark] = darkParts(rule.unless, facts, project, seen)
      if (dark !== undefined) return unknownsIn(dark, rule.id, facts, project, seen)
    }
    const at = rule.keep === null ? null : rankDate(rule.keep, facts, project)
    if (rule.keep === null || !isUnknown(at) || isReadOrLeft(at)) return []
    return [unread(rule, rule.keep.by, at)]
  }
}

function isWaiting(reason: Reason): boolean {
  return reason.kind === 'unknown' && reason.code === 'activity-not-read'
}
