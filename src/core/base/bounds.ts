/** How much a caller may write: what is longer is refused, so that lists, records and pages stay small for everybody. */

/** Of a project's or directory's full name. */
export const LONGEST_NAME = 400
export const LONGEST_DESCRIPTION = 20_000
export const MOST_PARAMETERS = 200
export const LONGEST_KEY = 200
export const LONGEST_VALUE = 2_000
/** Of a rule's id, and how many a request may name. */
export const LONGEST_RULE = 200
export const MOST_RULES = 100
/** Of what is typed behind a command of a chat. */
export const LONGEST_LINE = 8_000

/** Of an id that a chat gives, of what a button carries, and of an address for answers. */
export const LONGEST_ID = 200
export const LONGEST_REF = 2_000

/** Bytes of a body: of the API and the pages, and of what vendors and programs sign. */
export const BODY_LIMIT = 65_536
export const HOOK_LIMIT = 262_144

/** Of a message or a detail that is stored; what is longer is cut. */
const LONGEST_MESSAGE = 2_000

/** A text as it is stored: at most so long, and never cut within a character. */
export function storedText(text: string): string {
  if (text.length <= LONGEST_MESSAGE) return text
  const cut = text.slice(0, LONGEST_MESSAGE - 1)
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
