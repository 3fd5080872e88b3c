/** `project.delete` and `directory.delete`: one project, or everything strictly inside one directory (G21). */

import { placeOf } from '../base/names.ts'
import { normalText } from '../base/normal-text.ts'
import { type Directory, directoriesOf, MOST_TOGETHER } from '../evidence/directory.ts'
import { type Inventory, isUnknown, NO_PATH, normalisePath, type Project } from '../evidence/project.ts'
import { protections } from '../judge/protect.ts'
import type { PlanItem } from '../plan/plan.ts'
import { type CommandItems, commandItem, findProject, type Refused, refuse, type Situation } from './command.ts'
import { isUnknownOnly, whyUntouchable } from './command-rights.ts'
import { whyChanged, whyNotMeant } from './received.ts'

/** `shown`: the name the asker was shown. */
export function deleteProject(situation: Situation, wanted: number | string, shown?: string): CommandItems {
  const found = findProject(situation, wanted, true)
  if (!found.ok) return found
  const { project } = found
  const isOther = shown !== undefined && shown !== project.name
  const why = isOther ? `it was called "${shown}" when this was asked for` : whyChanged(project, situation.received)
  return unlessChanged(deleteAll(situation, [project], null), why === null ? [] : [{ project, why }], null)
}

/**
 * Never the directory's own namesake, its ancestors or its neighbours. One project that must stay saves all, and so does one
 * that was created, renamed into it or modified since this was asked for, or is not among those the asker was shown (`only`).
 */
export function deleteDirectory(situation: Situation, directory: string, only?: readonly number[]): CommandItems {
  const found = insideOf(situation.inventory, directory)
  if (!found.ok) return found
  const { length } = found.projects
  if (length > MOST_TOGETHER) {
    const what = `"${found.path}" holds ${length} projects, and at most ${MOST_TOGETHER} go together.`
    return refuse(`${what} Nothing was deleted. Delete the directories in it one by one.`, null)
  }
  const { received } = situation
  const shown = only === undefined ? null : new Set(only)
  const changed = found.projects.flatMap((project) => {
    const unseen = shown?.has(project.id) === false ? 'it was not there when this was asked for' : null
    const why = unseen ?? whyNotMeant(project, received) ?? whyChanged(project, received)
    return why === null ? [] : [{ project, why }]
  })
  return unlessChanged(deleteAll(situation, found.projects, found.path), changed, found.path)
}

/** Names in one message; the outcomes of the run name all. */
const MOST_NAMED = 20

/** What would be deleted, unless some of it was changed since; whatever else stands against it is said as well. */
function unlessChanged(
  wanted: CommandItems,
  changed: readonly { readonly project: Project; readonly why: string }[],
  directory: string | null,
): CommandItems {
  if (changed.length === 0) return wanted
  const named = changed.slice(0, MOST_NAMED).map(({ project, why }) => `"${project.name}" (${project.id}): ${why}`)
  const more = changed.length > MOST_NAMED ? `; and ${changed.length - MOST_NAMED} more` : ''
  const what = directory === null ? 'Nothing was deleted' : `Nothing inside "${directory}" was deleted`
  const items = changed.flatMap(({ project, why }) => {
    const { created, modified } = project
    if (isUnknown(created) || isUnknown(modified)) return []
    return [commandItem(project, { created, modified }, { action: 'delete', directory, reasons: [sentence(why)] })]
  })
  const [only] = changed.length === 1 ? changed : []
  const why = `${what}. ${named.join('; ')}${more}. Ask again if that is meant.`
  if (!wanted.ok) return refuse(`${wanted.why} ${why}`, wanted.projectId, { changed: items })
  return refuse(why, only?.project.id ?? null, { changed: items })
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`
}

/** Why a text names no directory that could be deleted, in words; null when it does. */
export function directoryProblem(directory: string): string | null {
  const path = normalisePath(directory)
  if (path.trim() === '') return 'it is empty'
  const parts = path.split('/')
  if (parts.some((part) => part === '.' || part === '..')) return '"." and ".." are not followed'
  if (parts.some((part) => part.trim() === '')) return 'a part of it is blank'
  if (/[*?]/.test(path)) return 'it has a wildcard, and a command names one directory exactly'
  const place = placeOf(path)
  return place === null ? null : `it is in QuantConnect's own ${place}`
}

function deleteAll(situation: Situation, projects: readonly Project[], directory: string | null): CommandItems {
  const { policy, inventory, memory, now } = situation
  const protection = protections(policy, inventory, memory, now)
  const reason =
    directory === null ? 'Asked for by a command.' : `Asked for by a command: delete everything inside "${directory}".`
  const items: PlanItem[] = []
  for (const project of projects) {
    const reading = protection(project)
    const why = whyUntouchable(reading, project, policy)
    if (why !== null) {
      const more = isUnknownOnly(reading) ? ({ unknown: true } as const) : {}
      return refuse(`"${project.name}" (${project.id}) may not be deleted. ${why}`, project.id, more)
    }
    const { created, modified } = project
    if (isUnknown(created) || isUnknown(modified)) continue // untouchable, as said above
    items.push(commandItem(project, { created, modified }, { action: 'delete', directory, reasons: [reason] }))
  }
  return { ok: true, items, notes: [] }
}

function insideOf(
  inventory: Inventory,
  directory: string,
): { readonly ok: true; readonly projects: readonly Project[]; readonly path: string } | Refused {
  const why = directoryProblem(directory)
  if (why !== null) return refuse(`"${directory}" is no directory to delete: ${why}.`, null)
  const wanted = normalisePath(directory)
  const alike = directoriesAlike(inventory, wanted)
  const [found] = alike
  if (found === undefined) return refuse(`No project is inside the directory "${wanted}".`, null)
  if (alike.length > 1) {
    const all = alike.map(({ path, members }) => `"${path}" with ${idsOf(inventory, members)}`).join(', ')
    return refuse(
      `${alike.length} directories are called "${wanted}" to somebody who reads it: ${all}. Delete the projects by their ids.`,
      null,
    )
  }
  const nameless = inventory.projects.find(({ path }) => path === NO_PATH)
  if (nameless !== undefined) {
    const whose = nameless.id < 0 ? 'a project whose id could not be read either' : `project ${nameless.id}`
    return refuse(
      `The name of ${whose} could not be read, and it may be inside "${found.path}". Delete the projects by their ids.`,
      nameless.id < 0 ? null : nameless.id,
    )
  }
  const projects = found.members.flatMap((place) => inventory.projects[place] ?? [])
  return { ok: true, projects, path: found.path }
}

/** The directories whose name is this one to somebody who reads it, whatever characters it is written in. */
function directoriesAlike(inventory: Inventory, wanted: string): readonly Directory[] {
  const directories = directoriesOf(inventory)
  const normal = normalText(wanted)
  return [...directories.values()].filter(({ path }) => path === wanted || normalText(path) === normal)
}

function idsOf({ projects }: Inventory, places: readonly number[]): string {
  return places.flatMap((place) => projects[place]?.id ?? []).join(', ')
}
