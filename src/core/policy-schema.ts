/**
 * The form of `policy.toml`: every key of the policy page and nothing else. The Worker checks with it, and the JSON
 * Schema for editors is generated from it. Each message is two lines: what is wrong, and how to mend it.
 */

import * as v from 'valibot'
import { COUNT, SPAN } from './compare.ts'
import type { ConditionTable } from './condition.ts'
import { DURATION } from './duration.ts'
import { nearest } from './nearest.ts'
import { DAYS, HOURS } from './window.ts'

/** What is wrong and how to mend it, as one message of the schema. */
export function message(problem: string, fix: string): string {
  return `${problem}\n${fix}`
}

type Issue = v.BaseIssue<unknown>

/** What stands there, for people. */
function got({ received }: Issue): string {
  if (received === 'Array') return 'a list'
  return received === 'Object' ? 'a table' : received
}

const A_TABLE = 'Write { ... }, or a [table] of its own.'

/** A table with exactly these keys. */
function table<const Entries extends v.ObjectEntries>(entries: Entries) {
  const keys = Object.keys(entries)
  return v.strictObject(entries, (issue: Issue) => {
    if (issue.expected === 'Object') return message(`${got(issue)} is not a table`, A_TABLE)
    // To the schema a list is an object with numbers for keys.
    if (Array.isArray(issue.path?.at(-1)?.input)) return message('a list is not a table', A_TABLE)
    const key = String(issue.path?.at(-1)?.key)
    if (issue.expected !== 'never') return message('the key is missing', `Add ${key} = ... to it.`)
    const near = nearest(key, keys)
    return message('unknown key', near === null ? `Keys here are ${keys.join(', ')}.` : `Did you mean "${near}"?`)
  })
}

function list<const Item extends v.GenericSchema>(item: Item) {
  return v.array(item, (issue: Issue) => message(`${got(issue)} is not a list`, 'Write a list: [ ..., ... ].'))
}

/** A list of tables, each written as `[[name]]`. */
function tables<const Item extends v.GenericSchema>(name: string, item: Item) {
  return v.array(item, () =>
    message('it must be a list of tables', `Write [[${name}]] with two brackets, once for each.`),
  )
}

/** The message for a value that is not what it should be. */
function notThis(what: string) {
  return (issue: Issue) => message(`${got(issue)} is not ${what}`, `Write ${what}.`)
}

function text(what: string) {
  const fix = `Write ${what}, in quotes.`
  return v.pipe(
    v.string((issue: Issue) => message(`${got(issue)} is not ${what}`, fix)),
    v.nonEmpty(() => message('it is empty', fix)),
  )
}

function matching(pattern: RegExp, what: string) {
  const problem = notThis(what)
  return v.pipe(v.string(problem), v.regex(pattern, problem))
}

function oneOf<const Options extends readonly string[]>(options: Options) {
  return v.picklist(options, (issue: Issue) => {
    const near = nearest(String(issue.received).replaceAll('"', ''), options)
    const all = `It is one of ${options.map((option) => `"${option}"`).join(', ')}.`
    return message(`${got(issue)} is not a value of this key`, near === null ? all : `Did you mean "${near}"? ${all}`)
  })
}

function whole(least: number, what: string) {
  const problem = notThis(what)
  return v.pipe(
    v.number(problem),
    v.integer(problem),
    v.minValue(least, problem),
    v.maxValue(Number.MAX_SAFE_INTEGER, problem),
  )
}

function percent() {
  const what = 'a percentage from 0 to 100'
  const problem = notThis(what)
  return v.pipe(v.number(problem), v.minValue(0, problem), v.maxValue(100, problem))
}

function flag() {
  return v.boolean((issue: Issue) =>
    message(`${got(issue)} is neither true nor false`, 'Write true or false, without quotes.'),
  )
}

/** One value or a list of them; a list means any. `itemWith` makes the schema of a value with that message. */
function oneOrMore<const Item extends v.GenericSchema>(
  itemWith: (problem: (issue: Issue) => string) => Item,
  what: string,
) {
  const item = itemWith(notThis(what))
  const items = v.pipe(
    list(item),
    v.nonEmpty(() => message('the list is empty', `Write ${what}, or leave the key out.`)),
  )
  return v.union([item, items], (issue: Issue) =>
    message(`${got(issue)} is not ${what}`, `Write ${what}, or a list of them.`),
  )
}

const PATTERN = 'a pattern such as "Research/*"'
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

function notEmpty(what: string) {
  return () => message(`${what} is empty`, 'Write at least one predicate; an empty one would match everything.')
}

const Nested: v.GenericSchema<ConditionTable> = v.lazy(() => conditionTable('the table'))

