/** What becomes, in the inventories that follow, of a project that a replay acted on: signs that it was still wanted. */

import { placeOf } from '../base/names.ts'
import { parseDescription } from '../base/our-line.ts'
import { type Inventory, isUnknown, normalisePath, type Project } from '../evidence/project.ts'

export interface Regret {
  readonly kind: 'modified' | 'backtested' | 'deployed' | 'restored'
  /** Time of the first inventory that shows it, milliseconds. */
  readonly at: number
}

/** A project that was acted on, and how it was last seen in the real inventories. */
export interface Followed {
  readonly projectId: number
  readonly created: number
  /** As the API wrote it when it was acted on. */
  readonly name: string
  /** The new name or description; null for a delete. */
  readonly to: string | null
  /** Policy time of the action, milliseconds. */
  readonly at: number
  readonly last: { readonly name: string; readonly description: string; readonly modified: number }
  readonly regrets: readonly Regret[]
}

/**
 * The same with what one later inventory shows. What leansweep itself really did meanwhile (into the bin, to the same new
 * name, our line) moves `modified` as well, and is nobody's regret.
 */
export function follow<T extends Followed>(act: T, project: Project, inventory: Inventory): T {
  if (project.created !== act.created) return act
  const { name, description } = project
  const modified = isUnknown(project.modified) ? act.last.modified : project.modified
  const wasInBin = isInBin(act.last.name)
  const kinds: Regret['kind'][] = []
  if (wasInBin && !isInBin(name)) kinds.push('restored')
  else if ((modified > act.last.modified && !isOurs(act, project)) || isSavedSince(act.at, project, inventory)) {
    kinds.push('modified')
  }
  if (isBacktestedSince(act.at, project, inventory)) kinds.push('backtested')
  if (isDeployedSince(act.at, project, inventory)) kinds.push('deployed')
  const known = new Set(act.regrets.map(({ kind }) => kind))
  const more = kinds.filter((kind) => !known.has(kind)).map((kind) => ({ kind, at: inventory.at }))
  return { ...act, last: { name, description, modified }, regrets: [...act.regrets, ...more] }
}

function isInBin(name: string): boolean {
  return placeOf(normalisePath(name)) === 'bin'
}

function isOurs({ to, last }: Followed, { name, description }: Project): boolean {
  if (name !== last.name) return isInBin(name) || (to !== null && normalisePath(name) === normalisePath(to))
  return description !== last.description && rest(description) === rest(last.description)
}

function rest(description: string): string {
  return parseDescription(description).rest.trim()
}

/** A file may be saved without the list showing it. */
function isSavedSince(at: number, { id, created }: Project, { activity }: Inventory): boolean {
  const reading = activity[id]
  return reading !== undefined && reading.created === created && (reading.files ?? 0) > at
}

function isBacktestedSince(at: number, { id, created }: Project, { paid, activity }: Inventory): boolean {
  const reading = activity[id]
  if (reading !== undefined && reading.created === created && (reading.backtest ?? 0) > at) return true
  const backtests = paid[id]?.backtests
  return backtests !== undefined && !isUnknown(backtests) && backtests.last !== null && backtests.last > at
}

function isDeployedSince(at: number, { id, lastLive }: Project, { running }: Inventory): boolean {
  if (typeof lastLive === 'number' && lastLive > at) return true
  return !isUnknown(running) && running.includes(id)
}
