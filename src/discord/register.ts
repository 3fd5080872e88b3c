/**
 * Tells Discord which commands there are: the whole list at once, which takes the place of whatever the application had
 * there before (Discord, "Application Commands", bulk overwrite). Done from a terminal, never by the Worker.
 */

import type { DeliveryDeps } from '../hooks/channel.ts'
import { callDiscord, type DiscordAnswer } from './call.ts'
import { commandList } from './commands.ts'
import type { Registrar } from './settings.ts'

/** Where commands are known: in one server, at once, or in all where the application is. */
export type Scope = { readonly guildId: string } | 'everywhere'

export interface Registration {
  readonly scope: Scope
  /** No commands instead: `/sweep` is gone there. */
  readonly remove: boolean
}

export type Registered = { readonly ok: true } | { readonly ok: false; readonly why: string }

/** What is sent to where, below the address of the API. */
export function registrationOf(applicationId: string, { scope, remove }: Registration) {
  const place = scope === 'everywhere' ? '' : `/guilds/${scope.guildId}`
  const commands = commandList(scope === 'everywhere' ? 'everywhere' : 'in one server')
  return {
    method: 'PUT',
    path: `applications/${applicationId}${place}/commands`,
    body: remove ? [] : commands,
  } as const
}

/** A connection that fails is thrown as `fetch` throws it. */
export async function register(registrar: Registrar, wanted: Registration, deps: DeliveryDeps): Promise<Registered> {
  const { apiUrl, applicationId, botToken } = registrar
  const call = registrationOf(applicationId, wanted)
  const answer = await callDiscord({ ...call, apiUrl, botToken, contact: null }, deps)
  return answer.ok ? { ok: true } : { ok: false, why: whyNot(answer, wanted.scope, applicationId) }
}

/** Discord's numbers for what is wrong. */
const UNKNOWN_APPLICATION = 10_002
const UNKNOWN_GUILD = 10_004
const OTHER_APPLICATION = 20_012
const MISSING_ACCESS = 50_001

type No = Extract<DiscordAnswer, { ok: false }>

/** What happened and what to do about it; the token stands in none of it. */
function whyNot({ status, code, retryAfterMs }: No, scope: Scope, applicationId: string): string {
  const said = `Discord answered ${status}${code === null ? '' : `, code ${code}`}`
  if (status === 401) {
    return `${said}: it does not accept DISCORD_BOT_TOKEN. Make a new one with "Reset Token" on the page "Bot".`
  }
  if (status === 429) {
    const seconds = retryAfterMs === null ? 'some' : Math.ceil(retryAfterMs / 1_000).toLocaleString('en-US')
    return `${said}: too many requests. Try again in ${seconds} seconds.`
  }
  if (code === OTHER_APPLICATION || code === UNKNOWN_APPLICATION) {
    return `${said}: DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN are not of the same application.`
  }
  if (scope !== 'everywhere' && (code === MISSING_ACCESS || code === UNKNOWN_GUILD)) {
    return `${said}: the application is not in the server ${scope.guildId}. If that is the server's id, invite it first: ${inviteLink(applicationId)}`
  }
  if (status >= 500) return `${said}. Try again later.`
  return `${said}: it does not take the commands.`
}

/** "View Channels", "Send Messages" and "Embed Links", as bits: all that the bot needs. */
const PERMISSIONS = (1 << 10) | (1 << 11) | (1 << 14)

/** Opened in a browser, it invites the application to a server. */
export function inviteLink(applicationId: string): string {
  const query = `client_id=${applicationId}&scope=bot+applications.commands&permissions=${PERMISSIONS}`
  return `https://discord.com/oauth2/authorize?${query}`
}
