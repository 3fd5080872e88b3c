/**
 * What a sweep has to tell people: marks they have not been told of, what comes within the notice of its due time, and holds
 * that end within a week; each once, for as long as it stays the same.
 */

import { dayOf } from '../base/zone.ts'
import { type Inventory, isUnknown, type Project } from '../evidence/project.ts'
import type { Decision } from '../judge/decide.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { Policy } from '../policy/policy.ts'
import type { DigestItem } from './digest-card.ts'

/** A mark is announced when it is made, and again when its due time comes near; the end of a hold once. */
export type Stage = 'marked' | 'due' | 'hold'

/** What makes an announcement the same one. */
export interface Announcement {
  readonly projectId: number
  readonly created: number
  /** Hash of the rule that marked it; of a hold, when it ends, as text. */
  readonly ruleHash: string
  readonly stage: Stage
}

export interface News {
  /** Not told of before. */
  readonly marked: readonly DigestItem[]
  /** Told of when they were marked, and coming due now. */
  readonly due: readonly DigestItem[]
  readonly holdsEnding: readonly { readonly projectId: number; readonly name: string; readonly until: string }[]
  /** What is announced by telling this. */
  readonly announces: readonly Announcement[]
}

/** Tells apart what has been announced from what has not. */
export function announcementKey({ projectId, created, ruleHash, stage }: Announcement): string {
  return `${projectId}/${created}/${ruleHash}/${stage}`
}

/** `announced`: keys of what people have been told, or are being told, already. `now`: policy time of the decision. */
export function newsOf(
  policy: Policy,
  inventory: Inventory,
  decision: Decision,
  announced: ReadonlySet<string>,
  now: number,
): News {
  const rules = new Map(policy.rules.map((rule) => [rule.id, rule]))
  const news = { marked: [] as DigestItem[], due: [] as DigestItem[], announces: [] as Announcement[] }
  for (const [place, verdict] of decision.verdicts.entries()) {
    const project = inventory.projects[place]
    const rule = rules.get(verdict.rule ?? '')
    if (project === undefined || rule === undefined || isUnknown(project.created)) continue
    // Stamps change no more than a line that says so; a message about each would be noise.
    if (verdict.action === null || verdict.action === 'describe') continue
    const about = { projectId: project.id, created: project.created, ruleHash: rule.hash }
    const isNew = (stage: Stage) => !announced.has(announcementKey({ ...about, stage }))
    const isNear = rule.notice > 0 && verdict.dueAt !== null && verdict.dueAt - rule.notice <= now
    if (isNew('marked')) news.marked.push(itemOf(project, verdict))
    else if (isNear && isNew('due')) news.due.push(itemOf(project, verdict))
    if (isNew('marked')) news.announces.push({ ...about, stage: 'marked' })
    if (isNear && isNew('due')) news.announces.push({ ...about, stage: 'due' })
  }
  return { ...news, ...holds(policy, inventory, decision, announced, news.announces) }
}

function itemOf(project: Project, { action, rule, to, dueAt }: Verdict): DigestItem {
  return {
    projectId: project.id,
    name: project.name,
    action: action as DigestItem['action'],
    rule: rule ?? '',
    to,
    owner: project.ownerName,
    when: dueAt === null ? null : new Date(dueAt).toISOString(),
  }
}

function holds(
  policy: Policy,
  inventory: Inventory,
  decision: Decision,
  announced: ReadonlySet<string>,
  before: readonly Announcement[],
): Pick<News, 'holdsEnding' | 'announces'> {
  const projects = new Map(inventory.projects.map((project) => [project.id, project]))
  const holdsEnding: News['holdsEnding'][number][] = []
  const announces = [...before]
  for (const { projectId, until } of decision.holdsEnding) {
    const project = projects.get(projectId)
    if (project === undefined || isUnknown(project.created)) continue
    const one: Announcement = { projectId, created: project.created, ruleHash: String(until), stage: 'hold' }
    if (announced.has(announcementKey(one))) continue
    announces.push(one)
    // A hold ends when its last day does.
    holdsEnding.push({ projectId, name: project.name, until: dayOf(until - 1, policy.timezone) })
  }
  return { holdsEnding, announces }
}
