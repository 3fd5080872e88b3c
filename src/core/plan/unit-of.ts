/** Which items go together: those of one directory by one rule or command (G23). */

import type { PlanItem } from './item.ts'

/**
 * The key of the unit that an item belongs to; null for one that goes by itself. A description is each project's own, so a
 * rule that describes a directory stops at nothing.
 */
export function unitOf({ rule, directory, action }: Pick<PlanItem, 'rule' | 'directory' | 'action'>): string | null {
  return directory === null || action === 'describe' ? null : JSON.stringify([rule, directory])
}
