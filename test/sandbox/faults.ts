/**
 * Faults that can be injected into any endpoint, by call number or by chance (design §8). The first fault in the list
 * that fires wins; every fault counts the calls to its endpoint from the moment it was set.
 */
import { STATUS_CODES } from 'node:http'
import { answerApi, bare, json, type Outcome, page, type Reply, refused, unauthorized } from './api.ts'
import type { Answer } from './call.ts'
import type { ApiRequest } from './decode.ts'
import { type Random, seededRandom } from './random.ts'
import { hiccup, throttled } from './refusal.ts'
import { type World, worldAsOf } from './store.ts'

/** Kinds beside `status-400` … `status-504`. "after" and the damaged answers: the effect happened. */
export const faultKinds = {
  'empty-500': 'HTTP 500 without a body; no effect',
  refuse: 'success:false with a request to try again; no effect',
  throttle: 'success:false, "Too many backtest requests"; no effect',
  'refuse-messages': 'success:false with messages instead of errors (fact sheet §1.5); no effect',
  'refuse-message': 'success:false with one Message, "Internal Error 21" (§1.5); no effect',
  'refuse-bare': 'success:false and nothing else (§1.5); no effect',
  'no-success': 'an object without success (§1.5); no effect',
  html: 'HTTP 200 with an HTML page; no effect',
  truncate: 'the answer breaks off in the middle and the connection closes',
  malformed: 'a whole HTTP answer whose JSON breaks off in the middle',
  'reset-before': 'connection reset; no effect',
  'reset-after': 'connection reset instead of the answer',
  'hang-before': 'silence for delayMs, then a reset; no effect',
  'hang-after': 'the effect, silence for delayMs, then a reset',
  slow: 'the answer comes delayMs late',
  stale: 'the list as it was a minute ago',
  short: 'a third of the rows of the list is missing',
  duplicate: 'a row of the list comes twice',
} as const

export interface Fault {
  readonly endpoint: string
  readonly calls: readonly number[] | 'all' | { readonly chance: number; readonly random: Random }
  readonly kind: string
  /** Value of a Retry-After header. */
  readonly retryAfter: string | undefined
  /** How long a hang or a slow answer takes, in milliseconds; delays every other kind too when given. */
  readonly delayMs: number | undefined
  /** Calls to the endpoint since the fault was set. */
  seen: number
}

const fields = ['endpoint', 'calls', 'kind', 'retryAfter', 'delayMs']

/** Reads a fault as the control takes it, or says what is wrong with it. */
export function readFault(given: unknown): Fault | string {
  if (typeof given !== 'object' || given === null) return 'A fault is an object'
  const { endpoint, calls = 'all', kind, retryAfter, delayMs } = given as { [field: string]: unknown }
  const strange = Object.keys(given).find((field) => !fields.includes(field))
  if (strange) return `A fault has no "${strange}". Fields: ${fields.join(', ')}`
  if (typeof endpoint !== 'string') return 'A fault needs an endpoint, such as "projects/delete" or "*"'
  if (typeof kind !== 'string' || !isKind(kind)) {
    return `There is no fault "${String(kind)}". Kinds: status-400 … status-504, ${Object.keys(faultKinds).join(', ')}`
  }
  if (delayMs !== undefined && !(typeof delayMs === 'number' && delayMs >= 0)) return 'delayMs is a number from 0 up'
  const when = readCalls(calls)
  if (!when) return 'calls is "all", a list of numbers from 1, or { "chance": 0 to 1, "seed": number }'
  const wait = retryAfter === undefined || retryAfter === null ? undefined : String(retryAfter)
  return { endpoint: endpoint.replace(/^\/+|\/+$/g, ''), calls: when, kind, retryAfter: wait, delayMs, seen: 0 }
}

function isKind(kind: string): boolean {
  const status = /^status-(\d{3})$/.exec(kind)
  return status ? Number(status[1]) >= 400 && Number(status[1]) <= 504 : Object.hasOwn(faultKinds, kind)
}

function readCalls(calls: unknown): Fault['calls'] | undefined {
  if (calls === 'all') return 'all'
  if (Array.isArray(calls)) return calls.every((n) => Number.isInteger(n) && n >= 1) ? calls : undefined
  if (typeof calls !== 'object' || calls === null) return undefined
  const { chance, seed = 1 } = calls as { chance?: unknown; seed?: unknown }
  if (typeof chance !== 'number' || chance < 0 || chance > 1 || typeof seed !== 'number') return undefined
  return { chance, random: seededRandom(seed) }
}

