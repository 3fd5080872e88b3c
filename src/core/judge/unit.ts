/**
 * Directory rules: a directory is judged whole. It is selected when every project in it satisfies `when`, with `path` and
 * `name` read of the directory, and `idle` of its youngest project; one project that is protected, held, fresh, saved by
 * `unless` or unknown saves all. Directories inside one another are judged each for itself, and a project goes when one
 * of those it is in goes whole: so what happens beside a directory never makes it go.
 */

import { type Directory, directoriesOf, homesOf, MOST_TOGETHER } from '../evidence/directory.ts'
import { projectAt } from '../evidence/facts.ts'
import { evaluate, nextToRead, unknownsIn } from '../policy/condition.ts'
import type { Reason } from '../policy/reason.ts'
import type { Rule } from '../policy/rule.ts'
import { openDoubts } from './doubts.ts'
import { type Bench, blindSpots, type Finding, type Need, NO, unread } from './finding.ts'
import { openSaviours, type Saviour } from './saviour.ts'
import { openSelection, remembered, within } from './selection.ts'
import { type Target, targeter } from './target.ts'
import { unitSlots } from './unit-slot.ts'
import { daysNotRead } from './uses-activity.ts'

/** What a rule says of a directory as a whole. */
type UnitFinding =
  | Extract<Finding, { kind: 'saved' | 'unknown' }>
  | { readonly kind: 'match'; readonly targets: ReadonlyMap<number, Target> }
  /** The rule has nothing to do for any project in it, and leaves it to other rules. */
  | { readonly kind: 'left' }

/** What a rule says of all directories around a project. */
type Merged =
  | Extract<Finding, { kind: 'no' | 'saved' | 'unknown' }>
  | { readonly kind: 'match'; readonly units: readonly Directory[] }
  | { readonly kind: 'left'; readonly directory: Directory }

const NOT_SELECTED = { kind: 'no' } as const
const NO_TARGET: Target = { to: null }
const NO_TARGETS: ReadonlyMap<number, Target> = new Map()

export interface DirectoryFinder {
  /** What the rule says of the project at a place. */
  find(place: number): Finding
  /**
   * Asked of a project that something wants and of which `find` said no: `saved` where the rule would select it, if only
   * the others in its directory were as it is. Such a project is spared, so that a newcomer that keeps a mild rule from a
   * directory never hands its neighbours to a harsher one.
   */
  reach(place: number): Finding
}

