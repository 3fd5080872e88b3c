/** What an endpoint gets and gives, and how it finds the project it is about. */

import type { StoredProject } from './entities.ts'
import { integer, type Params, requiredInteger, text } from './params.ts'
import type { Person } from './people.ts'
import { refuse } from './refusal.ts'
import { beforeChange, type World } from './store.ts'

/** One authenticated request inside one world. */
export interface Call {
  readonly world: World
  readonly user: Person
  readonly params: Params
  /** Whether the fields came as JSON. */
  readonly json: boolean
  /** Where the world is, such as `http://127.0.0.1:5612/w/my-test`. */
  readonly base: string
  /** Milliseconds, UTC, by the world's clock. */
  readonly now: number
}

/** The fields of a success; `success: true` is added. */
export type Answer = { readonly [field: string]: unknown }

export type Endpoints = { readonly [endpoint: string]: (call: Call) => Answer }

/** A user sees only what he owns or was added to (§1.6). */
export function isVisible(project: StoredProject, userId: number): boolean {
  return project.ownerId === userId || project.collaborators.some((each) => each.uid === userId)
}

/** The project a call names, if the caller sees it. */
export function projectOf(call: Call): StoredProject {
  const project = call.world.projects.get(requiredInteger(call.params, 'projectId'))
  return project && isVisible(project, call.user.id) ? project : refuse('Project not found')
}

/**
 * The project a call is about to change. Refuses readers, and whoever the edit lock keeps out. Keeps the past for stale
 * answers.
 */
export function projectToChange(call: Call): StoredProject {
  const project = projectOf(call)
  if (!mayWrite(project, call.user.id)) refuse('You do not have write permission on this project')
  checkLock(call, project)
  beforeChange(call.world, project.id)
  return project
}

/**
 * Refuses whoever names a `codeSourceId` while another holds the edit lock. A call without one goes through, as
 * `lean cloud push --force` does (§2.4), unless switches say otherwise.
 */
function checkLock(call: Call, { lock, collaborators }: StoredProject): void {
  const source = text(call.params, 'codeSourceId')
  const { lockedWrite, lockNeeded } = call.world.switches
  const mine = lock !== null && lock.source === source && lock.userId === call.user.id
  if (lock && !mine && (source || lockedWrite === 'refuse')) {
    refuse(`You no longer have write permission: the project is being edited by ${lock.source}`)
  }
  if (lockNeeded === 'yes' && collaborators.length > 0 && !mine) {
    refuse('You do not have write permission: acquire the lock of the project first')
  }
}

export function mayWrite(project: StoredProject, userId: number): boolean {
  return project.ownerId === userId || project.collaborators.some((c) => c.uid === userId && c.permission === 'write')
}

/** The organisation a call names, or the one the caller prefers: his own, else the first he is in (§1.6). */
export function organizationOf(call: Call): string {
  const named = text(call.params, 'organizationId') || preferredOrganization(call)
  const organization = call.world.organizations.get(named)
  if (!organization?.members.includes(call.user.id)) refuse('Organization not found')
  return named
}

export function preferredOrganization(call: Call): string {
  const mine = [...call.world.organizations.values()].filter((each) => each.members.includes(call.user.id))
  return (mine.find((each) => each.ownerId === call.user.id) ?? mine[0])?.id ?? ''
}

/** `start` (from 0, included) and `end` (excluded, default the last): a piece of a list, as `projects/read` cuts it, at most as long as the caps. */
export function pageOf<T>(call: Call, rows: readonly T[]): readonly T[] {
  const start = integer(call.params, 'start') ?? 0
  const end = integer(call.params, 'end') ?? Number.POSITIVE_INFINITY
  if (start < 0 || start >= end) refuse('Invalid argument')
  if (Number.isFinite(end) && end > rows.length && call.world.switches.endPastLast === 'refuse')
    refuse('Invalid argument')
  if (start > 0 && start >= rows.length && call.world.switches.startPastLast === 'refuse') refuse('Invalid argument')
  const { pageCap, listCap } = call.world.switches
  const paged = call.params.start !== undefined || Number.isFinite(end)
  const cap = (paged ? pageCap : listCap) || Number.POSITIVE_INFINITY
  return rows.slice(start, Math.min(end, start + cap))
}
