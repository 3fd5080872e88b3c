/**
 * Answers that follow in Discord, with the token that came along with what was typed or pressed: it works for a quarter of an
 * hour, and needs no other permission.
 */

import type { Delivery, DeliveryDeps, Replier, Said } from '../hooks/channel.ts'
import { callDiscord, refusal, UNKNOWN_WEBHOOK } from './call.ts'
import { EPHEMERAL } from './numbers.ts'
import { plainMessage, renderDiscord } from './render.ts'

export interface DiscordReplies {
  readonly apiUrl: string
  readonly publicUrl: string | null
}

/** Where an answer goes: over the first one, or below it for the asker alone. */
export interface Way {
  readonly place: 'over' | 'below'
  readonly applicationId: string
  /** A secret. */
  readonly token: string
}

/** How long a token works; a little less, for it is counted from before it came here. */
export const TOKEN_LIFE_MS = 14 * 60_000 + 30_000

/** As one text, for keeping. */
export function wayText({ place, applicationId, token }: Way): string {
  return `${place}/${applicationId}/${token}`
}

export function discordReplier({ apiUrl, publicUrl }: DiscordReplies): Replier {
  return {
    of: 'discord',
    reply: async (way: string, said: Said, deps: DeliveryDeps): Promise<Delivery> => {
      const [place, applicationId, token] = way.split('/')
      const message = said.kind === 'text' ? plainMessage(said.text) : renderDiscord(said.card, publicUrl)
      const webhook = `webhooks/${applicationId}/${token}`
      const answer = await callDiscord(
        {
          apiUrl,
          contact: publicUrl,
          botToken: null,
          ...(place === 'over'
            ? { method: 'PATCH', path: `${webhook}/messages/@original`, body: message }
            : { method: 'POST', path: webhook, body: { ...message, flags: EPHEMERAL } }),
        },
        deps,
      )
      if (answer.ok) return { kind: 'delivered', status: answer.status }
      // Also before the first answer has arrived there.
      if (answer.code === UNKNOWN_WEBHOOK) return { kind: 'again', status: answer.status, detail: 'Not known yet.' }
      return refusal(answer)
    },
  }
}
