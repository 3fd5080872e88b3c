/**
 * Incoming webhooks of chats: addresses that take a message and nothing else, so nobody can press anything. Whoever knows
 * one can write there, so each is a secret as a whole.
 */

import { readAddress } from '../core/base/address.ts'

/** As they are written down; each may be left out. */
export interface NotifySettings {
  /** `https://hooks.slack.com/services/…`. */
  readonly SLACK_WEBHOOK_URL?: string
  /** `https://discord.com/api/webhooks/…`. */
  readonly DISCORD_WEBHOOK_URL?: string
  /** Of a workflow "When a Teams webhook request is received", at `…logic.azure.com` or `…powerplatform.com`. */
  readonly TEAMS_WEBHOOK_URL?: string
}

export interface Notify {
  readonly kind: 'slack' | 'discord' | 'teams'
  readonly url: string
}

/**
 * Where webhooks are: at these hosts and below them. Workflows of Teams are at `…logic.azure.com`, `…api.powerplatform.com`
 * and the like of national clouds, which nobody lists; only the former connectors are known to take nothing any more.
 */
const HOSTS = {
  slack: ['hooks.slack.com', 'hooks.slack-gov.com'],
  discord: ['discord.com', 'discordapp.com'],
} as const
const SWITCHED_OFF = ['webhook.office.com', 'outlook.office.com', 'outlook.office365.com']

const NAMES = {
  slack: 'SLACK_WEBHOOK_URL',
  discord: 'DISCORD_WEBHOOK_URL',
  teams: 'TEAMS_WEBHOOK_URL',
} as const satisfies { readonly [kind in Notify['kind']]: keyof NotifySettings }

export function readNotify(env: NotifySettings, development: boolean, problems: string[]): readonly Notify[] {
  return (['slack', 'discord', 'teams'] as const).flatMap((kind) => {
    const name = NAMES[kind]
    const text = env[name]?.trim() ?? ''
    if (text === '') return []
    const read = readAddress(text, { development })
    const why = read.ok ? hostProblem(kind, read.address, development) : read.why
    if (why !== null) problems.push(`${name} ${why}.`)
    return read.ok && why === null ? [{ kind, url: read.address }] : []
  })
}

function hostProblem(kind: Notify['kind'], address: string, development: boolean): string | null {
  const { protocol, hostname } = new URL(address)
  if (development && protocol === 'http:') return null
  const isAt = (hosts: readonly string[]) => hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`))
  if (kind !== 'teams') return isAt(HOSTS[kind]) ? null : `must be at ${HOSTS[kind].join(' or ')}`
  if (isAt(SWITCHED_OFF)) return 'is of an Office 365 connector, and those are switched off. Make a workflow in Teams'
  return isAt([...HOSTS.slack, ...HOSTS.discord]) ? 'must be of a workflow in Teams, not of another chat' : null
}
