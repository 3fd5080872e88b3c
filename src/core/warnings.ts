/** What looks odd when a policy meets today's inventory: probably a misspelt name, or a rule that takes too much. */

import { type Condition, costs, evaluate } from './condition.ts'
import type { Bar, Court } from './court.ts'
import { type Directory, directoriesOf } from './directory.ts'
import type { Policy } from './policy.ts'
import type { Inventory, Project } from './project.ts'
import { isDestructive, type Rule } from './rule.ts'
import { viewOf } from './unit.ts'

export type Warning =
  | { readonly kind: 'malformed hold'; readonly projectId: number; readonly text: string }
  | { readonly kind: 'protected path matches nothing'; readonly pattern: string }
  | { readonly kind: 'protected id matches nothing'; readonly id: number }
  /** `unless` has this many alternatives, and number `part` (from 1) is yes for no project. */
  | { readonly kind: 'unless matches nothing'; readonly rule: string; readonly part: number; readonly of: number }
  | { readonly kind: 'takes everything'; readonly rule: string; readonly count: number }

export function warningsOf(court: Court, policy: Policy, inventory: Inventory): readonly Warning[] {
  const { projects } = inventory
  return [
    ...malformedHolds(court, projects),
    ...policy.protect.paths
      .filter(({ matches }) => !projects.some(({ path }) => matches(path)))
      .map(({ pattern }): Warning => ({ kind: 'protected path matches nothing', pattern })),
    ...[...policy.protect.ids]
      .filter((id) => !projects.some((project) => project.id === id))
      .map((id): Warning => ({ kind: 'protected id matches nothing', id })),
    ...court.bars.flatMap(({ rule }) => idleExceptions(court, rule, inventory)),
    ...court.bars.flatMap((bar, i) => takesEverything(court, bar, i, inventory)),
  ]
}

function malformedHolds(court: Court, projects: readonly Project[]): readonly Warning[] {
  const warnings = projects.flatMap((project) =>
    court.bench.protection(project).heldBy.flatMap((reason) => {
      if (reason.kind !== 'held' || reason.where !== 'description' || reason.malformed === null) return []
      return [{ kind: 'malformed hold', projectId: project.id, text: reason.malformed } as const]
    }),
  )
  return warnings.sort((a, b) => a.projectId - b.projectId)
}

/** Parts of `unless` that are yes for nothing. What costs a call per project is not tried. */
function idleExceptions(court: Court, rule: Rule, inventory: Inventory): readonly Warning[] {
  if (rule.unless === null) return []
  const parts = rule.unless.kind === 'any' ? rule.unless.parts : [rule.unless]
  return parts.flatMap((part, i): readonly Warning[] => {
    if (costs(part) || matchesSomething(court, rule, part, inventory)) return []
    return [{ kind: 'unless matches nothing', rule: rule.id, part: i + 1, of: parts.length }]
  })
}

function matchesSomething({ facts }: Court, rule: Rule, part: Condition, inventory: Inventory): boolean {
  if (rule.unit === 'project')
    return inventory.projects.some((project) => evaluate(part, facts, project, null) === 'yes')
  return [...directoriesOf(inventory).values()].some((directory) => {
    const view = viewOf(facts, directory)
    return directory.members.some((member) => evaluate(part, facts, member, view) === 'yes')
  })
}

/** Whether the rule selects all that its `path` and `name` let it see, and nothing but protections stops it. */
function takesEverything(court: Court, { rule }: Bar, position: number, inventory: Inventory): readonly Warning[] {
  if (rule.then === 'report' || !isDestructive(rule.then)) return []
  const isTaken = (project: Project) => court.standing(project).findings[position]?.kind === 'match'
  const inReach = (project: Project) => court.bench.protection(project).protectedBy.length === 0
  const count = inventory.projects.filter(isTaken).length
  if (count < 2) return []
  const all = scopeOf(court, rule, inventory).every((project) => isTaken(project) || !inReach(project))
  return all ? [{ kind: 'takes everything', rule: rule.id, count }] : []
}

function scopeOf({ facts }: Court, rule: Rule, inventory: Inventory): readonly Project[] {
  const parts = rule.when.kind === 'all' ? rule.when.parts : [rule.when]
  const scope = parts.filter((part) => part.kind === 'predicate' && (part.name === 'path' || part.name === 'name'))
  if (rule.unit === 'project') {
    return inventory.projects.filter((project) => scope.every((part) => evaluate(part, facts, project, null) === 'yes'))
  }
  const isInScope = (directory: Directory) => {
    const [member] = directory.members
    if (member === undefined) return false
    const view = viewOf(facts, directory)
    return scope.every((part) => evaluate(part, facts, member, view) === 'yes')
  }
  return [...directoriesOf(inventory).values()].filter(isInScope).flatMap(({ members }) => members)
}
