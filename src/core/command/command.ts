/**
 * What somebody with the right to ask has asked for. Grace, notice, window, `enforce`, `approve`, `keep`, marks and the 48
 * hours belong to rules; protections, holds, caps and unknown evidence hold for commands as well.
 */

import { placeOf } from '../base/names.ts'
import { normalText } from '../base/normal-text.ts'
import type { Memory } from '../evidence/memory.ts'
import { type Inventory, NO_PATH, normalisePath, type Project } from '../evidence/project.ts'
import type { PlanItem } from '../plan/plan.ts'
import type { Policy } from '../policy/policy.ts'
import { type Received, whyNotMeant, whyTooNew } from './received.ts'

export type Command =
  /** `shown`: the name the asker was shown; under another one nothing is done. */
  | { readonly type: 'project.delete'; readonly project: ProjectRef; readonly shown?: string }
  /** `only`: ids of the projects the asker was shown; while another one is inside, nothing is done. */
  | { readonly type: 'directory.delete'; readonly directory: string; readonly only?: readonly number[] }
  | UpdateCommand
  /** Back from the Recycle Bin, or rebuilt from our backup once the bin has let it go. */
  | { readonly type: 'project.restore'; readonly projectId: number }
  /** Writes the mirror of a hold into the description; the ledger already has it. `until`: `2027-01-31` inclusive, null = for ever. */
  | { readonly type: 'project.hold'; readonly projectId: number; readonly until: string | null }
  /**
   * Takes the mirror of a hold out of the description; the ledger has already let go. `tags`: those that were there, or about
   * to be, when it was asked for; what somebody writes later stays. Without: all.
   */
  | { readonly type: 'project.release'; readonly projectId: number; readonly tags?: readonly string[] }

/** A project by its id, or by its exact full name; a name that several projects answer to is refused. */
export type ProjectRef = number | string

export interface UpdateCommand {
  readonly type: 'project.update'
  readonly project: ProjectRef
  /** New full name. */
  readonly name?: string
  /** The whole new description. */
  readonly description?: string
  /** Sets these parameters and leaves the others as they are; null removes one. */
  readonly parameters?: { readonly [key: string]: string | null }
  /** The asker may neither give holds nor end them. */
  readonly keepsHolds?: true
  /** Ends every hold that was given before this was received; without it those in the description stay. */
  readonly release?: true
}

/** Everything a command is judged by. */
export interface Situation {
  readonly policy: Policy
  readonly inventory: Inventory
  readonly memory: Memory
  /** Policy time, milliseconds. */
  readonly now: number
  /** When the command was first received; absent where somebody only looks what it would come to. */
  readonly received?: Received
  /** Ids of the projects that had this name once; absent = not known. */
  readonly formerly?: (name: string) => ReadonlySet<number>
}

/** What a command comes to. */
export type CommandItems =
  | {
      readonly ok: true
      readonly items: readonly PlanItem[]
      /** What the asker should hear besides, as sentences. */
      readonly notes: readonly string[]
      /** Parts of what was asked for that are not possible, as sentences. */
      readonly left?: readonly string[]
      /** The project whose holds it ends, those given after its receipt excepted. */
      readonly releases?: { readonly projectId: number; readonly created: number }
    }
  | Refused

/** Nothing is done. */
export interface Refused {
  readonly ok: false
  readonly why: string
  /** The project that stands in the way, or null. */
  readonly projectId: number | null
  /** A fact that could not be read stands in the way: it may be known another time. */
  readonly unknown?: true
  /** Items for the projects that were created, renamed or modified since the command was received. */
  readonly changed?: readonly PlanItem[]
}

/**
 * The one project that is meant; names are compared exactly, as the API wrote them or without stray slashes, and where no
 * name is exactly so, after normalization; else by a name that only one had before. `destroys`: a name that is the same as
 * another's to a reader is refused, and nothing is found by a name that it has no more (G28).
 */
