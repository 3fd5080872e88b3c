/** What a rule would write: the expanded `to`, checked again, because a name may bring in what no template had. */

import { evaluate } from './condition.ts'
import { DAY } from './duration.ts'
import { type Facts, lastPart, modifiedOf, parentOf } from './facts.ts'
import { looksLikeHold } from './hold.ts'
import { nameProblem, placeOf } from './names.ts'
import { withOurLine } from './our-line.ts'
import type { DirectoryView } from './predicate.ts'
import { isUnknown, normalisePath, type Project } from './project.ts'
import type { Reason } from './reason.ts'
import type { Rule } from './rule.ts'
import { expand, isInside, literalRoot, movesOnce, type Placeholder, type Template } from './template.ts'
import { dayOf } from './zone.ts'

/** `to`: the new full name or the new full description, null for a delete; or why there is nothing to write. */
export type Target = { readonly to: string | null } | { readonly reason: Reason }

const NOTHING: Target = { to: null }

export function targetOf(
  rule: Rule,
  facts: Facts,
  zone: string,
  project: Project,
  directory: DirectoryView | null,
): Target {
  if (rule.to === null) return NOTHING
  if (rule.then === 'describe') return describing(rule, rule.to, facts, zone, project)
  const { path } = project
  const root = literalRoot(rule.to)
  const once = movesOnce(rule.then, rule.to)
  if (once && isInside(path, root)) return { reason: { kind: 'under root', rule: rule.id, root } }

  const to = renamed(rule, rule.to, facts, zone, project)
  if (to === path) return { reason: { kind: 'nothing to do', rule: rule.id } }
  const why =
    problemOf(rule, path, to, root) ??
    (once && root !== '' ? null : circles(rule, rule.to, facts, zone, project, directory, to))
  return why === null ? { to } : { reason: { kind: 'unwritable', rule: rule.id, to, why } }
}

function describing(rule: Rule, template: Template, facts: Facts, zone: string, project: Project): Target {
  // Names and owners may hold line breaks; our line is one line.
  const text = filled(template, rule, facts, zone, project).replaceAll(/\s+/g, ' ').trim()
  if (looksLikeHold(text)) {
    return { reason: { kind: 'unwritable', rule: rule.id, to: text, why: 'it would look like a hold' } }
  }
  const to = withOurLine(project.description, text)
  return to === project.description ? { reason: { kind: 'nothing to do', rule: rule.id } } : { to }
}

function renamed(rule: Rule, template: Template, facts: Facts, zone: string, project: Project): string {
  const text = filled(template, rule, facts, zone, project)
  if (rule.then !== 'rename') return normalisePath(text)
  const directory = parentOf(project.path)
  return directory === '' ? text : `${directory}/${text}`
}

function problemOf(rule: Rule, path: string, to: string, root: string): string | null {
  if (rule.then === 'rename' && parentOf(to) !== parentOf(path)) return 'a rename stays in its directory'
  if (root !== '' && !isInside(to, root)) return `it would leave ${root}`
  const place = placeOf(to)
  if (place !== null) return `nothing is written into QuantConnect's own ${place}`
  if (looksLikeHold(to)) return 'it would look like a hold'
  return nameProblem(to)
}

/** A rule that selects its own result and would change it again never comes to rest. */
function circles(
  rule: Rule,
  template: Template,
  facts: Facts,
  zone: string,
  project: Project,
  directory: DirectoryView | null,
  to: string,
): string | null {
  const moved: Project = { ...project, name: to, path: normalisePath(to) }
  if (renamed(rule, template, facts, zone, moved) === to) return null
  const wants = (view: DirectoryView | null) => {
    if (rule.unless !== null && evaluate(rule.unless, facts, moved, view) === 'yes') return false
    return evaluate(rule.when, facts, moved, view) !== 'no'
  }
  const views =
    directory === null ? [null] : directoriesAbove(to).map((path) => ({ ...directory, path, name: lastPart(path) }))
  return views.some(wants) ? 'the rule would select it again under its new name and change it without end' : null
}

function directoriesAbove(path: string): readonly string[] {
  const parent = parentOf(path)
  return parent === '' ? [] : [parent, ...directoriesAbove(parent)]
}

function filled(template: Template, rule: Rule, facts: Facts, zone: string, project: Project): string {
  return expand(template, (placeholder) => fill(placeholder, rule, facts, zone, project))
}

function fill(placeholder: Placeholder, rule: Rule, facts: Facts, zone: string, project: Project): string {
  switch (placeholder) {
    case 'path':
      return project.path
    case 'name':
      return lastPart(project.path)
    case 'directory':
      return parentOf(project.path)
    case 'yyyy':
      return dayOf(facts.now, zone).slice(0, 4)
    case 'mm':
      return dayOf(facts.now, zone).slice(5, 7)
    case 'idle-days': {
      const modified = modifiedOf(facts, project)
      return isUnknown(modified) ? 'unknown' : String(Math.floor((facts.now - modified) / DAY))
    }
    case 'owner':
      return project.ownerName || (isUnknown(project.ownerId) ? 'unknown' : String(project.ownerId))
    case 'rule':
      return rule.id
  }
}
