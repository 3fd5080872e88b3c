/**
 * Makes a project again from our backup, once the Recycle Bin has let it go (G16, G24). The new project has a temporary name
 * with the id of the run, which nobody else has, until it is complete. A restore never changes a person's work: every step
 * begins with a look, only what is missing or still as QuantConnect made it is written, and every difference is left and named.
 */

import { restoringName, shortRestoringName } from '../../core/base/names.ts'
import { unfinished } from '../../core/command/command-restore.ts'
import { type Inventory, isUnknown, type Project } from '../../core/evidence/project.ts'
import { failureText } from '../../quantconnect/failure.ts'
import type { Mutation } from '../../quantconnect/permit.ts'
import { type Backup, readBackup } from '../../records/backups.ts'
import { recordAction } from '../ledger/acted-on.ts'
import { newestBackup } from '../ledger/backups.ts'
import { holdRestored } from '../ledger/holds.ts'
import {
  dropIntent,
  type ItemRow,
  itemsOf,
  postpone,
  type Rebuilt,
  writeAnswer,
  writeIntent,
  writeOutcome,
  writeRebuilt,
} from '../ledger/items.ts'
import { dropLeftover, madeBy, newestRebuilt, readRebuilt, rebuiltAs, resetTries } from '../ledger/rebuilt.ts'
import { throttledUntil } from '../ledger/throttle.ts'
import { isUnsure, noteAbsent } from '../ledger/unsettled.ts'
import { fill } from './fill.ts'
import { type GateFacts, gate, type Passage } from './gate.ts'
import { halfBuiltText, inBinText, lookAgain } from './settle.ts'
import { policyTime, type Slice, update } from './slice.ts'

/** Slices that may go by without getting any further. */
const MOST_TRIES = 4

/**
 * The gate for the first call, which makes the empty project. `goes on`: an earlier restore made one already, and there is
 * nothing to send.
 */
export async function beginRebuild(
  slice: Slice,
  row: ItemRow,
  facts: GateFacts,
  inventory: Inventory,
): Promise<Passage | 'goes on'> {
  const { sql } = slice
  const { item } = row
  const backup = await backupOf(slice, row)
  if (backup === null) return stop('later', 'Its backup could not be read whole.')
  // A list may lack what is there; only a look at the old project shows that it is gone.
  const sight = await lookAgain(slice, item.projectId)
  if (sight === 'later') return stop('later', 'The calls of this slice were used up.')
  if (sight.kind === 'unreadable') return stop('later', `It could not be looked at. ${sight.detail}`)
  if (sight.kind === 'seen') {
    return stop('changed', 'The list does not hold it, yet it is still there. Ask for the restore again.')
  }

  const listed = new Map(inventory.projects.map((project) => [project.id, project]))
  const libraries = backup.libraries.filter((id) => listed.has(id))
  const gone = backup.libraries.filter((id) => !listed.has(id))
  const start = {
    final: item.to ?? item.name,
    libraries,
    notes: [
      ...backup.files.filter(({ content }) => content === '').map(({ name }) => emptyText(name)),
      ...gone.map((id) => `The library ${id} is no more, so it is not linked.`),
    ],
    left: [],
    refused: [],
    next: 0,
    complete: false,
  }
  const begun = unfinished(rebuiltAs(sql, item.projectId), listed)
  if (begun !== null && facts.stands.still && !isUnsure(sql, item.projectId)) {
    const earlier = newestRebuilt(sql, item.projectId)
    slice.storage.transactionSync(() => {
      writeIntent(sql, row, facts.now, { item, backup: null, project: null })
      writeAnswer(sql, row, { kind: 'accepted' }, facts.now, facts.now)
      if (earlier !== null) writeRebuilt(sql, row, { ...earlier, ...start })
      hold(slice, begun)
    })
    return 'goes on'
  }

  const { organizationId, language } = backup
  const create: Mutation = {
    endpoint: 'projects/create',
    name: row.rebuilt?.name ?? restoringName(item.name, slice.run.id),
    language,
    ...(organizationId === '' ? {} : { organizationId }),
  }
  const passage = await gate(sql, slice.policy, slice.run, row, { ...facts, create })
  if (passage.pass) {
    const made = { run: slice.run.id, name: create.name, projectId: null, created: null, templates: null }
    writeRebuilt(sql, row, { ...start, ...made, since: slice.deps.client.date() ?? slice.deps.now() })
  }
  return passage
}

/** After a refusal of the long temporary name: whether a shorter one is to be tried. */
export function triesShorterName({ sql, run }: Slice, row: ItemRow): boolean {
  const rebuilt = readRebuilt(sql, row)
  const name = shortRestoringName(row.item.name, run.id)
  if (rebuilt === null || rebuilt.name.length <= name.length) return false
  dropIntent(sql, row)
  writeRebuilt(sql, row, { ...rebuilt, name })
  return true
}

