/** Hands a run in: 202 with its id, the same one for the same `Idempotency-Key` (G14). */

import type * as v from 'valibot'
import type { RunRequest } from '../../workspace/ledger/run.ts'
import { handIn } from '../accepted.ts'
import { actorOf } from '../auth.ts'
import type { BodySchema } from '../body.ts'
import { problem } from '../problem.ts'
import type { Ask, DoorContext, Success } from './operation.ts'
import { Accepted } from './shapes.ts'

export const ACCEPTED: Success = { means: 'The run is taken and goes on by itself.', shape: Accepted }

/** What every operation that hands a run in may answer besides. */
export const TAKEN_BEFORE = 'The body does not fit, or the Idempotency-Key was used with another one.'

type Asking = Pick<Ask<v.ObjectEntries, v.ObjectEntries, BodySchema>, 'c' | 'caller'>

export async function accept({ c, caller }: Asking, request: RunRequest): Promise<Response> {
  const key = idempotencyKey(c)
  if (key instanceof Response) return key
  const actor = actorOf(caller)
  const triggerId = `api:${caller.who?.kind}:${encodeURIComponent(actor)}:${key ?? crypto.randomUUID()}`
  return handIn(c, { triggerId, trigger: 'api', actor, request }, 'Idempotency-Key')
}

/** The key with or without its quotation marks; null for none. Keys of different callers never meet. */
function idempotencyKey(c: DoorContext): string | null | Response {
  const header = c.req.header('idempotency-key') ?? ''
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header
  if (key === '') return null
  if (/^[\x21-\x7e]{1,200}$/.test(key)) return key
  const detail =
    'An Idempotency-Key is 1 to 200 visible ASCII characters, such as a UUID, with or without quotation marks.'
  return problem(c, 400, { title: 'Bad Idempotency-Key', detail })
}
