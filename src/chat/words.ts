/** The words of what somebody typed into a chat: blanks part them, quotes of any kind hold them together. */

import type { Word } from '../core/evidence/named.ts'

/** Straight and curly, as phones and word processors write them; what opens and what closes. */
const QUOTES: { readonly [open: string]: string } = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”“',
  '”': '”',
  '„': '“”',
  '‘': '’‘',
  '’': '’',
  '«': '»',
}

/** A quote that nothing closes is an ordinary character, and so is an apostrophe inside a word. */
export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = []
  /** Marks that nothing closes any more, so that the rest is not searched for it again and again. */
  const open = new Set<string>()
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at] ?? '')) {
      at++
      continue
    }
    const word = quotedAt(text, at, open) ?? meant(plainAt(text, at))
    words.push(word)
    at = word.end
  }
  return words
}

function quotedAt(text: string, start: number, open: Set<string>): Word | null {
  const mark = text[start] ?? ''
  const closing = QUOTES[mark]
  if (closing === undefined || open.has(mark)) return null
  for (let at = start + 1; at < text.length; at++) {
    const next = text[at + 1]
    if (closing.includes(text[at] ?? '') && (next === undefined || /\s/.test(next))) {
      return { text: text.slice(start + 1, at), start, end: at + 1, quoted: true }
    }
  }
  open.add(mark)
  return null
}

/** As it is meant: phones write "--force" as "—force", and people write the id 123 as "#123". */
function meant(word: Word): Word {
  const text = word.text.replace(/^[\u2012-\u2015\u2212]+(?=[a-z])/i, '--').replace(/^#(?=\d+$)/, '')
  return text === word.text ? word : { ...word, text }
}

function plainAt(text: string, start: number): Word {
  const length = text.slice(start).search(/\s/)
  const end = length === -1 ? text.length : start + length
  return { text: text.slice(start, end), start, end, quoted: false }
}