export function findProject(
  { inventory, received, formerly }: Pick<Situation, 'inventory' | 'received' | 'formerly'>,
  wanted: ProjectRef,
  destroys = false,
): { readonly ok: true; readonly project: Project } | Refused {
  const { projects } = inventory
  const exact = projects.filter(({ id, name, path }) =>
    typeof wanted === 'number' ? id === wanted : name === wanted || path === wanted,
  )
  const isNamed = typeof wanted === 'string' && (destroys || exact.length === 0)
  const named = isNamed ? calledAlike(projects, wanted) : exact
  const why = typeof wanted === 'number' ? whyTooNew : whyNotMeant
  const found = named.filter((project) => why(project, received) === null)
  const [project] = found
  const [other] = named
  if (project === undefined && other !== undefined) {
    const how = typeof wanted === 'number' ? 'Ask again if it is meant.' : 'Ask again by its id if it is meant.'
    return refuse(`"${other.name}" (${other.id}) was left alone: ${why(other, received)}. ${how}`, other.id)
  }
  if (project === undefined) {
    if (typeof wanted === 'number') return absent(wanted)
    const former = calledBefore(projects, wanted, received, formerly)
    const [one] = former
    if (one !== undefined && former.length === 1 && !destroys && whyTooNew(one, received) === null) {
      return { ok: true, project: one }
    }
    const known = former.map(({ id, name }) => `"${name}" (${id})`).join(', ')
    const hint = known === '' ? '' : ` Called so before: ${known}. Say which by its id.`
    return refuse(`No project is called "${wanted}".${hint}`, null)
  }
  if (found.length === 1) return { ok: true, project }
  const ids = found.map(({ id }) => id).join(', ')
  const how = found.length === exact.length ? '' : ', to somebody who reads it'
  return refuse(`${found.length} projects are called "${wanted}"${how}: ${ids}. Say which by its id.`, null)
}

/** The projects that had exactly this name before, in an earlier scan or by our own renames. */
function calledBefore(
  projects: readonly Project[],
  wanted: string,
  received: Received | undefined,
  formerly: Situation['formerly'] | undefined,
): readonly Project[] {
  const path = normalisePath(wanted)
  const ids = formerly?.(wanted)
  return projects.filter((project) => {
    if (placeOf(project.path) === 'bin' || project.path === NO_PATH) return false
    return ids?.has(project.id) === true || received?.pathBefore(project.id) === path
  })
}

/** The projects whose name is this one to somebody who reads it, whatever characters it is written in. */
function calledAlike(projects: readonly Project[], wanted: string): readonly Project[] {
  const normal = normalText(wanted)
  return projects.filter(({ name, path }) => {
    return name === wanted || path === wanted || normalText(name) === normal || normalText(path) === normal
  })
}

/** An item that a command asks for: whoever asked had the right to, so nobody else is asked and nobody is told before. */
export function commandItem(
  project: Project,
  dates: { readonly created: number; readonly modified: number },
  wanted: Pick<PlanItem, 'action'> &
    Partial<Pick<PlanItem, 'to' | 'change' | 'directory' | 'reasons' | 'holdPreserved'>>,
): PlanItem {
  const { action, to = null, change = null, directory = null, reasons = ['Asked for by a command.'] } = wanted
  const { holdPreserved } = wanted
  return {
    projectId: project.id,
    name: project.name,
    created: dates.created,
    modified: dates.modified,
    action,
    rule: null,
    unit: directory === null ? 'project' : 'directory',
    directory,
    to,
    change,
    since: null,
    approve: 'never',
    notice: 0,
    reasons,
    ...(holdPreserved === undefined ? {} : { holdPreserved }),
  }
}

export function absent(projectId: number): Refused {
  return refuse(`No project has the id ${projectId}.`, projectId)
}

export function refuse(
  why: string,
  projectId: number | null,
  more: Pick<Refused, 'unknown' | 'changed'> = {},
): Refused {
  return { ok: false, why, projectId, ...more }
}
