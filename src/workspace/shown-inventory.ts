/** The last good survey as the API shows it: every project with its verdict and reasons, and the evidence behind it. */

import { decide } from '../core/decide.ts'
import { reasonText } from '../core/explain.ts'
import { problemText, readPolicy } from '../core/policy.ts'
import type { Deps } from '../deps.ts'
import { policyNow } from './clock.ts'
import { loadInventory } from './evidence.ts'
import { readFact } from './facts.ts'
import { readMemory } from './memory.ts'
import type { Asked } from './preview.ts'
import type { ShownInventory } from './run.ts'
import { runById } from './runs.ts'

export async function showInventory(sql: SqlStorage, deps: Deps): Promise<Asked<ShownInventory>> {
  const good = readFact(sql, 'good')
  const run = good === null ? null : runById(sql, good.run)
  if (run === null) {
    const message = 'There is no survey yet. Wait for the next tick, or POST /api/runs.'
    return { ok: false, reason: 'notFound', message }
  }
  const read = await readPolicy(deps.policyText)
  if (!read.ok) {
    const message = `The policy cannot be used. ${read.problems.map(problemText).join(' ')}`
    return { ok: false, reason: 'unready', message }
  }
  const inventory = await loadInventory(sql, run, deps.config.organizationId)
  const { verdicts, counts } = decide(read.policy, inventory, readMemory(sql), policyNow(sql, deps.now()))
  const shown = verdicts.map(({ projectId, state, rule, reasons }) => [
    projectId,
    { verdict: state, rule, reasons: reasons.map((reason) => reasonText(reason, read.policy)) },
  ])
  return { ok: true, value: { ...inventory, run: run.id, counts, verdicts: Object.fromEntries(shown) } }
}
