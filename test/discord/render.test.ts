/** A card as a Discord message: how it reads, and that it keeps to every limit of webhooks-and-chatops.md §5.4. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Card } from '../../src/core/cards/card.ts'
import { readCustomId } from '../../src/discord/custom-id.ts'
import { plainMessage, renderDiscord } from '../../src/discord/render.ts'
import { APPROVAL, anyCard, DIGEST, REFUSED, RESULT, RUN } from '../support/cards.ts'
import { messageProblems } from '../support/discord-limits.ts'
import { readable, readMarkdown } from '../support/discord-reader.ts'

const PAGES = 'https://sweep.example'
const LINK = `${PAGES}/runs/${RUN}`
const CHOICES =
  'Sweeps/a_1 (23456010) | Research/<@123> <!channel> <script>&amp; (23456003) | Research/@everyone (23456001) | Research/**x** [a](http://b) `c` (23456002) | Sweeps/*kept* (23456020)'

describe('a card in Discord', () => {
  it('reads well, whatever the projects are called: an approval', () => {
    expect(readable(renderDiscord(APPROVAL, PAGES))).toBe(
      `
3 projects waiting for approval: 3 to delete. It ends undecided 2026-11-25 10:00 UTC.
┃ 3 projects waiting for approval: 3 to delete (${LINK})
┃ • Plan 1f3a9c0d2b4e6f80. It ends undecided 2026-11-25 10:00 UTC, and then nothing is done.
┃ • 1 of 4 is not due any more and has left the plan.
┃ • It is over "per_run": 4 of at most 2.
┃ • Needs two different people of: Ann, Bob and Cy; not Cy, who asked for it.
┃ • Approved by Ann so far; 1 more has to.
┃
┃ • Oldest: Research/old/@everyone (23456001), last modified 2026-01-24.
┃ • Largest: Research/old/<@123> <!channel> <script>&amp; (23456003), 3 files, 4.5 kB.
┃
┃ What would happen
┃ • delete Research/old/@everyone (23456001), rule stale-research
┃ • delete Research/old/**x** [a](http://b) \`c\` (23456002), rule stale-research
┃ • delete Research/old/<@123> <!channel> <script>&amp; (23456003), rule stale-research
[!Approve 3] [Keep all] [Open → ${LINK}]
`.trim(),
    )
  })

  it('reads well: a digest', () => {
    expect(readable(renderDiscord(DIGEST, PAGES))).toBe(
      `
3 projects newly marked, 1 due, 1 hold ending. Keep what should stay.
┃ 3 projects newly marked, 1 due, 1 hold ending (${LINK})
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
[Keep 30 d: which? ▾ ${CHOICES}]
[Keep for ever: which? ▾ ${CHOICES}]
[Why: which? ▾ ${CHOICES}]
[Open → ${LINK}]
`.trim(),
    )
  })

  it('reads well: a result', () => {
    expect(readable(renderDiscord(RESULT, PAGES))).toBe(
      `
Partly done: 1 deleted, 1 left alone.
┃ Partly done: 1 deleted, 1 left alone (${LINK})
┃ • Asked for by Ann (discord).
┃
┃ Not done (1)
┃ • delete ||x|| (23456002): changed. It was modified since.
┃
┃ Done (1)
┃ • deleted Research/@everyone (23456001)
[Undo] [Open → ${LINK}]
`.trim(),
    )
  })

  it('reads well: an ending, without any button', () => {
    expect(readable(renderDiscord(REFUSED, null))).toBe(
      `
3 projects: refused by *Bob*, all stay.
┃ 3 projects: refused by *Bob*, all stay
┃ • Refused 2026-11-24 11:00 UTC. Nothing was done.
┃ • Plan 1f3a9c0d2b4e6f80.
`.trim(),
    )
  })

  it('is this message, to the letter', () => {
    const card: Card = { ...APPROVAL, sections: APPROVAL.sections.slice(1, 2) }
    expect(renderDiscord(card, null)).toEqual({
      content: '3 projects waiting for approval: 3 to delete. It ends undecided 2026-11-25 10:00 UTC.',
      embeds: [
        {
          title: '3 projects waiting for approval: 3 to delete',
          color: 0xb7791f,
          description:
            '• Oldest: Research/old/\\@everyone (23456001), last modified 2026-01-24.\n' +
            '• Largest: Research/old/\\<\\@123\\> \\<!channel\\> \\<script\\>&amp; (23456003), 3 files, 4.5 kB.',
        },
      ],
      components: [
        {
          type: 1,
          components: [
            { type: 2, style: 4, label: 'Approve 3', custom_id: `sweep.ask:approve:${RUN}/1f3a9c0d2b4e6f80` },
            { type: 2, style: 2, label: 'Keep all', custom_id: `sweep.do:refuse:${RUN}/1f3a9c0d2b4e6f80` },
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

  it('carries in each button and choice what a press means', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const wanted = new Set([
          ...card.buttons.map(({ verb, ref, confirm }) => {
            return `${confirm === null || verb === 'confirm' ? 'do' : 'ask'} ${verb} ${ref}`
          }),
          ...card.menus.flatMap(({ verb, options }) => options.map(({ ref }) => `do ${verb} ${ref}`)),
        ])
        for (const part of renderDiscord(card, null).components.flatMap((row) => row.components)) {
          const { custom_id: id, options } = part as { custom_id: string; options?: { value: string }[] }
          const presses = options?.map(({ value }) => readCustomId(id, [value])) ?? [readCustomId(id)]
          for (const pressed of presses) expect(wanted).toContain(`${pressed?.step} ${pressed?.verb} ${pressed?.ref}`)
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
