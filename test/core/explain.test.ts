import { describe, expect, it } from 'vitest'
import { decide } from '../../src/core/judge/decide.ts'
import { reasonText, ruleSentence, warningText, why } from '../../src/core/plan/explain.ts'
import type { Reason } from '../../src/core/policy/reason.ts'
import {
  aged,
  DAY,
  HOUR,
  idle,
  inventory,
  longMarked,
  markOn,
  NOTHING,
  NOW,
  policy,
  project,
  read,
  rule,
  ruleOf,
} from './support.ts'

const UNKNOWN = { unknown: 'the answer was cut short' }
const CHANNEL = '[notify]\nchannels = ["slack"]\n'

describe('ruleSentence', () => {
  const CASES: readonly (readonly [text: string, sentence: string])[] = [
    ['when = { idle = ">90d" }', 'When it has been idle for more than 90 days: report it and do nothing.'],
    [
      'unit = "directory"\nwhen = { path = "Research/*", idle = ">90d" }\nunless = { last-backtest = "<90d" }\nthen = "archive"\napprove = "always"\nenforce = true',
      'When the directory\'s path matches "Research/*" and the directory has been idle for more than 90 days, judged as a whole with every project in it, unless its last backtest was less than 90 days ago: archive every project in it to "Archive/{yyyy}-{mm}/{path}", 14 days after it was first marked, 2 days after a message about it was delivered, each time after a person has approved.',
    ],
    [
      'when = { name = ["Clone of*", "test*"], idle = ">30d", collaborators = "<=1" }\nunless = { used-as-library = true }\nthen = "delete"\nafter = "7d"\nnotice = "0h"\napprove = "never"\nlimit = { per_run = 5, percent = 2 }',
      'When its name matches "Clone of*" or "test*" and it has been idle for more than 30 days and it has at most 1 collaborator, unless another project links it as a library: delete it, 7 days after it was first marked, not at all if that would be more than 5 per run or 2 % of the projects. For now it only marks and reports: enforce is false.',
    ],
    [
      'when = { path = "Sweeps/**" }\nkeep = { newest = 5, per = "directory", by = "activity" }\nthen = "archive"\nnotice = "0h"\napprove = "never"\nenforce = true',
      'When its path matches "Sweeps/**", except the newest 5 of each directory by last activity: archive it to "Archive/{yyyy}-{mm}/{path}", 14 days after it was first marked.',
    ],
    [
      'when = { age = ">21d", backtests = "=0", files = "<=2", bytes = "<=4000" }\nunless = [{ description = "?*" }, { collaborators = ">1", live = ">9d" }]\nthen = "rename"\nto = "{name} old"\nafter = "36h"\napprove = "never"\nenforce = true',
      'When it is more than 21 days old and it has no backtests and it has at most 2 files and its files hold at most 4000 bytes, unless its description matches "?*" or (it has more than 1 collaborator and its last live deployment was more than 9 days ago or never): rename it to "{name} old" in its directory, 36 hours after it was first marked.',
    ],
    [
      'when = { description = ["empty", "todo*"], stamped = false, not = { any = [{ owner = ["me", "Ann", 7] }, { language = "C#" }] }, encrypted = false, live = "never", libraries = 0, parameters = ">=2" }\nthen = "describe"\nto = "x"\napprove = "never"\nenforce = true',
      'When it is not encrypted and it has at least 2 parameters and it links no libraries and its description is empty or matches "todo*" and our line is not in its description and it was never deployed live and it is not so that (its owner is the account leansweep uses or "Ann" or 7 or its language is "C#"): write the line "x" at the end of its description, 14 days after it was first marked.',
    ],
    [
      'when = { last-backtest = "never", used-as-library = false, live = "running" }\nkeep = { newest = 1, per = "owner", by = "created" }\nthen = "move"\nto = "Old/{path}"\nnotice = "0h"\napprove = "never"\nenforce = true',
      'When it runs live and no other project links it as a library and it was never backtested, except the newest of each owner by creation: move it to "Old/{path}", 14 days after it was first marked.',
    ],
  ]

  it.each(CASES)('names every condition of %s', async (text, sentence) => {
    expect(ruleSentence(ruleOf(await read(`${CHANNEL}[[rule]]\nid = "x"\nwhy = "w"\n${text}`), 'x'))).toBe(sentence)
  })
})

