/** What may happen in a sequence, as data that fast-check makes and shrinks. */

import fc from 'fast-check'
import { POLICIES } from './world.ts'

/** Something goes wrong, or somebody comes between, while the action is at work. */
export type Trouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly endpoint: string; readonly call: number; readonly fault: string }
  /** From that call on, for as long as the action takes: an endpoint, or all of the service. */
  | {
      readonly kind: 'outage'
      readonly endpoint: string
      readonly call: number
      readonly fault: string
      readonly retryAfter: number | null
    }
  /** The process ends before the nth request goes out, or once its answer has come. */
  | { readonly kind: 'kill'; readonly nth: number; readonly when: 'before' | 'after' }
  /** Several processes end, one after the other. */
  | { readonly kind: 'kills'; readonly every: number; readonly times: number }
  /** A person does something just before the nth request goes out. */
  | { readonly kind: 'person'; readonly nth: number; readonly edit: Edit }
  /** A person does something to the project that a request which changes something is about, before it goes out. */
  | { readonly kind: 'person at it'; readonly nth: number; readonly what: Edit['what'] }
  /** Somebody asks for something else meanwhile. */
  | { readonly kind: 'meanwhile'; readonly nth: number; readonly action: Asking }
  | { readonly kind: 'pause'; readonly nth: number }
  | { readonly kind: 'stop'; readonly nth: number }
  /** KV refuses to write, to read, or shows what was written late. */
  | {
      readonly kind: 'store'
      readonly does: 'refuse writes' | 'refuse reads' | 'show late'
      readonly from: number
      readonly times: number
    }

export interface Edit {
  /** Of the projects as they stand, the nth. */
  readonly which: number
  readonly what: (typeof EDITS)[number]
}

const EDITS = [
  ...(['touch', 'hold', 'unhold', 'rename', 'run', 'stop', 'restore', 'bin', 'pin', 'describe'] as const),
  ...(['save', 'write', 'backtest', 'move in', 'collide'] as const),
] as const

/** What people and programs ask the Worker for. */
export type Asking =
  | { readonly kind: 'tick'; readonly hours: number }
  | { readonly kind: 'sweep'; readonly mode: 'report' | 'act' }
  | { readonly kind: 'delete' | 'hold' | 'release' | 'restore'; readonly which: number }
  | {
      readonly kind: 'update'
      readonly which: number
      readonly what: 'description' | 'parameters' | 'name' | 'release'
    }
  | { readonly kind: 'delete directory'; readonly directory: string }
  | { readonly kind: 'undo'; readonly back: number; readonly one: boolean }
  | {
      readonly kind: 'decide'
      readonly by: 'Ann' | 'Ben' | 'Dot' | 'Eve' | 'token'
      readonly decision: 'approve' | 'refuse'
      readonly plan: 'right' | 'wrong'
    }

export type Action =
  | Asking
  /** The same message once more. */
  | { readonly kind: 'again' }
  /** Several, without waiting for one to end. */
  | { readonly kind: 'together'; readonly actions: readonly Asking[] }
  | { readonly kind: 'preview' }
  | { readonly kind: 'edit'; readonly edit: Edit }
  /** Somebody makes a project: in a folder, or under the name of one that there is or was. */
  | { readonly kind: 'make'; readonly folder: string | null; readonly which: number }
  | { readonly kind: 'pause' | 'resume' | 'accept' | 'stranger' }
  | { readonly kind: 'policy'; readonly which: number }
  | { readonly kind: 'settings'; readonly callsPerSlice: number }
  | { readonly kind: 'switch'; readonly name: string; readonly value: string | number }
  /** Real time goes by: unsure outcomes ripen, plans expire. */
  | { readonly kind: 'wait'; readonly minutes: number }
  /** A month goes by for QuantConnect: the Recycle Bin forgets. */
  | { readonly kind: 'forget' }
  /** Day after day while the service does not answer. */
  | { readonly kind: 'weeks'; readonly days: number; readonly fault: string }

