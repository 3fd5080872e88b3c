/**
 * Directory rules: a directory is judged whole. It is selected when every project in it satisfies `when`, with `path` and
 * `name` read of the directory, and `idle` of its youngest project; one project that is protected, held, fresh, saved by
 * `unless` or unknown saves all. Directories inside one another are judged each for itself, and a project goes when one
 * of those it is in goes whole: so what happens beside a directory never makes it go.
 */

import { evaluate, nextToRead, unknownsIn } from './condition.ts'
import { type Directory, directoriesOf, homesOf } from './directory.ts'
import { viewOf } from './directory-view.ts'
import { isFresh, parentOf, projectAt } from './facts.ts'
import {
  type Bench,
  blindSpots,
  darkParts,
  type Finding,
  isReadOrLeft,
  mayFillSlot,
  type Need,
  NO,
  rankDate,
  rankNeed,
  unread,
} from './finding.ts'
import { type Candidate, slots } from './keep.ts'
import type { DirectoryView } from './predicate.ts'
import { type Evidence, isUnknown, type Project } from './project.ts'
import type { Reading, Reason } from './reason.ts'
import type { Keep, Rule } from './rule.ts'
import { type Target, targeter } from './target.ts'

/** What a rule says of a directory as a whole. */
type UnitFinding =
  | Extract<Finding, { kind: 'saved' | 'unknown' }>
  | { readonly kind: 'match'; readonly targets: ReadonlyMap<number, Target> }

/** What a rule says of all directories around a project. */
type Merged =
  | Extract<Finding, { kind: 'no' | 'saved' | 'unknown' }>
  | { readonly kind: 'match'; readonly units: readonly Directory[] }

const NOT_SELECTED = { kind: 'no' } as const
const NO_TARGET: Target = { to: null }
const NO_TARGETS: ReadonlyMap<number, Target> = new Map()

/** A project with the reason why it saves its whole directory. */
interface Saviour {
  readonly project: Project
  readonly reason: Reason
}

