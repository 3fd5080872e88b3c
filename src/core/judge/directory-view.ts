/** A directory as the predicates of a rule see it. */

import type { Directory } from '../evidence/directory.ts'
import { type Facts, isFresh, modifiedOf, projectAt } from '../evidence/facts.ts'
import { isUnknown, type Project, type Unknown } from '../evidence/project.ts'
import type { DirectoryView, Youngest } from '../policy/measured.ts'

/** How young it is takes a look at every project, so only who asks pays for it. */
export function viewOf(facts: Facts, directory: Directory): DirectoryView {
  let known: Youngest | null = null
  return {
    path: directory.path,
    name: directory.name,
    youngest() {
      known ??= youngestOf(facts, directory)
      return known
    },
  }
}

/** The same directory, as idle as one of its projects. */
export function seenAs(facts: Facts, { path, name }: Directory, project: Project): DirectoryView {
  return {
    path,
    name,
    youngest() {
      const modified = modifiedOf(facts, project)
      if (!isUnknown(modified)) return { at: modified, unsure: null }
      return { at: Number.NEGATIVE_INFINITY, unsure: unsureOf(project, modified) }
    },
  }
}

function youngestOf(facts: Facts, directory: Directory): Youngest {
  let at = Number.NEGATIVE_INFINITY
  let unsure: Unknown | null = null
  const old = directory.members.filter((member) => isFresh(facts, projectAt(facts, member)) !== true)
  for (const member of old.length === 0 ? directory.members : old) {
    const project = projectAt(facts, member)
    const modified = modifiedOf(facts, project)
    if (!isUnknown(modified)) at = Math.max(at, modified)
    else unsure ??= unsureOf(project, modified)
  }
  return { at, unsure }
}

function unsureOf({ id }: Project, { unknown }: Unknown): Unknown {
  return { unknown: `modified of project ${id}: ${unknown}` }
}
