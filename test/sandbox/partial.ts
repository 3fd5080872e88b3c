/**
 * Projects as people hand them in: any fields of §3.1, with files, backtests and live deployments; the rest is made up.
 * What can't be taken for what it should be (a date that is none, libraries: null) is kept and shown exactly as given.
 */
import { readDate } from './dates.ts'
import type { StoredFile, StoredProject } from './entities.ts'
import { readBacktests, readDeployments, readOptimizations } from './evidence.ts'
import { setters } from './fields.ts'
import { newFile, templates } from './files.ts'
import { binPrefix } from './names.ts'
import { defaultOrganizationId, defaultUserId } from './people.ts'
import { emptyProject } from './projects.ts'
import { nextProjectId, type World } from './store.ts'

/** Milliseconds UTC, ISO, or `YYYY-MM-DD HH:MM:SS`. */
export type AnyDate = number | string

export interface PartialFile {
  readonly name: string
  readonly content?: string
  /** Default: that of the project. */
  readonly modified?: AnyDate
}

/** Any fields of a project (fact sheet §3.1). Defaults: own, default organisation, created = modified = now, one main.py. */
export interface PartialProject {
  readonly projectId?: number
  /** Taken as it is, also when it could not be written through the API. */
  readonly name?: string
  /** Somebody else's project is shared with the default user, unless `collaborators` says otherwise. */
  readonly owner?: boolean
  readonly ownerId?: number
  readonly created?: AnyDate
  readonly modified?: AnyDate
  /** When a project under `Recycle Bin/` went there. Default: now. */
  readonly binned?: AnyDate
  /** An agent is at work in it: it holds the edit lock and saves a file every ten minutes. */
  readonly agent?: boolean
  readonly files?: readonly PartialFile[]
  readonly backtests?: readonly { readonly [field: string]: unknown }[]
  readonly live?: readonly { readonly [field: string]: unknown }[]
  readonly optimizations?: readonly { readonly [field: string]: unknown }[]
  readonly [field: string]: unknown
}

/** Puts a new project into the world; a text says why it can't be. */
export function addProject(world: World, given: PartialProject): StoredProject | string {
  const now = world.clock.now()
  const id = given.projectId ?? nextProjectId(world)
  if (!Number.isInteger(id) || id < 1) return `projectId ${String(id)} is not a positive integer`
  if (world.projects.has(id)) return `projectId ${id} comes twice`
  world.lastProjectId = Math.max(world.lastProjectId, id)
  const ownerId = given.ownerId ?? (given.owner === false ? 456 : defaultUserId)
  const organizationId = defaultOrganizationId
  const beginning = { id, name: `Project ${id}`, language: 'Py', organizationId, ownerId }
  const project = emptyProject(beginning, readDate(given.modified) ?? now)
  project.created = Math.min(now, project.modified)
  if (ownerId !== defaultUserId)
    project.collaborators = [{ uid: defaultUserId, permission: 'write', liveControl: true }]
  setFields(world, project, given)
  if (given.files === undefined) {
    const name = project.language === 'C#' ? 'Main.cs' : 'main.py'
    project.files = [newFile(world, name, templates[name], project.modified)]
  }
  world.projects.set(id, project)
  return project
}

/** Sets fields as a person would who edits everything at will. Files replace the file set. */
export function setFields(world: World, project: StoredProject, given: { readonly [field: string]: unknown }): void {
  for (const [field, value] of Object.entries(given)) {
    if (['projectId', 'owner', 'binned', 'files', 'backtests', 'live', 'optimizations'].includes(field)) continue
    delete project.verbatim[field]
    const set = setters[field]
    if (set?.(project, value)) continue
    project.verbatim[field] = value
  }
  if (given.name !== undefined || given.binned !== undefined) {
    const binned = project.name.startsWith(binPrefix)
    project.binnedAt = binned ? (readDate(given.binned) ?? project.binnedAt ?? world.clock.now()) : null
  }
  if (Array.isArray(given.files)) project.files = given.files.map((file) => readFile(world, project, file))
  if (Array.isArray(given.backtests)) project.backtests = readBacktests(world, project, given.backtests)
  if (Array.isArray(given.live) && given.lastLiveDeployment === undefined) project.lastLaunch = null
  if (Array.isArray(given.live)) project.live = readDeployments(world, project, given.live)
  if (Array.isArray(given.optimizations)) project.optimizations = readOptimizations(world, given.optimizations)
  const { organizationId } = project
  if (!world.organizations.has(organizationId)) {
    const [name, type] = [`Organization ${organizationId.slice(0, 4)}`, 'Quant Researcher']
    world.organizations.set(organizationId, {
      id: organizationId,
      name,
      type,
      ownerId: 456,
      members: [456, defaultUserId],
    })
  }
}

function readFile(world: World, project: StoredProject, given: PartialFile): StoredFile {
  const modified = readDate(given.modified) ?? project.modified
  return newFile(world, String(given.name), given.content ?? '# made up\n', modified)
}
