/**
 * What somebody with the right to ask has asked for. Grace, notice, window, `enforce`, `approve`, `keep`, marks and the 48
 * hours belong to rules; protections, holds, caps and unknown evidence hold for commands as well.
 */

import { canonicalJson, sha256Hex } from './canonical.ts'
import type { DayCount } from './caps.ts'
import type { Change } from './change.ts'
import { directoriesOf } from './directory.ts'
import { reasonText } from './explain.ts'
import type { Memory } from './memory.ts'
import { nameProblem, placeOf } from './names.ts'
import { type Plan, type PlanItem, sealPlan, UNASKED } from './plan.ts'
import type { Policy } from './policy.ts'
import { type Inventory, isUnknown, normalisePath, type Parameter, type Project } from './project.ts'
import { type ProtectionReading, protections } from './protect.ts'
import type { Reason } from './reason.ts'
import { namesTaken } from './taken.ts'

export type Command =
  | { readonly type: 'project.delete'; readonly project: ProjectRef }
  | { readonly type: 'directory.delete'; readonly directory: string }
  | UpdateCommand
  /** Back from the Recycle Bin, or rebuilt from our backup once the bin has let it go. */
  | { readonly type: 'project.restore'; readonly projectId: number }
  /** Writes the mirror of a hold into the description; the ledger already has it. `until`: `2027-01-31` inclusive, null = for ever. */
  | { readonly type: 'project.hold'; readonly projectId: number; readonly until: string | null }
  /** Takes the mirror of a hold out of the description; the ledger has already let go. */
  | { readonly type: 'project.release'; readonly projectId: number }

/** A project by its id, or by its exact full name; a name that several projects answer to is refused. */
export type ProjectRef = number | string

export interface UpdateCommand {
  readonly type: 'project.update'
  readonly project: ProjectRef
  /** New full name. */
  readonly name?: string
  /** The whole new description. */
  readonly description?: string
  /** Sets these parameters and leaves the others as they are; null removes one. */
  readonly parameters?: { readonly [key: string]: string | null }
  /** The asker may not touch holds: those written in the description stay as they are. */
  readonly keepsHolds?: true
}

/** One call that changes a project's own fields. */
export interface UpdateItem {
  readonly projectId: number
  /** As the API wrote it. */
  readonly name: string
  readonly created: number
  readonly modified: number
  readonly change: Change
}

export type CommandPlan =
  | { readonly ok: true; readonly kind: 'delete'; readonly plan: Plan }
  | { readonly ok: true; readonly kind: 'update'; readonly hash: string; readonly item: UpdateItem }
  /** Nothing is done. `projectId`: the project that stands in the way, or null. */
  | { readonly ok: false; readonly why: string; readonly projectId: number | null }

/** The plan of a command. `today`: attempts already counted on the day of `now` in the policy's zone. */
export async function commandPlan(
  policy: Policy,
  inventory: Inventory,
  memory: Memory,
  now: number,
  command: Command,
  today: DayCount,
): Promise<CommandPlan> {
  const protection = protections(policy, inventory, memory, now)
  if (command.type === 'project.update') return planUpdate(policy, inventory, protection, command)
  if (command.type !== 'directory.delete' && command.type !== 'project.delete')
    throw new TypeError('Planned elsewhere.')
  const found =
    command.type === 'directory.delete' ? insideOf(inventory, command.directory) : single(inventory, command.project)
  if (!found.ok) return found
  const { projects, directory } = found
  const items: PlanItem[] = []
  for (const project of projects) {
    const why = whyNot(protection(project), project, policy)
    if (why !== null) return refuse(`"${project.name}" (${project.id}) may not be deleted. ${why}`, project.id)
    if (!isUnknown(project.created) && !isUnknown(project.modified)) {
      items.push(deletion(project, project.created, project.modified, directory))
    }
  }
  return { ok: true, kind: 'delete', plan: await sealPlan(policy, inventory, items, today) }
}

type Found =
  | { readonly ok: true; readonly projects: readonly Project[]; readonly directory: string | null }
  | Extract<CommandPlan, { ok: false }>

function single(inventory: Inventory, wanted: ProjectRef): Found {
  const found = findProject(inventory, wanted)
  return found.ok ? { ok: true, projects: [found.project], directory: null } : found
}

/** The one project that is meant; names are compared exactly, as the API wrote them or without stray slashes. */
export function findProject(
  inventory: Inventory,
  wanted: ProjectRef,
): { readonly ok: true; readonly project: Project } | Extract<CommandPlan, { ok: false }> {
  const found = inventory.projects.filter(({ id, name, path }) =>
    typeof wanted === 'number' ? id === wanted : name === wanted || path === wanted,
  )
  const [project] = found
  if (project === undefined)
    return typeof wanted === 'number' ? absent(wanted) : refuse(`No project is called "${wanted}".`, null)
  if (found.length > 1) {
    return refuse(
      `${found.length} projects are called "${wanted}": ${found.map(({ id }) => id).join(', ')}. Say which by its id.`,
      null,
    )
  }
  return { ok: true, project }
}

/** Everything strictly inside a directory: never the directory's own namesake, its ancestors or its neighbours (G21). */
function insideOf(inventory: Inventory, directory: string): Found {
  const why = directoryProblem(directory)
  if (why !== null) return refuse(`"${directory}" is no directory to delete: ${why}.`, null)
  const path = normalisePath(directory)
  const places = directoriesOf(inventory).get(path)?.members ?? []
  const projects = places.flatMap((place) => inventory.projects[place] ?? [])
  if (projects.length === 0)
    return refuse(`No project is inside the directory "${path}". Names are compared exactly.`, null)
  return { ok: true, projects, directory: path }
}

