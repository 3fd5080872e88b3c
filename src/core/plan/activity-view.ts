/** When a project was last worked on, as people and programs see it. */

import { activityOf, readingOf } from '../evidence/activity.ts'
import { type Facts, modifiedOf } from '../evidence/facts.ts'
import { isUnknown, type Project } from '../evidence/project.ts'
import { minuteText } from './sentences.ts'

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
