/** Texts of cards: names made plain and short, times, counts, lists that end before they are too long. */

import { count } from '../base/duration.ts'
import { minuteText } from '../plan/sentences.ts'
import type { CardButton, CardMenu, CardSection } from './card.ts'

/** Longest line of a section, title, label of a button. */
export const LINE = 300
export const TITLE = 150
export const LABEL = 75

/** A menu's options: as many as the vendor that allows fewest. */
const OPTIONS = 25

/** What was read of a project as its owner named it, for a line or label. */
export interface NamedProject {
  readonly projectId: number
  /** Full name. */
  readonly name: string
}

/**
 * A text that people chose, on one line: line breaks and control characters become blanks, and the invisible ones that turn
 * the direction of writing go, for they could make a card say something else.
 */
export function plainText(text: string): string {
  return text
    .replaceAll(/[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, '')
    .replaceAll(/[\p{Cc}\u2028\u2029\s]+/gu, ' ')
    .trim()
}

/** At most so many characters, cut at the end and never within a character. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  let cut = text.slice(0, most - 1)
  if (/[\uD800-\uDBFF]$/.test(cut)) cut = cut.slice(0, -1)
  return `${cut.trimEnd()}…`
}

/** A line of a section. */
export function line(text: string): string {
  return cutText(plainText(text), LINE)
}

/** A heading or title. */
export function titleText(text: string): string {
  return cutText(plainText(text), TITLE)
}

/** The first lines, and how many more there would be. */
export function section(heading: string | null, lines: readonly string[], most: number): CardSection {
  return {
    heading: heading === null ? null : titleText(heading),
    lines: lines.slice(0, most).map(line),
    more: Math.max(0, lines.length - most),
  }
}

/** `2026-11-24 10:00 UTC`, from ISO 8601. */
export function timeText(iso: string): string {
  return minuteText(Date.parse(iso))
}

/** `Ann`, `Ann and Bob`, `Ann, Bob and Cy`. */
export function andText(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** `3 projects`. */
export function projects(n: number): string {
  return count(n, 'project')
}

const DONE: { readonly [action: string]: string } = {
  describe: 'described',
  rename: 'renamed',
  move: 'moved',
  archive: 'archived',
  delete: 'deleted',
  update: 'updated',
  restore: 'restored',
  hold: 'held',
  release: 'released',
}

/** `deleted`, of `delete`. */
export function doneWord(action: string): string {
  return DONE[action] ?? `done (${action})`
}

/** `3 deleted, 1 archived`. */
export function doneText(actions: readonly string[]): string {
  return counted(actions, (action, n) => `${n} ${doneWord(action)}`)
}

/** `3 to delete, 1 to archive`. */
export function toDoText(actions: readonly string[]): string {
  return counted(actions, (action, n) => `${n} to ${action}`)
}

function counted(actions: readonly string[], text: (action: string, n: number) => string): string {
  const counts = new Map<string, number>()
  for (const action of actions) counts.set(action, (counts.get(action) ?? 0) + 1)
  return [...counts]
    .sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1))
    .map(([action, n]) => text(action, n))
    .join(', ')
}

/** Keep and Why for projects: three buttons for one, three menus for several. */
export function careFor(projects: readonly NamedProject[]): {
  readonly buttons: readonly CardButton[]
  readonly menus: readonly CardMenu[]
} {
  const [only] = projects
  if (only === undefined) return { buttons: [], menus: [] }
  if (projects.length === 1) {
    const ref = String(only.projectId)
    return { buttons: CARE.map(([verb, label]) => careButton(verb, ref, label)), menus: [] }
  }
  const options = projects
    .slice(0, OPTIONS)
    .map(({ name, projectId }) => ({ label: nameAndId(name, projectId), ref: String(projectId) }))
  const more = projects.length - options.length
  return { buttons: [], menus: CARE.map(([verb, label]) => ({ verb, label: `${label}: which?`, options, more })) }
}

const CARE = [
  ['keep30', 'Keep 30 d'],
  ['keep', 'Keep for ever'],
  ['why', 'Why'],
] as const

export function careButton(verb: CardMenu['verb'], ref: string, label: string): CardButton {
  return { verb, label, ref, danger: false, confirm: null }
}

/** Of a button on a card that is about other projects too: `Why: Old/a (123)`. `named`: a name with its id behind. */
export function careLabel(verb: CardMenu['verb'], named: string): string {
  const word = CARE.find(([one]) => one === verb)?.[1] ?? verb
  const id = / \(\d+\)$/.exec(named)?.[0] ?? ''
  const name = named.slice(0, named.length - id.length)
  return `${word}: ${cutText(name, LABEL - word.length - 2 - id.length)}${id}`
}

/** The name is cut, never the id. */
function nameAndId(name: string, id: number): string {
  const behind = ` (${id})`
  return `${cutText(plainText(name), LABEL - behind.length)}${behind}`
}
