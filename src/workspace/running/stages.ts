/**
 * The stages of a directory (G23): all its members are copied, stand on one list and may be acted on, before the first call
 * is made; then they are sent batch by batch, each time on fresh lists. The ledger holds the stage, so that a process that
 * is killed goes on there, and a pause or a throttle costs nothing but another look.
 */

import type { Project } from '../../core/evidence/project.ts'
import { loadInventory } from '../ledger/evidence.ts'
import { type ItemRow, itemsOf, itemsOfUnit, postpone, writeOutcome } from '../ledger/items.ts'
import { readMemory } from '../ledger/memory.ts'
import { pausedBy } from '../ledger/pause.ts'
import type { OutcomeKind } from '../ledger/run.ts'
import { throttledUntil } from '../ledger/throttle.ts'
import { heldMember, moveUnit, openUnits, stopUnit, unitRow } from '../ledger/units.ts'
import { isUnsure } from '../ledger/unsettled.ts'
import { copyOf, heldBackCopy, readCopy } from './backup.ts'
import { LISTS_GOOD_FOR_MS, type Stands, whyUnitBarred } from './gate.ts'
import { judge } from './judge.ts'
import { openPack, type Packed, verifyPut } from './pack.ts'
import { CALLS_OF_ONE_ITEM } from './put-down.ts'
import { notReadAgain, readBeforeActing } from './read-again.ts'
import type { Fresh } from './recheck.ts'
import { revalidate } from './revalidate.ts'
import { policyTime, type Slice } from './slice.ts'

/** Items that one slice acts on, give or take the rest of a directory. */
export const ITEMS_PER_SLICE = 10

/** Copies that one slice makes ahead of the lists, and how long it may take for them. */
const COPIES_PER_SLICE = 50
const COPYING_TAKES_MS = 45_000

/** An item that could not be finished in this many slices has failed. */
export const MOST_TRIES = 4

export interface Batch {
  /** In order; what is acted on in this slice. */
  readonly rows: readonly ItemRow[]
  /** The same, and all that goes together with those that have not begun. */
  readonly asked: readonly ItemRow[]
  /** Keys of the units among them. */
  readonly units: readonly string[]
  /** The members of one unit of which more have to be copied or read than go with lists; nothing is asked before they are. */
  readonly ahead: readonly ItemRow[] | null
}

/** What is next. Puts down the units of the run before anything is done about them. */
export function nextBatch(slice: Slice): Batch {
  const { sql, run } = slice
  slice.storage.transactionSync(() => openUnits(sql, run.id))
  const rows: ItemRow[] = []
  const asked: ItemRow[] = []
  const units: string[] = []
  for (const row of itemsOf(sql, run.id, 'pending', ITEMS_PER_SLICE)) {
    if (row.unit === null || units.includes(row.unit)) {
      rows.push(row)
      if (row.unit === null || unitRow(sql, run.id, row.unit)?.state === 'sending') asked.push(row)
      continue
    }
    const unit = unitRow(sql, run.id, row.unit)
    const members = itemsOfUnit(sql, run.id, row.unit).filter(({ state }) => state === 'pending')
    const left = unit?.state === 'reading' ? [...uncopied(slice, members), ...notReadAgain(slice, members)].length : 0
    if (left > ITEMS_PER_SLICE) {
      if (rows.length === 0) return { rows, asked, units, ahead: members }
      break
    }
    units.push(row.unit)
    rows.push(row)
    asked.push(...(unit?.state === 'sending' ? [row] : members))
  }
  return { rows, asked, units, ahead: null }
}

function uncopied(slice: Slice, members: readonly ItemRow[]): readonly ItemRow[] {
  return members.filter(({ item }) => item.action === 'delete' && copyOf(slice, item) === null)
}

/** What became of an item that does not go, and with it of the directory that it belongs to: in one transaction. */
export function drop(slice: Slice, row: ItemRow, outcome: OutcomeKind, why: string): void {
  slice.storage.transactionSync(() => {
    writeOutcome(slice.sql, row, outcome, why)
    // What somebody else did already is done; the rest goes on without it.
    if (outcome !== 'already') stopUnit(slice.sql, row, why, policyTime(slice))
  })
}

