/**
 * Faults that can be injected into any endpoint, by call number or by chance (design §8). The first fault in the list
 * that fires wins; every fault counts the calls to its endpoint from the moment it was set. With `forMs` it strikes every
 * call from the first that it strikes, for so long in real time, and then never again: a service that is down for a while.
 */
import { endpoints } from './endpoints.ts'
import { meant } from './nearest.ts'
import { type Random, seededRandom } from './random.ts'

/** Kinds beside `status-400` … `status-504`. "after" and the damaged answers: the effect happened. */
export const faultKinds = {
  'empty-500': 'HTTP 500 without a body; no effect',
  refuse: 'success:false with a request to try again; no effect',
  throttle: 'success:false, "Too many backtest requests; please slow down.", or the text given; no effect',
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
  empty: 'the list is empty, and so says its count',
  'empty-counted': 'the list is empty, and its count says otherwise',
  omit: 'a tenth of the rows, at least one, is missing; other rows each time',
  shuffle: 'the rows come in another order each time',
  'odd-row': 'one row (row: its number from 0, its name or id) has value, or null, in field, or in a field by the seed',
  'lost-field': 'one row lacks field, or a field by the seed',
} as const

export interface Fault {
  /** `*` = every endpoint. */
  readonly endpoint: string
  readonly calls: readonly number[] | 'all' | { readonly chance: number; readonly random: Random }
  readonly kind: string
  /** Value of a Retry-After header. */
  readonly retryAfter: string | undefined
  /** How long a hang or a slow answer takes, in milliseconds; delays every other kind too when given. */
  readonly delayMs: number | undefined
  /** How long it strikes from its first call on, in milliseconds of real time; undefined = as `calls` says. */
  readonly forMs: number | undefined
  /** What a refusal says. */
  readonly text: string | undefined
  /** Which row of the list is damaged: its number from 0, or its name or id. */
  readonly row: number | string
  readonly field: string | undefined
  readonly value: unknown
  /** For kinds that choose something. */
  readonly random: Random
  /** Calls to the endpoint since the fault was set. */
  seen: number
  /** When a fault with `forMs` ends, in real time; undefined = it did not begin. */
  until: number | undefined
}

const fields = ['endpoint', 'calls', 'kind', 'retryAfter', 'delayMs', 'forMs', 'text', 'row', 'field', 'value', 'seed']

/** Fields that only some kinds look at. */
const special: { readonly [field: string]: readonly string[] } = {
  text: ['throttle', 'refuse', 'refuse-messages', 'refuse-message'],
  row: ['odd-row', 'lost-field'],
  field: ['odd-row', 'lost-field'],
  value: ['odd-row'],
  seed: ['omit', 'shuffle', 'odd-row', 'lost-field'],
}

/** Reads a fault as the control takes it, or says what is wrong with it. */
export function readFault(given: unknown): Fault | string {
  if (typeof given !== 'object' || given === null) return 'A fault is an object'
  const fault = given as { readonly [field: string]: unknown }
  const wrong = wrongField(fault)
  if (wrong) return wrong
  const calls = readCalls(fault.calls ?? 'all')
  if (!calls) return 'calls is "all", a list of numbers from 1, or { "chance": 0 to 1, "seed": number }'
  const { retryAfter, delayMs, forMs, text, row = 0, field, value = null, seed = 1 } = fault
  return {
    endpoint: bare(String(fault.endpoint)),
    calls,
    kind: String(fault.kind),
    retryAfter: retryAfter === undefined || retryAfter === null ? undefined : String(retryAfter),
    delayMs: delayMs as number | undefined,
    forMs: forMs as number | undefined,
    text: text as string | undefined,
    row: row as number | string,
    field: field as string | undefined,
    value,
    random: seededRandom(seed as number),
    seen: 0,
    until: undefined,
  }
}

function wrongField(fault: { readonly [field: string]: unknown }): string | undefined {
  const { endpoint, kind, delayMs, forMs, text, row, field, seed } = fault
  const strange = Object.keys(fault).find((each) => !fields.includes(each))
  if (strange) return `A fault has no "${strange}"${meant(strange, fields)} Fields: ${fields.join(', ')}`
  if (typeof endpoint !== 'string') return 'A fault needs an endpoint, such as "projects/delete" or "*"'
  const known = Object.keys(endpoints)
  if (endpoint !== '*' && !known.includes(bare(endpoint))) {
    return `There is no endpoint "${endpoint}"${meant(bare(endpoint), known)} Endpoints: *, ${known.join(', ')}`
  }
  if (typeof kind !== 'string' || !isKind(kind)) {
    return `There is no fault "${String(kind)}". Kinds: status-400 … status-504, ${Object.keys(faultKinds).join(', ')}`
  }
  const idle = Object.keys(fault).find((each) => special[each] && !special[each].includes(kind))
  if (idle) return `A fault of kind "${kind}" has no "${idle}"; ${idle} is for ${special[idle]?.join(', ')}`
  for (const [name, ms] of Object.entries({ delayMs, forMs })) {
    if (ms !== undefined && !(typeof ms === 'number' && ms >= 0)) return `${name} is a number from 0 up`
  }
  for (const [name, words] of Object.entries({ text, field })) {
    if (words !== undefined && (typeof words !== 'string' || words === '')) return `${name} is a text`
  }
  if (row !== undefined && typeof row !== 'string' && !(Number.isInteger(row) && (row as number) >= 0)) {
    return 'row is a number from 0 up, or the name or id of a row as a text'
  }
  if (seed !== undefined && typeof seed !== 'number') return 'seed is a number'
  return undefined
}

/** An endpoint without slashes around it. */
function bare(endpoint: string): string {
  return endpoint.replace(/^\/+|\/+$/g, '')
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

function fires(fault: Fault): boolean {
  if (fault.forMs === undefined) return isCalled(fault)
  if (fault.until === undefined && isCalled(fault)) fault.until = Date.now() + fault.forMs
  return fault.until !== undefined && Date.now() < fault.until
}

function isCalled({ calls, seen }: Fault): boolean {
  if (calls === 'all') return true
  return 'chance' in calls ? calls.random.chance(calls.chance) : calls.includes(seen)
}
