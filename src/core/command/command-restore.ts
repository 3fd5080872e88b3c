/**
 * `project.restore` and the undo of a run: back from the Recycle Bin by a rename (same id, backtests kept), rebuilt from our
 * backup once the bin has let it go (new id), or back to the state recorded before a move or an update.
 */

import { keepingHolds, withoutHolds } from '../base/hold.ts'
import { nameProblem, placeOf, writableName } from '../base/names.ts'
import { isUnknown, normalisePath, type Project } from '../evidence/project.ts'
import { openNames } from '../evidence/taken.ts'
import { protections } from '../judge/protect.ts'
import type { Change } from '../plan/change.ts'
import type { PlanItem } from '../plan/plan.ts'
import { absent, type CommandItems, commandItem, refuse, type Situation } from './command.ts'
import { whyNotRestored, whyNotWritten, whyUntouchable } from './command-rights.ts'
import { isSameSet } from './command-update.ts'

/** What the ledger knows of projects that somebody may want back. */
export interface Ledger {
  /** The full name a project had when we last deleted it; null when we never did. */
  nameBefore(projectId: number): string | null
  /** The project that one was rebuilt as, the newest; null when it never was. */
  rebuiltAs(projectId: number): RebuiltAs | null
  /** The newest verified backup of a project; null when there is none. */
  backup(projectId: number): { readonly name: string; readonly created: number; readonly modified: number } | null
}

/** A project that a restore made. */
export interface RebuiltAs {
  readonly projectId: number
  readonly created: number
  /** The run that made it. */
  readonly run: string
  /** Whether that restore is over; one that is not goes on when it is asked for again. */
  readonly complete: boolean
}

/** Something a run did, as its ledger has it. */
export interface Deed {
  readonly item: PlanItem
  /** The project's own fields just before the call; null for runs that did not record them. */
  readonly before: Required<Change> | null
  /** Whether it happened is not known yet. */
  readonly isUnsure?: boolean
}

export function restoreProject(situation: Situation, ledger: Ledger, projectId: number): CommandItems {
  const restored = restorer(situation, ledger)(projectId)
  return restored.ok ? { ok: true, items: [restored.item], notes: restored.notes } : restored
}

const UNSURE = 'Whether the run did it is not known yet; ask again in some minutes.'

/** Everything that can be taken back; what cannot is said in the notes. Refused when nothing can. */
export function undoRun(situation: Situation, ledger: Ledger, deeds: readonly Deed[]): CommandItems {
  const restore = restorer(situation, ledger)
  const back = reverter(situation)
  const items: PlanItem[] = []
  const notes: string[] = []
  const left: string[] = []
  for (const deed of deeds) {
    const undone = deed.item.action === 'delete' ? restore(deed.item.projectId) : back(deed)
    if (undone.ok) items.push(undone.item)
    if (undone.ok) notes.push(...undone.notes)
    else left.push(`${deed.item.name} (${deed.item.projectId}): ${deed.isUnsure ? `${UNSURE} ` : ''}${undone.why}`)
  }
  if (items.length > 0) return { ok: true, items, notes: [...notes, ...left], left }
  return refuse(['There is nothing to undo.', ...left].join(' '), null)
}

type Undone = { readonly ok: true; readonly item: PlanItem; readonly notes: readonly string[] } | NotUndone
type NotUndone = Extract<CommandItems, { ok: false }>

function restorer(situation: Situation, ledger: Ledger): (projectId: number) => Undone {
  const { policy, inventory, memory, now } = situation
  const protection = protections(policy, inventory, memory, now)
  const nameFor = settler(situation)
  const projects = new Map(inventory.projects.map((project) => [project.id, project]))

  return (projectId) => {
    const project = projects.get(projectId)
    if (project === undefined) return rebuilt(projectId)
    if (placeOf(project.path) !== 'bin') return refuse('It is not in the Recycle Bin.', projectId)
    const why = whyNotRestored(protection(project), project, policy)
    if (why !== null) return refuse(`"${project.name}" (${projectId}) may not be restored. ${why}`, projectId)
    const { created, modified } = project
    if (isUnknown(created) || isUnknown(modified)) return refuse('Its dates could not be read.', projectId)
    const { name, note } = nameFor(nameOutside(project, ledger.nameBefore(projectId)))
    const reasons = ['Back from the Recycle Bin.', ...note]
    return { ok: true, item: commandItem(project, { created, modified }, restoring({ name }, reasons)), notes: note }
  }

  function rebuilt(projectId: number): Undone {
    const made = ledger.rebuiltAs(projectId)
    const begun = unfinished(made, projects)
    const present = made === null ? undefined : projects.get(made.projectId)
    if (made?.complete && present?.created === made.created) {
      return refuse(`It was rebuilt as project ${made.projectId}, which is called "${present.name}".`, projectId)
    }
    const backup = ledger.backup(projectId)
    if (backup === null) {
      const { why } = absent(projectId)
      return refuse(`${why} It is not in the Recycle Bin, and there is no backup of it.`, projectId)
    }
    const { name, note } = nameFor(backup.name)
    const lost = 'It gets a new id; its backtests and its live history do not come back.'
    const goesOn = begun === null ? [] : [`This goes on with project ${begun.projectId}, which run ${begun.run} began.`]
    const { created, modified } = backup
    const item = commandItem(
      { id: projectId, name: backup.name } as Project,
      { created, modified },
      { action: 'rebuild', to: name, reasons: ['Rebuilt from our backup.', lost, ...goesOn, ...note] },
    )
    return { ok: true, item, notes: [`"${backup.name}" is rebuilt from our backup. ${lost}`, ...goesOn, ...note] }
  }
}

