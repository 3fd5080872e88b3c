/**
 * The shrink guard (G6): a list that lacks too much of what earlier lists held is taken for a fault of the API, not for the
 * truth, until a person accepts exactly what is missing. It stands before rules and deletions, never before restores, holds
 * and updates.
 */

import type { Inventory, Project } from '../../core/evidence/project.ts'
import {
  acceptText,
  compareWithReference,
  entryOf,
  isTooMany,
  type ReferenceEntry,
  type Shrinkage,
} from '../../core/evidence/reference.ts'
import { duplicateOf } from '../../quantconnect/projects.ts'
import type { ObjectionCode } from '../ledger/asks.ts'
import { readFact } from '../ledger/facts.ts'
import { sentDeletions } from '../ledger/items.ts'
import {
  dropObjection,
  type NamedProject,
  type Objection,
  objectionHash,
  raiseObjection,
  readObjections,
} from '../ledger/objections.ts'
import { deletedByUs, packReference, readReference, writeReference } from '../ledger/reference.ts'
import type { RunRow } from '../ledger/runs.ts'
import { wordOf } from './asked.ts'
import type { Slice } from './slice.ts'

/** How long rules wait after other people moved much to the Recycle Bin. */
const WAIT_MS = 24 * 3_600_000

/** What a run may do: what the policy's rules want, what somebody asked to be deleted, or only what loses nothing. */
export type Reach = 'rules' | 'deletion' | 'harmless'

export function reachOf(sql: SqlStorage, run: RunRow): Reach {
  const asked = wordOf(sql, run)?.asked ?? null
  if (asked === null) return 'rules'
  const isDeletion = asked.kind === 'command' && /\.delete$/.test(asked.command.type)
  return isDeletion ? 'deletion' : 'harmless'
}

/** Why nobody can conclude anything from this list; null when one can. */
export function unusable(projects: readonly Project[]): string | null {
  if (projects.length === 0) {
    return 'QuantConnect answered with an empty list of projects. An empty list is more likely a fault than the truth, so nothing was done. If the account really is empty, there is nothing to sweep.'
  }
  const twice = duplicateOf(projects)
  if (twice === null) return null
  return `The list holds project ${twice} twice, so it cannot be trusted and nothing was done. The next tick reads it anew.`
}

/** A restore is needed most where everything is gone, and looks at what it is about singly. */
function unusableFor({ sql, run }: Slice, projects: readonly Project[]): string | null {
  return projects.length === 0 && bringsBack(sql, run) ? null : unusable(projects)
}

function bringsBack(sql: SqlStorage, run: RunRow): boolean {
  const asked = wordOf(sql, run)?.asked
  return asked?.kind === 'undo' || (asked?.kind === 'command' && asked.command.type === 'project.restore')
}

/**
 * Why nothing of this run may be done on the inventory of its scan, or null. What stands against the list is written down
 * with the ids it is about, and what a person accepted, or what has waited long enough, leaves the reference. `now` is
 * policy time.
 */
export async function guard(slice: Slice, inventory: Inventory, now: number): Promise<string | null> {
  const { sql, run } = slice
  const { projects } = inventory
  const wrong = unusableFor(slice, projects)
  if (wrong !== null) return wrong
  const reach = reachOf(sql, run)
  if (reach === 'harmless') return null
  await settle(slice, now)

  const objections = await readObjections(sql)
  const differs = objections.find(isDiffering)
  if (differs !== undefined) return differs.says
  const reference = await readReference(sql)
  if (reference === null) return run.state.proof === 'proved' ? null : UNVERIFIED
  const shrinkage = compareWithReference(reference, projects, deletedByUs(sql))

  const { missing, moved, expected } = shrinkage
  if (isTooMany(missing.length, expected)) return raise(slice, 'shrunk', missing, expected)
  dropObjection(sql, 'shrunk')
  if (!isTooMany(moved.length, expected)) dropObjection(sql, 'moved_to_bin')
  else if (reach === 'rules') {
    // The wait counts from when it was first seen, whatever else is moved meanwhile.
    const waiting = objections.find(({ code }) => code === 'moved_to_bin')
    return waiting === undefined ? raise(slice, 'moved_to_bin', moved, expected) : waiting.says
  }
  return null
}

