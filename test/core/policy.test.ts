import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/core/decide.ts'
import { readPolicy } from '../../src/core/policy.ts'
import { policySchema } from '../../src/core/policy-schema-json.ts'
import { DAY, HOUR, inventory, NOTHING, NOW, policy, problems, project, read, rule, ruleOf } from './support.ts'

const HEAD = '[[rule]]\nid = "x"\nwhy = "w"\n'

describe('readPolicy, defaults', () => {
  it('fills in what the page says', async () => {
    const read_ = await read('[[rule]]\nid = "x"\nwhy = "w"\nwhen = { idle = ">90d" }\n')
    expect(read_).toMatchObject({
      timezone: 'UTC',
      limits: { per_run: 25, per_day: 50, percent: 5, stamps_per_run: 50 },
      window: null,
      notify: { channels: [] },
      people: [],
      on: [],
    })
    expect(ruleOf(read_, 'x')).toMatchObject({
      unit: 'project',
      unless: null,
      keep: null,
      to: null,
      after: 14 * DAY,
      notice: 0,
      approve: 'first',
      limit: {},
      enforce: false,
    })
    expect(ruleOf(read_, 'x').then).toBe('report')
  })

  it('G3 omitted grace is 14 days, never 0, and enforce is false', async () => {
    const it_ = ruleOf(await read(`${HEAD}when = { idle = ">9d" }\nthen = "delete"\nnotice = "0h"`), 'x')
    expect(it_.after).toBe(14 * DAY)
    expect(it_.enforce).toBe(false)
  })

  it('notice is the smaller of 48h and after, for move, archive and delete', async () => {
    const channels = '[notify]\nchannels = ["slack"]\n'
    const notice = async (text: string) =>
      ruleOf(await read(`${channels}${HEAD}when = { idle = ">9d" }\n${text}`), 'x').notice
    expect(await notice('then = "delete"')).toBe(48 * HOUR)
    expect(await notice('then = "delete"\nafter = "36h"')).toBe(36 * HOUR)
    expect(await notice('then = "delete"\nnotice = "5d"')).toBe(5 * DAY)
    expect(await notice('then = "describe"\nto = "x"\nnotice = "5d"')).toBe(0)
  })

  it('archive has a template of its own', async () => {
    expect(ruleOf(await policy(rule('x', 'when = { idle = ">9d" }\nthen = "archive"')), 'x').to?.text).toBe(
      'Archive/{yyyy}-{mm}/{path}',
    )
  })

  it('takes every key of the page', async () => {
    const all = await read(`
      timezone = "America/New_York"
      [protect]
      paths = ["Production/**"]
      ids   = [23456789]
      [limits]
      per_run = 25
      per_day = 50
      percent = 5
      stamps_per_run = 50
      [window]
      days  = "Mon-Fri"
      hours = "09:00-17:00"
      holidays = ["2026-12-25", 2027-01-01]
      [notify]
      channels = ["slack", "discord", "webhook"]
      [[person]]
      name = "Ann"
      slack = "U1"
      discord = "80351110224678912"
      email = "ann@example.com"
      may = ["operate", "approve"]
      [[on]]
      event = "delete"
      repository = "team/algos"
      do = "directory.delete"
      directory = "CI/{repository}/{branch}"
      [[rule]]
      id     = "stale-research"
      why    = "Research folders nobody opened for a quarter hide the active ones."
      unit   = "directory"
      when   = { path = "Research/*", idle = ">90d", any = [{ age = ">9d" }, { live = "never" }], all = [{ owner = [1, "me"] }], not = { name = "x" } }
      unless = { last-backtest = "<30d" }
      keep   = { newest = 5, per = "directory", by = "modified" }
      then   = "delete"
      after  = "14d"
      notice = "48h"
      approve = "first"
      limit = { per_run = 5, per_day = 5, percent = 2.5, stamps_per_run = 1 }
      enforce = true`)
    expect(all.people).toEqual([
      { name: 'Ann', slack: 'U1', discord: '80351110224678912', email: 'ann@example.com', may: ['operate', 'approve'] },
    ])
    expect(all.on).toEqual([
      { event: 'delete', repository: 'team/algos', do: 'directory.delete', directory: 'CI/{repository}/{branch}' },
    ])
    expect([...(all.window?.holidays ?? [])]).toEqual(['2026-12-25', '2027-01-01'])
  })

  it('takes every predicate of the page', async () => {
    const when = `[rule.when]
      path = ["a/*", "b/**"]
      name = "x*"
      idle = ">90d"
      age = "<=7w"
      owner = "Ann"
      language = ["Py", "C#"]
      encrypted = false
      collaborators = "<=1"
      parameters = ">=2"
      libraries = 0
      description = ["empty", "?*"]
      stamped = true
      live = ">180d"
      used-as-library = false
      backtests = "=0"
      last-backtest = "never"
      files = "<=2"
      bytes = "<=4000"`
    expect(await problems(`${HEAD}${when}`)).toEqual([])
  })
})

