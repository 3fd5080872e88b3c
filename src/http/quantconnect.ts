/** `POST /hooks/quantconnect`: what a live algorithm says with `Notify.Web`, of its own project alone. */

import type { Context } from 'hono'
import { canonicalJson, sha256Hex } from '../core/base/canonical.ts'
import { projectOf, readAlgorithmMessage, unwrapped } from '../hooks/algorithm-message.ts'
import { verifyBearer } from '../hooks/bearer.ts'
import type { RunRequest } from '../workspace/ledger/run.ts'
import { handIn } from './accepted.ts'
import type { Door, Gauges } from './auth.ts'
import { parseJson } from './body.ts'
import { limited } from './limiter.ts'
import { problem } from './problem.ts'
import { openDoor, unproven } from './proof.ts'

const MINUTE = 60_000

/** A bearer is for one project, so the body is read before it can be judged; who has none learns nothing of it. */
export async function takeAlgorithmMessage(c: Context<Door>, gauges: Gauges): Promise<Response> {
  const door = await openDoor(c, 'quantconnect')
  if (!door.ok) return door.response
  const message = unwrapped(parseJson(door.body))
  const verdict = await verifyBearer(door.secrets, c.req.header('authorization') ?? null, projectOf(message))
  if (!verdict.ok) return unproven(c, gauges, 'quantconnect', verdict.failure)
  // A bearer is of one project, so this is the count of the bearer.
  const { organizationId, rates } = door.config
  const limit = { name: 'messages', most: rates.notifyWeb, what: 'messages a minute from one algorithm' }
  const waits = limited(c, gauges.pace, `${organizationId} project ${verdict.projectId}`, limit)
  if (waits !== null) return waits

  const asked = readAlgorithmMessage(message)
  switch (asked.kind) {
    case 'wizard':
      return c.json({ ignored: 'Orders and insights of the deployment wizard mean nothing here.' }, 202)
    case 'refused':
      return problem(c, 422, { title: 'The body does not fit', detail: asked.why })
    case 'report':
      return submit(c, verdict.projectId, { kind: 'sweep', mode: 'report', rules: null })
    case 'update':
      return submit(c, verdict.projectId, { kind: 'command', mode: 'act', command: asked.command })
  }
}

/**
 * `Notify.Web` sends no id. Saying the same again within a minute is the same run, so that a delivery that comes twice has
 * one effect, unless something else about the project came between the two; later it is a new one.
 */
async function submit(c: Context<Door>, project: number, request: RunRequest): Promise<Response> {
  const said = `quantconnect:${project}:${await sha256Hex(canonicalJson(request))}`
  const submission = {
    triggerId: said,
    content: { project, within: MINUTE },
    trigger: 'quantconnect',
    actor: `project ${project}`,
    request,
  } as const
  return handIn(c, submission, 'message')
}