/** The same before a call of this run: on a list read anew, compared with the scan as well. Nothing is written down. */
export async function guardAgain(
  slice: Slice,
  scanned: readonly Project[],
  fresh: readonly Project[],
): Promise<string | null> {
  const { sql, run } = slice
  const wrong = unusableFor(slice, fresh)
  if (wrong !== null) return wrong
  const reach = reachOf(sql, run)
  if (reach === 'harmless') return null
  const ours = deletedByUs(sql).union(sentDeletions(sql, run.id))
  const reference = (await readReference(sql)) ?? []
  for (const before of [scanned.filter(({ id }) => id > 0).map(entryOf), reference]) {
    const { missing, moved, expected } = compareWithReference(before, fresh, ours)
    if (isTooMany(missing.length, expected)) {
      return `${missing.length} of ${expected} projects that were there before are missing, over 20 %, so the list cannot be trusted. The next tick reads it anew.`
    }
    if (reach === 'rules' && isTooMany(moved.length, expected)) {
      return `${moved.length} of ${expected} projects were moved to the Recycle Bin by others since the last good scan, over 20 %, so rules wait.`
    }
  }
  return null
}

/** Why a run of the rules would not act on this list now; nothing is written down. `now` is policy time. */
export async function guardForPreview(sql: SqlStorage, inventory: Inventory, now: number): Promise<string | null> {
  const { projects } = inventory
  const wrong = unusable(projects)
  if (wrong !== null) return wrong
  const objections = await readObjections(sql)
  const differs = objections.find(isDiffering)
  if (differs !== undefined) return differs.says
  const reference = await readReference(sql)
  if (reference === null) return null
  const over = objections.filter((objection) => isOver(objection, now))
  const { missing, moved, expected } = compareWithReference(without(reference, over), projects, deletedByUs(sql))
  const shown = async (code: ObjectionCode, about: readonly NamedProject[]) =>
    textOf(code, about.length, expected, await objectionHash(code, about))
  if (isTooMany(missing.length, expected)) return shown('shrunk', missing)
  return isTooMany(moved.length, expected) ? shown('moved_to_bin', moved) : null
}

/** Takes out of the reference what a person accepted, and what has waited in the bin long enough. */
async function settle({ sql, storage }: Slice, now: number): Promise<void> {
  const over = (await readObjections(sql)).filter((objection) => isOver(objection, now))
  const reference = over.length === 0 ? null : await readReference(sql)
  const change = reference === null ? null : await packReference(sql, without(reference, over))
  storage.transactionSync(() => {
    const since = readFact(sql, 'reference')?.since
    if (change !== null && since !== undefined) writeReference(sql, change, since)
    for (const { code, hash } of over) dropObjection(sql, code, hash)
  })
}

/** A difference that was accepted stays accepted: the row is what the next proof is compared with. */
function isOver({ code, acceptedBy, at }: Objection, now: number): boolean {
  if (code === 'list_differs') return false
  return acceptedBy !== null || (code === 'moved_to_bin' && now - at >= WAIT_MS)
}

function isDiffering({ code, acceptedBy }: Objection): boolean {
  return code === 'list_differs' && acceptedBy === null
}

function without(reference: readonly ReferenceEntry[], over: readonly Objection[]): readonly ReferenceEntry[] {
  const idsOf = (wanted: ObjectionCode) =>
    new Set(over.filter(({ code }) => code === wanted).flatMap(({ projects }) => projects.map(({ id }) => id)))
  const gone = idsOf('shrunk')
  const moved = idsOf('moved_to_bin')
  return reference
    .filter(({ id }) => !gone.has(id))
    .map((entry) => (moved.has(entry.id) ? { ...entry, binned: true } : entry))
}

async function raise(
  { sql, run }: Slice,
  code: 'shrunk' | 'moved_to_bin',
  projects: Shrinkage['missing'],
  expected: number,
): Promise<string> {
  const says = textOf(code, projects.length, expected, await objectionHash(code, projects))
  return (await raiseObjection(sql, { code, projects, at: run.policyAt, says })).says
}

const UNVERIFIED =
  'The list of projects has not been verified yet: its end could not be proved. No rule and no deletion was carried out. The next scheduled run tries again.'

function textOf(code: ObjectionCode, count: number, expected: number, hash: string): string {
  if (code === 'moved_to_bin') {
    return `Other people moved ${count} of ${expected} projects to the Recycle Bin since the last good scan, over 20 %. Rules wait for 24 hours, or until people ${acceptText(hash)}`
  }
  return `${count} of the ${expected} projects that earlier lists held are missing from this one, and over 20 % are missing. No rule and no deletion was carried out; restores, holds and updates still are. If they are gone for good, ${acceptText(hash)}`
}