describe('readPolicy, the hash of a rule', () => {
  const hash = async (text: string) => ruleOf(await policy(rule('x', text)), 'x').hash

  it('changes with any edit but of why and limit', async () => {
    const base = 'when = { idle = ">9d" }\nthen = "delete"'
    const first = await hash(base)
    expect(await hash(`${base}\nwhy = "another"`)).toBe(first)
    expect(await hash(`${base}\nlimit = { per_run = 1 }`)).toBe(first)
    const edits = [
      'after = "15d"',
      'unit = "project"\nkeep = { newest = 1 }',
      'enforce = false',
      'unless = { age = "<9d" }',
      'approve = "always"',
    ]
    for (const edit of edits) expect(await hash(`${base}\n${edit}`)).not.toBe(first)
    expect(await hash('when = { idle = ">10d" }\nthen = "delete"')).not.toBe(first)
    expect(await hash('when = { idle = ">9d" }\nthen = "archive"')).not.toBe(first)
  })

  it('does not change when a default is written out', async () => {
    const base = 'when = { idle = ">9d" }\nthen = "delete"'
    expect(await hash(`${base}\nafter = "2w"\nunit = "project"`)).toBe(await hash(base))
  })

  it('and the policy is named by the SHA-256 of its text', async () => {
    const text = '# a policy\n'
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
    expect((await read(text)).hash).toBe(Buffer.from(bytes).toString('hex'))
  })
})

describe('readPolicy, refusals', () => {
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
      'policy.toml line 2, key "limits.per_day": -1 is not a whole number; 0 means none at all. Write a whole number; 0 means none at all.',
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
      'two rules that undo each other',
      rule('to-archive', 'when = { path = "Research/**" }\nthen = "move"\nto = "Attic/{name}"') +
        rule('from-archive', 'when = { path = "Attic/**" }\nthen = "move"\nto = "Research/{name}"'),
      'policy.toml line 18, rule "from-archive", key "to": it undoes rule "to-archive": "Research/x" would become "Attic/x", then "Research/x", and so on. Give the two rules selections that do not overlap, or leave one of them out.',
    ],
    [
      'two rules that keep overwriting each other',
      rule('one', 'when = { idle = ">9d" }\nthen = "describe"\nto = "idle"') +
        rule('two', 'when = { age = ">9d" }\nthen = "describe"\nto = "old"'),
      'policy.toml line 18, rule "two", key "to": it undoes rule "one": both write our line of the same projects, in different words. Give the two rules selections that do not overlap, or leave one of them out.',
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
})

describe('policy.toml as shipped', () => {
  const text = readFileSync('policy.toml', 'utf8')

  it('is a policy that only reports and asks for nothing paid', async () => {
    const shipped = await read(text)
    expect(shipped.rules.length).toBeGreaterThan(2)
    expect(shipped.rules.map(({ enforce }) => enforce)).not.toContain(true)
    const everything = inventory([
      project(1, 'Research/old/a'),
      project(2, 'Clone of: x'),
      project(3, 'Sweeps/a/1'),
      project(4, 'Production/x'),
    ])
    const marked = decide(shipped, everything, NOTHING, NOW).marks
    const later = decide(shipped, everything, { ...NOTHING, marks: marked.map((mark) => ({ ...mark, since: 0 })) }, NOW)
    expect(later.needs).toEqual([])
    expect(later.counts).toMatchObject({ due: 0, protected: 1 })
    expect(later.counts.marked).toBeGreaterThan(0)
  })

  it('still is one when the rules it shows as comments are switched on', async () => {
    const uncommented = text.replaceAll(/^# (\[|\w[\w-]* = )/gm, '$1')
    const people = uncommented.replace('[[person]]', '[[person]]\nname = "Ben"\nmay = ["approve"]\n[[person]]')
    const result = await readPolicy(people)
    expect(result.ok ? [] : result.problems).toEqual([])
    expect(result.ok && result.policy.rules.map(({ id }) => id)).toContain('empty-never-run')
  })
})

describe('policy.schema.json', () => {
  it('is what the Worker checks with', () => {
    const committed: unknown = JSON.parse(readFileSync('policy.schema.json', 'utf8'))
    expect(committed, 'policy.schema.json is stale: run "npm run schema" and commit the file').toEqual(
      JSON.parse(JSON.stringify(policySchema())),
    )
  })

  it('is named in the first line of policy.toml, where editors look', () => {
    expect(readFileSync('policy.toml', 'utf8').split('\n')[0]).toBe('#:schema ./policy.schema.json')
  })
})
