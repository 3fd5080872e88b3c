/**
 * What people type and press in Slack → the answer, in time, with what follows put down in the ledger. Everything but 200 is
 * shown as a failure of the app, so whatever goes wrong is said in words.
 */

import type { Context } from 'hono'
import { type Answer, type Asker, tell } from '../chat/answer.ts'
import { execute } from '../chat/execute.ts'
import { isVerb, press } from '../chat/press.ts'
import { refOf } from '../slack/channel.ts'
import type { Pressed, SlashCommand } from '../slack/parse.ts'
import { plainMessage, renderSlack, verbOf } from '../slack/render.ts'
import { ADDRESS_LIFE_MS, type Way, wayText } from '../slack/replier.ts'
import { workspaceOf } from '../workspace/address.ts'
import type { NewReply } from '../workspace/asking/replies.ts'
import type { Door } from './auth.ts'
import { hurriedPerson, inTime, type Measured, orSorry } from './in-time.ts'
import { logOf } from './request-id.ts'

const LATER = 'This takes longer than usual. The answer follows.'
/** For the log. */
const FAILED = 'A command or press of Slack'

const UNKNOWN = 'This version of leansweep does not know that button. "/sweep help" lists what there is.'

export interface Turn extends Measured {
  readonly c: Context<Door>
}

/** The body of the answer to a slash command. */
export async function answerCommand(turn: Turn, command: SlashCommand): Promise<object> {
  const { userId, triggerId, text, responseUrl } = command
  const asker: Asker = { vendor: 'slack', userId, placed: turn.config.slack.teams.length > 0, event: triggerId }
  const work = async () => {
    const answer = hurriedPerson(turn, asker) ?? (await execute(turn.c.env, asker, text))
    if (answer.follows !== null) await reply(turn, responseUrl, 'below', { after: answer.follows })
    return answer
  }
  const answer = await inTimeOr(
    turn,
    orSorry(logOf(turn.c), FAILED, work(), (sorry) => sorry),
    ({ says, to }) => reply(turn, responseUrl, to === 'all' ? 'all' : 'below', { says }),
  )
  if (answer === null) return { response_type: 'ephemeral', ...plainMessage(LATER) }
  const { says, to } = answer
  const message = says.kind === 'text' ? plainMessage(says.text) : renderSlack(says.card, turn.config.publicUrl)
  return { response_type: to === 'all' ? 'in_channel' : 'ephemeral', ...message }
}

/** A press has no answer of its own: all that is said goes to its response address, by way of the ledger. */
export async function answerPress(turn: Turn, pressed: Pressed): Promise<void> {
  const { userId, actionTs, actionId, value, message } = pressed
  const asker: Asker = {
    vendor: 'slack',
    userId,
    placed: turn.config.slack.teams.length > 0,
    event: `${userId}:${actionTs}:${value}`,
  }
  const verb = verbOf(actionId) ?? ''
  const on = message === null ? null : refOf(message.channel, message.ts)
  const work = async () => {
    const waits = hurriedPerson(turn, asker)
    if (waits !== null) return waits
    return isVerb(verb) ? press(turn.c.env, asker, { verb, ref: value, on }) : tell(UNKNOWN)
  }
  await inTimeOr(
    turn,
    orSorry(logOf(turn.c), FAILED, work(), (sorry) => sorry).then((answer) => answerAll(turn, answer, pressed)),
    async () => undefined,
  )
}

/** What came of the work; null when it takes too long, and then `late` gets it. */
async function inTimeOr<T>(turn: Turn, working: Promise<T>, late: (came: T) => Promise<void>): Promise<T | null> {
  const came = await inTime(working)
  // What was asked for is done or put down by the workspace in any case; this only hands its answer on.
  if (came === null) turn.c.executionCtx.waitUntil(working.then(late))
  return came
}

/** What is said takes the place of a question that only its reader sees; a card of the channel is only drawn anew. */
async function answerAll(turn: Turn, answer: Answer, { message, responseUrl }: Pressed): Promise<true> {
  const { says, to, follows, redraw } = answer
  const isPrivate = message === null
  if (redraw !== null && !isPrivate) {
    await reply(turn, responseUrl, 'over', { says: { kind: 'card', card: redraw } })
  }
  await reply(turn, responseUrl, to === 'all' ? 'all' : isPrivate ? 'over' : 'below', { says })
  if (follows !== null) await reply(turn, responseUrl, 'below', { after: follows })
  return true
}

/** Kept in the ledger, so that it comes whatever happens to this request. */
async function reply(turn: Turn, responseUrl: string, place: Way['place'], what: NewReply['what']): Promise<void> {
  const way = wayText({ place, responseUrl })
  await workspaceOf(turn.c.env).reply({ vendor: 'slack', way, until: Date.now() + ADDRESS_LIFE_MS, what })
}
