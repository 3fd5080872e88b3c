/** Refusals: every one with an example and its exact message, which says where, what is wrong and how to mend it. */

import { describe, expect, it } from 'vitest'
import { readPolicy } from '../../src/core/policy/policy.ts'
import { PREDICATES } from '../../src/core/policy/predicate.ts'
import { problems, rule } from './support.ts'

const HEAD = '[[rule]]\nid = "x"\nwhy = "w"\n'

describe('a policy is refused', () => {
  const CASES: readonly (readonly [what: string, text: string, ...messages: readonly string[]])[] = [
    [
      'an unknown key, with the nearest valid one',
      `${HEAD}when = { idel = ">90d" }`,
      'policy.toml line 4, rule "x", key "when.idel": unknown key. Did you mean "idle"?',
    ],
    [
      'an unknown key of a rule',
      `${HEAD}when = { idle = ">90d" }\nenforced = true`,
      'policy.toml line 5, rule "x", key "enforced": unknown key. Did you mean "enforce"?',
    ],
    [
      'an unknown table',
      '[limit]\nper_run = 1',
      'policy.toml line 1, key "limit": unknown key. Did you mean "limits"?',
    ],
    [
      'an unknown key that is near nothing',
      '[notify]\nqqqqqqqqqqqq = 1',
      'policy.toml line 2, key "notify.qqqqqqqqqqqq": unknown key. Keys here are channels.',
    ],
    [
      'an unknown key deep inside',
      `${HEAD}when = { any = [\n  { idle = ">9d" },\n  { not = { pth = "a" } },\n] }`,
      'policy.toml line 6, rule "x", key "when.any.not.pth": unknown key. Did you mean "path"?',
    ],
    [
      'an unknown key in the second of several unless',
      `${HEAD}when = { idle = ">9d" }\nunless = [{ stamped = true },\n  { colaborators = 1 }]`,
      'policy.toml line 6, rule "x", key "unless.colaborators": unknown key. Did you mean "collaborators"?',
    ],
    [
      'a rule without when',
      HEAD,
      'policy.toml line 1, rule "x", key "when": the key is missing. Add when = ... to it.',
    ],
    [
      'a rule whose when is empty',
      `${HEAD}when = {}`,
      'policy.toml line 4, rule "x", key "when": when is empty. Write at least one predicate; an empty one would match everything.',
    ],
    [
      'an empty table inside when',
      `${HEAD}when = { idle = ">9d", not = {} }`,
      'policy.toml line 4, rule "x", key "when.not": the table is empty. Write at least one predicate; an empty one would match everything.',
    ],
    [
      'a rule without id or why',
      '[[rule]]\nwhen = { idle = ">9d" }',
      'policy.toml line 1, rule "number 1", key "id": the key is missing. Add id = ... to it.',
      'policy.toml line 1, rule "number 1", key "why": the key is missing. Add why = ... to it.',
    ],
    [
      'an id that is not kebab-case',
      '[[rule]]\nid = "Stale Research"\nwhy = "w"\nwhen = { idle = ">9d" }',
      'policy.toml line 2, rule "Stale Research", key "id": "Stale Research" is not a name in lower case with hyphens, such as "stale-research". Write a name in lower case with hyphens, such as "stale-research".',
    ],
    [
      'two rules with one id',
      `${HEAD}when = { idle = ">9d" }\n${HEAD}when = { age = ">9d" }`,
      'policy.toml line 6, rule "x", key "id": another rule is called "x" as well. Give each rule its own id.',
    ],
    [
      'one bracket where two are meant',
      '[rule]\nid = "x"',
      'policy.toml line 1, key "rule": it must be a list of tables. Write [[rule]] with two brackets, once for each.',
    ],
    [
      'an action that does not exist',
      `${HEAD}when = { idle = ">9d" }\nthen = "dlete"`,
      'policy.toml line 5, rule "x", key "then": "dlete" is not a value of this key. Did you mean "delete"? It is one of "report", "describe", "rename", "move", "archive", "delete".',
    ],
    [
      'a destructive grace under 24 hours',
      `${HEAD}when = { idle = ">9d" }\nthen = "move"\nto = "Old/{path}"\nnotice = "0h"\nafter = "23h"`,
      'policy.toml line 8, rule "x", key "after": a grace of 23h is too short for move. Write at least "24h", or leave it out for 14 days.',
    ],
    [
      'a grace of under 24 hours for a rename',
      `${HEAD}when = { idle = ">9d" }\nthen = "rename"\nto = "{name} old"\nafter = "23h"`,
      'policy.toml line 7, rule "x", key "after": a grace of 23h is too short for rename. Write at least "24h", or leave it out for 14 days.',
    ],
    [
      'a grace of nothing for a description',
      `${HEAD}when = { idle = ">9d" }\nthen = "describe"\nto = "old"\nafter = "0h"`,
      'policy.toml line 7, rule "x", key "after": a grace of 0h is too short for describe. Write at least "24h", or leave it out for 14 days.',
    ],
    [
      'a grace of nothing',
      `${HEAD}when = { idle = ">9d" }\nthen = "delete"\nnotice = "0h"\nafter = "0d"`,
      'policy.toml line 7, rule "x", key "after": a grace of 0d is too short for delete. Write at least "24h", or leave it out for 14 days.',
    ],
    [
      'a bad duration',
      `${HEAD}when = { idle = ">9d" }\nafter = "14 days"`,
      'policy.toml line 5, rule "x", key "after": "14 days" is not a duration such as "36h", "14d" or "6w". Write a duration such as "36h", "14d" or "6w".',
    ],
    [
      'a comparison without its sign',
      `${HEAD}when = { idle = "90d" }`,
      'policy.toml line 4, rule "x", key "when.idle": "90d" is not a comparison with a duration, such as ">90d" or "<=36h". Write a comparison with a duration, such as ">90d" or "<=36h".',
    ],
    [
      'a count that is none',
      `${HEAD}when = { backtests = "none" }`,
      'policy.toml line 4, rule "x", key "when.backtests": "none" is not a comparison with a count, such as "<=1" or "=0". Write a comparison with a count, such as "<=1" or "=0".',
    ],
    [
      'a live that is neither',
      `${HEAD}when = { live = "stopped" }`,
      'policy.toml line 4, rule "x", key "when.live": "stopped" is not "running", "never", or a comparison with a duration such as ">180d". Write "running", "never", or a comparison with a duration such as ">180d".',
    ],
    [
      'a flag in quotes',
      `${HEAD}when = { stamped = "true" }`,
      'policy.toml line 4, rule "x", key "when.stamped": "true" is neither true nor false. Write true or false, without quotes.',
    ],
    [
      'an unknown zone',
      'timezone = "Europe/Berln"',
      'policy.toml line 1, key "timezone": "Europe/Berln" is no known time zone. Did you mean "Europe/Berlin"?',
    ],
    [
      'a bad pattern',
      `${HEAD}when = { path = ["Research/*", "/Research/**"] }`,
      'policy.toml line 4, rule "x", key "when.path": "/Research/**" starts with "/" or has "//", which no name does. Write "Research/**".',
    ],
    [
      'a bad pattern that protects',
      '[protect]\npaths = [\n  "Production/",\n]',
      'policy.toml line 2, key "protect.paths": "Production/" ends with "/", which no name does. For everything inside write "Production/**".',
    ],
    [
      'a pattern that is none',
      `${HEAD}when = { path = 5 }`,
      'policy.toml line 4, rule "x", key "when.path": 5 is not a pattern such as "Research/*". Write a pattern such as "Research/*", or a list of them.',
    ],
    [
      'an empty list of patterns',
      `${HEAD}when = { path = [] }`,
      'policy.toml line 4, rule "x", key "when.path": the list is empty. Write a pattern such as "Research/*", or leave the key out.',
    ],
    [
      'a wider limit than [limits]',
      `[limits]\nper_run = 3\n${HEAD}when = { idle = ">9d" }\nlimit = { per_run = 4 }`,
      'policy.toml line 7, rule "x", key "limit.per_run": 4 is wider than the 3 of [limits]. Write 3 or less, or raise per_run in [limits].',
    ],
    [
      'a wider percent than the default of [limits]',
      `${HEAD}when = { idle = ">9d" }\nlimit = { percent = 6 }`,
      'policy.toml line 5, rule "x", key "limit.percent": 6 is wider than the 5 of [limits]. Write 5 or less, or raise percent in [limits].',
    ],
    [
      'a negative limit',
      '[limits]\nper_day = -1',
      'policy.toml line 2, key "limits.per_day": -1 is not a whole number from 0, which means none at all. Write a whole number from 0, which means none at all.',
    ],
    [
      'keep.newest = 0',
      `${HEAD}when = { path = "a/**" }\nkeep = { newest = 0 }`,
      'policy.toml line 5, rule "x", key "keep.newest": 0 is not a whole number from 1. Write a whole number from 1.',
    ],
    [
      'a to that could leave its directory',
      `${HEAD}when = { path = "a/**" }\nthen = "move"\nnotice = "0h"\nto = "Old/../{path}"`,
      'policy.toml line 7, rule "x", key "to": "Old/../{path}" could leave its directory. Write the full new name from the top, such as "Old/{path}".',
    ],
    [
      'a rename into another directory',
      `${HEAD}when = { path = "a/**" }\nthen = "rename"\nto = "Old/{name}"`,
      'policy.toml line 6, rule "x", key "to": a rename stays in its directory. Write only the new last part of the name, such as "{name} old"; to change the directory use then = "move".',
    ],
    [
      "a to in QuantConnect's own places",
      `${HEAD}when = { path = "a/**" }\nthen = "archive"\nnotice = "0h"\nto = "recycle bin/{path}"`,
      'policy.toml line 7, rule "x", key "to": nothing may be written into QuantConnect\'s own bin. Write a full name from the top, such as "Old/{path}".',
    ],
    [
      'a to that the API would not accept',
      `${HEAD}when = { path = "a/**" }\nthen = "move"\nnotice = "0h"\nto = "Old: {path}"`,
      'policy.toml line 7, rule "x", key "to": "Old: x" contains ":"; QuantConnect takes letters, digits, blanks, "-" and "_". Write a full name from the top, such as "Old/{path}".',
    ],
    [
      'a placeholder that does not exist',
      `${HEAD}when = { path = "a/**" }\nthen = "describe"\nto = "idle {idle_days}"`,
      'policy.toml line 6, rule "x", key "to": {idle_days} is no placeholder. Did you mean {idle-days}? There are {path}, {name}, {directory}, {yyyy}, {mm}, {idle-days}, {owner}, {rule}.',
    ],
    [
      'a to that contains [keep',
      `${HEAD}when = { path = "a/**" }\nthen = "describe"\nto = "write [keep] to hold"`,
      'policy.toml line 6, rule "x", key "to": our line must not contain "[keep", which would look like a hold. Choose other words.',
    ],
    [
      'a to of several lines',
      `${HEAD}when = { path = "a/**" }\nthen = "describe"\nto = "a\\nb"`,
      'policy.toml line 6, rule "x", key "to": our line is a single line. Write it without line breaks.',
    ],
    [
      'a missing to',
      `${HEAD}when = { path = "a/**" }\nthen = "move"\nnotice = "0h"`,
      'policy.toml line 1, rule "x", key "to": move needs a template. Add a template such as to = "Old/{path}".',
    ],
    [
      'a to that would do nothing',
      `${HEAD}when = { path = "a/**" }\nthen = "delete"\nnotice = "0h"\nto = "x"`,
      'policy.toml line 7, rule "x", key "to": delete writes nothing, so it has no to. Leave to out, or change then.',
    ],
    [
      'two rules that keep overwriting each other',
      rule('one', 'when = { idle = ">9d" }\nthen = "describe"\nto = "idle"') +
        rule('two', 'when = { age = ">9d" }\nthen = "describe"\nto = "old"'),
      'policy.toml line 18, rule "two", key "to": it overwrites rule "one": both write our line of the same projects, in different words. Give the two rules selections that do not overlap, or leave one of them out.',
    ],
    [
      'approve = "two" with fewer than two approvers',
      `[[person]]\nname = "Ann"\nmay = ["approve"]\n[[person]]\nname = "Ben"\nmay = ["operate"]\n${HEAD}when = { idle = ">9d" }\napprove = "two"`,
      'policy.toml line 11, rule "x", key "approve": approve = "two" needs two people who may approve, and there is 1. Add a [[person]] with may = ["approve"], or write approve = "always".',
    ],
    [
      'notice without a channel',
      `${HEAD}when = { idle = ">9d" }\nthen = "delete"\nnotice = "24h"`,
      'policy.toml line 6, rule "x", key "notice": a notice of 24h needs a channel, and none is configured. Add [notify] with channels = ["slack"], or write notice = "0h" to do without a message.',
    ],
    [
      'the default notice without a channel',
      `${HEAD}when = { idle = ">9d" }\nthen = "archive"`,
      'policy.toml line 1, rule "x", key "notice": a rule that would archive gives notice first, and no channel is configured. Add [notify] with channels = ["slack"], or write notice = "0h" to do without a message.',
    ],
    [
      'a directory rule that does not say which directories',
      `${HEAD}unit = "directory"\nwhen = { idle = ">9d" }`,
      'policy.toml line 5, rule "x", key "when": a directory rule must say which directories it is about. Add path to when, such as path = "Research/*" for every directory directly in Research.',
    ],
    [
      'tables that nest too deep',
      `${HEAD}when = { not = { not = { not = { not = { not = { not = { idle = ">9d" } } } } } } }`,
      'policy.toml line 4, rule "x", key "when.not.not.not.not.not.not": tables nest more than 5 deep. Make two rules of it, or write it flatter.',
    ],
    [
      'days and hours that are none',
      '[window]\ndays = "Monday"\nhours = "9-17"',
      'policy.toml line 2, key "window.days": "Monday" is not days such as "Mon-Fri" or "Mon,Wed". Write days such as "Mon-Fri" or "Mon,Wed".',
      'policy.toml line 3, key "window.hours": "9-17" is not hours such as "09:00-17:00". Write hours such as "09:00-17:00".',
    ],
    [
      'a window that never opens',
      '[window]\nhours = "09:00-09:00"',
      'policy.toml line 2, key "window.hours": "09:00-09:00" begins and ends at the same time. For the whole day leave hours out; otherwise write two different times.',
    ],
    [
      'a holiday that is no day',
      '[window]\nholidays = ["2026-12-25",\n  "2026-02-30"]',
      'policy.toml line 3, key "window.holidays": "2026-02-30" is no day. Write a day such as "2026-12-25".',
    ],
    [
      'an event whose directory any branch could choose',
      '[[on]]\nevent = "delete"\ndo = "directory.delete"\ndirectory = "{branch}"',
      'policy.toml line 4, key "on.directory": a branch could be called like any directory of the workspace. Start with a directory of its own, such as "CI/{branch}".',
    ],
    [
      'an event with a placeholder that does not exist',
      '[[on]]\nevent = "delete"\ndo = "directory.delete"\ndirectory = "CI/{ref}"',
      'policy.toml line 4, key "on.directory": {ref} is no placeholder. There are {repository} and {branch}.',
    ],
    [
      'a channel that does not exist',
      '[notify]\nchannels = ["slak"]',
      'policy.toml line 2, key "notify.channels": "slak" is not a value of this key. Did you mean "slack"? It is one of "slack", "discord", "webhook", "teams".',
    ],
    [
      'a number where a table is meant',
      `${HEAD}when = { idle = ">9d" }\nkeep = 5`,
      'policy.toml line 5, rule "x", key "keep": 5 is not a table. Write { ... }, or a [table] of its own.',
    ],
    [
      'a list where a table is meant',
      'limits = [1, 2]',
      'policy.toml line 1, key "limits": a list is not a table. Write { ... }, or a [table] of its own.',
    ],
    [
      'a list where one table is meant',
      `${HEAD}when = { not = [{ idle = ">9d" }] }`,
      'policy.toml line 4, rule "x", key "when.not": a list is not a table. Write { ... }, or a [table] of its own.',
    ],
    [
      'a sentence where conditions are meant',
      `${HEAD}when = "idle > 90d"`,
      'policy.toml line 4, rule "x", key "when": "idle > 90d" is not a table. Write { ... }, or a [table] of its own.',
    ],
    [
      'a number where a list is meant',
      '[protect]\nids = 5',
      'policy.toml line 2, key "protect.ids": 5 is not a list. Write a list: [ ..., ... ].',
    ],
    [
      'a table where a list is meant',
      `${HEAD}when = { any = { idle = ">9d" } }`,
      'policy.toml line 4, rule "x", key "when.any": a table is not a list. Write a list: [ ..., ... ].',
    ],
    [
      'one bracket for a person',
      '[person]\nname = "Ann"',
      'policy.toml line 1, key "person": it must be a list of tables. Write [[person]] with two brackets, once for each.',
    ],
    [
      'one bracket for an event',
      '[on]\nevent = "delete"',
      'policy.toml line 1, key "on": it must be a list of tables. Write [[on]] with two brackets, once for each.',
    ],
    [
      'a why that is no text',
      '[[rule]]\nid = "x"\nwhy = 5\nwhen = { idle = ">9d" }',
      'policy.toml line 3, rule "x", key "why": 5 is not a sentence. Write a sentence, in quotes.',
    ],
    [
      'a why without words',
      '[[rule]]\nid = "x"\nwhy = ""\nwhen = { idle = ">9d" }',
      'policy.toml line 3, rule "x", key "why": it is empty. Write a sentence, in quotes.',
    ],
    [
      'a protected id in quotes',
      '[protect]\nids = ["23456789"]',
      'policy.toml line 2, key "protect.ids": "23456789" is not the id of a project, a number. Write the id of a project, a number.',
    ],
    [
      'a protected path that is no text',
      '[protect]\npaths = [5]',
      'policy.toml line 2, key "protect.paths": 5 is not a pattern such as "Research/*". Write a pattern such as "Research/*".',
    ],
    [
      'a percentage over 100',
      '[limits]\npercent = 101',
      'policy.toml line 2, key "limits.percent": 101 is not a percentage from 0 to 100. Write a percentage from 0 to 100.',
    ],
    [
      'half a project',
      '[limits]\nper_run = 2.5',
      'policy.toml line 2, key "limits.per_run": 2.5 is not a whole number from 0, which means none at all. Write a whole number from 0, which means none at all.',
    ],
    [
      'a wider limit of a day',
      `${HEAD}when = { idle = ">9d" }\nlimit = { per_day = 51 }`,
      'policy.toml line 5, rule "x", key "limit.per_day": 51 is wider than the 50 of [limits]. Write 50 or less, or raise per_day in [limits].',
    ],
    [
      'a wider limit of stamps',
      `${HEAD}when = { idle = ">9d" }\nlimit = { stamps_per_run = 51 }`,
      'policy.toml line 5, rule "x", key "limit.stamps_per_run": 51 is wider than the 50 of [limits]. Write 50 or less, or raise stamps_per_run in [limits].',
    ],
    [
      'a value that is near nothing',
      `${HEAD}when = { idle = ">9d" }\napprove = "maybe"`,
      'policy.toml line 5, rule "x", key "approve": "maybe" is not a value of this key. It is one of "never", "first", "always", "two".',
    ],
    [
      'a unit that does not exist',
      `${HEAD}unit = "folder"\nwhen = { idle = ">9d" }`,
      'policy.toml line 4, rule "x", key "unit": "folder" is not a value of this key. It is one of "project", "directory".',
    ],
    [
      'a group of keep that does not exist',
      `${HEAD}when = { idle = ">9d" }\nkeep = { newest = 1, per = "dir" }`,
      'policy.toml line 5, rule "x", key "keep.per": "dir" is not a value of this key. It is one of "directory", "owner", "rule".',
    ],
    [
      'an order of keep that does not exist',
      `${HEAD}when = { idle = ">9d" }\nkeep = { newest = 1, by = "opened" }`,
      'policy.toml line 5, rule "x", key "keep.by": "opened" is not a value of this key. It is one of "activity", "created", "last-backtest".',
    ],
    [
      'a keep that does not say how many',
      `${HEAD}when = { idle = ">9d" }\nkeep = { per = "owner" }`,
      'policy.toml line 5, rule "x", key "keep.newest": the key is missing. Add newest = ... to it.',
    ],
    [
      'several actions',
      `${HEAD}when = { idle = ">9d" }\nthen = ["archive", "delete"]`,
      'policy.toml line 5, rule "x", key "then": a list is not a value of this key. It is one of "report", "describe", "rename", "move", "archive", "delete".',
    ],
    [
      'an age without its sign',
      `${HEAD}when = { age = 30 }`,
      'policy.toml line 4, rule "x", key "when.age": 30 is not a comparison with a duration, such as ">90d" or "<=36h". Write a comparison with a duration, such as ">90d" or "<=36h".',
    ],
    [
      'a last backtest without its sign',
      `${HEAD}when = { last-backtest = "30d" }`,
      'policy.toml line 4, rule "x", key "when.last-backtest": "30d" is not "never", or a comparison with a duration such as ">90d". Write "never", or a comparison with a duration such as ">90d".',
    ],
    [
      'a count below 0',
      `${HEAD}when = { files = -1 }`,
      'policy.toml line 4, rule "x", key "when.files": -1 is not a comparison with a count, such as "<=1" or "=0". Write a comparison with a count, such as "<=1" or "=0".',
    ],
    [
      'half a count',
      `${HEAD}when = { bytes = 1.5 }`,
      'policy.toml line 4, rule "x", key "when.bytes": 1.5 is not a comparison with a count, such as "<=1" or "=0". Write a comparison with a count, such as "<=1" or "=0".',
    ],
    [
      'an owner that is none',
      `${HEAD}when = { owner = true }`,
      'policy.toml line 4, rule "x", key "when.owner": true is not an owner: a user id, "me", or a name. Write an owner: a user id, "me", or a name, or a list of them.',
    ],
    [
      'an owner in a list that is none',
      `${HEAD}when = { owner = ["me", true] }`,
      'policy.toml line 4, rule "x", key "when.owner": true is not an owner: a user id, "me", or a name. Write an owner: a user id, "me", or a name.',
    ],
    [
      'an empty list of owners',
      `${HEAD}when = { owner = [] }`,
      'policy.toml line 4, rule "x", key "when.owner": the list is empty. Write an owner: a user id, "me", or a name, or leave the key out.',
    ],
    [
      'a language that is none',
      `${HEAD}when = { language = 3 }`,
      'policy.toml line 4, rule "x", key "when.language": 3 is not a language such as "Py" or "C#". Write a language such as "Py" or "C#", or a list of them.',
    ],
    [
      'a description that is none',
      `${HEAD}when = { description = 3 }`,
      'policy.toml line 4, rule "x", key "when.description": 3 is not "empty" or a pattern. Write "empty" or a pattern, or a list of them.',
    ],
    [
      'a name in a list that is none',
      `${HEAD}when = { name = ["a", 3] }`,
      'policy.toml line 4, rule "x", key "when.name": 3 is not a pattern such as "Clone of*". Write a pattern such as "Clone of*".',
    ],
    [
      'a name with a slash',
      `${HEAD}when = { idle = ">9d" }\nunless = { any = [{ name = ["ok", "Production/*"] }] }`,
      'policy.toml line 5, rule "x", key "unless.any.name": "Production/*" contains "/", and a name is only what stands after the last one. Write the last part alone, or use path, which is matched against the full name.',
    ],
    [
      'an any without a table',
      `${HEAD}when = { any = [] }`,
      'policy.toml line 4, rule "x", key "when.any": the list is empty. Write at least one predicate; an empty one would match everything.',
    ],
    [
      'an all without a table',
      `${HEAD}when = { all = [] }`,
      'policy.toml line 4, rule "x", key "when.all": the list is empty. Write at least one predicate; an empty one would match everything.',
    ],
    [
      'an unless that is a sentence',
      `${HEAD}when = { idle = ">9d" }\nunless = "idle"`,
      'policy.toml line 5, rule "x", key "unless": "idle" is neither a table nor a list of tables. Write unless = { ... }, or a list of such tables.',
    ],
    [
      'an unless without a table',
      `${HEAD}when = { idle = ">9d" }\nunless = []`,
      'policy.toml line 5, rule "x", key "unless": unless is empty. Write at least one predicate; an empty one would match everything.',
    ],
    [
      'an unless without a condition',
      `${HEAD}when = { idle = ">9d" }\nunless = [{}]`,
      'policy.toml line 5, rule "x", key "unless": unless is empty. Write at least one predicate; an empty one would match everything.',
    ],
    [
      'an enforce in quotes',
      `${HEAD}when = { idle = ">9d" }\nenforce = "yes"`,
      'policy.toml line 5, rule "x", key "enforce": "yes" is neither true nor false. Write true or false, without quotes.',
    ],
    [
      'a notice that is no duration',
      `${HEAD}when = { idle = ">9d" }\nnotice = "2 days"`,
      'policy.toml line 5, rule "x", key "notice": "2 days" is not a duration such as "36h", "14d" or "6w". Write a duration such as "36h", "14d" or "6w".',
    ],
    [
      'a person without a name',
      '[[person]]\nmay = ["approve"]',
      'policy.toml line 1, key "person.name": the key is missing. Add name = ... to it.',
    ],
    [
      'what a person may that does not exist',
      '[[person]]\nname = "Ann"\nmay = ["aprove"]',
      'policy.toml line 3, key "person.may": "aprove" is not a value of this key. Did you mean "approve"? It is one of "operate", "approve".',
    ],
    [
      'what a person may that is no list',
      '[[person]]\nname = "Ann"\nmay = "approve"',
      'policy.toml line 3, key "person.may": "approve" is not a list. Write a list: [ ..., ... ].',
    ],
    [
      'a person without an id in Slack',
      '[[person]]\nname = "Ann"\nslack = ""\nmay = ["approve"]',
      'policy.toml line 3, key "person.slack": it is empty. Write a Slack user id, in quotes.',
    ],
    [
      'an event that does not exist',
      '[[on]]\nevent = "push"\ndo = "directory.delete"\ndirectory = "CI/x"',
      'policy.toml line 2, key "on.event": "push" is not a value of this key. It is one of "delete".',
    ],
    [
      'an answer to an event that does not exist',
      '[[on]]\nevent = "delete"\ndo = "delete"\ndirectory = "CI/x"',
      'policy.toml line 3, key "on.do": "delete" is not a value of this key. It is one of "directory.delete".',
    ],
    [
      'a repository without its owner',
      '[[on]]\nevent = "delete"\nrepository = "algos"\ndo = "directory.delete"\ndirectory = "CI/x"',
      'policy.toml line 3, key "on.repository": "algos" is not the full name of a repository, such as "team/algos". Write the full name of a repository, such as "team/algos".',
    ],
    [
      'an event in a directory that is none',
      '[[on]]\nevent = "delete"\ndo = "directory.delete"\ndirectory = "CI//{branch}"',
      'policy.toml line 4, key "on.directory": a part of the name is empty. Write a directory such as "CI/{repository}/{branch}".',
    ],
    [
      "an event in QuantConnect's own places",
      '[[on]]\nevent = "delete"\ndo = "directory.delete"\ndirectory = "Library/{branch}"',
      'policy.toml line 4, key "on.directory": nothing may be written into QuantConnect\'s own library folder. Write a directory such as "CI/{repository}/{branch}".',
    ],
    [
      'a zone that is near nothing',
      'timezone = "Mars"',
      'policy.toml line 1, key "timezone": "Mars" is no known time zone. Write an IANA zone such as "America/New_York", or "UTC".',
    ],
    [
      'an empty zone',
      'timezone = ""',
      'policy.toml line 1, key "timezone": it is empty. Write a zone such as "America/New_York", in quotes.',
    ],
    [
      'an empty pattern',
      `${HEAD}when = { path = "" }`,
      'policy.toml line 4, rule "x", key "when.path": the pattern is empty. Write a pattern such as "Research/*", or leave the key out.',
    ],
    [
      'a pattern of three stars',
      `${HEAD}when = { path = "a/***" }`,
      'policy.toml line 4, rule "x", key "when.path": "a/***" has three stars in a row. Write "a/**".',
    ],
    [
      'a pattern that leads upwards',
      `${HEAD}when = { path = "a/../b" }`,
      'policy.toml line 4, rule "x", key "when.path": "a/../b" has a part "." or "..". Write the full path from the top; there are no relative paths.',
    ],
    [
      'a pattern that names nothing',
      `${HEAD}when = { path = "/" }`,
      'policy.toml line 4, rule "x", key "when.path": "/" names nothing. For everything write "**".',
    ],
    [
      'a name of three stars',
      `${HEAD}when = { name = "***" }`,
      'policy.toml line 4, rule "x", key "when.name": "***" has three stars in a row. Write "**".',
    ],
    [
      'a pattern inside unless',
      `${HEAD}when = { idle = ">9d" }\nunless = { any = [{ description = "a***" }] }`,
      'policy.toml line 5, rule "x", key "unless.any.description": "a***" has three stars in a row. Write "a**".',
    ],
    [
      'a new name that contains [keep',
      `${HEAD}when = { idle = ">9d" }\nthen = "move"\nnotice = "0h"\nto = "Old [keep]/{path}"`,
      'policy.toml line 7, rule "x", key "to": a name must not contain "[keep", which would look like a hold. Choose other words.',
    ],
    [
      'a rename that the API would not accept',
      `${HEAD}when = { idle = ">9d" }\nthen = "rename"\nto = "{name}: old"`,
      'policy.toml line 6, rule "x", key "to": "x: old" contains ":"; QuantConnect takes letters, digits, blanks, "-" and "_". Write a name QuantConnect accepts, such as "{name} old".',
    ],
    [
      'a rename with the whole path',
      `${HEAD}when = { idle = ">9d" }\nthen = "rename"\nto = "{path} old"`,
      'policy.toml line 6, rule "x", key "to": a rename stays in its directory. Write only the new last part of the name, such as "{name} old"; to change the directory use then = "move".',
    ],
    [
      'a to of a rule that only reports',
      `${HEAD}when = { idle = ">9d" }\nto = "x"`,
      'policy.toml line 5, rule "x", key "to": report writes nothing, so it has no to. Leave to out, or change then.',
    ],
    [
      'a line that is missing',
      `${HEAD}when = { idle = ">9d" }\nthen = "describe"`,
      'policy.toml line 1, rule "x", key "to": describe needs a template. Add a template such as to = "idle {idle-days} d, owner {owner}".',
    ],
    [
      'a new name that is missing',
      `${HEAD}when = { idle = ">9d" }\nthen = "rename"`,
      'policy.toml line 1, rule "x", key "to": rename needs a template. Add a template such as to = "{name} old".',
    ],
    [
      'a to without words',
      `${HEAD}when = { idle = ">9d" }\nthen = "describe"\nto = ""`,
      'policy.toml line 6, rule "x", key "to": it is empty. Write a template such as "Archive/{yyyy}-{mm}/{path}", in quotes.',
    ],
    [
      'a placeholder that is not closed',
      `${HEAD}when = { idle = ">9d" }\nthen = "describe"\nto = "idle {idle-days"`,
      'policy.toml line 6, rule "x", key "to": a "{" stands alone. Write placeholders whole, such as {idle-days}, and no other braces.',
    ],
    [
      'a brace that closes nothing',
      `${HEAD}when = { idle = ">9d" }\nthen = "describe"\nto = "idle }"`,
      'policy.toml line 6, rule "x", key "to": a "}" stands alone. Write placeholders whole, such as {idle-days}, and no other braces.',
    ],
    [
      'a placeholder that is near nothing',
      `${HEAD}when = { idle = ">9d" }\nthen = "describe"\nto = "{qqqqqqqq}"`,
      'policy.toml line 6, rule "x", key "to": {qqqqqqqq} is no placeholder. There are {path}, {name}, {directory}, {yyyy}, {mm}, {idle-days}, {owner}, {rule}.',
    ],
    [
      'a move to where it stands',
      `${HEAD}when = { idle = ">9d" }\nthen = "move"\nnotice = "0h"\nto = "./{path}"`,
      'policy.toml line 7, rule "x", key "to": "./{path}" could leave its directory. Write the full new name from the top, such as "Old/{path}".',
    ],
    [
      'a move to a directory that is none',
      `${HEAD}when = { idle = ">9d" }\nthen = "move"\nnotice = "0h"\nto = "/Old/{path}"`,
      'policy.toml line 7, rule "x", key "to": a part of the name is empty. Write a full name from the top, such as "Old/{path}".',
    ],
    [
      'a move to a directory that ends with a blank',
      `${HEAD}when = { idle = ">9d" }\nthen = "move"\nnotice = "0h"\nto = "Old /{path}"`,
      'policy.toml line 7, rule "x", key "to": "Old " begins or ends with a blank. Write a full name from the top, such as "Old/{path}".',
    ],
    [
      'a person twice',
      '[[person]]\nname = "Ann"\nmay = ["approve"]\n[[person]]\nname = "Ben"\nmay = []\n[[person]]\nname = "Ann"\nmay = []',
      'policy.toml line 8, key "person.name": "Ann" is the name of another person as well: nobody could tell them apart, and they would count as one. Give each [[person]] its own, or make the two one.',
    ],
    [
      'an id of a chat with two people',
      '[[person]]\nname = "Ann"\nslack = "U1"\nmay = ["approve"]\n[[person]]\nname = "Ben"\nslack = "U1"\nmay = ["approve"]',
      'policy.toml line 7, key "person.slack": "U1" is the Slack id of another person as well: nobody could tell them apart, and they would count as one. Give each [[person]] its own, or make the two one.',
    ],
    [
      'an address of two people, in capitals or not',
      '[[person]]\nname = "Ann"\nemail = "team@example.com"\nmay = ["approve"]\n[[person]]\nname = "Ben"\nemail = "Team@Example.com"\nmay = ["approve"]',
      'policy.toml line 7, key "person.email": "Team@Example.com" is the address of another person as well: nobody could tell them apart, and they would count as one. Give each [[person]] its own, or make the two one.',
    ],
    [
      'approve = "two" without anybody',
      `${HEAD}when = { idle = ">9d" }\napprove = "two"`,
      'policy.toml line 5, rule "x", key "approve": approve = "two" needs two people who may approve, and there are none. Add a [[person]] with may = ["approve"], or write approve = "always".',
    ],
    [
      'a key twice',
      'timezone = "UTC"\ntimezone = "UTC"',
      'policy.toml line 2: not valid TOML: trying to redefine an already defined table or value. Correct the syntax on this line.',
    ],
    [
      'hours that no day has',
      '[window]\nhours = "25:00-26:00"',
      'policy.toml line 2, key "window.hours": "25:00-26:00" is not hours such as "09:00-17:00". Write hours such as "09:00-17:00".',
    ],
    [
      'a holiday by its name',
      '[window]\nholidays = ["Christmas"]',
      'policy.toml line 2, key "window.holidays": "Christmas" is no day. Write a day such as "2026-12-25".',
    ],
    [
      'what is no TOML',
      'timezone = "UTC"\n[limits\nper_run = 1',
      expect.stringMatching(
        /^policy\.toml line 2: not valid TOML: .+\. Correct the syntax on this line\.$/,
      ) as unknown as string,
    ],
  ]

  it.each(CASES)('refuses %s', async (_what, text, ...messages) => {
    expect(await problems(text)).toEqual(messages)
  })

  it('says everything that is wrong at once, in the order of the file', async () => {
    const found = await problems(
      `${HEAD}when = { idel = 1 }\nthen = "dlete"\n[[rule]]\nid = "y"\nwhen = { idle = "9" }`,
    )
    expect(found.map((text) => /line (\d+)/.exec(text)?.[1])).toEqual(['4', '5', '6', '8'])
  })

  it('says also what is wrong with rules beside one that is malformed', async () => {
    const malformed = `${HEAD}when = { idel = ">9d" }\n`
    const short = `${HEAD.replace('"x"', '"y"')}when = { idle = ">9d" }\nthen = "delete"\nnotice = "0h"\nafter = "1h"\n`
    const found = await problems(malformed + short + short)
    expect(found).toEqual([
      'policy.toml line 4, rule "x", key "when.idel": unknown key. Did you mean "idle"?',
      'policy.toml line 11, rule "y", key "after": a grace of 1h is too short for delete. Write at least "24h", or leave it out for 14 days.',
      'policy.toml line 13, rule "y", key "id": another rule is called "y" as well. Give each rule its own id.',
      'policy.toml line 18, rule "y", key "after": a grace of 1h is too short for delete. Write at least "24h", or leave it out for 14 days.',
    ])
    // What else a rule would be measured by must be readable for that.
    expect(await problems(`[notify]\nchannels = "slack"\n${short.replace('0h', '1h')}`)).toHaveLength(1)
  })

  it('lets two rules be that only pass things on', async () => {
    const chain =
      rule('archive', 'when = { idle = ">90d" }\nthen = "archive"') +
      rule('empty', 'when = { path = "Archive/**", idle = ">180d" }\nthen = "delete"') +
      rule('inbox', 'when = { path = "Inbox/**" }\nthen = "move"\nto = "Research/{name}"')
    expect(await problems(chain)).toEqual([])
  })

  it('lets two rules describe what cannot be the same project', async () => {
    const apart =
      rule('py', 'when = { language = "Py" }\nthen = "describe"\nto = "python"') +
      rule('cs', 'when = { language = "C#" }\nthen = "describe"\nto = "c sharp"')
    expect(await problems(apart)).toEqual([])
  })

  it('lets one rule write a line only where there is none, beside another that writes another', async () => {
    const first =
      rule('new', 'when = { stamped = false }\nthen = "describe"\nto = "new"') +
      rule('old', 'when = { idle = ">90d" }\nthen = "describe"\nto = "old"')
    expect(await problems(first)).toEqual([])
  })
})

