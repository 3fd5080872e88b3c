/** What a rule of the policy is once it has been read: checked, compiled, with every default filled in. */

import type { Condition } from './condition.ts'
import type { Template } from './template.ts'

/** What a plan item does. From the least to the most destructive. */
export const ACTIONS = ['describe', 'rename', 'move', 'archive', 'delete'] as const

export type Action = (typeof ACTIONS)[number]

/**
 * What is done to one project: what a rule may do, and what only a command or an undo does. `update` changes fields;
 * `restore` puts a project back into an earlier state, from the bin or in place; `rebuild` makes it again from our backup.
 */
export type ItemAction = Action | 'update' | 'restore' | 'rebuild'

export interface Limits {
  readonly per_run: number
  readonly per_day: number
  readonly percent: number
  readonly stamps_per_run: number
}

/** Among the items that `when` matched, the newest of each group stay. */
export interface Keep {
  readonly newest: number
  readonly per: 'directory' | 'owner' | 'rule'
  readonly by: 'activity' | 'created' | 'last-backtest'
}

export interface Rule {
  readonly id: string
  readonly why: string
  readonly unit: 'project' | 'directory'
  readonly when: Condition
  readonly unless: Condition | null
  readonly keep: Keep | null
  readonly then: 'report' | Action
  /** Template of the new name or of our line; null for `report` and `delete`. */
  readonly to: Template | null
  /** Grace from the mark, milliseconds. */
  readonly after: number
  /** How long before a message must have been delivered, milliseconds; 0 = none. */
  readonly notice: number
  readonly approve: 'never' | 'first' | 'always' | 'two'
  /** Only what the rule itself limits; `[limits]` bounds the whole run beside it. */
  readonly limit: Partial<Limits>
  readonly enforce: boolean
  /** SHA-256 of the parsed rule without `why` and `limit`, hex: any other edit starts its grace again. */
  readonly hash: string
}

/** Archive, move and delete: what limits, window, notice and the 24 hours of grace are about. */
export function isDestructive(action: 'report' | ItemAction): boolean {
  return action === 'move' || action === 'archive' || action === 'delete'
}

/** What changes the full name of a project: rules do that to a project at most once in `MOVE_ONCE_IN_MS`. */
export function isMove(action: 'report' | ItemAction): boolean {
  return action === 'rename' || action === 'move' || action === 'archive'
}

/** Between two moves of one project by rules, whichever rules they are: so that two rules never carry it to and fro. */
export const MOVE_ONCE_IN_MS = 30 * 86_400_000

/** What `stamps_per_run` counts. Putting something back counts nowhere. */
export function isStamp(action: ItemAction): boolean {
  return action === 'describe' || action === 'rename' || action === 'update'
}
