/** A world of stand-ins for chats (`node/standins.ts`), as a test uses it. */

import { inject } from 'vitest'
import type { DeliveryDeps } from '../../src/hooks/channel.ts'
import type { DiscordMessage, Fault } from './node/discord.ts'
import type { SlackFault, SlackMessage } from './node/slack.ts'

export const CHANNEL = '1100000000000000001'
export const BOT_TOKEN = 'stand-in-bot-token'

export const SLACK_CHANNEL = 'C0123456789'
export const SLACK_TOKEN = 'xoxb-stand-in-token'

export interface SlackSeen {
  readonly messages: readonly SlackMessage[]
  readonly requests: readonly {
    readonly method: string
    readonly status: number
    readonly error: string | null
    readonly body: never
  }[]
}

export interface Seen {
  readonly messages: readonly DiscordMessage[]
  readonly requests: readonly { readonly method: string; readonly path: string; readonly status: number }[]
  readonly commands: { readonly [scope: string]: unknown }
}

export interface Standins {
  readonly url: string
  /** Address for `DISCORD_API_URL`. */
  readonly discordApi: string
  /** Address for `SLACK_API_URL`. */
  readonly slackApi: string
  slack(): Promise<SlackSeen>
  setSlack(change: {
    readonly faults?: readonly SlackFault[]
    readonly channels?: readonly string[]
    readonly scopes?: readonly string[]
    readonly skewMs?: number
    readonly perSecond?: number
    readonly botToken?: string
  }): Promise<void>
  discord(): Promise<Seen>
  setDiscord(change: {
    readonly faults?: readonly Fault[]
    readonly channels?: readonly string[]
    readonly skewMs?: number
    readonly botToken?: string
    readonly limit?: { readonly calls: number; readonly windowMs: number }
  }): Promise<void>
  /** What the incoming webhooks took. */
  taken(): Promise<readonly { readonly kind: string; readonly path: string; readonly body: never }[]>
  /** What they answer next instead of their receipts. */
  answers(
    ...answers: readonly { readonly status: number; readonly headers?: object; readonly body?: unknown }[]
  ): Promise<void>
  /** Any other control of theirs; throws what it says when it refuses. */
  control(path: string, body: object): Promise<unknown>
}

export function makeStandins(name: string = crypto.randomUUID()): Standins {
  const url = `${inject('standins')}/w/${name}`
  async function control(path: string, body: object): Promise<unknown> {
    const answer = await fetch(`${url}/_standin/${path}`, { method: 'POST', body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(text)
    return JSON.parse(text)
  }
  return {
    url,
    discordApi: `${url}/discord/api/v10`,
    slackApi: `${url}/slack/api`,
    slack: async () => (await control('slack/state', {})) as SlackSeen,
    setSlack: async (change) => void (await control('slack/set', change)),
    discord: async () => (await control('discord/state', {})) as Seen,
    setDiscord: async (change) => void (await control('discord/set', change)),
    taken: async () => ((await control('webhooks', {})) as { taken: never[] }).taken,
    answers: async (...answers) => void (await control('webhooks', { answers })),
    control,
  }
}

/** What a channel uses when a test delivers by hand. */
export const DELIVERY: DeliveryDeps = {
  fetch: (input, init) => fetch(input, init),
  now: () => Date.now(),
  signal: new AbortController().signal,
}
