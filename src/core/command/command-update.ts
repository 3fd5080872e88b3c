/** `project.update`, and the mirror of a hold in a description: one call that changes a project's own fields. */

import { holdTags, keepingHolds, longer, withHold, withoutHolds, writtenHold } from '../base/hold.ts'
import { nameProblem, placeOf } from '../base/names.ts'
import { instantOf, nextDay } from '../base/zone.ts'
import type { Memory } from '../evidence/memory.ts'
import { type Inventory, isUnknown, type Parameter, type Project } from '../evidence/project.ts'
import { isTaken } from '../evidence/taken.ts'
import { protections } from '../judge/protect.ts'
import type { Change } from '../plan/change.ts'
import { bringBackText } from '../plan/own-action-view.ts'
import { type CommandItems, commandItem, findProject, refuse, type Situation, type UpdateCommand } from './command.ts'
import { isUnknownOnly, whyNotWritten, whyUntouchable } from './command-rights.ts'

export function updateProject(situation: Situation, command: UpdateCommand): CommandItems {
  const found = findProject(situation, command.project)
  if (!found.ok) return found
  const { project } = found
  const { name, description, parameters, keepsHolds = false, release = false } = command
  if (name === undefined && description === undefined && parameters === undefined && !release) {
    return refuse('Nothing to change: give a name, a description or parameters.', project.id)
  }
  if (keepsHolds && (release || (description !== undefined && holdTags(description).length > 0))) {
    return refuse('The description holds or releases the project, which this asker may not.', project.id)
  }
  if (release) return releasing(situation, project, command)
  const wanted = changeOf(command, project)
  const isPreserved = wanted.description !== undefined && wanted.description !== description
  return change(situation, project, wanted, isPreserved)
}

/** An update that says `release`: as if every hold that was there when it was received were gone. */
function releasing(situation: Situation, project: Project, command: UpdateCommand): CommandItems {
  const { received, memory, policy } = situation
  const { created } = project
  if (isUnknown(created)) return refuse('Its dates could not be read.', project.id, { unknown: true })
  const isOver = (hold: Memory['holds'][number]) => received === undefined || (hold.at ?? 0) <= received.ours
  const holds = memory.holds.filter(
    (hold) => hold.projectId !== project.id || hold.created !== created || !isOver(hold),
  )
  const isHeldAgain = holds.some((hold) => hold.projectId === project.id && hold.created === created)
  // A tag may be the mirror of a hold that was given since.
  const bare = isHeldAgain ? project : { ...project, description: withoutHolds(project.description) }
  const change = changeOf({ ...command, description: command.description ?? bare.description }, bare)
  const { description } = { description: bare.description, ...change }
  const { description: _, ...others } = change
  const wanted = description === project.description ? others : { ...others, description }
  const asked = changed({ ...situation, memory: { ...memory, holds } }, project, bare, wanted)
  if (!asked.ok) return asked
  const hadLedger = holds.length < memory.holds.length
  const hadTags = !isHeldAgain && writtenHold(project.description, policy.timezone) !== null
  const notes =
    hadLedger || hadTags
      ? ['Its hold was released.', ...asked.notes.filter((note) => note !== SO_ALREADY)]
      : asked.notes
  return { ...asked, notes, releases: { projectId: project.id, created } }
}

/** Takes these tags out of a description, or (undefined) all there are. */
export function mirrorRelease(
  situation: Situation,
  projectId: number,
  tags: readonly string[] | undefined,
): CommandItems {
  const found = findProject({ inventory: situation.inventory }, projectId)
  if (!found.ok) return found
  const released = withoutTags(found.project.description, tags)
  return change(situation, found.project, descriptionOf(found.project, released), false)
}

/** A description without these tags, or (undefined) without any. */
export function withoutTags(description: string, tags: readonly string[] | undefined): string {
  const later = tags === undefined ? [] : holdTags(description).filter((tag) => !tags.includes(tag))
  const bare = withoutHolds(description)
  return later.length === 0 ? bare : keepingHolds(bare, later.join(' '))
}

