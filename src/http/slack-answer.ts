/**
 * What people type and press in Slack → the answer, in time, with what follows put down in the ledger. Everything but 200 is
 * shown as a failure of the app, so whatever goes wrong is said in words.
 */

import type { Context } from 'hono'
import { type Answer, type Asker, tell } from '../chat/answer.ts'
import { execute } from '../chat/execute.ts'
import { isVerb, press } from '../chat/press.ts'
import { logError, redactionOf } from '../log.ts'
import type { Pressed, SlashCommand } from '../slack/parse.ts'
import { plainMessage, renderSlack, verbOf } from '../slack/render.ts'
import { ADDRESS_LIFE_MS, type Way, wayText } from '../slack/replier.ts'
import { workspaceOf } from '../workspace/address.ts'
import type { NewReply } from '../workspace/replies.ts'
import type { Door } from './auth.ts'

/** Slack waits three seconds; what takes longer than this is answered later. */
const AT_ONCE_MS = 2_000

const LATER = 'This takes longer than usual. The answer follows.'
const SORRY = 'Something unexpected went wrong here. Try again; if it stays, look into the log of the Worker.'
const UNKNOWN = 'This version of leansweep does not know that button. "/sweep help" lists what there is.'

export interface Turn {
  readonly c: Context<Door>
  /** Where the Worker's own pages are; null = no links. */
  readonly publicUrl: string | null
}

/** The body of the answer to a slash command. */
export async function answerCommand(turn: Turn, command: SlashCommand): Promise<object> {
  const { userId, triggerId, text, responseUrl } = command
  const asker: Asker = { vendor: 'slack', userId, event: triggerId }
  const answer = await inTime(
    turn,
    () => execute(turn.c.env, asker, text),
    (late) => replyAll(turn, responseUrl, late, null),
  )
  if (answer === null) return { response_type: 'ephemeral', ...plainMessage(LATER) }
  if (answer.follows !== null) await reply(turn, responseUrl, 'below', { after: answer.follows })
  const { says, to } = answer
  const message = says.kind === 'text' ? plainMessage(says.text) : renderSlack(says.card, turn.publicUrl)
  return { response_type: to === 'all' ? 'in_channel' : 'ephemeral', ...message }
}

/** A press has no answer of its own: all that is said goes to its response address, by way of the ledger. */
export async function answerPress(turn: Turn, pressed: Pressed): Promise<void> {
  const { userId, actionTs, actionId, value, responseUrl } = pressed
  const asker: Asker = { vendor: 'slack', userId, event: `${userId}:${actionTs}:${value}` }
  const verb = verbOf(actionId) ?? ''
  const work = () => (isVerb(verb) ? press(turn.c.env, asker, { verb, ref: value }) : Promise.resolve(tell(UNKNOWN)))
  const answer = await inTime(turn, work, (late) => replyAll(turn, responseUrl, late, pressed))
  if (answer !== null) await replyAll(turn, responseUrl, answer, pressed)
}

/** The answer; null when it takes too long, and then `late` gets it. */
async function inTime(
  turn: Turn,
  work: () => Promise<Answer>,
  late: (answer: Answer) => Promise<void>,
): Promise<Answer | null> {
  const working = work().catch((error: unknown) => {
    logError(redactionOf(turn.c.env), 'A command or press of Slack', error)
    return tell(SORRY)
  })
  const answer = await Promise.race([working, wait(AT_ONCE_MS)])
  // What was asked for is done or put down by the workspace in any case; this only hands its answer on.
  if (answer === null) turn.c.executionCtx.waitUntil(working.then(late))
  return answer
}

/** What is said takes the place of a question that only its reader sees; a card of the channel is only drawn anew. */
async function replyAll(turn: Turn, responseUrl: string, answer: Answer, pressed: Pressed | null): Promise<void> {
  const { says, to, follows, redraw } = answer
  const isPrivate = pressed !== null && pressed.message === null
  if (redraw !== null && !isPrivate) {
    await reply(turn, responseUrl, 'over', { says: { kind: 'card', card: redraw } })
  }
  await reply(turn, responseUrl, to === 'all' ? 'all' : isPrivate ? 'over' : 'below', { says })
  if (follows !== null) await reply(turn, responseUrl, 'below', { after: follows })
}

/** Kept in the ledger, so that it comes whatever happens to this request. */
async function reply(turn: Turn, responseUrl: string, place: Way['place'], what: NewReply['what']): Promise<void> {
  const way = wayText({ place, responseUrl })
  await workspaceOf(turn.c.env).reply({ vendor: 'slack', way, until: Date.now() + ADDRESS_LIFE_MS, what })
}

function wait(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms))
}
