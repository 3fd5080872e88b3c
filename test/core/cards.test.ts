import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approvalCard, type WaitingPlan } from '../../src/core/cards/approval-card.ts'
import { type Card, menuText } from '../../src/core/cards/card.ts'
import { cutText, plainText } from '../../src/core/cards/card-text.ts'
import { type Digest, type DigestItem, digestCard } from '../../src/core/cards/digest-card.ts'
import { type Ending, endedCard } from '../../src/core/cards/ended-card.ts'
import { orphanCard } from '../../src/core/cards/orphan-card.ts'
import { type RunFacts, type RunOutcome, resultCard, runningCard } from '../../src/core/cards/run-card.ts'
import { written } from '../support/written.ts'

const RUN = '20261124-100000-1f3a9c'
const HASH = '76645d028758aa11bb22cc33dd44ee55ff66a7b8c9d0e1f2a3b4c5d6e7f8091a'

function item(projectId: number, name: string, fields: Partial<DigestItem> = {}): DigestItem {
  return {
    projectId,
    name,
    action: 'delete',
    rule: 'scratch-clones',
    to: null,
    owner: 'Ann',
    when: '2026-12-08T13:00:00.000Z',
    ...fields,
  }
}

function digest(fields: Partial<Digest>): Digest {
  return { run: RUN, marked: [], due: [], holdsEnding: [], notJudged: 0, ...fields }
}

function waiting(fields: Partial<WaitingPlan> = {}): WaitingPlan {
  const items = [
    {
      projectId: 7,
      name: 'scratch carry',
      action: 'delete',
      rule: 'scratch-clones',
      modified: '2026-02-01T08:00:00.000Z',
    },
    { projectId: 8, name: 'Old/pairs', action: 'archive', rule: 'stale', modified: '2025-12-24T08:00:00.000Z' },
    { projectId: 9, name: 'tmp vix', action: 'delete', rule: 'scratch-clones', modified: null },
  ]
  return {
    run: RUN,
    hash: HASH,
    expiresAt: '2026-11-25T10:00:00.000Z',
    needs: 1,
    approvals: [],
    requestedBy: null,
    items: items.map((one, n) => ({ ...one, size: n === 0 ? null : { files: n, bytes: n * 1_234 } })),
    proposed: 3,
    mayDecide: ['Ann', 'Bob'],
    because: ['Rule "scratch-clones" asks for an approval (approve = "first").'],
    ...fields,
  }
}

function outcome(projectId: number, name: string, fields: Partial<RunOutcome> = {}): RunOutcome {
  return { projectId, name, action: 'delete', outcome: 'done', detail: '', ...fields }
}

function ran(fields: Partial<RunFacts> = {}): RunFacts {
  return {
    id: RUN,
    trigger: 'slack',
    actor: 'Ann',
    mode: 'act',
    status: 'ok',
    message: '',
    outcomes: [outcome(7, 'scratch carry'), outcome(9, 'tmp vix')],
    undoable: true,
    stopped: [],
    approval: null,
    undo: null,
    ...fields,
  }
}

