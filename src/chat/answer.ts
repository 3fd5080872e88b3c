/** What chat asks and what it is answered, in no vendor's words: a vendor's door translates both ways. */

import type { Card, Verb } from '../core/cards/card.ts'

export type Vendor = 'slack' | 'discord'

/** Who typed or pressed, as the vendor's signed request says. */
export interface Asker {
  readonly vendor: Vendor
  /** The vendor's id of the person, never a name, which anybody can choose. */
  readonly userId: string
  /** Whether it comes from a workspace or server that the settings name. */
  readonly placed: boolean
  /** What makes this command or press the same one when it comes again: a trigger id, an interaction id. */
  readonly event: string
}

/** A press of a button, or a choice from a menu of a card. */
export interface Press {
  readonly verb: Verb
  /** As the button carries it. */
  readonly ref: string
  /** The message of the channel that it is on, as the vendor's channel names it; null where only the presser sees it. */
  readonly on: string | null
}

export interface Answer {
  /** Only the one who asked sees it, or everybody in the channel. */
  readonly to: 'asker' | 'all'
  readonly says: { readonly kind: 'text'; readonly text: string } | { readonly kind: 'card'; readonly card: Card }
  /** The run that was asked for: its result is told to the asker when it has ended. Null = this is all. */
  readonly follows: string | null
  /** What the pressed message must show from now on, because its moment has passed; null = leave it. */
  readonly redraw: Card | null
}

/** Something only the asker sees. */
export function tell(text: string, more: Partial<Pick<Answer, 'follows' | 'redraw'>> = {}): Answer {
  return { to: 'asker', says: { kind: 'text', text }, follows: null, redraw: null, ...more }
}

/** Something everybody in the channel sees, because it changes what will happen to everybody's projects. */
export function announce(text: string): Answer {
  return { to: 'all', says: { kind: 'text', text }, follows: null, redraw: null }
}

/** A card only the asker sees. */
export function show(card: Card): Answer {
  return { to: 'asker', says: { kind: 'card', card }, follows: null, redraw: null }
}
