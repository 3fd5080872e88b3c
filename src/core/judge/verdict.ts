/** What the policy says of one project. */

import type { Reason } from '../policy/reason.ts'
import type { Action } from '../policy/rule.ts'

export type VerdictState = 'kept' | 'protected' | 'held' | 'notJudged' | 'marked' | 'due'

/** `rule`, `action`, `to` and the times are those of the winning rule; null where no rule gets the project. */
export interface Verdict {
  readonly projectId: number
  readonly state: VerdictState
  readonly rule: string | null
  readonly action: Action | null
  /** Since when it is marked; null for a mark made in this very decision. */
  readonly since: number | null
  /** When its grace ends, or ends for the last project of its directory; null when it never becomes due as things stand. */
  readonly dueAt: number | null
  /** The new full name before it is made unique, or the new full description; null for a delete. */
  readonly to: string | null
  /** The directory it is judged with; null when it is judged alone. */
  readonly directory: string | null
  readonly reasons: readonly Reason[]
}