describe('digestCard', () => {
  it('says nothing when there is nothing to say', () => {
    expect(digestCard(digest({ notJudged: 12 }))).toBeNull()
  })

  it('groups what is marked and what is due by owner and directory, and offers to keep any of it', () => {
    const card = digestCard(
      digest({
        marked: [
          item(11, 'Research/old/x', { action: 'archive', to: 'Archive/2026-11/Research/old/x', rule: 'stale' }),
          item(12, 'Research/old/a', { when: null }),
          item(13, 'top', { owner: '' }),
        ],
        due: [item(14, 'Sweeps/one/mean reversion 4', { owner: 'Bob', when: '2026-11-24T14:00:00.000Z' })],
        holdsEnding: [{ projectId: 15, name: 'Research/kept', until: '2026-11-30' }],
        notJudged: 1,
      }),
    )
    expect(written(card)).toMatchInlineSnapshot(`
      "# 3 projects newly marked, 1 due, 1 hold ending (neutral)
      3 projects newly marked, 1 due, 1 hold ending. Keep what should stay.
      ## Due: Bob, in Sweeps/one (1)
      - mean reversion 4 (14): delete, from 2026-11-24 14:00 UTC; rule scratch-clones
      ## Newly marked: owner not known, top level (1)
      - top (13): delete, from 2026-12-08 13:00 UTC; rule scratch-clones
      ## Newly marked: Ann, in Research/old (2)
      - a (12): delete, but not as things stand; rule scratch-clones
      - x (11): archive to Archive/2026-11/Research/old/x, from 2026-12-08 13:00 UTC; rule stale
      ## Holds that end within a week
      - Research/kept (15): kept to the end of 2026-11-30
      - Not judged, and so left alone: 1 project.
      <Keep 30 d: which?> keep30 Sweeps/one/mean reversion 4 (14)=14 | top (13)=13 | Research/old/a (12)=12 | Research/old/x (11)=11 | Research/kept (15)=15
      <Keep for ever: which?> keep Sweeps/one/mean reversion 4 (14)=14 | top (13)=13 | Research/old/a (12)=12 | Research/old/x (11)=11 | Research/kept (15)=15
      <Why: which?> why Sweeps/one/mean reversion 4 (14)=14 | top (13)=13 | Research/old/a (12)=12 | Research/old/x (11)=11 | Research/kept (15)=15
      → /runs/20261124-100000-1f3a9c"
    `)
  })

  it('has plain buttons when it is about one project', () => {
    expect(written(digestCard(digest({ marked: [item(11, 'scratch carry')] })))).toMatchInlineSnapshot(`
      "# 1 project newly marked (neutral)
      1 project newly marked. Keep what should stay.
      ## Newly marked: Ann, top level (1)
      - scratch carry (11): delete, from 2026-12-08 13:00 UTC; rule scratch-clones
      [Keep 30 d] keep30 11
      [Keep for ever] keep 11
      [Why] why 11
      → /runs/20261124-100000-1f3a9c"
    `)
  })

  it('cuts long lists, gives every group its share, and says how many there are', () => {
    const many = Array.from({ length: 400 }, (_, n) => item(1_000 + n, `Sweeps/d${n % 13}/p${n}`))
    const card = digestCard(digest({ marked: many }))
    const lines = card?.sections.flatMap((section) => section.lines) ?? []
    const more = card?.sections.reduce((sum, section) => sum + section.more, 0) ?? 0
    expect(card?.title).toBe('400 projects newly marked')
    expect(card?.sections.length).toBeLessThanOrEqual(12)
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(lines.length + more).toBe(400)
    expect(card?.menus.map((menu) => menuText(menu, menu.options.length))).toEqual([
      'Keep 30 d: which? (25 of 400)',
      'Keep for ever: which? (25 of 400)',
      'Why: which? (25 of 400)',
    ])
    // What can be chosen is what the lines name, in their order.
    const named = lines.map((text) => /\((\d+)\)/.exec(text)?.[1])
    for (const { options } of card?.menus ?? []) {
      expect(options.slice(0, named.length).map(({ ref }) => ref)).toEqual(named)
    }
  })

  it('a group of thousands does not push the small ones out', () => {
    const many = Array.from({ length: 4_000 }, (_, n) => item(1_000 + n, `Sweeps/p${n}`))
    const card = digestCard(digest({ marked: [...many, item(1, 'Zoo/mine', { owner: 'Zoe' })] }))
    expect(card?.sections.map(({ heading, lines, more }) => [heading, lines.length, more])).toEqual([
      ['Newly marked: Ann, in Sweeps (4000)', 23, 3_977],
      ['Newly marked: Zoe, in Zoo (1)', 1, 0],
    ])
  })
})

