/** How the cards read in Discord that `render.test.ts` does not show, whatever the projects are called. */

import { describe, expect, it } from 'vitest'
import { renderDiscord } from '../../src/discord/render.ts'
import { APPROVED, ORPHAN, PLAN, QUESTION, RUNNING, SETTLED, STATUS, TROUBLE, WHY } from '../support/cards.ts'
import { readable } from '../support/discord-reader.ts'

const PAGES = 'https://sweep.example'

describe('a card in Discord', () => {
  it('reads well: a plan that was approved and is being carried out', () => {
    expect(readable(renderDiscord(APPROVED, PAGES))).toMatchInlineSnapshot(`
      "1 project: approved by Ann and Bob.
      ┃ 1 project: approved by Ann and Bob (https://sweep.example/runs/20261124-100000-1f3a9c)
      ┃ • Approved 2026-11-24 11:00 UTC. It is being done now; the result follows here.
      ┃ • Plan 1f3a9c0d2b4e6f80.
      [Open → https://sweep.example/runs/20261124-100000-1f3a9c]"
    `)
  })

  it('reads well: a message that nobody keeps track of', () => {
    expect(readable(renderDiscord(ORPHAN, PAGES))).toMatchInlineSnapshot(`
      "This message is not kept up to date.
      ┃ This message is not kept up to date (https://sweep.example/)
      ┃ • It is a copy of another one, or too old, so its buttons are gone.
      ┃ • /sweep status says how things stand.
      [Open → https://sweep.example/]"
    `)
  })

  it('reads well: a plan that was asked for', () => {
    expect(readable(renderDiscord(PLAN, PAGES))).toMatchInlineSnapshot(`
      "Plan: 2 to delete, 1 to archive now, of 40 projects. Nothing has been done.
      ┃ Plan: 2 to delete, 1 to archive now (https://sweep.example/runs/20261124-100000-1f3a9c)
      ┃ • Of 40 projects: 30 kept, 1 protected, 2 held, 0 not judged, 4 marked and not due, 3 due. Nothing has been done.
      ┃ • It is over "per_run": 3 of at most 2.
      ┃
      ┃ Due
      ┃ • archive @everyone (23456001), rule stale-research
      ┃ • delete **x** [a](http://b) \`c\` (23456002), rule stale-research
      ┃ • delete <@123> <!channel> <script>&amp; (23456003), rule stale-research
      [Open → https://sweep.example/runs/20261124-100000-1f3a9c]"
    `)
  })

  it('reads well: a place that takes no messages', () => {
    expect(readable(renderDiscord(TROUBLE, PAGES))).toMatchInlineSnapshot(`
      "discord is not told anything any more: Discord answered 404, code 10003: there is no such channel.
      ┃ discord is not told anything any more
      ┃ • To channel 1100000000000000001: Discord answered 404, code 10003: there is no such channel.
      ┃ • Nothing is sent there until somebody replays a delivery or changes the setting.
      ┃ • GET /api/deliveries lists all deliveries."
    `)
  })

  it('reads well: why a project is where it is', () => {
    expect(readable(renderDiscord(WHY, PAGES))).toMatchInlineSnapshot(`
      "Research/@everyone (23456001): marked.
      ┃ Research/@everyone (23456001): marked
      ┃ • Rule "stale-research" selects it: no change for 210 days.
      ┃ • Its grace ends 2026-12-08 10:00 UTC.
      ┃ • Marked since 2026-11-24 10:00 UTC by rule "stale-research".
      ┃ • Activity: by the list 2026-04-28 10:00 UTC, newest file 2026-04-28 10:00 UTC, newest backtest none, last deployment never, read 2026-11-24 10:00 UTC.
      ┃ • Something may happen to it from 2026-12-08 10:00 UTC.
      [Keep 30 d] [Keep for ever]"
    `)
  })

  it('reads well: a question before a deletion', () => {
    expect(readable(renderDiscord(QUESTION, PAGES))).toMatchInlineSnapshot(`
      "Delete 3 projects inside Research/*old*, at any depth? Nothing happens before you press the button.
      ┃ Delete everything inside Research/*old*?
      ┃ • This is 3 projects inside Research/*old*, at any depth. Each is copied first and goes to the Recycle Bin, where it stays for 30 days.
      ┃ • If anything else is there by then, or one of them must stay, nothing is done. The question stands for 15 minutes.
      ┃
      ┃ What would go
      ┃ • Research/*old*/@everyone (23456001)
      ┃ • Research/*old*/**x** [a](http://b) \`c\` (23456002)
      ┃ • Research/*old*/<@123> <!channel> <script>&amp; (23456003)
      [!Delete 3 projects] [Cancel]"
    `)
  })

  it('reads well: a sweep that is going on', () => {
    expect(readable(renderDiscord(RUNNING, PAGES))).toMatchInlineSnapshot(`
      "A sweep is going on: 10 of 25 done.
      ┃ Sweeping: 10 of 25 done (https://sweep.example/runs/20261124-100000-1f3a9c)
      ┃ • Approved by Ann and <Bob>. Plan 1f3a9c0d2b4e6f80.
      ┃ • Stop ends it before its next change; what is done stays done.
      [Stop] [Open → https://sweep.example/runs/20261124-100000-1f3a9c]"
    `)
  })

  it('reads well: a digest some time later', () => {
    expect(readable(renderDiscord(SETTLED, PAGES))).toMatchInlineSnapshot(`
      "3 projects newly marked, 1 due, 1 hold ending. Keep what should stay.
      ┃ 3 projects newly marked, 1 due, 1 hold ending (https://sweep.example/runs/20261124-100000-1f3a9c)
      ┃ Due: owner not known, in Sweeps (1)
      ┃ • a_1 (23456010): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃
      ┃ Newly marked: mia, in Research (2)
      ┃ • <@123> <!channel> <script>&amp; (23456003): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃ • @everyone (23456001): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃
      ┃ Newly marked: mia, in Research/**x** [a](http: (1)
      ┃ • b) \`c\` (23456002): delete, from 2026-12-08 10:00 UTC; rule stale-research
      ┃
      ┃ Holds that end within a week
      ┃ • Sweeps/*kept* (23456020): kept to the end of 2026-11-30
      ┃
      ┃ • Not judged, and so left alone: 2 projects.
      ┃
      ┃ Since then
      ┃ • Research/@everyone (23456001): kept by <!here> to the end of 2027-01-31
      ┃ • Sweeps/a_1 (23456010): deleted
      [Keep 30 d: which? ▾ Research/<@123> <!channel> <script>&amp; (23456003) | Research/**x** [a](http://b) \`c\` (23456002) | Sweeps/*kept* (23456020)]
      [Keep for ever: which? ▾ Research/<@123> <!channel> <script>&amp; (23456003) | Research/**x** [a](http://b) \`c\` (23456002) | Sweeps/*kept* (23456020)]
      [Why: which? ▾ Research/<@123> <!channel> <script>&amp; (23456003) | Research/**x** [a](http://b) \`c\` (23456002) | Sweeps/*kept* (23456020)]
      [Open → https://sweep.example/runs/20261124-100000-1f3a9c]"
    `)
  })

  it('reads well: how things stand', () => {
    expect(readable(renderDiscord(STATUS, PAGES))).toMatchInlineSnapshot(`
      "Not well. The last good run ended 26 hours ago.
      ┃ Not well (https://sweep.example/)
      ┃ • The last good run ended 26 hours ago.
      ┃ • Nothing is changed until somebody says /sweep resume.
      ┃ • 3 projects wait for a decision: plan 1f3a9c0d2b4e6f80, until 2026-11-25 10:00 UTC. /sweep approve shows it.
      ┃
      ┃ Last runs
      ┃ • 2026-11-24 10:00 UTC: partial, slack by <@U1>, run 20261124-100000-1f3a9c. A & B.
      [Open → https://sweep.example/]"
    `)
  })
})
