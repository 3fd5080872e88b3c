/** Finds the project that a rebuild made, where the answer that would have told its id was lost. */

import { isUnknown, type Project } from '../../core/evidence/project.ts'
import type { ItemRow } from './items.ts'

/** The project that a call whose answer was lost may have made: of that name, or with a number, and not older than the call. */
export function madeBy({ rebuilt, sentAt }: ItemRow, projects: readonly Project[]): Project | null {
  if (rebuilt === null || sentAt === null) return null
  const from = Math.floor(sentAt / 1_000) * 1_000
  const isNamed = ({ name }: Project) =>
    name === rebuilt.name || (name.startsWith(`${rebuilt.name} `) && /^\d+$/.test(name.slice(rebuilt.name.length + 1)))
  const made = projects.filter(
    (project) => isNamed(project) && project.owned === true && !isUnknown(project.created) && project.created >= from,
  )
  return made[0] ?? null
}