describe('approvalCard', () => {
  it('shows count, hash, oldest and largest, who may decide and until when, and asks again before yes', () => {
    expect(written(approvalCard(waiting()))).toMatchInlineSnapshot(`
      "# 3 projects waiting for approval: 2 to delete, 1 to archive (asks)
      3 projects waiting for approval: 2 to delete, 1 to archive. It ends undecided 2026-11-25 10:00 UTC.
      - Plan 76645d028758aa11. It ends undecided 2026-11-25 10:00 UTC, and then nothing is done.
      - Rule "scratch-clones" asks for an approval (approve = "first").
      - May decide: Ann and Bob.
      - Oldest: Old/pairs (8), last modified 2025-12-24.
      - Largest: tmp vix (9), 2 files, 2.5 kB.
      ## What would happen
      - delete scratch carry (7), rule scratch-clones
      - archive Old/pairs (8), rule stale
      - delete tmp vix (9), rule scratch-clones
      [Approve 3]! approve 20261124-100000-1f3a9c/76645d028758aa11
        Approve 3 projects? Plan 76645d028758aa11: 2 to delete, 1 to archive. Each is looked at once more before its turn, and copied before it is deleted. [Approve 3] [Not now]
      [Keep all] refuse 20261124-100000-1f3a9c/76645d028758aa11
      → /runs/20261124-100000-1f3a9c"
    `)
  })

  it('says who has approved where two must, and that the asker is not one of them', () => {
    const card = approvalCard(
      waiting({ needs: 2, approvals: ['Ann'], requestedBy: 'Cy', mayDecide: ['Ann', 'Bob', 'Cy'] }),
    )
    expect(card.sections[0]?.lines).toContain('Approved by Ann so far; 1 more has to.')
    expect(card.sections[0]?.lines).toContain(
      'Needs two different people of: Ann, Bob and Cy; not Cy, who asked for it.',
    )
  })

  it('says what has left the plan', () => {
    expect(approvalCard(waiting({ proposed: 5 })).sections[0]?.lines).toContain(
      '2 of 5 are not due any more and have left the plan.',
    )
  })

  it('has no buttons when nobody may decide, and says what to do', () => {
    const card = approvalCard(waiting({ mayDecide: [] }))
    expect(card.buttons).toEqual([])
    expect(card.sections[0]?.lines).toContain(
      'Nobody may decide: the policy names no [[person]] with may = ["approve"].',
    )
  })
})

describe('endedCard', () => {
  const AT = '2026-11-24T15:30:00.000Z'
  const ENDINGS: readonly Ending[] = [
    { kind: 'approved', by: ['Ann', 'Bob'], at: AT, execution: '20261124-153000-aaaaaa' },
    { kind: 'refused', by: 'Ann', at: AT },
    { kind: 'expired', at: AT },
    { kind: 'policy changed', at: AT },
    { kind: 'empty', at: AT },
    { kind: 'executed', by: ['Ann'], at: AT, result: ran({ trigger: 'approval', actor: 'Ann' }) },
    {
      kind: 'executed',
      by: ['Ann'],
      at: AT,
      result: ran({ status: 'failed', message: 'The policy cannot be used, so nothing was done.', outcomes: [] }),
    },
  ]

  it('tells every ending, with who and when', () => {
    const told = ENDINGS.map((ending) => written(endedCard({ run: RUN, hash: HASH, waiting: 3, ending })))
    expect(told.join('\n\n')).toMatchInlineSnapshot(`
      "# 3 projects: approved by Ann and Bob (neutral)
      3 projects: approved by Ann and Bob.
      - Approved 2026-11-24 15:30 UTC. It is being done now; the result follows here.
      - Plan 76645d028758aa11.
      → /runs/20261124-153000-aaaaaa

      # 3 projects: refused by Ann, all stay (neutral)
      3 projects: refused by Ann, all stay.
      - Refused 2026-11-24 15:30 UTC. Nothing was done.
      - Plan 76645d028758aa11.
      → /runs/20261124-100000-1f3a9c

      # 3 projects: expired undecided, all stay (neutral)
      3 projects: expired undecided, all stay.
      - Nobody decided until 2026-11-24 15:30 UTC, so nothing was done. What is still due is asked again.
      - Plan 76645d028758aa11.
      → /runs/20261124-100000-1f3a9c

      # 3 projects: not asked any more, the policy changed (neutral)
      3 projects: not asked any more, the policy changed.
      - A new policy was deployed; noticed 2026-11-24 15:30 UTC. Nothing was done.
      - Plan 76645d028758aa11.
      → /runs/20261124-100000-1f3a9c

      # Nothing is left to approve (neutral)
      Nothing is left to approve.
      - Everything in it was kept, changed or taken away; noticed 2026-11-24 15:30 UTC.
      - Plan 76645d028758aa11.
      → /runs/20261124-100000-1f3a9c

      # Done: 2 deleted (good)
      Done: 2 deleted.
      - Approved by Ann. Plan 76645d028758aa11. Ended 2026-11-24 15:30 UTC.
      ## Done (2)
      - deleted scratch carry (7)
      - deleted tmp vix (9)
      [Undo] undo 20261124-100000-1f3a9c
        Undo 2 projects? Run 20261124-100000-1f3a9c: 2 deleted. Undo takes that back, project by project. [Undo] [Leave it]
      → /runs/20261124-100000-1f3a9c

      # Failed: nothing was done (bad)
      Failed: nothing was done.
      - The policy cannot be used, so nothing was done.
      - Approved by Ann. Plan 76645d028758aa11. Ended 2026-11-24 15:30 UTC.
      → /runs/20261124-100000-1f3a9c"
    `)
  })

  it('leaves no button but Undo, and that only where something was done', () => {
    const verbs = ENDINGS.map((ending) => {
      const { buttons, menus } = endedCard({ run: RUN, hash: HASH, waiting: 3, ending })
      return [...buttons.map(({ verb }) => verb), ...menus.map(({ verb }) => verb)]
    })
    expect(verbs).toEqual([[], [], [], [], [], ['undo'], []])
  })
})

