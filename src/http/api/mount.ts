/** Puts the operations on the router. Before a handler runs, the caller's right, the address and the body are checked. */

import type { Hono } from 'hono'
import { readConfig } from '../../config.ts'
import { workspaceOf } from '../../workspace/address.ts'
import { type Caller, callerOf, type Door, type Gauges, refusal, requireCaller, wrongCredentials } from '../auth.ts'
import { readJson } from '../body.ts'
import { clientAddress, limited } from '../limiter.ts'
import { isFromElsewhere } from '../origin.ts'
import { problem } from '../problem.ts'
import { checkAll, checkQuery } from './check.ts'
import type { DoorContext, Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'

export function mountApi(app: Hono<Door>, gauges: Gauges): void {
  // Nobody gets under /api unasked, whatever is put there.
  app.use('/api/*', requireCaller(gauges))
  app.use('/metrics', requireCaller(gauges))
  for (const operation of OPERATIONS) {
    app.on(operation.method, operation.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) =>
      notKept(await perform(operation, c, gauges)),
    )
  }
}

/** No cache keeps an answer that does not say otherwise. */
function notKept(answer: Response): Response {
  if (!answer.headers.has('cache-control')) answer.headers.set('cache-control', 'no-store')
  return answer
}

/** Whoever sends no credentials. */
const ANYBODY: Caller = { who: null, rights: [], name: 'Anybody', isAmbient: false }

/** Whoever comes to a public operation: known, if it has more for those and credentials are sent. */
async function maybeKnown({ knows }: Operation, c: DoorContext, gauges: Gauges): Promise<Caller | Response> {
  const read = readConfig(c.env)
  if (!read.ok) return ANYBODY
  const found = knows === undefined ? null : await callerOf(c, gauges, read.config)
  if (found instanceof Response) return found
  if (knows !== undefined && found === null && c.req.header('authorization') !== undefined) return wrongCredentials(c)
  if (knows !== undefined && found?.rights.includes(knows) === true) return found
  // It asks the workspace, which has one thread for everybody.
  const limit = { name: 'reads', most: read.config.rates.reads, what: 'reads a minute from one address' }
  return limited(c, gauges.pace, `${read.config.organizationId} anybody ${clientAddress(c)}`, limit) ?? ANYBODY
}

async function perform(operation: Operation, c: DoorContext, gauges: Gauges): Promise<Response> {
  const { needs, method } = operation
  const caller = needs === 'none' ? await maybeKnown(operation, c, gauges) : c.var.caller
  if (caller instanceof Response) return caller
  if (needs !== 'none') {
    const refused = refusal(c, caller, needs)
    if (refused !== null) return refused
    if (caller.isAmbient && method !== 'GET' && isFromElsewhere(c.req.raw)) {
      return problem(c, 403, {
        title: 'From another site',
        detail: 'Another site made the browser ask; nothing was done.',
      })
    }
  }
  const params = checkAll(c, operation.params ?? {}, c.req.param())
  if (!params.ok) return params.response
  const query = checkQuery(c, operation.query ?? {}, needs === 'none')
  if (!query.ok) return query.response
  const workspace = workspaceOf(c.env)
  const ask = { c, workspace, caller, params: params.values, query: query.values }
  if (operation.body === undefined) return operation.handle({ ...ask, body: undefined })
  const read = await readJson(c, operation.body, operation.mayBeEmpty)
  return read.ok ? operation.handle({ ...ask, body: read.body }) : read.response
}
