/**
 * What an observer can know of what allows a rule to act (G3, G7, G22): which projects a scan may have marked and since
 * when, which plans people approved, what they were told. It is never stricter than the Worker has to be: where something
 * cannot be seen from outside, it takes what favors the Worker.
 */

import type { ShownProject } from '../support/world.ts'
import type { Sight } from './witness.ts'
import { HOUR, IDLE_DAYS, OWN, POLICIES, RULED } from './world.ts'

const DAY = 24 * HOUR

/** A plan that people approved. Times of approvals are those of the Worker's clock. */
export interface Granted {
  /** The run whose plan it is. */
  readonly run: string
  readonly needs: number
  readonly by: readonly string[]
  readonly at: number
  /** What of it has not been done, as `delete 23`. */
  readonly items: Set<string>
}

export interface Permissions {
  /** The policy as it stands; a comment changes nothing. */
  policy(): string
  /** Days that nobody may have worked on what a rule takes. */
  idleDays(): number
  deploy(policy: number): void
  /**
   * A run that may mark has scanned this; `at`: policy time. `workedOn`: when people last changed a project, real time. One
   * that did not come to a good end may have marked, and may not have taken marks away.
   */
  scanned(sight: Sight, at: number, workedOn: ReadonlyMap<number, number>, isGood: boolean): void
  /** Policy time since when a mark may stand; null = there can be none. */
  markedSince(project: ShownProject): number | null
  /** A call was sent, and not refused in so many words. */
  useUp(projectId: number): void
  grant(plan: Granted): void
  plans(): readonly Granted[]
  /** Approved plans that hold this action on this project. */
  granted(action: string, projectId: number): readonly Granted[]
  /** Whether somebody approved that the rule of this folder acts by itself, under the policy as it stands. */
  hasStanding(projectId: number): boolean
  /** People were told of projects, at that policy time. */
  tell(projectIds: readonly number[], at: number): void
  toldSince(projectId: number): number | null
}

export function createPermissions(): Permissions {
  let deployed = 0
  const policy = () => (POLICIES[deployed] as string).replaceAll(/^#.*$/gm, '').trim()
  /** What a mark belongs to: the rule as it stands. That of notes does not ask for how long nobody has worked on them. */
  const ruleOf = ({ name }: ShownProject) =>
    name.startsWith('Note/') ? String(/enforce = true/.test(policy())) : policy()
  let marks = new Map<number, { readonly since: number; readonly rule: string }>()
  const plans: Granted[] = []
  const standing = new Set<string>()
  const actedOn = new Set<number>()
  const told = new Map<number, number>()

  return {
    policy,
    idleDays: () => IDLE_DAYS[deployed] as number,
    deploy: (which) => {
      deployed = which
    },
    scanned: (sight, at, workedOn, isGood) => {
      const stays = [...sight.values()].filter((project) => {
        return isMarkable(project, at, workedOn.get(project.projectId) ?? 0, IDLE_DAYS[deployed] as number)
      })
      marks = new Map([
        ...(isGood ? [] : marks),
        ...stays.map((project) => {
          const { projectId } = project
          const before = marks.get(projectId)
          const isSame = before !== undefined && before.rule === ruleOf(project)
          return [projectId, isSame ? before : { since: at, rule: ruleOf(project) }] as const
        }),
      ])
    },
    markedSince: (project) => {
      const mark = marks.get(project.projectId)
      return mark === undefined || mark.rule !== ruleOf(project) ? null : mark.since
    },
    useUp: (projectId) => {
      marks.delete(projectId)
      told.delete(projectId)
      actedOn.add(projectId)
      for (const { items } of plans) {
        for (const item of items) if (item.endsWith(` ${projectId}`)) items.delete(item)
      }
    },
    grant: (plan) => {
      plans.push(plan)
      standing.add(policy())
    },
    plans: () => plans,
    granted: (action, projectId) => plans.filter(({ items }) => items.has(`${action} ${projectId}`)),
    hasStanding: (projectId) => standing.has(policy()) && !actedOn.has(projectId),
    tell: (projectIds, at) => {
      for (const id of projectIds) if (!told.has(id)) told.set(id, at)
    },
    toldSince: (projectId) => told.get(projectId) ?? null,
  }
}

/** Whether a rule may have its mark on the project. What people do without moving `modified` a list does not show. */
function isMarkable(project: ShownProject, at: number, workedOn: number, idleDays: number): boolean {
  const folder = project.name.split('/')[0] ?? ''
  if (!RULED.includes(folder) || project.owner !== true || project.organizationId !== OWN) return false
  if (project.isPinned === true || project.encrypted === true || /\[keep/.test(project.description)) return false
  return folder === 'Note' || workedOn === 0 || at - workedOn > idleDays * DAY
}
