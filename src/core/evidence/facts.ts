/**
 * What the policy may know about a project at one moment: an inventory, memory and `now`, with the indexes that make
 * each question cheap. Indexes depend only on the inventory or only on memory, and are built once for each.
 */

import { placeOf } from '../base/names.ts'
import type { Hold, Mark, Memory, Move, NoBackup, Notice, OwnWrite } from './memory.ts'
import {
  type ActivityReading,
  type Evidence,
  type Inventory,
  isUnknown,
  NO_PATH,
  type PaidEvidence,
  type Project,
  type Unknown,
} from './project.ts'
import { rowHash } from './row-hash.ts'

export interface Facts {
  readonly now: number
  readonly inventory: Inventory
  readonly memory: MemoryIndex
  readonly running: ReadonlySet<number> | Unknown
  /** Ids of projects that a visible project links as a library. */
  readonly linked: ReadonlySet<number>
  /** One row whose libraries cannot be read makes "used as a library" unknown for every project not in `linked`. */
  readonly linksUnread: Unknown | null
  /** A row whose name cannot be read could be inside any directory, so none is known whole. */
  readonly namesUnread: Unknown | null
}

export interface MemoryIndex {
  readonly marks: ReadonlyMap<number, readonly Mark[]>
  readonly holds: ReadonlyMap<number, readonly Hold[]>
  readonly ownWrites: ReadonlyMap<number, readonly OwnWrite[]>
  readonly notices: ReadonlyMap<number, readonly Notice[]>
  readonly moves: ReadonlyMap<number, Move>
  readonly noBackups: ReadonlyMap<number, readonly NoBackup[]>
}

interface InventoryIndex {
  /** How many projects are of this organisation and outside the bin. */
  readonly ours: number
  /** Places in the inventory, by project id: an order that does not depend on the API's. */
  readonly byId: readonly number[]
  readonly running: ReadonlySet<number> | Unknown
  readonly linked: ReadonlySet<number>
  readonly linksUnread: Unknown | null
  readonly namesUnread: Unknown | null
}

const INVENTORIES = new WeakMap<Inventory, InventoryIndex>()
const MEMORIES = new WeakMap<Memory, MemoryIndex>()

export function openFacts(inventory: Inventory, memory: Memory, now: number): Facts {
  return {
    now,
    inventory,
    memory: once(MEMORIES, memory, indexMemory),
    ...once(INVENTORIES, inventory, indexInventory),
  }
}

/** Places in the inventory, by project id: an order that does not depend on the API's. */
export function placesById(inventory: Inventory): readonly number[] {
  return once(INVENTORIES, inventory, indexInventory).byId
}

/** How many projects are of this organisation and outside the bin: what `percent` is of. */
export function projectsThatCount(inventory: Inventory): number {
  return once(INVENTORIES, inventory, indexInventory).ours
}

/** The project at a place of the inventory. */
export function projectAt(facts: Facts, place: number): Project {
  const project = facts.inventory.projects[place]
  if (project === undefined) throw new RangeError(`The inventory has no place ${place}.`)
  return project
}

const FUTURE: Unknown = { unknown: 'the date lies in the future' }

/** A date that has come to pass; one in the future is unknown. */
export function pastDate(date: Evidence<number>, now: number): Evidence<number> {
  return typeof date === 'number' && date > now ? FUTURE : date
}

export function createdOf(facts: Facts, project: Project): Evidence<number> {
  return pastDate(project.created, facts.now)
}

/** *Effective modified*: our own write by a rule, or our own look at the files, is not activity (G15). */
export function modifiedOf(facts: Facts, project: Project): Evidence<number> {
  const writes = facts.memory.ownWrites.get(project.id)
  const own = writes?.find((write) => write.created === project.created && write.seen === project.modified)
  if (own !== undefined) return pastDate(own.effective, facts.now)
  const reading = facts.inventory.activity[project.id]
  const isRead = reading !== undefined && isAsRead(reading, project)
  return pastDate(isRead ? reading.listModified : project.modified, facts.now)
}

/**
 * Whether the list still has the `modified` that a reading was taken beside, or one of the moment in which we read the files,
 * which may move it, and shows nothing else that is new. What was saved in that very moment the files tell, which are read
 * again before anything is done.
 */