describe('why', () => {
  const TEXT = rule(
    'old',
    'when = { idle = ">30d" }\nunless = { collaborators = ">1" }\nthen = "delete"\nafter = "14d"',
  )

  async function asked(of: ReturnType<typeof project>, memory = NOTHING, now = NOW, text = TEXT) {
    const answer = why(await policy(text), inventory([of]), memory, now, of.id)
    if (answer === null) throw new Error('no answer')
    return answer
  }

  it('G17 says what a rule asked, what was read, since when it is marked and when it is due', async () => {
    const rules = await policy(TEXT)
    const of = project(1, '/a//x')
    expect(await asked(of, { ...NOTHING, marks: [markOn(rules, 'old', of, 4)] })).toEqual({
      projectId: 1,
      name: '/a//x',
      verdict: 'marked',
      sentences: [
        'It is marked. Rule "old" wants: delete.',
        'Rule "old" selects it, marked since 2026-11-20 12:00 UTC.',
        'The grace of rule "old" ends 2026-12-04 12:00 UTC.',
      ],
      rules: [
        {
          rule: 'old',
          matched: 'yes',
          outcome: 'selected',
          sentences: [],
          predicates: [
            { predicate: 'idle', part: 'when', value: '200 days', threshold: '>30d', reading: 'yes' },
            { predicate: 'collaborators', part: 'unless', value: '1', threshold: '>1', reading: 'no' },
          ],
        },
      ],
      mark: { rule: 'old', since: '2026-11-20T12:00:00.000Z' },
      due: '2026-12-04T12:00:00.000Z',
      activity: {
        modified: '2026-05-08T12:00:00.000Z',
        newestFile: '2026-01-28T12:00:00.000Z',
        newestBacktest: null,
        lastLive: null,
        readAt: '2026-11-24T12:00:00.000Z',
        unsure: null,
        progress: null,
      },
      actions: [],
    })
  })

  it('G17 answers for a project that no rule touches', async () => {
    expect(await asked(project(1, 'x', idle(3)))).toMatchObject({
      verdict: 'kept',
      sentences: ['It is kept.', 'No rule selects it.'],
      rules: [
        { matched: 'no', outcome: 'no match', predicates: [{ value: '3 days', threshold: '>30d', reading: 'no' }, {}] },
      ],
      mark: null,
      due: null,
    })
  })

  it('G17 names the protection, the hold, the exception and the unknown fact', async () => {
    expect((await asked(project(1, 'x', { encrypted: true }))).sentences).toEqual([
      'It is protected; no rule touches it.',
      'It is encrypted.',
    ])
    expect((await asked(project(1, 'x', { description: '[keep until 2027-01-31]' }))).sentences).toEqual([
      'It is held; no rule touches it.',
      'Its description holds it to the end of 2027-01-31.',
    ])
    expect((await asked(project(1, 'x', { collaborators: 2 }))).sentences[1]).toBe(
      'Rule "old" selects it, but its "unless" saves it.',
    )
    expect((await asked(project(1, 'x', { codeRunning: UNKNOWN }))).sentences).toEqual([
      'It is not judged, and so not touched: something that decides is not known.',
      'A protection needs codeRunning, which is not known: the answer was cut short.',
    ])
  })

  it('G17 says that a protected project is out of a rule’s reach, though its conditions hold', async () => {
    const rules = await policy(rule('old', 'when = { idle = ">90d" }\nthen = "delete"'))
    const seen = inventory([project(1, 'x', { encrypted: true }), project(2, 'y')])
    const outcomes = [1, 2].map((id) => why(rules, seen, NOTHING, NOW, id)?.rules[0])
    expect(outcomes).toMatchObject([
      { matched: 'yes', outcome: 'untouchable' },
      { matched: 'yes', outcome: 'selected' },
    ])
  })

  it('G17 names the slot that keeps it', async () => {
    const text = rule('sweep', 'when = { path = "**" }\nkeep = { newest = 2, per = "rule" }\nthen = "archive"')
    expect((await asked(project(1, 'x'), NOTHING, NOW, text)).sentences[1]).toBe(
      'Rule "sweep" keeps it: it is among the newest 2.',
    )
  })

  it('says when the window opens next', async () => {
    const rules = await policy('[window]\ndays = "Mon-Fri"\nhours = "09:00-17:00"', TEXT)
    const of = project(1, 'x')
    const answer = why(
      rules,
      inventory([of]),
      { ...NOTHING, marks: [markOn(rules, 'old', of, 30)] },
      Date.UTC(2026, 10, 27, 18),
      1,
    )
    expect(answer?.verdict).toBe('marked')
    expect(answer?.due).toBe('2026-11-30T09:00:00.000Z')
    expect(answer?.sentences).toContain(
      'The grace of rule "old" is over, but now is outside the window (Mon-Fri 09:00-17:00, UTC).',
    )
  })

  it('G17 shows the directory that goes, not one around it of which too little is known', async () => {
    const rules = await policy(
      rule('r', 'unit = "directory"\nwhen = { path = "Research/**", idle = ">9d" }\nthen = "delete"'),
    )
    const seen = inventory([
      project(1, 'Research/old/deep/x', idle(10)),
      project(2, 'Research/old/y', { modified: UNKNOWN }),
    ])
    expect(decide(rules, seen, NOTHING, NOW).verdicts[0]).toMatchObject({ projectId: 1, state: 'marked', rule: 'r' })
    const fact = why(rules, seen, NOTHING, NOW, 1)?.rules[0]
    expect(fact).toMatchObject({ outcome: 'selected', matched: 'yes' })
    expect(fact?.predicates.map(({ predicate, value }) => `${predicate} ${value}`)).toEqual([
      'path "Research/old/deep"',
      'idle 10 days',
    ])
  })

  it('shows a directory as the rule sees it', async () => {
    const text = rule('r', 'unit = "directory"\nwhen = { path = "Research/*", idle = ">90d" }\nthen = "delete"')
    const seen = inventory([project(1, 'Research/old/deep/x'), project(2, 'Research/old/y', { description: '[keep]' })])
    expect(why(await policy(text), seen, NOTHING, NOW, 1)).toMatchObject({
      verdict: 'kept',
      sentences: [
        'It is kept.',
        'Rule "r" selects the directory Research/old, but project 2 in it saves all. Of that project: Its description holds it for ever.',
      ],
      rules: [{ matched: 'yes', outcome: 'saved', predicates: [{ value: '"Research/old"' }, { value: '200 days' }] }],
    })
  })

  it('is null for a project that is not there', async () => {
    expect(why(await policy(TEXT), inventory([]), NOTHING, NOW, 1)).toBeNull()
  })
})

