/** Fits the sections of a card into the room a vendor gives: whole lines, short sections whole, and a word about the rest. */

import type { CardSection } from './card.ts'
import { cutText, LINE } from './card-text.ts'

/** What the parts of a section take, in whatever the vendor counts: characters after escaping, or bytes. */
export interface SectionCost {
  heading(text: string): number
  line(text: string): number
  /** The word about lines that are left out, such as `… and 12 more`. */
  more(count: number): number
  /** What stands between two sections. */
  readonly between: number
}

export interface Fitted {
  /** Lines that are left out are counted in `more`. */
  readonly sections: readonly CardSection[]
  /** How many lines were in sections that are left out altogether; there is room for a word about them. */
  readonly left: number
}

export function fitSections(given: readonly CardSection[], room: number, cost: SectionCost): Fitted {
  const sections = given.map(({ heading, lines, more }) => ({
    heading: heading === null ? null : cutText(heading, LINE),
    lines: lines.map((line) => cutText(line, LINE)),
    more,
  }))
  const costs = sections.map((section) => costOf(section, cost) + cost.between)
  if (sum(costs) <= room) return { sections, left: 0 }

  const all = sum(sections.map(linesIn))
  const shares = fairShares(costs, room - cost.more(all) - cost.between)
  const fitted = sections.map((section, i) => shortened(section, (shares[i] ?? 0) - cost.between, cost))
  const shown = fitted.filter((section) => section !== null)
  return { sections: shown, left: all - sum(shown.map(linesIn)) }
}

/** How a vendor writes the parts of a section as lines of one text. */
export interface SectionStyle {
  heading(text: string): string
  line(text: string): string
  /** `… and 12 more`. */
  more(count: number): string
}

/** The sections as one text of at most `room` characters (UTF-16 units, as written), an empty line between them. */
export function fitText(given: readonly CardSection[], room: number, style: SectionStyle): string {
  const { sections, left } = fitSections(given, room, {
    heading: (text) => style.heading(text).length + 1,
    line: (text) => style.line(text).length + 1,
    more: (count) => style.more(count).length + 1,
    between: 1,
  })
  const texts = sections.map(({ heading, lines, more }) => {
    const written = [...(heading === null ? [] : [style.heading(heading)]), ...lines.map(style.line)]
    return [...written, ...(more === 0 ? [] : [style.more(more)])].join('\n')
  })
  return [...texts, ...(left === 0 ? [] : [style.more(left)])].filter((text) => text !== '').join('\n\n')
}

/** The heading, as many lines as fit beside the word about the rest, and that word; null when not even those fit. */
function shortened(section: CardSection, room: number, cost: SectionCost): CardSection | null {
  if (costOf(section, cost) <= room) return section
  const { heading, lines } = section
  const all = linesIn(section)
  let used = costOf({ heading, lines: [], more: all }, cost)
  if (used > room) return null
  let taken = 0
  for (const line of lines) {
    used += cost.line(line)
    if (used > room) break
    taken += 1
  }
  return { heading, lines: lines.slice(0, taken), more: all - taken }
}

/** What each may have so that all fit: those below an equal share get all they want, the others share what is left. */
function fairShares(costs: readonly number[], room: number): readonly number[] {
  const shares = costs.map(() => 0)
  const bySize = costs.map((_, i) => i).toSorted((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0))
  let left = Math.max(0, room)
  bySize.forEach((at, rank) => {
    const share = Math.min(costs[at] ?? 0, Math.floor(left / (bySize.length - rank)))
    shares[at] = share
    left -= share
  })
  return shares
}

function costOf({ heading, lines, more }: CardSection, cost: SectionCost): number {
  return (heading === null ? 0 : cost.heading(heading)) + sum(lines.map(cost.line)) + (more === 0 ? 0 : cost.more(more))
}

function linesIn({ lines, more }: CardSection): number {
  return lines.length + more
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
