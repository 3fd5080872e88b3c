/** Every place that is told something, as the settings name them. */

import type { Config } from './config.ts'
import { discordChannel } from './discord/channel.ts'
import { discordReplier } from './discord/replier.ts'
import type { Channel, Replier } from './hooks/channel.ts'
import { webhookChannel } from './hooks/webhook-channel.ts'
import { notifyChannel } from './notify/channel.ts'
import { slackChannel } from './slack/channel.ts'
import { slackReplier } from './slack/replier.ts'

/** In the order in which people should see them. */
export function channelsOf({ slack, discord, notify, webhooks, publicUrl }: Config): readonly Channel[] {
  return [
    ...botsOf(slack, publicUrl).map(slackChannel),
    ...botsOf(discord, publicUrl).map(discordChannel),
    ...notify.map((webhook) => notifyChannel(webhook, publicUrl)),
    ...webhooks.map((endpoint, place) => webhookChannel(place + 1, endpoint)),
  ]
}

/** None where a bot is not set up. */
function botsOf({ apiUrl, bot }: Pick<Config['slack'], 'apiUrl' | 'bot'>, publicUrl: string | null) {
  return bot === null ? [] : [{ apiUrl, publicUrl, botToken: bot.token, channelId: bot.channelId }]
}

/** Who answers those who typed or pressed something. */
export function repliersOf({ slack, discord, publicUrl }: Config): readonly Replier[] {
  return [
    ...(slack.signingSecrets.length === 0 ? [] : [slackReplier(publicUrl)]),
    ...(discord.publicKeys.length === 0 ? [] : [discordReplier({ apiUrl: discord.apiUrl, publicUrl })]),
  ]
}
