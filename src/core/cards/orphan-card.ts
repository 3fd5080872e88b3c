/**
 * What a message becomes that nobody keeps track of: posted twice because an answer was lost, or so long ago that it was
 * let go of. No ending would ever reach it, so the first press takes its buttons away.
 */

import type { Card } from './card.ts'
import { section } from './card-text.ts'

export function orphanCard(): Card {
  const title = 'This message is not kept up to date'
  return {
    title,
    summary: `${title}.`,
    tone: 'neutral',
    sections: [
      section(
        null,
        ['It is a copy of another one, or too old, so its buttons are gone.', '/sweep status says how things stand.'],
        2,
      ),
    ],
    buttons: [],
    menus: [],
    link: '/',
  }
}
