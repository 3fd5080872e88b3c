/** Turns the environment into a typed configuration, once, and names every missing or malformed setting in one message. */

import { hostProblem, isLoopback, readAddress } from './core/base/address.ts'
import { withoutEnd } from './core/base/without-end.ts'
import { type DiscordConfig, type DiscordSettings, readDiscord } from './discord/settings.ts'
import { type Endpoint, type EndpointSettings, readEndpoints } from './hooks/endpoints.ts'
import { type RateSettings, type Rates, readRates } from './hooks/rates.ts'
import { type HookSecrets, type HookSettings, readHookSecrets } from './hooks/secrets.ts'
import { type Notify, type NotifySettings, readNotify } from './notify/settings.ts'
import { readSlack, type SlackConfig, type SlackSettings } from './slack/settings.ts'

/** Settings as they are written down. Anything may be missing or malformed; only `readConfig` looks at them. */
export interface Settings
  extends HookSettings,
    EndpointSettings,
    SlackSettings,
    DiscordSettings,
    NotifySettings,
    RateSettings {
  readonly QC_USER_ID?: string
  readonly QC_API_TOKEN?: string
  readonly QC_ORGANIZATION_ID?: string
  readonly ADMIN_TOKEN?: string
  readonly READ_TOKEN?: string
  readonly PUBLIC_URL?: string
  readonly QC_API_URL?: string
  /** Other hosts that API addresses may be at, besides those of QuantConnect, Slack and Discord and this machine. */
  readonly ALLOW_API_HOSTS?: string
  readonly CALLS_PER_SLICE?: string
  readonly READING_CALLS?: string
  readonly PACE_MS?: string
  readonly TIMEOUT_MS?: string
  readonly LIST_TIMEOUT_MS?: string
  readonly TICK_MINUTES?: string
  readonly RECORD_DAYS?: string
  readonly BACKUP_DAYS?: string
  readonly KV_WRITES_A_DAY?: string
}