/** The project of a restore that is not over, if it is still there and outside the bin; a repeated restore goes on with it. */
export function unfinished(made: RebuiltAs | null, projects: ReadonlyMap<number, Project>): RebuiltAs | null {
  if (made === null || made.complete) return null
  const present = projects.get(made.projectId)
  return present?.created === made.created && placeOf(present.path) !== 'bin' ? made : null
}

/** Puts a project back into the state before a move or an update, if it still is as we left it. */
function reverter(situation: Situation): (deed: Deed) => Undone {
  const { policy, inventory, memory, now } = situation
  const protection = protections(policy, inventory, memory, now)
  const nameFor = settler(situation)
  const projects = new Map(inventory.projects.map((project) => [project.id, project]))

  return ({ item, before }) => {
    const { projectId } = item
    if (item.action === 'rebuild') return refuse('A rebuilt project is not undone; delete it instead.', projectId)
    const project = projects.get(projectId)
    const { created = null, modified = null } = project ?? {}
    if (project === undefined || created !== item.created) return refuse('It is not there any more.', projectId)
    if (item.action === 'restore' && placeOf(item.name) === 'bin') {
      return refuse('A restore is not undone; delete the project instead.', projectId)
    }
    if (before === null) return refuse('What it was before was not recorded.', projectId)
    if (isUnknown(created) || isUnknown(modified) || created === null || modified === null) {
      return refuse('Its dates could not be read.', projectId)
    }
    const wrote = writtenBy(item)
    const changed = differing(project, wrote)
    if (changed !== null) return refuse(`Its ${changed} has been changed since, so it was left alone.`, projectId)

    const reading = protection(project)
    // A hold asks to keep the project; to put it back where it was is no breach of that.
    const unheld = { ...reading, heldBy: [] }
    const why =
      wrote.name === undefined ? whyNotWritten(unheld, project, policy) : whyUntouchable(unheld, project, policy)
    if (why !== null) return refuse(why, projectId)
    const settled = wrote.name === undefined ? null : nameFor(before.name)
    const change: Change = {
      ...(settled === null ? {} : { name: settled.name }),
      ...(wrote.description === undefined ? {} : { description: described(before.description, project.description) }),
      ...(wrote.parameters === undefined ? {} : { parameters: before.parameters }),
    }
    if (
      wrote.description !== undefined &&
      change.description === project.description &&
      wrote.name === undefined &&
      wrote.parameters === undefined
    ) {
      return refuse('Holds are not undone: hold the project again, or release it.', projectId)
    }
    const note = settled?.note ?? []
    const reasons = ['Back to what it was before.', ...note]
    return { ok: true, item: commandItem(project, { created, modified }, restoring(change, reasons)), notes: note }
  }
}

/** What an item wrote. */
export function writtenBy({ action, to, change }: PlanItem): Change {
  if (change !== null) return change
  if (to === null) return {}
  return action === 'describe' ? { description: to } : { name: to }
}

function differing(project: Project, wrote: Change): string | null {
  if (wrote.name !== undefined && project.name !== wrote.name) return 'name'
  if (wrote.description !== undefined && withoutHolds(project.description) !== withoutHolds(wrote.description))
    return 'description'
  if (wrote.parameters !== undefined && !isSameSet(project.parameters, wrote.parameters)) return 'set of parameters'
  return null
}

/** The text as it was, with the holds as they are: those given since stay, and those released since do not come back. */
function described(before: string, present: string): string {
  return keepingHolds(withoutHolds(before), present)
}

function restoring(change: Change, reasons: readonly string[]) {
  return { action: 'restore', change, reasons } as const
}

/** A name that can be written and is free, and what had to be changed of the one that was wanted. */
function settler({ inventory }: Situation) {
  const free = openNames(inventory)
  return (wanted: string): { readonly name: string; readonly note: readonly string[] } => {
    const problem = nameProblem(wanted)
    const writable = problem === null ? wanted : writableName(wanted)
    const name = free(writable)
    if (name === wanted) return { name, note: [] }
    const because = problem ?? 'that name is taken'
    return { name, note: [`It cannot be called "${wanted}" (${because}), so it is called "${name}".`] }
  }
}

/**
 * The name a project had when it went to the bin. Ours is from before our own deletion, which may not have been the last; in
 * the bin a name that is taken has a number behind it.
 */
function nameOutside({ path }: Project, ours: string | null): string {
  const shown = path.slice(path.indexOf('/') + 1)
  if (ours === null) return shown
  const before = normalisePath(ours)
  const isNumbered = shown.startsWith(`${before} `) && /^\d+$/.test(shown.slice(before.length + 1))
  return shown === before || isNumbered ? ours : shown
}
