/**
 * What leansweep itself did to projects after a scan. The scan does not show it, so whatever is looked at by that scan is
 * looked at as these left it (G28).
 */

import { placeOf } from '../base/names.ts'
import { type Inventory, normalisePath, type Parameter, type Project } from './project.ts'

/** A call that was sent and not refused. */
export interface OwnAction {
  readonly projectId: number
  readonly created: number
  readonly run: string
  /** Who or what asked for the run. */
  readonly actor: string
  /** Null for what somebody asked for. */
  readonly rule: string | null
  readonly action: string
  /** Real time of the call, milliseconds. */
  readonly at: number
  /** Whether QuantConnect accepted it or a list showed it; otherwise it may have happened. */
  readonly isCertain: boolean
  /** Full name before it, as the API wrote it. */
  readonly name: string
  /** What it wrote. */
  readonly wrote: {
    readonly name?: string
    readonly description?: string
    readonly parameters?: readonly Parameter[]
  }
  /** Of a deletion: whether a look afterwards found the project nowhere, not in the bin either. */
  readonly isGone: boolean
  /** Of a project rebuilt from a backup: the one that was made; null for anything else, and while it is not known. */
  readonly madeAs: number | null
  /** Whether it only wrote or removed the tag of a hold. */
  readonly isMirror: boolean
}

/** The inventory as these calls, in the order in which they were sent, left it. What is not certain changes nothing. */
export function withOwnActions(inventory: Inventory, actions: readonly OwnAction[]): Inventory {
  const certain = actions.filter(({ isCertain, action }) => isCertain && action !== 'rebuild')
  if (certain.length === 0) return inventory
  const byId = Map.groupBy(certain, ({ projectId }) => projectId)
  const projects = inventory.projects.flatMap((project) => {
    let now: Project | null = project
    for (const action of byId.get(project.id) ?? []) {
      if (now !== null && action.created === project.created) now = afterwards(now, action)
    }
    return now === null ? [] : [now]
  })
  return { ...inventory, projects }
}

function afterwards(project: Project, { action, isGone, wrote }: OwnAction): Project | null {
  if (action === 'delete') {
    if (isGone) return null
    if (placeOf(project.path) === 'bin') return project
    const name = `Recycle Bin/${project.path}`
    return { ...project, name, path: name }
  }
  const { name = project.name, description = project.description, parameters = project.parameters } = wrote
  return { ...project, name, path: normalisePath(name), description, parameters }
}
