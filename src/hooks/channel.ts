/**
 * What a place to tell people or programs looks like to the outbox: it takes a message and says what became of it. A
 * vendor renders and sends; when, how often and in which order is not its business.
 */

import { sha256Hex } from '../core/base/canonical.ts'
import type { Card } from '../core/cards/card.ts'

/** Something that happened, for programs: the body of a Standard Webhook is `{ type, timestamp, data }`. */
export interface EventMessage {
  readonly kind: 'event'
  /** `msg_…`; stays over retries, so that a receiver knows what it has already. */
  readonly id: string
  /** Such as `run.finished`. */
  readonly type: string
  /** When it happened, ISO 8601 UTC. */
  readonly timestamp: string
  readonly data: object
}

/** Something for people. */
export interface CardMessage {
  readonly kind: 'card'
  /** `msg_…`; stays over retries. */
  readonly id: string
  readonly card: Card
  /** The vendor's own reference of the message whose place it takes, as an earlier delivery gave it; null = a new message. */
  readonly replaces: string | null
  /** What it is about, the same for all messages that take each other's place. */
  readonly key: string
  /** Whether an earlier attempt to post about that may have been taken without our hearing of it. */
  readonly repeats: boolean
}

/** What a channel may use of the world. */
export interface DeliveryDeps {
  fetch(input: string, init: RequestInit): Promise<Response>
  /** Real time in milliseconds. */
  now(): number
  /** Ends the attempt when its time is over; give it to every fetch. */
  readonly signal: AbortSignal
}

/**
 * What became of one attempt. `detail` is a short sentence for people: never an address, a header or a body, for those hold
 * secrets. `status` is the HTTP status, where one came.
 */
export type Delivery =
  /**
   * Taken: 2xx, and whatever else the vendor says for yes. `ref`: how to change the message later, where that is possible.
   * `restMs`: so long the vendor wants to hear nothing more; it would refuse a message that came before.
   */
  | { readonly kind: 'delivered'; readonly status?: number; readonly ref?: string; readonly restMs?: number }
  /** Not taken; the outbox tries again on its schedule, and not before `retryAfterMs`. */
  | { readonly kind: 'again'; readonly status?: number; readonly detail: string; readonly retryAfterMs?: number }
  /** This message will never be taken (it is too long, or the one it replaces is not there any more); others may be. */
  | { readonly kind: 'never'; readonly status?: number; readonly detail: string }
  /** The destination itself is gone (410): it gets nothing any more until a person has seen to it. */
  | { readonly kind: 'gone'; readonly status?: number; readonly detail: string }

interface Place {
  /** What the outbox remembers it by, the same over restarts: `webhook:1`, `slack`, `slack-webhook`, … */
  readonly key: string
  /** The word in `[notify] channels` that means it. */
  readonly of: 'slack' | 'discord' | 'webhook' | 'teams'
  /** For people, such as a host; never a whole address. */
  readonly to: string
  /** Changes when the settings point it somewhere else; by then a person has seen to it. See `fingerprintOf`. */
  fingerprint(): Promise<string>
}

/** A channel for programs. */
export interface EventChannel extends Place {
  readonly takes: 'event'
  deliver(message: EventMessage, deps: DeliveryDeps): Promise<Delivery>
}

/** A channel for people. */
export interface CardChannel extends Place {
  readonly takes: 'card'
  /**
   * Whether a message can be changed later (`deliver` gives a `ref` and takes `replaces`). One that cannot shows no
   * buttons, for they would outlive their moment. One that can never gets a new message with buttons: the outbox posts
   * it without, and puts them in once the reference is stored, so that no button is alive that cannot be taken away.
   */
  readonly edits: boolean
  deliver(message: CardMessage, deps: DeliveryDeps): Promise<Delivery>
}

export type Channel = EventChannel | CardChannel

/** What somebody is told in answer. */
export type Said = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'card'; readonly card: Card }

/** Answers the one who typed or pressed, by the way back that the vendor gives along for some minutes. */
export interface Replier {
  readonly of: 'slack' | 'discord'
  /** `way`: the vendor's own; a secret, which stands in nothing that is returned or thrown. Only the asker sees what is said. */
  reply(way: string, said: Said, deps: DeliveryDeps): Promise<Delivery>
}

/** Tells two settings apart without giving either away. */
export async function fingerprintOf(...settings: readonly string[]): Promise<string> {
  return (await sha256Hex(settings.join('\n'))).slice(0, 16)
}