describe('reasonText', () => {
  it.each<readonly [Reason, string]>([
    [{ kind: 'protected', by: { what: 'policy path', pattern: 'A/**' } }, 'The policy protects "A/**".'],
    [{ kind: 'protected', by: { what: 'other organisation' } }, 'It belongs to another organisation.'],
    [{ kind: 'held', where: 'ledger', by: 'Ann', until: null }, 'Ann holds it for ever.'],
    [
      { kind: 'held', where: 'description', until: null, malformed: '[keep!]' },
      'Its description says [keep!], which is no hold leansweep knows, so it is held for ever.',
    ],
    [
      { kind: 'fresh', rule: 'x' },
      'Rule "x" selects it, but it is younger than 48 hours, and such projects are never marked.',
    ],
    [{ kind: 'under root', rule: 'x', root: 'Archive' }, 'Rule "x" selects it, but it is already under Archive.'],
    [
      { kind: 'too many', rule: 'x', directory: 'A/b', members: 501, most: 500 },
      'Rule "x" selects the directory A/b, but it holds 501 projects, and at most 500 go together.',
    ],
    [{ kind: 'conflict', rule: 'x', over: ['y'] }, 'Rule "y" wants it as well; the least destructive, "x", wins.'],
    [
      { kind: 'conflict', rule: 'x', over: ['y', 'z'] },
      'Rules "y", "z" want it as well; the least destructive, "x", wins.',
    ],
    [
      { kind: 'new mark', rule: 'x', until: NOW },
      'It is marked now; nothing is marked and acted on in one run. The grace ends 2026-11-24 12:00 UTC.',
    ],
    [
      { kind: 'untold', rule: 'x', directory: null, notice: 2 * DAY },
      'The grace of rule "x" is over, but no message about it has been delivered yet. It goes no sooner than 2 days after one.',
    ],
    [
      { kind: 'untold', rule: 'x', directory: 'Research/old', notice: 36 * HOUR },
      'The grace of rule "x" is over, but no message about all of its directory Research/old has been delivered yet. It goes no sooner than 36 hours after one.',
    ],
    [
      { kind: 'told', rule: 'x', directory: null, at: NOW - DAY, until: NOW + DAY },
      'The grace of rule "x" is over. People were told of it on 2026-11-23 12:00 UTC; it goes not before 2026-11-25 12:00 UTC.',
    ],
    [
      { kind: 'told', rule: 'x', directory: 'Research/old', at: NOW - DAY, until: NOW + DAY },
      'The grace of rule "x" is over. People were told of all of its directory Research/old on 2026-11-23 12:00 UTC; it goes not before 2026-11-25 12:00 UTC.',
    ],
    [{ kind: 'only reports', rule: 'x', because: 'enforce' }, 'Rule "x" does not act: enforce is false.'],
  ])('%j', (reason, text) => {
    expect(reasonText(reason)).toBe(text)
  })
})

