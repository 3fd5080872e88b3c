/**
 * A typed command → what is done and answered. The same functions of the workspace as the API; what takes longer than an
 * answer may is submitted as a run, and its result follows.
 */

import { LONGEST_LINE } from '../core/base/bounds.ts'
import { plainText } from '../core/cards/card-text.ts'
import { planCard } from '../core/cards/plan-card.ts'
import { statusCard } from '../core/cards/status-card.ts'
import { whyCard } from '../core/cards/why-card.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import type { RunRecord } from '../workspace/ledger/run.ts'
import { type Answer, type Asker, show, tell } from './answer.ts'
import { baseline } from './baseline.ts'
import { keep, release } from './care.ts'
import { remove, update } from './change.ts'
import { COMMANDS, type CommandName, readCommand, type Typed } from './command.ts'
import { helpText } from './help.ts'
import { decide, pause, refuse, resume, run, undo } from './operate.ts'
import { nameOf, whyNotRead } from './rights.ts'
import { oneProject } from './which.ts'

/** Does what was typed behind `/sweep`. */
export async function execute(env: Env, asker: Asker, text: string): Promise<Answer> {
  if (text.length > LONGEST_LINE) return tell(`That has more than ${LONGEST_LINE} characters, so nothing was done.`)
  const read = readCommand(text)
  if (read.ok) {
    const no = read.command.name === 'help' ? null : await whyNotRead(env, asker)
    return no ?? DO[read.command.name](env, asker, read.command)
  }
  const hint = read.close === null ? '' : ` Did you mean "/sweep ${read.close}"?`
  return tell(`There is no command "${read.word}".${hint} /sweep help lists what there is.`)
}

type Doer = (env: Env, asker: Asker, typed: Typed) => Promise<Answer> | Answer

const DO: { readonly [name in CommandName]: Doer } = {
  plan,
  why,
  keep,
  release,
  update,
  delete: remove,
  run,
  approve: decide,
  refuse,
  undo,
  baseline,
  status,
  pause,
  resume,
  help: (_env, _asker, { words }) => {
    const about = words[0]?.text.toLowerCase()
    return tell(helpText(COMMANDS.find((name) => name === about) ?? null))
  },
}

/** A report run reads all projects, which takes longer than an answer may; whoever asks while it goes on shares it. */
async function plan(env: Env, asker: Asker): Promise<Answer> {
  const submitted = await workspaceOf(env).report({
    triggerId: `${asker.vendor}:${asker.event}`,
    trigger: asker.vendor,
    actor: await nameOf(env, asker),
    request: { kind: 'sweep', mode: 'report', rules: null },
  })
  if (!submitted.ok && submitted.reason === 'too many') {
    return tell(`${submitted.message} Ask again in ${Math.ceil(submitted.retryAfterMs / 60_000)} min.`)
  }
  // A run that the pause holds up in the middle of its work keeps those behind it from their turn.
  const { pause: paused } = await workspaceOf(env).health()
  const until = paused === null ? '' : `, at the latest when the pause of ${plainText(paused.by)} is lifted`
  return tell(`Looking at all projects. The plan follows here${until}.`, { follows: submitted.run })
}

async function why(env: Env, _asker: Asker, typed: Typed): Promise<Answer> {
  const which = await oneProject(env, typed, 'rest')
  if (!which.ok) return which.answer
  return whyOf(env, which.project.projectId)
}

/** Why a project is where it is, also for the button. */
export async function whyOf(env: Env, projectId: number): Promise<Answer> {
  const asked = await workspaceOf(env).why(projectId)
  return asked.ok ? show(whyCard(asked.value)) : tell(asked.message)
}

async function status(env: Env): Promise<Answer> {
  const workspace = workspaceOf(env)
  const [health, runs, waiting] = await Promise.all([workspace.health(), workspace.runs(5, null), workspace.proposal()])
  return show(statusCard({ ...health, runs, waiting: waiting?.state === 'open' ? waiting : null }))
}

/** The result of a run that was asked for in chat, as its asker gets to see it. */
export function planOf(record: RunRecord) {
  return planCard({
    run: record.id,
    counts: record.counts,
    items: record.plan?.items ?? [],
    stopped: record.plan?.stopped ?? [],
    message: record.message,
  })
}
