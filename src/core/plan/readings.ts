/** What people are shown of activity: how far its reading is, and what may be named only by a reading of the last day. */

import { activityOf, readingOf } from '../evidence/activity.ts'
import { type Facts, openFacts } from '../evidence/facts.ts'
import type { Memory } from '../evidence/memory.ts'
import type { Inventory, Project } from '../evidence/project.ts'
import type { Decision } from '../judge/decide.ts'
import { type ToRead, toRead } from '../judge/unread.ts'
import { usesActivity } from '../judge/uses-activity.ts'
import type { Policy } from '../policy/policy.ts'
import type { Asking } from './asking.ts'

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
