/**
 * The last whole scan with the policy it is read by now, as leansweep has left the projects since then: what `why`,
 * `/api/inventory` and names are looked up in, without an API call (G28).
 */

import { withoutTags } from '../../core/command/command-update.ts'
import { type OwnAction, withOwnActions } from '../../core/evidence/own-action.ts'
import type { Inventory } from '../../core/evidence/project.ts'
import { type Policy, problemText, readPolicy } from '../../core/policy/policy.ts'
import type { Deps } from '../../deps.ts'
import { loadInventory, readPaid } from './evidence.ts'
import { readFact } from './facts.ts'
import { actionsSince } from './own-actions.ts'
import { openCommands, type RunRow, runById } from './runs.ts'

/** `unready`: settings or policy; `unreadable`: QuantConnect; `notFound`: no such project or no survey yet. */
export type Asked<T> = { readonly ok: true; readonly value: T } | NotAnswered

export interface NotAnswered {
  readonly ok: false
  readonly reason: 'unready' | 'unreadable' | 'notFound'
  readonly message: string
}

export interface LastSurvey {
  readonly run: RunRow
  readonly policy: Policy
  readonly inventory: Inventory
  /** What leansweep did since that scan, in its order; the inventory is as these left it. */
  readonly actions: readonly OwnAction[]
  /** Projects whose release is not written into their description yet; the inventory is as if it were. */
  readonly releasing: Releasing
}

export async function lastSurvey(sql: SqlStorage, deps: Deps): Promise<Asked<LastSurvey>> {
  const good = readFact(sql, 'good')
  const scan = readFact(sql, 'scan') ?? good
  const run = scan === null ? null : runById(sql, scan.run)
  if (run === null) return no('notFound', 'There is no survey yet. Wait for the next tick, or POST /api/runs.')
  const policy = await usablePolicy(deps)
  if (!policy.ok) return policy
  const scanned = await loadInventory(sql, run, deps.config.organizationId)
  // A database that was full lets go of it; no good scan is empty.
  if (scanned.projects.length === 0)
    return no('notFound', 'The last scan is not stored any more. The next tick reads anew.')
  // A command reads no paid evidence; what the last sweep read is the newest there is.
  const paid = good === null || good.run === run.id ? scanned.paid : { ...readPaid(sql, good.run), ...scanned.paid }
  const actions = actionsSince(sql, run.state.surveyAt ?? run.createdAt)
  const releasing = beingReleased(sql)
  const inventory = released(withOwnActions({ ...scanned, paid }, actions), releasing)
  return { ok: true, value: { run, policy: policy.value, inventory, actions, releasing } }
}

/** By project id: the tags that a release takes out, or undefined for all. */
type Releasing = ReadonlyMap<number, readonly string[] | undefined>

/** The projects that somebody released, and whose description does not say so yet. */
export function beingReleased(sql: SqlStorage): Releasing {
  const commands = openCommands(sql).flatMap(({ request }) =>
    request.kind === 'command' && request.command.type === 'project.release' ? [request.command] : [],
  )
  return new Map(commands.map(({ projectId, tags }) => [projectId, tags]))
}

function released(inventory: Inventory, releasing: Releasing): Inventory {
  if (releasing.size === 0) return inventory
  const projects = inventory.projects.map((project) =>
    releasing.has(project.id)
      ? { ...project, description: withoutTags(project.description, releasing.get(project.id)) }
      : project,
  )
  return { ...inventory, projects }
}

/** The policy, or what is wrong with it in one message, which quotes no secret that somebody wrote into it (G20). */
export async function usablePolicy({ policyText, clean }: Pick<Deps, 'policyText' | 'clean'>): Promise<Asked<Policy>> {
  const read = await readPolicy(policyText)
  if (read.ok) return { ok: true, value: read.policy }
  return no('unready', clean(`The policy cannot be used. ${read.problems.map(problemText).join(' ')}`))
}

export function no(reason: NotAnswered['reason'], message: string): NotAnswered {
  return { ok: false, reason, message }
}