export interface Step {
  readonly action: Action
  readonly trouble: Trouble
}

const which = fc.nat(40)
const nth = fc.integer({ min: 1, max: 30 })

const edit: fc.Arbitrary<Edit> = fc.record({ which, what: fc.constantFrom(...EDITS) })

const FAULTS = [
  ...['status-400', 'status-401', 'status-403', 'status-429', 'status-500', 'status-503', 'empty-500', 'refuse'],
  ...['throttle', 'refuse-messages', 'refuse-message', 'refuse-bare', 'no-success', 'html', 'truncate', 'malformed'],
  ...[
    'reset-before',
    'reset-after',
    'hang-before',
    'hang-after',
    'slow',
    'stale',
    'short',
    'duplicate',
    'empty',
    'omit',
  ],
  'shuffle',
]
const ENDPOINTS = [
  ...['projects/read', 'live/list', 'files/read', 'backtests/list', 'projects/delete', 'projects/update'],
  ...['projects/create', 'files/create', 'files/update', '*'],
]

/** A list of files that is silently short cannot be told from a whole one: the API gives no count (README). */
const isSeen = ({ endpoint, fault }: { readonly endpoint: string; readonly fault: string }) =>
  endpoint === 'projects/read' || !/short|duplicate|stale|empty$|omit|shuffle/.test(fault)

const endpoint = fc.constantFrom(...ENDPOINTS)
const fault = fc.constantFrom(...FAULTS)

const tick = fc.record({
  kind: fc.constant('tick' as const),
  hours: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 20, max: 80 }) },
    { weight: 2, arbitrary: fc.constantFrom(1, 1, 23, 24, 25) },
    { weight: 1, arbitrary: fc.integer({ min: -60, max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 900 }) },
    { weight: 1, arbitrary: fc.constant(20_000) },
  ),
})

const asking: fc.Arbitrary<Asking> = fc.oneof(
  { weight: 6, arbitrary: tick },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const), mode: fc.constantFrom('report', 'act') }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('delete', 'delete', 'hold', 'release', 'restore', 'restore'), which }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      which,
      what: fc.constantFrom('description', 'parameters', 'name', 'release'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete directory' as const),
      directory: fc.constantFrom('Dir/one', 'Dir/one', 'Dir', 'Free', 'Shelf', 'Ask', '..', 'Dir/*', '', 'Nowhere'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('undo' as const), back: fc.nat(5), one: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      by: fc.constantFrom('Ann', 'Ben', 'Dot', 'Eve', 'token'),
      decision: fc.constantFrom('approve', 'approve', 'approve', 'refuse'),
      plan: fc.constantFrom('right', 'right', 'right', 'right', 'wrong'),
    }),
  },
)

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Trouble>({ kind: 'none' }) },
  {
    weight: 5,
    arbitrary: fc
      .record({ kind: fc.constant('fault' as const), endpoint, call: fc.integer({ min: 1, max: 9 }), fault })
      .filter(isSeen),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        kind: fc.constant('outage' as const),
        endpoint,
        call: fc.integer({ min: 1, max: 9 }),
        fault: fc.constantFrom(...FAULTS.filter((name) => !/hang|slow/.test(name))),
        retryAfter: fc.constantFrom(null, 5, 90, 7_200),
      })
      .filter(isSeen),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('kill' as const), nth, when: fc.constantFrom('before', 'after') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('kills' as const),
      every: fc.integer({ min: 3, max: 12 }),
      times: fc.integer({ min: 2, max: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('person' as const), nth, edit }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('person at it' as const),
      nth: fc.integer({ min: 1, max: 4 }),
      what: fc.constantFrom(...EDITS),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('meanwhile' as const), nth, action: asking }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'stop'), nth }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('store' as const),
      does: fc.constantFrom('refuse writes', 'refuse reads', 'show late'),
      from: fc.integer({ min: 1, max: 4 }),
      times: fc.constantFrom(1, 2, 6),
    }),
  },
)