export function isAsRead(
  { created, listed, opened, rowHash: row }: Pick<ActivityReading, 'created' | 'listed' | 'opened' | 'rowHash'>,
  project: Project,
): boolean {
  if (created !== project.created || isUnknown(project.modified)) return false
  if (project.modified === listed) return true
  if (opened === null) return false
  // The API's dates have no fractions.
  const isThen = project.modified >= Math.floor(opened.from / 1_000) * 1_000 && project.modified <= opened.to
  return isThen && rowHash(project) === row
}

/** Why the project as it is now cannot be backed up, until it is tried again; null when nothing is known against it. */
export function noBackupOf(facts: Facts, project: Project): NoBackup | null {
  const known = facts.memory.noBackups.get(project.id)
  if (known === undefined) return null
  const modified = modifiedOf(facts, project)
  const isSame = ({ created, modified: before, until }: NoBackup) =>
    created === project.created && !isUnknown(modified) && modified <= before && until > facts.now
  return known.find(isSame) ?? null
}

export function runsLive(facts: Facts, project: Project): Evidence<boolean> {
  return isUnknown(facts.running) ? facts.running : facts.running.has(project.id)
}

export function isLinked(facts: Facts, project: Project): Evidence<boolean> {
  return facts.linked.has(project.id) || (facts.linksUnread ?? false)
}

export function paidOf(facts: Facts, project: Project): PaidEvidence {
  return facts.inventory.paid[project.id] ?? NOTHING_READ
}

const NOTHING_READ: PaidEvidence = {}

export const NOT_READ: Unknown = { unknown: 'it has not been read yet' }

/** Younger than this, a project is never marked and fills no slot of `keep`. */
export const FRESH_MS = 48 * 3_600_000

/** Whether the project is too young to be marked. */
export function isFresh(facts: Facts, project: Project): Evidence<boolean> {
  const created = createdOf(facts, project)
  return isUnknown(created) ? created : facts.now - created < FRESH_MS
}

/** The last part of a path. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The directory a path stands in; "" at the top. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function indexInventory(inventory: Inventory): InventoryIndex {
  const { projects, organizationId } = inventory
  const linked = new Set<number>()
  let unread: Project | null = null
  let nameless: Project | null = null
  let ours = 0
  let isSorted = true
  let before = Number.NEGATIVE_INFINITY
  for (let place = 0; place < projects.length; place++) {
    const project = projects[place]
    if (project === undefined) continue
    if (project.path === NO_PATH) nameless = nameless === null || project.id < nameless.id ? project : nameless
    else if (project.organizationId === organizationId && placeOf(project.path) !== 'bin') ours++
    isSorted = isSorted && before < project.id
    before = project.id
    if (isUnknown(project.libraries)) unread = unread === null || project.id < unread.id ? project : unread
    else if (project.libraries.length > 0) for (const id of project.libraries) linked.add(id)
  }
  const linksUnread = unread && { unknown: `the libraries of ${calledBy(unread)} could not be read` }
  const namesUnread = nameless && { unknown: `the name of ${calledBy(nameless)} could not be read` }
  const running = isUnknown(inventory.running) ? inventory.running : new Set(inventory.running)
  const byId = projects.map((_, place) => place)
  if (!isSorted) byId.sort((a, b) => (projects[a]?.id ?? 0) - (projects[b]?.id ?? 0) || a - b)
  return { ours, byId, running, linked, linksUnread, namesUnread }
}

function calledBy({ id }: Project): string {
  return id < 0 ? 'a row without a readable id' : `project ${id}`
}

function indexMemory(memory: Memory): MemoryIndex {
  return {
    marks: groupById(memory.marks),
    holds: groupById(memory.holds),
    ownWrites: groupById(memory.ownWrites),
    notices: groupById(memory.notices),
    moves: new Map(memory.moves.map((move) => [move.projectId, move])),
    noBackups: groupById(memory.noBackups),
  }
}

function groupById<T extends { readonly projectId: number }>(rows: readonly T[]): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>()
  for (const row of rows) {
    const group = groups.get(row.projectId)
    if (group === undefined) groups.set(row.projectId, [row])
    else group.push(row)
  }
  return groups
}

/** A value made once for a key and then kept as long as the key lives. */
export function once<Key extends object, Value>(
  known: WeakMap<Key, Value>,
  key: Key,
  make: (key: Key) => Value,
): Value {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make(key)
  known.set(key, made)
  return made
}
