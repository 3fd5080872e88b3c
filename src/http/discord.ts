/** `POST /discord/interactions`: what Discord has signed, and nothing else, gets an answer in Discord's form. */

import type { APIInteractionResponse } from 'discord-api-types/v10'
import type { Context } from 'hono'
import { configText, readConfig } from '../config.ts'
import { HOOK_LIMIT } from '../core/base/bounds.ts'
import { type Interaction, readInteraction } from '../discord/interaction.ts'
import { ANSWER, EPHEMERAL } from '../discord/numbers.ts'
import { plainMessage } from '../discord/render.ts'
import type { DiscordConfig } from '../discord/settings.ts'
import { verifyDiscord } from '../discord/verify.ts'
import { logWarning } from '../log.ts'
import type { Door, Gauges } from './auth.ts'
import { readBytes, tooLarge } from './body.ts'
import { answerTo } from './discord-answer.ts'
import { clientAddress } from './limiter.ts'
import { problem } from './problem.ts'
import { logOf } from './request-id.ts'

export async function takeInteraction(c: Context<Door>, gauges: Gauges): Promise<Response> {
  const read = readConfig(c.env)
  if (!read.ok) return problem(c, 503, { title: 'Not configured', detail: configText(read.problems) })
  const { discord } = read.config
  if (discord.publicKeys.length === 0) {
    const detail =
      'This door is closed: DISCORD_PUBLIC_KEY is not set. Set it with "wrangler secret put DISCORD_PUBLIC_KEY".'
    return problem(c, 503, { title: 'Not configured', detail })
  }
  const body = await readBytes(c.req.raw, HOOK_LIMIT)
  if (body === null) return tooLarge(c, HOOK_LIMIT)
  const signature = c.req.header('x-signature-ed25519') ?? null
  const timestamp = c.req.header('x-signature-timestamp') ?? null
  const verified = await verifyDiscord(discord.publicKeys, { signature, timestamp, body }, Date.now())
  if (!verified.ok) return unsigned(c, gauges, verified.why)

  const interaction = readInteraction(body)
  if (interaction === null) {
    return problem(c, 400, { title: 'No interaction', detail: 'The body must be an interaction of Discord as JSON.' })
  }
  if (isElsewhere(discord, interaction)) return c.json(notHere(interaction))
  return c.json(await answerTo({ c, config: read.config, gauges }, interaction))
}

const ELSEWHERE = 'This leansweep belongs to another Discord server. Whoever runs it can add yours to DISCORD_GUILD_ID.'

/** Whether an interaction is of another application, or of a server that the settings do not name. */
function isElsewhere({ applicationIds, guilds }: DiscordConfig, interaction: Interaction): boolean {
  if (interaction.kind === 'ping') return false
  const { by } = interaction
  if (applicationIds.length > 0 && !applicationIds.includes(by.applicationId)) return true
  return by.guildId !== null && guilds.length > 0 && !guilds.includes(by.guildId)
}

function notHere({ kind }: Interaction): APIInteractionResponse {
  if (kind === 'autocomplete') return { type: ANSWER.choices, data: { choices: [] } }
  return { type: ANSWER.message, data: { ...plainMessage(ELSEWHERE), flags: EPHEMERAL } }
}

/** Always 401, however often: Discord tries wrong signatures on purpose, and takes the address away if it gets another answer. */
function unsigned(c: Context<Door>, { failures }: Gauges, why: string): Response {
  const [address, now] = [clientAddress(c), Date.now()]
  if (failures.wait(address, now) === null) {
    failures.failed(address, now)
    logWarning(logOf(c), `Not accepted (discord): the signature is ${why}.`)
  }
  return c.text('invalid request signature', 401)
}
