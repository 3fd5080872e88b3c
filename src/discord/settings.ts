/** Discord's settings, as they are set and as they are used. Every value is on the application's own pages at Discord. */

import { hostProblem, readAddress } from '../core/base/address.ts'

/** As they are written down; left out, the door stays closed and no card is posted. */
export interface DiscordSettings {
  /**
   * "Public Key" on the page "General Information": 64 hex characters. Opens `POST /discord/interactions`. Two, separated by a
   * comma, while one application takes over from another.
   */
  readonly DISCORD_PUBLIC_KEY?: string
  /**
   * "Application ID" on the same page; `npm run chat:register` needs it, and interactions of another one are refused. Two,
   * separated by a comma, as the keys: the new one first.
   */
  readonly DISCORD_APPLICATION_ID?: string
  /**
   * Id of the server whose members are answered: "Copy Server ID" in Discord's developer mode. Several, separated by commas.
   * In a direct message, and while this is left out, only people whom the policy names by their Discord id are answered.
   */
  readonly DISCORD_GUILD_ID?: string
  /** "Token" on the page "Bot". A secret. */
  readonly DISCORD_BOT_TOKEN?: string
  /** Id of the channel for cards: "Copy Channel ID" in Discord's developer mode. */
  readonly DISCORD_CHANNEL?: string
  /** Another address than Discord's own, for a stand-in on this machine. */
  readonly DISCORD_API_URL?: string
}

export interface DiscordConfig {
  readonly apiUrl: string
  /** Lower-case hex; empty = the door is closed. */
  readonly publicKeys: readonly string[]
  /** Interactions of another application are refused; empty = not checked. */
  readonly applicationIds: readonly string[]
  /** Ids of the servers whose members are answered; empty = people named in the policy. */
  readonly guilds: readonly string[]
  /** Null = no cards in Discord. */
  readonly bot: { readonly token: string; readonly channelId: string } | null
}

/** What `npm run chat:register` needs. */
export interface Registrar {
  readonly apiUrl: string
  readonly applicationId: string
  /** A secret. */
  readonly botToken: string
}

const HOSTS = ['discord.com', 'discordapp.com']

export const DISCORD_API = 'https://discord.com/api/v10'

/** An id at Discord: a number of up to 64 bits. */
const ID = /^\d{15,20}$/

/** Whatever is wrong is added to the problems. That no secret is public is for `config.ts`. */
export function readDiscord(
  env: DiscordSettings,
  development: boolean,
  allowed: readonly string[],
  problems: string[],
): DiscordConfig {
  const given = (name: keyof DiscordSettings) => env[name]?.trim() ?? ''
  const publicKeys = listOf(given('DISCORD_PUBLIC_KEY').toLowerCase())
  if (!publicKeys.every((key) => /^[0-9a-f]{64}$/.test(key))) {
    problems.push('DISCORD_PUBLIC_KEY must be 64 characters of 0-9 and a-f: "Public Key" of the application.')
  }
  const applicationIds = listOf(given('DISCORD_APPLICATION_ID'))
  if (!applicationIds.every((id) => ID.test(id))) {
    problems.push('DISCORD_APPLICATION_ID must be an id: 15 to 20 digits.')
  }
  if (given('DISCORD_CHANNEL') !== '' && !ID.test(given('DISCORD_CHANNEL'))) {
    problems.push('DISCORD_CHANNEL must be an id: 15 to 20 digits.')
  }
  const guilds = listOf(given('DISCORD_GUILD_ID'))
  if (!guilds.every((guild) => ID.test(guild)))
    problems.push('DISCORD_GUILD_ID must be the id of a server: 15 to 20 digits.')
  const [token, channelId] = [given('DISCORD_BOT_TOKEN'), given('DISCORD_CHANNEL')]
  if (/\s/.test(token) || /^bot /i.test(token))
    problems.push('DISCORD_BOT_TOKEN must be the token alone, without "Bot ".')
  if (channelId !== '' && token === '') problems.push('DISCORD_CHANNEL is set and DISCORD_BOT_TOKEN is missing.')
  if (channelId !== '' && publicKeys.length === 0) {
    problems.push('DISCORD_CHANNEL is set and DISCORD_PUBLIC_KEY is missing: no button of a card could be answered.')
  }
  return {
    apiUrl: apiUrlOf(given('DISCORD_API_URL'), development, allowed, problems),
    publicKeys,
    applicationIds,
    guilds,
    bot: token === '' || channelId === '' ? null : { token, channelId },
  }
}

const OF_REGISTRAR: readonly string[] = ['DISCORD_APPLICATION_ID', 'DISCORD_BOT_TOKEN', 'DISCORD_API_URL']

/** Only what registering needs, of the same settings; null if something of it is missing or malformed. */
export function readRegistrar(
  env: DiscordSettings & { readonly ALLOW_API_HOSTS?: string },
  problems: string[],
): Registrar | null {
  const own: DiscordSettings = Object.fromEntries(Object.entries(env).filter(([name]) => OF_REGISTRAR.includes(name)))
  const before = problems.length
  // The token goes to that address: over https, or not off this machine.
  const { apiUrl } = readDiscord(own, true, (env.ALLOW_API_HOSTS ?? '').split(/[\s,]+/), problems)
  const [applicationId = ''] = listOf(own.DISCORD_APPLICATION_ID ?? '')
  const botToken = own.DISCORD_BOT_TOKEN?.trim() ?? ''
  if (applicationId === '') {
    problems.push('DISCORD_APPLICATION_ID is missing: "Application ID" on the page "General Information".')
  }
  if (botToken === '') problems.push('DISCORD_BOT_TOKEN is missing: "Reset Token" on the page "Bot" shows it, once.')
  return problems.length === before ? { apiUrl, applicationId, botToken } : null
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function apiUrlOf(text: string, development: boolean, allowed: readonly string[], problems: string[]): string {
  if (text === '') return DISCORD_API
  const read = readAddress(text, { development })
  const why = read.ok ? hostProblem(read.address, HOSTS, allowed) : read.why
  if (why !== null) problems.push(`DISCORD_API_URL ${why}.`)
  return read.ok && why === null ? read.address : DISCORD_API
}
