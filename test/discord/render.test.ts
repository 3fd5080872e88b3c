/** A card as a Discord message: how it reads, and that it keeps to every limit of webhooks-and-chatops.md §5.4. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Card } from '../../src/core/card.ts'
import { readCustomId } from '../../src/discord/custom-id.ts'
import { plainMessage, renderDiscord } from '../../src/discord/render.ts'
import { APPROVAL, anyCard, RUN } from '../support/cards.ts'
import { messageProblems } from '../support/discord-limits.ts'
import { readable, readMarkdown } from '../support/discord-reader.ts'

const PAGES = 'https://sweep.example'

describe('a card in Discord', () => {
  it('reads well, whatever the projects are called', () => {
    expect(readable(renderDiscord(APPROVAL, PAGES))).toBe(
      `
leansweep asks: may 3 projects be deleted? Ann or Bob decides until 2026-11-25 10:00 UTC.
┃ 3 projects can be cleaned (https://sweep.example/runs/20261124-100000-1f3a9c)
┃ • Plan 1f3a9c0d2b4e6f80, oldest first; largest: Research/old/survey.
┃
┃ RESEARCH/OLD (MIA)
┃ • @everyone: idle 214 days (>90d)
┃ • **x** [a](http://b) \`c\`: idle 120 days (>90d)
┃ • <@123> <!channel> <script>: idle 99 days (>90d)
┃ … and 12 more
[!Delete 3] [Refuse] [Keep 30 d] [Open → https://sweep.example/runs/20261124-100000-1f3a9c]
`.trim(),
    )
  })

  it('is this message, to the letter', () => {
    const card: Card = { ...APPROVAL, sections: APPROVAL.sections.slice(0, 1), buttons: APPROVAL.buttons.slice(0, 2) }
    expect(renderDiscord(card, null)).toEqual({
      content: 'leansweep asks: may 3 projects be deleted? Ann or Bob decides until 2026-11-25 10:00 UTC.',
      embeds: [
        {
          title: '3 projects can be cleaned',
          color: 0xb7791f,
          description: '• Plan 1f3a9c0d2b4e6f80, oldest first; largest: Research/old/survey.',
        },
      ],
      components: [
        {
          type: 1,
          components: [
            { type: 2, style: 4, label: 'Delete 3', custom_id: `sweep.ask:approve:${RUN}/1f3a9c0d2b4e6f80` },
            { type: 2, style: 2, label: 'Refuse', custom_id: `sweep.do:refuse:${RUN}/1f3a9c0d2b4e6f80` },
          ],
        },
      ],
      allowed_mentions: { parse: [] },
    })
  })

  it('without buttons says so outright, so that an edit takes old ones away', () => {
    const message = renderDiscord({ ...APPROVAL, buttons: [], sections: [] }, null)
    expect(message.components).toEqual([])
    expect(message.embeds[0]).not.toHaveProperty('description')
  })

  it('leaves out whole lines and counts them, shares the room fairly, and keeps short sections whole', () => {
    const long = (name: string) => Array.from({ length: 200 }, (_, n) => `${name}_${n}: idle ${100 + n} days`)
    const card: Card = {
      ...APPROVAL,
      sections: [
        { heading: 'Marked', lines: long('marked'), more: 7 },
        { heading: 'Due', lines: ['due_0: 2026-12-08'], more: 0 },
        { heading: 'Failed', lines: long('failed'), more: 0 },
      ],
    }
    const description = renderDiscord(card, PAGES).embeds[0]?.description ?? ''
    const shown = description.split('\n').map((line) => readMarkdown(line).shown)
    expect(description.length).toBeGreaterThan(3_900)
    for (const [name, listed] of [
      ['marked', 207],
      ['failed', 200],
    ] as const) {
      const lines = shown.filter((line) => line.startsWith(`• ${name}_`))
      expect(lines.length).toBeGreaterThan(40)
      expect(shown).toContain(`… and ${listed - lines.length} more`)
    }
    expect(shown).toContain('• due_0: 2026-12-08')
  })

  it('says how many lines are in sections that are left out altogether', () => {
    const sections = Array.from({ length: 100 }, (_, n) => ({
      heading: `${n} ${'x'.repeat(250)}`,
      lines: ['a'],
      more: 1,
    }))
    const description = renderDiscord({ ...APPROVAL, sections }, PAGES).embeds[0]?.description ?? ''
    expect(description.length).toBeLessThanOrEqual(4_096)
    expect(description).toMatch(/… and 200 more$/)
  })

  it('keeps within every limit of Discord, for any card, and nothing in it is taken for markdown', () => {
    fc.assert(
      fc.property(anyCard, fc.constantFrom(PAGES, null), (card, publicUrl) => {
        const message = renderDiscord(card, publicUrl)
        expect(messageProblems(message)).toEqual([])
        expect(message.allowed_mentions).toEqual({ parse: [] })
        expect(readable(message)).not.toContain('!! ')
      }),
      { numRuns: 300 },
    )
  })

  it('carries in each button what a press means', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const buttons = renderDiscord(card, null).components.flatMap((row) => row.components)
        for (const button of buttons as { custom_id: string; style: number }[]) {
          const pressed = readCustomId(button.custom_id)
          const meant = card.buttons.find(({ verb, ref, confirm }) => {
            return verb === pressed?.verb && ref === pressed.ref && (confirm !== null) === (pressed.step === 'ask')
          })
          expect(meant).toBeDefined()
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('an id that is not ours', () => {
  it.each([
    '',
    'sweep.do:',
    'sweep.do:why:',
    'sweep.do:delete:1',
    'sweep.do:toString:1',
    'sweep.go:why:1',
    'why:1',
    `sweep.do:why:${'1'.repeat(81)}`,
  ])('%j is no press', (id) => {
    expect(readCustomId(id)).toBeNull()
  })
})

describe('a plain message', () => {
  it('is cut to what Discord takes, never in the middle of an escape or a character', () => {
    for (const text of ['*'.repeat(5_000), `${'a'.repeat(1_998)}👩👩👩`, 'short']) {
      const { content } = plainMessage(text)
      expect(content.length).toBeLessThanOrEqual(2_000)
      expect(readMarkdown(content).live).toEqual([])
      expect(content.isWellFormed()).toBe(true)
    }
    expect(plainMessage('*'.repeat(5_000)).content.length).toBeGreaterThan(1_700)
  })
})
