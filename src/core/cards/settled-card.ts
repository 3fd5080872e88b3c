/**
 * A digest stays in its channel for as long as people look at it. What became of a project that it names is said on it, with
 * who it was, and nothing is offered for that project any more: no button there outlives its moment.
 */

import type { Card, CardButton, CardMenu, CardSection } from './card.ts'
import { careButton, careLabel, line, type NamedProject, plainText } from './card-text.ts'

/** Something that settles what a digest had to say of a project. */
export interface Settled extends NamedProject {
  /** Behind the name, such as `kept by Ann for ever`. */
  readonly what: string
}

const HEADING = 'Since then'

/** The newest lines are shown; the page has all. */
const LINES = 10

/** The card as it reads by now; null when it names none of them. */
export function settledCard(card: Card, settled: readonly Settled[]): Card | null {
  const told = card.sections.find(({ heading }) => heading === HEADING)
  const others = card.sections.filter((section) => section !== told)
  const named = settled.filter(({ projectId }) => names(card, projectId))
  if (named.length === 0) return null
  const ids = new Set(named.map(({ projectId }) => String(projectId)))
  const menus = card.menus.map((menu) => ({ ...menu, options: menu.options.filter(({ ref }) => !ids.has(ref)) }))
  return {
    ...card,
    sections: [...others, since(told, named)],
    buttons: [
      ...card.buttons.filter((button) => !(isCare(button) && ids.has(button.ref))),
      ...menus.filter(({ options }) => options.length === 1).flatMap(only),
    ],
    menus: menus.filter(({ options }) => options.length > 1),
  }
}

/** By a line, a button or an option. */
function names({ sections, buttons, menus }: Card, projectId: number): boolean {
  const ref = String(projectId)
  const isOffered =
    buttons.some((button) => isCare(button) && button.ref === ref) ||
    menus.some(({ options }) => options.some((option) => option.ref === ref))
  return isOffered || sections.some(({ lines }) => lines.some((text) => isAbout(text, projectId)))
}

/** What was told of the same project before is over. */
function since(told: CardSection | undefined, settled: readonly Settled[]): CardSection {
  const before = told?.lines.filter((text) => !settled.some(({ projectId }) => isAbout(text, projectId))) ?? []
  const now = settled.map(({ name, projectId, what }) => line(`${plainText(name)} (${projectId}): ${what}`))
  const lines = [...before, ...now]
  const cut = Math.max(0, lines.length - LINES)
  return { heading: HEADING, lines: lines.slice(cut), more: (told?.more ?? 0) + cut }
}

function isAbout(text: string, projectId: number): boolean {
  return text.includes(`(${projectId}):`)
}

function isCare({ verb }: CardButton): boolean {
  return verb === 'keep30' || verb === 'keep' || verb === 'why'
}

/** What is left of a menu when there is no choice any more. */
function only({ verb, options }: CardMenu): readonly CardButton[] {
  return options.map(({ label, ref }) => careButton(verb, ref, careLabel(verb, label)))
}
