/**
 * What a person sees of a Discord message: a second, independent reading of its markdown, after the rules that Discord's
 * clients go by (a backslash before anything but a letter, digit or blank shows that character; the rest below).
 */

interface Message {
  readonly content?: string | null | undefined
  readonly embeds?: readonly { readonly title?: string; readonly description?: string; readonly url?: string }[] | null
  readonly components?: readonly object[] | null
}

/** Markdown that would be styled, linked, or stand for somebody. */
const LIVE: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['code', /`/],
  ['bold or italic', /\*\S|\S\*|__|(?<!\w)_\S|\S_(?!\w)/],
  ['struck out', /~~/],
  ['spoiler', /\|\|/],
  ['mention, time, emoji or command', /<(@[!&]?\d|#\d|a?:\w+:\d|t:-?\d|\/|id:|[a-z+]+:|\+?\d)/i],
  ['everybody', /@(everyone|here)/],
  ['address', /\bhttps?:\/\//i],
  ['link', /\]\(/],
  ['emoji', /:[-\w+]+:/],
  ['heading', /^ *#{1,3} /m],
  ['small print', /^ *-# /m],
  ['quote', /^ *(>>>|>) /m],
  ['list', /^ *([-*+]|\d+\.) /m],
]

/** The characters that are shown, and what of it would not be plain text. */
export function readMarkdown(text: string): { readonly shown: string; readonly live: readonly string[] } {
  const escaped: string[] = []
  // What is escaped can be part of nothing; a private character stands for it while the rest is looked at.
  const rest = text.replaceAll(/\\([^0-9A-Za-z\s])/gu, (_, character: string) => {
    escaped.push(character)
    return '\u{f0000}'
  })
  const live = LIVE.filter(([, pattern]) => pattern.test(rest)).map(([what]) => what)
  return { shown: rest.replaceAll('\u{f0000}', () => escaped.shift() ?? ''), live }
}

/** The message as it stands in the channel: text, the embed behind a bar, buttons in brackets (links with their address). */
export function readable({ content, embeds, components }: Message): string {
  const lines = [plain(content ?? '')]
  for (const embed of embeds ?? []) {
    lines.push(`┃ ${plain(embed.title ?? '')}${embed.url === undefined ? '' : ` (${embed.url})`}`)
    for (const line of (embed.description ?? '').split('\n')) lines.push(line === '' ? '┃' : `┃ ${bold(line)}`)
  }
  for (const row of components ?? []) lines.push((row as Row).components.map(button).join(' '))
  return lines.filter((line) => line !== '').join('\n')
}

interface Row {
  readonly components: readonly Part[]
}

interface Part {
  readonly style?: number
  readonly label?: string
  readonly url?: string
  readonly placeholder?: string
  readonly options?: readonly { readonly label: string }[]
}

function plain(text: string): string {
  const { shown, live } = readMarkdown(text)
  return live.length === 0 ? shown : `!! ${live.join(', ')} !! ${shown}`
}

/** Our own headings are the only bold there is. */
function bold(line: string): string {
  const inside = /^\*\*(.*)\*\*$/.exec(line)?.[1]
  return inside === undefined ? plain(line) : plain(inside)
}

function button({ style, label, url, placeholder, options }: Part): string {
  if (options !== undefined) return `[${placeholder} ▾ ${options.map((option) => option.label).join(' | ')}]`
  if (url !== undefined) return `[${label} → ${url}]`
  return style === 4 ? `[!${label}]` : `[${label}]`
}
