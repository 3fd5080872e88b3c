/** A call answered under a fault: what is put on the wire instead of the answer, or of the answer. */
import { STATUS_CODES } from 'node:http'
import { answerApi, bare, json, type Outcome, page, type Reply, refused, unauthorized } from './api.ts'
import { damage } from './damage.ts'
import type { ApiRequest } from './decode.ts'
import type { Fault } from './faults.ts'
import { hiccup, throttled } from './refusal.ts'
import { type World, worldAsOf } from './store.ts'

/** What is put on the wire: a whole reply, half a reply, or a reset; after a wait. */
export interface Delivery {
  readonly outcome: Outcome
  readonly wire: 'whole' | 'half' | 'reset'
  readonly waitMs: number
}

const nobody = { user: null }

/** Answers a call under a fault. */
export function strike(world: World, fault: Fault, request: ApiRequest): Delivery {
  const waitMs = fault.delayMs ?? (fault.kind.startsWith('hang') ? 60_000 : fault.kind === 'slow' ? 1000 : 0)
  const spoiled = instead(fault)
  if (spoiled) return { outcome: { reply: withRetry(spoiled, fault), ...nobody }, wire: 'whole', waitMs }
  if (fault.kind.endsWith('-before')) return { outcome: { reply: bare(0), ...nobody }, wire: 'reset', waitMs }
  const stale = fault.kind === 'stale' && /\/(read|list)$/.test(request.endpoint)
  const seen = stale ? worldAsOf(world, world.clock.now() - 60_000) : world
  const outcome = answerApi(seen, request)
  if (fault.kind.endsWith('-after')) return { outcome, wire: 'reset', waitMs }
  const reply = damage(fault, outcome.reply)
  return { outcome: { ...outcome, reply }, wire: fault.kind === 'truncate' ? 'half' : 'whole', waitMs }
}

/** The answers that come without the call having any effect. */
function instead(fault: Fault): Reply | undefined {
  if (fault.kind === 'empty-500') return bare(500)
  if (fault.kind === 'refuse') return refused(fault.text ?? hiccup)
  if (fault.kind === 'throttle') return refused(fault.text ?? throttled)
  if (fault.kind === 'refuse-messages') return json({ messages: [fault.text ?? hiccup], success: false })
  if (fault.kind === 'refuse-message') return json({ Message: fault.text ?? 'Internal Error 21', success: false })
  if (fault.kind === 'refuse-bare') return json({ success: false })
  if (fault.kind === 'no-success') return json({ projects: [] })
  if (fault.kind === 'html') return { ...page(502, 'Bad Gateway'), status: 200 }
  const status = Number(/^status-(\d{3})$/.exec(fault.kind)?.[1] ?? 0)
  if (status === 0) return undefined
  return status === 401 ? unauthorized() : page(status, STATUS_CODES[status] ?? 'Error')
}

function withRetry(reply: Reply, fault: Fault): Reply {
  return fault.retryAfter === undefined
    ? reply
    : { ...reply, headers: { ...reply.headers, 'retry-after': fault.retryAfter } }
}
