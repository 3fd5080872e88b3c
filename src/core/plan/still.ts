/** Whether an item that was planned before stands on what is known now: the gate asks before each call, a waiting plan at every sweep. */

import { isAsRead } from '../evidence/facts.ts'
import type { Inventory, Project } from '../evidence/project.ts'
import { isTaken } from '../evidence/taken.ts'
import type { Decision } from '../judge/decide.ts'
import type { Verdict } from '../judge/verdict.ts'
import { reasonText } from './explain.ts'
import type { PlanItem } from './item.ts'

export type StillDue = { readonly still: true } | { readonly still: false; readonly why: string }

/**
 * Whether a planned item stands after the re-check (G8): the same project by id and created, still due, with the same
 * action, the same rule and the same `to`. A name with a number behind it stands as long as nobody took it.
 */
export function stillDue(item: PlanItem, decision: Decision, inventory: Inventory): StillDue {
  return stands(item, decision, inventory, ({ state }) => state === 'due')
}

/** Whether an item of a waiting plan may wait on: as above, but nothing is lost only because the window is closed just now. */
export function stillWaits(item: PlanItem, decision: Decision, inventory: Inventory): StillDue {
  const isRipe = ({ state, reasons }: Verdict) => state === 'due' || reasons.some(({ kind }) => kind === 'window')
  return stands(item, decision, inventory, isRipe)
}

function stands(
  item: PlanItem,
  decision: Decision,
  inventory: Inventory,
  isRipe: (verdict: Verdict) => boolean,
): StillDue {
  const position = inventory.projects.findIndex(({ id }) => id === item.projectId)
  const project = inventory.projects[position]
  const verdict = decision.verdicts[position]
  if (project === undefined || verdict === undefined) return no('It is not in the list any more.')
  if (project.created !== item.created) return no('Another project has its id now.')
  if (project.name !== item.name) return no(`It is called "${project.name}" now.`)
  if (!isRipe(verdict))
    return no(`It is not due any more. ${verdict.reasons.map((reason) => reasonText(reason)).join(' ')}`)
  if (verdict.action !== item.action || verdict.rule !== item.rule) {
    return no(`Rule "${verdict.rule}" would ${verdict.action} it now.`)
  }
  if (project.modified !== item.modified && !isOurOpening(item, project, inventory)) {
    return no('It has been modified since.')
  }
  if (verdict.to === item.to)
    return item.to === null || item.action === 'describe' ? { still: true } : stillFree(item.to, inventory)
  if (item.action === 'describe') return no('Its description, or what would be written, has changed.')
  if (item.to === null || verdict.to === null || !isNumbered(item.to, verdict.to)) {
    return no(`It would be called "${verdict.to}" now.`)
  }
  return stillFree(item.to, inventory)
}

/** Whether the date is of our own look at the files, before which the list was as it was planned by. */
function isOurOpening(item: PlanItem, project: Project, { activity }: Inventory): boolean {
  const reading = activity[project.id]
  return reading !== undefined && reading.listed === item.modified && isAsRead(reading, project)
}

function stillFree(to: string, inventory: Inventory): StillDue {
  return isTaken(inventory, to) ? no(`"${to}" is taken now.`) : { still: true }
}

function isNumbered(to: string, base: string): boolean {
  return to.startsWith(`${base} `) && /^\d+$/.test(to.slice(base.length + 1))
}

function no(why: string): StillDue {
  return { still: false, why }
}
