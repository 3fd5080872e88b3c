/** Update and delete: what changes somebody's project by word of mouth. Deleting asks first, with all that would go. */

import { LONGEST_KEY, LONGEST_NAME, LONGEST_VALUE } from '../core/base/bounds.ts'
import { plainText } from '../core/cards/card-text.ts'
import { deleteCard } from '../core/cards/delete-card.ts'
import type { UpdateCommand } from '../core/command/command.ts'
import type { Word } from '../core/evidence/named.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import { type DeleteCommand, QUESTION_MINUTES } from '../workspace/asking/questions.ts'
import { type Answer, type Asker, show, tell } from './answer.ts'
import type { Typed } from './command.ts'
import { usage } from './help.ts'
import { allowed } from './rights.ts'
import { submitted } from './submitted.ts'
import { ambiguous, lookUp, notFound, oneProject } from './which.ts'

export async function update(env: Env, asker: Asker, typed: Typed): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'update projects')
  if (!may.ok) return may.answer
  const which = await oneProject(env, typed, 'words')
  if (!which.ok) return which.answer
  const { projectId, name } = which.project
  const change = changeOf(typed.text, which.rest)
  if (change === null) return tell(`What should ${plainText(name)} (${projectId}) get? ${usage('update')}`)
  const long = tooLong(change)
  if (long !== null) return tell(`${long} Nothing was done.`)
  const command = { type: 'project.update', project: projectId, ...change } as const
  const request = { kind: 'command', mode: 'act', command } as const
  return submitted(env, asker, may.person.name, request, `Updating ${plainText(name)} (${projectId})`)
}

export async function remove(env: Env, asker: Asker, typed: Typed): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'delete projects')
  if (!may.ok) return may.answer
  const found = await lookUp(env, typed, { goneToo: false, destroys: true })
  if (!found.ok) return found.answer
  const { projects, directory, used } = found.named
  const [project] = projects
  if (project === undefined && directory === null) return tell(notFound(typed, found.named))
  if (typed.words.length > used) {
    return tell(`Nothing may follow the name: put it in quotes, or give the id. ${usage('delete')}`)
  }
  const meansDirectory = typed.words[used - 1]?.text.endsWith('/') === true
  if (directory !== null && project !== undefined && !meansDirectory) {
    return tell(
      `"${plainText(directory.path)}" is a project (${projects.map(({ projectId }) => projectId).join(', ')}) and a directory with ${directory.projects} projects inside. For the project give its id, for what is inside write "${plainText(directory.path)}/".`,
    )
  }
  if (directory !== null && (meansDirectory || project === undefined)) {
    return question(env, { type: 'directory.delete', directory: directory.path }, may.person.name)
  }
  if (project === undefined || projects.length > 1) return tell(ambiguous(projects))
  return question(env, { type: 'project.delete', project: project.projectId }, may.person.name)
}

async function question(env: Env, command: DeleteCommand, by: string): Promise<Answer> {
  const asked = await workspaceOf(env).askFirst(command, by)
  if (!asked.ok) return tell(asked.message)
  if (asked.value.kind === 'refused') return tell(`Nothing can be deleted there. ${asked.value.why}`)
  return show(deleteCard({ ...asked.value, minutes: QUESTION_MINUTES }))
}

/** What is longer than a project's may be, in words; null when all of it fits. */
function tooLong({ name = '', parameters = {} }: Pick<UpdateCommand, 'name' | 'parameters'>): string | null {
  if (name.length > LONGEST_NAME) return `A name has at most ${LONGEST_NAME} characters.`
  const [[key = '', value] = []] = Object.entries(parameters)
  if (key.length > LONGEST_KEY) return `The name of a parameter has at most ${LONGEST_KEY} characters.`
  return (value ?? '').length > LONGEST_VALUE ? `A value has at most ${LONGEST_VALUE} characters.` : null
}

/** `name X`, `description X`, `parameter key X`, `key X`; the value is the rest as it was typed, or what the quotes hold. */
function changeOf(text: string, words: readonly Word[]): Omit<UpdateCommand, 'type' | 'project'> | null {
  const [field, ...rest] = words
  if (field === undefined) return null
  const what = field.quoted ? null : field.text.toLowerCase()
  if (what === 'parameter' && rest.length > 1) return parameter(text, rest[0]?.text ?? '', rest.slice(1))
  const value = typedValue(text, rest)
  if (value === null) return null
  if (what === 'name') return { name: value }
  if (what === 'description') return { description: value }
  return parameter(text, field.text, rest)
}

function parameter(text: string, key: string, words: readonly Word[]): Omit<UpdateCommand, 'type' | 'project'> | null {
  const value = typedValue(text, words)
  return value === null || key === '' ? null : { parameters: { [key]: value } }
}

function typedValue(text: string, words: readonly Word[]): string | null {
  const [first] = words
  if (first === undefined) return null
  return words.length === 1 ? first.text : text.slice(first.start, words.at(-1)?.end)
}