/** The finder of a rule whose unit is the directory. */
export function directoryFinder(rule: Rule, bench: Bench): DirectoryFinder {
  const { facts } = bench
  const directories = directoriesOf(facts.inventory)
  const homes = homesOf(facts.inventory)
  const targetFor = targeter(rule, facts, bench.zone)
  const selection = openSelection(rule, facts, directories.size)
  const { view, views, whole } = selection
  const slotOf = rule.keep === null ? null : unitSlots(rule, rule.keep, bench, selection)
  const saviour = openSaviours(rule, bench, selection)
  const withOwnDoubts = openDoubts(rule, bench, selection)
  // By number of the directory.
  const findings = new Array<UnitFinding | undefined>(directories.size)
  const merged = new Array<Merged | undefined>(directories.size)
  const left = new Array<boolean | undefined>(directories.size)

  return { find, reach }

  function find(place: number): Finding {
    const home = homes[place] ?? null
    if (home === null) return NO
    const finding = remembered(merged, home, merge)
    if (finding.kind === 'no') return finding
    if (finding.kind === 'left') return withOwnDoubts(place, home, leftBy(place, finding.directory))
    if (finding.kind !== 'match') return withOwnDoubts(place, home, finding)
    const [first] = finding.units
    const target = (first === undefined ? undefined : targetsOf(first).get(place)) ?? NO_TARGET
    if ('reason' in target) return { kind: 'saved', reason: target.reason }
    return { kind: 'match', to: target.to, units: finding.units }
  }

  function reach(place: number): Finding {
    const home = homes[place] ?? null
    for (let one = home; one !== null; one = one.parent) {
      if (selection.alone(one, place) === 'no' || leaves(one, place)) continue
      const dissenter = selection.dissenter(one)
      if (home === null || dissenter === null) continue
      const { id } = projectAt(facts, dissenter)
      const reason: Reason = { kind: 'not whole', rule: rule.id, directory: one.path, projectId: id }
      return withOwnDoubts(place, home, { kind: 'saved', reason })
    }
    return NO
  }

  /** What all selected directories around a project say together: one that goes whole is enough. */
  function merge(home: Directory): Merged {
    const all = selection.around(home).map((directory) => ({
      directory,
      finding: remembered(findings, directory, judge),
    }))
    const units = all.flatMap(({ directory, finding }) => (finding.kind === 'match' ? [directory] : []))
    if (units.length > 0) return { kind: 'match', units }
    const leaving = all.find(({ finding }) => finding.kind === 'left')
    if (leaving !== undefined) return { kind: 'left', directory: leaving.directory }
    const unknown = all.find(({ finding }) => finding.kind === 'unknown')
    const found = (unknown ?? all[0])?.finding
    return found === undefined || found.kind === 'match' || found.kind === 'left' ? NOT_SELECTED : found
  }

  function targetsOf(directory: Directory): ReadonlyMap<number, Target> {
    const finding = findings[directory.number]
    return finding?.kind === 'match' ? finding.targets : NO_TARGETS
  }

  /** What the rule says of a project in a directory that it leaves to others. */
  function leftBy(place: number, directory: Directory): Extract<Finding, { kind: 'saved' }> {
    const target = targetFor(projectAt(facts, place), view(directory))
    // What has something to do there was not selected, and only a fresh project has no say in what is.
    return { kind: 'saved', reason: 'reason' in target ? target.reason : { kind: 'fresh', rule: rule.id } }
  }

  /** Whether the rule would change nothing there: for `describe` about one project, else for all it would select. */
  function leaves(directory: Directory, place: number): boolean {
    if (rule.to === null) return false
    if (rule.then === 'describe') return hasNothingToDo(targetFor(projectAt(facts, place), view(directory)))
    return leavesAll(directory)
  }

  function leavesAll(directory: Directory): boolean {
    return remembered(left, directory, () => {
      if (rule.to === null || rule.then === 'describe') return false
      return directory.members.every((member) => {
        if (selection.alone(directory, member) === 'no') return true
        return hasNothingToDo(targetFor(projectAt(facts, member), view(directory)))
      })
    })
  }

  function judge(directory: Directory): UnitFinding {
    if (leavesAll(directory)) return { kind: 'left' }
    const saver = saviour(directory)
    if (saver !== null) return savedBy(directory, saver)
    const { path, members } = directory
    if (goesTogether(rule) && members.length > MOST_TOGETHER) {
      const reason = { kind: 'too many', directory: path, members: members.length, most: MOST_TOGETHER } as const
      return { kind: 'saved', reason: { ...reason, rule: rule.id } }
    }
    const selected = whole(directory)
    const { namesUnread } = facts
    const blind = [
      ...directory.members.flatMap((member) => blindSpots(bench, rule, member)),
      ...(namesUnread === null ? [] : [unread(rule, 'the names of all projects', namesUnread)]),
    ]
    const slot = slotOf === null || selected === 'unknown' || blind.length > 0 ? null : slotOf(directory)
    if (slot?.kind === 'saved') return slot

    const doubts = [
      ...doubtsAbout(directory, 'when'),
      ...within(directory).flatMap((one) => doubtsAbout(one, 'unless')),
    ]
    if (blind.length > 0 || selected === 'unknown' || doubts.length > 0 || slot !== null) {
      const open = doubts.filter(({ part }) => part === 'when').length > 0 ? 'when' : 'unless'
      const needs = slot?.needs ?? doubts.filter(({ part }) => part === open).flatMap((doubt) => doubt.needs)
      const reasons = [...blind, ...doubts.flatMap((doubt) => doubt.reasons), ...(slot?.reasons ?? [])]
      return undecided(directory, reasons, blind.length > 0 ? [] : needs)
    }
    const aimed = aim(directory)
    if (aimed.kind !== 'match') return aimed
    const days = directory.members.flatMap((member) => daysNotRead(rule, facts, projectAt(facts, member)) ?? [])
    if (days.length === 0) return aimed
    return undecided(
      directory,
      days.flatMap(({ reasons }) => reasons),
      days.flatMap(({ needs }) => needs),
    )
  }

  /** The same is said of a directory only once, however many projects in it give rise to it. */
  function undecided({ path }: Directory, all: readonly Reason[], needs: readonly Need[]): UnitFinding {
    const reasons = [...new Map(all.map((reason) => [JSON.stringify(reason), reason])).values()]
    return { kind: 'unknown', own: false, unit: path, reasons, needs }
  }

  function savedBy(directory: Directory, { project, reason }: Saviour): UnitFinding {
    const { path } = directory
    return {
      kind: 'saved',
      reason: { kind: 'directory', rule: rule.id, directory: path, projectId: project.id, of: reason },
    }
  }

  interface Doubt {
    readonly part: 'when' | 'unless'
    readonly reasons: readonly Reason[]
    readonly needs: readonly Need[]
  }

  /** Where a part of the rule is unknown for the projects of a directory. */
  function doubtsAbout(directory: Directory, part: Doubt['part']): readonly Doubt[] {
    const condition = rule[part]
    if (condition === null) return []
    return directory.members.flatMap((place): readonly Doubt[] => {
      const member = projectAt(facts, place)
      const seen = views(directory).find((one) => evaluate(condition, facts, member, one) === 'unknown')
      if (seen === undefined) return []
      const kind = nextToRead(condition, facts, member, seen)
      const needs = kind === null ? [] : [{ projectId: member.id, kind }]
      return [{ part, reasons: unknownsIn(condition, rule.id, facts, member, seen), needs }]
    })
  }

  /** Where everything would go. A project that cannot go saves the directory; descriptions are each project's own. */
  function aim(directory: Directory): UnitFinding {
    const targets = new Map<number, Target>()
    for (const member of directory.members) {
      targets.set(member, targetFor(projectAt(facts, member), view(directory)))
    }
    const stopped = [...targets].find(([, target]) => 'reason' in target)
    if (stopped === undefined || rule.then === 'describe') return { kind: 'match', targets }
    const [member, target] = stopped
    return 'reason' in target
      ? savedBy(directory, { project: projectAt(facts, member), reason: target.reason })
      : { kind: 'match', targets }
  }
}

/** A description is each project's own, and a report writes nothing. */
function goesTogether({ then }: Rule): boolean {
  return then !== 'describe' && then !== 'report'
}

function hasNothingToDo(target: Target): boolean {
  return 'reason' in target && (target.reason.kind === 'under root' || target.reason.kind === 'nothing to do')
}
