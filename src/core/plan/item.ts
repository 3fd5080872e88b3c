/** One line of a plan: what is to be done to one project, by which rule or command, and why. */

import type { ItemAction, Rule } from '../policy/rule.ts'
import type { Change } from './change.ts'

export interface PlanItem {
  readonly projectId: number
  /** As the API wrote it. */
  readonly name: string
  readonly created: number
  /** As listed, not the effective one. */
  readonly modified: number
  readonly action: ItemAction
  /** Null for a command. */
  readonly rule: string | null
  readonly unit: 'project' | 'directory'
  /** The directory the rule or command is about, for a unit of several projects. */
  readonly directory: string | null
  /** The new full name, or the new full description for describe; null for a delete, and where `change` says it. */
  readonly to: string | null
  /** What an update or a restore writes; null for what a rule does and for a delete. */
  readonly change: Change | null
  /** The description that is written keeps a hold that the one asked for does not have. */
  readonly holdPreserved?: true
  /** Since when it is marked; null for a command. */
  readonly since: number | null
  /** Who has to say yes before it may act, as its rule asks; `never` for a command, whose asker had the right to. */
  readonly approve: Rule['approve']
  /** How long before a message about it must have been delivered, in milliseconds; 0 = none. */
  readonly notice: number
  /** Sentences. */
  readonly reasons: readonly string[]
}
