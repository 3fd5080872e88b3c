/**
 * Slack as a channel: cards as messages of the bot, changed by their channel and time stamp, so that they outlive every
 * response address. Slack keeps no message from being posted twice, so before a second attempt the newest messages are
 * looked through for the first: each carries what it is about as metadata.
 */

import {
  type CardChannel,
  type CardMessage,
  type Delivery,
  type DeliveryDeps,
  fingerprintOf,
} from '../hooks/channel.ts'
import { callSlack, refusal, type SlackCall } from './call.ts'
import { renderSlack } from './render.ts'

export interface SlackBot {
  /** `https://slack.com/api`, or a stand-in on this machine. */
  readonly apiUrl: string
  /** A secret. */
  readonly botToken: string
  /** Id of the channel that new messages go to. */
  readonly channelId: string
  /** Where the Worker's own pages are; null = no links. */
  readonly publicUrl: string | null
}

/** Name of the metadata that tells whose message it is. */
const EVENT_TYPE = 'leansweep_message'

/** How many of the newest messages are looked through. */
const LOOKED_THROUGH = 200

export function slackChannel(bot: SlackBot): CardChannel {
  return {
    takes: 'card',
    key: 'slack',
    of: 'slack',
    to: `channel ${bot.channelId}`,
    edits: true,
    fingerprint: () => fingerprintOf(bot.botToken, bot.channelId),
    deliver: (message, deps) =>
      message.replaces === null ? post(bot, message, deps) : change(bot, message, message.replaces, deps),
  }
}

async function post(bot: SlackBot, message: CardMessage, deps: DeliveryDeps): Promise<Delivery> {
  if (message.repeats) {
    const found = await findPosted(bot, message.key, deps)
    if (found.kind === 'unclear') return found.delivery
    if (found.kind === 'there') return change(bot, message, found.ref, deps)
  }
  const body = {
    channel: bot.channelId,
    ...renderSlack(message.card, bot.publicUrl),
    metadata: { event_type: EVENT_TYPE, event_payload: { key: message.key } },
    unfurl_links: false,
    unfurl_media: false,
  }
  const answer = await callSlack({ ...callOf(bot, 'chat.postMessage'), body }, deps)
  if (!answer.ok) return refusal(answer)
  const ref = refOf(answer.body.channel, answer.body.ts)
  return { kind: 'delivered', status: answer.status, ...(ref === null ? {} : { ref }) }
}

async function change(bot: SlackBot, { card }: CardMessage, ref: string, deps: DeliveryDeps): Promise<Delivery> {
  const [channel, ts] = ref.split('/')
  const body = { channel, ts, ...renderSlack(card, bot.publicUrl) }
  const answer = await callSlack({ ...callOf(bot, 'chat.update'), body }, deps)
  return answer.ok ? { kind: 'delivered', status: answer.status, ref } : refusal(answer)
}

type Found =
  | { readonly kind: 'there'; readonly ref: string }
  | { readonly kind: 'none' }
  /** Nobody can tell just now, so nothing may be posted. */
  | { readonly kind: 'unclear'; readonly delivery: Delivery }

/** The message an earlier attempt left behind; none where Slack never lets the bot look. */
async function findPosted(bot: SlackBot, key: string, deps: DeliveryDeps): Promise<Found> {
  const body = { channel: bot.channelId, limit: LOOKED_THROUGH, include_all_metadata: true }
  const answer = await callSlack({ ...callOf(bot, 'conversations.history'), body }, deps)
  if (!answer.ok) {
    const delivery = refusal(answer)
    const isBlind = delivery.kind === 'never' || (answer.error !== null && BLIND.has(answer.error))
    return isBlind ? { kind: 'none' } : { kind: 'unclear', delivery }
  }
  const messages = Array.isArray(answer.body.messages) ? (answer.body.messages as unknown[]) : []
  const found = messages.find((message) => keyOf(message) === key) as { ts?: unknown } | undefined
  const ref = found === undefined ? null : refOf(bot.channelId, found.ts)
  return ref === null ? { kind: 'none' } : { kind: 'there', ref }
}

/** Slack's words for "this bot may not look there", which does not change by waiting. */
const BLIND: ReadonlySet<string> = new Set(['missing_scope', 'no_permission', 'not_allowed_token_type'])

function keyOf(message: unknown): unknown {
  const { metadata } = (message ?? {}) as { metadata?: { event_type?: unknown; event_payload?: { key?: unknown } } }
  return metadata?.event_type === EVENT_TYPE ? metadata.event_payload?.key : null
}

/** A message is named with its channel: the settings may point elsewhere by the time it is changed. Null: not Slack's form. */
export function refOf(channel: unknown, ts: unknown): string | null {
  const isChannel = typeof channel === 'string' && /^\w{1,30}$/.test(channel)
  const isTime = typeof ts === 'string' && /^\d{1,12}\.\d{1,8}$/.test(ts)
  return isChannel && isTime ? `${channel}/${ts}` : null
}

function callOf({ apiUrl, botToken }: SlackBot, method: string): Pick<SlackCall, 'apiUrl' | 'botToken' | 'method'> {
  return { apiUrl, botToken, method }
}
