import type { Card } from '../../src/core/cards/card.ts'

/** A card as a person would copy it down. */
export function written(card: Card | null): string {
  if (card === null) return 'nothing'
  const { title, summary, tone, sections, buttons, menus, link } = card
  const body = sections.flatMap(({ heading, lines, more }) => [
    ...(heading === null ? [] : [`## ${heading}`]),
    ...lines.map((one) => `- ${one}`),
    ...(more === 0 ? [] : [`- … and ${more} more`]),
  ])
  const pressed = buttons.flatMap(({ label, verb, ref, danger, confirm }) => [
    `[${label}]${danger ? '!' : ''} ${verb} ${ref}`,
    ...(confirm === null ? [] : [`  ${confirm.title} ${confirm.text} [${confirm.yes}] [${confirm.no}]`]),
  ])
  const chosen = menus.map(({ label, verb, options }) => {
    return `<${label}> ${verb} ${options.map((option) => `${option.label}=${option.ref}`).join(' | ')}`
  })
  return [`# ${title} (${tone})`, summary, ...body, ...pressed, ...chosen, `→ ${link}`].join('\n')
}