/** What is not known of QuantConnect, and may be so or otherwise. */
const SWITCHES: readonly { readonly name: string; readonly values: readonly (string | number)[] }[] = [
  { name: 'order', values: ['modified', 'created', 'id', 'name', 'random'] },
  { name: 'pageCap', values: [0, 3, 10] },
  { name: 'listCap', values: [0, 5] },
  { name: 'listOmits', values: [0, 1, 2] },
  { name: 'count', values: ['absent', 'present'] },
  { name: 'endPastLast', values: ['clip', 'refuse'] },
  { name: 'startPastLast', values: ['empty', 'refuse'] },
  { name: 'pagingCountsBin', values: ['yes', 'no'] },
  { name: 'fileMoves', values: ['chance', 'yes', 'no'] },
  { name: 'renameMoves', values: ['yes', 'no'] },
  { name: 'descriptionMoves', values: ['yes', 'no'] },
  { name: 'deleteMoves', values: ['yes', 'no'] },
  { name: 'backtestMoves', values: ['yes', 'no'] },
  { name: 'openMoves', values: ['yes', 'no'] },
  { name: 'noDate', values: ['null', 'empty', 'zero'] },
  { name: 'parameters', values: ['list', 'named', 'records', 'map'] },
  { name: 'libraries', values: ['objects', 'ids'] },
  { name: 'collaborators', values: ['current', 'old'] },
  { name: 'suffix', values: ['smallest', 'highest', 'nested'] },
  { name: 'nameCase', values: ['exact', 'insensitive'] },
  { name: 'nameCharacters', values: ['documented', 'loose'] },
  { name: 'nameLimit', values: [0, 60] },
  { name: 'binCollision', values: ['suffix', 'allow', 'error'] },
  { name: 'binnedDelete', values: ['error', 'noop'] },
  { name: 'restoreTaken', values: ['error', 'suffix'] },
  { name: 'jsonParameters', values: ['take', 'ignore'] },
  { name: 'missingContent', values: ['empty', 'template'] },
  { name: 'fileErrorCode', values: ['1001', 'absent'] },
  { name: 'deleteLibrary', values: ['allow', 'error'] },
  { name: 'contentType', values: ['application/json', 'text/html'] },
  { name: 'errorsOnSuccess', values: ['absent', 'empty'] },
]

const switched = fc
  .constantFrom(...SWITCHES.flatMap(({ name, values }) => values.map((value) => ({ name, value }))))
  .map((one): Action => ({ kind: 'switch', ...one }))

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 9, arbitrary: tick },
  { weight: 12, arbitrary: asking },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'again' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('together' as const),
      actions: fc.array(asking, { minLength: 2, maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'preview' }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('edit' as const), edit }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('make' as const),
      folder: fc.constantFrom(null, null, 'Free', 'Dir/one', 'Shelf'),
      which,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume', 'accept', 'stranger') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('policy' as const), which: fc.nat(POLICIES.length - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('settings' as const), callsPerSlice: fc.constantFrom(12, 40) }),
  },
  { weight: 2, arbitrary: switched },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(2, 16, 90, 1_500) }),
  },
  { weight: 2, arbitrary: fc.constant<Action>({ kind: 'forget' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('weeks' as const),
      days: fc.integer({ min: 2, max: 8 }),
      fault: fc.constantFrom('status-500', 'refuse', 'short', 'empty', 'status-401', 'html'),
    }),
  },
)

/** Begins with a tick that marks, which is where it gets interesting. */
export const sequences: fc.Arbitrary<readonly Step[]> = fc
  .array(fc.record({ action, trouble }), { minLength: 3, maxLength: 12 })
  .map((steps) => [{ action: { kind: 'tick', hours: 0 }, trouble: { kind: 'none' } } as const, ...steps])
