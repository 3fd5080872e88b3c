/**
 * An inventory from JSON, in any of the shapes people have one in: leansweep's own (`GET /api/inventory`, a stored one),
 * a saved answer of QuantConnect's `projects/read`, or the bare list of either. What a file does not hold is unknown.
 */

import type { Evidence, Inventory, Project } from '../core/evidence/project.ts'
import { duplicateOf } from '../quantconnect/projects.ts'
import { readProjectRow } from '../quantconnect/wire-project.ts'
import { isRow, type Row } from '../quantconnect/wire-value.ts'
import { Unable } from './command.ts'

export interface ReadInventory {
  readonly inventory: Inventory
  /** Whether the file says when it was read; if not, `at` is the given time. */
  readonly isDated: boolean
}

/** `where` names the source in errors; `now` is the time of a list that has none. */
export function readInventory(value: unknown, where: string, now: number): ReadInventory {
  const whole: Row = isRow(value) ? value : {}
  const rows = Array.isArray(value) ? value : whole.projects
  if (!Array.isArray(rows)) {
    const wanted = 'Wanted: the answer of GET /api/inventory or of projects/read, or a list of projects.'
    throw new Unable(`${where} holds no list of projects. ${wanted}`)
  }
  const projects = rows.map((row, i) => readRow(row, `${where}: row ${i + 1} of the projects`))
  const twice = duplicateOf(projects)
  if (twice !== null) throw new Unable(`${where} holds project ${twice} twice, so it cannot be trusted.`)
  const at = readTime(whole.at)
  return {
    isDated: at !== null,
    inventory: {
      at: at ?? now,
      organizationId: typeof whole.organizationId === 'string' ? whole.organizationId : mostCommon(projects),
      projects,
      running: readRunning(whole.running),
      paid: isRow(whole.paid) ? (whole.paid as Inventory['paid']) : {},
      activity: isRow(whole.activity) ? (whole.activity as Inventory['activity']) : {},
    },
  }
}

function readRow(row: unknown, where: string): Project {
  if (isRow(row) && 'projectId' in row) {
    return readProjectRow(row)
  }
  if (isRow(row) && typeof row.id === 'number' && typeof row.name === 'string' && typeof row.path === 'string') {
    return ownRow(row as unknown as Project)
  }
  throw new Unable(`${where} is neither a project of QuantConnect's API nor one of leansweep's inventory.`)
}

const LEFT_OUT = { unknown: 'the file does not hold it' }

/** A row that leansweep wrote itself; a fact that was cut out of it is unknown. */
function ownRow(row: Project): Project {
  const fact = <T>(value: Evidence<T> | undefined): Evidence<T> => (value === undefined ? LEFT_OUT : value)
  return {
    ...row,
    organizationId: fact(row.organizationId),
    created: fact(row.created),
    modified: fact(row.modified),
    owned: fact(row.owned),
    ownerId: fact(row.ownerId),
    ownerName: row.ownerName ?? '',
    language: row.language ?? '',
    description: row.description ?? '',
    parameters: row.parameters ?? [],
    libraries: fact(row.libraries),
    collaborators: row.collaborators ?? 1,
    encrypted: fact(row.encrypted),
    pinned: fact(row.pinned),
    shared: fact(row.shared),
    codeRunning: fact(row.codeRunning),
    lastLive: fact(row.lastLive),
    unreadable: row.unreadable ?? null,
  }
}

/** Milliseconds, or a date as text. */
function readTime(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : value
  return typeof at === 'number' && Number.isSafeInteger(at) && at > 0 ? at : null
}

function readRunning(value: unknown): Inventory['running'] {
  if (Array.isArray(value) && value.every((id) => typeof id === 'number')) return value
  if (isRow(value) && typeof value.unknown === 'string') return { unknown: value.unknown }
  return { unknown: 'the file does not say what runs live' }
}

/** A bare list does not say which organisation it is for: the one most of its projects are in. */
function mostCommon(projects: readonly Project[]): string {
  const counts = new Map<string, number>()
  for (const { organizationId } of projects) {
    if (typeof organizationId === 'string') counts.set(organizationId, (counts.get(organizationId) ?? 0) + 1)
  }
  const [first] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return first?.[0] ?? ''
}
