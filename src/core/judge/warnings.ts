/** What looks odd when a policy meets today's inventory: probably a misspelt name, or a rule that takes too much. */

import { directoriesOf } from '../evidence/directory.ts'
import { type Facts, projectAt } from '../evidence/facts.ts'
import { type Inventory, NO_PATH, type Project } from '../evidence/project.ts'
import { type UnreadableRow, unreadableRows } from '../evidence/unreadable.ts'
import { type Condition, costs, evaluate, unknownsIn } from '../policy/condition.ts'
import type { DirectoryView } from '../policy/measured.ts'
import type { Policy } from '../policy/policy.ts'
import { type Predicate, predicate } from '../policy/predicate.ts'
import { isDestructive, type Rule } from '../policy/rule.ts'
import type { Bar } from './bar.ts'
import type { Court } from './court.ts'
import { viewOf } from './directory-view.ts'
import { CLEAR } from './protect.ts'
import type { Standing } from './standing.ts'
import type { MissingFact, NothingToTouch, Standstill, UnwritableNames } from './standstill.ts'

export type Warning =
  | { readonly kind: 'malformed hold'; readonly projectId: number; readonly text: string }
  /** `unread`: projects whose name, or id, could not be read, and that it may protect. */
  | { readonly kind: 'protected path matches nothing'; readonly pattern: string; readonly unread: number }
  | { readonly kind: 'protected id matches nothing'; readonly id: number; readonly unread: number }
  /** `unless` has this many alternatives, and number `part` (from 1) is yes for no project. */
  | { readonly kind: 'unless matches nothing'; readonly rule: string; readonly part: number; readonly of: number }
  | { readonly kind: 'takes everything'; readonly rule: string; readonly count: number }
  /** A pattern of `when` that matches nothing exactly, but after normalization this project or directory. */
  | {
      readonly kind: 'matches only normalized'
      readonly rule: string
      readonly predicate: 'path' | 'name' | 'description'
      readonly pattern: string
      readonly example: string
    }
  | ({ readonly kind: 'fact missing' } & MissingFact)
  | ({ readonly kind: 'nothing to touch' } & NothingToTouch)
  | ({ readonly kind: 'names unwritable' } & UnwritableNames)
  /** Part `part` of `unless` cannot be read for any of the projects or directories it might save. */
  | {
      readonly kind: 'unless unknown'
      readonly rule: string
      readonly part: number
      readonly of: number
      readonly why: string
    }
  /** Rows of the list that could not be read whole, those that protect others first. */
  | { readonly kind: 'unreadable rows'; readonly rows: readonly UnreadableRow[] }

/** As warnings, at once: conditions begin only when they last. */
export function standstillWarnings({ missing, untouchable, unwritable }: Standstill): readonly Warning[] {
  return [
    ...(untouchable === null ? [] : [{ kind: 'nothing to touch', ...untouchable } as const]),
    ...missing.map((one) => ({ kind: 'fact missing', ...one }) as const),
    ...unwritable.map((one) => ({ kind: 'names unwritable', ...one }) as const),
  ]
}

export function warningsOf(
  court: Court,
  policy: Policy,
  inventory: Inventory,
  standings: readonly Standing[],
): readonly Warning[] {
  const rows = unreadableRows(inventory)
  return [
    ...(rows.length === 0 ? [] : [{ kind: 'unreadable rows', rows } as const]),
    ...aboutProtections(policy, inventory, standings),
    ...court.bars.flatMap(({ rule }) => idleExceptions(court, rule, inventory)),
    ...court.bars.flatMap(({ rule }) => otherForms(court, rule, inventory)),
    ...court.bars.flatMap((bar, i) => takesEverything(court, bar, i, inventory, standings)),
  ]
}

/** Holds nobody can read, and protections that protect nothing. */
function aboutProtections(policy: Policy, { projects }: Inventory, standings: readonly Standing[]): readonly Warning[] {
  const malformed: Extract<Warning, { kind: 'malformed hold' }>[] = []
  const patterns = new Set<string>()
  const ids = new Set<number>()
  const nameless = projects.filter(({ path }) => path === NO_PATH).length
  const unidentified = projects.filter(({ id }) => id < 0).length
  for (let place = 0; place < standings.length; place++) {
    const protection = standings[place]?.protection ?? CLEAR
    if (protection === CLEAR) continue
    const id = projects[place]?.id ?? 0
    for (const reason of protection.heldBy) {
      if (reason.kind !== 'held' || reason.where !== 'description' || reason.malformed === null) continue
      malformed.push({ kind: 'malformed hold', projectId: id, text: reason.malformed })
    }
    for (const reason of protection.protectedBy) {
      if (reason.kind !== 'protected') continue
      if (reason.by.what === 'policy path') patterns.add(reason.by.pattern)
      if (reason.by.what === 'policy id') ids.add(id)
    }
  }
  return [
    ...malformed.sort((a, b) => a.projectId - b.projectId),
    ...policy.protect.paths.flatMap(({ pattern }): readonly Warning[] => {
      return patterns.has(pattern) ? [] : [{ kind: 'protected path matches nothing', pattern, unread: nameless }]
    }),
    ...[...policy.protect.ids].flatMap((id): readonly Warning[] => {
      return ids.has(id) ? [] : [{ kind: 'protected id matches nothing', id, unread: unidentified }]
    }),
  ]
}

