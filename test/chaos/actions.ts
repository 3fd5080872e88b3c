/** What may happen in a sequence, as data that fast-check makes and shrinks. */

import fc from 'fast-check'
import { POLICIES } from './world.ts'

/** Something goes wrong while the action is at work. */
export type Trouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly endpoint: string; readonly call: number; readonly fault: string }
  /** The process ends before the nth request goes out, or once its answer has come. */
  | { readonly kind: 'kill'; readonly nth: number; readonly when: 'before' | 'after' }
  /** A person does something just before the nth request goes out. */
  | { readonly kind: 'person'; readonly nth: number; readonly edit: Edit }
  | { readonly kind: 'pause'; readonly nth: number }
  | { readonly kind: 'stop'; readonly nth: number }

export interface Edit {
  /** Of the projects as they stand, the nth. */
  readonly which: number
  readonly what: 'touch' | 'hold' | 'unhold' | 'rename' | 'run' | 'restore'
}

export type Action =
  | { readonly kind: 'tick'; readonly hours: number }
  | { readonly kind: 'repeat the tick' }
  | { readonly kind: 'sweep'; readonly mode: 'report' | 'act' }
  | { readonly kind: 'preview' }
  | { readonly kind: 'edit'; readonly edit: Edit }
  | { readonly kind: 'delete' | 'update' | 'hold' | 'release' | 'restore'; readonly which: number }
  | { readonly kind: 'delete directory'; readonly directory: string }
  | { readonly kind: 'undo'; readonly back: number }
  | {
      readonly kind: 'decide'
      readonly by: 'Ann' | 'Ben' | 'Dot' | 'Eve' | 'token'
      readonly decision: 'approve' | 'refuse'
      readonly plan: 'right' | 'wrong'
    }
  | { readonly kind: 'pause' | 'resume' }
  | { readonly kind: 'policy'; readonly which: number }
  /** Real time goes by: unsure outcomes ripen, plans expire. */
  | { readonly kind: 'wait'; readonly minutes: number }

export interface Step {
  readonly action: Action
  readonly trouble: Trouble
}

const which = fc.nat(30)
const nth = fc.integer({ min: 1, max: 14 })

const edit: fc.Arbitrary<Edit> = fc.record({
  which,
  what: fc.constantFrom('touch', 'hold', 'unhold', 'rename', 'run', 'restore'),
})

const FAULTS = [
  ...['status-400', 'status-401', 'status-403', 'status-429', 'status-500', 'status-503', 'empty-500', 'refuse'],
  ...['throttle', 'refuse-messages', 'refuse-bare', 'no-success', 'html', 'truncate', 'malformed', 'reset-before'],
  ...['reset-after', 'hang-before', 'hang-after', 'slow', 'short', 'duplicate'],
]
const ENDPOINTS = ['projects/read', 'live/list', 'files/read', 'projects/delete', 'projects/update', '*']

/** A list of files that is silently short cannot be told from a whole one: the API gives no count (README). */
const isSeen = ({ endpoint, fault }: { readonly endpoint: string; readonly fault: string }) =>
  endpoint === 'projects/read' || (fault !== 'short' && fault !== 'duplicate')

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Trouble>({ kind: 'none' }) },
  {
    weight: 5,
    arbitrary: fc
      .record({
        kind: fc.constant('fault' as const),
        endpoint: fc.constantFrom(...ENDPOINTS),
        call: fc.integer({ min: 1, max: 6 }),
        fault: fc.constantFrom(...FAULTS),
      })
      .filter(isSeen),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('kill' as const), nth, when: fc.constantFrom('before', 'after') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('person' as const), nth, edit }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'stop'), nth }) },
)

const tick = fc.record({
  kind: fc.constant('tick' as const),
  hours: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 20, max: 80 }) },
    { weight: 1, arbitrary: fc.integer({ min: -60, max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 900 }) },
  ),
})

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 9, arbitrary: tick },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'repeat the tick' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const), mode: fc.constantFrom('report', 'act') }) },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'preview' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), edit }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('delete', 'update', 'hold', 'release', 'restore'), which }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete directory' as const),
      directory: fc.constantFrom('Dir/one', 'Dir', 'Free', 'Shelf', 'Ask', '..', 'Dir/*', '', 'Nowhere'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undo' as const), back: fc.nat(5) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      by: fc.constantFrom('Ann', 'Ben', 'Dot', 'Eve', 'token'),
      decision: fc.oneof(
        { weight: 3, arbitrary: fc.constant('approve' as const) },
        { weight: 1, arbitrary: fc.constant('refuse' as const) },
      ),
      plan: fc.oneof(
        { weight: 4, arbitrary: fc.constant('right' as const) },
        { weight: 1, arbitrary: fc.constant('wrong' as const) },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('policy' as const), which: fc.nat(POLICIES.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(2, 90, 1_500) }) },
)

/** Begins with a tick that marks and one that is due, which is where it gets interesting. */
export const sequences: fc.Arbitrary<readonly Step[]> = fc
  .array(fc.record({ action, trouble }), { minLength: 3, maxLength: 10 })
  .map((steps) => [{ action: { kind: 'tick', hours: 0 }, trouble: { kind: 'none' } } as const, ...steps])
