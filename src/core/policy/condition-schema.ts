/** The form of `when` and `unless`: every predicate with the values it takes, and `any`, `all` and `not` around them. */

import * as v from 'valibot'
import { COUNT, SPAN } from '../base/compare.ts'
import type { ConditionTable } from './condition.ts'
import { flag, type Issue, list, matching, message, notThis, oneOrMore, table } from './schema-parts.ts'

/** What a pattern on paths is called in messages. */
export const PATTERN = 'a pattern such as "Research/*"'
const word = (problem: (issue: Issue) => string) => v.string(problem)
const user = (problem: (issue: Issue) => string) =>
  v.union([v.string(), v.pipe(v.number(), v.integer(problem))], problem)
const path = () => oneOrMore(word, PATTERN)
const name = () => oneOrMore(word, 'a pattern such as "Clone of*"')
const span = () => matching(SPAN, 'a comparison with a duration, such as ">90d" or "<=36h"')
const spanOrNever = () => {
  const problem = notThis('"never", or a comparison with a duration such as ">90d"')
  return v.union([v.literal('never'), v.pipe(v.string(), v.regex(SPAN, problem))], problem)
}
const live = () => {
  const problem = notThis('"running", "never", or a comparison with a duration such as ">180d"')
  return v.union([v.picklist(['running', 'never']), v.pipe(v.string(), v.regex(SPAN, problem))], problem)
}
const counted = () => {
  const problem = notThis('a comparison with a count, such as "<=1" or "=0"')
  const number = v.pipe(v.number(), v.integer(problem), v.minValue(0, problem))
  return v.union([v.pipe(v.string(), v.regex(COUNT, problem)), number], problem)
}

/** The message for a table or list of conditions without any. */
export function notEmpty(what: string) {
  return () => message(`${what} is empty`, 'Write at least one predicate; an empty one would match everything.')
}

const Nested: v.GenericSchema<ConditionTable> = v.lazy(() => conditionTable('the table'))

/** A table of conditions; `what` names it in messages. */
export function conditionTable(what: string): v.GenericSchema<ConditionTable> {
  return v.pipe(Predicates, v.minEntries(1, notEmpty(what))) as unknown as v.GenericSchema<ConditionTable>
}

const Predicates = table({
  path: v.optional(v.pipe(path(), v.description('Pattern on the full name; for unit = "directory" on the directory.'))),
  name: v.optional(v.pipe(name(), v.description('Pattern on the last part of the name.'))),
  idle: v.optional(v.pipe(span(), v.description('Time since it was last modified, such as ">90d".'))),
  age: v.optional(v.pipe(span(), v.description('Time since it was created, such as ">21d".'))),
  owner: v.optional(
    v.pipe(
      oneOrMore(user, 'an owner: a user id, "me", or a name'),
      v.description('User id, "me", or the owner\'s name as the collaborators list it.'),
    ),
  ),
  language: v.optional(v.pipe(oneOrMore(word, 'a language such as "Py" or "C#"'), v.description('"Py" or "C#".'))),
  encrypted: v.optional(flag()),
  pinned: v.optional(v.pipe(flag(), v.description('Whether the user of the API token has pinned it.'))),
  shared: v.optional(v.pipe(flag(), v.description('Whether a backtest of it is shared by a public link.'))),
  collaborators: v.optional(v.pipe(counted(), v.description('How many, the owner included, such as "<=1".'))),
  parameters: v.optional(counted()),
  libraries: v.optional(counted()),
  description: v.optional(
    v.pipe(
      oneOrMore(word, '"empty" or a pattern'),
      v.description('"empty" or a pattern; judged without our own line.'),
    ),
  ),
  stamped: v.optional(v.pipe(flag(), v.description('Whether our line is in the description.'))),
  live: v.optional(
    v.pipe(live(), v.description('"running", "never", or time since the last deployment, such as ">180d".')),
  ),
  'used-as-library': v.optional(flag()),
  backtests: v.optional(v.pipe(counted(), v.description('How many. Costs one call per project still undecided.'))),
  'last-backtest': v.optional(
    v.pipe(spanOrNever(), v.description('"never" or ">90d". Costs one call per project still undecided.')),
  ),
  files: v.optional(v.pipe(counted(), v.description('How many. Costs one call per project still undecided.'))),
  bytes: v.optional(v.pipe(counted(), v.description('Size of all files. Costs one call per project still undecided.'))),
  any: v.optional(
    v.pipe(list(Nested), v.nonEmpty(notEmpty('the list')), v.description('One of these tables must be yes.')),
  ),
  all: v.optional(
    v.pipe(list(Nested), v.nonEmpty(notEmpty('the list')), v.description('All of these tables must be yes.')),
  ),
  not: v.optional(v.pipe(Nested, v.description('This table must be no.'))),
})
