/**
 * What a command may concern (G25): what existed when it was first received, under the name that it had then. QuantConnect's
 * dates have whole seconds, so what was created or modified in the very second of the receipt counts as existing before it.
 */

import { type Evidence, isUnknown, type Project } from '../evidence/project.ts'

/** The first receipt of a command. */
export interface Received {
  /** In the clock of QuantConnect, milliseconds: what `created` and `modified` are compared with. */
  readonly at: number
  /** In our own clock, milliseconds: what rows of the ledger are compared with. */
  readonly ours: number
  /**
   * Path of a project in the last scan before the receipt, what leansweep renamed between the two included. Null when it
   * was not in that scan, or when there was none.
   */
  pathBefore(projectId: number): Evidence<string | null>
}

/** Why a project is not what a command means by its name or by a directory that holds it; null when it is. */
export function whyNotMeant(project: Project, received: Received | undefined): string | null {
  if (received === undefined) return null
  const { created, id } = project
  if (!isUnknown(created) && created > received.at) return 'it was created after this was asked for'
  const before = received.pathBefore(id)
  if (isUnknown(before)) return `what it was called when this was asked for is not known: ${before.unknown}`
  if (before === null || before === project.path) return null
  return `it was called "${before}" in the last scan before this was asked for`
}

/** Why a project that is named by its id is not what a command means; null when it is. */
export function whyTooNew({ created }: Project, received: Received | undefined): string | null {
  if (received === undefined || isUnknown(created) || created <= received.at) return null
  return 'it was created after this was asked for'
}

/** Why a destructive command leaves a project alone that was there before; null when it may go. */
export function whyChanged({ modified }: Project, received: Received | undefined): string | null {
  if (received === undefined || isUnknown(modified) || modified <= received.at) return null
  return 'it was modified after this was asked for'
}
