/** `project.update`, and the mirror of a hold in a description: one call that changes a project's own fields. */

import { holdTags, withHold, withoutHolds } from '../base/hold.ts'
import { nameProblem, placeOf } from '../base/names.ts'
import { type Inventory, isUnknown, type Parameter, type Project } from '../evidence/project.ts'
import { isTaken } from '../evidence/taken.ts'
import { protections } from '../judge/protect.ts'
import type { Change } from '../plan/change.ts'
import { type CommandItems, commandItem, findProject, refuse, type Situation, type UpdateCommand } from './command.ts'
import { whyNotWritten, whyUntouchable } from './command-rights.ts'

export function updateProject(situation: Situation, command: UpdateCommand): CommandItems {
  const found = findProject(situation.inventory, command.project)
  if (!found.ok) return found
  const { project } = found
  if (command.name === undefined && command.description === undefined && command.parameters === undefined) {
    return refuse('Nothing to change: give a name, a description or parameters.', project.id)
  }
  if (command.keepsHolds && command.description !== undefined && holdTags(command.description).length > 0) {
    return refuse('The description holds or releases the project, which this asker may not.', project.id)
  }
  return change(situation, project, changeOf(command, project))
}

/** Writes the mirror of a hold, or takes it out; `undefined` = take it out. */
export function mirrorHold(situation: Situation, projectId: number, until: string | null | undefined): CommandItems {
  const found = findProject(situation.inventory, projectId)
  if (!found.ok) return found
  const { project } = found
  const description = until === undefined ? withoutHolds(project.description) : withHold(project.description, until)
  return change(situation, project, description === project.description ? {} : { description })
}

function change(situation: Situation, project: Project, wanted: Change): CommandItems {
  const { policy, inventory, memory, now } = situation
  if (Object.keys(wanted).length === 0) return { ok: true, items: [], notes: ['It already is as it should be.'] }
  const reading = protections(policy, inventory, memory, now)(project)
  const why =
    wanted.name === undefined ? whyNotWritten(reading, project, policy) : whyUntouchable(reading, project, policy)
  if (why !== null) return refuse(`"${project.name}" (${project.id}) may not be changed. ${why}`, project.id)
  const problem = wanted.name === undefined ? null : nameIssue(wanted.name, inventory, project)
  if (problem !== null) return refuse(`"${wanted.name}" may not be its name: ${problem}.`, project.id)
  const { created, modified } = project
  if (isUnknown(created) || isUnknown(modified)) return refuse('Its dates could not be read.', project.id)
  const item = commandItem(project, { created, modified }, { action: 'update', change: wanted })
  return { ok: true, items: [item], notes: [] }
}

/** What differs from what is there. */
function changeOf(command: UpdateCommand, project: Project): Change {
  const { name } = command
  const description = command.description === undefined ? undefined : described(command.description, command, project)
  const parameters =
    command.parameters === undefined ? undefined : withParameters(project.parameters, command.parameters)
  return {
    ...(name === undefined || name === project.name ? {} : { name }),
    ...(description === undefined || description === project.description ? {} : { description }),
    ...(parameters === undefined || isSameSet(parameters, project.parameters) ? {} : { parameters }),
  }
}

/** Who may not touch holds leaves those that are written where a person would look for them: at the end. */
function described(text: string, { keepsHolds }: UpdateCommand, { description }: Project): string {
  const tags = keepsHolds ? holdTags(description) : []
  return [text, ...tags].filter((part) => part !== '').join(' ')
}

/** The set as it will be: named ones get their new value in place, new ones come last, null takes one out. */
function withParameters(
  present: readonly Parameter[],
  wanted: NonNullable<UpdateCommand['parameters']>,
): readonly Parameter[] {
  const kept = present.flatMap((parameter) => {
    const { key, value } = parameter
    const given = Object.hasOwn(wanted, key) ? wanted[key] : value
    return typeof given === 'string' ? [{ ...parameter, value: given }] : []
  })
  const known = new Set(present.map(({ key }) => key))
  const added = Object.entries(wanted).flatMap(([key, value]) =>
    value === null || known.has(key) ? [] : [{ key, value }],
  )
  return [...kept, ...added]
}

/** Whether two sets hold the same keys with the same values, in the same order. */
export function isSameSet(one: readonly Parameter[], other: readonly Parameter[]): boolean {
  const key = (list: readonly Parameter[]) => JSON.stringify(list.map(({ key, value }) => [key, value]))
  return key(one) === key(other)
}

function nameIssue(name: string, inventory: Inventory, project: Project): string | null {
  const problem = nameProblem(name, false)
  if (problem !== null) return problem
  const place = placeOf(name)
  if (place !== null) return `nothing is written into QuantConnect's own ${place}`
  const isOthers = name.toLowerCase() !== project.path.toLowerCase() && isTaken(inventory, name)
  return isOthers ? 'another project has it' : null
}