describe('warnings', () => {
  const warnings = async (text: string, projects: readonly ReturnType<typeof project>[]) => {
    const rules = await policy(text)
    return decide(rules, inventory(projects), longMarked(rules, projects), NOW).warnings.map(warningText)
  }

  it('a protection that matches nothing today', async () => {
    expect(await warnings('[protect]\npaths = ["Prodction/**", "x"]\nids = [1, 99]', [project(1, 'x')])).toEqual([
      '[protect] paths: "Prodction/**" protects no project today. Is it spelt right?',
      '[protect] ids: no project has the id 99 today. Is it right?',
    ])
  })

  it('an unless that matches nothing today', async () => {
    const text = rule(
      'r',
      'when = { idle = ">900d" }\nunless = [{ path = "Porduction/**" }, { collaborators = 1 }]\nthen = "delete"',
    )
    expect(await warnings(text, [project(1, 'x')])).toEqual([
      'Rule "r": part 1 of unless saves no project today. Is it spelt right?',
    ])
    const paid = rule('r', 'when = { idle = ">900d" }\nunless = { backtests = "=0" }\nthen = "delete"')
    expect(await warnings(paid, [project(1, 'x')])).toEqual([])
  })

  it('an unless of a directory rule is tried on directories', async () => {
    const text = (name: string) =>
      rule('r', `unit = "directory"\nwhen = { path = "a/*" }\nunless = { name = "${name}" }\nthen = "delete"`)
    expect(await warnings(text('b'), [project(1, 'a/b/c')])).toEqual([])
    expect(await warnings(text('c'), [project(1, 'a/b/c')])).toEqual([
      'Rule "r": unless saves no project today. Is it spelt right?',
    ])
  })

  it('a rule that would take everything in its scope', async () => {
    const text = rule('r', 'when = { path = "a/*", idle = ">30d" }\nthen = "delete"')
    const all = [
      project(1, 'a/x'),
      project(2, 'a/y'),
      project(3, 'b/z', idle(1)),
      project(4, 'a/mine', { encrypted: true }),
    ]
    expect(await warnings(text, all)).toEqual([
      'Rule "r" would take everything its path and name let it see (2 projects). Add a condition if that is not meant.',
    ])
    expect(await warnings(text, [...all, project(5, 'a/young', idle(1))])).toEqual([])
    expect(await warnings(text, [...all, project(5, 'a/fresh', aged(1))])).toEqual([])
    // What only writes a line, or only reports, takes nothing.
    for (const then of ['"describe"\nto = "old"', '"report"'])
      expect(await warnings(text.replace('"delete"', then), all)).toEqual([])
  })

  it('a hold that is malformed', async () => {
    expect(await warnings('', [project(1, 'x', { description: '[keep it]' })])).toEqual([
      'Project 1 says [keep it], which is no hold leansweep knows, so it is held for ever. Write [keep] or [keep until 2027-01-31].',
    ])
  })

  it('come in an order that does not depend on the API', async () => {
    const seen = [project(2, 'y', { description: '[keep!]' }), project(1, 'x', { description: '[keep it]' })]
    expect(await warnings('', seen)).toEqual(await warnings('', seen.toReversed()))
  })
})

describe('a clock', () => {
  it('only moves why where the decision moves', async () => {
    const rules = await policy(rule('old', 'when = { idle = ">30d" }\nthen = "delete"'))
    const of = project(1, 'x')
    const memory = { ...NOTHING, marks: [markOn(rules, 'old', of, 13)] }
    for (const days of [0, 1, 2]) {
      const now = NOW + days * DAY
      expect(why(rules, inventory([of]), memory, now, 1)?.verdict).toBe(
        decide(rules, inventory([of]), memory, now).verdicts[0]?.state,
      )
    }
  })
})
