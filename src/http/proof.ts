/**
 * What the doors for machines have in common: each is closed until its secret is set, takes a bounded body as bytes, and
 * gives one public answer to all that cannot prove who they are. The exact reason goes to the log.
 */

import type { Context } from 'hono'
import { type Config, configText, readConfig } from '../config.ts'
import { HOOK_LIMIT } from '../core/base/bounds.ts'
import { type ProofFailure, proofFailureText } from '../hooks/failure.ts'
import type { Bytes } from '../hooks/hmac.ts'
import { type HookSecrets, SETTING_OF } from '../hooks/secrets.ts'
import { logWarning } from '../log.ts'
import type { Door, Gauges } from './auth.ts'
import { readBytes, tooLarge } from './body.ts'
import { clientAddress, limited, tooManyFailures } from './limiter.ts'
import { problem } from './problem.ts'
import { logOf } from './request-id.ts'

type DoorName = keyof HookSecrets

export type Opened =
  | { readonly ok: true; readonly secrets: readonly Bytes[]; readonly body: Bytes; readonly config: Config }
  | { readonly ok: false; readonly response: Response }

/** The secrets to check with and the bytes to check, or why the door is closed. */
export async function openDoor(c: Context<Door>, door: DoorName): Promise<Opened> {
  const read = readConfig(c.env)
  if (!read.ok) return shut(problem(c, 503, { title: 'Not configured', detail: configText(read.problems) }))
  const secrets = read.config.hooks[door]
  if (secrets.length === 0) {
    const detail = `This door is closed: ${SETTING_OF[door]} is not set. Set it with "wrangler secret put ${SETTING_OF[door]}".`
    return shut(problem(c, 503, { title: 'Not configured', detail }))
  }
  const body = await readBytes(c.req.raw, HOOK_LIMIT)
  return body === null ? shut(tooLarge(c, HOOK_LIMIT)) : { ok: true, secrets, body, config: read.config }
}

/**
 * The answer to a request that proves nothing. It counts as a failure of its address; after too many the answer is 429
 * and the log stays silent. What does prove itself is never kept waiting, for senders share addresses: whoever can make
 * GitHub or QuantConnect send us nonsense must not be able to shut out what they send in earnest.
 */
export function unproven(c: Context<Door>, { failures }: Gauges, door: DoorName, failure: ProofFailure): Response {
  const [address, now] = [clientAddress(c), Date.now()]
  const wait = failures.wait(address, now)
  if (wait !== null) return tooManyFailures(c, wait)
  failures.failed(address, now)
  logWarning(logOf(c), `Not accepted (${door}): ${proofFailureText(failure)}.`)
  return problem(c, 401, { title: 'Not accepted', detail: NOT_ACCEPTED })
}

/** 429 when so many requests were signed for this door within a minute; null for an answer, and the request is counted. */
export function hurried(
  c: Context<Door>,
  { pace }: Gauges,
  door: DoorName,
  { organizationId, rates }: Config,
): Response | null {
  const limit = { name: 'hooks', most: rates.hooks, what: 'signed requests a minute' }
  return limited(c, pace, `${organizationId} ${door}`, limit)
}

const NOT_ACCEPTED =
  "The request does not prove who sent it. Check the shared secret and the sender's clock, and sign the very bytes that are sent; the Worker's log has the reason."

function shut(response: Response): Opened {
  return { ok: false, response }
}
