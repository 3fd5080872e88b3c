/**
 * Text as Discord shows it, letter by letter: anybody may name a project, and a name may be `@everyone`, `**x**` or a link.
 * A backslash before anything but a letter, a digit or a blank shows just that character (Discord's markdown, as its own
 * clients read it). That a mention rings nobody is `allowed_mentions` of the message; this keeps it from looking like one.
 */

import { plainText } from '../core/cards/card-text.ts'

/** What begins or ends a style, a link, a mention, a time stamp, an emoji or a quote wherever it stands. */
const ANYWHERE = /[\\`*_~|<>[\]@]/g
/** A bare address, and an emoji by its short name. */
const COLON = /:(?=\/\/|[-\w+]+:)/g
/** A heading, a list, a line of small print: only at the start of a line. */
const AT_START = /^(\s*)([#+-]|\d+(?=[.)]))/

/** One line of plain text; a line break in it becomes a blank. */
export function escapeMarkdown(text: string): string {
  return plainText(text)
    .replaceAll(ANYWHERE, '\\$&')
    .replaceAll(COLON, '\\:')
    .replace(AT_START, (_, blanks: string, sign: string) =>
      /\d/.test(sign) ? `${blanks}${sign}\\` : `${blanks}\\${sign}`,
    )
}
