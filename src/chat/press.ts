/**
 * A pressed button or a choice from a menu → what is done and answered. A button says to what, never what to do: the plan,
 * the run or the question is looked up, and one whose moment has passed is answered politely and drawn anew.
 */

import { LONGEST_ID } from '../core/base/bounds.ts'
import { shortHash } from '../core/cards/approval-card.ts'
import type { Verb } from '../core/cards/card.ts'
import { plainText } from '../core/cards/card-text.ts'
import { orphanCard } from '../core/cards/orphan-card.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import { type Answer, type Asker, type Press, tell } from './answer.ts'
import { keepProject } from './care.ts'
import { whyOf } from './execute.ts'
import { settle } from './operate.ts'
import { allowed, whyNotRead } from './rights.ts'

export async function press(env: Env, asker: Asker, pressed: Press): Promise<Answer> {
  const answer = await answerTo(env, asker, pressed)
  if (pressed.on === null || (await workspaceOf(env).keeps(asker.vendor, pressed.on))) return answer
  return { ...answer, redraw: orphanCard() }
}

async function answerTo(env: Env, asker: Asker, { verb, ref }: Press): Promise<Answer> {
  const no = await whyNotRead(env, asker)
  if (no !== null) return no
  if (ref.length > LONGEST_ID) return unreadable()
  switch (verb) {
    case 'approve':
    case 'refuse':
      return onPlan(env, asker, verb, ref)
    case 'why': {
      const projectId = idOf(ref)
      return projectId === null ? unreadable() : whyOf(env, projectId)
    }
    case 'keep30':
    case 'keep':
      return onProject(env, asker, verb, ref)
    case 'stop':
      return onRun(env, asker, ref)
    case 'undo':
      return undoRun(env, asker, ref)
    case 'confirm':
    case 'cancel':
      return onQuestion(env, asker, verb, ref)
  }
}

async function onPlan(env: Env, asker: Asker, verb: 'approve' | 'refuse', ref: string): Promise<Answer> {
  const may = await allowed(env, asker, verb === 'approve' ? 'approve' : 'either', `${verb} plans`)
  if (!may.ok) return may.answer
  const [run, start = ''] = ref.split('/')
  if (run === undefined || start.length !== 16) return unreadable()
  const workspace = workspaceOf(env)
  const proposal = await workspace.proposalOf(run)
  if (proposal === null) return tell('There is no such plan any more. Nothing was decided by your press.')
  if (!proposal.hash.startsWith(start)) {
    const text = `The plan is another one now: ${shortHash(proposal.hash)}. Nothing was decided by your press; look again.`
    return tell(text, { redraw: await workspace.proposalCard(run) })
  }
  const decided = await settle(env, asker, may.person.name, proposal, verb)
  // The card says who decided; a message to all about it would be a second one. A message that is outdated is drawn anew.
  return { ...decided.answer, to: 'asker', redraw: decided.ok ? null : await workspace.proposalCard(run) }
}

async function onProject(env: Env, asker: Asker, verb: 'keep30' | 'keep', ref: string): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'keep projects')
  if (!may.ok) return may.answer
  const projectId = idOf(ref)
  if (projectId === null) return unreadable()
  return keepProject(env, asker, projectId, verb === 'keep' ? null : { days: 30 }, may.person.name)
}

async function onRun(env: Env, asker: Asker, run: string): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'stop sweeps')
  if (!may.ok) return may.answer
  const workspace = workspaceOf(env)
  const stopped = await workspace.stop(run, { kind: 'person', name: may.person.name })
  if (!stopped) {
    const text = 'That sweep is over already; there was nothing to stop.'
    return tell(text, { redraw: await workspace.resultCard(run) })
  }
  // The card says who stopped it; a message to all about it would be a second one.
  return tell(`You stopped run ${run}. What was done stays done; nothing more is.`)
}

/** Pressed twice it is one undoing; one that came to nothing can be tried again by typing. */
async function undoRun(env: Env, asker: Asker, ref: string): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'undo')
  if (!may.ok) return may.answer
  const [run = '', place] = ref.split('/')
  const record = await workspaceOf(env).run(run)
  if (record === null) return tell('That run is not there any more.')
  const stopped = place === undefined ? null : record.stoppedDirectories?.[Number(place)]
  if (stopped === undefined) return unreadable()
  const part = stopped === null ? {} : { directory: stopped.directory }
  const submitted = await workspaceOf(env).submit({
    triggerId: `undo:${ref}`,
    trigger: asker.vendor,
    actor: may.person.name,
    request: { kind: 'undo', mode: 'act', run, projectId: null, ...part },
  })
  const repeated = submitted.ok && submitted.repeated
  const text = repeated
    ? `That was asked for already: run ${submitted.run}. "/sweep undo ${run}" tries once more.`
    : `Undoing run ${run}${stopped === null ? '' : ` in ${plainText(stopped.directory)}`}: run ${submitted.run}. The result follows here.`
  return tell(text, { follows: submitted.run })
}

async function onQuestion(env: Env, asker: Asker, verb: 'confirm' | 'cancel', question: string): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'delete projects')
  if (!may.ok) return may.answer
  const workspace = workspaceOf(env)
  if (verb === 'cancel') {
    const withdrawn = await workspace.withdraw(question, may.person.name)
    return tell(withdrawn.ok ? 'Cancelled. Nothing was deleted.' : withdrawn.message)
  }
  const confirmed = await workspace.confirm(question, may.person.name, asker.vendor)
  if (!confirmed.ok) return tell(`${confirmed.message} Nothing was deleted by your press.`)
  return tell(`Deleting: run ${confirmed.run}. The result follows here.`, { follows: confirmed.run })
}

/** A project id as a button carries it. */
function idOf(ref: string): number | null {
  return /^\d{1,15}$/.test(ref) ? Number(ref) : null
}

/** Only a button of another version, or of nobody's making, carries something else. */
function unreadable(): Answer {
  return tell('This button is of another version of leansweep. Type the command instead: /sweep help.')
}

/** Whether a text is one of the verbs a button may carry. */
export function isVerb(text: string): text is Verb {
  return VERBS.some((verb) => verb === text)
}

const VERBS: readonly Verb[] = ['approve', 'refuse', 'keep30', 'keep', 'why', 'stop', 'undo', 'confirm', 'cancel']
