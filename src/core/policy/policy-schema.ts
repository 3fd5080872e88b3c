/**
 * The form of `policy.toml`: every key of the policy page and nothing else. The Worker checks with it, and the JSON
 * Schema for editors is generated from it.
 */

import * as v from 'valibot'
import { DURATION } from '../base/duration.ts'
import { DAYS, HOURS } from '../base/window.ts'
import { conditionTable, notEmpty, PATTERN } from './condition-schema.ts'
import {
  flag,
  got,
  type Issue,
  list,
  matching,
  message,
  oneOf,
  percent,
  table,
  tables,
  text,
  whole,
} from './schema-parts.ts'

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
        by: v.optional(oneOf(['activity', 'created', 'last-backtest']), 'activity'),
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
  after: v.optional(v.pipe(duration(), v.description('Grace from the mark; at least 24h.')), '14d'),
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
  chat: v.optional(
    v.pipe(
      table({
        read: v.optional(
          v.pipe(
            oneOf(['people', 'everyone']),
            v.description(
              'Who may read: the people of this policy, or everyone in the workspace or server of the settings.',
            ),
          ),
          'people',
        ),
      }),
      v.description('Chats. Names of projects and rules are in what is read.'),
    ),
    {},
  ),
  person: v.optional(tables('person', Person), []),
  on: v.optional(tables('on', OnEvent), []),
  rule: v.optional(tables('rule', RuleTable), []),
})

export type PolicyFile = v.InferOutput<typeof PolicyFile>
export type RuleFile = PolicyFile['rule'][number]
