/** One restore at work: what it knows, what it sends, and how it ends early. */

import { type Failure, failureText } from '../../quantconnect/failure.ts'
import type { ProjectFile } from '../../quantconnect/files.ts'
import type { Mutation } from '../../quantconnect/permit.ts'
import type { ItemRow, Rebuilt } from '../ledger/items.ts'
import { writeRebuilt } from '../ledger/items.ts'
import { readRebuilt } from '../ledger/rebuilt.ts'
import { gateOfRebuild } from './gate.ts'
import type { Slice } from './slice.ts'

/** Answers to writing one thing that may be lost. */
export const MOST_LOST = 4

/**
 * `filled`: everything has been seen to; what was left is in the ledger. `later`: this slice cannot go on; `isFurther`: it
 * did get somewhere. `stuck`: no slice can. `gone`, `binned`: somebody took the project away.
 */
export type Filled =
  | { readonly kind: 'filled'; readonly name: string }
  | { readonly kind: 'later'; readonly why: string; readonly isFurther: boolean }
  | { readonly kind: 'stuck'; readonly why: string }
  | { readonly kind: 'gone' | 'binned' }

/** Why the filling ends before it is through. */
export type Halt = Exclude<Filled, { kind: 'filled' }>

/** One restore at work. */
export interface Work {
  readonly slice: Slice
  readonly row: ItemRow
  readonly projectId: number
  readonly created: number
  state: Rebuilt
  /** The files as they were last read; null = not read yet. */
  files: ReadonlyMap<string, ProjectFile> | null
  /** Nothing was sent since the files were read. */
  isFresh: boolean
  isFurther: boolean
}

export function open(slice: Slice, row: ItemRow): Work {
  const state = readRebuilt(slice.sql, row)
  if (state?.projectId == null || state.created === null) throw new TypeError('There is no project to fill.')
  const { projectId, created } = state
  return { slice, row, projectId, created, state, files: null, isFresh: false, isFurther: false }
}

export function save(work: Work, change: Partial<Rebuilt>): void {
  work.state = { ...work.state, ...change }
  writeRebuilt(work.slice.sql, work.row, work.state)
}

export function leave(work: Work, what: string): void {
  if (!work.state.left.includes(what)) save(work, { left: [...work.state.left, what] })
}

export function note(work: Work, what: string): void {
  if (!work.state.notes.includes(what)) save(work, { notes: [...work.state.notes, what] })
}

export function later(work: Work, why: string): Halt {
  return { kind: 'later', why, isFurther: work.isFurther }
}

export async function readFiles(work: Work): Promise<Halt | null> {
  const read = await work.slice.deps.client.readFiles(work.projectId, work.slice.meter)
  if (!read.ok) return haltOf(work, read.failure, 'Its files could not be read.')
  work.files = new Map(read.value.map((file) => [file.name, file]))
  work.isFresh = true
  return null
}

type Sent =
  | { readonly kind: 'accepted' | 'lost' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'halt'; readonly halt: Halt }

export async function send(work: Work, mutation: Mutation): Promise<Sent> {
  const { slice, row } = work
  const given = { ...row, rebuilt: work.state }
  const passage = gateOfRebuild(slice.sql, slice.run, given, mutation, slice.deps.now())
  if (!passage.pass) return { kind: 'halt', halt: later(work, passage.detail) }
  const sent = await slice.deps.client.mutate(passage.permit, slice.meter)
  work.isFresh = false
  if (sent.effect === 'accepted') return { kind: 'accepted' }
  if (sent.effect === 'unknown' || sent.result.ok) return { kind: 'lost' }
  const { failure } = sent.result
  if (failure.kind === 'refused') return { kind: 'refused', why: failureText(failure) }
  return { kind: 'halt', halt: haltOf(work, failure, 'A call was not made.') }
}

/** What concerns the whole service, or this slice, is no refusal of the one call. */
export function haltOf(work: Work, failure: Failure, what: string): Halt {
  return failure.kind === 'notFound' ? { kind: 'gone' } : later(work, `${what} ${failureText(failure)}`)
}
