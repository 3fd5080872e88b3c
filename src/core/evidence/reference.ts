/**
 * The reference of the shrink guard (G6): every project that a verified list ever held and that did not leave in a way we
 * know of. Lists are compared with it id by id, however long ago a project was last seen.
 */

import { placeOf } from '../base/names.ts'
import { NO_PATH, type Project } from './project.ts'

export interface ReferenceEntry {
  readonly id: number
  /** The name under which it was last seen, for people. */
  readonly name: string
  /** Whether it was last seen in the Recycle Bin, from where it may go without anybody's doing. */
  readonly binned: boolean
}

/** What a list says about the reference. */
export interface Shrinkage {
  /** Entries that were outside the bin, those we deleted not counted: what shares are taken of. */
  readonly expected: number
  /** Absent altogether, not deleted by us, and not last seen in the bin. */
  readonly missing: readonly ReferenceEntry[]
  /** In the bin now, not before, and not by us. */
  readonly moved: readonly ReferenceEntry[]
}

/** Fewer than this are what people do by hand, however small the workspace is. */
const FEWEST = 3
const SHARE = 0.2

/** Names are kept for people to recognize a project by, so a very long one is cut. */
const LONGEST_NAME = 200

/** Whether so many of so many is more than people are taken to have meant: at least 3 and over 20 %. */
export function isTooMany(count: number, expected: number): boolean {
  return count >= FEWEST && count > expected * SHARE
}

/** `ours`: ids of projects that we deleted since the reference was written. */
export function compareWithReference(
  reference: readonly ReferenceEntry[],
  projects: readonly Project[],
  ours: ReadonlySet<number>,
): Shrinkage {
  const listed = new Map(projects.map((project) => [project.id, project]))
  const known = reference.filter(({ id, binned }) => id > 0 && !binned && !ours.has(id))
  return {
    expected: known.length,
    missing: known.filter(({ id }) => !listed.has(id)),
    moved: known.filter(({ id }) => {
      const project = listed.get(id)
      return project !== undefined && isBinned(project)
    }),
  }
}

/** Names under which projects were last seen and which they do not have in this list, moves into and out of the bin apart. */
export function formerNames(
  reference: readonly ReferenceEntry[],
  projects: readonly Project[],
): readonly { readonly id: number; readonly name: string }[] {
  const listed = new Map(projects.map((project) => [project.id, project]))
  return reference.filter(({ id, name, binned }) => {
    const project = listed.get(id)
    if (project === undefined || binned || project.path === NO_PATH || isBinned(project)) return false
    return entryOf(project).name !== name && name.length < LONGEST_NAME
  })
}

/**
 * The reference after a list that was accepted: all it holds, and whatever else is still missed. In the order of ids. A row
 * without a readable id is nobody's; one without a readable name stays as it was last seen.
 */
export function nextReference(
  reference: readonly ReferenceEntry[],
  projects: readonly Project[],
  ours: ReadonlySet<number>,
): readonly ReferenceEntry[] {
  const known = projects.filter(({ id }) => id > 0)
  const unnamed = new Set(known.filter(({ path }) => path === NO_PATH).map(({ id }) => id))
  const next = new Map(known.map((project) => [project.id, entryOf(project)]))
  for (const entry of reference) {
    if (unnamed.has(entry.id)) next.set(entry.id, entry)
    else if (!next.has(entry.id) && !entry.binned && !ours.has(entry.id)) next.set(entry.id, entry)
  }
  return [...next.values()].sort((a, b) => a.id - b.id)
}

/** How a person accepts what stands against the list, by the hash of what was shown; every way asks for the right to operate. */
export function acceptText(hash: string): string {
  const short = hash.slice(0, 12)
  return `accept that: on the page /baseline, by "/sweep baseline ${short}" in chat, by npm run baseline, or by POST /api/inventory/base with {"missing": "${hash}"}. Each shows first which they are.`
}

export function entryOf(project: Project): ReferenceEntry {
  return { id: project.id, name: project.name.slice(0, LONGEST_NAME), binned: isBinned(project) }
}

function isBinned({ path }: Project): boolean {
  return placeOf(path) === 'bin'
}
