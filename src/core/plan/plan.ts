/**
 * A decision → the plan of one run: what would be done to which projects, what of it may act, and a hash over exactly
 * what will be done. Preview and real run call the same function (G4).
 */

import { canonicalJson, sha256Hex } from '../base/canonical.ts'
import { openFacts } from '../evidence/facts.ts'
import type { Memory } from '../evidence/memory.ts'
import { type Inventory, isUnknown, type Project } from '../evidence/project.ts'
import { openNames } from '../evidence/taken.ts'
import type { Decision } from '../judge/decide.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { Policy } from '../policy/policy.ts'
import type { Reason } from '../policy/reason.ts'
import type { Action } from '../policy/rule.ts'
import { type Asking, type AskingOptions, asking } from './asking.ts'
import type { Change } from './change.ts'
import { itemReasons, reasonText } from './explain.ts'
import type { PlanItem } from './item.ts'
import { unitOf } from './unit-of.ts'

export { dayOf } from '../base/zone.ts'
export { type CapBreach, capText, type DayCount } from './caps.ts'
export type { PlanItem } from './item.ts'

export interface Plan extends Asking {
  /** Over what will be done: the policy, and of each item action, id, created, modified, name and `to`. */
  readonly hash: string
  /** Hash of the policy. */
  readonly policy: string
  /** By project id. */
  readonly items: readonly PlanItem[]
  /** Projects that a rule would rename or move, but not under that name. */
  readonly refusedMoves: readonly { readonly projectId: number; readonly why: string }[]
}

export interface PlanOptions extends AskingOptions {
  /** Policy time, milliseconds. */
  readonly now: number
  /** Ids of the only rules that may act; null = all. */
  readonly only?: readonly string[] | null
  /** Keys of the directories that stopped a while ago, and are not tried again yet (G23). */
  readonly resting?: ReadonlySet<string>
}

/** The plan of what is due. */
export async function makePlan(
  policy: Policy,
  inventory: Inventory,
  decision: Decision,
  memory: Memory,
  options: PlanOptions,
): Promise<Plan> {
  const { due, unwritable } = whatStandsOut(inventory, decision, options.only ?? null)
  const all = itemsOf(policy, inventory, due, memory, options.now)
  const items = all.filter((item) => options.resting?.has(unitOf(item) ?? '') !== true)
  return sealPlan(policy, inventory, items, options, refusedMoves(policy, unwritable))
}

/** Caps, approvals and hash: what every plan passes, whether rules made it or a command. */
export async function sealPlan(
  policy: Policy,
  inventory: Inventory,
  items: readonly PlanItem[],
  options: AskingOptions,
  refused: Plan['refusedMoves'] = [],
): Promise<Plan> {
  return {
    hash: await hashItems(policy.hash, items),
    policy: policy.hash,
    items,
    ...asking(policy, items, inventory, options),
    refusedMoves: refused,
  }
}

type Hashed = Pick<PlanItem, 'action' | 'projectId' | 'created' | 'modified' | 'name' | 'to'> & {
  readonly change?: Change | null
}

/** SHA-256 over what will be done and to what, never over wording or times of marks. */
export function hashItems(policyHash: string, items: readonly Hashed[]): Promise<string> {
  const rows = [...items]
    .sort((a, b) => a.projectId - b.projectId)
    .map(({ action, projectId, created, modified, name, to, change = null }) => {
      const row = [action, projectId, created, modified, name, to]
      return change === null ? row : [...row, change]
    })
  return sha256Hex(canonicalJson([policyHash, rows]))
}

interface Due {
  readonly verdict: Verdict
  readonly project: Project
}

/** What is due by the rules that may act, and what was given a name that cannot be written. By project id. */
function whatStandsOut({ projects }: Inventory, { verdicts }: Decision, only: readonly string[] | null) {
  const due: Due[] = []
  const unwritable: { readonly projectId: number; readonly reason: Reason }[] = []
  for (let place = 0; place < verdicts.length; place++) {
    const verdict = verdicts[place]
    const project = projects[place]
    if (verdict === undefined || project === undefined) continue
    const isMeant = only === null || only.includes(verdict.rule ?? '')
    if (verdict.state === 'due' && isMeant) due.push({ verdict, project })
    for (let i = 0; i < verdict.reasons.length; i++) {
      const reason = verdict.reasons[i]
      if (reason?.kind === 'unwritable') unwritable.push({ projectId: project.id, reason })
    }
  }
  due.sort((a, b) => a.project.id - b.project.id)
  unwritable.sort((a, b) => a.projectId - b.projectId)
  return { due, unwritable }
}

function itemsOf(
  policy: Policy,
  inventory: Inventory,
  due: readonly Due[],
  memory: Memory,
  now: number,
): readonly PlanItem[] {
  const facts = openFacts(inventory, memory, now)
  const nameFor = openNames(inventory)
  const rules = new Map(policy.rules.map((rule) => [rule.id, rule]))
  return due.flatMap(({ verdict, project }) => {
    const { action } = verdict
    // A due verdict has both dates: what lacks one is not judged.
    if (action === null || isUnknown(project.created) || isUnknown(project.modified)) return []
    const to = verdict.to === null || action === 'describe' ? verdict.to : nameFor(verdict.to)
    const rule = rules.get(verdict.rule ?? '')
    if (rule === undefined) return []
    const { approve, notice } = rule
    const item = itemOf(project, project.created, project.modified, action, verdict, to)
    return [{ ...item, approve, notice, reasons: itemReasons(rule, facts, project, verdict) }]
  })
}

function itemOf(
  project: Project,
  created: number,
  modified: number,
  action: Action,
  { rule, since, directory }: Verdict,
  to: string | null,
): Omit<PlanItem, 'approve' | 'notice' | 'reasons'> {
  const unit = directory === null ? 'project' : 'directory'
  return {
    projectId: project.id,
    name: project.name,
    created,
    modified,
    action,
    rule,
    unit,
    directory,
    to,
    change: null,
    since,
  }
}

/** Of each project the first. */
function refusedMoves(
  policy: Policy,
  unwritable: readonly { readonly projectId: number; readonly reason: Reason }[],
): Plan['refusedMoves'] {
  return unwritable
    .filter(({ projectId }, i) => unwritable[i - 1]?.projectId !== projectId)
    .map(({ projectId, reason }) => ({ projectId, why: reasonText(reason, policy) }))
}