/** Parts of `unless` that are yes for nothing, or cannot be read for anything. What costs a call per project is not tried. */
function idleExceptions(court: Court, rule: Rule, inventory: Inventory): readonly Warning[] {
  if (rule.unless === null) return []
  const parts = rule.unless.kind === 'any' ? rule.unless.parts : [rule.unless]
  return parts.flatMap((part, i): readonly Warning[] => {
    if (costs(part)) return []
    const found = readEverywhere(court, rule, part, inventory)
    if (found === 'yes') return []
    const which = { rule: rule.id, part: i + 1, of: parts.length }
    if (found === 'no') return [{ kind: 'unless matches nothing', ...which }]
    return [{ kind: 'unless unknown', ...which, why: found.why }]
  })
}

/** `yes`: of something. `why`: of nothing, and of everything for which it is not plainly no something is not known. */
function readEverywhere(
  { facts }: Court,
  rule: Rule,
  part: Condition,
  inventory: Inventory,
): 'yes' | 'no' | { readonly why: string } {
  let first: { readonly project: Project; readonly view: DirectoryView | null } | null = null
  for (const [project, view] of unitsOf(facts, rule, inventory)) {
    const reading = evaluate(part, facts, project, view)
    if (reading === 'yes') return 'yes'
    const isFirst = first === null || isBefore(project, view, first.project, first.view)
    if (reading === 'unknown' && isFirst) first = { project, view }
  }
  if (first === null) return 'no'
  const [reason] = unknownsIn(part, rule.id, facts, first.project, first.view)
  return { why: reason?.kind === 'unknown' ? `${reason.what} is not known: ${reason.why}` : 'something is not known' }
}

/** By id, then by the path of the directory: the order of the API shows in no text. */
function isBefore(one: Project, view: DirectoryView | null, other: Project, otherView: DirectoryView | null): boolean {
  if (one.id !== other.id) return one.id < other.id
  return (view?.path ?? '') < (otherView?.path ?? '')
}

/** Patterns that select, and match only what is written in other characters: an accent in two parts, full-width letters. */
function otherForms({ facts }: Court, rule: Rule, inventory: Inventory): readonly Warning[] {
  return selecting(rule.when).flatMap(({ name, value }): readonly Warning[] => {
    if (name !== 'path' && name !== 'name' && name !== 'description') return []
    return [value].flat().flatMap((pattern): readonly Warning[] => {
      if (pattern === 'empty' && name === 'description') return []
      const exact = predicate(name, String(pattern))
      const wide = predicate(name, String(pattern), true)
      let example: string | null = null
      for (const [project, view] of unitsOf(facts, rule, inventory)) {
        if (exact.test(facts, project, view) === 'yes') return []
        if (example === null && wide.test(facts, project, view) === 'yes') example = view?.path ?? project.name
      }
      if (example === null) return []
      return [{ kind: 'matches only normalized', rule: rule.id, predicate: name, pattern: String(pattern), example }]
    })
  })
}

/** The predicates whose yes selects: those under `not` keep the rule away. */
function selecting(condition: Condition): readonly Predicate[] {
  if (condition.kind === 'predicate') return [condition]
  return condition.kind === 'not' ? [] : condition.parts.flatMap(selecting)
}

/** What a rule looks at: each project alone, or one project of each directory with that directory. */
function* unitsOf(facts: Facts, rule: Rule, inventory: Inventory): Generator<readonly [Project, DirectoryView | null]> {
  if (rule.unit === 'project') {
    for (const project of inventory.projects) yield [project, null]
    return
  }
  for (const directory of directoriesOf(inventory).values()) {
    const view = viewOf(facts, directory)
    for (const member of directory.members) yield [projectAt(facts, member), view]
  }
}

/** Whether the rule selects all that its `path` and `name` let it see, and nothing but protections stops it. */
function takesEverything(
  court: Court,
  { rule }: Bar,
  position: number,
  inventory: Inventory,
  standings: readonly Standing[],
): readonly Warning[] {
  if (!isDestructive(rule.then)) return []
  for (const place of scopeOf(court, rule, inventory)) {
    const { protection, findings } = court.standing(place)
    if (protection.protectedBy.length === 0 && findings[position]?.kind !== 'match') return []
  }
  const count = standings.filter(({ findings }) => findings[position]?.kind === 'match').length
  return count < 2 ? [] : [{ kind: 'takes everything', rule: rule.id, count }]
}

/** The places of the projects that the rule's `path` and `name` let it see, one after the other. */
function* scopeOf({ facts }: Court, rule: Rule, inventory: Inventory): Generator<number> {
  const parts = rule.when.kind === 'all' ? rule.when.parts : [rule.when]
  const scope = parts.filter((part) => part.kind === 'predicate' && (part.name === 'path' || part.name === 'name'))
  const sees = (project: Project, view: DirectoryView | null) => {
    return scope.every((part) => evaluate(part, facts, project, view) === 'yes')
  }
  if (rule.unit === 'project') {
    for (let place = 0; place < inventory.projects.length; place++) {
      if (sees(projectAt(facts, place), null)) yield place
    }
    return
  }
  for (const directory of directoriesOf(inventory).values()) {
    const [first] = directory.members
    if (first !== undefined && sees(projectAt(facts, first), viewOf(facts, directory))) yield* directory.members
  }
}
