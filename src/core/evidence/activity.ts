/**
 * Activity (G31): the newest of the effective `modified`, the last deployment, the files' dates and the newest backtest.
 * The list alone is a lower bound: it can prove that a project is not idle, never that it is.
 */

import { type Facts, modifiedOf, paidOf, pastDate } from './facts.ts'
import { type ActivityReading, type Doubt, type Evidence, type Inventory, isUnknown, type Project } from './project.ts'

export interface Activity {
  /** The newest that is known; nothing known is negative infinity. */
  readonly at: number
  /** Why there may be something newer; null = there is not. */
  readonly unsure: Doubt | null
}

/** A reading proves that nothing newer happened for so long, while the list's `modified` stays the same. */
export const READING_GOOD_FOR_MS = 7 * 86_400_000

export const ACTIVITY_NOT_READ: Doubt = {
  unknown: 'its activity has not been read yet (activity-not-read)',
  code: 'activity-not-read',
}

/** When a project was last worked on, as far as that is known. */
export function activityOf(facts: Facts, project: Project): Activity {
  const modified = modifiedOf(facts, project)
  const reading = readingOf(facts, project)
  const { backtests } = paidOf(facts, project)
  let at = Number.NEGATIVE_INFINITY
  let unsure: Doubt | null = null
  add(modified)
  add(
    project.lastLive === null || isUnknown(project.lastLive) ? project.lastLive : pastDate(project.lastLive, facts.now),
  )
  if (reading !== null) {
    add(reading.files === null ? null : pastDate(reading.files, facts.now))
    add(reading.backtest === null ? null : pastDate(reading.backtest, facts.now))
  }
  if (backtests !== undefined && !isUnknown(backtests) && backtests.last !== null && backtests.last <= facts.now) {
    add(backtests.last)
  }
  return { at, unsure: unsure ?? whyUnread(facts, reading, project, modified) }

  function add(date: Evidence<number | null>): void {
    if (isUnknown(date)) unsure ??= date
    else if (date !== null && date > at) at = date
  }
}

/** Whether reading a project's activity, now, would tell what is not known of it. */
export function needsReading(facts: Facts, project: Project): boolean {
  if (activityOf(facts, project).unsure?.code !== 'activity-not-read') return false
  const retryAt = readingOf(facts, project)?.retryAt ?? null
  return retryAt === null || retryAt <= facts.now
}

/** What was read of this very project; null = nothing. */
export function readingOf(facts: Facts, project: Project): ActivityReading | null {
  const reading = facts.inventory.activity[project.id]
  return reading === undefined || reading.created !== project.created ? null : reading
}

function whyUnread(
  { now }: Facts,
  reading: ActivityReading | null,
  project: Project,
  modified: Evidence<number>,
): Doubt | null {
  if (reading === null) return ACTIVITY_NOT_READ
  const { readAt, listModified, listed, failed } = reading
  const isSameList = listModified === modified || listed === project.modified
  if (readAt !== null && now - readAt <= READING_GOOD_FOR_MS && isSameList) return null
  if (failed === null) return ACTIVITY_NOT_READ
  return { unknown: `its activity could not be read (activity-not-read): ${failed}`, code: 'activity-not-read' }
}

/**
 * The inventory as if activity had been read of all: where it was not, the list's dates stand for it. For looking back, and
 * at inventories that came without readings; nothing acts on it. `assumed`: the projects for which they do.
 */
export function asIfRead(inventory: Inventory): {
  readonly inventory: Inventory
  readonly assumed: ReadonlySet<number>
} {
  const assumed = new Set<number>()
  const activity: { [projectId: string]: ActivityReading } = {}
  for (const { id, created, modified } of inventory.projects) {
    if (isUnknown(created) || isUnknown(modified)) continue
    const known = inventory.activity[id]
    const own = known?.created === created ? known : NOTHING_READ
    if (own.readAt === null) assumed.add(id)
    activity[id] = { ...own, created, listModified: modified, listed: modified, readAt: inventory.at }
  }
  return { inventory: { ...inventory, activity }, assumed }
}

const NOTHING_READ: ActivityReading = {
  created: 0,
  listModified: 0,
  listed: 0,
  rowHash: '',
  files: null,
  backtest: null,
  readAt: null,
  failed: null,
  retryAt: null,
  opened: null,
}
