/**
 * What Slack's verified requests say: a slash command, a press, a question of its set-up. Everything that is not known is
 * ignored with a yes, as Slack wishes. `token` is deprecated and not looked at.
 */

import { isLoopback } from '../core/base/address.ts'
import { LONGEST_ID, LONGEST_REF } from '../core/base/bounds.ts'
import { parseJsonOnce } from '../core/base/json-keys.ts'

/** Where an answer may be sent for half an hour, by anybody who knows it: a secret. */
export type ResponseUrl = string

/** Where a request comes from: a workspace, and the organization around it where there is one. "" = Slack does not say. */
export interface Origin {
  readonly teamId: string
  readonly enterpriseId: string
}

export interface SlashCommand extends Origin {
  readonly kind: 'command'
  /** Such as `/sweep`. */
  readonly command: string
  /** What followed `/sweep`. */
  readonly text: string
  readonly userId: string
  readonly channelId: string
  /** One per command, so that a repeat has one effect. */
  readonly triggerId: string
  readonly responseUrl: ResponseUrl
}

export interface Pressed extends Origin {
  readonly kind: 'press'
  readonly userId: string
  readonly channelId: string
  /** The message the button is on; null for one that only its reader sees. */
  readonly message: { readonly channel: string; readonly ts: string } | null
  /** `sweep.approve`; of a menu too. */
  readonly actionId: string
  /** What the button carries, or what was chosen. */
  readonly value: string
  /** One per press. */
  readonly actionTs: string
  readonly responseUrl: ResponseUrl
}

export type SlackRequest =
  | SlashCommand
  | Pressed
  /** Slack looks whether the address of events is ours. */
  | { readonly kind: 'url verification'; readonly challenge: string }
  /** A kind of request that means nothing here. */
  | { readonly kind: 'ignored'; readonly what: string }

/** A check of the certificate is a few dozen bytes. */
const LONGEST_CHECK = 1_000

/**
 * Whether Slack only looks whether the certificate is good: a form with `ssl_check=1`. It comes without a signature, so
 * nothing may be done but to say yes (slackapi/bolt-js #1397).
 */
export function isSslCheck(body: Uint8Array): boolean {
  return body.length <= LONGEST_CHECK && formOf(body)?.get('ssl_check') === '1'
}

/** Null: not what Slack sends. */
export type Read = SlackRequest | null

const IDS = ['command', 'user_id', 'trigger_id', 'team_id', 'enterprise_id', 'channel_id']

/** `POST /slack/commands`: a form. `development`: beside a sandbox, where Slack is a stand-in on this machine. */
export function readSlashCommand(body: Uint8Array, development: boolean): Read {
  const form = formOf(body)
  if (form === null) return null
  const field = (name: string) => form.get(name) ?? ''
  const responseUrl = responseUrlOf(field('response_url'), development)
  if (field('user_id') === '' || field('trigger_id') === '' || responseUrl === null) return null
  // What is kept of it; a text that is too long gets an answer in words.
  if (!IDS.every((name) => field(name).length <= LONGEST_ID && form.getAll(name).length <= 1)) return null
  if (form.getAll('text').length > 1 || form.getAll('response_url').length > 1) return null
  return {
    kind: 'command',
    command: field('command'),
    teamId: field('team_id'),
    enterpriseId: field('enterprise_id'),
    text: unescaped(field('text')),
    userId: field('user_id'),
    channelId: field('channel_id'),
    triggerId: field('trigger_id'),
    responseUrl,
  }
}

/** `POST /slack/actions`: a form with one field, `payload`, which holds JSON. */
export function readPress(body: Uint8Array, development: boolean): Read {
  const form = formOf(body)
  if (form === null) return null
  const payload = form.getAll('payload').length > 1 ? undefined : parseJsonOnce(form.get('payload') ?? '')
  if (!isObject(payload) || typeof payload.type !== 'string') return null
  if (payload.type !== 'block_actions') return { kind: 'ignored', what: payload.type }
  const { user, channel, container, actions, team, enterprise } = payload
  const [action] = Array.isArray(actions) ? (actions as unknown[]) : []
  if (!isObject(user) || typeof user.id !== 'string' || !isObject(action)) return null
  const { action_id: actionId, action_ts: actionTs } = action
  if (typeof actionId !== 'string' || typeof actionTs !== 'string') return null
  const value = carriedBy(action)
  const responseUrl = responseUrlOf(payload.response_url, development)
  // A button that only leads somewhere tells of its press as well, and carries nothing.
  if (value === null || responseUrl === null) return { kind: 'ignored', what: 'a press without a value' }
  if (value.length > LONGEST_REF || [user.id, actionId, actionTs].some((id) => id.length > LONGEST_ID)) return null
  const channelId = isObject(channel) && typeof channel.id === 'string' ? channel.id : ''
  const message = messageOf(container, channelId)
  const from = {
    teamId: idIn(team) || textOr(user.team_id),
    enterpriseId: idIn(enterprise) || idIn(team, 'enterprise_id'),
  }
  return { kind: 'press', ...from, userId: user.id, channelId, message, actionId, value, actionTs, responseUrl }
}

/** `POST /slack/events`: JSON. */
export function readEvent(body: Uint8Array): Read {
  const event = parseJsonOnce(textOf(body) ?? '')
  if (!isObject(event) || typeof event.type !== 'string') return null
  if (event.type !== 'url_verification') return { kind: 'ignored', what: event.type }
  const { challenge } = event
  if (typeof challenge !== 'string' || challenge.length > LONGEST_ID) return null
  return { kind: 'url verification', challenge }
}

/** In an organization-wide installation `team` is null, and only `enterprise` says where a press comes from. */
function idIn(place: unknown, key = 'id'): string {
  return isObject(place) ? textOr(place[key]) : ''
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function carriedBy({ type, value, selected_option: option }: { readonly [key: string]: unknown }): string | null {
  if (type === 'button' && typeof value === 'string') return value
  if (type === 'static_select' && isObject(option) && typeof option.value === 'string') return option.value
  return null
}

function messageOf(container: unknown, channelId: string): Pressed['message'] {
  if (!isObject(container) || container.is_ephemeral === true) return null
  const { message_ts: ts, channel_id: channel = channelId } = container
  return typeof ts === 'string' && typeof channel === 'string' && channel !== '' ? { channel, ts } : null
}

/** Only Slack's own addresses are written to (and a stand-in's on this machine): whatever else is there is not from Slack. */
function responseUrlOf(text: unknown, development: boolean): ResponseUrl | null {
  const url = typeof text === 'string' ? URL.parse(text) : null
  if (url === null || url.href.length > LONGEST_REF) return null
  if (development && isLoopback(url.href)) return url.href
  return url.protocol === 'https:' && /^hooks\.slack(-gov)?\.com$/.test(url.host) ? url.href : null
}

/** Slack escapes these three in what people type, and only these. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function formOf(body: Uint8Array): URLSearchParams | null {
  const text = textOf(body)
  return text === null ? null : new URLSearchParams(text)
}

function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return null // not UTF-8
  }
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
