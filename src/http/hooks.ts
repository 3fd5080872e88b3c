/** `POST /hooks`: commands, signed as Standard Webhooks say. */

import type { Context } from 'hono'
import { readCommand } from '../hooks/commands.ts'
import { verifyWebhook } from '../hooks/standard-webhooks.ts'
import { workspaceOf } from '../workspace/address.ts'
import { handIn } from './accepted.ts'
import type { Door, Gauges } from './auth.ts'
import { notAKey, notJson, parseJson } from './body.ts'
import { problem } from './problem.ts'
import { hurried, openDoor, unproven } from './proof.ts'

export async function takeCommand(c: Context<Door>, gauges: Gauges): Promise<Response> {
  const door = await openDoor(c, 'standardWebhooks')
  if (!door.ok) return door.response
  const message = {
    id: c.req.header('webhook-id') ?? null,
    timestamp: c.req.header('webhook-timestamp') ?? null,
    signature: c.req.header('webhook-signature') ?? null,
    body: door.body,
  }
  const verdict = await verifyWebhook(door.secrets, message, Date.now())
  if (!verdict.ok) return unproven(c, gauges, 'standardWebhooks', verdict.failure)
  const waits = hurried(c, gauges, 'standardWebhooks', door.config)
  if (waits !== null) return waits

  const body = parseJson(door.body)
  if (body === undefined) return notJson(c)
  const asked = readCommand(body)
  if (!asked.ok) return problem(c, 422, { title: 'The body does not fit', detail: asked.problem })
  const request = asked.value
  if (request.kind === 'sweep' && request.rules !== null) {
    const { unknown, known } = await workspaceOf(c.env).unknownRules(request.rules)
    if (unknown[0] !== undefined) {
      return problem(c, 422, { title: 'No such rule', detail: notAKey(unknown[0], 'a rule of the policy', known) })
    }
  }
  const submission = { triggerId: `hook:${verdict.id}`, trigger: 'hook', actor: 'hook', request } as const
  return handIn(c, submission, 'webhook-id')
}
