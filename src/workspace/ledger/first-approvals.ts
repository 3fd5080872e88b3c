/** Approvals that stand for later runs: a rule with `approve = "first"` is asked about until one of its runs was approved and acted (G7). */

import { approvalKey } from '../../core/plan/asking.ts'
import type { Policy } from '../../core/policy/policy.ts'
import { wasActedOn } from './acted-on.ts'
import type { ItemRow } from './items.ts'
import type { RunRow } from './runs.ts'

/** Ids of the rules with `approve = "first"` whose first approval stands. */
export async function approvedRules(sql: SqlStorage, policy: Policy): Promise<ReadonlySet<string>> {
  const known = new Set(
    sql
      .exec<{ key: string }>('SELECT key FROM first_approvals')
      .toArray()
      .map(({ key }) => key),
  )
  const asking = policy.rules.filter(({ approve }) => approve === 'first')
  const keys = await Promise.all(asking.map(async (rule) => [rule.id, await approvalKey(policy, rule)] as const))
  return new Set(keys.filter(([, key]) => known.has(key)).map(([id]) => id))
}

/** After an approved run: the first approval of each of its rules that really did something. */
export async function rememberFirstApprovals(
  sql: SqlStorage,
  policy: Policy,
  run: RunRow,
  rows: readonly ItemRow[],
  now: number,
): Promise<void> {
  if (run.request.kind !== 'approved') return
  const acted = new Set(rows.filter(({ outcome }) => outcome === 'done').map(({ item }) => item.rule))
  for (const rule of policy.rules.filter(({ id, approve }) => approve === 'first' && acted.has(id))) {
    const key = await approvalKey(policy, rule)
    sql.exec(
      'INSERT OR IGNORE INTO first_approvals (key, rule, run, at) VALUES (?, ?, ?, ?)',
      key,
      rule.id,
      run.id,
      now,
    )
  }
}

/** Whether a rule's item may act as far as approvals go: nobody has to be asked, or this run executes what was approved. */
export async function needsNoApproval(
  sql: SqlStorage,
  policy: Policy,
  run: RunRow,
  { item }: Pick<ItemRow, 'item'>,
): Promise<boolean> {
  const rule = policy.rules.find(({ id }) => id === item.rule)
  if (rule === undefined || rule.approve === 'never' || run.request.kind === 'approved') return true
  // Asked last, with nothing awaited between the answer and the gate: an action completed meanwhile counts.
  return rule.approve === 'first' && (await approvedRules(sql, policy)).has(rule.id) && !wasActedOn(sql, item.projectId)
}
