/** The settings of the commands, and the QuantConnect account they name. */

import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { PUBLIC_API, readConfig, type Settings } from '../config.ts'
import { createClient, type QuantConnect } from '../quantconnect/client.ts'
import { Unable } from './command.ts'

/** What is set in a file such as `.dev.vars`; the environment wins over it. No file is the same as an empty one. */
export async function readSettings(file: string): Promise<Settings> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return { ...parseEnv(text), ...process.env }
}

export interface Account {
  readonly client: QuantConnect
  readonly organizationId: string
  /** For people. */
  readonly name: string
}

/** A token as a Worker wants one; who only looks at the account is asked for none. */
const NOT_NEEDED = 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90'

/** The account of the settings. */
export async function openAccount(file: string): Promise<Account> {
  const read = readConfig({ ADMIN_TOKEN: NOT_NEEDED, ...accountOf(await readSettings(file)) })
  if (!read.ok) {
    const where = 'Put them into .dev.vars (see .dev.vars.example) or into the environment.'
    throw new Unable(`${read.problems.join(' ')} ${where}`)
  }
  const { quantconnect, organizationId } = read.config
  const { url: baseUrl, userId, token, paceMs: minIntervalMs, timeoutMs, listTimeoutMs } = quantconnect
  const client = createClient(
    // Somebody waits at the terminal, and nothing goes on later by itself: a throttle is waited out.
    { baseUrl, userId, token, minIntervalMs, timeoutMs, listTimeoutMs, longestWaitMs: 120_000 },
    {
      fetch: (input, init) => fetch(input, init),
      now: () => Date.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: () => Math.random(),
    },
  )
  const name = `${baseUrl === PUBLIC_API ? 'QuantConnect' : baseUrl}, organisation ${organizationId}`
  return { client, organizationId, name }
}

/** The settings that name an account. Those of doors are none of its business, and may well be development's. */
function accountOf(settings: Settings): Settings {
  const names = [
    'QC_USER_ID',
    'QC_API_TOKEN',
    'QC_ORGANIZATION_ID',
    'QC_API_URL',
    'PACE_MS',
    'TIMEOUT_MS',
    'LIST_TIMEOUT_MS',
  ]
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name)))
}

/** The bearer that a Worker's API asks for. */
export async function readAdminToken(file: string): Promise<string> {
  const token = (await readSettings(file)).ADMIN_TOKEN?.trim() ?? ''
  if (token !== '') return token
  throw new Unable('ADMIN_TOKEN is missing; the Worker asks for it. Put it into .dev.vars or into the environment.')
}