/** The item could not be finished in this slice; after some it has failed. */
export function tryLater(slice: Slice, row: ItemRow, why: string): void {
  postpone(slice.sql, row, why)
  if (row.tries + 1 >= MOST_TRIES) drop(slice, row, 'failed', `Given up after ${MOST_TRIES} tries. ${why}`)
}

/**
 * Copies members of a unit and reads their activity, as the survey showed them; what they are by now is asked on fresh lists
 * afterwards.
 */
export async function readAhead(slice: Slice, members: readonly ItemRow[]): Promise<void> {
  const { sql, run, deps } = slice
  const inventory = await loadInventory(sql, run, deps.config.organizationId)
  if ((await copyMembers(slice, members, inventory.projects, null)) !== 'all') return
  const rest = notReadAgain(slice, members)
  const read = await readBeforeActing(slice, rest, inventory, readMemory(sql), policyTime(slice))
  const [first] = members
  if ('stop' in read || !read.isWhole || first === undefined || first.unit === null) return
  moveUnit(sql, run.id, first.unit, 'ready')
}

/**
 * Copies those members that have no copy yet, as many as fit into this slice, and packs them. `stands`: asked of each once
 * its files were read, for their dates are activity. `stopped`: one cannot be copied or does not stand, and nothing goes.
 */
async function copyMembers(
  slice: Slice,
  members: readonly ItemRow[],
  projects: readonly Project[],
  stands: ((row: ItemRow) => Stands) | null,
): Promise<'all' | 'wait' | 'stopped'> {
  const { sql, run, deps } = slice
  const [first] = uncopied(slice, members)
  if (first === undefined) return 'all'
  const earlier = await verifyPut(slice, members)
  if (earlier.kind !== 'verified') return notPacked(slice, first, earlier)
  const heldBack = heldBackCopy(slice)
  if (heldBack !== null) {
    drop(slice, first, heldBack.kind, heldBack.why)
    return 'stopped'
  }
  const byId = new Map(projects.map((project) => [project.id, project]))
  const until = deps.now() + COPYING_TAKES_MS
  const pack = openPack(slice)
  for (const [place, row] of uncopied(slice, members).slice(0, COPIES_PER_SLICE).entries()) {
    if (pausedBy(sql, run) !== null || deps.now() > until) break
    // The first is tried in any case, or a small budget would never get to it.
    if (place > 0 && slice.meter.left < CALLS_OF_ONE_ITEM) break
    const project = byId.get(row.item.projectId)
    if (project === undefined) return gone(slice, row)
    const copy = await readCopy(slice, row, project)
    if (throttledUntil(sql, deps.now()) !== null) break
    if (copy.kind === 'later') {
      if (place === 0) tryLater(slice, row, copy.why)
      break
    }
    const still = stands?.(row) ?? STILL
    if (copy.kind !== 'read') drop(slice, row, copy.kind, copy.why)
    else if (!still.still) drop(slice, row, still.outcome, still.why)
    if (copy.kind !== 'read' || !still.still) return 'stopped'
    const packed = await pack.add(row, copy.backup, copy.bytes)
    if (packed.kind !== 'verified') return notPacked(slice, row, packed)
  }
  const packed = await pack.close()
  if (packed.kind !== 'verified') return notPacked(slice, first, packed)
  return uncopied(slice, members).length === 0 ? 'all' : 'wait'
}

const STILL = { still: true } as const

function gone(slice: Slice, row: ItemRow): 'stopped' {
  drop(slice, row, 'changed', 'The list does not hold it any more.')
  return 'stopped'
}

function notPacked(slice: Slice, row: ItemRow, packed: Exclude<Packed, { kind: 'verified' }>): 'wait' | 'stopped' {
  if (packed.kind === 'later') {
    tryLater(slice, row, packed.why)
    return 'wait'
  }
  drop(slice, row, 'failed', packed.why)
  return 'stopped'
}

/**
 * Looks at all members of a unit that were not sent yet, on one list, and copies those that have no copy. `sending`: it may
 * be acted on. `stopped`: a member does not go, and all of them have their outcome. `wait`: this slice ends here.
 */
