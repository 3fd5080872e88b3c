/**
 * A secret in every secret setting, each known to the test, and the search for them: any twelve characters in a row of any
 * form that a secret takes are a leak. Nothing here comes from the program but the names of the settings.
 */

import type { SecretSetting } from '../../src/config.ts'

/** Of each setting the value; tsc wants one for every setting that is not shown to everybody. */
export type Planted = { readonly [name in SecretSetting]-?: string }

/** Characters that look otherwise in JSON, in pages, in addresses and in base64 stand in all that may hold them. */
export const QC_TOKEN = 'plantedQuant/4b1f+8e2d=9c"0a\'<7>'
export const ADMIN = 'plantedAdmin/7Zq+Xw3=Rt9-Lk2'
export const READERS = ['plantedReader/5Hk+22=one', 'plantedReader/9Lm+33=two'] as const
export const COMMANDS = [
  'whsec_cGxhbnRlZC1jb21tYW5kcy1vbmUtMDEyMzQ1Njc4OT4/',
  'whsec_cGxhbnRlZC1jb21tYW5kcy10d28tOTg3NjU0MzIxMD4/',
] as const
export const GITHUB = ['plantedGithub & "new" 100% é<1>', 'plantedGithub\\old/2b=7'] as const
export const ALGORITHMS = ['plantedAlgorithms/new+1&2', 'plantedAlgorithms/old+3&4'] as const
export const EVENTS = [
  'whsec_cGxhbnRlZC1ldmVudHMtb25lLW5ldy0wMTIzNDU2Nzg5',
  'whsec_cGxhbnRlZC1ldmVudHMtb25lLW9sZC05ODc2NTQzMjEw',
  'whsec_cGxhbnRlZC1ldmVudHMtdHdvLTAwMTEyMjMzNDQ1NTY2',
] as const
export const SLACK_SIGNING = ['plantedSlackSigningNew01', 'plantedSlackSigningOld02'] as const
export const SLACK_BOT = 'xoxb-4821-plantedSlackBot-Wq7'
export const DISCORD_BOT = 'plantedDiscord.Bt9.Token-Yu_3'
export const HOOKS = {
  slack: 'PlantedSlackHook4a7',
  discord: 'PlantedDiscordHook-9_b',
  teams: 'PlantedTeams+Hook/2=',
} as const

/** Where they lead to. */
export interface Places {
  /** Below it are the incoming webhooks. */
  readonly hooks: string
  readonly slackApi: string
  readonly discordApi: string
  readonly publicKey: string
  readonly receivers: readonly [string, string]
}

export function planted({ hooks, slackApi, discordApi, publicKey, receivers }: Places): Planted {
  return {
    QC_API_TOKEN: QC_TOKEN,
    ADMIN_TOKEN: ADMIN,
    READ_TOKEN: READERS.join(', '),
    STANDARD_WEBHOOKS_SECRET: COMMANDS.join(', '),
    GITHUB_SECRET: GITHUB.join(', '),
    QUANTCONNECT_SECRET: ALGORITHMS.join(', '),
    WEBHOOK_URLS: receivers.join(' '),
    WEBHOOK_SIGNING_SECRETS: `${EVENTS[0]}|${EVENTS[1]}, ${EVENTS[2]}`,
    SLACK_SIGNING_SECRET: SLACK_SIGNING.join(','),
    SLACK_BOT_TOKEN: SLACK_BOT,
    SLACK_API_URL: slackApi,
    SLACK_WEBHOOK_URL: `${hooks}/slack/services/T1/B1/${HOOKS.slack}`,
    DISCORD_PUBLIC_KEY: publicKey,
    DISCORD_BOT_TOKEN: DISCORD_BOT,
    DISCORD_API_URL: discordApi,
    DISCORD_WEBHOOK_URL: `${hooks}/discord/api/webhooks/1/${HOOKS.discord}`,
    TEAMS_WEBHOOK_URL: `${hooks}/teams/workflows/1?sig=${encodeURIComponent(HOOKS.teams)}`,
  }
}

/** A secret and the setting it is of; what turns up is told by its name. */
export interface Known {
  readonly name: string
  readonly value: string
}

/** Each secret of the settings by itself: parts of lists, and of addresses what only their owner knows. */
export function secretsIn(planted: Planted): readonly Known[] {
  return Object.entries(planted).flatMap(([name, setting]) =>
    wordsOf(name, setting).flatMap((word) =>
      (/^https?:/.test(word) ? addressSecrets(word) : [word.replace(/^whsec_/, '')]).map((value) => ({ name, value })),
    ),
  )
}

/** Secrets for GitHub and algorithms are any text, with commas between them. */
function wordsOf(name: string, setting: string): readonly string[] {
  const between = name === 'GITHUB_SECRET' || name === 'QUANTCONNECT_SECRET' ? /, / : /[\s,|]+/
  return setting.split(between)
}

function addressSecrets(address: string): readonly string[] {
  const { pathname, searchParams } = new URL(address)
  return [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= 12)
}

const LEAST = 12

export interface Searched {
  /** More secrets, which came up on the way: signatures, response addresses. */
  add(name: string, value: string): void
  /** Names of the secrets that a text holds in any form; what also belongs to one of these may stand there. */
  in(text: string, allowed?: readonly string[]): readonly string[]
}

export function searchFor(known: readonly Known[]): Searched {
  const pieces = new Map<string, Set<string>>()
  function add(name: string, value: string): void {
    for (const form of formsOf(value)) {
      for (let at = 0; at + LEAST <= form.length; at++) {
        const piece = form.slice(at, at + LEAST)
        pieces.set(piece, (pieces.get(piece) ?? new Set()).add(name))
      }
    }
  }
  for (const { name, value } of known) add(name, value)
  return {
    add,
    in: (text, allowed = []) => {
      const found = new Set<string>()
      const same = text.toLowerCase()
      for (let at = 0; at + LEAST <= same.length; at++) {
        const names = [...(pieces.get(same.slice(at, at + LEAST)) ?? [])]
        if (!names.some((name) => allowed.includes(name))) for (const name of names) found.add(name)
      }
      return [...found]
    },
  }
}

/** By encoders of the language alone. */
function formsOf(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret)
  const json = JSON.stringify(secret).slice(1, -1)
  const percent = encodeURIComponent(secret)
  const page = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  // As a password of HTTP Basic a name of any length stands before it.
  const base64 = ['', 'x', 'xx'].map((before) => {
    const whole = new Uint8Array([...new TextEncoder().encode(before), ...bytes]).toBase64()
    return whole.slice(before === '' ? 0 : before.length + 1, -4)
  })
  return [
    secret,
    json,
    json.replaceAll('/', '\\/'),
    percent,
    new URLSearchParams({ _: secret }).toString().slice(2),
    page,
    page.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toHex(),
    Array.from(bytes).join(','), // bytes as somebody printed them
  ].map((form) => form.toLowerCase())
}