/** Notes which project the first call made, and keeps it from everybody's rules for 30 days. */
export function adopt(slice: Slice, row: ItemRow, made: Project): void {
  const rebuilt = readRebuilt(slice.sql, row)
  if (rebuilt === null || isUnknown(made.created)) return
  const { id: projectId, name, created } = made
  slice.storage.transactionSync(() => {
    writeRebuilt(slice.sql, row, { ...rebuilt, name, projectId, created })
    recordAction(slice.sql, projectId, slice.deps.now())
    hold(slice, { projectId, created })
  })
}

function hold(slice: Slice, project: { readonly projectId: number; readonly created: number }): void {
  holdRestored(slice.sql, project, policyTime(slice))
}

/** One slice of rebuilding: each project that an accepted or lost call may have made is found and filled. */
export async function rebuild(slice: Slice): Promise<void> {
  const sent = [...itemsOf(slice.sql, slice.run.id, 'intent'), ...itemsOf(slice.sql, slice.run.id, 'answered')]
  for (const row of sent.filter(({ item }) => item.action === 'rebuild')) {
    if (row.answer?.kind === 'refused') writeOutcome(slice.sql, row, 'failed', row.answer.detail)
    else if ((await found(slice, row)) === 'again' || (await goOn(slice, row)) === 'again') return
  }
  update(slice, { phase: 'confirm' })
}

/** Looks for the project whose making was not answered. `again`: the list could not be read in this slice. */
async function found(slice: Slice, row: ItemRow): Promise<'done' | 'again'> {
  if (row.rebuilt?.projectId != null) return 'done'
  const list = await slice.deps.client.readProjects(slice.meter)
  if (!list.ok) return later(slice, row, `The list of projects could not be read. ${failureText(list.failure)}`)
  const made = madeBy(slice.sql, row, list.value)
  if (made !== null) {
    adopt(slice, row, made)
    return 'done'
  }
  noteAbsent(slice.sql, row, slice.deps.now())
  writeOutcome(slice.sql, row, 'unsure', 'The answer was lost, and no new project is to be seen (yet).')
  return 'done'
}

/** Fills the project of an item as far as this slice's calls reach. `again`: the next slice goes on. */
export async function goOn(slice: Slice, row: ItemRow): Promise<'done' | 'again'> {
  const { sql } = slice
  const rebuilt = readRebuilt(sql, row)
  const projectId = rebuilt?.projectId ?? null
  if (rebuilt === null || projectId === null) return 'done'
  const backup = await backupOf(slice, row)
  if (backup === null) return later(slice, row, 'Its backup could not be read whole.')

  const filled = await fill(slice, row, backup)
  if (filled.kind === 'later') {
    if (filled.isFurther) resetTries(sql, row)
    return filled.isFurther ? 'again' : later(slice, row, filled.why)
  }
  if (filled.kind === 'gone') {
    noteAbsent(sql, row, slice.deps.now())
    writeOutcome(sql, row, 'unsure', `The new project ${projectId} is not to be found any more.`)
  } else if (filled.kind === 'binned') writeOutcome(sql, row, 'failed', inBinText(projectId))
  else if (filled.kind === 'stuck') {
    writeOutcome(sql, row, 'failed', `${filled.why} ${halfBuiltText(projectId, rebuilt.name)}`)
  } else if (filled.kind === 'filled') {
    const { notes, left, complete } = readRebuilt(sql, row) ?? rebuilt
    const detail = [`Rebuilt as project ${projectId}, called "${filled.name}".`, ...left, ...notes].join(' ')
    slice.storage.transactionSync(() => {
      writeOutcome(sql, row, 'done', detail)
      if (complete) dropLeftover(sql, projectId)
    })
  }
  return 'done'
}

function later(slice: Slice, row: ItemRow, why: string): 'done' | 'again' {
  // A throttle is waited out.
  if (throttledUntil(slice.sql, slice.deps.now()) !== null) return 'again'
  const [tries] = slice.sql
    .exec<{ tries: number }>(
      `SELECT tries FROM items WHERE run = ? AND project_id = ? AND settles = ''`,
      row.run,
      row.item.projectId,
    )
    .toArray()
  if ((tries?.tries ?? 0) + 1 < MOST_TRIES) {
    postpone(slice.sql, row, why)
    return 'again'
  }
  const { projectId = null, name = '' }: Partial<Rebuilt> = readRebuilt(slice.sql, row) ?? {}
  if (projectId === null) writeOutcome(slice.sql, row, 'unsure', `Given up for now. ${why}`)
  else
    writeOutcome(
      slice.sql,
      row,
      'failed',
      `Given up after ${MOST_TRIES} tries. ${why} ${halfBuiltText(projectId, name)}`,
    )
  return 'done'
}

async function backupOf(slice: Slice, { item }: ItemRow): Promise<Backup | null> {
  const kept = newestBackup(slice.sql, item.projectId, slice.deps.now())
  return kept === null ? null : readBackup(slice.deps.log, kept.place, kept.hash)
}

function emptyText(name: string): string {
  return `The empty file ${name} did not come back: QuantConnect takes none.`
}

function stop(outcome: 'later' | 'changed', detail: string): Passage {
  return { pass: false, outcome, detail }
}