export interface Config {
  /** Whether the API is a sandbox on this machine; only then do development secrets work and pages need no password. */
  readonly development: boolean
  readonly quantconnect: {
    readonly url: string
    readonly userId: string
    readonly token: string
    /** Shortest time between two requests, in milliseconds. */
    readonly paceMs: number
    /** Longest wait for the answer to a change, and for a list, in milliseconds. */
    readonly timeoutMs: number
    readonly listTimeoutMs: number
  }
  /** The organisation whose projects may be touched: 32 lower-case hex characters. */
  readonly organizationId: string
  /** One, or two while one takes over from the other. */
  readonly adminTokens: readonly string[]
  /** What the doors for machines check requests with. */
  readonly hooks: HookSecrets
  /** Where the Worker's own pages are, without a slash at the end; null = messages have no links. */
  readonly publicUrl: string | null
  readonly slack: SlackConfig
  readonly discord: DiscordConfig
  /** Incoming webhooks of chats. */
  readonly notify: readonly Notify[]
  /** Where events are sent. */
  readonly webhooks: readonly Endpoint[]
  /** Tokens that may only look. */
  readonly readTokens: readonly string[]
  readonly rates: Rates
  /** API calls one alarm may make, retries included. */
  readonly callsPerSlice: number
  /** API calls one run may make to read when projects were last worked on. */
  readonly readingCalls: number
  /** How often the cron fires; `/health` allows twice as long. */
  readonly tickMinutes: number
  readonly recordDays: number
  readonly backupDays: number
  /** Values KV takes a day; acting stops 100 short of it. */
  readonly kvWritesADay: number
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Where QuantConnect's cloud answers. */
export const PUBLIC_API = 'https://www.quantconnect.com/api/v2'

/**
 * The secrets of development, fixed so that scripts can be written against them. Everybody knows them, so a Worker that is
 * not beside a sandbox of its own machine refuses any setting that holds one. A new one is added here and nowhere else.
 */
export const DEVELOPMENT_SECRETS: readonly string[] = [
  'dev-admin-token',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', // Standard Webhooks
  'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', // the same, for what is sent
  'dev-github-secret',
  'dev-quantconnect-secret', // Notify.Web
  '8f742231b10e8888abcd99yyyzzz85a5', // Slack signing
  'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025', // Discord public key, its private half is published
]

/** Settings that may be shown. Any other is taken for a secret, those that are still to be invented included. */
const PUBLIC_SETTINGS = [
  'QC_USER_ID',
  'QC_ORGANIZATION_ID',
  'QC_API_URL',
  'ALLOW_API_HOSTS',
  'PUBLIC_URL',
  'SLACK_CHANNEL',
  'SLACK_TEAM_ID',
  'DISCORD_APPLICATION_ID',
  'DISCORD_CHANNEL',
  'DISCORD_GUILD_ID',
  'CALLS_PER_SLICE',
  'READING_CALLS',
  'PACE_MS',
  'TIMEOUT_MS',
  'LIST_TIMEOUT_MS',
  'TICK_MINUTES',
  'RECORD_DAYS',
  'BACKUP_DAYS',
  'KV_WRITES_A_DAY',
  'READS_PER_MINUTE',
  'WRITES_PER_MINUTE',
  'REPORTS_PER_HOUR',
  'NOTIFY_WEB_PER_MINUTE',
  'HOOKS_PER_MINUTE',
  'WRONG_CREDENTIALS',
] as const satisfies readonly (keyof Settings)[]

/** Every other setting. A test plants one in each (G20), so that tsc misses whatever is invented and not tested. */
export type SecretSetting = Exclude<keyof Settings, (typeof PUBLIC_SETTINGS)[number]>

/** Anything shorter can be guessed. `openssl rand -hex 32` gives 64 characters. */
const SHORTEST_TOKEN = 16

const QUANTCONNECT_HOSTS = ['www.quantconnect.com', 'quantconnect.com']

/** Settings do not change while an environment lives. */
const known = new WeakMap<object, ConfigResult>()

export function readConfig(env: Settings): ConfigResult {
  const before = known.get(env)
  if (before !== undefined) return before
  const result = readAnew(env)
  known.set(env, result)
  return result
}

function readAnew(env: Settings): ConfigResult {
  const problems: string[] = []

  const url = withoutEnd(env.QC_API_URL || PUBLIC_API, '/')
  const local = isLoopback(url)
  if (!local && !url.startsWith('https://')) {
    problems.push('QC_API_URL must be an https address (http is for a sandbox on this machine only).')
  }
  const allowed = partsOf(env.ALLOW_API_HOSTS ?? '')
  const elsewhere = hostProblem(url, QUANTCONNECT_HOSTS, allowed)
  if (elsewhere !== null) problems.push(`QC_API_URL ${elsewhere}.`)
  const userId = required(env.QC_USER_ID, 'QC_USER_ID', 'your user id, from the QuantConnect account page', problems)
  if (userId !== '' && !/^\d+$/.test(userId)) problems.push('QC_USER_ID must be digits only.')
  const token = required(
    env.QC_API_TOKEN,
    'QC_API_TOKEN',
    'your API token, from the QuantConnect account page',
    problems,
  )
  const organizationId = required(
    env.QC_ORGANIZATION_ID,
    'QC_ORGANIZATION_ID',
    'the last part of the address of your organisation page',
    problems,
  ).toLowerCase()
  if (organizationId !== '' && !/^[0-9a-f]{32}$/.test(organizationId)) {
    problems.push('QC_ORGANIZATION_ID must be 32 characters of 0-9 and a-f.')
  }
  required(env.ADMIN_TOKEN, 'ADMIN_TOKEN', 'a long random text that callers of /api send', problems)
  const adminTokens = tokensOf(env.ADMIN_TOKEN, 'ADMIN_TOKEN', local, problems)
  if (adminTokens.length > MOST_ADMIN_TOKENS) {
    problems.push(
      `ADMIN_TOKEN has more than ${MOST_ADMIN_TOKENS} tokens: the new one and the old one, while you change it.`,
    )
  }
  // Of readers there may be many, with blanks between them as well.
  const readTokens = tokensOf(env.READ_TOKEN?.trim().replaceAll(/\s+/g, ','), 'READ_TOKEN', local, problems)
  problems.push(...sharedValues(env))
  if (!local) problems.push(...developmentSecretsIn(env))

  const hooks = readHookSecrets(env, problems)
  const config: Config = {
    development: local,
    quantconnect: {
      url,
      userId,
      token,
      paceMs: whole(env.PACE_MS, 'PACE_MS', 0, 0, 60_000, problems),
      timeoutMs: whole(env.TIMEOUT_MS, 'TIMEOUT_MS', 15_000, 1_000, 300_000, problems),
      listTimeoutMs: whole(env.LIST_TIMEOUT_MS, 'LIST_TIMEOUT_MS', 60_000, 1_000, 300_000, problems),
    },
    organizationId,
    adminTokens,
    hooks,
    webhooks: readEndpoints(env, hooks.standardWebhooks, local, problems),
    publicUrl: publicUrlOf(env.PUBLIC_URL?.trim() ?? '', local, problems),
    slack: readSlack(env, local, allowed, problems),
    discord: readDiscord(env, local, allowed, problems),
    notify: readNotify(env, local, problems),
    readTokens,
    rates: readRates(env, problems),
    callsPerSlice: whole(env.CALLS_PER_SLICE, 'CALLS_PER_SLICE', 40, 10, 900, problems),
    readingCalls: whole(env.READING_CALLS, 'READING_CALLS', 200, 2, 10_000, problems),
    tickMinutes: whole(env.TICK_MINUTES, 'TICK_MINUTES', 60, 1, 10_080, problems),
    recordDays: whole(env.RECORD_DAYS, 'RECORD_DAYS', 400, 1, 3_650, problems),
    backupDays: whole(env.BACKUP_DAYS, 'BACKUP_DAYS', 180, 31, 3_650, problems),
    kvWritesADay: whole(env.KV_WRITES_A_DAY, 'KV_WRITES_A_DAY', 1_000, 101, 100_000_000, problems),
  }
  return problems.length === 0 ? { ok: true, config } : { ok: false, problems }
}

/** The problems as one message for a person: what is wrong and where to set it. */
export function configText(problems: readonly string[]): string {
  return `The settings are not complete: ${problems.join(' ')} Set secrets with "wrangler secret put NAME", or in .dev.vars while developing.`
}

/**
 * Every value that must never be shown: of each secret setting the whole and the parts of a list; of an address what is
 * secret in it. Takes the environment; bindings that are no text are passed over.
 */
export function secretsOf(env: object): readonly string[] {
  return secretSettings(env).flatMap(([, value]) => {
    const parts = partsOf(value)
    const secrets = parts.flatMap((part) => urlSecrets(part) ?? [part])
    return parts.length > 1 && !parts.some(isUrl) ? [value, ...secrets] : secrets
  })
}

function secretSettings(env: object): readonly (readonly [name: string, value: string])[] {
  const shown: readonly string[] = PUBLIC_SETTINGS
  return Object.entries(env).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && !shown.includes(entry[0]),
  )
}

