/** What people are shown of activity: how far its reading is, and what may be named only by a reading of the last day. */

import { activityOf, readingOf } from '../evidence/activity.ts'
import { type Facts, modifiedOf, openFacts } from '../evidence/facts.ts'
import type { Memory } from '../evidence/memory.ts'
import { type Inventory, isUnknown, type Project } from '../evidence/project.ts'
import type { Decision } from '../judge/decide.ts'
import { type ToRead, toRead } from '../judge/unread.ts'
import { usesActivity } from '../judge/uses-activity.ts'
import type { Policy } from '../policy/policy.ts'
import type { Asking } from './asking.ts'
import { minuteText } from './sentences.ts'

/** Projects that are read at the same time. */
export const READINGS_AT_ONCE = 2

/** Before a message or a waiting plan names a project, its reading is no older than this. */
const SHOWN_BY_MS = 24 * 3_600_000

/** How far the reading of activity is, in projects. */
export interface ReadingProgress {
  readonly looked: number
  readonly of: number
  readonly hoursLeft: number
}

/** When a project was last worked on, by all that was read. Times are ISO 8601 UTC. */
export interface ActivityView {
  /** What the list says, without what leansweep itself wrote; null = not known. */
  readonly modified: string | null
  /** Null = never, or not known. */
  readonly lastLive: string | null
  readonly newestFile: string | null
  readonly newestBacktest: string | null
  /** When files and backtests had both been read; null = they never were. */
  readonly readAt: string | null
  /** Why there may be something newer; null = there is not. */
  readonly unsure: string | null
  /** How far the reading is, as a sentence, while this project waits for it. */
  readonly progress: string | null
}

export function activityView(facts: Facts, project: Project): ActivityView {
  const reading = readingOf(facts, project)
  const modified = modifiedOf(facts, project)
  return {
    modified: isUnknown(modified) ? null : iso(modified),
    lastLive: typeof project.lastLive === 'number' ? iso(project.lastLive) : null,
    newestFile: reading === null ? null : iso(reading.files),
    newestBacktest: reading === null ? null : iso(reading.backtest),
    readAt: reading === null ? null : iso(reading.readAt),
    unsure: activityOf(facts, project).unsure?.unknown ?? null,
    progress: null,
  }
}

/** As a sentence or two. */
export function activityText(view: ActivityView): string {
  const parts = [
    `by the list ${dateText(view.modified, 'not known')}`,
    ...(view.newestFile === null ? [] : [`newest file ${dateText(view.newestFile, '')}`]),
    ...(view.readAt === null && view.newestBacktest === null
      ? []
      : [`newest backtest ${dateText(view.newestBacktest, 'none')}`]),
    `last deployment ${dateText(view.lastLive, 'never')}`,
    view.readAt === null ? 'files and backtests not read' : `read ${dateText(view.readAt, '')}`,
  ]
  const text = `Activity: ${parts.join(', ')}.`
  return view.progress === null ? text : `${text} ${view.progress}`
}

function dateText(at: string | null, otherwise: string): string {
  return at === null ? otherwise : minuteText(Date.parse(at))
}

function iso(at: number): string
function iso(at: number | null): string | null
function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

/** As a sentence. */
export function readingText({ looked, of, hoursLeft }: ReadingProgress): string {
  return `Activity of projects: looked at ${numberText(looked)} of ${numberText(of)}, about ${hoursLeft} h left.`
}

/**
 * What would be shown to people for the first time, as marked in this decision or as waiting for their approval, by a reading
 * over a day old. By id.
 */
export function staleNames(
  policy: Policy,
  inventory: Inventory,
  decision: Decision,
  { waiting }: Pick<Asking, 'waiting'>,
  memory: Memory,
  now: number,
): readonly ToRead[] {
  const asking = new Set(policy.rules.filter(usesActivity).map(({ id }) => id))
  const fresh = new Set(decision.marks.flatMap(({ since, projectId }) => (since === now ? [projectId] : [])))
  const waits = new Set(waiting)
  const facts = openFacts(inventory, memory, now)
  const stale: ToRead[] = []
  for (const [place, { projectId, rule }] of decision.verdicts.entries()) {
    if (rule === null || !asking.has(rule) || !(fresh.has(projectId) || waits.has(projectId))) continue
    const project = inventory.projects[place]
    if (project === undefined || !isOverADayOld(facts, project, now)) continue
    const one = toRead(facts, project, null, null)
    if (one !== null) stale.push(one)
  }
  return stale.sort((a, b) => a.projectId - b.projectId)
}

/** What is settled by the list alone has no reading to grow old. */
function isOverADayOld(facts: Facts, project: Project, now: number): boolean {
  const readAt = readingOf(facts, project)?.readAt ?? null
  return readAt !== null && activityOf(facts, project).unsure === null && now - readAt > SHOWN_BY_MS
}

function numberText(n: number): string {
  return n.toLocaleString('en-US')
}
