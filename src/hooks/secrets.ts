/**
 * The secrets of the doors for machines, as they are set and as they are used. Each setting may hold several, separated by
 * commas: the new one first, the old ones for as long as somebody still signs with them.
 */

import { type Bytes, fromBase64, utf8 } from './hmac.ts'

/** As they are written down; a door whose setting is left out stays closed. */
export interface HookSettings {
  /** For `POST /hooks`: `whsec_` and the base64 of 24 to 64 random bytes. */
  readonly STANDARD_WEBHOOKS_SECRET?: string
  /** For `POST /hooks/github`: the secret of the webhook, at least 16 characters. */
  readonly GITHUB_SECRET?: string
  /** For `POST /hooks/quantconnect`: what the bearers of projects are made of, at least 16 characters. */
  readonly QUANTCONNECT_SECRET?: string
}

/** Keys of each door; empty = the door is closed. */
export interface HookSecrets {
  readonly standardWebhooks: readonly Bytes[]
  readonly github: readonly Bytes[]
  readonly quantconnect: readonly Bytes[]
}

/** What must be set to open each door. */
export const SETTING_OF = {
  standardWebhooks: 'STANDARD_WEBHOOKS_SECRET',
  github: 'GITHUB_SECRET',
  quantconnect: 'QUANTCONNECT_SECRET',
} as const satisfies { readonly [door in keyof HookSecrets]: keyof HookSettings }

export type KeyRead = { readonly ok: true; readonly key: Bytes } | { readonly ok: false; readonly why: string }

const LEAST_CHARACTERS = 16

/** Reads all three; whatever is wrong with them is added to the problems. That none is public is for `config.ts`. */
export function readHookSecrets(env: HookSettings, problems: string[]): HookSecrets {
  function keys(name: keyof HookSettings, read: (text: string) => KeyRead, make: string): readonly Bytes[] {
    const text = env[name]
    if (text === undefined) return []
    return text.split(',').flatMap((part) => {
      const secret = part.trim()
      const result = read(secret)
      if (!result.ok) {
        problems.push(`${name} ${result.why}. Make one with: ${make}`)
        return []
      }
      return [result.key]
    })
  }
  return {
    standardWebhooks: keys('STANDARD_WEBHOOKS_SECRET', readWhsec, 'echo "whsec_$(openssl rand -base64 32)"'),
    github: keys('GITHUB_SECRET', readText, 'openssl rand -hex 32'),
    quantconnect: keys('QUANTCONNECT_SECRET', readText, 'openssl rand -hex 32'),
  }
}

/** A Standard Webhooks secret. The key is the decoded bytes, not the text. */
export function readWhsec(text: string): KeyRead {
  if (text === '') return { ok: false, why: EMPTY }
  if (!text.startsWith('whsec_')) return { ok: false, why: 'must begin with "whsec_"' }
  const key = fromBase64(text.slice('whsec_'.length))
  if (key === null) return { ok: false, why: 'must have base64 with its padding after "whsec_"' }
  if (key.length >= 24 && key.length <= 64) return { ok: true, key }
  return { ok: false, why: `must hold 24 to 64 bytes; it holds ${key.length}` }
}

function readText(text: string): KeyRead {
  if (text === '') return { ok: false, why: EMPTY }
  if (text.length < LEAST_CHARACTERS) return { ok: false, why: `must have at least ${LEAST_CHARACTERS} characters` }
  return { ok: true, key: utf8(text) }
}

const EMPTY = 'is empty, or one of its secrets is; leave the setting out to keep its door closed'
