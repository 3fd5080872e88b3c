import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/core/judge/decide.ts'
import { problemText, readPolicy } from '../../src/core/policy/policy.ts'
import { policySchema } from '../../src/core/policy/policy-schema-json.ts'
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
      keep   = { newest = 5, per = "directory", by = "activity" }
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

describe('the encoding of a policy', () => {
  it.each([
    ['what was lost in Latin-1', new TextDecoder().decode(new Uint8Array([0x23, 0xe9, 0x0a])), 'not UTF-8'],
    ['U+FFFD itself, in a comment', '# caf\ufffd\n', 'not UTF-8'],
    ['UTF-16 with its mark', new TextDecoder().decode(utf16('# x\n', 0xff)), 'UTF-16'],
    ['UTF-16, big-endian', new TextDecoder().decode(utf16('# x\n', 0xfe)), 'UTF-16'],
    ['UTF-16 without its mark', new TextDecoder().decode(utf16('# x\n', 0xff).slice(2)), 'UTF-16'],
  ])('refuses %s, and says how to mend it', async (_, text, says) => {
    const result = await readPolicy(text)
    expect(result).toMatchObject({ ok: false, problems: [{ problem: expect.stringContaining(says) }] })
    expect(result.ok ? [] : result.problems.map(problemText)).toEqual([expect.stringMatching(/UTF-8/)])
  })

  it('names the line', async () => {
    expect(await readPolicy('timezone = "UTC"\n\n# caf\ufffd\n')).toMatchObject({ problems: [{ line: 3 }] })
  })

  it('takes UTF-8 with a mark at its beginning', async () => {
    expect(await readPolicy('\ufefftimezone = "UTC"\n')).toMatchObject({ ok: true, policy: { timezone: 'UTC' } })
  })
})

/** A text as UTF-16 with its mark; `first` is the mark's first byte. */
function utf16(text: string, first: 0xff | 0xfe): Uint8Array {
  const bytes = [...`\ufeff${text}`].flatMap((one) => [one.charCodeAt(0) & 0xff, one.charCodeAt(0) >> 8])
  return new Uint8Array(
    first === 0xff ? bytes : bytes.flatMap((_, i) => (i % 2 === 0 ? [bytes[i + 1] ?? 0, bytes[i] ?? 0] : [])),
  )
}
