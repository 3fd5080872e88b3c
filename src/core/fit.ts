/** Fits the sections of a card into so many characters: whole lines, the short sections first, and a word about the rest. */

import type { CardSection } from './card.ts'
import { cutText, LINE } from './card-text.ts'

/** How a vendor writes the parts of a section; a line break is added between them. */
export interface SectionStyle {
  heading(text: string): string
  line(text: string): string
  /** `… and 12 more`. */
  more(count: number): string
}

/**
 * The sections as one text of at most `room` characters (UTF-16 units, after escaping). What does not fit is counted in the
 * "more" of its section; a section of which not even the heading fits is left out, and the last line says how many lines.
 */
export function fitSections(sections: readonly CardSection[], room: number, style: SectionStyle): string {
  const written = sections.map((section) => writeSection(section, style))
  const whole = joined(written.map((section) => wholeText(section, style)))
  if (whole.length <= room) return whole

  const last = style.more(written.reduce((sum, { lines, more }) => sum + lines.length + more, 0))
  const sizes = written.map((section) => wholeText(section, style).length + GAP.length)
  const shares = fairShares(sizes, room - last.length - GAP.length)
  let left = 0
  const texts = written.map((section, i) => {
    const text = partText(section, (shares[i] ?? 0) - GAP.length, style)
    if (text === '') left += section.lines.length + section.more
    return text
  })
  return joined([...texts, left === 0 ? '' : style.more(left)])
}

interface Written {
  readonly heading: string
  readonly lines: readonly string[]
  readonly more: number
}

const GAP = '\n\n'

function writeSection({ heading, lines, more }: CardSection, style: SectionStyle): Written {
  return {
    heading: heading === null ? '' : style.heading(cutText(heading, LINE)),
    lines: lines.map((line) => style.line(cutText(line, LINE))),
    more,
  }
}

function wholeText({ heading, lines, more }: Written, style: SectionStyle): string {
  return [heading, ...lines, more === 0 ? '' : style.more(more)].filter((line) => line !== '').join('\n')
}

/** The heading, as many lines as fit beside the word about the rest, and that word; "" when not even those fit. */
function partText(section: Written, room: number, style: SectionStyle): string {
  const whole = wholeText(section, style)
  if (whole.length <= room) return whole
  const { heading, lines, more } = section
  const all = lines.length + more
  let used = [heading, style.more(all)].filter((line) => line !== '').join('\n').length
  if (used > room) return ''
  let taken = 0
  for (const line of lines) {
    used += line.length + 1
    if (used > room) break
    taken += 1
  }
  return wholeText({ heading, lines: lines.slice(0, taken), more: all - taken }, style)
}

/** What each may have so that all fit: those below an equal share get all they want, the others share what is left. */
function fairShares(sizes: readonly number[], room: number): readonly number[] {
  const shares = sizes.map(() => 0)
  const bySize = sizes.map((_, i) => i).toSorted((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0))
  let left = Math.max(0, room)
  bySize.forEach((at, rank) => {
    const share = Math.min(sizes[at] ?? 0, Math.floor(left / (bySize.length - rank)))
    shares[at] = share
    left -= share
  })
  return shares
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(GAP)
}
