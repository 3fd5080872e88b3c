/**
 * Answers that follow in Slack, to the response address that came along with what was typed or pressed: good for five uses
 * within half an hour, and without any permission. Only it can change what one person alone sees.
 */

import type { Delivery, DeliveryDeps, Replier, Said } from '../hooks/channel.ts'
import { plainMessage, renderSlack } from './render.ts'

/** Where an answer goes: in the place of the pressed message, below it for the asker alone, or below it for all. */
export interface Way {
  readonly place: 'over' | 'below' | 'all'
  /** A secret. */
  readonly responseUrl: string
}

/** How long a response address works; a little less, for it is counted from before it came here. */
export const ADDRESS_LIFE_MS = 29 * 60_000

/** As one text, for keeping. */
export function wayText({ place, responseUrl }: Way): string {
  return `${place} ${responseUrl}`
}

/** `publicUrl`: where the Worker's own pages are; null = no links. */
export function slackReplier(publicUrl: string | null): Replier {
  return {
    of: 'slack',
    reply: async (way: string, said: Said, deps: DeliveryDeps): Promise<Delivery> => {
      const [place, responseUrl = ''] = way.split(' ')
      const message = said.kind === 'text' ? plainMessage(said.text) : renderSlack(said.card, publicUrl)
      const response = await deps.fetch(responseUrl, {
        method: 'POST',
        redirect: 'manual',
        signal: deps.signal,
        headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'leansweep' },
        body: JSON.stringify({
          ...message,
          replace_original: place === 'over',
          ...(place === 'over' ? {} : { response_type: place === 'all' ? 'in_channel' : 'ephemeral' }),
        }),
      })
      return meaningOf(response.status, (await response.text()).slice(0, 200))
    },
  }
}

/** HTTP 200 may hold a no: `ok`, or `{"ok":true}`, is the yes. What else was said is not repeated, for it may hold anything. */
function meaningOf(status: number, text: string): Delivery {
  if (status === 200 && (text === 'ok' || /^\{\s*"ok"\s*:\s*true\b/.test(text))) return { kind: 'delivered', status }
  const detail = `Slack's response address answered ${status}.`
  if (status === 429 || status >= 500) return { kind: 'again', status, detail }
  return { kind: 'never', status, detail }
}
