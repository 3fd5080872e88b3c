/**
 * Questions before what is dangerous and was only typed: what exactly would go, put down with the command, so that the
 * button carries a reference and what is confirmed is what was shown.
 */

import type { Command } from '../../core/command/command.ts'
import { deleteDirectory, deleteProject } from '../../core/command/command-delete.ts'
import type { Candidate } from '../../core/evidence/named.ts'
import type { Deps } from '../../deps.ts'
import { policyNow } from '../ledger/clock.ts'
import { type Asked, lastSurvey } from '../ledger/last-survey.ts'
import { readMemory } from '../ledger/memory.ts'
import type { Trigger } from '../ledger/run.ts'
import { type Submission, submit } from './submit.ts'

/** How long a question stands, in real time. */
export const QUESTION_MINUTES = 15

export type DeleteCommand = Extract<Command, { type: 'project.delete' | 'directory.delete' }>

export type Questioned =
  | {
      readonly kind: 'asked'
      readonly question: string
      readonly directory: string | null
      readonly items: readonly Candidate[]
    }
  /** It would be refused as things stand. */
  | { readonly kind: 'refused'; readonly why: string }

export type Confirmed =
  | { readonly ok: true; readonly run: string; readonly repeated: boolean }
  | { readonly ok: false; readonly reason: 'not found' | 'over' | 'not yours'; readonly message: string }

export type Withdrawn = { readonly ok: true } | Extract<Confirmed, { ok: false }>

/** Puts a deletion down as a question of that person. */
export async function askFirst(
  sql: SqlStorage,
  deps: Deps,
  command: DeleteCommand,
  by: string,
): Promise<Asked<Questioned>> {
  const last = await lastSurvey(sql, deps)
  if (!last.ok) return last
  const now = deps.now()
  const { policy, inventory } = last.value
  const situation = { policy, inventory, memory: readMemory(sql), now: policyNow(sql, now) }
  const wanted =
    command.type === 'project.delete'
      ? deleteProject(situation, command.project)
      : deleteDirectory(situation, command.directory)
  if (!wanted.ok) return { ok: true, value: { kind: 'refused', why: wanted.why } }
  const items = wanted.items.map(({ projectId, name }) => ({ projectId, name }))
  const directory = command.type === 'directory.delete' ? (wanted.items[0]?.directory ?? command.directory) : null
  const [item] = items
  const shown: DeleteCommand =
    command.type === 'project.delete'
      ? { ...command, ...(item === undefined ? {} : { shown: item.name }) }
      : {
          type: 'directory.delete',
          directory: directory ?? command.directory,
          only: items.map(({ projectId }) => projectId),
        }
  const question = `q-${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`
  sql.exec('DELETE FROM questions WHERE asked_at < ?', now - 86_400_000)
  sql.exec(
    'INSERT INTO questions (id, command, by, asked_at) VALUES (?, ?, ?, ?)',
    question,
    JSON.stringify(shown),
    by,
    now,
  )
  return { ok: true, value: { kind: 'asked', question, directory, items } }
}

/** Does what was asked about: once, however often the button is pressed, and only for whom it was asked. */
export async function confirmed(
  storage: DurableObjectStorage,
  question: string,
  by: string,
  trigger: Trigger,
  now: number,
): Promise<Confirmed> {
  const found = standing(storage.sql, question, by, now)
  if (!found.ok) return found
  const submission: Submission = {
    triggerId: `question:${question}`,
    trigger,
    actor: by,
    request: { kind: 'command', mode: 'act', command: found.command },
    receivedAt: found.askedAt,
  }
  const submitted = await submit(storage, submission, now)
  if (submitted.ok) return submitted
  return { ok: false, reason: 'over', message: `It has been answered from elsewhere: run ${submitted.run}.` }
}

/** Takes a question back; what was confirmed already goes on. */
export function withdrawn(sql: SqlStorage, question: string, by: string, now: number): Withdrawn {
  const found = standing(sql, question, by, now)
  if (!found.ok) return found
  sql.exec(`UPDATE questions SET ended = 'withdrawn' WHERE id = ?`, question)
  return { ok: true }
}

/** `askedAt`: when its asker was shown what would go. */
type Standing =
  | { readonly ok: true; readonly command: DeleteCommand; readonly askedAt: number }
  | Extract<Confirmed, { ok: false }>

function standing(sql: SqlStorage, question: string, by: string, now: number): Standing {
  const row = sql
    .exec<{ command: string; by: string; asked_at: number; ended: string | null }>(
      'SELECT command, by, asked_at, ended FROM questions WHERE id = ?',
      question,
    )
    .toArray()[0]
  if (row === undefined) return no('not found', 'There is no such question any more. Type the command again.')
  if (row.by !== by) return no('not yours', `${row.by} was asked that. Type the command yourself.`)
  if (row.ended !== null) return no('over', 'You cancelled that. Type the command again.')
  if (now - row.asked_at > QUESTION_MINUTES * 60_000) {
    return no('over', `The question stood for ${QUESTION_MINUTES} minutes, which are over. Type the command again.`)
  }
  return { ok: true, command: JSON.parse(row.command) as DeleteCommand, askedAt: row.asked_at }
}

function no(reason: Extract<Confirmed, { ok: false }>['reason'], message: string): Extract<Confirmed, { ok: false }> {
  return { ok: false, reason, message }
}
