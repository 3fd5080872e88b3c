/** The state of one world: people, organisations, projects with all that hangs on them, and what the control set. */
import { type Clock, startClock } from './clock.ts'
import type { StoredObject, StoredProject } from './entities.ts'
import type { Fault } from './faults.ts'
import type { Params } from './params.ts'
import type { Organization, Person } from './people.ts'
import { organizations as defaultOrganizations, people as defaultPeople } from './people.ts'
import { type Random, seededRandom } from './random.ts'
import { defaultSwitches, type Switches } from './switches.ts'

/** A line of `GET /_sandbox/requests`. */
export interface LoggedRequest {
  readonly n: number
  readonly at: string
  readonly method: string
  /** The endpoint, such as `projects/read`. */
  readonly path: string
  /** The path as it came, such as `/api/v2//projects/read`. */
  readonly url: string
  readonly params: Params
  /** The id of the user who signed, or null when nobody did. */
  user: number | null
  /** The HTTP status; null while there is no answer, and for good when there was none. */
  status: number | null
  success: boolean | null
  fault: string | null
}

/** One undo step: a project as it was before something changed it. */
interface Before {
  readonly at: number
  readonly id: number
  readonly project: StoredProject | undefined
}

export interface World {
  readonly clock: Clock
  readonly people: readonly Person[]
  readonly organizations: Map<string, Organization>
  projects: Map<number, StoredProject>
  /** What can be downloaded, by its id, and from when on (world's clock). */
  readonly downloads: Map<string, { readonly bytes: Uint8Array; readonly ready: number }>
  /** Object store by organisation and key. */
  readonly objects: Map<string, Map<string, StoredObject>>
  random: Random
  switches: Switches
  faults: Fault[]
  requests: LoggedRequest[]
  /** Bad credentials in a row by user id, and until when that user is locked out. */
  readonly failures: Map<number, { count: number; until: number }>
  lastProjectId: number
  lastFileId: number
  /** Goes up with every change; what was computed from an older state is out of date. */
  revision: number
  /** When the calls of the last second arrived, real time; kept while the switch `rate` is set. */
  arrivals: number[]
  journal: Before[]
  /** The last list that was put in order, for paged reads of a large workspace. */
  listing: { readonly key: string; readonly projects: readonly StoredProject[] } | undefined
}

/** How long the past is kept for answers that are stale, in milliseconds. */
const memory = 600_000

export function createWorld(): World {
  const world: World = {
    clock: startClock(),
    people: defaultPeople,
    organizations: new Map(),
    projects: new Map(),
    downloads: new Map(),
    objects: new Map(),
    random: seededRandom(0),
    switches: defaultSwitches(),
    faults: [],
    requests: [],
    failures: new Map(),
    lastProjectId: 0,
    lastFileId: 0,
    revision: 0,
    arrivals: [],
    journal: [],
    listing: undefined,
  }
  clearWorld(world, 0)
  return world
}

/** An empty workspace at real time, with no requests, faults or moved switches. */
export function clearWorld(world: World, seed: number): void {
  world.clock.reset()
  world.organizations.clear()
  for (const each of defaultOrganizations) world.organizations.set(each.id, each)
  world.projects = new Map()
  world.downloads.clear()
  world.objects.clear()
  world.random = seededRandom(seed ^ 0x5eed)
  world.switches = defaultSwitches()
  world.faults = []
  world.requests = []
  world.failures.clear()
  world.lastProjectId = 23_456_000
  world.lastFileId = 108_900_000
  world.revision += 1
  world.arrivals = []
  world.journal = []
  world.listing = undefined
}

/** To be called before anything of a project changes, comes or goes: keeps the past and drops what was computed. */
export function beforeChange(world: World, id: number): void {
  const now = world.clock.now()
  const present = world.projects.get(id)
  world.journal.push({ at: now, id, project: present && structuredClone(present) })
  while (world.journal[0] && world.journal[0].at < now - memory) world.journal.shift()
  world.revision += 1
}

/** The same world as it was at an earlier time, at most ten minutes ago and never before its last reset. */
export function worldAsOf(world: World, at: number): World {
  const projects = new Map(world.projects)
  for (const before of world.journal.toReversed()) {
    if (before.at <= at) break
    if (before.project) projects.set(before.id, before.project)
    else projects.delete(before.id)
  }
  return { ...world, projects, journal: [], listing: undefined, clock: { ...world.clock, now: () => at } }
}

/** Removes what has been in the bin for 30 days (§2.5). */
export function purgeBin(world: World): void {
  const oldest = world.clock.now() - world.switches.binDays * 86_400_000
  for (const project of world.projects.values()) {
    if (project.binnedAt === null || project.binnedAt > oldest) continue
    beforeChange(world, project.id)
    world.projects.delete(project.id)
  }
}

export function nextProjectId(world: World): number {
  world.lastProjectId += world.random.integer(1, 40)
  return world.lastProjectId
}

export function nextFileId(world: World): number {
  world.lastFileId += 1
  return world.lastFileId
}
