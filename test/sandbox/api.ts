/** One API request answered: who asks, what for, and the answer in PHP's JSON. Errors are HTTP 200 (§0.1, §11). */
import { authenticate } from './auth.ts'
import type { Answer } from './call.ts'
import type { ApiRequest } from './decode.ts'
import { endpoints } from './endpoints.ts'
import type { Person } from './people.ts'
import { phpJson } from './php.ts'
import { hiccup, Refusal } from './refusal.ts'
import { purgeBin, type World } from './store.ts'

/** An HTTP answer, not yet sent. `answer` is what `text` says, for what changes an answer on its way. */
export interface Reply {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly text: string
  readonly answer: Answer | null
}

/** What came of a request: the reply, and who signed it. */
export interface Outcome {
  readonly reply: Reply
  readonly user: number | null
}

export function answerApi(world: World, request: ApiRequest): Outcome {
  purgeBin(world)
  if (request.bytes > world.switches.bodyLimitBytes) return { reply: page(413, 'Request Entity Too Large'), user: null }
  if (!['GET', 'POST'].includes(request.method)) return { reply: page(405, 'Method Not Allowed'), user: null }
  const signer = attempt(() => authenticate(world, request))
  if (signer instanceof Refusal) return { reply: badCredentials(world, signer), user: null }
  return { reply: serve(world, request, signer), user: signer.id }
}

function serve(world: World, request: ApiRequest, user: Person): Reply {
  const endpoint = Object.hasOwn(endpoints, request.endpoint) ? endpoints[request.endpoint] : undefined
  if (!endpoint) return json(failure(new Refusal('Endpoint not found')), Number(world.switches.unknownEndpoint))
  if (!request.readable) return json(failure(new Refusal(hiccup)))
  const { params, json: inJson, base } = request
  const answer = attempt(() => endpoint({ world, user, params, json: inJson, base, now: world.clock.now() }))
  if (answer instanceof Refusal) return answer.empty ? bare(500) : json(failure(answer))
  const empty = world.switches.errorsOnSuccess === 'empty' ? { errors: [] } : {}
  return json({ ...answer, ...empty, success: true })
}

function attempt<T>(work: () => T): T | Refusal {
  try {
    return work()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** The faces of a bad credential (§1.4), by the switch `badHash`. */
function badCredentials(world: World, refusal: Refusal): Reply {
  if (world.switches.badHash === '401') return unauthorized()
  return world.switches.badHash === '500' ? bare(500) : json(failure(refusal))
}

function failure(refusal: Refusal): Answer {
  const code = refusal.errorCode === undefined ? {} : { errorCode: refusal.errorCode }
  return { errors: [refusal.message], ...code, success: false }
}

/** An answer as the cloud writes it. */
export function json(answer: Answer, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json' }, text: phpJson(answer), answer }
}

/** `success: false` with one error. */
export function refused(error: string): Reply {
  return json(failure(new Refusal(error)))
}

/** No body at all, as QuantConnect's own 500 (§1.4). */
export function bare(status: number): Reply {
  return { status, headers: {}, text: '', answer: null }
}

/** The 401 of the OpenAPI file: a header and no body (§1.4). */
export function unauthorized(): Reply {
  return { ...bare(401), headers: { 'www-authenticate': 'Basic realm="api"' } }
}

/** What a proxy in front of the cloud writes. */
export function page(status: number, title: string): Reply {
  const text = `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n</body>\r\n</html>\r\n`
  return { status, headers: { 'content-type': 'text/html' }, text, answer: null }
}
