/** A card as an adaptive card: how it reads, and that no card is too large for Teams. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT, renderTeams } from '../../src/notify/teams.ts'
import { APPROVAL, anyCard, DIGEST } from '../support/cards.ts'

interface Block {
  readonly type: string
  readonly inlines: readonly { readonly type: string; readonly text: string; readonly weight?: string }[]
}

interface AdaptiveCard {
  readonly body: readonly Block[]
  readonly actions?: readonly { readonly title: string; readonly url: string }[]
}

/** As it stands in the channel. */
function readable(message: ReturnType<typeof renderTeams>): string {
  const { body, actions = [] } = message.attachments[0].content as AdaptiveCard
  return [
    ...body.flatMap(({ inlines }) => inlines.map(({ text, weight }) => (weight === 'Bolder' ? `## ${text}` : text))),
    ...actions.map(({ title, url }) => `[${title} → ${url}]`),
  ].join('\n')
}

describe('a card in Teams', () => {
  it('reads well, whatever the projects are called', () => {
    expect(readable(renderTeams(APPROVAL, 'https://sweep.example/runs/1'))).toBe(
      `
## 3 projects waiting for approval: 3 to delete
3 projects waiting for approval: 3 to delete. It ends undecided 2026-11-25 10:00 UTC.
• Plan 1f3a9c0d2b4e6f80. It ends undecided 2026-11-25 10:00 UTC, and then nothing is done.
• 1 of 4 is not due any more and has left the plan.
• It is over "per_run": 4 of at most 2.
• Needs two different people of: Ann, Bob and Cy; not Cy, who asked for it.
• Approved by Ann so far; 1 more has to.
• Oldest: Research/old/@everyone (23456001), last modified 2026-01-24.
• Largest: Research/old/<@123> <!channel> <script>&amp; (23456003), 3 files, 4.5 kB.
## What would happen
• delete Research/old/@everyone (23456001), rule stale-research
• delete Research/old/**x** [a](http://b) \`c\` (23456002), rule stale-research
• delete Research/old/<@123> <!channel> <script>&amp; (23456003), rule stale-research
[Open → https://sweep.example/runs/1]
`.trim(),
    )
  })

  it('holds text of people only where Teams reads no markdown', () => {
    const { body } = renderTeams(DIGEST, null).attachments[0].content as AdaptiveCard
    for (const { type, inlines } of body) {
      expect(type).toBe('RichTextBlock')
      for (const inline of inlines) expect(inline.type).toBe('TextRun')
    }
  })

  it('is never larger than Teams takes, for any card', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const message = renderTeams(card, 'https://sweep.example/runs/1')
        expect(new TextEncoder().encode(JSON.stringify(message)).byteLength).toBeLessThanOrEqual(LIMIT)
        expect(JSON.stringify(message).isWellFormed()).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