/** Values of every kind, most of them not what a key wants. */
const ODD = [
  '5',
  '-1',
  '2.5',
  '"x"',
  '""',
  'true',
  '[]',
  '[5]',
  '["x"]',
  '[{}]',
  '{}',
  '{ x = 1 }',
  '2026-12-25',
] as const

const KEYS_OF_RULE = [
  ...['id', 'why', 'unit', 'when', 'unless', 'keep', 'then', 'to', 'after', 'notice', 'approve', 'limit', 'enforce'],
  ...PREDICATES.map((name) => `when.${name}`),
  ...['any', 'all', 'not'].map((name) => `when.${name}`),
  ...['newest', 'per', 'by'].map((name) => `keep.${name}`),
  ...['per_run', 'per_day', 'percent', 'stamps_per_run'].map((name) => `limit.${name}`),
]
const KEYS = [
  ...['timezone', 'protect', 'limits', 'window', 'notify', 'person', 'on', 'rule'],
  ...['protect.paths', 'protect.ids', 'limits.per_run', 'limits.percent', 'window.days', 'window.hours'],
  ...['window.holidays', 'notify.channels'],
]

describe('whatever stands in a policy', () => {
  it.each([
    ...KEYS.map((key) => [key, ''] as const),
    ...KEYS_OF_RULE.map((key) => [key, '[[rule]]\n'] as const),
    ...['name', 'slack', 'discord', 'email', 'may'].map((key) => [key, '[[person]]\n'] as const),
    ...['event', 'repository', 'do', 'directory'].map((key) => [key, '[[on]]\n'] as const),
  ])('as %s (%j): it is taken, or refused in words with a line and a way to mend it', async (key, head) => {
    for (const value of ODD) {
      const result = await readPolicy(`${head}${key} = ${value}\n`)
      for (const { problem, fix, line } of result.ok ? [] : result.problems) {
        expect(problem, `${key} = ${value}`).not.toMatch(/Invalid|Expected|undefined|Object|\[object|\.$/)
        expect(fix, `${key} = ${value}`).toMatch(/^[A-Z].*[.?]$/)
        expect(line, `${key} = ${value}`).not.toBeNull()
      }
    }
  })
})
