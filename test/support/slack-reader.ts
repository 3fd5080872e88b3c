/**
 * A Slack message as a person sees it, and whom it rings: an independent reading of "Formatting text for app surfaces". In
 * `mrkdwn`, `<…>` is a mention or a link and the three entities are characters; in `plain_text` everything is as it stands.
 */

/* biome-ignore-all lint/suspicious/noExplicitAny: any message is looked at */

export interface Seen {
  readonly text: string
  /** What it would ring: `!channel`, `@U123`, `#C123`. */
  readonly rings: readonly string[]
}

/** The message in lines: the notification, then each block. */
export function readable(message: any): string {
  const lines = [seen(message.text).text]
  for (const block of message.blocks ?? []) {
    if (block.type === 'header') lines.push(`┃ # ${block.text.text}`)
    if (block.type === 'section')
      lines.push(
        ...shown(block.text)
          .split('\n')
          .map((line) => `┃ ${line}`.trimEnd()),
      )
    if (block.type === 'context') lines.push(...block.elements.map((one: any) => `┃ (${shown(one)})`))
    if (block.type === 'actions') lines.push(block.elements.map(elementText).join(' '))
  }
  return lines.join('\n')
}

/** Everything the message would ring, its notification included. */
export function ringsOf(message: any): readonly string[] {
  const texts = [message.text, ...mrkdwnOf(message.blocks)]
  return texts.flatMap((text) => seen(text).rings)
}

function mrkdwnOf(part: any): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(mrkdwnOf)
  if (typeof part !== 'object' || part === null) return []
  if (part.type === 'mrkdwn') return [part.text]
  return Object.values(part).flatMap(mrkdwnOf)
}

function shown(object: any): string {
  return object.type === 'mrkdwn' ? seen(object.text).text : object.text
}

export function seen(mrkdwn: string): Seen {
  const rings: string[] = []
  const text = mrkdwn
    .replace(/<([^<>]*)>/g, (_, inside: string) => {
      const [target = '', label] = inside.split('|')
      if (/^[!@#]/.test(target)) rings.push(target)
      return label === undefined ? target : `${label} → ${target}`
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
  return { text, rings }
}

function elementText(one: any): string {
  if (one.type === 'static_select') {
    return `[${one.placeholder.text} ▾ ${one.options.map((option: any) => option.text.text).join(' | ')}]`
  }
  const asked =
    one.confirm === undefined
      ? ''
      : ` {${one.confirm.title.text} ${one.confirm.text.text} [${one.confirm.confirm.text}] [${one.confirm.deny.text}]}`
  return `[${one.style === 'danger' ? '!' : ''}${one.text.text}]${asked}`
}
