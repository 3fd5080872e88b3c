/** What people type and press in Discord → Discord's answer, in time, with what follows put down in the ledger. */

import type { APIInteractionResponse } from 'discord-api-types/v10'
import type { Context } from 'hono'
import type { Answer, Asker } from '../chat/answer.ts'
import { execute } from '../chat/execute.ts'
import { press } from '../chat/press.ts'
import { whyNotRead } from '../chat/rights.ts'
import type { Caller, Interaction } from '../discord/interaction.ts'
import { ANSWER, EPHEMERAL } from '../discord/numbers.ts'
import {
  type DiscordMessage,
  LIMITS,
  plainMessage,
  projectChoices,
  questionMessage,
  renderDiscord,
} from '../discord/render.ts'
import { TOKEN_LIFE_MS, type Way, wayText } from '../discord/replier.ts'
import { logError } from '../log.ts'
import { workspaceOf } from '../workspace/address.ts'
import type { NewReply } from '../workspace/asking/replies.ts'
import type { Door } from './auth.ts'
import { questionOf } from './discord-question.ts'
import { hurriedPerson, inTime, isHurriedReader, type Measured, orSorry } from './in-time.ts'
import { logOf } from './request-id.ts'

const UNKNOWN = 'This version of leansweep does not know that. "/sweep help" lists what there is.'

/** For the log. */
const FAILED = 'An interaction of Discord'

/** A question can't follow later, for it has buttons of its own. */
const BUSY = 'The workspace is busy just now. Nothing was done by your press; press again in a moment.'

export interface Turn extends Measured {
  readonly c: Context<Door>
}

export async function answerTo(turn: Turn, interaction: Interaction): Promise<APIInteractionResponse> {
  switch (interaction.kind) {
    case 'ping':
      return { type: ANSWER.pong }
    case 'autocomplete':
      return { type: ANSWER.choices, data: { choices: await choicesFor(turn, interaction) } }
    case 'declined':
      return { type: ANSWER.update, data: plainMessage('Nothing was done.') }
    case 'unknown':
      return newMessage(plainMessage(UNKNOWN), true)
    case 'command': {
      const { by, line } = interaction
      const asker = askerOf(turn, by)
      return answerWith(turn, by, false, async () => hurriedPerson(turn, asker) ?? execute(turn.c.env, asker, line))
    }
    case 'press':
      return pressed(turn, interaction)
  }
}

/** None when there is nothing to choose from, for whatever reason: nobody sees more than an empty list. */
async function choicesFor(turn: Turn, { typed, by }: Extract<Interaction, { kind: 'autocomplete' }>) {
  const { c } = turn
  // Every letter that somebody types asks the workspace.
  if (isHurriedReader(turn, askerOf(turn, by)) || (await whyNotRead(c.env, askerOf(turn, by))) !== null) return []
  const asking = workspaceOf(c.env)
    .suggest(typed, LIMITS.choices)
    .then((asked) => (asked.ok ? projectChoices(asked.value) : []))
    .catch((error: unknown) => {
      logError(logOf(c), 'Choices for Discord', error)
      return []
    })
  return (await inTime(asking)) ?? []
}

async function pressed(
  turn: Turn,
  interaction: Extract<Interaction, { kind: 'press' }>,
): Promise<APIInteractionResponse> {
  const { by, pressed: what, privately, on } = interaction
  const { env } = turn.c
  const waits = hurriedPerson(turn, askerOf(turn, by))
  if (waits !== null) return respond(turn, by, false, waits)
  if (what.step === 'ask') {
    const asking = questionOf(env, askerOf(turn, by), what)
    const question = await inTime(orSorry(logOf(turn.c), FAILED, asking, (answer) => ({ kind: 'no', answer }) as const))
    if (question === null) return newMessage(plainMessage(BUSY), true)
    if (question.kind === 'ask') return newMessage(questionMessage(what, question.confirm), true)
    if (question.kind === 'no') return respond(turn, by, privately, question.answer)
  }
  return answerWith(turn, by, privately, () => press(env, askerOf(turn, by), { verb: what.verb, ref: what.ref, on }))
}

/** The answer, or word that it follows when it takes too long; Discord would say that it failed. */
async function answerWith(
  turn: Turn,
  by: Caller,
  privately: boolean,
  work: () => Promise<Answer>,
): Promise<APIInteractionResponse> {
  const working = orSorry(logOf(turn.c), FAILED, work(), (answer) => answer)
  const answer = await inTime(working)
  if (answer !== null) return respond(turn, by, privately, answer)
  // What was asked for is done or put down by the workspace in any case; this only hands its answer on.
  turn.c.executionCtx.waitUntil(
    working.then(({ says, follows }) => reply(turn, by, 'over', follows === null ? { says } : { after: follows })),
  )
  // A question that only the presser sees is what gets the answer; a card of the channel keeps what is on it.
  return privately ? { type: ANSWER.deferredUpdate } : { type: ANSWER.deferred, data: { flags: EPHEMERAL } }
}

/** `privately`: the pressed message is a question that only the presser sees, and the answer takes its place. */
async function respond(turn: Turn, by: Caller, privately: boolean, answer: Answer): Promise<APIInteractionResponse> {
  const { to, says, follows, redraw } = answer
  if (redraw !== null && !privately) {
    // The card loses its buttons for everybody at once; what concerns the presser alone comes below it.
    await reply(turn, by, 'below', { says })
    return { type: ANSWER.update, data: renderDiscord(redraw, turn.config.publicUrl) }
  }
  if (follows !== null) await reply(turn, by, 'over', { after: follows })
  const message = says.kind === 'text' ? plainMessage(says.text) : renderDiscord(says.card, turn.config.publicUrl)
  return privately ? { type: ANSWER.update, data: message } : newMessage(message, to === 'asker')
}

/** Kept in the ledger, so that it comes whatever happens to this request. */
async function reply(turn: Turn, by: Caller, place: Way['place'], what: NewReply['what']): Promise<void> {
  const way = wayText({ place, applicationId: by.applicationId, token: by.token })
  await workspaceOf(turn.c.env).reply({ vendor: 'discord', way, until: Date.now() + TOKEN_LIFE_MS, what })
}

function askerOf({ config }: Turn, { userId, id, guildId }: Caller): Asker {
  return { vendor: 'discord', userId, placed: config.discord.guilds.length > 0 && guildId !== null, event: id }
}

/** For the asker alone, or for the channel. */
function newMessage(message: DiscordMessage, privately: boolean): APIInteractionResponse {
  return { type: ANSWER.message, data: privately ? { ...message, flags: EPHEMERAL } : message }
}
