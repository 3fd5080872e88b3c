/**
 * Text as Slack shows it: `&`, `<` and `>` are the only characters that are escaped, and always, for anybody may call a
 * project `<!channel>` ("Formatting text for app surfaces").
 */

import { plainText } from '../core/cards/card-text.ts'

/** One line of plain text, as `mrkdwn` shows it letter by letter (but for stars and the like, which only style). */
export function escapeMrkdwn(text: string): string {
  return plainText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
