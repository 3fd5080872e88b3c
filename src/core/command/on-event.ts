/** `[[on]]`: which directories of the workspace an event of GitHub's means. */

import { nameProblem } from '../base/names.ts'
import type { OnEvent } from '../policy/policy.ts'
import { directoryProblem } from './command-delete.ts'

/** A branch was deleted. */
export interface BranchDeleted {
  /** The full name, such as `team/algos`. */
  readonly repository: string
  /** The whole name, such as `feature/x`. */
  readonly branch: string
}

export type EventMeaning =
  /**
   * Each directory once, in the order of the policy; none when no `[[on]]` is for this event. `others`: the repositories that
   * the policy names instead; one of them may be the former name of this one.
   */
  | { readonly ok: true; readonly directories: readonly string[]; readonly others: readonly string[] }
  /** A value cannot be part of a name as it stands, and none is ever rewritten: two branches could become one directory. */
  | { readonly ok: false; readonly why: string }

/** Every `[[on]]` that is for the repository counts; GitHub does not tell the names of two apart by their case alone. */
export function meaningOf(on: readonly OnEvent[], event: BranchDeleted): EventMeaning {
  const wanted = event.repository.toLowerCase()
  const matching = on.filter(({ repository }) => repository === null || repository.toLowerCase() === wanted)
  const directories = new Set<string>()
  for (const { directory: template } of matching) {
    const why = unusable('repository', template, event) ?? unusable('branch', template, event)
    if (why !== null) return { ok: false, why }
    const directory = filled(template, event)
    const problem = directoryProblem(directory)
    if (problem !== null) return { ok: false, why: `"${directory}" is no directory to delete: ${problem}.` }
    directories.add(directory)
  }
  const named = on.flatMap(({ repository }) => (repository === null ? [] : [repository]))
  return { ok: true, directories: [...directories], others: matching.length > 0 ? [] : [...new Set(named)] }
}

function filled(template: string, { repository, branch }: BranchDeleted): string {
  return template.replaceAll(/\{(repository|branch)\}/g, (_, name) => (name === 'branch' ? branch : repository))
}

/** Why a value that the template uses can be no directory. Words that only a project may not be called are fine. */
function unusable(which: keyof BranchDeleted, template: string, event: BranchDeleted): string | null {
  if (!template.includes(`{${which}}`)) return null
  const why = nameProblem(`${event[which]}/x`, false)
  return why === null ? null : `The ${which} "${event[which]}" is no directory as it stands: ${why}.`
}
