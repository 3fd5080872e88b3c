/** What a rule would write: the expanded `to`, checked again, because a name may bring in what no template had. */

import { DAY } from '../base/duration.ts'
import { looksLikeHold } from '../base/hold.ts'
import { nameProblem, placeOf } from '../base/names.ts'
import { withOurLine } from '../base/our-line.ts'
import { dayOf } from '../base/zone.ts'
import { activityOf } from '../evidence/activity.ts'
import { type Facts, lastPart, parentOf } from '../evidence/facts.ts'
import { isUnknown, normalisePath, type Project } from '../evidence/project.ts'
import { evaluate } from '../policy/condition.ts'
import type { DirectoryView } from '../policy/measured.ts'
import type { Reason } from '../policy/reason.ts'
import type { Rule } from '../policy/rule.ts'
import { expand, isInside, literalRoot, movesOnce, type Placeholder, type Template } from '../policy/template.ts'

/** `to`: the new full name or the new full description, null for a delete; or why there is nothing to write. */
export type Target = { readonly to: string | null } | { readonly reason: Reason }

/** Finds what to write; `directory` = the unit the project goes with, null when it goes alone. */
export type Targeter = (project: Project, directory: DirectoryView | null) => Target

export function targeter(rule: Rule, facts: Facts, zone: string): Targeter {
  const { to, then, id } = rule
  if (to === null) return () => NOTHING
  const fill = filler(rule, to, facts, zone)
  if (then === 'describe') return (project) => describing(id, project, fill(project))

  const root = literalRoot(to)
  const once = movesOnce(then, to)
  const settles = once && root !== ''
  const isRename = then === 'rename'
  const nothingToDo: Target = { reason: { kind: 'nothing to do', rule: id } }
  const underRoot: Target = { reason: { kind: 'under root', rule: id, root } }

  return (project, directory) => {
    const { path } = project
    if (once && isInside(path, root)) return underRoot
    const name = renamed(project)
    if (name === path) return nothingToDo
    const why = problemOf(path, name) ?? (settles ? null : circles(project, directory, name))
    return why === null ? { to: name } : { reason: { kind: 'unwritable', rule: id, to: name, why } }
  }

  function renamed(project: Project): string {
    const text = fill(project)
    if (!isRename) return normalisePath(text)
    const directory = parentOf(project.path)
    return directory === '' ? text : `${directory}/${text}`
  }

  function problemOf(path: string, name: string): string | null {
    if (isRename && parentOf(name) !== parentOf(path)) return 'a rename stays in its directory'
    if (root !== '' && !isInside(name, root)) return `it would leave ${root}`
    const place = placeOf(name)
    if (place !== null) return `nothing is written into QuantConnect's own ${place}`
    return nameProblem(name)
  }

  /** A rule that selects its own result and would change it again never comes to rest. */
  function circles(project: Project, directory: DirectoryView | null, name: string): string | null {
    const moved: Project = { ...project, name, path: normalisePath(name) }
    if (renamed(moved) === name) return null
    const wants = (view: DirectoryView | null) => {
      if (rule.unless !== null && evaluate(rule.unless, facts, moved, view) === 'yes') return false
      return evaluate(rule.when, facts, moved, view) !== 'no'
    }
    const views =
      directory === null ? [null] : directoriesAbove(name).map((path) => ({ ...directory, path, name: lastPart(path) }))
    return views.some(wants) ? 'the rule would select it again under its new name and change it without end' : null
  }
}

const NOTHING: Target = { to: null }

function describing(rule: string, { description }: Project, filled: string): Target {
  // Names and owners may hold line breaks; our line is one line.
  const text = filled.replaceAll(/\s+/g, ' ').trim()
  if (looksLikeHold(text)) return { reason: { kind: 'unwritable', rule, to: text, why: 'it would look like a hold' } }
  const to = withOurLine(description, text)
  return to === description ? { reason: { kind: 'nothing to do', rule } } : { to }
}

function directoriesAbove(path: string): readonly string[] {
  const parent = parentOf(path)
  return parent === '' ? [] : [parent, ...directoriesAbove(parent)]
}

/** Expands a template for one project after the other. */
function filler(rule: Rule, template: Template, facts: Facts, zone: string): (project: Project) => string {
  const today = dayOf(facts.now, zone)
  return (project) => expand(template, (placeholder) => wordFor(placeholder, project))

  function wordFor(placeholder: Placeholder, project: Project): string {
    switch (placeholder) {
      case 'path':
        return project.path
      case 'name':
        return lastPart(project.path)
      case 'directory':
        return parentOf(project.path)
      case 'yyyy':
        return today.slice(0, 4)
      case 'mm':
        return today.slice(5, 7)
      case 'idle-days': {
        const { at } = activityOf(facts, project)
        return Number.isFinite(at) ? String(Math.floor((facts.now - at) / DAY)) : 'unknown'
      }
      case 'owner':
        return project.ownerName || (isUnknown(project.ownerId) ? 'unknown' : String(project.ownerId))
      case 'rule':
        return rule.id
    }
  }
}