/** The fault that strikes this call, if any. */
export function nextFault(faults: readonly Fault[], endpoint: string): Fault | undefined {
  const here = faults.filter((fault) => fault.endpoint === '*' || fault.endpoint === endpoint)
  for (const fault of here) fault.seen += 1
  const firing = here.map((fault) => ({ fault, fires: fires(fault) }))
  return firing.find((each) => each.fires)?.fault
}

function fires({ calls, seen }: Fault): boolean {
  if (calls === 'all') return true
  return 'chance' in calls ? calls.random.chance(calls.chance) : calls.includes(seen)
}

/** What is put on the wire: a whole reply, half a reply, or a reset; after a wait. */
export interface Delivery {
  readonly outcome: Outcome
  readonly wire: 'whole' | 'half' | 'reset'
  readonly waitMs: number
}

const nobody = { user: null }

/** Answers a call under a fault. */
export function strike(world: World, fault: Fault, request: ApiRequest): Delivery {
  const waitMs = fault.delayMs ?? (fault.kind.startsWith('hang') ? 60_000 : fault.kind === 'slow' ? 1000 : 0)
  const spoiled = instead(fault)
  if (spoiled) return { outcome: { reply: withRetry(spoiled, fault), ...nobody }, wire: 'whole', waitMs }
  if (fault.kind.endsWith('-before')) return { outcome: { reply: bare(0), ...nobody }, wire: 'reset', waitMs }
  const stale = fault.kind === 'stale' && /\/(read|list)$/.test(request.endpoint)
  const seen = stale ? worldAsOf(world, world.clock.now() - 60_000) : world
  const outcome = answerApi(seen, request)
  if (fault.kind.endsWith('-after')) return { outcome, wire: 'reset', waitMs }
  const reply = damage(fault, outcome.reply)
  return { outcome: { ...outcome, reply }, wire: fault.kind === 'truncate' ? 'half' : 'whole', waitMs }
}

/** The answers that come without the call having any effect. */
function instead(fault: Fault): Reply | undefined {
  if (fault.kind === 'empty-500') return bare(500)
  if (fault.kind === 'refuse') return refused(hiccup)
  if (fault.kind === 'throttle') return refused(throttled)
  if (fault.kind === 'refuse-messages') return json({ messages: [hiccup], success: false })
  if (fault.kind === 'refuse-message') return json({ Message: 'Internal Error 21', success: false })
  if (fault.kind === 'refuse-bare') return json({ success: false })
  if (fault.kind === 'no-success') return json({ projects: [] })
  if (fault.kind === 'html') return { ...page(502, 'Bad Gateway'), status: 200 }
  const status = Number(/^status-(\d{3})$/.exec(fault.kind)?.[1] ?? 0)
  if (status === 0) return undefined
  return status === 401 ? unauthorized() : page(status, STATUS_CODES[status] ?? 'Error')
}

function withRetry(reply: Reply, fault: Fault): Reply {
  return fault.retryAfter === undefined
    ? reply
    : { ...reply, headers: { ...reply.headers, 'retry-after': fault.retryAfter } }
}

function damage(fault: Fault, reply: Reply): Reply {
  if (fault.kind === 'malformed') return { ...reply, text: reply.text.slice(0, Math.ceil(reply.text.length / 2)) }
  if (!reply.answer || !['short', 'duplicate'].includes(fault.kind)) return reply
  const rows = listIn(reply.answer)
  if (!rows) return reply
  const [name, all] = rows
  const kept =
    fault.kind === 'short' ? all.slice(0, all.length - Math.ceil(all.length / 3)) : [...all, ...all.slice(0, 1)]
  return json({ ...reply.answer, [name]: kept }, reply.status)
}

const lists = ['projects', 'live', 'backtests', 'files', 'optimizations', 'objects', 'collaborators', 'organizations']

function listIn(answer: Answer): [string, readonly unknown[]] | undefined {
  const name = lists.find((each) => Array.isArray(answer[each]))
  return name ? [name, answer[name] as readonly unknown[]] : undefined
}
