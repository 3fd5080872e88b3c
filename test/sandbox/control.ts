/** `/_sandbox`: what a test sees and sets, beside the API (design §8). */
import { savedAt } from './agents.ts'
import { readDate, showDate } from './dates.ts'
import type { StoredProject } from './entities.ts'
import { faultKinds, readFault } from './faults.ts'
import { addObjects } from './fixtures.ts'
import { generateWorkspace } from './generate.ts'
import { showDeployment } from './live.ts'
import { meant } from './nearest.ts'
import { addProject, type PartialProject, setFields } from './partial.ts'
import { defaultUserId } from './people.ts'
import { progressOf } from './progress.ts'
import { showProject } from './show.ts'
import { beforeChange, clearWorld, purgeBin, type World } from './store.ts'
import { switchTable } from './switch-table.ts'
import { setSwitches } from './switches.ts'

/** What a world holds after a reset that doesn't say. */
export interface Beginning {
  readonly projects: number
  readonly seed: number
  /** Given projects instead of made-up ones. */
  readonly workspace: readonly PartialProject[] | undefined
}

export interface ControlAnswer {
  readonly status: number
  readonly body: unknown
}

type Body = { readonly [field: string]: unknown }

type Action = (world: World, body: Body, beginning: Beginning) => unknown

const actions: { readonly [call: string]: Action } = {
  'GET state': state,
  'GET requests': (world) => world.requests,
  'GET switches': (world) => ({ switches: world.switches, table: switchTable }),
  'GET faults': (world) => ({ kinds: faultKinds, faults: world.faults }),
  'POST reset': reset,
  'POST edit': edit,
  'POST add': add,
  'POST faults': setFaults,
  'POST switches': flip,
  'POST clock': setClock,
}

/** A control request that can't be done; its text is what the answer says. */
class Unfit extends Error {}

function unfit(text: string): never {
  throw new Unfit(text)
}

/** Answers one control call. What is wrong comes back as 400 with a sentence. */
export function control(world: World, beginning: Beginning, method: string, path: string, body: string): ControlAnswer {
  const action = actions[`${method} ${path}`]
  if (!action) return { status: 404, body: { error: `No such control. There are: ${Object.keys(actions).join(', ')}` } }
  try {
    return { status: 200, body: action(world, parse(body), beginning) }
  } catch (error) {
    if (error instanceof Unfit) return { status: 400, body: { error: error.message } }
    throw error
  }
}

function parse(body: string): Body {
  if (body.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(body)
    if (isBody(value)) return value
  } catch {
    // Said below, with what is wanted.
  }
  return unfit('The body is not a JSON object')
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function knownFields(body: Body, ...fields: string[]): void {
  const strange = Object.keys(body).find((field) => !fields.includes(field))
  if (strange) unfit(`Unknown field "${strange}"${meant(strange, fields)} Fields: ${fields.join(', ')}`)
}

/** Every project, also those the default user can't see, as the API shows them to him, with all that hangs on them. */
function state(world: World): unknown {
  purgeBin(world)
  const now = world.clock.now()
  const projects = [...world.projects.values()].map((project) => whole(world, project, now))
  return { now: new Date(now).toISOString(), projects }
}

function whole(world: World, project: StoredProject, now: number): unknown {
  const { switches } = world
  const files = project.files.map((file) => ({
    name: file.name,
    content: file.content,
    modified: showDate(switches, 'files.modified', savedAt(project, file, now)),
  }))
  const backtests = project.backtests.map((each) => ({
    backtestId: each.backtestId,
    name: each.name,
    created: showDate(switches, 'backtests.created', each.created),
    status: progressOf(each, now, switches).status,
    tags: each.tags,
    note: each.note,
  }))
  const live = project.live.map((each) => showDeployment(world, project, each, now))
  return { ...showProject(world, project, defaultUserId, now, true), files, backtests, live }
}

/** A new beginning: real time, no requests, no faults and every switch at its default but those given. Answers with the ids. */
function reset(world: World, body: Body, beginning: Beginning): unknown {
  knownFields(body, 'seed', 'projects', 'workspace', 'switches', 'faults')
  const { seed = beginning.seed, projects, workspace, switches, faults } = body
  if (typeof seed !== 'number') unfit('seed is a number')
  if (projects !== undefined && !(Number.isInteger(projects) && (projects as number) >= 0))
    unfit('projects is a number from 0 up')
  if (workspace !== undefined && !Array.isArray(workspace)) unfit('workspace is a list of partial projects')
  const asked = projects !== undefined || body.seed !== undefined
  const count = (projects as number | undefined) ?? (beginning.projects || (asked ? 400 : 0))
  begin(world, { seed, projects: count, workspace: workspace ?? (asked ? undefined : beginning.workspace) })
  if (switches !== undefined) flip(world, isBody(switches) ? switches : unfit('switches is an object'))
  if (faults !== undefined) setFaults(world, { faults })
  const rows = [...world.projects.values()].map(({ id, name }) => ({ projectId: id, name }))
  return { now: new Date(world.clock.now()).toISOString(), projects: rows }
}

/** Fills a world. */
export function begin(world: World, { seed, projects, workspace }: Beginning): void {
  clearWorld(world, seed)
  if (workspace === undefined && projects > 0) addObjects(world)
  for (const given of workspace ?? generateWorkspace(projects, seed, world.clock.now())) {
    const added = addProject(world, given)
    if (typeof added === 'string') unfit(added)
  }
}

/** A person edits a project: sets any field; `modified` moves unless it is given. */
function edit(world: World, body: Body): unknown {
  const { projectId, ...fields } = body
  const project = world.projects.get(Number(projectId))
  if (!project) return unfit(`There is no project ${String(projectId)}`)
  beforeChange(world, project.id)
  setFields(world, project, { modified: world.clock.now(), ...fields })
  return { project: whole(world, project, world.clock.now()) }
}

/** A person makes a project; any field may be given. Answers with its id. */
function add(world: World, body: Body): unknown {
  const added = addProject(world, body)
  if (typeof added === 'string') return unfit(added)
  world.revision += 1
  return { projectId: added.id }
}

/** Replaces all faults; each counts its calls from now. */
function setFaults(world: World, body: Body): unknown {
  knownFields(body, 'faults')
  if (!Array.isArray(body.faults)) unfit('faults is a list; the empty list ends all faults')
  world.faults = (body.faults as unknown[]).map((given) => {
    const fault = readFault(given)
    return typeof fault === 'string' ? unfit(fault) : fault
  })
  return { faults: world.faults.length }
}

function flip(world: World, body: Body): unknown {
  const switches = setSwitches(world.switches, body)
  world.switches = typeof switches === 'string' ? unfit(switches) : switches
  world.revision += 1
  return { switches: world.switches }
}

/** `{ "now": iso or ms, "hold"?: true }`, `{ "advance": ms }`, or `{}` for real time again. */
function setClock(world: World, body: Body): unknown {
  knownFields(body, 'now', 'advance', 'hold')
  const { now, advance, hold = false } = body
  const time = readDate(now)
  if (now !== undefined && time === undefined) unfit('now is a date or a number of milliseconds')
  if (advance !== undefined && typeof advance !== 'number') unfit('advance is a number of milliseconds')
  if (now === undefined && advance === undefined) world.clock.reset()
  if (time !== undefined) world.clock.set(time, hold === true)
  if (typeof advance === 'number') world.clock.advance(advance)
  world.revision += 1
  return { now: new Date(world.clock.now()).toISOString() }
}
