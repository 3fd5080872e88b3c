/** From the environment to the things the workspace works with: settings, clock, client, store, policy. */

import bundledPolicy from '../policy.toml'
import { channelsOf, repliersOf } from './channels.ts'
import { type Config, configText, readConfig } from './config.ts'
import type { Redaction } from './core/base/secrets.ts'
import type { Env } from './env.ts'
import type { Channel, Replier } from './hooks/channel.ts'
import { redactionOf, wholeRedactionOf } from './log.ts'
import { createClient, type QuantConnect } from './quantconnect/client.ts'

export interface Deps {
  readonly config: Config
  readonly client: QuantConnect
  readonly log: KVNamespace
  /** The policy file, as text. */
  readonly policyText: string
  /** Every place that is told something. */
  readonly channels: readonly Channel[]
  /** Who answers those who asked in a chat. */
  readonly repliers: readonly Replier[]
  /** What channels send with. */
  fetch(input: string, init: RequestInit): Promise<Response>
  /** How long a channel has for one delivery, in milliseconds. */
  readonly deliveryTimeoutMs: number
  /** Real time in milliseconds. */
  now(): number
  /** Takes whole secrets of the settings out of a text of our own that will be recorded or shown (G29). */
  readonly clean: Redaction
  /** Takes every piece of a secret out of what will be logged. */
  readonly cleanLog: Redaction
  /** From 0 to 1. */
  random(): number
}

/** A receiver that has not answered by then is taken for one that does not. */
const DELIVERY_TIMEOUT_MS = 15_000

/** The dependencies, or a message for people that says which settings are missing. */
export type DepsResult = { readonly ok: true; readonly deps: Deps } | { readonly ok: false; readonly message: string }

export function createDeps(env: Env): DepsResult {
  const read = readConfig(env)
  if (!read.ok) return { ok: false, message: configText(read.problems) }
  const { quantconnect } = read.config
  const client = createClient(
    {
      baseUrl: quantconnect.url,
      userId: quantconnect.userId,
      token: quantconnect.token,
      minIntervalMs: quantconnect.paceMs,
      timeoutMs: quantconnect.timeoutMs,
      listTimeoutMs: quantconnect.listTimeoutMs,
    },
    {
      fetch: (input, init) => fetch(input, init),
      now: () => Date.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: () => Math.random(),
    },
  )
  return {
    ok: true,
    deps: {
      config: read.config,
      client,
      log: env.LOG,
      policyText: bundledPolicy,
      channels: channelsOf(read.config),
      repliers: repliersOf(read.config),
      fetch: (input, init) => fetch(input, init),
      deliveryTimeoutMs: DELIVERY_TIMEOUT_MS,
      clean: wholeRedactionOf(env),
      cleanLog: redactionOf(env),
      now: () => Date.now(),
      random: () => Math.random(),
    },
  }
}