function conditionTable(what: string): v.GenericSchema<ConditionTable> {
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

const duration = () => matching(DURATION, 'a duration such as "36h", "14d" or "6w"')
const limit = {
  per_run: whole(0, 'a whole number from 0, which means none at all'),
  per_day: whole(0, 'a whole number from 0, which means none at all'),
  percent: percent(),
  stamps_per_run: whole(0, 'a whole number from 0, which means none at all'),
}

const RuleTable = table({
  id: v.pipe(
    matching(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a name in lower case with hyphens, such as "stale-research"'),
    v.description('Marks and statistics hang on it.'),
  ),
  why: v.pipe(text('a sentence'), v.description('Shown to the owners of what the rule wants.')),
  unit: v.optional(v.pipe(oneOf(['project', 'directory']), v.description('A directory is judged whole.')), 'project'),
  when: v.pipe(conditionTable('when'), v.description('Selection: all must be yes.')),
  unless: v.optional(
    v.pipe(
      v.union(
        [conditionTable('unless'), v.pipe(list(conditionTable('unless')), v.nonEmpty(notEmpty('unless')))],
        (issue: Issue) => {
          if (Array.isArray(issue.input) && issue.input.length === 0) return notEmpty('unless')()
          const fix = 'Write unless = { ... }, or a list of such tables.'
          return message(`${got(issue)} is neither a table nor a list of tables`, fix)
        },
      ),
      v.description('One yes or unknown saves the project.'),
    ),
  ),
  keep: v.optional(
    v.pipe(
      table({
        newest: whole(1, 'a whole number from 1'),
        per: v.optional(oneOf(['directory', 'owner', 'rule']), 'directory'),
        by: v.optional(oneOf(['modified', 'created', 'last-backtest']), 'modified'),
      }),
      v.description('Of what when matched, the newest stay.'),
    ),
  ),
  // biome-ignore lint/suspicious/noThenProperty: the policy language calls it so, and a table is never awaited
  then: v.optional(
    v.pipe(oneOf(['report', 'describe', 'rename', 'move', 'archive', 'delete']), v.description('Exactly one action.')),
    'report',
  ),
  to: v.optional(
    v.pipe(
      text('a template such as "Archive/{yyyy}-{mm}/{path}"'),
      v.description('{path} {name} {directory} {yyyy} {mm} {idle-days} {owner} {rule}'),
    ),
  ),
  after: v.optional(
    v.pipe(duration(), v.description('Grace from the mark; at least 24h for move, archive, delete.')),
    '14d',
  ),
  notice: v.optional(
    v.pipe(duration(), v.description('How long before a message must have been delivered; "0h" = none.')),
  ),
  approve: v.optional(oneOf(['never', 'first', 'always', 'two']), 'first'),
  limit: v.optional(
    v.pipe(
      table({
        per_run: v.optional(limit.per_run),
        per_day: v.optional(limit.per_day),
        percent: v.optional(limit.percent),
        stamps_per_run: v.optional(limit.stamps_per_run),
      }),
      v.description('As [limits]; may only be smaller. Over it, nothing of this rule acts.'),
    ),
    {},
  ),
  enforce: v.optional(v.pipe(flag(), v.description('false: verdicts and marks are shown, nothing is done.')), false),
})

const Person = table({
  name: text('a name'),
  slack: v.optional(text('a Slack user id')),
  discord: v.optional(text('a Discord user id')),
  email: v.optional(text('an address')),
  may: v.pipe(list(oneOf(['operate', 'approve'])), v.description('What this person may do; everybody may look.')),
})

const OnEvent = table({
  event: oneOf(['delete']),
  repository: v.optional(
    matching(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, 'the full name of a repository, such as "team/algos"'),
  ),
  do: oneOf(['directory.delete']),
  directory: text('a directory such as "CI/{repository}/{branch}"'),
})

export const PolicyFile = table({
  timezone: v.optional(
    v.pipe(text('a zone such as "America/New_York"'), v.description('IANA zone of days, hours and hold dates.')),
    'UTC',
  ),
  protect: v.optional(
    v.pipe(
      table({
        paths: v.optional(
          list(v.string((issue) => message(`${got(issue)} is not ${PATTERN}`, `Write ${PATTERN}.`))),
          [],
        ),
        ids: v.optional(list(whole(1, 'the id of a project, a number')), []),
      }),
      v.description('Nothing overrides it.'),
    ),
    {},
  ),
  limits: v.optional(
    v.pipe(
      table({
        per_run: v.optional(limit.per_run, 25),
        per_day: v.optional(limit.per_day, 50),
        percent: v.optional(limit.percent, 5),
        stamps_per_run: v.optional(limit.stamps_per_run, 50),
      }),
      v.description('Caps of a whole run. Over one of them nothing of the run acts.'),
    ),
    {},
  ),
  window: v.optional(
    v.pipe(
      table({
        days: v.optional(matching(DAYS, 'days such as "Mon-Fri" or "Mon,Wed"'), 'Sun-Sat'),
        hours: v.optional(matching(HOURS, 'hours such as "09:00-17:00"'), '00:00-24:00'),
        holidays: v.optional(list(text('a day such as "2026-12-25"')), []),
      }),
      v.description('When archive, move and delete by rules may happen. Absent = always.'),
    ),
  ),
  notify: v.optional(table({ channels: v.optional(list(oneOf(['slack', 'discord', 'webhook', 'teams'])), []) }), {}),
  person: v.optional(tables('person', Person), []),
  on: v.optional(tables('on', OnEvent), []),
  rule: v.optional(tables('rule', RuleTable), []),
})

export type PolicyFile = v.InferOutput<typeof PolicyFile>
export type RuleFile = PolicyFile['rule'][number]
