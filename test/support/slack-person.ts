/** A person in Slack: what they type and press becomes a signed request to the Worker, and its answer what they see. */

import { ask } from './door.ts'
import type { SlackMessage } from './node/slack.ts'
import { SIGNING_SECRET, signSlack } from './slack.ts'
import { SLACK_CHANNEL, SLACK_TOKEN, type Standins } from './standins.ts'
import type { World } from './world.ts'

/** The settings of a Worker whose Slack is these stand-ins. */
export function slackEnv(standins: Standins): { readonly [name: string]: string } {
  return {
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_BOT_TOKEN: SLACK_TOKEN,
    SLACK_CHANNEL,
    SLACK_TEAM_ID: 'T0123456789',
    SLACK_API_URL: standins.slackApi,
    PUBLIC_URL: 'https://sweep.example',
  }
}

export interface SlackPerson {
  /** What follows `/sweep`; the message that answers at once. */
  types(text: string): Promise<SlackMessage>
  /** A button by its verb, such as `approve`, or an option of a menu by what it says; how long the acknowledgement took. */
  presses(message: SlackMessage, verb: string, choice?: string): Promise<{ readonly tookMs: number }>
  /** The same press once more, byte for byte. */
  repeats(): Promise<void>
}

export function slackPerson(
  world: Pick<World, 'name' | 'sandbox'>,
  standins: Standins,
  user: string,
  env = slackEnv(standins),
): SlackPerson {
  let last: { readonly path: string; readonly secret: string; readonly body: string } | null = null

  async function send(path: string, { secret, body }: { secret: string; body: string }) {
    last = { path, secret, body }
    const began = performance.now()
    const answer = await signedAsk(world, standins, path, new TextEncoder().encode(body), {}, env)
    const text = await answer.text()
    const tookMs = performance.now() - began
    const { message = null } = (await standins.control('slack/answered', {
      secret,
      status: answer.status,
      body: text,
      tookMs,
    })) as { message?: SlackMessage }
    return { tookMs, message }
  }

  return {
    types: async (text) => {
      const typed = (await standins.control('slack/type', { user, text })) as { secret: string; body: string }
      const { message } = await send('commands', typed)
      if (message === null) throw new Error(`/sweep ${text} was answered with nothing.`)
      return message
    },
    presses: async ({ ts }, verb, choice) => {
      const wanted = { user, ts, action: verb, choice }
      const pressed = (await standins.control('slack/press', wanted)) as { secret: string; body: string }
      const { tookMs } = await send('actions', pressed)
      return { tookMs }
    },
    repeats: async () => {
      if (last === null) throw new Error('Nothing was pressed yet.')
      await send(last.path, last)
    },
  }
}

/** A request with Slack's signature over exactly these bytes. */
export async function signedAsk(
  world: Pick<World, 'name' | 'sandbox'>,
  standins: Standins,
  path: string,
  body: Uint8Array,
  change: { readonly timestamp?: string; readonly signature?: string } = {},
  env = slackEnv(standins),
): Promise<Response> {
  const timestamp = change.timestamp ?? String(Math.floor(Date.now() / 1_000))
  return ask(world, `/slack/${path}`, {
    method: 'POST',
    body: body as Uint8Array<ArrayBuffer>,
    bearer: null,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': change.signature ?? (await signSlack(SIGNING_SECRET, timestamp, body)),
    },
    env,
  })
}

/** Verbs of what can be pressed on a message. */
export function verbsOf({ blocks }: SlackMessage): readonly string[] {
  const parts = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
  return parts.map(({ action_id }) => String(action_id).split('.')[1] ?? '').filter((verb) => verb !== '')
}
