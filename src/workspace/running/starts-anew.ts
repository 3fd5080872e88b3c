/**
 * What comes back starts anew, however it comes back (G22): whichever run sees a project in the Recycle Bin ends what was
 * allowed to be done to it, also when that run lets no rule act. What is gone altogether counts only in a list that is
 * believed, for a list may lack what is there.
 */

import type { Project } from '../../core/evidence/project.ts'
import { endPermissions } from '../ledger/announced.ts'
import { openProposal, waitingItems } from '../ledger/proposals.ts'
import { shrink } from '../telling/plan-ends.ts'
import { isInBin } from './judge.ts'
import { audienceIn } from './put-down.ts'
import type { Slice } from './slice.ts'

/** `isBelieved`: whether what the list lacks is taken to be gone. */
export function startAnew(slice: Slice, projects: readonly Project[], isBelieved: boolean): void {
  const { sql, storage } = slice
  const listed = new Map(projects.map((project) => [project.id, project]))
  const isOut = (id: number) => isOutside(listed.get(id), isBelieved)
  storage.transactionSync(() => {
    const marked = sql.exec<{ id: number }>('SELECT DISTINCT project_id AS id FROM marks').toArray()
    for (const { id } of marked) if (isOut(id)) endPermissions(sql, id, null)
    leaveWaitingPlan(slice, isOut, 'It was moved to the Recycle Bin, or is gone.')
  })
}

function isOutside(project: Project | undefined, isBelieved: boolean): boolean {
  return project === undefined ? isBelieved : isInBin(project)
}

/** Takes projects out of the plan that waits for people, and with each what goes only together with it. */
export function leaveWaitingPlan(slice: Slice, isOut: (projectId: number) => boolean, why: string): void {
  const { sql, policy, deps } = slice
  const open = openProposal(sql)
  if (open === null) return
  const out = waitingItems(sql, open).flatMap(({ item }) => (isOut(item.projectId) ? [item] : []))
  if (out.length === 0) return
  const units = new Set(out.flatMap(({ rule, directory }) => (directory === null ? [] : [unitOf(rule, directory)])))
  const whyNot = (item: (typeof out)[number]) => {
    if (out.some(({ projectId }) => projectId === item.projectId)) return why
    const isOfUnit = item.directory !== null && units.has(unitOf(item.rule, item.directory))
    return isOfUnit ? 'Another project of its directory is not in the plan any more.' : null
  }
  shrink(sql, { policy, audience: audienceIn(slice) }, open, whyNot, deps.now())
}

function unitOf(rule: string | null, directory: string): string {
  return JSON.stringify([rule, directory])
}