/**
 * Writes the mirror of a hold. A tag that lasts longer stays as it is, and so does one that cannot be understood, for it holds
 * without end.
 */
export function mirrorHold(situation: Situation, projectId: number, until: string | null): CommandItems {
  // The ledger has held or released exactly this project, so it is certainly meant.
  const found = findProject({ inventory: situation.inventory }, projectId)
  if (!found.ok) return found
  const { project } = found
  const { timezone } = situation.policy
  const { description } = project
  const written = writtenHold(description, timezone)
  const end = until === null ? null : instantOf(nextDay(until), 0, timezone)
  const lasts = written !== null && longer(written.until, end) === written.until
  return change(situation, project, lasts ? {} : descriptionOf(project, withHold(description, until)), false)
}

function descriptionOf(project: Project, description: string): Change {
  return description === project.description ? {} : { description }
}

const SO_ALREADY = 'It already is as it should be.'

function change(situation: Situation, project: Project, wanted: Change, isPreserved: boolean): CommandItems {
  return changed(situation, project, project, wanted, isPreserved)
}

/** `held`: the project as its holds are judged by. */
function changed(
  situation: Situation,
  project: Project,
  held: Project,
  wanted: Change,
  isPreserved = false,
): CommandItems {
  const { policy, inventory, memory, now } = situation
  const reading = protections(policy, inventory, memory, now)(held)
  if (Object.keys(wanted).length === 0) {
    const inBin = placeOf(project.path) === 'bin' ? whyNotWritten(reading, project, policy) : null
    if (inBin !== null) return refuse(notChanged(project, inBin), project.id)
    return { ok: true, items: [], notes: [SO_ALREADY] }
  }
  const why =
    wanted.name === undefined ? whyNotWritten(reading, project, policy) : whyUntouchable(reading, project, policy)
  if (why !== null) {
    const more = isUnknownOnly(reading) ? ({ unknown: true } as const) : {}
    return refuse(notChanged(project, why), project.id, more)
  }
  const problem = wanted.name === undefined ? null : nameIssue(wanted.name, inventory, project)
  if (problem !== null) return refuse(`"${wanted.name}" may not be its name: ${problem}.`, project.id)
  const { created, modified } = project
  if (isUnknown(created) || isUnknown(modified))
    return refuse('Its dates could not be read.', project.id, { unknown: true })
  const more = isPreserved ? ({ holdPreserved: true } as const) : {}
  const item = commandItem(project, { created, modified }, { action: 'update', change: wanted, ...more })
  return { ok: true, items: [item], notes: malformedNote(wanted, policy.timezone) }
}

/** What is in the bin has to come back first, for a hold above all: nothing written there keeps it (G28). */
function notChanged({ id, name, path }: Project, why: string): string {
  const back = placeOf(path) === 'bin' ? ` ${bringBackText(id)}` : ''
  return `"${name}" (${id}) may not be changed. ${why}${back}`
}

function malformedNote({ description }: Change, zone: string): readonly string[] {
  const malformed = description === undefined ? null : (writtenHold(description, zone)?.malformed ?? null)
  if (malformed === null) return []
  return [`"${malformed}" in the description is no hold with a date that could be read, so it holds without end.`]
}

/** What differs from what is there. */
function changeOf(command: UpdateCommand, project: Project): Change {
  const { name } = command
  const description =
    command.description === undefined ? undefined : keepingHolds(command.description, project.description)
  const parameters =
    command.parameters === undefined ? undefined : withParameters(project.parameters, command.parameters)
  return {
    ...(name === undefined || name === project.name ? {} : { name }),
    ...(description === undefined || description === project.description ? {} : { description }),
    ...(parameters === undefined || isSameSet(parameters, project.parameters) ? {} : { parameters }),
  }
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
