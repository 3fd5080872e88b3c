/** Activity is read again before it is acted on (G31). */

import { activityOf } from '../../core/evidence/activity.ts'
import { isAsRead, modifiedOf, openFacts } from '../../core/evidence/facts.ts'
import type { Memory } from '../../core/evidence/memory.ts'
import { type Inventory, isUnknown, type Project } from '../../core/evidence/project.ts'
import { rowHash } from '../../core/evidence/row-hash.ts'
import { usesActivity } from '../../core/judge/uses-activity.ts'
import { READINGS_AT_ONCE } from '../../core/plan/readings.ts'
import { lastReadOf, type Read, readingAt } from '../ledger/activity.ts'
import type { ItemRow } from '../ledger/items.ts'
import { inLanes } from './read-activity.ts'
import { readOne } from './read-one.ts'
import { policyTime, type Slice } from './slice.ts'

/** What was read this long before a call is read in time. */
const READ_IN_TIME_MS = 15 * 60_000

/**
 * Reads again, before a batch is acted on, what rules about activity want done in it: in this run, and not long ago. The
 * copy that is made before a deletion reads the files, so of that only the backtests are read here. `isWhole` false: the calls
 * of this slice were used up before all was read; `isFurther`: something was.
 */
export async function readBeforeActing(
  slice: Slice,
  batch: readonly ItemRow[],
  inventory: Inventory,
  memory: Memory,
  now: number,
): Promise<{ readonly isWhole: boolean; readonly isFurther: boolean } | { readonly stop: string }> {
  const { sql, policy } = slice
  const asking = new Set(policy.rules.filter(usesActivity).map(({ id }) => id))
  const facts = openFacts(inventory, memory, now)
  const projects = new Map(inventory.projects.map((project) => [project.id, project]))
  const since = readSince(slice)
  let isFurther = false
  let end: 'later' | { readonly stop: string } | null = null
  await inLanes(batch, READINGS_AT_ONCE, async ({ item }) => {
    const project = projects.get(item.projectId)
    if (item.rule === null || !asking.has(item.rule) || project === undefined) return true
    const listModified = modifiedOf(facts, project)
    // What the list shows to be another, or to have been worked on, is not acted on anyhow.
    const { modified: listed } = project
    if (project.created !== item.created || isUnknown(listModified) || isUnknown(listed)) return true
    const { projectId, created } = item
    const beside: Read = { projectId, created, listModified, listed, rowHash: rowHash(project) }
    const last = lastReadOf(sql, beside)
    // A date of the moment in which we read the files may hide a save in that moment: those of a later one tell.
    const opened = openedBefore(sql, project, beside)
    const isHidden = opened !== null && last.filesRead < listed + 1_000
    const read = opened === null ? beside : { ...beside, ...opened }
    // Its files are read for the copy, and what was known before stands until then.
    const isCopied = item.action === 'delete' && activityOf(facts, project).unsure === null
    const parts = { files: !isCopied && (isHidden || last.filesRead < since), backtests: last.backtestsRead < since }
    if (!parts.files && !parts.backtests) return true
    const went = await readOne(slice, { ...read, youngAfter: null }, parts, slice.meter)
    if (went === 'later' || typeof went === 'object') end ??= went
    else isFurther = true
    return end === null
  })
  if (end === 'later') return { isWhole: false, isFurther }
  return end ?? { isWhole: true, isFurther }
}

/** Those whose activity is to be read before they are acted on and was not, in this run; one that failed is not read again. */
export function notReadAgain(slice: Slice, rows: readonly ItemRow[]): readonly ItemRow[] {
  const asking = new Set(slice.policy.rules.filter(usesActivity).map(({ id }) => id))
  const since = readSince(slice)
  const now = policyTime(slice)
  return rows.filter(({ item }) => {
    if (item.rule === null || !asking.has(item.rule)) return false
    if ((readingAt(slice.sql, item)?.retryAt ?? 0) > now) return false
    const { filesRead, backtestsRead } = lastReadOf(slice.sql, item)
    return backtestsRead < since || (item.action !== 'delete' && filesRead < since)
  })
}

/** Real time from which on a reading is in time. */
function readSince({ run, deps }: Slice): number {
  return Math.max(deps.now() - READ_IN_TIME_MS, run.startedAt ?? run.createdAt)
}

/** The list that an earlier reading was taken beside, where its date moved since by our reading alone; null where it did not. */
function openedBefore(
  sql: SqlStorage,
  project: Project,
  beside: Read,
): (Pick<Read, 'listed' | 'listModified'> & { readonly opened: number }) | null {
  const reading = readingAt(sql, beside)
  if (reading === null || reading.opened === null || reading.listed === beside.listed) return null
  if (!isAsRead(reading, project)) return null
  return { listed: reading.listed, listModified: reading.listModified, opened: reading.opened.from }
}
