/** Predicates that nest: `when` and `unless` as trees, read three-valued, cheap ones first. */

import { needsReading } from '../evidence/activity.ts'
import type { Facts } from '../evidence/facts.ts'
import { paidOf } from '../evidence/facts.ts'
import { isUnknown, type Project } from '../evidence/project.ts'
import type { DirectoryView, PredicateValue } from './measured.ts'
import { PREDICATES, type Predicate, type PredicateName, predicate, type ReadKind } from './predicate.ts'
import type { Reading, Reason } from './reason.ts'

export type Condition =
  | Predicate
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[]; readonly costs: boolean }
  | { readonly kind: 'not'; readonly part: Condition; readonly costs: boolean }

/** A table of predicates as the policy writes it: all must be yes. */
export type ConditionTable = { readonly [name in PredicateName]?: PredicateValue | undefined } & {
  readonly any?: readonly ConditionTable[] | undefined
  readonly all?: readonly ConditionTable[] | undefined
  readonly not?: ConditionTable | undefined
}

/**
 * `exempts`: a yes keeps the rule away from a project. Text that exempts compares after normalization as well, text that
 * selects compares exactly; `not` turns the one into the other.
 */
export function compileTable(table: ConditionTable, exempts = false): Condition {
  const compile = (one: ConditionTable) => compileTable(one, exempts)
  const parts: Condition[] = PREDICATES.flatMap((name) => {
    const value = table[name]
    return value === undefined ? [] : [predicate(name, value, exempts)]
  })
  if (table.all !== undefined) parts.push(...table.all.map(compile))
  if (table.any !== undefined) parts.push(group('any', table.any.map(compile)))
  if (table.not !== undefined) {
    const part = compileTable(table.not, !exempts)
    parts.push({ kind: 'not', part, costs: costs(part) })
  }
  return group('all', parts)
}

/** `unless`: one table or several, of which one yes is enough. */
export function compileAny(tables: readonly ConditionTable[]): Condition {
  return group(
    'any',
    tables.map((table) => compileTable(table, true)),
  )
}

/** Whether something in it costs calls per project. */
export function costs(condition: Condition): boolean {
  return condition.kind === 'predicate' ? condition.paid !== null : condition.costs
}

/** Whether each run pays for it anew; activity, which the list often settles and a reading does for a week, comes before that. */
function isDear(condition: Condition): boolean {
  return predicatesOf(condition).some(({ paid }) => paid !== null && paid !== 'activity')
}

function group(kind: 'all' | 'any', parts: readonly Condition[]): Condition {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  const sorted = [...parts].sort((a, b) => Number(isDear(a)) - Number(isDear(b)))
  return { kind, parts: sorted, costs: sorted.some(costs) }
}

/** No AND unknown is no, yes OR unknown is yes: unknown only where it decides. */
export function evaluate(
  condition: Condition,
  facts: Facts,
  project: Project,
  directory: DirectoryView | null,
): Reading {
  if (condition.kind === 'predicate') return condition.test(facts, project, directory)
  if (condition.kind === 'not') return negated(evaluate(condition.part, facts, project, directory))
  const settling = condition.kind === 'all' ? 'no' : 'yes'
  let reading: Reading = condition.kind === 'all' ? 'yes' : 'no'
  for (const part of condition.parts) {
    const one = evaluate(part, facts, project, directory)
    if (one === settling) return one
    if (one === 'unknown') reading = 'unknown'
  }
  return reading
}

function negated(reading: Reading): Reading {
  if (reading === 'unknown') return 'unknown'
  return reading === 'yes' ? 'no' : 'yes'
}

/**
 * The one thing to read next for a condition that is unknown; null when reading cannot settle it, because something
 * else is unknown as well or because everything has been read.
 */
export function nextToRead(
  condition: Condition,
  facts: Facts,
  project: Project,
  directory: DirectoryView | null,
): ReadKind | null {
  if (!costs(condition)) return null
  if (condition.kind === 'predicate') {
    const { paid } = condition
    if (paid === 'activity') return needsReading(facts, project) ? paid : null
    return paid !== null && paidOf(facts, project)[paid] === undefined ? paid : null
  }
  if (condition.kind === 'not') return nextToRead(condition.part, facts, project, directory)
  let next: ReadKind | null = null
  for (const part of condition.parts) {
    if (evaluate(part, facts, project, directory) !== 'unknown') continue
    const kind = nextToRead(part, facts, project, directory)
    // What stays unknown for good leaves an AND at best unknown; an OR may still become yes.
    if (kind === null && condition.kind === 'all') return null
    next ??= kind
  }
  return next
}

/** Every predicate in the condition that is unknown for this project, as reasons. */
export function unknownsIn(
  condition: Condition,
  rule: string,
  facts: Facts,
  project: Project,
  directory: DirectoryView | null,
): readonly Reason[] {
  if (condition.kind === 'not') return unknownsIn(condition.part, rule, facts, project, directory)
  if (condition.kind !== 'predicate') {
    return condition.parts.flatMap((part) => unknownsIn(part, rule, facts, project, directory))
  }
  if (condition.test(facts, project, directory) !== 'unknown') return []
  const read = condition.read(facts, project, directory)
  if (!isUnknown(read)) return [{ kind: 'unknown', rule, what: condition.name, why: 'it could not be read' }]
  const { unknown: why, ...code } = read
  return [{ kind: 'unknown', rule, what: condition.name, why, ...code }]
}

/** Every predicate of the condition, in the order in which they are read. */
export function predicatesOf(condition: Condition): readonly Predicate[] {
  if (condition.kind === 'predicate') return [condition]
  if (condition.kind === 'not') return predicatesOf(condition.part)
  return condition.parts.flatMap(predicatesOf)
}

/** Whether a part of a rule is unknown, and nothing that may still be read could change that. */
export function isUnknownForGood(
  condition: Condition,
  reading: Reading,
  facts: Facts,
  project: Project,
  view: DirectoryView | null,
): boolean {
  return reading === 'unknown' && nextToRead(condition, facts, project, view) === null
}

const NOTHING_DARK: readonly Condition[] = []

/** The alternatives of `unless` that are unknown for good, also where another one is yes. */
export function darkParts(
  unless: Condition | null,
  facts: Facts,
  project: Project,
  view: DirectoryView | null,
): readonly Condition[] {
  if (unless === null) return NOTHING_DARK
  if (unless.kind === 'any') {
    return unless.parts.flatMap((part) => darkParts(part, facts, project, view))
  }
  const reading = evaluate(unless, facts, project, view)
  return isUnknownForGood(unless, reading, facts, project, view) ? [unless] : NOTHING_DARK
}
