/** What inside a directory saves all of it: one project that is protected, held, fresh, or that `unless` saves. */

import type { Directory } from '../evidence/directory.ts'
import { isFresh, projectAt } from '../evidence/facts.ts'
import type { Project } from '../evidence/project.ts'
import { evaluate } from '../policy/condition.ts'
import type { Reason } from '../policy/reason.ts'
import type { Rule } from '../policy/rule.ts'
import type { Bench } from './finding.ts'
import { type Selection, within } from './selection.ts'

/** A project with the reason why it saves its whole directory. */
export interface Saviour {
  readonly project: Project
  readonly reason: Reason
}

/** Finds it; null when nothing does, for all that is known. */
export function openSaviours(rule: Rule, bench: Bench, { views }: Selection): (directory: Directory) => Saviour | null {
  const { facts } = bench
  return saviour

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
      const place = one.members.find((member) => {
        const inside = projectAt(facts, member)
        return views(one).some((seen) => evaluate(unless, facts, inside, seen) === 'yes')
      })
      if (place !== undefined) return { project: projectAt(facts, place), reason: { kind: 'unless', rule: rule.id } }
    }
    return null
  }
}
