/** Which directories a rule selects: three-valued, as a whole, and what each project in it says by itself. */

import type { Directory } from '../evidence/directory.ts'
import { type Facts, isFresh, projectAt } from '../evidence/facts.ts'
import type { Project } from '../evidence/project.ts'
import { evaluate, predicatesOf } from '../policy/condition.ts'
import type { DirectoryView } from '../policy/measured.ts'
import type { Reading } from '../policy/reason.ts'
import type { Rule } from '../policy/rule.ts'
import { seenAs, viewOf } from './directory-view.ts'

export interface Selection {
  /** The directory as the rule's predicates see it. */
  view(directory: Directory): DirectoryView
  /** The same, but for `idle`, which is read of each project instead. */
  viewOfEach(directory: Directory): DirectoryView
  /**
   * The directory as idle as its youngest project, and then as idle as the others in it, as far as that makes a difference
   * to the rule. It is selected when all of these say so, and saved by `unless` when one does: a condition may ask for what
   * is *not* idle, and a newcomer that makes the directory younger must not make its neighbours go by that.
   */
  views(directory: Directory): readonly DirectoryView[]
  /**
   * Three-valued AND over all projects inside. A project younger than 48 hours has no say in what is selected: it saves
   * the directory, but does not hide it from this rule, so that nothing else takes its neighbours on the day it appears.
   */
  whole(directory: Directory): Reading
  /** The directory and those around it that the rule selects, or may select, the outermost first. */
  around(directory: Directory): readonly Directory[]
  /** A project that is not selected, so that the directory is not; null when there is none old enough to have a say. */
  dissenter(directory: Directory): number | null
  /** Whether a project would be selected with that directory, if the others in it were as it is. */
  alone(directory: Directory, member: number): Reading
}

/** `directories`: how many there are. */
export function openSelection(rule: Rule, facts: Facts, directories: number): Selection {
  // By number of the directory.
  const youngest = new Array<DirectoryView | undefined>(directories)
  const ofEach = new Array<DirectoryView | undefined>(directories)
  const ofAll = new Array<readonly DirectoryView[] | undefined>(directories)
  const readings = new Array<Reading | undefined>(directories)
  const chains = new Array<readonly Directory[] | undefined>(directories)

  const conditions = rule.unless === null ? [rule.when] : [rule.when, rule.unless]
  const idles = conditions.flatMap(predicatesOf).filter(({ name }) => name === 'idle')

  return { view, viewOfEach, views, whole, around, dissenter, alone }

  function view(directory: Directory): DirectoryView {
    return remembered(youngest, directory, () => viewOf(facts, directory))
  }

  function viewOfEach(directory: Directory): DirectoryView {
    return remembered(ofEach, directory, () => ({ path: directory.path, name: directory.name, youngest: null }))
  }

  function views(directory: Directory): readonly DirectoryView[] {
    return remembered(ofAll, directory, () => {
      const seen = new Map<string, DirectoryView>()
      const add = (project: Project, one: DirectoryView) => {
        const said = idles.map(({ test }) => test(facts, project, one)).join()
        if (!seen.has(said)) seen.set(said, one)
      }
      for (const member of directory.members) {
        const project = projectAt(facts, member)
        if (seen.size === 0) add(project, view(directory))
        if (idles.length === 0) break
        if (isFresh(facts, project) !== true) add(project, seenAs(facts, directory, project))
      }
      return [...seen.values()]
    })
  }

  function whole(directory: Directory): Reading {
    return remembered(readings, directory, () => {
      let reading: Reading | null = null
      for (const member of directory.members) {
        if (isFresh(facts, projectAt(facts, member)) === true) continue
        const said = saysOf(directory, member)
        if (said === 'no') return 'no'
        reading = said === 'unknown' ? said : (reading ?? said)
      }
      const [first] = directory.members
      return reading ?? (first === undefined ? 'no' : saysOf(directory, first))
    })
  }

  function saysOf(directory: Directory, member: number): Reading {
    const project = projectAt(facts, member)
    let reading = evaluate(rule.when, facts, project, view(directory))
    if (reading === 'no') return 'no'
    for (const seen of views(directory)) {
      const said = evaluate(rule.when, facts, project, seen)
      if (said === 'no') return 'no'
      if (said === 'unknown') reading = said
    }
    return reading
  }

  function alone(directory: Directory, member: number): Reading {
    return evaluate(rule.when, facts, projectAt(facts, member), viewOfEach(directory))
  }

  function around(directory: Directory): readonly Directory[] {
    return remembered(chains, directory, () => {
      const above = directory.parent === null ? [] : around(directory.parent)
      return whole(directory) === 'no' ? above : [...above, directory]
    })
  }

  function dissenter(directory: Directory): number | null {
    const old = directory.members.filter((member) => isFresh(facts, projectAt(facts, member)) !== true)
    const byItself = old.find((member) => alone(directory, member) === 'no')
    return byItself ?? old.find((member) => saysOf(directory, member) === 'no') ?? null
  }
}

/** A value made once for a directory; `known` is by its number. */
export function remembered<Value>(
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

/** A directory and all directories inside it. */
export function within(directory: Directory): readonly Directory[] {
  return [directory, ...directory.children.flatMap(within)]
}