describe('resultCard', () => {
  it('puts what was not done before what was, and never shows partial as good', () => {
    const card = resultCard(
      ran({
        status: 'partial',
        outcomes: [
          outcome(7, 'scratch carry'),
          outcome(8, 'Old/pairs', { action: 'archive', outcome: 'failed', detail: 'QuantConnect refused: no rights.' }),
          outcome(9, 'tmp vix', { outcome: 'unsure', detail: 'The answer was lost.' }),
          outcome(10, 'tmp fx', { outcome: 'changed', detail: 'It has been modified since.' }),
        ],
      }),
    )
    expect(written(card)).toMatchInlineSnapshot(`
      "# Partly done: 1 deleted, 1 failed, 1 unsure, 1 left alone (bad)
      Partly done: 1 deleted, 1 failed, 1 unsure, 1 left alone.
      - Asked for by Ann (slack).
      ## Not done (3)
      - archive Old/pairs (8): failed. QuantConnect refused: no rights.
      - delete tmp vix (9): unsure. The answer was lost.
      - delete tmp fx (10): changed. It has been modified since.
      ## Done (1)
      - deleted scratch carry (7)
      [Undo] undo 20261124-100000-1f3a9c
        Undo 1 project? Run 20261124-100000-1f3a9c: 1 deleted. Undo takes that back, project by project. [Undo] [Leave it]
      → /runs/20261124-100000-1f3a9c"
    `)
  })

  it('says what stood in the way when nothing was done', () => {
    const card = resultCard(ran({ status: 'blocked', message: 'The live list could not be read.', outcomes: [] }))
    expect(written(card)).toMatchInlineSnapshot(`
      "# Blocked: nothing was done (bad)
      Blocked: nothing was done.
      - The live list could not be read.
      - Asked for by Ann (slack).
      → /runs/20261124-100000-1f3a9c"
    `)
  })

  it('offers no Undo for what cannot be undone', () => {
    expect(resultCard(ran({ undoable: false })).buttons).toEqual([])
  })
})

describe('runningCard', () => {
  it('says how far it is and can be stopped', () => {
    const card = runningCard({
      id: RUN,
      trigger: 'cron',
      actor: 'cron',
      progress: { done: 3, of: 12 },
      approval: null,
      stoppedBy: null,
    })
    expect(written(card)).toMatchInlineSnapshot(`
      "# Sweeping: 3 of 12 done (neutral)
      A sweep is going on: 3 of 12 done.
      - Started by cron.
      - Stop ends it before its next change; what is done stays done.
      [Stop] stop 20261124-100000-1f3a9c
      → /runs/20261124-100000-1f3a9c"
    `)
  })
})

