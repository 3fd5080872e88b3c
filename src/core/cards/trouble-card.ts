/** Tells people that a place gets no messages any more, through the places that do. */

import type { Card } from './card.ts'
import { line, section, titleText } from './card-text.ts'

export interface DeliveryTrouble {
  /** `webhook:1`, `slack`, … */
  readonly destination: string
  /** Where that is, without anything secret. */
  readonly to: string
  /** `gone`: nothing is sent there any more. `silent`: a message was tried for three days and given up. */
  readonly kind: 'gone' | 'silent'
  /** A sentence. */
  readonly reason: string
}

export function troubleCard({ destination, to, kind, reason }: DeliveryTrouble): Card {
  const title =
    kind === 'gone' ? `${destination} is not told anything any more` : `A message to ${destination} was given up`
  const what =
    kind === 'gone'
      ? 'Nothing is sent there until somebody replays a delivery or changes the setting.'
      : 'It was tried ten times in three days. What comes next is tried again.'
  return {
    title: titleText(title),
    summary: line(`${title}: ${reason}`),
    tone: 'bad',
    sections: [section(null, [`To ${to}: ${reason}`, what, 'GET /api/deliveries lists all deliveries.'], 3)],
    buttons: [],
    menus: [],
    link: null,
  }
}
