/** A person in Discord: what they type and press becomes a signed request to the Worker, and its answer what they see. */

import * as noble from '@noble/ed25519'
import { expect } from 'vitest'
import { readable } from './discord-reader.ts'
import { ask } from './door.ts'
import type { DiscordMessage } from './node/discord.ts'
import { BOT_TOKEN, CHANNEL, type Standins } from './standins.ts'
import type { World } from './world.ts'

/** RFC 8032, section 7.1, test 3: the key of development. */
export const SEED = 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7'
export const PUBLIC_KEY = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025'

/** The settings of a Worker whose Discord is these stand-ins. */
export function discordEnv(standins: Standins): { readonly [name: string]: string } {
  return {
    DISCORD_PUBLIC_KEY: PUBLIC_KEY,
    DISCORD_BOT_TOKEN: BOT_TOKEN,
    DISCORD_CHANNEL: CHANNEL,
    DISCORD_GUILD_ID: '41771983423143937',
    DISCORD_API_URL: standins.discordApi,
    PUBLIC_URL: 'https://sweep.example',
  }
}

export interface Interaction {
  readonly id: string
  readonly token: string
  readonly application_id: string
}

/** What an interaction came to, as Discord's user sees it. */
export interface Seen {
  /** The answer as it reads; "" where a message was changed instead, or nothing is there yet. */
  readonly says: string
  /** Whether only the person sees it. */
  readonly privately: boolean
  readonly message: DiscordMessage | null
  readonly interaction: Interaction
  readonly tookMs: number
}

export interface Person {
  /** `/sweep plan`; options of the subcommand by name. */
  types(subcommand: string, options?: { readonly [name: string]: string }): Promise<Seen>
  /** A button by its label, or an option of a menu by the menu's label, on that message; throws when it is not there. */
  presses(message: DiscordMessage, label: string, option?: string): Promise<Seen>
  /** Any interaction, signed. */
  sends(interaction: object): Promise<Response>
}

type Asking = Pick<World, 'name' | 'sandbox'>

export function person(
  world: Asking,
  standins: Standins,
  user: string,
  dm = false,
  env = discordEnv(standins),
): Person {
  async function interact(type: number, data: object, pressed: string | null): Promise<Seen> {
    const interaction = (await standins.control('discord/interaction', {
      user,
      dm,
      type,
      data,
      pressed,
    })) as Interaction
    const began = performance.now()
    const response = await send(world, interaction, env)
    const tookMs = performance.now() - began
    const answer = response.headers.get('content-type')?.includes('json') ? await response.json() : null
    const { message = null } = (await standins.control('discord/answer', {
      token: interaction.token,
      status: response.status,
      answer,
      tookMs,
    })) as { message?: DiscordMessage }
    const isNew = (answer as { type: number }).type === 4
    return {
      says: isNew && message !== null ? readable(message) : '',
      privately: message?.only === user,
      message,
      interaction,
      tookMs,
    }
  }

  return {
    types: (subcommand, options = {}) => {
      const given = Object.entries(options).map(([name, value]) => ({ name, type: 3, value }))
      const data = { id: '1', name: 'sweep', type: 1, options: [{ name: subcommand, type: 1, options: given }] }
      return interact(2, data, null)
    },
    presses: (message, label, option) => {
      const part = partOf(message, label)
      const value = part.options?.find((one) => one.label.includes(option ?? ''))?.value
      const data = {
        custom_id: part.custom_id,
        component_type: part.type,
        ...(value === undefined ? {} : { values: [value] }),
      }
      return interact(3, data, message.id)
    },
    sends: (interaction) => send(world, interaction, env),
  }
}

interface Part {
  readonly type: number
  readonly custom_id?: string
  readonly label?: string
  readonly placeholder?: string
  readonly options?: readonly { readonly label: string; readonly value: string }[]
}

/** What can be pressed on a message, by label; links are not pressed. */
export function buttonsOf(message: DiscordMessage): readonly string[] {
  return partsOf(message).map(({ label, placeholder }) => label ?? placeholder ?? '')
}

function partsOf({ components }: DiscordMessage): readonly Part[] {
  const parts = components.flatMap((row: { components: Part[] }) => row.components)
  return parts.filter((part) => part.custom_id !== undefined)
}

function partOf(message: DiscordMessage, label: string): Part {
  const part = partsOf(message).find((one) => (one.label ?? one.placeholder ?? '').startsWith(label))
  if (part === undefined)
    throw new Error(`There is nothing like "${label}" to press: ${buttonsOf(message).join(', ')}.`)
  return part
}

/** Signs as Discord does, with a library that is not ours. */
export async function signedBy(seed: string, timestamp: string, body: Uint8Array): Promise<string> {
  const message = new Uint8Array(await new Blob([timestamp, body as Uint8Array<ArrayBuffer>]).arrayBuffer())
  return (await noble.signAsync(message, Uint8Array.fromHex(seed))).toHex()
}

async function send(world: Asking, interaction: object, env: { readonly [name: string]: string }): Promise<Response> {
  const body = new TextEncoder().encode(JSON.stringify(interaction))
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const headers = {
    'content-type': 'application/json',
    'x-signature-ed25519': await signedBy(SEED, timestamp, body),
    'x-signature-timestamp': timestamp,
  }
  return ask(world, '/discord/interactions', { method: 'POST', body, bearer: null, headers, env })
}

/** Waits for something that comes by an alarm. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>, what: string): Promise<T> {
  for (let waited = 0; waited < 400; waited++) {
    const found = await look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return expect.fail(`It did not happen in 10 s: ${what}.`)
}