export async function prepare(slice: Slice, unit: string, fresh: Fresh): Promise<'sending' | 'stopped' | 'wait'> {
  const { sql, run, deps } = slice
  const members = itemsOfUnit(sql, run.id, unit).filter(({ state }) => state === 'pending')
  const left: Left[] = []
  for (const row of members) {
    const found = await revalidate(slice, row, fresh)
    if (found.kind === 'later') {
      if (throttledUntil(sql, deps.now()) === null) tryLater(slice, row, found.why)
      return 'wait'
    }
    // What somebody else did already is done; the rest goes on without it.
    if (found.kind === 'left' && found.outcome === 'already') writeOutcome(sql, row, 'already', found.why)
    else if (found.kind === 'left') left.push({ row, ...found })
    else if (isUnsure(sql, row.item.projectId)) {
      left.push({ row, outcome: 'changed', why: 'An earlier attempt on this project is not settled yet.' })
    }
  }
  if (left.length > 0) {
    stopAll(slice, left, fresh)
    return 'stopped'
  }
  const rest = itemsOfUnit(sql, run.id, unit).filter(({ state }) => state === 'pending')
  const [first] = rest
  if (first === undefined) return 'stopped'
  const amiss = amissWith(slice, unit, fresh)
  if (amiss !== null) {
    drop(slice, first, 'changed', amiss)
    return 'stopped'
  }
  const state = unitRow(sql, run.id, unit)?.state
  if (state === 'sending') return 'sending'

  const copied = await copyMembers(slice, rest, fresh.inventory.projects, fresh.standsOnCopy)
  if (copied !== 'all') return copied
  moveUnit(sql, run.id, unit, 'ready')
  // What was read of it took its time: all of it is looked at once more, on lists that are younger than that.
  if (state === 'reading' && (fresh.isFurther || rest.some(({ item }) => item.action === 'delete'))) return 'wait'
  const barred = whyUnitBarred(sql, slice.policy, run, rest, policyTime(slice))
  if (barred !== null) {
    drop(slice, first, 'failed', barred)
    return 'stopped'
  }
  if (deps.now() - fresh.askedAt > LISTS_GOOD_FOR_MS || heldMember(sql, first, policyTime(slice)) !== null)
    return 'wait'
  moveUnit(sql, run.id, unit, 'sending')
  return 'sending'
}

interface Left {
  readonly row: ItemRow
  readonly outcome: OutcomeKind
  readonly why: string
}

function stopAll(slice: Slice, left: readonly Left[], { inventory }: Fresh): void {
  const told = culprit(left, inventory.projects)
  slice.storage.transactionSync(() => {
    for (const { row, outcome, why } of left) writeOutcome(slice.sql, row, outcome, why)
    if (told !== undefined) stopUnit(slice.sql, told.row, told.why, policyTime(slice))
  })
}

/** Of several that do not go, the one for which: what is protected by itself, then what was changed, for neighbors it is news. */
function culprit(left: readonly Left[], projects: readonly Project[]): Left | undefined {
  const listed = new Map(projects.map((project) => [project.id, project]))
  const changed = left.find(({ row: { item } }) => listed.get(item.projectId)?.modified !== item.modified)
  return left.find(({ outcome }) => outcome !== 'changed') ?? changed ?? left[0]
}

/** What is in the directory besides its members, and what of them was sent and is not as it was to be; null when all is well. */
function amissWith(slice: Slice, unit: string, { inventory }: Fresh): string | null {
  const { sql, run } = slice
  const directory = unitRow(sql, run.id, unit)?.directory
  const rule = itemsOfUnit(sql, run.id, unit)[0]?.item.rule
  const meant = new Set(
    itemsOf(sql, run.id).flatMap(({ item, state, settles }) =>
      settles === '' && item.rule === rule && !UNTRIED.has(state) ? [item.projectId] : [],
    ),
  )
  const stranger = inventory.projects.find(({ id, path }) => path.startsWith(`${directory}/`) && !meant.has(id))
  if (stranger !== undefined) return `"${stranger.name}" (${stranger.id}) is in its directory and not part of the plan.`
  for (const { item, answer, state } of itemsOfUnit(sql, run.id, unit)) {
    if (state !== 'answered' || answer?.kind !== 'accepted') continue
    const project = inventory.projects.find(({ id }) => id === item.projectId)
    if (project === undefined) continue
    const seen = judge(item, answer, { kind: 'seen', project })
    if (seen.outcome !== 'done') return `Of "${item.name}" (${item.projectId}): ${seen.detail}`
  }
  return null
}

const UNTRIED: ReadonlySet<string> = new Set(['shown', 'waiting', 'left'])
