/** A card as a Slack message: how it reads, that it rings nobody, and that it keeps to every limit of §4.5. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Card } from '../../src/core/cards/card.ts'
import { plainMessage, renderSlack, verbOf } from '../../src/slack/render.ts'
import {
  APPROVAL,
  anyCard,
  DIGEST,
  PLAN,
  QUESTION,
  REFUSED,
  RESULT,
  RUN,
  RUNNING,
  SETTLED,
  STATUS,
  WHY,
} from '../support/cards.ts'
import { messageError } from '../support/slack-limits.ts'
import { readable, ringsOf, seen } from '../support/slack-reader.ts'

const PAGES = 'https://sweep.example'

describe('a card in Slack', () => {
  it('reads well, whatever the projects are called: an approval', () => {
    expect(readable(renderSlack(APPROVAL, PAGES))).toMatchInlineSnapshot(`
      "3 projects waiting for approval: 3 to delete. It ends undecided 2026-11-25 10:00 UTC.
      ┃ # 3 projects waiting for approval: 3 to delete
      ┃ • Plan 1f3a9c0d2b4e6f80. It ends undecided 2026-11-25 10:00 UTC, and then nothing is done.
      ┃ • 1 of 4 is not due any more and has left the plan.
      ┃ • It is over "per_run": 4 of at most 2.
      ┃ • Needs two different people of: Ann, Bob and Cy; not Cy, who asked for it.
      ┃ • Approved by Ann so far; 1 more has to.
      ┃
      ┃ • Oldest: Research/old/@everyone (23456001), last modified 2026-01-24.
      ┃ • Largest: Research/old/<@123> <!channel> <script>&amp; (23456003), 3 files, 4.5 kB.
      ┃
      ┃ *What would happen*
      ┃ • delete Research/old/@everyone (23456001), rule stale-research
      ┃ • delete Research/old/**x** [a](http://b) \`c\` (23456002), rule stale-research
      ┃ • delete Research/old/<@123> <!channel> <script>&amp; (23456003), rule stale-research
      [!Approve 3] {Approve 3 projects? Plan 1f3a9c0d2b4e6f80: 3 to delete. Each is looked at once more before its turn, and copied before it is deleted. [Approve 3] [Not now]} [Keep all]
      ┃ (Everything about it → https://sweep.example/runs/20261124-100000-1f3a9c)"
    `)
  })

  it('reads well: a digest', () => {
    expect(readable(renderSlack(DIGEST, PAGES))).toMatchInlineSnapshot(`
      "3 projects newly marked, 1 due, 1 hold ending. Keep what should stay.
      ┃ # 3 projects newly marked, 1 due, 1 hold ending
      ┃ *Due: owner not known, in Sweeps (1)*
      ┃ • a_1 (23456010): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃
      ┃ *Newly marked: mia, in Research (2)*
      ┃ • <@123> <!channel> <script>&amp; (23456003): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃ • @everyone (23456001): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃
      ┃ *Newly marked: mia, in Research/**x** [a](http: (1)*
      ┃ • b) \`c\` (23456002): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃
      ┃ *Holds that end within a week*
      ┃ • Sweeps/*kept* (23456020): kept to the end of 2026-11-30
      ┃
      ┃ • Not judged, and so left alone: 2 projects.
      [Keep 30 d: which? ▾ Sweeps/a_1 (23456010) | Research/<@123> <!channel> <script>&amp; (23456003) | Research/@everyone (23456001) | Research/**x** [a](http://b) \`c\` (23456002) | Sweeps/*kept* (23456020)] [Keep for ever: which? ▾ Sweeps/a_1 (23456010) | Research/<@123> <!channel> <script>&amp; (23456003) | Research/@everyone (23456001) | Research/**x** [a](http://b) \`c\` (23456002) | Sweeps/*kept* (23456020)] [Why: which? ▾ Sweeps/a_1 (23456010) | Research/<@123> <!channel> <script>&amp; (23456003) | Research/@everyone (23456001) | Research/**x** [a](http://b) \`c\` (23456002) | Sweeps/*kept* (23456020)]
      ┃ (Everything about it → https://sweep.example/runs/20261124-100000-1f3a9c)"
    `)
  })

  it('reads well: a result and an ending', () => {
    expect(readable(renderSlack(RESULT, PAGES))).toMatchInlineSnapshot(`
      "Partly done: 1 deleted, 1 left alone.
      ┃ # Partly done: 1 deleted, 1 left alone
      ┃ • Asked for by Ann (discord).
      ┃
      ┃ *Not done (1)*
      ┃ • delete ||x|| (23456002): changed. It was modified since.
      ┃
      ┃ *Done (1)*
      ┃ • deleted Research/@everyone (23456001)
      [Undo] {Undo 1 project? Run 20261124-100000-1f3a9c: 1 deleted. Undo takes that back, project by project. [Undo] [Leave it]}
      ┃ (Everything about it → https://sweep.example/runs/20261124-100000-1f3a9c)"
    `)
    expect(readable(renderSlack(REFUSED, null))).toMatchInlineSnapshot(`
      "3 projects: refused by *Bob*, all stay.
      ┃ # 3 projects: refused by *Bob*, all stay
      ┃ • Refused 2026-11-24 11:00 UTC. Nothing was done.
      ┃ • Plan 1f3a9c0d2b4e6f80."
    `)
  })

  it('reads well: a sweep that is going on, and a digest some time later', () => {
    expect(readable(renderSlack(RUNNING, PAGES))).toMatchInlineSnapshot(`
      "A sweep is going on: 10 of 25 done.
      ┃ # Sweeping: 10 of 25 done
      ┃ • Approved by Ann and <Bob>. Plan 1f3a9c0d2b4e6f80.
      ┃ • Stop ends it before its next change; what is done stays done.
      [Stop]
      ┃ (Everything about it → https://sweep.example/runs/20261124-100000-1f3a9c)"
    `)
    expect(readable(renderSlack(SETTLED, PAGES))).toMatchInlineSnapshot(`
      "3 projects newly marked, 1 due, 1 hold ending. Keep what should stay.
      ┃ # 3 projects newly marked, 1 due, 1 hold ending
      ┃ *Due: owner not known, in Sweeps (1)*
      ┃ • a_1 (23456010): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃
      ┃ *Newly marked: mia, in Research (2)*
      ┃ • <@123> <!channel> <script>&amp; (23456003): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃ • @everyone (23456001): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃
      ┃ *Newly marked: mia, in Research/**x** [a](http: (1)*
      ┃ • b) \`c\` (23456002): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃
      ┃ *Holds that end within a week*
      ┃ • Sweeps/*kept* (23456020): kept to the end of 2026-11-30
      ┃
      ┃ • Not judged, and so left alone: 2 projects.
      ┃
      ┃ *Since then*
      ┃ • Research/@everyone (23456001): kept by <!here> to the end of 2027-01-31
      ┃ • Sweeps/a_1 (23456010): deleted
      [Keep 30 d: which? ▾ Research/<@123> <!channel> <script>&amp; (23456003) | Research/**x** [a](http://b) \`c\` (23456002) | Sweeps/*kept* (23456020)] [Keep for ever: which? ▾ Research/<@123> <!channel> <script>&amp; (23456003) | Research/**x** [a](http://b) \`c\` (23456002) | Sweeps/*kept* (23456020)] [Why: which? ▾ Research/<@123> <!channel> <script>&amp; (23456003) | Research/**x** [a](http://b) \`c\` (23456002) | Sweeps/*kept* (23456020)]
      ┃ (Everything about it → https://sweep.example/runs/20261124-100000-1f3a9c)"
    `)
  })

  it('reads well: a question before a deletion, and how things stand', () => {
    expect(readable(renderSlack(QUESTION, PAGES))).toMatchInlineSnapshot(`
      "Delete 3 projects inside Research/*old*, at any depth? Nothing happens before you press the button.
      ┃ # Delete everything inside Research/*old*?
      ┃ • This is 3 projects inside Research/*old*, at any depth. Each is copied first and goes to the Recycle Bin, where it stays for 30 days.
      ┃ • If anything else is there by then, or one of them must stay, nothing is done. The question stands for 15 minutes.
      ┃
      ┃ *What would go*
      ┃ • Research/*old*/@everyone (23456001)
      ┃ • Research/*old*/**x** [a](http://b) \`c\` (23456002)
      ┃ • Research/*old*/<@123> <!channel> <script>&amp; (23456003)
      [!Delete 3 projects] {Delete 3 projects? 3 projects inside Research/*old*, at any depth. This is the last question. [Delete 3] [Not now]} [Cancel]"
    `)
    expect(readable(renderSlack(STATUS, PAGES))).toMatchInlineSnapshot(`
      "Not well. The last good run ended 26 hours ago.
      ┃ # Not well
      ┃ • The last good run ended 26 hours ago.
      ┃ • Nothing is changed until somebody says /sweep resume.
      ┃ • 3 projects wait for a decision: plan 1f3a9c0d2b4e6f80, until 2026-11-25 10:00 UTC. /sweep approve shows it.
      ┃
      ┃ *Last runs*
      ┃ • 2026-11-24 10:00 UTC: partial, slack by <@U1>, run 20261124-100000-1f3a9c. A & B.
      ┃ (Everything about it → https://sweep.example/)"
    `)
  })

  it('rings nobody, and shows every name letter by letter', () => {
    for (const card of [APPROVAL, DIGEST, PLAN, QUESTION, REFUSED, RESULT, RUNNING, SETTLED, STATUS, WHY])
      expect(ringsOf(renderSlack(card, PAGES))).toEqual([])
    const name = '<!channel> <@U1> <#C1|x> &lt;!here&gt; <http://a|b>'
    const card = { ...REFUSED, summary: name, sections: [{ heading: name, lines: [name], more: 0 }] }
    const message = renderSlack(card, null)
    expect(ringsOf(message)).toEqual([])
    expect(readable(message).split('\n')).toEqual([name, `┃ # ${REFUSED.title}`, `┃ *${name}*`, `┃ • ${name}`])
  })

  it('is plain about what is danger, and asks before it counts', () => {
    const actions = renderSlack(APPROVAL, null).blocks.flatMap((block) =>
      block.type === 'actions' ? block.elements : [],
    )
    expect(actions).toMatchObject([
      {
        action_id: 'sweep.approve.0',
        style: 'danger',
        value: `${RUN}/1f3a9c0d2b4e6f80`,
        confirm: { style: 'danger', title: { text: 'Approve 3 projects?' } },
      },
      { action_id: 'sweep.refuse.1', value: `${RUN}/1f3a9c0d2b4e6f80` },
    ])
    expect(actions[1]).not.toHaveProperty('style')
    expect(actions[1]).not.toHaveProperty('confirm')
  })

  it('G20 has no link to pages that are nowhere', () => {
    expect(JSON.stringify(renderSlack(APPROVAL, null))).not.toContain('/runs/')
  })

  it('keeps to every limit of Slack for any card, rings nobody and loses no count', () => {
    const seed = Date.now() % 2 ** 31
    fc.assert(
      fc.property(anyCard, fc.constantFrom(PAGES, null), (card, pages) => {
        const message = renderSlack(card, pages)
        expect(messageError(message)).toBeNull()
        expect(ringsOf(message)).toEqual([])
        expect(message.text).not.toBe('')
        const verbs = message.blocks.flatMap((block) =>
          block.type === 'actions' ? block.elements.map((one) => verbOf(one.action_id ?? '')) : [],
        )
        expect(verbs.filter((verb) => verb === null)).toEqual([])
      }),
      { seed, numRuns: 150 },
    )
  })

  it('shows all buttons of a card as large as cards get, and most of its text', () => {
    const button = APPROVAL.buttons[0]
    if (button === undefined) throw new Error('no button')
    const long = {
      ...button,
      label: 'L'.repeat(75),
      ref: 'r'.repeat(80),
      confirm: { title: 't'.repeat(100), text: 'x'.repeat(300), yes: 'y'.repeat(30), no: 'n'.repeat(30) },
    }
    const card: Card = {
      ...APPROVAL,
      title: 'T'.repeat(150),
      sections: Array.from({ length: 12 }, (_, n) => ({
        heading: `H${n}`,
        lines: Array(10).fill('&'.repeat(300)),
        more: 7,
      })),
      buttons: Array(5).fill(long),
      menus: DIGEST.menus,
    }
    const message = renderSlack(card, PAGES)
    expect(messageError(message)).toBeNull()
    expect(message.blocks.filter(({ type }) => type === 'actions')).toHaveLength(2)
    expect(readable(message)).toContain('H11')
  })
})

describe('a text in Slack', () => {
  it('keeps its lines, and is cut between them', () => {
    expect(plainMessage('a <b>\nc & d').text).toBe('a &lt;b&gt;\nc &amp; d')
    const long = plainMessage(Array(500).fill('&&&&').join('\n'))
    expect(messageError(long)).toBeNull()
    expect(seen(long.text).text.endsWith('&&&&\n…')).toBe(true)
    expect(messageError(plainMessage(''))).toBeNull()
  })
})
