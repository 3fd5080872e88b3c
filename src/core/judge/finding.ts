/** What one rule says of one project, and what it is judged with. */

import type { Directory } from '../evidence/directory.ts'
import { createdOf, type Facts, modifiedOf, projectAt } from '../evidence/facts.ts'
import { type Doubt, isUnknown } from '../evidence/project.ts'
import type { ReadKind } from '../policy/predicate.ts'
import type { Reason } from '../policy/reason.ts'
import type { Rule } from '../policy/rule.ts'
import type { ProtectionReading } from './protect.ts'

export interface Need {
  readonly projectId: number
  readonly kind: ReadKind
}

export type Finding =
  | { readonly kind: 'no' }
  /** Selected, but something saves it. */
  | { readonly kind: 'saved'; readonly reason: Reason }
  /**
   * Something that decides could not be read. `own`: of this very project, so that no rule may touch it; otherwise of
   * another project in its directory, which only keeps this rule and harsher ones away. `needs` = what would have to be
   * read to settle it; `unit` = the directory that is judged by it, null when the project is judged alone.
   */
  | {
      readonly kind: 'unknown'
      readonly own: boolean
      readonly unit: string | null
      readonly reasons: readonly Reason[]
      readonly needs: readonly Need[]
    }
  /** Selected. `to` is what would be written; `units` the directories that would go with it, null when it goes alone. */
  | { readonly kind: 'match'; readonly to: string | null; readonly units: readonly Directory[] | null }

/** What a rule is judged with. */
export interface Bench {
  readonly facts: Facts
  readonly zone: string
  /** Protections of the project at a place, remembered. */
  protection(place: number): ProtectionReading
}

/**
 * Whether a rule that saves an item keeps more destructive rules from it as well: an exception somebody adds to a mild
 * rule must never make a harsher one take the item. Where the rule has nothing to do there, it leaves it to the others.
 */
export function spares(finding: Finding): boolean {
  if (finding.kind === 'unknown') return !finding.own
  return finding.kind === 'saved' && finding.reason.kind !== 'nothing to do' && finding.reason.kind !== 'under root'
}

export const NO: Finding = { kind: 'no' }

/** What must be known of a project before any rule may want it, and could not be read. */
export function blindSpots(bench: Bench, rule: Rule, place: number): readonly Reason[] {
  const { unknown } = bench.protection(place)
  const project = projectAt(bench.facts, place)
  const created = createdOf(bench.facts, project)
  const modified = modifiedOf(bench.facts, project)
  if (!isUnknown(created) && !isUnknown(modified)) return unknown
  const dates = [
    ...(isUnknown(created) ? [unread(rule, 'created', created)] : []),
    ...(isUnknown(modified) ? [unread(rule, 'modified', modified)] : []),
  ]
  return [...unknown, ...dates]
}

export function unread(rule: Rule, what: string, { unknown, ...code }: Doubt): Reason {
  return { kind: 'unknown', rule: rule.id, what, why: unknown, ...code }
}
