/** Run, approve, refuse, undo, pause and resume: what concerns sweeps rather than one project. */

import { nearest } from '../core/base/nearest.ts'
import { shortHash } from '../core/cards/approval-card.ts'
import { projects as countProjects, plainText } from '../core/cards/card-text.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import type { ProposalView } from '../workspace/ledger/asks.ts'
import type { RunRequest } from '../workspace/ledger/run.ts'
import { type Answer, type Asker, announce, show, tell } from './answer.ts'
import type { Typed } from './command.ts'
import { usage } from './help.ts'
import { once } from './once.ts'
import { allowed } from './rights.ts'
import { submitted } from './submitted.ts'
import { oneProject } from './which.ts'

const RUN_ID = /^\d{8}-\d{6}-[0-9a-f]{6}$/

export async function run(env: Env, asker: Asker, { words }: Typed): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'start sweeps')
  if (!may.ok) return may.answer
  const ids = words.map(({ text }) => text)
  const { unknown, known } = await workspaceOf(env).unknownRules(ids)
  if (unknown[0] !== undefined) {
    const close = nearest(unknown[0], known)
    const hint = close === null ? `Rules: ${known.join(', ')}.` : `Did you mean "${close}"?`
    return tell(`The policy has no rule "${plainText(unknown[0])}". ${hint}`)
  }
  const rules = ids.length === 0 ? null : ids
  return submitted(env, asker, may.person.name, { kind: 'sweep', mode: 'act', rules }, 'Sweeping now')
}

/** With the start of the hash: approves. Without: shows what waits, to anybody. */
export async function decide(env: Env, asker: Asker, { words }: Typed): Promise<Answer> {
  const [word] = words
  if (word === undefined) return showWaiting(env)
  const may = await allowed(env, asker, 'approve', 'approve plans')
  if (!may.ok) return may.answer
  const waiting = await open(env)
  if (waiting === null) return tell('No plan waits for a decision.')
  const start = word.text.toLowerCase()
  if (start.length < 6 || !waiting.hash.startsWith(start)) {
    return tell(
      `The plan that waits is ${shortHash(waiting.hash)}, not "${plainText(word.text)}". Look at it with ${usage('approve').replace(' [plan]', '')}, and give at least 6 characters of it.`,
    )
  }
  return (await settle(env, asker, may.person.name, waiting, 'approve')).answer
}

/** Without buttons, for what one person alone sees cannot be changed when the plan ends. */
async function showWaiting(env: Env): Promise<Answer> {
  const waiting = await open(env)
  const card = waiting === null ? null : await workspaceOf(env).proposalCard(waiting.run)
  if (waiting === null || card === null) return tell('No plan waits for a decision.')
  const how = `Press on the card in the channel, or type "/sweep approve ${shortHash(waiting.hash)}" or "/sweep refuse".`
  return show({ ...card, buttons: [], sections: [...card.sections, { heading: null, lines: [how], more: 0 }] })
}

export async function refuse(env: Env, asker: Asker): Promise<Answer> {
  const may = await allowed(env, asker, 'either', 'refuse plans')
  if (!may.ok) return may.answer
  const waiting = await open(env)
  if (waiting === null) return tell('No plan waits for a decision.')
  return (await settle(env, asker, may.person.name, waiting, 'refuse')).answer
}

/** The decision itself, also for the buttons. */
export async function settle(
  env: Env,
  asker: Asker,
  name: string,
  { run: of, hash, waiting }: Pick<ProposalView, 'run' | 'hash' | 'waiting'>,
  decision: 'approve' | 'refuse',
): Promise<{ readonly ok: boolean; readonly answer: Answer }> {
  const decided = await workspaceOf(env).decideOn({
    run: of,
    plan: hash,
    decision,
    by: { kind: 'person', name },
    through: asker.vendor,
  })
  if (!decided.ok) return { ok: false, answer: tell(decided.message) }
  const said =
    decision === 'refuse'
      ? `${name} refused the plan: ${countProjects(waiting)} ${waiting === 1 ? 'stays' : 'stay'}.`
      : decided.run === null
        ? `${name} approved the plan for ${countProjects(waiting)}. ${decided.missing} more has to.`
        : `${name} approved the plan for ${countProjects(waiting)}: run ${decided.run}.`
  return { ok: true, answer: announce(said) }
}

/** A run as a whole, or the last thing that was done to one project. */
export async function undo(env: Env, asker: Asker, typed: Typed): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'undo')
  if (!may.ok) return may.answer
  const [word] = typed.words
  if (word !== undefined && RUN_ID.test(word.text)) {
    if ((await workspaceOf(env).run(word.text)) === null) return tell(`There is no run ${word.text}.`)
    const directory = typed.words
      .slice(1)
      .map(({ text }) => text)
      .join(' ')
    const request = { kind: 'undo', mode: 'act', run: word.text, projectId: null } as const
    if (directory === '') return submitted(env, asker, may.person.name, request, `Undoing run ${word.text}`)
    const text = `Undoing run ${word.text} in ${plainText(directory)}`
    return submitted(env, asker, may.person.name, { ...request, directory }, text)
  }
  const which = await oneProject(env, typed, 'rest', true)
  if (!which.ok) return which.answer
  const { projectId, name } = which.project
  const last = await workspaceOf(env).lastDeed(projectId)
  const request: RunRequest =
    last === null
      ? { kind: 'command', mode: 'act', command: { type: 'project.restore', projectId } }
      : { kind: 'undo', mode: 'act', run: last, projectId }
  return submitted(env, asker, may.person.name, request, `Undoing what was done to ${plainText(name)} (${projectId})`)
}

export async function pause(env: Env, asker: Asker): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'pause')
  if (!may.ok) return may.answer
  return once(env, asker, async () => {
    await workspaceOf(env).pause(may.person.name)
    return announce(`${may.person.name} paused everything: nothing is changed until somebody says /sweep resume.`)
  })
}

export async function resume(env: Env, asker: Asker): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'lift a pause')
  if (!may.ok) return may.answer
  return once(env, asker, async () => {
    await workspaceOf(env).resume()
    return announce(`${may.person.name} lifted the pause.`)
  })
}

async function open(env: Env): Promise<ProposalView | null> {
  const proposal = await workspaceOf(env).proposal()
  return proposal?.state === 'open' ? proposal : null
}
