/**
 * One look at a whole workspace: both lists, the paid evidence that would settle something, decision and plan. What a
 * preview shows, in the Worker and from a terminal; it sends nothing but reads.
 */

import type { Memory } from '../../core/evidence/memory.ts'
import type { ActivityReading, Evidence, Inventory } from '../../core/evidence/project.ts'
import { type Decision, decide } from '../../core/judge/decide.ts'
import type { ToRead } from '../../core/judge/unread.ts'
import type { AskingOptions } from '../../core/plan/asking.ts'
import { makePlan, type Plan } from '../../core/plan/plan.ts'
import { READINGS_AT_ONCE } from '../../core/plan/readings.ts'
import type { Policy } from '../../core/policy/policy.ts'
import type { QuantConnect } from '../../quantconnect/client.ts'
import { type Failure, failureText, type Result } from '../../quantconnect/failure.ts'
import { isRunning } from '../../quantconnect/live.ts'
import { createMeter, type Meter, withinBoth } from '../../quantconnect/meter.ts'
import { addPaid, buyEvidence, type Paid } from '../ledger/paid.ts'
import { inLanes, readNewestBacktest, readNewestFile } from './read-activity.ts'

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
  /** What was read of activity before. */
  readonly activity?: Inventory['activity']
  /** The most calls to read activity with; what does not fit in stays unknown. */
  readonly readingCalls: number
  /** Told how far it is, for people who wait. */
  readonly onProgress?: (text: string) => void
}

/** A workspace as it was read, and what each policy decides on it. */
export interface ReadWorkspace {
  readonly inventory: Inventory
  readonly decisions: readonly Decision[]
  /** How many projects were read for their activity, and how many would still have to be. */
  readonly looked: number
  readonly unread: number
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
  { organizationId, now, memory, activity: known = {}, readingCalls, onProgress = () => undefined }: ReadOptions,
): Promise<Result<ReadWorkspace>> {
  onProgress('Reading the list of projects …')
  const projects = await client.readProjects(meter)
  if (!projects.ok) return projects
  onProgress(`Reading what runs live, beside ${projects.value.length} projects …`)
  const { running, failure } = await readRunning(client, meter)
  if (failure?.kind === 'budget') return { ok: false, failure }

  const paid: Paid = {}
  const activity: { [projectId: string]: ActivityReading } = { ...known }
  const inventoryNow = (): Inventory => {
    return { at: now, organizationId, projects: projects.value, running, paid, activity: { ...activity } }
  }
  const allowance = withinBoth(meter, createMeter(readingCalls))
  const looked = new Set<number>()
  const unread = new Set<number>()
  let read = 0
  const decisions: Decision[] = []
  for (const policy of policies) {
    for (;;) {
      const decision = decide(policy, inventoryNow(), memory, now)
      const next = decision.toRead.filter(({ projectId }) => !looked.has(projectId) && !unread.has(projectId))
      if (decision.needs.length + next.length === 0) {
        decisions.push(decision)
        break
      }
      for (const { projectId, kind } of decision.needs) {
        read += 1
        onProgress(`Reading ${kind} of project ${projectId} (${read}) …`)
        const bought = await buyEvidence(client, projectId, kind, meter)
        const spent = { unknown: 'the API calls of one look were used up' }
        addPaid(paid, projectId, kind, bought === 'later' ? spent : bought.evidence)
      }
      if (decision.needs.length > 0) continue
      const young = new Set<string>()
      await inLanes(next, READINGS_AT_ONCE, async (one) => {
        if (one.unit !== null && young.has(one.unit)) return true
        onProgress(`Reading the activity of project ${one.projectId} (${looked.size + 1}) …`)
        const reading = await lookAtActivity(client, one, activity[one.projectId] ?? null, allowance, now)
        if (reading === null) {
          unread.add(one.projectId)
          return true
        }
        looked.add(one.projectId)
        activity[one.projectId] = reading
        if (one.unit !== null && isYoung(reading, one)) young.add(one.unit)
        return true
      })
    }
  }
  return { ok: true, value: { inventory: inventoryNow(), decisions, looked: looked.size, unread: unread.size } }
}

/** One reading, kept nowhere; null = there are no calls left for it, or QuantConnect wants no more of them. */
async function lookAtActivity(
  client: QuantConnect,
  { projectId, created, listModified, listed, rowHash, youngAfter }: ToRead,
  before: ActivityReading | null,
  meter: Meter,
  now: number,
): Promise<ActivityReading | null> {
  const none = { files: null, backtest: null, readAt: null, failed: null, retryAt: null, opened: null }
  const known = {
    ...none,
    ...(before?.created === created ? before : {}),
    created,
    listModified,
    listed,
    rowHash,
    readAt: null,
  }
  const failedNow = (failed: string) => ({ ...known, failed, retryAt: now + 1 })
  if (meter.left < 2) return null
  const by = { client, meter, now: () => now }
  const files = await readNewestFile(by, projectId)
  if (files.kind === 'failed') return failedNow(files.why)
  if (files.kind !== 'read') return null
  const half = { ...known, files: files.newest }
  if (isYoung(half, { youngAfter })) return half
  const backtests = await readNewestBacktest(by, projectId, known.backtest)
  if (backtests.kind === 'failed') return failedNow(backtests.why)
  return backtests.kind === 'read' ? { ...half, backtest: backtests.newest, readAt: now } : null
}

function isYoung({ files, backtest }: ActivityReading, { youngAfter }: Pick<ToRead, 'youngAfter'>): boolean {
  return youngAfter !== null && Math.max(files ?? 0, backtest ?? 0) > youngAfter
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
