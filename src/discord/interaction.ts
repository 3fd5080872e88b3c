/** What Discord's verified requests say: a ping, a subcommand of `/sweep`, a press, a choice, or something else. */

import { LONGEST_NAME } from '../core/base/bounds.ts'
import { parseJsonOnce } from '../core/base/json-keys.ts'
import { refOf } from './channel.ts'
import { lineOf } from './commands.ts'
import { NO, type Pressed, readCustomId } from './custom-id.ts'
import { INTERACTION } from './numbers.ts'

/** Who did it, and the way to answer later. */
export interface Caller {
  readonly userId: string
  /** Of the interaction: one per command or press. */
  readonly id: string
  readonly applicationId: string
  /** The server it comes from; null = a direct message. */
  readonly guildId: string | null
  /** Works for a quarter of an hour for whoever has it: a secret. */
  readonly token: string
}

export type Interaction =
  | { readonly kind: 'ping' }
  /** `line`: what would be typed behind `/sweep` in a chat that has only text. */
  | { readonly kind: 'command'; readonly line: string; readonly by: Caller }
  | {
      readonly kind: 'press'
      readonly pressed: Pressed
      /** Whether the message is shown to the presser alone: a question that was asked back. */
      readonly privately: boolean
      /** The message it is on, as the channel names it; null for one that is shown to the presser alone. */
      readonly on: string | null
      readonly by: Caller
    }
  /** "No" to a question that was asked back. */
  | { readonly kind: 'declined'; readonly by: Caller }
  /** Somebody is typing the name of a project; so much is there. */
  | { readonly kind: 'autocomplete'; readonly typed: string; readonly by: Caller }
  /** Nothing that this program knows, said politely. */
  | { readonly kind: 'unknown'; readonly by: Caller }

/** Null: not what Discord sends. */
export function readInteraction(body: Uint8Array): Interaction | null {
  const given = jsonOf(body)
  if (!isObject(given) || typeof given.type !== 'number') return null
  if (given.type === INTERACTION.ping) return { kind: 'ping' }
  const by = callerOf(given)
  if (by === null) return null
  const data = isObject(given.data) ? given.data : {}
  if (given.type === INTERACTION.autocomplete) return { kind: 'autocomplete', typed: typedSoFar(data), by }
  if (given.type === INTERACTION.command) return readCommand(data, by)
  if (given.type === INTERACTION.component) return readPress(data, given.message, by)
  return { kind: 'unknown', by }
}

function readCommand(data: Fields, by: Caller): Interaction {
  const [subcommand] = listOf(data.options)
  if (data.name !== 'sweep' || typeof subcommand?.name !== 'string') return { kind: 'unknown', by }
  const options = listOf(subcommand.options).flatMap(({ name, value }): [string, string][] =>
    typeof name === 'string' && isValue(value) ? [[name, String(value)]] : [],
  )
  const line = lineOf(subcommand.name, new Map(options))
  return line === null ? { kind: 'unknown', by } : { kind: 'command', line, by }
}

function typedSoFar(data: Fields): string {
  const [subcommand] = listOf(data.options)
  const focused = listOf(subcommand?.options).find((option) => option.focused === true)
  return typeof focused?.value === 'string' ? focused.value.slice(0, LONGEST_NAME) : ''
}

/** Flag of a message that one person sees. */
const SHOWN_TO_ONE = 64

function readPress({ custom_id: id, values }: Fields, message: unknown, by: Caller): Interaction {
  if (id === NO) return { kind: 'declined', by }
  const chosen = Array.isArray(values) ? values.filter((value) => typeof value === 'string') : []
  const pressed = typeof id === 'string' ? readCustomId(id, chosen) : null
  if (pressed === null) return { kind: 'unknown', by }
  const { id: messageId, channel_id: channelId, flags = 0 } = isObject(message) ? message : {}
  const privately = typeof flags === 'number' && (flags & SHOWN_TO_ONE) !== 0
  const isNamed = !privately && isId(messageId) && isId(channelId)
  return { kind: 'press', pressed, privately, on: isNamed ? refOf(channelId, messageId) : null, by }
}

/** In a server the person is a member of it, in a direct message a user: exactly one of the two is there. */
function callerOf({ id, application_id: applicationId, guild_id: guild, token, member, user }: Fields): Caller | null {
  const person = isObject(member) ? member.user : user
  if (!isObject(person) || !isId(person.id) || !isId(id) || !isId(applicationId)) return null
  // It becomes part of an address.
  if (typeof token !== 'string' || !/^[\w.~=+-]{1,1000}$/.test(token)) return null
  return { userId: person.id, id, applicationId, guildId: isId(guild) ? guild : null, token }
}

type Fields = { readonly [key: string]: unknown }

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function isValue(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value)
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return parseJsonOnce(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch {
    return undefined // not UTF-8
  }
}
