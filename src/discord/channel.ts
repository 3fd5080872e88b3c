/** Discord as a channel: cards as messages of the bot, changed by their id, so that they outlive every interaction's token. */

import {
  type CardChannel,
  type CardMessage,
  type Delivery,
  type DeliveryDeps,
  fingerprintOf,
} from '../hooks/channel.ts'
import { callDiscord, type DiscordCall, refusal } from './call.ts'
import { renderDiscord } from './render.ts'

export interface DiscordBot {
  /** `https://discord.com/api/v10`, or a stand-in on this machine. */
  readonly apiUrl: string
  /** A secret. */
  readonly botToken: string
  /** Id of the channel that new messages go to. */
  readonly channelId: string
  /** Where the Worker's own pages are; null = no links. */
  readonly publicUrl: string | null
}

export function discordChannel(bot: DiscordBot): CardChannel {
  return {
    takes: 'card',
    key: 'discord',
    of: 'discord',
    to: `channel ${bot.channelId}`,
    edits: true,
    fingerprint: () => fingerprintOf(bot.botToken, bot.channelId),
    deliver: (message, deps) => deliver(bot, message, deps),
  }
}

async function deliver(bot: DiscordBot, { id, card, replaces }: CardMessage, deps: DeliveryDeps): Promise<Delivery> {
  const message = renderDiscord(card, bot.publicUrl)
  const call: DiscordCall =
    replaces === null
      ? {
          ...addressOf(bot),
          method: 'POST',
          path: `channels/${bot.channelId}/messages`,
          body: { ...message, nonce: nonceOf(id), enforce_nonce: true },
        }
      : { ...addressOf(bot), method: 'PATCH', path: pathOf(replaces), body: message }
  const answer = await callDiscord(call, deps)
  if (!answer.ok) return refusal(answer)
  const { status, restMs } = answer
  // What Discord documents for both calls is the message; an answer without one is no receipt.
  const made = refIn(answer.body, bot.channelId)
  if (made === null) return { kind: 'again', status, detail: `Discord answered ${status} without its receipt.` }
  return { kind: 'delivered', status, ref: replaces ?? made, ...(restMs === 0 ? {} : { restMs }) }
}

function addressOf({ apiUrl, botToken, publicUrl }: DiscordBot): Pick<DiscordCall, 'apiUrl' | 'botToken' | 'contact'> {
  return { apiUrl, botToken, contact: publicUrl }
}

/**
 * With `enforce_nonce` a repeat within some minutes gets the message that is there already, and no second one is made: an
 * answer that was lost does no harm. At most 25 characters.
 */
function nonceOf(id: string): string {
  return id.slice(-25)
}

/** A message is named with its channel: the settings may point elsewhere by the time it is changed. */
export function refOf(channelId: string, messageId: string): string {
  return `${channelId}/${messageId}`
}

function refIn(body: unknown, channelId: string): string | null {
  const { id } = (body ?? {}) as { id?: unknown }
  return typeof id === 'string' && /^\d{1,20}$/.test(id) ? refOf(channelId, id) : null
}

function pathOf(ref: string): string {
  const [channel, message] = ref.split('/')
  return `channels/${channel}/messages/${message}`
}
