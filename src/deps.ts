/** From the environment to the things the workspace works with: settings, clock, client, store, policy. */

import bundledPolicy from '../policy.toml'
import { type Config, configText, readConfig } from './config.ts'
import type { Env } from './env.ts'
import { createClient, type QuantConnect } from './quantconnect/client.ts'

export interface Deps {
  readonly config: Config
  readonly client: QuantConnect
  readonly log: KVNamespace
  /** The policy file, as text. */
  readonly policyText: string
  /** Real time in milliseconds. */
  now(): number
}

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
    deps: { config: read.config, client, log: env.LOG, policyText: bundledPolicy, now: () => Date.now() },
  }
}
