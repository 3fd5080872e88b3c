/** Card → Discord message, within every limit of its API, with nothing of anybody's names taken for markdown. */

import type {
  APIActionRowComponent,
  APIButtonComponent,
  APIComponentInMessageActionRow,
  APIEmbed,
  APIStringSelectComponent,
  RESTPostAPIChannelMessageJSONBody,
} from 'discord-api-types/v10'
import { type Card, type CardButton, type CardMenu, menuText } from '../core/cards/card.ts'
import { cutText, plainText } from '../core/cards/card-text.ts'
import { fitText, type SectionStyle } from '../core/cards/fit.ts'
import { customId, idOf, menuId, NO, type Pressed } from './custom-id.ts'
import { escapeMarkdown } from './escape.ts'
import { COMPONENT, STYLE } from './numbers.ts'

/** Discord's own: characters, or pieces in a message. */
export const LIMITS = {
  content: 2_000,
  embedTitle: 256,
  embedDescription: 4_096,
  label: 80,
  url: 512,
  placeholder: 150,
  options: 25,
  optionLabel: 100,
  choices: 25,
  choiceName: 100,
  buttonsInRow: 5,
  rows: 5,
} as const

/** Every part is written out, so that an edit also takes away what a message had before: buttons above all. */
export interface DiscordMessage extends RESTPostAPIChannelMessageJSONBody {
  content: string
  embeds: APIEmbed[]
  components: APIActionRowComponent<APIComponentInMessageActionRow>[]
  allowed_mentions: { parse: [] }
}

const COLOURS: { readonly [tone in Card['tone']]: number } = {
  neutral: 0x5b6770,
  asks: 0xb7791f,
  good: 0x2f855a,
  bad: 0xc53030,
}

const WRITE: SectionStyle = {
  heading: (text) => `**${escapeMarkdown(text)}**`,
  line: (text) => `• ${escapeMarkdown(text)}`,
  more: (count) => `… and ${count.toLocaleString('en-US')} more`,
}

/** `publicUrl`: where the Worker's own pages are, such as `https://sweep.example.com`; null = no links. */
export function renderDiscord(card: Card, publicUrl: string | null): DiscordMessage {
  const link = linkOf(card, publicUrl)
  const description = fitText(card.sections, LIMITS.embedDescription, WRITE)
  const embed: APIEmbed = {
    title: escapedWithin(card.title, LIMITS.embedTitle),
    color: COLOURS[card.tone],
    ...(description === '' ? {} : { description }),
    ...(link === null ? {} : { url: link }),
  }
  return {
    content: escapedWithin(card.summary, LIMITS.content),
    embeds: [embed],
    components: rowsOf(card, link),
    // Nobody is rung, whatever stands in the text.
    allowed_mentions: { parse: [] },
  }
}

/** A message of one text, of several lines. */
export function plainMessage(text: string): DiscordMessage {
  const lines = text.split('\n').map((line) => escapedWithin(line, LIMITS.content))
  let content = lines.join('\n')
  while (content.length > LIMITS.content) {
    lines.pop()
    content = [...lines, '…'].join('\n')
  }
  return { content: content.trim() || '…', embeds: [], components: [], allowed_mentions: { parse: [] } }
}

/** Projects to choose from while one is typed; what is chosen stands there as the id, and means one project whatever its name. */
export function projectChoices(projects: readonly { readonly projectId: number; readonly name: string }[]) {
  return projects.slice(0, LIMITS.choices).map(({ projectId, name }) => {
    const end = ` (${projectId})`
    return { name: `${cutText(plainText(name), LIMITS.choiceName - end.length)}${end}`, value: String(projectId) }
  })
}

/** A question about what was pressed, for Discord has none of its own: the button that counts, and one that does not. */
export function questionMessage(pressed: Pressed, confirm: NonNullable<CardButton['confirm']>): DiscordMessage {
  const button = (style: 2 | 4, label: string, id: string): APIButtonComponent => ({
    type: COMPONENT.button,
    style,
    label: cutText(plainText(label), LIMITS.label),
    custom_id: id,
  })
  const yes = button(STYLE.danger, confirm.yes, idOf({ ...pressed, step: 'do' }))
  const no = button(STYLE.secondary, confirm.no, NO)
  return {
    ...plainMessage(`${confirm.title}\n${confirm.text}`),
    components: [{ type: COMPONENT.row, components: [yes, no] }],
  }
}

/** The page with the full story, if there is a place to link to and Discord would take it. */
export function linkOf(card: Card, publicUrl: string | null): string | null {
  if (card.link === null || publicUrl === null) return null
  const { href } = new URL(card.link, publicUrl)
  return href.length <= LIMITS.url ? href : null
}

/** Escapes what fits: cut before escaping, so that no half of an escape is left at the end. */
function escapedWithin(text: string, most: number): string {
  let fits = cutText(text, most)
  while (escapeMarkdown(fits).length > most) fits = cutText(fits.replace(/…$/, ''), Math.floor(fits.length * 0.9))
  return escapeMarkdown(fits)
}

/** Menus have a row each; buttons share the rows that are left. */
function rowsOf({ buttons, menus }: Card, link: string | null): DiscordMessage['components'] {
  const chosen = unique(menus, menuId).slice(0, LIMITS.rows - 1)
  const room = (LIMITS.rows - chosen.length) * LIMITS.buttonsInRow
  const pressed = unique(buttons, customId).slice(0, link === null ? room : room - 1)
  const all = [...pressed.map(renderButton), ...(link === null ? [] : [linkButton(link)])]
  return [
    ...chosen.map((menu) => ({ type: COMPONENT.row, components: [renderMenu(menu)] })),
    ...Array.from({ length: Math.ceil(all.length / LIMITS.buttonsInRow) }, (_, row) => ({
      type: COMPONENT.row,
      components: all.slice(row * LIMITS.buttonsInRow, (row + 1) * LIMITS.buttonsInRow),
    })),
  ]
}

/** An id may stand in a message only once, and the same button twice is the same button. */
function unique<T>(parts: readonly T[], idOf: (part: T) => string): readonly T[] {
  return [...new Map(parts.map((part) => [idOf(part), part])).values()]
}

function renderButton(button: CardButton): APIButtonComponent {
  return {
    type: COMPONENT.button,
    style: button.danger ? STYLE.danger : STYLE.secondary,
    label: cutText(plainText(button.label), LIMITS.label) || button.verb,
    custom_id: customId(button),
  }
}

function linkButton(url: string): APIButtonComponent {
  return { type: COMPONENT.button, style: STYLE.link, label: 'Open', url }
}

function renderMenu(menu: CardMenu): APIStringSelectComponent {
  const options = unique(menu.options, ({ ref }) => ref)
    .slice(0, LIMITS.options)
    .map(({ label, ref }) => ({ label: cutText(plainText(label), LIMITS.optionLabel) || ref, value: ref }))
  return {
    type: COMPONENT.menu,
    custom_id: menuId(menu),
    placeholder: cutText(plainText(menuText(menu, options.length)), LIMITS.placeholder),
    options,
  }
}
