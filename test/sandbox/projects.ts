/** `projects/create`, `read`, `update` and `delete` (§2.2 to §2.5). */

import { leaveOrDelete } from './bin.ts'
import {
  type Answer,
  type Call,
  type Endpoints,
  isVisible,
  organizationOf,
  pageOf,
  preferredOrganization,
  projectOf,
  projectToChange,
} from './call.ts'
import { checkedFiles, defaultFiles } from './files.ts'
import { isKey } from './keys.ts'
import { binPrefix, freeName, isTaken, writableName } from './names.ts'
import { integer, isParams, list, map, type Param, type Params, requiredText, text } from './params.ts'
import { seededRandom } from './random.ts'
import { refuse } from './refusal.ts'
import { showProject } from './show.ts'
import { beforeChange, nextProjectId, type StoredProject } from './store.ts'
import { leanVersions, masterVersion } from './versions.ts'

export const projectEndpoints: Endpoints = {
  'projects/create': create,
  'projects/read': read,
  'projects/update': update,
  'projects/delete': leaveOrDelete,
}

/** A taken name is stored under another, and that is a success (§2.2). A new project holds two files. */
function create(call: Call): Answer {
  const { world, user, now } = call
  const name = writableName(call, requiredText(call.params, 'name'))
  const language = requiredText(call.params, 'language')
  if (!['Py', 'C#'].includes(language)) refuse('Invalid language')
  const organizationId = organizationOf(call)
  const id = nextProjectId(world)
  beforeChange(world, id)
  const stored = freeName(world, name, { ownerId: user.id, organizationId })
  const project = emptyProject({ id, name: stored, language, organizationId, ownerId: user.id }, now)
  project.files = defaultFiles(world, language, now)
  if (stored.startsWith(binPrefix)) project.binnedAt = now
  world.projects.set(id, project)
  return { projects: [showProject(world, project, user.id, now, true)] }
}

/** What a project must be given; the rest starts out plain. */
type Beginning = Pick<StoredProject, 'id' | 'name' | 'language' | 'organizationId' | 'ownerId'>

/** A project as it is before anybody did anything with it. */
export function emptyProject(beginning: Beginning, now: number): StoredProject {
  return {
    ...beginning,
    description: '',
    created: now,
    modified: now,
    collaborators: [],
    leanVersionId: masterVersion,
    leanPinnedToMaster: true,
    leanEnvironment: 1,
    parameters: [],
    parametersAs: undefined,
    libraries: [],
    encryptionKey: null,
    binnedAt: null,
    lock: null,
    nodes: [],
    files: [],
    compiles: [],
    backtests: [],
    live: [],
    optimizations: [],
    verbatim: {},
  }
}

/** One project, or all, or a page; `projectId` wins over `start`, which the MCP server always sends (§0.8). */
function read(call: Call): Answer {
  const { world, user, now } = call
  const versions = leanVersions(world.switches.dates)
  if (integer(call.params, 'projectId') !== undefined) {
    return { projects: [showProject(world, projectOf(call), user.id, now, true)], versions }
  }
  const rows = listed(call)
  const page = pageOf(call, rows)
  const projects = page.map((project) => showProject(world, project, user.id, now, false))
  return world.switches.count === 'present' ? { projects, versions, count: rows.length } : { projects, versions }
}

/** Everything the caller sees, in order: of one organisation, or of all (§1.6), the bin included (§2.5). */
function listed(call: Call): readonly StoredProject[] {
  const { world, user, params } = call
  const { withoutOrganization, pagingCountsBin, order } = world.switches
  const implied = withoutOrganization === 'preferred' ? preferredOrganization(call) : ''
  const organizationId = text(params, 'organizationId') || implied
  const paged = integer(params, 'end') !== undefined
  const withBin = !paged || pagingCountsBin === 'yes'
  const key = `${world.revision} ${user.id} ${organizationId} ${withBin} ${order}`
  if (world.listing?.key === key && order !== 'random') return world.listing.projects
  const rows = [...world.projects.values()].filter((project) => {
    if (!isVisible(project, user.id) || (!withBin && project.name.startsWith(binPrefix))) return false
    return organizationId === '' || project.organizationId === organizationId
  })
  rows.sort(orders[order](world.revision + world.requests.length))
  world.listing = { key, projects: rows }
  return rows
}

type Compare = (a: StoredProject, b: StoredProject) => number

/** The newest first, ties by id; the order itself is not documented (§10.6). */
const orders: { readonly [order: string]: (seed: number) => Compare } & {
  readonly [K in Order]: (seed: number) => Compare
} = {
  modified: () => (a, b) => b.modified - a.modified || b.id - a.id,
  created: () => (a, b) => b.created - a.created || b.id - a.id,
  id: () => (a, b) => a.id - b.id,
  name: () => (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id),
  random: (seed) => (a, b) => shuffled(a.id, seed) - shuffled(b.id, seed),
}

