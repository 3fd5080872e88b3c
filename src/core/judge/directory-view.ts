/** A directory as the predicates of a rule see it. */

import { type Activity, activityOf } from '../evidence/activity.ts'
import type { Directory } from '../evidence/directory.ts'
import { type Facts, isFresh, projectAt } from '../evidence/facts.ts'
import type { Doubt, Project } from '../evidence/project.ts'
import type { DirectoryView } from '../policy/measured.ts'

/** How young it is takes a look at every project, so only who asks pays for it. */
export function viewOf(facts: Facts, directory: Directory): DirectoryView {
  let known: Activity | null = null
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
      const { at, unsure } = activityOf(facts, project)
      return { at, unsure: unsure && unsureOf(project, unsure) }
    },
  }
}

function youngestOf(facts: Facts, directory: Directory): Activity {
  let at = Number.NEGATIVE_INFINITY
  let unsure: Doubt | null = null
  const old = directory.members.filter((member) => isFresh(facts, projectAt(facts, member)) !== true)
  for (const member of old.length === 0 ? directory.members : old) {
    const project = projectAt(facts, member)
    const activity = activityOf(facts, project)
    at = Math.max(at, activity.at)
    if (activity.unsure !== null) unsure ??= unsureOf(project, activity.unsure)
  }
  return { at, unsure }
}

function unsureOf({ id }: Project, { unknown, ...code }: Doubt): Doubt {
  return { unknown: `project ${id} in it: ${unknown}`, ...code }
}
