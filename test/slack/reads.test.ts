/** How the cards read in Slack that `render.test.ts` does not show, whatever the projects are called. */

import { describe, expect, it } from 'vitest'
import { renderSlack } from '../../src/slack/render.ts'
import { APPROVED, ORPHAN, PLAN, TROUBLE, WHY } from '../support/cards.ts'
import { readable } from '../support/slack-reader.ts'

const PAGES = 'https://sweep.example'

describe('a card in Slack', () => {
  it('reads well: a plan that was approved and is being carried out', () => {
    expect(readable(renderSlack(APPROVED, PAGES))).toMatchInlineSnapshot(`
      "1 project: approved by Ann and Bob.
      ┃ # 1 project: approved by Ann and Bob
      ┃ • Approved 2026-11-24 11:00 UTC. It is being done now; the result follows here.
      ┃ • Plan 1f3a9c0d2b4e6f80.
      ┃ (Everything about it → https://sweep.example/runs/20261124-100000-1f3a9c)"
    `)
  })

  it('reads well: a message that nobody keeps track of', () => {
    expect(readable(renderSlack(ORPHAN, PAGES))).toMatchInlineSnapshot(`
      "This message is not kept up to date.
      ┃ # This message is not kept up to date
      ┃ • It is a copy of another one, or too old, so its buttons are gone.
      ┃ • /sweep status says how things stand.
      ┃ (Everything about it → https://sweep.example/)"
    `)
  })

  it('reads well: a plan that was asked for', () => {
    expect(readable(renderSlack(PLAN, PAGES))).toMatchInlineSnapshot(`
      "Plan: 2 to delete, 1 to archive now, of 40 projects. Nothing has been done.
      ┃ # Plan: 2 to delete, 1 to archive now
      ┃ • Of 40 projects: 30 kept, 1 protected, 2 held, 0 not judged, 4 marked and not due, 3 due. Nothing has been done.
      ┃ • It is over "per_run": 3 of at most 2.
      ┃
      ┃ *Due*
      ┃ • archive @everyone (23456001), rule stale-research
      ┃ • delete **x** [a](http://b) \`c\` (23456002), rule stale-research
      ┃ • delete <@123> <!channel> <script>&amp; (23456003), rule stale-research
      ┃ (Everything about it → https://sweep.example/runs/20261124-100000-1f3a9c)"
    `)
  })

  it('reads well: a place that takes no messages', () => {
    expect(readable(renderSlack(TROUBLE, PAGES))).toMatchInlineSnapshot(`
      "discord is not told anything any more: Discord answered 404, code 10003: there is no such channel.
      ┃ # discord is not told anything any more
      ┃ • To channel 1100000000000000001: Discord answered 404, code 10003: there is no such channel.
      ┃ • Nothing is sent there until somebody replays a delivery or changes the setting.
      ┃ • GET /api/deliveries lists all deliveries."
    `)
  })

  it('reads well: why a project is where it is', () => {
    expect(readable(renderSlack(WHY, PAGES))).toMatchInlineSnapshot(`
      "Research/@everyone (23456001): marked.
      ┃ # Research/@everyone (23456001): marked
      ┃ • Rule "stale-research" selects it: no change for 210 days.
      ┃ • Its grace ends 2026-12-08 10:00 UTC.
      ┃ • Marked since 2026-11-24 10:00 UTC by rule "stale-research".
      ┃ • Activity: by the list 2026-04-28 10:00 UTC, newest file 2026-04-28 10:00 UTC, newest backtest none, last deployment never, read 2026-11-24 10:00 UTC.
      ┃ • Something may happen to it from 2026-12-08 10:00 UTC.
      [Keep 30 d] [Keep for ever]"
    `)
  })
})
