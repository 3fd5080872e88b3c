/**
 * What a policy would have done over inventories of the past. A replay is a fold: one inventory after the other goes
 * through the same decision and plan as a run, marks are carried on, people are told of each mark at once and say yes
 * whenever they are asked, and what was acted on is changed or gone in all later ones. The inventories themselves are what really happened, so they also tell which actions would be regretted.
 */

import { parseDescription, withOurLine } from '../base/our-line.ts'
import { dayOf } from '../base/zone.ts'
import { asIfRead } from '../evidence/activity.ts'
import type { Mark, Memory, Move, Notice } from '../evidence/memory.ts'
import { type Inventory, isUnknown, normalisePath, type Project } from '../evidence/project.ts'
import { type Decision, decide } from '../judge/decide.ts'
import { usesActivity } from '../judge/uses-activity.ts'
import { zeroCap } from '../plan/asking.ts'
import type { DayCount } from '../plan/caps.ts'
import { makePlan, type PlanItem } from '../plan/plan.ts'
import type { Policy } from '../policy/policy.ts'
import { isDestructive, isMove } from '../policy/rule.ts'
import { type Followed, follow, type Regret } from './regret.ts'

/** Something the policy would have done. */
export interface Act extends Followed {
  readonly action: PlanItem['action']
  readonly rule: string | null
  /** What later happened to the project that shows it was still wanted; only for archive, move and delete. */
  readonly regrets: readonly Regret[]
}

/** One day of the policy's zone. */
export interface Day {
  /** `2026-11-24`. */
  readonly day: string
  readonly inventories: number
  /** In the newest inventory of the day, with what the replay took out of it; likewise `notJudged`. */
  readonly projects: number
  /** Projects that were newly marked, by however many rules. */
  readonly marked: number
  /** Archived, moved or deleted. */
  readonly gone: number
  /** Described or renamed. */
  readonly stamped: number
  /** Due, but stopped by a limit or because what ran live was not known; the most at any one time. */
  readonly stopped: number
  readonly notJudged: number
}

/** How far a replay has come. */
export interface Replay {
  readonly marks: readonly Mark[]
  readonly acts: readonly Act[]
  readonly days: readonly Day[]
  /** Destructive attempts on the newest day. */
  readonly today: DayCount
  /** Ids of projects that a rule about activity would have marked, of which no inventory held a reading; by id. */
  readonly activityUnknown: readonly number[]
  /** Time of the newest inventory; null before the first. */
  readonly at: number | null
}

export interface ReplayOptions {
  /** As if a person had approved every plan over a limit, which lifts all but those of 0. Default: limits stop, as in a run. */
  readonly liftLimits?: boolean
}

export const START: Replay = {
  marks: [],
  acts: [],
  days: [],
  today: { total: 0, byRule: {} },
  activityUnknown: [],
  at: null,
}

/** All inventories of a series, which need not be in order. */
export async function backtest(
  policy: Policy,
  inventories: readonly Inventory[],
  options: ReplayOptions = {},
): Promise<Replay> {
  let replay = START
  for (const inventory of [...inventories].sort((a, b) => a.at - b.at)) {
    replay = await replayNext(policy, replay, inventory, options)
  }
  return replay
}

/** The policy as if every rule were enforced: what it would do if it were let. */
export function asIfEnforced(policy: Policy): Policy {
  return { ...policy, rules: policy.rules.map((rule) => ({ ...rule, enforce: true })) }
}

/** Whoever is asked says yes at once: nobody can tell what people would have said. */
function asIfApproved(policy: Policy): Policy {
  return { ...policy, rules: policy.rules.map((rule) => ({ ...rule, approve: 'never' })) }
}

/** Everybody is told of a mark at once, so that a notice counts from it. */
function asIfTold(marks: readonly Mark[]): readonly Notice[] {
  return marks.map(({ projectId, created, ruleHash, since }) => ({ projectId, created, ruleHash, at: since }))
}

/** One inventory more; it must not be older than the one before. As if people were told of each mark, and approved. */
export async function replayNext(
  written: Policy,
  before: Replay,
  inventory: Inventory,
  { liftLimits = false }: ReplayOptions = {},
): Promise<Replay> {
  const policy = asIfApproved(written)
  const now = inventory.at
  if (before.at !== null && now < before.at) throw new RangeError('Inventories are replayed in the order of time.')
  const day = dayOf(now, policy.timezone)
  const today = before.days.at(-1)?.day === day ? before.today : START.today

  const { inventory: seen, assumed } = asIfRead(withActs(inventory, before.acts))
  const notices = asIfTold(before.marks)
  const memory: Memory = {
    marks: before.marks,
    holds: [],
    ownWrites: [],
    notices,
    moves: movesOf(before.acts),
    noBackups: [],
  }
  const decision = decide(policy, seen, memory, now)
  const plan = await makePlan(policy, seen, decision, memory, { today, now })
  const acting = new Set(isUnknown(inventory.running) ? [] : liftLimits ? approvable(policy, plan.items) : plan.acting)
  const acts = plan.items.filter(({ projectId }) => acting.has(projectId)).map((item) => actOf(item, inventory))
  const gone = acts.filter(({ action }) => isDestructive(action))

  return {
    marks: decision.marks
      .filter((mark) => !acts.some((act) => usesUp(act, mark)))
      .map((mark) => (mark.since === now ? { ...mark, since: wholeMinute(now) } : mark)),
    acts: [...followed(before.acts, inventory), ...acts],
    days: withDay(before.days, {
      day,
      inventories: 1,
      projects: seen.projects.length,
      marked: new Set(decision.marks.flatMap(({ since, projectId }) => (since === now ? [projectId] : []))).size,
      gone: gone.length,
      stamped: acts.length - gone.length,
      stopped: plan.items.length - acts.length,
      notJudged: decision.counts.notJudged,
    }),
    today: counted(today, gone),
    activityUnknown: notRead(policy, before, decision, assumed, now),
    at: now,
  }
}

