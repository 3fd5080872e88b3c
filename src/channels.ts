/** Every place that is told something, as the settings name them. */

import type { Config } from './config.ts'
import { discordChannel } from './discord/channel.ts'
import type { Channel } from './hooks/channel.ts'
import { notifyChannel } from './notify/channel.ts'

/** In the order in which people should see them. */
export function channelsOf({ discord, notify, publicUrl }: Config): readonly Channel[] {
  const { apiUrl, bot } = discord
  return [
    ...(bot === null ? [] : [discordChannel({ apiUrl, publicUrl, botToken: bot.token, channelId: bot.channelId })]),
    ...notify.map((webhook) => notifyChannel(webhook, publicUrl)),
  ]
}
