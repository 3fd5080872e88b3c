/** The project somebody means: by its exact name, else by its id; and the nearest ones when that is not clear. */

import { nearest } from '../core/base/nearest.ts'
import { normalisePath, type Project } from '../core/evidence/project.ts'
import { Unable } from './command.ts'
import { printable } from './paint.ts'

/** How many candidates are listed. */
const MOST = 5

/**
 * Exactly one project, or an error that lists what may have been meant. `former`: names that projects had before; one that
 * only one had is enough where no project has it now.
 */
export function findProject(
  projects: readonly Project[],
  wanted: string,
  former: readonly { readonly projectId: number; readonly name: string }[] = [],
): Project {
  const named = projects.filter(({ name, path }) => name === wanted || path === wanted)
  const found = named.length > 0 ? named : projects.filter(({ id }) => String(id) === wanted)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  if (found.length > 1)
    throw new Unable(`${found.length} projects are called "${wanted}". Give the id:\n${list(found)}`)
  const path = normalisePath(wanted)
  const ids = new Set(former.flatMap(({ projectId, name }) => (normalisePath(name) === path ? [projectId] : [])))
  const before = projects.filter(({ id }) => ids.has(id))
  const [once] = before
  if (once !== undefined && before.length === 1) return once
  const close = candidates(projects, wanted)
  const hint = close.length === 0 ? 'None has a similar name.' : `Did you mean one of these?\n${list(close)}`
  throw new Unable(`No project has the name or the id "${wanted}". ${hint}`)
}

/** Those that hold the words come first, then those that are a few letters away. */
function candidates(projects: readonly Project[], wanted: string): readonly Project[] {
  const word = wanted.toLowerCase()
  const holding = projects.filter(({ path }) => path.toLowerCase().includes(word))
  // A name that is all of what was typed but for its case, or the whole last part of it, before a mere piece of one.
  const rank = ({ path }: Project) => (`/${path.toLowerCase()}`.endsWith(`/${word}`) ? 0 : 1)
  const found = holding.sort((a, b) => rank(a) - rank(b) || a.path.length - b.path.length || a.id - b.id).slice(0, MOST)
  return found.length > 0 ? found : misspelt(projects, word)
}

function misspelt(projects: readonly Project[], word: string): readonly Project[] {
  // By whole name, or by last part where only that was typed.
  const nameOf = word.includes('/') ? (path: string) => path : (path: string) => path.slice(path.lastIndexOf('/') + 1)
  const names = new Set(projects.map(({ path }) => nameOf(path)))
  const found: Project[] = []
  while (found.length < MOST) {
    const name = nearest(word, [...names])
    if (name === null) break
    names.delete(name)
    found.push(...projects.filter(({ path }) => nameOf(path) === name))
  }
  return found.slice(0, MOST)
}

function list(projects: readonly Project[]): string {
  const lines = projects.slice(0, MOST).map(({ id, name }) => `  ${id}  ${printable(name)}`)
  return [...lines, ...(projects.length > MOST ? [`  and ${projects.length - MOST} more`] : [])].join('\n')
}
