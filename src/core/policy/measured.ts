/**
 * Tests on one value of a project: text against patterns, a flag, a count, the time since something happened. What cannot
 * be read is unknown; what merely is not there (never deployed, no description) is an answer.
 */

import { type Comparison, holds, parseCount, parseSpan } from '../base/compare.ts'
import { elapsedText } from '../base/duration.ts'
import { normalText } from '../base/normal-text.ts'
import type { Activity } from '../evidence/activity.ts'
import type { Facts } from '../evidence/facts.ts'
import { type Evidence, isUnknown, type Project } from '../evidence/project.ts'
import type { Reading } from './reason.ts'

/** A directory as predicates see it: `path`, `name` and `idle` are read of it, everything else of each of its projects. */
export interface DirectoryView {
  readonly path: string
  readonly name: string
  /** How young its youngest project is; null to read `idle` of each project instead. */
  readonly youngest: (() => Activity) | null
}

/** As the policy has it. The schema has checked that the predicate takes it. */
export type PredicateValue = string | number | boolean | readonly (string | number)[]

/** What a predicate does with a project. `directory`: the unit it is judged with, null when it is judged alone. */
export interface Tests {
  test(facts: Facts, project: Project, directory: DirectoryView | null): Reading
  /** What was read, in words. */
  read(facts: Facts, project: Project, directory: DirectoryView | null): Evidence<string>
}

/** What a predicate looks at; a value that could not be read makes it unknown. */
type Measure<T> = (facts: Facts, project: Project, directory: DirectoryView | null) => Evidence<T>

/** A test on one measured value. */
export function measured<T>(
  measure: Measure<T>,
  judge: (value: T, facts: Facts) => boolean,
  words: (value: T, facts: Facts) => string,
): Tests {
  return {
    test(facts, project, directory) {
      const value = measure(facts, project, directory)
      if (isUnknown(value)) return 'unknown'
      return judge(value, facts) ? 'yes' : 'no'
    },
    read(facts, project, directory) {
      const value = measure(facts, project, directory)
      return isUnknown(value) ? value : words(value, facts)
    },
  }
}

/** Patterns on a text. A list means any. */
export function textual(
  value: PredicateValue,
  glob: (pattern: string) => (text: string) => boolean,
  measure: Measure<string>,
): Tests {
  return measured(measure, anyOf(list(value).map((pattern) => glob(String(pattern)))), quoted)
}

/** Whether any of them matches. */
export function anyOf(globs: readonly ((text: string) => boolean)[]): (text: string) => boolean {
  const [only] = globs
  if (globs.length === 1 && only !== undefined) return only
  return (text) => {
    for (const glob of globs) if (glob(text)) return true
    return false
  }
}

/** One of these texts: exactly, or after normalization where a yes exempts. */
export function exact(values: readonly (string | number)[], measure: Measure<string>, exempts: boolean): Tests {
  const normal = exempts ? values.map((value) => normalText(String(value))) : []
  return measured(measure, (text) => values.includes(text) || (exempts && normal.includes(normalText(text))), quoted)
}

/** `true` or `false`. */
export function flag(value: PredicateValue, measure: Measure<boolean>): Tests {
  return measured(
    measure,
    (is) => is === value,
    (is) => (is ? 'yes' : 'no'),
  )
}

/** A count: `"<=1"`, or a number, which means exactly that many. */
export function counted(value: PredicateValue, measure: Measure<number>): Tests {
  const comparison = parseCount(value as string | number) ?? impossible(value)
  return measured(measure, (n) => holds(comparison, n), String)
}

/** How long ago something was. */
export function elapsed(comparison: Comparison, measure: Measure<number>): Tests {
  return measured(
    measure,
    (at, facts) => holds(comparison, facts.now - at),
    (at, facts) => elapsedText(facts.now - at),
  )
}

/** The same of what may never have been: `"never"`, or a span, to which *never* counts as infinitely long ago. */
export function elapsedOrNever(value: string, measure: Measure<number | null>): Tests {
  const comparison = value === 'never' ? null : span(value)
  return measured(
    measure,
    (at, facts) => {
      if (comparison === null) return at === null
      return holds(comparison, at === null ? Number.POSITIVE_INFINITY : facts.now - at)
    },
    (at, facts) => (at === null ? 'never' : `${elapsedText(facts.now - at)} ago`),
  )
}

export function list(value: PredicateValue): readonly (string | number)[] {
  return Array.isArray(value) ? value : [value as string | number]
}

export function span(value: PredicateValue): Comparison {
  return parseSpan(String(value)) ?? impossible(value)
}

export function quoted(text: string): string {
  return `"${text}"`
}

function impossible(value: unknown): never {
  throw new TypeError(`The schema let a malformed value through: ${String(value)}`)
}
