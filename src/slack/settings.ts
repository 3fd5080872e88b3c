/** Slack's settings, as they are set and as they are used. Every value is on the app's own pages at api.slack.com/apps. */

import { hostProblem, readAddress } from '../core/base/address.ts'

/** As they are written down; left out, the doors stay closed and no card is posted. */
export interface SlackSettings {
  /**
   * "Signing Secret" on the page "Basic Information". Opens `POST /slack/…`. Several, separated by commas, while it is being
   * changed: the new one first.
   */
  readonly SLACK_SIGNING_SECRET?: string
  /** "Bot User OAuth Token" on the page "OAuth & Permissions": `xoxb-…`. A secret. */
  readonly SLACK_BOT_TOKEN?: string
  /** Id of the channel for cards, such as `C0123456789`: at the end of the channel's details. */
  readonly SLACK_CHANNEL?: string
  /**
   * Whose requests are answered: the id of the workspace (`T…`), or of the Enterprise Grid organization (`E…`). Several,
   * separated by commas. Left out, only people whom the policy names by their Slack id are answered.
   */
  readonly SLACK_TEAM_ID?: string
  /** Another address than Slack's own, for a stand-in on this machine. */
  readonly SLACK_API_URL?: string
}

export interface SlackConfig {
  readonly apiUrl: string
  /** Empty = the doors are closed. */
  readonly signingSecrets: readonly string[]
  /** Ids of the workspaces and organizations whose requests are answered; empty = those of people named in the policy. */
  readonly teams: readonly string[]
  /** Null = no cards in Slack. */
  readonly bot: { readonly token: string; readonly channelId: string } | null
}

const HOSTS = ['slack.com', 'slack-gov.com']

export const SLACK_API = 'https://slack.com/api'

/** Of a channel, a private one, or a conversation with one person. */
const CHANNEL_ID = /^[CGD][A-Z0-9]{7,20}$/

/** Of a workspace, or of an Enterprise Grid organization. */
const TEAM_ID = /^[TE][A-Z0-9]{6,20}$/

/** Whatever is wrong is added to the problems. That no secret is public is for `config.ts`. */
export function readSlack(
  env: SlackSettings,
  development: boolean,
  allowed: readonly string[],
  problems: string[],
): SlackConfig {
  const given = (name: keyof SlackSettings) => env[name]?.trim() ?? ''
  const signingSecrets = secretsOf(given('SLACK_SIGNING_SECRET'), problems)
  const [token, channelId] = [given('SLACK_BOT_TOKEN'), given('SLACK_CHANNEL')]
  if (token !== '' && !/^xoxb-[\w-]+$/.test(token)) {
    problems.push('SLACK_BOT_TOKEN must be the "Bot User OAuth Token": it begins with "xoxb-".')
  }
  if (channelId !== '' && !CHANNEL_ID.test(channelId)) {
    problems.push('SLACK_CHANNEL must be the id of a channel, such as C0123456789, not its name.')
  }
  if (channelId !== '' && token === '') problems.push('SLACK_CHANNEL is set and SLACK_BOT_TOKEN is missing.')
  if (channelId !== '' && given('SLACK_SIGNING_SECRET') === '') {
    problems.push('SLACK_CHANNEL is set and SLACK_SIGNING_SECRET is missing: no button of a card could be answered.')
  }
  const teams = given('SLACK_TEAM_ID')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (!teams.every((team) => TEAM_ID.test(team))) {
    problems.push('SLACK_TEAM_ID must be the id of the workspace, such as T0123456789, or of the organization, E….')
  }
  return {
    teams,
    apiUrl: apiUrlOf(given('SLACK_API_URL'), development, allowed, problems),
    signingSecrets,
    bot: token === '' || channelId === '' ? null : { token, channelId },
  }
}

function secretsOf(text: string, problems: string[]): readonly string[] {
  if (text === '') return []
  const secrets = text.split(',').map((part) => part.trim())
  if (secrets.every((secret) => /^\w{16,}$/.test(secret))) return secrets
  problems.push('SLACK_SIGNING_SECRET must be the "Signing Secret" of the app: at least 16 letters and digits.')
  return []
}

function apiUrlOf(text: string, development: boolean, allowed: readonly string[], problems: string[]): string {
  if (text === '') return SLACK_API
  const read = readAddress(text, { development })
  const why = read.ok ? hostProblem(read.address, HOSTS, allowed) : read.why
  if (why !== null) problems.push(`SLACK_API_URL ${why}.`)
  return read.ok && why === null ? read.address : SLACK_API
}