function developmentSecretsIn(env: object): readonly string[] {
  return secretSettings(env)
    .filter(([, value]) => partsOf(value).some(isDevelopmentSecret))
    .map(([name]) => `${name} is a public development secret of .dev.vars.example. Choose one of your own.`)
}

const MOST_ADMIN_TOKENS = 2

/** The tokens of a setting, with commas between them; what is wrong with them is added to the problems. */
function tokensOf(text: string | undefined, name: string, development: boolean, problems: string[]): readonly string[] {
  const tokens = (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  for (const token of tokens) {
    if (development && isDevelopmentSecret(token)) continue
    if (/\s/.test(token)) problems.push(`${name} has a blank in it. Put commas between several; make one with: ${MAKE}`)
    else if (token.length < SHORTEST_TOKEN) {
      problems.push(`${name} has fewer than ${SHORTEST_TOKEN} characters. Make one with: ${MAKE}`)
    }
  }
  return tokens
}

const MAKE = 'openssl rand -hex 32'

/** Settings that let somebody in, or prove who we are: a value known to one side must open nothing to another. */
const CREDENTIALS: readonly string[] = [
  'ADMIN_TOKEN',
  'READ_TOKEN',
  'QC_API_TOKEN',
  'STANDARD_WEBHOOKS_SECRET',
  'GITHUB_SECRET',
  'QUANTCONNECT_SECRET',
  'WEBHOOK_SIGNING_SECRETS',
  'SLACK_SIGNING_SECRET',
  'SLACK_BOT_TOKEN',
  'DISCORD_BOT_TOKEN',
] as const satisfies readonly SecretSetting[]

/** Credentials that stand in another setting as well. Numbers and words that are short are no secrets. */
function sharedValues(env: object): readonly string[] {
  const all = Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const problems = new Set<string>()
  for (const name of CREDENTIALS) {
    const own = all.find(([setting]) => setting === name)
    const values = own === undefined ? [] : wholesOf(own[1])
    for (const [other, value] of all) {
      if (other === name || (CREDENTIALS.indexOf(other) >= 0 && CREDENTIALS.indexOf(other) < CREDENTIALS.indexOf(name)))
        continue
      const same = wholesOf(value).some((one) => values.includes(one))
      if (same) problems.add(`${name} and ${other} have the same value. Choose another for one of them: ${MAKE}`)
    }
  }
  return [...problems]
}

/** The values of a setting: all of it, and each of a list. A secret may have blanks in it, but for those of webhooks. */
function wholesOf(value: string): readonly string[] {
  const parts = value.includes('whsec_') ? partsOf(value) : value.split(',').map((part) => part.trim())
  return [value.trim(), ...parts].filter((one) => one.length >= 8 && !isDevelopmentSecret(one))
}

/** Hex may be written in capitals. */
function isDevelopmentSecret(part: string): boolean {
  return DEVELOPMENT_SECRETS.some((known) => known.toLowerCase() === part.toLowerCase())
}

/** A setting may hold several secrets, so that they can be changed without a gap. */
function partsOf(value: string): readonly string[] {
  return value.split(/[\s,|]+/).filter((part) => part !== '')
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text)
}

/** Credentials, values of the query, and what looks like a key among the parts of the path; null for no address. */
function urlSecrets(text: string): readonly string[] | null {
  const url = isUrl(text) ? URL.parse(text) : null
  if (url === null) return null
  const keys = url.pathname.split('/').filter((part) => part.length >= 8 && /[\dA-Z]/.test(part))
  return [...keys, url.username, url.password, ...url.searchParams.values()].filter((part) => part !== '')
}

function required(value: string | undefined, name: string, what: string, problems: string[]): string {
  const text = value?.trim() ?? ''
  if (text === '') problems.push(`${name} is missing (${what}).`)
  return text
}

function whole(
  value: string | undefined,
  name: string,
  byDefault: number,
  least: number,
  most: number,
  problems: string[],
) {
  if (value === undefined || value === '') return byDefault
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (number >= least && number <= most) return number
  problems.push(`${name} must be a whole number from ${least} to ${most}.`)
  return byDefault
}

function publicUrlOf(text: string, development: boolean, problems: string[]): string | null {
  if (text === '') return null
  const read = readAddress(text, { development, originOnly: true })
  if (!read.ok) problems.push(`PUBLIC_URL ${read.why}.`)
  return read.ok ? read.address : null
}
