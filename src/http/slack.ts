/** `POST /slack/commands`, `/slack/actions` and `/slack/events`: what Slack has signed, and nothing else, gets an answer. */

import type { Context } from 'hono'
import { type Config, configText, readConfig } from '../config.ts'
import { HOOK_LIMIT } from '../core/base/bounds.ts'
import { logWarning } from '../log.ts'
import { isSslCheck, type Origin, type Read, readEvent, readPress, readSlashCommand } from '../slack/parse.ts'
import { plainMessage } from '../slack/render.ts'
import { verifySlack } from '../slack/verify.ts'
import type { Door, Gauges } from './auth.ts'
import { readBytes, tooLarge } from './body.ts'
import { clientAddress, tooManyFailures } from './limiter.ts'
import { problem } from './problem.ts'
import { logOf } from './request-id.ts'
import { answerCommand, answerPress } from './slack-answer.ts'

const READERS = {
  commands: readSlashCommand,
  actions: readPress,
  events: readEvent,
} as const satisfies { readonly [door: string]: (body: Uint8Array, development: boolean) => Read }

export async function takeSlack(c: Context<Door>, gauges: Gauges, door: keyof typeof READERS): Promise<Response> {
  const read = readConfig(c.env)
  if (!read.ok) return problem(c, 503, { title: 'Not configured', detail: configText(read.problems) })
  const { config } = read
  if (config.slack.signingSecrets.length === 0) {
    const detail =
      'This door is closed: SLACK_SIGNING_SECRET is not set. Set it with "wrangler secret put SLACK_SIGNING_SECRET".'
    return problem(c, 503, { title: 'Not configured', detail })
  }
  const body = await readBytes(c.req.raw, HOOK_LIMIT)
  if (body === null) return tooLarge(c, HOOK_LIMIT)
  if (isSslCheck(body)) return c.body(null, 200)
  const signature = c.req.header('x-slack-signature') ?? null
  const timestamp = c.req.header('x-slack-request-timestamp') ?? null
  const verified = await verifySlack(config.slack.signingSecrets, { signature, timestamp, body }, Date.now())
  if (!verified.ok) return unsigned(c, gauges, verified.why)

  const request = READERS[door](body, config.development)
  if (request === null) {
    return problem(c, 400, { title: 'Not of Slack', detail: `This is not what Slack sends to /slack/${door}.` })
  }
  return answer(c, config, request, gauges)
}

async function answer(c: Context<Door>, config: Config, request: NonNullable<Read>, gauges: Gauges): Promise<Response> {
  const { teams } = config.slack
  switch (request.kind) {
    case 'url verification':
      return c.text(request.challenge)
    case 'ignored':
      // Of an event Slack would send it again if it heard anything but yes.
      return c.body(null, 200, { 'x-slack-no-retry': '1' })
    case 'command':
      if (isElsewhere(teams, request)) return c.json(plainAnswer(ELSEWHERE))
      if (request.command !== COMMAND) return c.json(plainAnswer(`leansweep answers ${COMMAND}, and no other command.`))
      return c.json(await answerCommand({ c, config, gauges }, request))
    case 'press':
      if (isElsewhere(teams, request)) return c.body(null, 200)
      await answerPress({ c, config, gauges }, request)
      // The body of this answer changes nothing in Slack.
      return c.body(null, 200)
  }
}

/** As the manifest of the app has it. */
const COMMAND = '/sweep'

const ELSEWHERE = 'This leansweep belongs to another Slack workspace. Whoever runs it can add yours to SLACK_TEAM_ID.'

/** Whether a signed request comes from a workspace that the settings do not name: an app may be installed in several. */
function isElsewhere(teams: readonly string[], { teamId, enterpriseId }: Origin): boolean {
  return teams.length > 0 && !teams.includes(teamId) && !(enterpriseId !== '' && teams.includes(enterpriseId))
}

function plainAnswer(text: string): object {
  return { response_type: 'ephemeral', ...plainMessage(text) }
}

/** One answer to whatever proves nothing; the reason goes to the log. What proves itself is never kept waiting. */
function unsigned(c: Context<Door>, { failures }: Gauges, why: string): Response {
  const [address, now] = [clientAddress(c), Date.now()]
  const wait = failures.wait(address, now)
  if (wait !== null) return tooManyFailures(c, wait)
  failures.failed(address, now)
  logWarning(logOf(c), `Not accepted (slack): the signature is ${why}.`)
  const detail = 'The request does not prove that it comes from Slack. Check the signing secret and the clock.'
  return problem(c, 401, { title: 'Not accepted', detail })
}
