/**
 * Card → adaptive card for a Teams channel, by way of a Power Automate workflow. Buttons that submit do not work there, so
 * it has none, only a link. Text of people goes into TextRun elements, which know no markdown (Adaptive Cards 1.2).
 */

import type { Card } from '../core/cards/card.ts'
import { cutText, plainText } from '../core/cards/card-text.ts'
import { fitSections, type SectionCost } from '../core/cards/fit.ts'

/** Teams refuses a message over about 28 KB; this leaves room for what a workflow adds. Bytes of UTF-8. */
export const LIMIT = 24_000

/** Longest sentence on top, in characters. */
const SUMMARY = 1_000

/** As it is sent; the shape is Microsoft's. */
export interface TeamsMessage {
  readonly type: 'message'
  readonly attachments: readonly [{ readonly contentType: string; readonly content: object }]
}

const COLOURS: { readonly [tone in Card['tone']]: string } = {
  neutral: 'Default',
  asks: 'Warning',
  good: 'Good',
  bad: 'Attention',
}

const WRITE = {
  heading: (text: string) => block(text, { weight: 'Bolder' }, 'Medium'),
  line: (text: string) => block(`• ${text}`, {}, 'None'),
  more: (count: number) => block(`… and ${count.toLocaleString('en-US')} more`, { isSubtle: true }, 'None'),
}

const COST: SectionCost = {
  heading: (text) => bytes(WRITE.heading(text)) + 1,
  line: (text) => bytes(WRITE.line(text)) + 1,
  more: (count) => bytes(WRITE.more(count)) + 1,
  between: 0,
}

/** `link`: the page with the full story, or null. */
export function renderTeams(card: Card, link: string | null): TeamsMessage {
  const frame = messageOf(card, link, [])
  const fitted = fitSections(card.sections, LIMIT - bytes(frame), COST)
  const blocks = fitted.sections.flatMap(({ heading, lines, more }) => [
    ...(heading === null ? [] : [WRITE.heading(heading)]),
    ...lines.map(WRITE.line),
    ...(more === 0 ? [] : [WRITE.more(more)]),
  ])
  return messageOf(card, link, fitted.left === 0 ? blocks : [...blocks, WRITE.more(fitted.left)])
}

function messageOf({ title, summary, tone }: Card, link: string | null, blocks: readonly object[]): TeamsMessage {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      block(title, { weight: 'Bolder', size: 'Large', color: COLOURS[tone] }, 'Default'),
      block(cutText(plainText(summary), SUMMARY), {}, 'Small'),
      ...blocks,
    ],
    ...(link === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open', url: link }] }),
  }
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] }
}

/** One line of text, letter by letter. */
function block(text: string, style: object, spacing: string): object {
  return { type: 'RichTextBlock', spacing, inlines: [{ type: 'TextRun', text: plainText(text), ...style }] }
}

function bytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength
}
