/** Card → Slack message, within every limit of its API ("Block Kit", and what `msg_blocks_too_long` means in practice). */

import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  StaticSelect,
} from '@slack/types'
import { type Card, type CardButton, type CardMenu, menuText } from '../core/cards/card.ts'
import { cutText, plainText } from '../core/cards/card-text.ts'
import { fitText, type SectionStyle } from '../core/cards/fit.ts'
import { escapeMrkdwn } from './escape.ts'

/** Slack's own, in characters or pieces. */
export const LIMITS = {
  blocks: 50,
  sectionText: 3_000,
  header: 150,
  buttonText: 75,
  value: 2_000,
  optionText: 75,
  options: 100,
  placeholder: 150,
  confirmTitle: 100,
  confirmText: 300,
  confirmLabel: 30,
  actions: 25,
  /** Text and blocks together, as JSON. */
  whole: 13_200,
} as const

/** The notification: a sentence, so that it never crowds out the message. */
const SUMMARY = 500

/** What menus share for certain; more where the text leaves it, for what is said matters more than what can be chosen. */
const MENUS = 5_000
/** What stands around text and menus, at most. */
const FRAME = 1_500
/** With buttons longer than this there is no room for menus. */
const BUTTONS = 5_000
/** As many buttons as a card has at most. */
const MOST_BUTTONS = 5

export interface SlackMessage {
  /** The notification, and what a screen reader says. */
  readonly text: string
  readonly blocks: readonly KnownBlock[]
}

const STYLE: SectionStyle = {
  heading: (text) => `*${escapeMrkdwn(text)}*`,
  line: (text) => `• ${escapeMrkdwn(text)}`,
  more: (count) => `… and ${count.toLocaleString('en-US')} more`,
}

/** `publicUrl`: where the Worker's own pages are, such as `https://sweep.example.com`; null = no links. */
export function renderSlack(card: Card, publicUrl: string | null): SlackMessage {
  const title = cutText(plainText(card.title), LIMITS.header) || 'leansweep'
  const header: KnownBlock = { type: 'header', text: plain(title) }
  const after = [...actionsOf(card), ...linkOf(card, publicUrl)]
  const text = cutEscaped(card.summary, SUMMARY)
  return { text, blocks: [header, ...sectionsOf(card, [{ text }, header, ...after]), ...after] }
}

/** A message of one text, of several lines. */
export function plainMessage(text: string): SlackMessage {
  const lines = text.split('\n').map(escapeMrkdwn)
  let whole = lines.join('\n')
  while (whole.length > LIMITS.sectionText) {
    lines.pop()
    whole = [...lines, '…'].join('\n')
  }
  return { text: whole, blocks: [{ type: 'section', text: mrkdwn(whole === '' ? '…' : whole) }] }
}

/** As much of the sections as the message has room for beside its other parts. */
function sectionsOf(card: Card, others: readonly object[]): readonly KnownBlock[] {
  const left = LIMITS.whole - JSON.stringify(others).length
  for (let room = left; room > 0; room -= 400) {
    const blocks = textBlocks(card, room)
    if (JSON.stringify(blocks).length <= left) return blocks
  }
  return []
}

function textBlocks({ sections }: Card, room: number): readonly KnownBlock[] {
  return packed(fitText(sections, room, STYLE)).map((text) => ({ type: 'section', text: mrkdwn(text) }))
}

/** The text in as few pieces as a section takes, parted between lines. */
function packed(text: string): readonly string[] {
  const pieces: string[] = []
  for (const line of text === '' ? [] : text.split('\n')) {
    const last = pieces.at(-1)
    if (last !== undefined && last.length + 1 + line.length <= LIMITS.sectionText)
      pieces[pieces.length - 1] += `\n${line}`
    else pieces.push(line)
  }
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '')
}

function actionsOf(card: Card): readonly ActionsBlock[] {
  const { buttons, menus } = card
  const pressed = buttons.slice(0, MOST_BUTTONS).map(renderButton)
  const share = Math.max(MENUS, LIMITS.whole - FRAME - JSON.stringify([pressed, textBlocks(card, LIMITS.whole)]).length)
  const room = JSON.stringify(pressed).length > BUTTONS ? 0 : Math.floor(share / Math.max(1, menus.length))
  const chosen = menus.map((menu, n) => renderMenu(menu, n, room)).filter((menu) => menu !== null)
  return [
    ...(chosen.length === 0 ? [] : [{ type: 'actions' as const, block_id: 'choose', elements: chosen }]),
    ...(pressed.length === 0 ? [] : [{ type: 'actions' as const, block_id: 'press', elements: pressed }]),
  ]
}

/** What a press means, as `action_id`; the number keeps two of a kind apart. */
export function actionId(verb: string, n: number): string {
  return `sweep.${verb}.${n}`
}

/** The verb of an `action_id`; null for one that is not ours. */
export function verbOf(id: string): string | null {
  return /^sweep\.([a-z0-9]+)\.\d+$/.exec(id)?.[1] ?? null
}

function renderButton(button: CardButton, n: number): Button {
  return {
    type: 'button',
    action_id: actionId(button.verb, n),
    text: plain(cutText(plainText(button.label), LIMITS.buttonText) || button.verb),
    value: button.ref,
    ...(button.danger ? { style: 'danger' as const } : {}),
    ...(button.confirm === null ? {} : { confirm: renderConfirm(button.confirm, button.danger) }),
  }
}

function renderConfirm(
  { title, text, yes, no }: NonNullable<CardButton['confirm']>,
  danger: boolean,
): ConfirmationDialog {
  return {
    title: plain(cutText(plainText(title), LIMITS.confirmTitle) || '?'),
    text: plain(cutText(plainText(text), LIMITS.confirmText) || '?'),
    confirm: plain(cutText(plainText(yes), LIMITS.confirmLabel) || 'Yes'),
    deny: plain(cutText(plainText(no), LIMITS.confirmLabel) || 'No'),
    ...(danger ? { style: 'danger' as const } : {}),
  }
}

/** With as many options as fit into `room` characters of JSON; null when there would be no choice. */
function renderMenu(menu: CardMenu, n: number, room: number): StaticSelect | null {
  const { verb, options } = menu
  const all = options.slice(0, LIMITS.options).map((option) => ({
    text: plain(cutText(plainText(option.label), LIMITS.optionText) || option.ref),
    value: option.ref,
  }))
  while (JSON.stringify(all).length > room) all.pop()
  if (all.length < 2) return null
  return {
    type: 'static_select',
    action_id: actionId(verb, n),
    placeholder: plain(cutText(plainText(menuText(menu, all.length)), LIMITS.placeholder) || verb),
    options: all,
  }
}

function linkOf(card: Card, publicUrl: string | null): readonly KnownBlock[] {
  if (card.link === null || publicUrl === null) return []
  const { href } = new URL(card.link, publicUrl)
  if (href.length > 1_000) return []
  return [
    {
      type: 'context',
      elements: [mrkdwn(`<${href.replaceAll('&', '&amp;').replaceAll('|', '%7C')}|Everything about it>`)],
    },
  ]
}

/** Cut before it is escaped, so that no half of an escape is left at the end. */
function cutEscaped(text: string, most: number): string {
  let fits = cutText(plainText(text), most)
  while (escapeMrkdwn(fits).length > most) fits = cutText(fits.replace(/…$/, ''), Math.floor(fits.length * 0.9))
  return escapeMrkdwn(fits)
}

/** Emoji by their short names stay as they are written. */
function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false }
}

/** `verbatim`: no bare address, channel or person in it is made into a link. */
function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true }
}