describe('what becomes of a card', () => {
  it('of a running sweep that somebody stopped: it says who, and cannot be stopped again', () => {
    const card = runningCard({
      id: RUN,
      trigger: 'approval',
      actor: 'Bob',
      progress: { done: 10, of: 25 },
      approval: 'Approved by Bob. Plan 76645d028758aa11.',
      stoppedBy: 'Ann',
    })
    expect(written(card)).toMatchInlineSnapshot(`
      "# Stopping: 10 of 25 done (neutral)
      A sweep is being stopped: 10 of 25 done.
      - Approved by Bob. Plan 76645d028758aa11.
      - Stopped by Ann: it ends before its next change, and what is done stays done.
      → /runs/20261124-100000-1f3a9c"
    `)
  })

  it('of a run that was taken back: it says by whom, and offers no second time', () => {
    const undone = (status: RunFacts['status']) => resultCard(ran({ undo: { by: 'Bob', run: 'r2', status } }))
    expect(written(undone('ok'))).toMatchInlineSnapshot(`
      "# Done: 2 deleted; undone by Bob (good)
      Done: 2 deleted; undone by Bob.
      - Undo by Bob, run r2: done.
      - Asked for by Ann (slack).
      ## Done (2)
      - deleted scratch carry (7)
      - deleted tmp vix (9)
      → /runs/20261124-100000-1f3a9c"
    `)
    const { title, sections, buttons } = undone('partial')
    expect([title, sections[0]?.lines[0], buttons]).toEqual([
      'Done: 2 deleted; partly undone by Bob',
      `Undo by Bob, run r2: partly done. "/sweep undo ${RUN}" tries once more.`,
      [],
    ])
    expect(undone('failed').title).toBe('Done: 2 deleted; Bob could not undo it')
  })

  it('that nobody keeps track of: it says so', () => {
    expect(written(orphanCard())).toMatchInlineSnapshot(`
      "# This message is not kept up to date (neutral)
      This message is not kept up to date.
      - It is a copy of another one, or too old, so its buttons are gone.
      - /sweep status says how things stand.
      → /"
    `)
  })
})

describe('texts of cards', () => {
  it('come on one line, without the characters that turn the direction of writing', () => {
    expect(plainText('a\nb\u0000c\t d\u2028e \u202Egnp.exe\u2066x\uFEFF')).toBe('a b c d e gnp.exex')
  })

  it('are cut between characters', () => {
    expect(cutText('ab😀cd', 4)).toBe('ab…')
    expect(cutText('ab😀', 4)).toBe('ab😀')
  })

  it('keep their limits whatever people call their projects', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({ unit: 'grapheme', maxLength: 400 }),
    )
    const items = fc.array(
      fc.record({
        projectId: fc.nat(),
        name,
        owner: name,
        to: fc.option(name),
        rule: fc.constant('r'),
        when: fc.constant(null),
      }),
      { maxLength: 60 },
    )
    const seed = Date.now() % 2 ** 31
    fc.assert(
      fc.property(items, items, name, (marked, due, person) => {
        const full = (list: typeof marked) => list.map((one) => ({ ...one, action: 'archive' as const }))
        const outcomes = marked.map((one) => outcome(one.projectId, one.name, { detail: one.owner }))
        const asked = due.map((one) => ({ ...one, action: 'rename', modified: null, size: null }))
        const by = [person, person]
        for (const card of [
          digestCard(
            digest({
              marked: full(marked),
              due: full(due),
              holdsEnding: marked.map((one) => ({ ...one, until: '2027-01-31' })),
            }),
          ),
          approvalCard(waiting({ items: asked, mayDecide: by, because: [person] })),
          resultCard(ran({ outcomes, actor: person, message: person })),
          endedCard({
            run: RUN,
            hash: HASH,
            waiting: 3,
            ending: { kind: 'approved', by, at: '2026-11-24T15:30:00.000Z', execution: RUN },
          }),
        ]) {
          if (card !== null) expect(tooLong(card)).toEqual([])
        }
      }),
      { seed, numRuns: 60 },
    )
  })
})

/** Every text of a card that is over the limit its type names. */
function tooLong({ title, summary, sections, buttons, menus }: Card): readonly string[] {
  const texts: readonly (readonly [text: string, most: number])[] = [
    [title, 150],
    [summary, 300],
    ...sections.flatMap(({ heading, lines }) => [
      [heading ?? '', 150] as const,
      ...lines.map((one) => [one, 300] as const),
    ]),
    ...buttons.flatMap(({ label, ref, confirm }) => [
      [label, 75] as const,
      [ref, 80] as const,
      [confirm?.title ?? '', 100] as const,
      [confirm?.text ?? '', 300] as const,
      [confirm?.yes ?? '', 30] as const,
      [confirm?.no ?? '', 30] as const,
    ]),
    ...menus.flatMap(({ label, options }) => [
      [label, 75] as const,
      ...options.map((option) => [option.label, 75] as const),
    ]),
  ]
  const wrong = texts.filter(([text, most]) => text.length > most || /[\n\r\u202E]/.test(text)).map(([text]) => text)
  const badMenus = menus.filter(({ options }) => options.length < 2 || options.length > 25).map(({ label }) => label)
  return [...wrong, ...badMenus, ...(buttons.length > 5 || menus.length > 3 ? ['too many buttons'] : [])]
}
