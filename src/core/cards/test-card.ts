/** A message that shows that a channel works. It announces nothing, so it gives no notice for any project. */

import type { Card } from './card.ts'
import { line, section } from './card-text.ts'

/** `by`: who asked for it. */
export function testCard(by: string): Card {
  const summary = `A test message of leansweep, sent by ${by}. This channel works.`
  return {
    title: 'Test message',
    summary: line(summary),
    tone: 'neutral',
    sections: [section(null, ['Nothing was changed, and nothing has to be done.'], 1)],
    buttons: [],
    menus: [],
    link: null,
  }
}