type Order = 'modified' | 'created' | 'id' | 'name' | 'random'

function shuffled(id: number, seed: number): number {
  return seededRandom(Math.imul(id, 31) ^ seed).next()
}

/** Fields left out stay as they are; nothing changes unless everything is valid (§2.4). Nothing comes back. */
function update(call: Call): Answer {
  const { world, params, now } = call
  const project = projectToChange(call)
  const { renameMoves, descriptionMoves, fileMoves } = world.switches
  const name = newName(call, project)
  const description = text(params, 'description')
  const limit = world.switches.descriptionLimit
  if (limit > 0 && (description?.length ?? 0) > limit) refuse(`Description is too long, at most ${limit} characters`)
  const changes: Partial<StoredProject> = { ...settings(call), ...newFiles(call, project) }
  let moves = Object.keys(changes).length > 0 && (fileMoves === 'yes' || changes.files === undefined)
  if (name !== undefined && name !== project.name) {
    changes.name = name
    changes.binnedAt = name.startsWith(binPrefix) ? (project.binnedAt ?? now) : null
    moves ||= renameMoves === 'yes'
  }
  if (description !== undefined) {
    changes.description = description
    moves ||= descriptionMoves === 'yes'
  }
  for (const field of Object.keys(changes)) delete project.verbatim[field]
  Object.assign(project, changes, moves ? { modified: now } : {})
  return {}
}

/** Its own present name is always fine: lean-cli sends it with every push (§2.4). Another's is refused. */
function newName(call: Call, project: StoredProject): string | undefined {
  const wanted = text(call.params, 'name')
  if (wanted === undefined || wanted === project.name) return wanted
  if (wanted === '') refuse('Required parameter name is empty')
  const { world } = call
  const name = writableName(call, wanted)
  const intoBin = name.startsWith(binPrefix) && !project.name.startsWith(binPrefix)
  if (intoBin && world.switches.renameIntoBin === 'error') refuse('Project name is reserved')
  if (!isTaken(world, name, project, project.id)) return name
  const restoring = project.name.startsWith(binPrefix) && world.switches.restoreTaken === 'suffix'
  return restoring ? freeName(world, name, project, project.id) : refuse('Project name already exists')
}

/** What else `projects/update` takes; lean-cli sends all of it (§2.4). */
function settings(call: Call): Partial<StoredProject> {
  const { params } = call
  const changes: Partial<StoredProject> = {}
  const versionId = integer(params, 'versionId')
  if (versionId !== undefined) {
    changes.leanVersionId = versionId === -1 ? masterVersion : versionId
    changes.leanPinnedToMaster = versionId === -1
  }
  const environment = integer(params, 'leanEnvironment')
  if (environment !== undefined) changes.leanEnvironment = environment
  const parameters = newParameters(call)
  if (parameters) Object.assign(changes, { parameters, parametersAs: undefined })
  const libraries = list(params, 'libraries')
  if (libraries) changes.libraries = libraries.map((each) => linkable(call, each))
  const key = text(params, 'encryptionKey')
  if (key) changes.encryptionKey = isKey(key) ? key : refuse('Encryption key not found')
  else if (key === '') changes.encryptionKey = null
  return changes
}

/** Replaces the whole set. Only the form encoding is proven; JSON takes the same shapes, or a map (§10.9). */
function newParameters(call: Call): StoredProject['parameters'] | undefined {
  const { params } = call
  if (list(params, 'parameters') === undefined) return undefined
  if (call.json && call.world.switches.jsonParameters === 'ignore') return undefined
  const entries = Object.entries(map(params, 'parameters') ?? {})
  return entries.map(([name, value]) => (isParams(value) ? record(value) : { key: name, value: String(value ?? '') }))
}

function record(given: Params): { readonly [field: string]: unknown } {
  const { name, key, value, ...rest } = given
  const written = key ?? name ?? ''
  if (written === '') refuse('Required parameter key is empty')
  return { key: String(written), value: String(value ?? ''), ...rest }
}

function linkable(call: Call, given: Param): number {
  const id = Number(isParams(given) ? given.projectId : given)
  const library = call.world.projects.get(id)
  return library && isVisible(library, call.user.id) ? id : refuse('Library not found')
}

/** `files` replaces the file set: what is not named goes (§2.4). */
function newFiles(call: Call, project: StoredProject): Partial<StoredProject> {
  const given = list(call.params, 'files')
  return given ? { files: checkedFiles(call, project, given) } : {}
}