/** An action ends every mark of its project, a description only that of its own rule (G22). */
function usesUp(act: Act, mark: Mark): boolean {
  return act.projectId === mark.projectId && (act.action !== 'describe' || act.rule === mark.rule)
}

/** Of each project the last; acts come in the order of time. */
function movesOf(acts: readonly Act[]): readonly Move[] {
  const moves = new Map<number, Move>()
  for (const { projectId, action, rule, at } of acts) {
    if (rule !== null && isMove(action)) moves.set(projectId, { projectId, rule, at })
  }
  return [...moves.values()]
}

/** Those before, and what was marked now by a rule about activity though none was read of it. */
function notRead(
  { rules }: Policy,
  before: Replay,
  { marks }: Decision,
  assumed: ReadonlySet<number>,
  now: number,
): readonly number[] {
  const asking = new Set(rules.filter(usesActivity).map(({ hash }) => hash))
  const more = marks.filter((mark) => mark.since === now && asking.has(mark.ruleHash) && assumed.has(mark.projectId))
  return [...new Set([...before.activityUnknown, ...more.map(({ projectId }) => projectId)])].sort((a, b) => a - b)
}

/** A mark counts from the whole minute, as a run writes it down. */
function wholeMinute(at: number): number {
  return Math.floor(at / 60_000) * 60_000
}

/** Ids of what may go when people say yes: nobody lifts a limit of 0. */
function approvable(policy: Policy, items: readonly PlanItem[]): readonly number[] {
  return items.filter((item) => zeroCap(policy, item) === null).map(({ projectId }) => projectId)
}

function actOf({ projectId, created, name, action, rule, to }: PlanItem, { at, projects }: Inventory): Act {
  const project = projects.find(({ id }) => id === projectId)
  const { modified = 0, description = '' } = project ?? {}
  return {
    projectId,
    created,
    name,
    action,
    rule,
    to,
    at,
    last: { name: project?.name ?? name, description, modified: isUnknown(modified) ? 0 : modified },
    regrets: [],
  }
}

function followed(acts: readonly Act[], inventory: Inventory): readonly Act[] {
  if (acts.length === 0) return acts
  const byId = new Map(inventory.projects.map((project) => [project.id, project]))
  return acts.map((act) => {
    const project = byId.get(act.projectId)
    return project === undefined || !isDestructive(act.action) ? act : follow(act, project, inventory)
  })
}

/** The inventory as it would have been: without what was deleted, under new names and with our lines. */
function withActs(inventory: Inventory, acts: readonly Act[]): Inventory {
  if (acts.length === 0) return inventory
  const byId = new Map<number, Act[]>()
  for (const act of acts) byId.set(act.projectId, [...(byId.get(act.projectId) ?? []), act])
  const projects = inventory.projects.flatMap((project) => {
    const own = (byId.get(project.id) ?? []).filter(({ created }) => created === project.created)
    return own.some(({ action }) => action === 'delete') ? [] : [own.reduce(afterAct, project)]
  })
  return { ...inventory, projects }
}

function afterAct(project: Project, { action, to }: Act): Project {
  if (to === null) return project
  if (action !== 'describe') return { ...project, name: to, path: normalisePath(to) }
  const ours = parseDescription(to).ours
  return ours === null ? project : { ...project, description: withOurLine(project.description, ours) }
}

function counted(today: DayCount, gone: readonly Act[]): DayCount {
  const byRule: Record<string, number> = { ...today.byRule }
  for (const { rule } of gone) if (rule !== null) byRule[rule] = (byRule[rule] ?? 0) + 1
  return { total: today.total + gone.length, byRule }
}

/** Sums over the inventories of a day; of what stands still, the newest or the most. */
function withDay(days: readonly Day[], next: Day): readonly Day[] {
  const last = days.at(-1)
  if (last?.day !== next.day) return [...days, next]
  const sum = {
    ...next,
    inventories: last.inventories + 1,
    marked: last.marked + next.marked,
    gone: last.gone + next.gone,
    stamped: last.stamped + next.stamped,
    stopped: Math.max(last.stopped, next.stopped),
  }
  return [...days.slice(0, -1), sum]
}
