/** `projects/create` and `projects/read` (§2.2, §2.3), and where the other two are. */
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
} from './call.ts'
import type { StoredProject } from './entities.ts'
import { defaultFiles } from './files.ts'
import { binPrefix, freeName, writableName } from './names.ts'
import { integer, requiredText, text } from './params.ts'
import { mixed, seededRandom } from './random.ts'
import { refuse } from './refusal.ts'
import { showProject } from './show.ts'
import { beforeChange, nextProjectId, type World } from './store.ts'
import type { Switches } from './switches.ts'
import { update } from './update.ts'
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
    isPinned: false,
    sharingTokenBacktest: '',
    lastLaunch: null,
    saves: 0,
    binnedAt: null,
    lock: null,
    agent: false,
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
  const versions = leanVersions(world.switches)
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
  if (world.listing?.key === key && order !== 'random') return withoutSome(world, world.listing.projects)
  const rows = [...world.projects.values()].filter((project) => {
    if (!isVisible(project, user.id) || (!withBin && project.name.startsWith(binPrefix))) return false
    return organizationId === '' || project.organizationId === organizationId
  })
  rows.sort(orders[order](world.revision + world.requests.length))
  world.listing = { key, projects: rows }
  return withoutSome(world, rows)
}

/** A list that differs from reading to reading: the switch `listOmits` says how many rows are missing, the seed which. */
function withoutSome(world: World, rows: readonly StoredProject[]): readonly StoredProject[] {
  const { listOmits, seed } = world.switches
  if (listOmits === 0) return rows
  const reading = seededRandom(mixed([seed, world.requests.length]))
  const lots = new Map(rows.map((project) => [project, reading.next()]))
  const missing = new Set(
    [...lots]
      .toSorted((a, b) => a[1] - b[1])
      .slice(0, listOmits)
      .map(([project]) => project),
  )
  return rows.filter((project) => !missing.has(project))
}

type Compare = (a: StoredProject, b: StoredProject) => number

/** The newest first, ties by id; the order itself is not documented (§10.6). */
const orders: { readonly [K in Switches['order']]: (seed: number) => Compare } = {
  modified: () => (a, b) => b.modified - a.modified || b.id - a.id,
  created: () => (a, b) => b.created - a.created || b.id - a.id,
  id: () => (a, b) => a.id - b.id,
  name: () => (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id),
  random: (seed) => (a, b) => shuffled(a.id, seed) - shuffled(b.id, seed),
}

function shuffled(id: number, seed: number): number {
  return seededRandom(Math.imul(id, 31) ^ seed).next()
}
