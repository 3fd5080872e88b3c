/** Where a command gets the workspace from: a file, a running Worker, or the account of the settings. */

import { join } from 'node:path'
import { asIfRead } from '../core/evidence/activity.ts'
import type { Memory } from '../core/evidence/memory.ts'
import type { Inventory } from '../core/evidence/project.ts'
import type { Policy } from '../core/policy/policy.ts'
import { failureText } from '../quantconnect/failure.ts'
import { createMeter } from '../quantconnect/meter.ts'
import { readWorkspace } from '../workspace/running/look.ts'
import { openAccount, readAdminToken } from './account.ts'
import { Misuse, type Terminal, Unable, type Values, wholeNumber } from './command.ts'
import { readInventory } from './inventory-json.ts'
import { counted, timeText } from './paint.ts'
import { shown } from './policy-file.ts'
import { readAnyText } from './read-text.ts'
import { root } from './settings.ts'
import { type WorkerApi, workerApi } from './worker-api.ts'

/** The options of commands that look at a workspace. */
export const SOURCE_OPTIONS = {
  inventory: { type: 'string' },
  'nothing-live': { type: 'boolean', default: false },
  worker: { type: 'string' },
  readings: { type: 'string', default: '200' },
  env: { type: 'string', default: join(root, '.dev.vars') },
} as const

/** The same for help. */
export const SOURCE_HELP = `  --inventory FILE   look at an inventory: the answer of GET /api/inventory or of projects/read, or a list of projects;
                     or the address (http) of one
  --nothing-live     if the inventory does not say what runs live, take nothing to run
  --readings 200     of your account: the most API calls to read when projects were last worked on, two for each that a
                     rule may take; the oldest come first
  --worker URL       ask the Worker that runs there, with ADMIN_TOKEN
  --env FILE         where the settings are (default: .dev.vars; the environment wins over it)`

type SourceValues = Values<typeof SOURCE_OPTIONS>

/** A terminal knows nothing of earlier ticks. */
export const NO_MEMORY: Memory = { marks: [], holds: [], ownWrites: [], notices: [], moves: [], noBackups: [] }

/** Enough for any workspace; a terminal has no limit of sub-requests. */
const MOST_CALLS = 100_000

export interface Seen {
  readonly inventory: Inventory
  /** What was looked at, for people. */
  readonly source: string
  readonly apiCalls: number
}

/** Which source was asked for; two at once are a mistake. */
export function sourceOf({ inventory, worker }: SourceValues): 'file' | 'worker' | 'account' {
  if (inventory !== undefined && worker !== undefined) {
    throw new Misuse('--inventory and --worker are two sources; give one.')
  }
  return inventory !== undefined ? 'file' : worker !== undefined ? 'worker' : 'account'
}

/** The Worker of `--worker`. */
export async function openWorker({ worker = '', env }: SourceValues): Promise<WorkerApi> {
  return workerApi(worker, await readAdminToken(env))
}

/** The workspace, with all evidence that would settle something for these policies. Sends nothing but reads. */
export async function seeInventory(
  values: SourceValues,
  policies: readonly Policy[],
  terminal: Pick<Terminal, 'say' | 'note'>,
): Promise<Seen> {
  const source = sourceOf(values)
  if (source === 'account') return seeAccount(values.env, wholeNumber('readings', values.readings), policies, terminal)
  if (source === 'worker') {
    const worker = await openWorker(values)
    terminal.say(`Asking ${values.worker} for its last survey …`)
    const inventory = await worker.inventory()
    return { inventory, source: `${values.worker}, ${sizeText(inventory)}`, apiCalls: 0 }
  }
  const where = values.inventory ?? ''
  const { inventory: read } = readInventory(await loadJson(where, values.env), shownSource(where), Date.now())
  const isUnread = 'unknown' in read.running
  const isLive = isUnread && values['nothing-live'] ? { ...read, running: [] } : read
  const { inventory, assumed } = asIfRead(isLive)
  if (assumed.size > 0) {
    terminal.note(
      `${shownSource(where)} does not say when files were saved and backtests run: for ${counted(assumed.size, 'project')} the dates of the list stand for it.`,
    )
  }
  if (isUnread && !values['nothing-live']) {
    const effect = 'so what a rule selects is "not judged". With --nothing-live nothing is taken to run.'
    terminal.note(`${shownSource(where)} does not say what runs live, ${effect}`)
  }
  return { inventory, source: `${shownSource(where)}, ${sizeText(inventory)}`, apiCalls: 0 }
}

async function seeAccount(
  env: string,
  readingCalls: number,
  policies: readonly Policy[],
  { say, note }: Pick<Terminal, 'say' | 'note'>,
): Promise<Seen> {
  const { client, organizationId, name } = await openAccount(env)
  const meter = createMeter(MOST_CALLS)
  const options = { organizationId, now: Date.now(), memory: NO_MEMORY, readingCalls, onProgress: say }
  const read = await readWorkspace(client, policies, meter, options)
  if (!read.ok) throw new Unable(`QuantConnect could not be read. ${failureText(read.failure)}`)
  const { inventory, looked, unread } = read.value
  if (unread > 0) {
    const effect = 'what has not been read is "not judged".'
    note(
      `Activity: looked at ${looked} of ${looked + unread} projects with ${readingCalls} calls; ${effect} --readings ${2 * (looked + unread)} reads all.`,
    )
  }
  return { inventory, source: `${name}; ${counted(meter.used, 'API call')}, all of them reads`, apiCalls: meter.used }
}

/** The JSON of a file or an address. A Worker's own door gets the bearer it asks for; other addresses get nothing. */
async function loadJson(where: string, env: string): Promise<unknown> {
  if (/^https?:\/\//i.test(where)) {
    if (URL.parse(where)?.pathname === '/api/inventory') return workerApi(where, await readAdminToken(env)).inventory()
    const answer = await fetch(where).catch((error: Error) => error)
    if (answer instanceof Error) throw new Unable(`${where} does not answer: ${answer.message}.`)
    if (!answer.ok) throw new Unable(`${where} answered ${answer.status}.`)
    return parseJson(await answer.text(), where)
  }
  return parseJson(await readAnyText(where, `The inventory ${shown(where)}`), shown(where))
}

/** `where` names the text in the error. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // The position is told and not the text around it: what is no inventory may be anything.
    const place = /at position \d+( \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0] ?? ''
    throw new Unable(`${where} is not JSON${place === '' ? '' : `, ${place}`}.`)
  }
}

function shownSource(where: string): string {
  return /^https?:\/\//i.test(where) ? where : shown(where)
}

function sizeText({ projects, at }: Inventory): string {
  return `${counted(projects.length, 'project')} at ${timeText(at)}`
}