function directoryProblem(directory: string): string | null {
  const path = normalisePath(directory)
  if (path.trim() === '') return 'it is empty'
  const parts = path.split('/')
  if (parts.some((part) => part === '.' || part === '..')) return '"." and ".." are not followed'
  if (parts.some((part) => part.trim() === '')) return 'a part of it is blank'
  if (/[*?]/.test(path)) return 'it has a wildcard, and a command names one directory exactly'
  const place = placeOf(path)
  return place === null ? null : `it is in QuantConnect's own ${place}`
}

function deletion(project: Project, created: number, modified: number, directory: string | null): PlanItem {
  const reason =
    directory === null ? 'Asked for by a command.' : `Asked for by a command: delete everything inside "${directory}".`
  return {
    projectId: project.id,
    name: project.name,
    created,
    modified,
    action: 'delete',
    rule: null,
    unit: directory === null ? 'project' : 'directory',
    directory,
    to: null,
    change: null,
    since: null,
    ...UNASKED,
    reasons: [reason],
  }
}

async function planUpdate(
  policy: Policy,
  inventory: Inventory,
  protection: (project: Project) => ProtectionReading,
  command: UpdateCommand,
): Promise<CommandPlan> {
  const found = findProject(inventory, command.project)
  if (!found.ok) return found
  const { project } = found
  const change = changeOf(command, project)
  if (Object.keys(change).length === 0)
    return refuse('Nothing to change: give a name, a description or parameters.', project.id)
  const reading = protection(project)
  const why = change.name === undefined ? whyNotWritten(reading, project, policy) : whyNot(reading, project, policy)
  if (why !== null) return refuse(`"${project.name}" (${project.id}) may not be changed. ${why}`, project.id)
  const problem = change.name === undefined ? null : nameIssue(change.name, inventory, project)
  if (problem !== null) return refuse(`"${change.name}" may not be its name: ${problem}.`, project.id)
  const { created, modified } = project
  if (isUnknown(created) || isUnknown(modified)) return refuse('Its dates could not be read.', project.id)
  const item: UpdateItem = { projectId: project.id, name: project.name, created, modified, change }
  return { ok: true, kind: 'update', hash: await sha256Hex(canonicalJson([policy.hash, item])), item }
}

function changeOf({ name, description, parameters }: UpdateCommand, project: Project): Change {
  return {
    ...(name === undefined || name === project.name ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters: withParameters(project.parameters, parameters) }),
  }
}

/** The set as it will be: named ones get their new value in place, new ones come last, null takes one out. */
function withParameters(
  present: readonly Parameter[],
  wanted: NonNullable<UpdateCommand['parameters']>,
): readonly Parameter[] {
  const kept = present.flatMap(({ key, value }) => {
    const given = Object.hasOwn(wanted, key) ? wanted[key] : value
    return typeof given === 'string' ? [{ key, value: given }] : []
  })
  const known = new Set(present.map(({ key }) => key))
  const added = Object.entries(wanted).flatMap(([key, value]) =>
    value === null || known.has(key) ? [] : [{ key, value }],
  )
  return [...kept, ...added]
}

function nameIssue(name: string, inventory: Inventory, project: Project): string | null {
  const problem = nameProblem(name)
  if (problem !== null) return problem
  const place = placeOf(name)
  if (place !== null) return `nothing is written into QuantConnect's own ${place}`
  const isTaken = name.toLowerCase() !== project.path.toLowerCase() && namesTaken(inventory).has(name.toLowerCase())
  return isTaken ? 'another project has it' : null
}

/** Against delete and rename every protection stands, holds included. */
function whyNot(reading: ProtectionReading, project: Project, policy: Policy): string | null {
  const [reason] = [...reading.protectedBy, ...reading.heldBy, ...reading.unknown]
  if (reason !== undefined) return reasonText(reason, policy)
  return isUnknown(project.created) || isUnknown(project.modified) ? 'Its dates could not be read.' : null
}

/** Description and parameters may be changed on anything owned, of this organisation, outside bin, Library and Boot Camp. */
function whyNotWritten(reading: ProtectionReading, project: Project, policy: Policy): string | null {
  const reason = reading.protectedBy.find(forbidsWriting) ?? reading.unknown.find(hidesOwner)
  if (reason !== undefined) return reasonText(reason, policy)
  return isUnknown(project.created) ? 'Its dates could not be read.' : null
}

function forbidsWriting(reason: Reason): boolean {
  if (reason.kind !== 'protected') return false
  const { what } = reason.by
  return (
    what === 'bin' ||
    what === 'library folder' ||
    what === 'boot camp' ||
    what === 'other organisation' ||
    what === 'not owned'
  )
}

function hidesOwner(reason: Reason): boolean {
  return reason.kind === 'unknown' && (reason.what === 'owner' || reason.what === 'organizationId')
}

function absent(projectId: number): Extract<CommandPlan, { ok: false }> {
  return refuse(`No project has the id ${projectId}.`, projectId)
}

function refuse(why: string, projectId: number | null): Extract<CommandPlan, { ok: false }> {
  return { ok: false, why, projectId }
}