/** The finder of a rule whose unit is the directory. */
export function directoryFinder(rule: Rule, bench: Bench): (place: number) => Finding {
  const { facts } = bench
  const directories = directoriesOf(facts.inventory)
  const homes = homesOf(facts.inventory)
  const targetFor = targeter(rule, facts, bench.zone)
  // By number of the directory.
  const views = new Array<DirectoryView | undefined>(directories.size)
  const selections = new Array<Reading | undefined>(directories.size)
  const chains = new Array<readonly Directory[] | undefined>(directories.size)
  const findings = new Array<UnitFinding | undefined>(directories.size)
  const merged = new Array<Merged | undefined>(directories.size)
  const slotsOf = new Map<string, ReadonlySet<number | string>>()

  return (place) => {
    const home = homes[place] ?? null
    if (home === null) return NO
    const finding = remembered(merged, home, merge)
    if (finding.kind === 'no') return finding
    if (finding.kind !== 'match') return withOwnDoubts(place, home, finding)
    const [first] = finding.units
    const target = (first === undefined ? undefined : targetsOf(first).get(place)) ?? NO_TARGET
    if ('reason' in target) return { kind: 'saved', reason: target.reason }
    return { kind: 'match', to: target.to, units: finding.units }
  }

  /** What all selected directories around a project say together: one that goes whole is enough. */
  function merge(home: Directory): Merged {
    const all = chain(home).map((directory) => ({ directory, finding: remembered(findings, directory, judge) }))
    const units = all.flatMap(({ directory, finding }) => (finding.kind === 'match' ? [directory] : []))
    if (units.length > 0) return { kind: 'match', units }
    const unknown = all.find(({ finding }) => finding.kind === 'unknown')
    const found = (unknown ?? all[0])?.finding
    return found === undefined || found.kind === 'match' ? NOT_SELECTED : found
  }

  /** What a directory gets, unless the project's own facts are unknown: then no other rule may take it for settled. */
  function withOwnDoubts(
    place: number,
    home: Directory,
    finding: Extract<Finding, { kind: 'saved' | 'unknown' }>,
  ): Finding {
    const blind = finding.kind === 'unknown' ? blindSpots(bench, rule, place) : []
    const reasons = [...blind, ...ownDoubts(place, home, finding.kind === 'unknown')]
    if (reasons.length === 0) return finding
    return { kind: 'unknown', own: true, reasons, needs: finding.kind === 'unknown' ? finding.needs : [] }
  }

  /** What of the rule is unknown for one project; `unreadToo`: also what was merely not read yet. */
  function ownDoubts(place: number, home: Directory, unreadToo: boolean): readonly Reason[] {
    const project = projectAt(facts, place)
    for (let one: Directory | null = home; one !== null; one = one.parent) {
      const seen = view(one)
      for (const condition of [selection(one) === 'no' ? null : rule.when, rule.unless]) {
        if (condition === null || evaluate(condition, facts, project, seen) !== 'unknown') continue
        if (!unreadToo && nextToRead(condition, facts, project, seen) !== null) continue
        return unknownsIn(condition, rule.id, facts, project, seen)
      }
      const [dark] = darkParts(rule.unless, facts, project, seen)
      if (dark !== undefined) return unknownsIn(dark, rule.id, facts, project, seen)
    }
    const at = rule.keep === null ? null : rankDate(rule.keep, facts, project)
    if (rule.keep === null || !isUnknown(at) || isReadOrLeft(at)) return []
    return [unread(rule, rule.keep.by, at.unknown)]
  }

  /** The directory and those around it that the rule selects, the outermost first. */
  function chain(directory: Directory): readonly Directory[] {
    return remembered(chains, directory, () => {
      const above = directory.parent === null ? [] : chain(directory.parent)
      return selection(directory) === 'no' ? above : [...above, directory]
    })
  }

  function targetsOf(directory: Directory): ReadonlyMap<number, Target> {
    const finding = findings[directory.number]
    return finding?.kind === 'match' ? finding.targets : NO_TARGETS
  }

  /**
   * Three-valued AND over all projects inside. A project's own `idle` must satisfy `when` as well: that only matters for
   * rules about what is *not* idle, where a young newcomer must not make its neighbours go. A project younger than 48
   * hours has no say in what is selected: it saves the directory, but does not hide it from this rule, so that nothing
   * else takes its neighbours on the day it appears.
   */
  function selection(directory: Directory): Reading {
    return remembered(selections, directory, () => {
      const seen = view(directory)
      const each = { ...seen, youngest: null }
      let reading: Reading | null = null
      for (const member of directory.members) {
        if (isFresh(facts, projectAt(facts, member)) === true) continue
        const said = both(member, seen, each)
        if (said === 'no') return 'no'
        reading = said === 'unknown' ? said : (reading ?? said)
      }
      const [first] = directory.members
      return reading ?? (first === undefined ? 'no' : both(first, seen, each))
    })
  }

  function both(member: number, seen: DirectoryView, each: DirectoryView): Reading {
    const said = evaluate(rule.when, facts, projectAt(facts, member), seen)
    if (said === 'no') return 'no'
    const own = evaluate(rule.when, facts, projectAt(facts, member), each)
    return own === 'no' || said === 'yes' ? own : said
  }

  function judge(directory: Directory): UnitFinding {
    const saver = saviour(directory)
    if (saver !== null) return savedBy(directory, saver)
    const selected = selection(directory)
    const blind = directory.members.flatMap((member) => blindSpots(bench, rule, member))
    const slot = rule.keep === null || selected === 'unknown' || blind.length > 0 ? null : slotOf(rule.keep, directory)
    if (slot?.kind === 'saved') return slot

    const doubts = [
      ...doubtsAbout(directory, 'when'),
      ...within(directory).flatMap((one) => doubtsAbout(one, 'unless')),
    ]
    if (blind.length > 0 || selected === 'unknown' || doubts.length > 0 || slot !== null) {
      const open = doubts.filter(({ part }) => part === 'when').length > 0 ? 'when' : 'unless'
      const needs = slot?.needs ?? doubts.filter(({ part }) => part === open).flatMap((doubt) => doubt.needs)
      const reasons = [...blind, ...doubts.flatMap((doubt) => doubt.reasons), ...(slot?.reasons ?? [])]
      return { kind: 'unknown', own: false, reasons, needs: blind.length > 0 ? [] : needs }
    }
    return aim(directory)
  }

  /** A project inside, with the reason why it saves all. What `unless` says of a directory inside counts as well. */
  function saviour(directory: Directory): Saviour | null {
    for (const place of directory.members) {
      const project = projectAt(facts, place)
      const { protectedBy, heldBy } = bench.protection(place)
      const reason = protectedBy[0] ?? heldBy[0]
      if (reason !== undefined) return { project, reason }
      if (isFresh(facts, project) === true) return { project, reason: { kind: 'fresh', rule: rule.id } }
    }
    const { unless } = rule
    if (unless === null) return null
    for (const one of within(directory)) {
      const seen = view(one)
      const place = one.members.find((member) => evaluate(unless, facts, projectAt(facts, member), seen) === 'yes')
      if (place !== undefined) return { project: projectAt(facts, place), reason: { kind: 'unless', rule: rule.id } }
    }
    return null
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
    const seen = view(directory)
    return directory.members.flatMap((place): readonly Doubt[] => {
      const member = projectAt(facts, place)
      if (evaluate(condition, facts, member, seen) !== 'unknown') return []
      const kind = nextToRead(condition, facts, member, seen)
      const needs = kind === null ? [] : [{ projectId: member.id, kind }]
      return [{ part, reasons: unknownsIn(condition, rule.id, facts, member, seen), needs }]
    })
  }

  /** Among directories of the same parent, or all of them, the newest stay, with what they are in; null = not one of those. */
  function slotOf(keep: Keep, directory: Directory): Extract<Finding, { kind: 'saved' | 'unknown' }> | null {
    const group = keep.per === 'directory' ? parentOf(directory.path) : ''
    const known = slotsOf.get(group)
    const ids = known ?? openSlots(keep, group)
    if (known === undefined) slotsOf.set(group, ids)
    if (within(directory).some((one) => ids.has(one.path)))
      return { kind: 'saved', reason: { kind: 'slot', rule: rule.id, newest: keep.newest } }
    const at = newestOf(keep, directory)
    if (!isUnknown(at)) return null
    const needs = directory.members.flatMap((member) => rankNeed(keep, facts, projectAt(facts, member)))
    return { kind: 'unknown', own: false, reasons: [unread(rule, keep.by, at.unknown)], needs }
  }

  function openSlots(keep: Keep, group: string): ReadonlySet<number | string> {
    const items = [...directories.values()].filter((one) => {
      return (keep.per !== 'directory' || parentOf(one.path) === group) && fillsSlot(one)
    })
    return slots(
      keep,
      items.map((one): Candidate => ({ id: one.path, at: newestOf(keep, one) })),
    )
  }

  function fillsSlot(directory: Directory): boolean {
    return selection(directory) === 'yes' && directory.members.every((member) => mayFillSlot(bench, rule, member))
  }

  /** The date of a directory's youngest project. */
  function newestOf(keep: Keep, directory: Directory): Evidence<number | null> {
    let newest: number | null = null
    for (const member of directory.members) {
      const at = rankDate(keep, facts, projectAt(facts, member))
      if (isUnknown(at)) return at
      if (at !== null && (newest === null || at > newest)) newest = at
    }
    return newest
  }

  /**
   * Where everything would go. A project that cannot go saves the directory; but where the rule has nothing to do for any
   * project, it leaves the directory to other rules.
   */
  function aim(directory: Directory): UnitFinding {
    const targets = new Map<number, Target>()
    for (const member of directory.members) {
      targets.set(member, targetFor(projectAt(facts, member), view(directory)))
    }
    const stopped = [...targets].find(([, target]) => 'reason' in target)
    if (stopped === undefined || rule.then === 'describe') return { kind: 'match', targets }
    if ([...targets.values()].every(hasNothingToDo)) return { kind: 'match', targets }
    const [member, target] = stopped
    return 'reason' in target
      ? savedBy(directory, { project: projectAt(facts, member), reason: target.reason })
      : { kind: 'match', targets }
  }

  function view(directory: Directory): DirectoryView {
    return remembered(views, directory, () => viewOf(facts, directory))
  }
}

function hasNothingToDo(target: Target): boolean {
  return 'reason' in target && (target.reason.kind === 'under root' || target.reason.kind === 'nothing to do')
}

/** A directory and all directories inside it. */
function within(directory: Directory): readonly Directory[] {
  return [directory, ...directory.children.flatMap(within)]
}

function remembered<Value>(
  known: (Value | undefined)[],
  directory: Directory,
  make: (directory: Directory) => Value,
): Value {
  const found = known[directory.number]
  if (found !== undefined) return found
  const made = make(directory)
  known[directory.number] = made
  return made
}
