/** From the words behind a command to the project that is meant; when that is not clear, an answer that lists the choice. */

import { plainText } from '../core/cards/card-text.ts'
import type { Candidate, Named, Word } from '../core/evidence/named.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import { type Answer, tell } from './answer.ts'
import type { Typed } from './command.ts'
import { usage } from './help.ts'

export type Which =
  | {
      readonly ok: true
      readonly project: Candidate
      /** The words behind the name. */
      readonly rest: readonly Word[]
    }
  | { readonly ok: false; readonly answer: Answer }

/** `rest`: whether anything may follow the name (`words`), or it goes to the end (`rest`). */
export async function oneProject(env: Env, typed: Typed, goes: 'words' | 'rest', goneToo = false): Promise<Which> {
  const found = await lookUp(env, typed, { goneToo, destroys: false })
  if (!found.ok) return found
  const { projects, used, directory } = found.named
  const [project] = projects
  if (project === undefined) {
    return no(
      directory === null
        ? notFound(typed, found.named)
        : `"${plainText(directory.path)}" is a directory with ${directory.projects} projects, and this is for one project. Give its full name or id.`,
    )
  }
  if (projects.length > 1) return no(ambiguous(projects))
  const rest = typed.words.slice(used)
  if (goes === 'rest' && rest.length > 0) return no(leftOver(typed, project, rest))
  return { ok: true, project, rest }
}

/** What the words name, a project or a directory. */
export async function lookUp(
  env: Env,
  typed: Typed,
  options: { readonly goneToo: boolean; readonly destroys: boolean },
): Promise<{ readonly ok: true; readonly named: Named } | { readonly ok: false; readonly answer: Answer }> {
  if (typed.words.length === 0) return no(`Which project? ${usage(typed.name)}`)
  const asked = await workspaceOf(env).named(typed.text, typed.words, options)
  return asked.ok ? { ok: true, named: asked.value } : no(asked.message)
}

/** Nothing is called so, and what may have been meant. */
export function notFound({ text, words }: Typed, { close }: Named): string {
  const [first] = words
  const wanted = first?.quoted === true ? first.text : text.slice(first?.start, words.at(-1)?.end)
  const hint = close.length === 0 ? 'None has a similar name.' : `Did you mean one of these?\n${listed(close)}`
  return `No project starts the words "${plainText(wanted)}" by its name or id. ${hint}`
}

/** Several are called the same; which one is said by the id. */
export function ambiguous(projects: readonly Candidate[]): string {
  return `${projects.length} projects are called so. Give the id:\n${listed(projects)}`
}

function leftOver({ name, text }: Typed, project: Candidate, rest: readonly Word[]): string {
  const more = text.slice(rest[0]?.start, rest.at(-1)?.end)
  return `"${plainText(project.name)}" is a project, but what is "${plainText(more)}" behind it? ${usage(name)}`
}

const MOST = 10

function listed(projects: readonly Candidate[]): string {
  const lines = projects.slice(0, MOST).map(({ projectId, name }) => `${plainText(name)} (${projectId})`)
  return [...lines, ...(projects.length > MOST ? [`and ${projects.length - MOST} more`] : [])].join('\n')
}

function no(text: string): { readonly ok: false; readonly answer: Answer } {
  return { ok: false, answer: tell(text) }
}
