/** Small workspaces and policies for tests: everything a test does not name is harmless. */

import type { Mark, Memory, Notice } from '../../src/core/evidence/memory.ts'
import { type ActivityReading, type Inventory, normalisePath, type Project } from '../../src/core/evidence/project.ts'
import { rowHash } from '../../src/core/evidence/row-hash.ts'
import { type Decision, decide, type Verdict } from '../../src/core/judge/decide.ts'
import { makePlan, type Plan } from '../../src/core/plan/plan.ts'
import { type Policy, problemText, readPolicy } from '../../src/core/policy/policy.ts'
import type { Rule } from '../../src/core/policy/rule.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
/** A Tuesday, noon UTC. */
export const NOW = Date.UTC(2026, 10, 24, 12)
export const ORGANISATION = '5cad178b20a1d52567b534553413b691'
export const NOTHING: Memory = { marks: [], holds: [], ownWrites: [], notices: [], moves: [], noBackups: [] }

/** A project 300 days old, idle for 200, owned by the caller and never deployed. */
export function project(id: number, name: string, fields: Partial<Project> = {}): Project {
  return {
    id,
    name,
    path: normalisePath(name),
    organizationId: ORGANISATION,
    created: NOW - 300 * DAY,
    modified: NOW - 200 * DAY,
    owned: true,
    ownerId: 123,
    ownerName: 'Mia',
    language: 'Py',
    description: '',
    parameters: [],
    libraries: [],
    collaborators: 1,
    encrypted: false,
    pinned: false,
    shared: false,
    codeRunning: false,
    lastLive: null,
    unreadable: null,
    ...fields,
  }
}

/** Last modified so many days ago. */
export function idle(days: number): Partial<Project> {
  return { modified: NOW - days * DAY }
}

/** Created, and last modified, so many days ago. */
export function aged(days: number): Partial<Project> {
  return { created: NOW - days * DAY, modified: NOW - days * DAY }
}

/** An inventory of which everything has been read: what nobody worked on since its list was last modified. */
export function inventory(projects: readonly Project[], fields: Partial<Inventory> = {}): Inventory {
  const activity = Object.fromEntries(
    projects.flatMap((one) => (typeof one.modified === 'number' ? [[one.id, readingOf(one)]] : [])),
  )
  return { at: NOW, organizationId: ORGANISATION, projects, running: [], paid: {}, activity, ...fields }
}

/** A whole reading of a project's activity, now: nothing newer than the list, unless a test says so. */
export function readingOf(project: Project, fields: Partial<ActivityReading> = {}): ActivityReading {
  const { created, modified } = project
  if (typeof modified !== 'number') throw new Error('what is read has a date')
  return {
    created: typeof created === 'number' ? created : 0,
    listModified: modified,
    listed: modified,
    rowHash: rowHash(project),
    files: typeof created === 'number' ? Math.min(created, modified) : modified,
    backtest: null,
    readAt: NOW,
    failed: null,
    retryAt: null,
    opened: null,
    ...fields,
  }
}

/** A rule that acts, unless the text says otherwise. */
export function rule(id: string, text: string): string {
  const defaults = { why: '"test"', approve: '"never"', notice: '"0h"', enforce: 'true' }
  const missing = Object.entries(defaults).filter(([key]) => !new RegExp(`^${key} *=`, 'm').test(text))
  return `[[rule]]\nid = "${id}"\n${missing.map(([key, value]) => `${key} = ${value}`).join('\n')}\n${text}\n`
}

/** A policy whose caps stop nothing, unless the text has its own. */
export async function policy(...texts: readonly string[]): Promise<Policy> {
  const text = texts.join('\n')
  const limits = '[limits]\nper_run = 100000\nper_day = 100000\npercent = 100\nstamps_per_run = 100000\n'
  return read(text.includes('[limits]') ? text : `${text}\n${limits}`)
}

/** A policy exactly as written. */
export async function read(text: string): Promise<Policy> {
  const result = await readPolicy(text)
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'))
  return result.policy
}

/** The problems of a policy that must be refused, as sentences. */
export async function problems(text: string): Promise<readonly string[]> {
  const result = await readPolicy(text)
  return result.ok ? [] : result.problems.map(problemText)
}

export function ruleOf(policy: Policy, id: string): Rule {
  const found = policy.rules.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no rule ${id}`)
  return found
}

/** A mark of a rule on a project, so many days ago. */
export function markOn(policy: Policy, id: string, of: Project, days: number): Mark {
  if (typeof of.created !== 'number') throw new Error('a marked project has a date')
  return { projectId: of.id, created: of.created, rule: id, ruleHash: ruleOf(policy, id).hash, since: NOW - days * DAY }
}

/** Delivered messages that named what was marked, at the time of its mark. */
export function toldOf(marks: readonly Mark[]): readonly Notice[] {
  return marks.map(({ projectId, created, ruleHash, since }) => ({ projectId, created, ruleHash, at: since }))
}

/** Marks of every rule that marks, on every project, so many days ago, and told of then: what is wanted now is due now. */
export function longMarked(policy: Policy, projects: readonly Project[], days = 400): Memory {
  const marks = policy.rules.flatMap((one) =>
    one.then === 'report'
      ? []
      : projects.flatMap((of) => (typeof of.created === 'number' ? [markOn(policy, one.id, of, days)] : [])),
  )
  return { ...NOTHING, marks, notices: toldOf(marks) }
}

export function verdictOf(decision: Decision, id: number): Verdict {
  const found = decision.verdicts.find((verdict) => verdict.projectId === id)
  if (found === undefined) throw new Error(`no verdict on ${id}`)
  return found
}

/** The state of each project, by id, after a decision in which everything wanted has been marked for long. */
export function states(
  policy: Policy,
  seen: Inventory,
  memory = longMarked(policy, seen.projects),
  now = NOW,
): Record<number, string> {
  return Object.fromEntries(
    decide(policy, seen, memory, now).verdicts.map(({ projectId, state }) => [projectId, state]),
  )
}

/** The plan of what is due when everything wanted has been marked for long. */
export function planOf(
  policy: Policy,
  seen: Inventory,
  memory = longMarked(policy, seen.projects),
  now = NOW,
  today = { total: 0, byRule: {} },
): Promise<Plan> {
  return makePlan(policy, seen, decide(policy, seen, memory, now), memory, { today, now })
}
