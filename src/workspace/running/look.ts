/**
 * One look at a whole workspace: both lists, the paid evidence that would settle something, decision and plan. What a
 * preview shows, in the Worker and from a terminal; it sends nothing but reads.
 */

import type { Memory } from '../../core/evidence/memory.ts'
import type { Evidence, Inventory } from '../../core/evidence/project.ts'
import { type Decision, decide } from '../../core/judge/decide.ts'
import type { AskingOptions } from '../../core/plan/asking.ts'
import { makePlan, type Plan } from '../../core/plan/plan.ts'
import type { Policy } from '../../core/policy/policy.ts'
import type { QuantConnect } from '../../quantconnect/client.ts'
import { type Failure, failureText, type Result } from '../../quantconnect/failure.ts'
import { isRunning } from '../../quantconnect/live.ts'
import type { Meter } from '../../quantconnect/meter.ts'
import { addPaid, buyEvidence, type Paid } from '../ledger/paid.ts'

export interface Look {
  readonly inventory: Inventory
  readonly decision: Decision
  readonly plan: Plan
}

export interface ReadOptions {
  readonly organizationId: string
  /** Policy time, milliseconds. */
  readonly now: number
  readonly memory: Memory
  /** Told how far it is, for people who wait. */
  readonly onProgress?: (text: string) => void
}

export interface LookOptions extends ReadOptions, AskingOptions {}

export async function lookAt(
  client: QuantConnect,
  policy: Policy,
  meter: Meter,
  options: LookOptions,
): Promise<Result<Look>> {
  const read = await readWorkspace(client, [policy], meter, options)
  if (!read.ok) return read
  const { inventory, decisions } = read.value
  const [decision] = decisions
  if (decision === undefined) throw new RangeError('One policy gives one decision.')
  const plan = await makePlan(policy, inventory, decision, options.memory, options)
  return { ok: true, value: { inventory, decision, plan } }
}

/** Both lists once, and the paid evidence that would settle something for any of these policies. */
export async function readWorkspace(
  client: QuantConnect,
  policies: readonly Policy[],
  meter: Meter,
  { organizationId, now, memory, onProgress = () => undefined }: ReadOptions,
): Promise<Result<{ readonly inventory: Inventory; readonly decisions: readonly Decision[] }>> {
  onProgress('Reading the list of projects …')
  const projects = await client.readProjects(meter)
  if (!projects.ok) return projects
  onProgress(`Reading what runs live, beside ${projects.value.length} projects …`)
  const { running, failure } = await readRunning(client, meter)
  if (failure?.kind === 'budget') return { ok: false, failure }

  const paid: Paid = {}
  const inventory: Inventory = { at: now, organizationId, projects: projects.value, running, paid }
  let read = 0
  const decisions: Decision[] = []
  for (const policy of policies) {
    let decision = decide(policy, inventory, memory, now)
    for (; decision.needs.length > 0; decision = decide(policy, inventory, memory, now)) {
      for (const { projectId, kind } of decision.needs) {
        read += 1
        onProgress(`Reading ${kind} of project ${projectId} (${read}) …`)
        const bought = await buyEvidence(client, projectId, kind, meter)
        const spent = { unknown: 'the API calls of one look were used up' }
        addPaid(paid, projectId, kind, bought === 'later' ? spent : bought.evidence)
      }
    }
    decisions.push(decision)
  }
  return { ok: true, value: { inventory, decisions } }
}

/** Ids of projects with a running or deploying deployment; unknown when the list cannot be read. */
export async function readRunning(
  client: QuantConnect,
  meter: Meter,
): Promise<{ readonly running: Evidence<readonly number[]>; readonly failure: Failure | null }> {
  const live = await client.listLive(meter)
  if (!live.ok) return { running: { unknown: failureText(live.failure) }, failure: live.failure }
  const ids = live.value.filter((deployment) => isRunning(deployment.status)).map((deployment) => deployment.projectId)
  return { running: [...new Set(ids)], failure: null }
}
