/** What the sandbox's own tests talk to it with: one world, signed calls in each encoding, and its control. */
import { createHash } from 'node:crypto'

/** What came back, as the wire had it and as JSON. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON object, or `{}` when the body is none. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged by the tests, field by field
  readonly body: any
}

export interface Client {
  /** Base address of the API, without a trailing slash. */
  readonly api: string
  /** JSON POST; without a body an empty one and no content type, as the documented examples send. */
  post(endpoint: string, body?: unknown): Promise<Answered>
  /** GET with a query string. */
  get(endpoint: string, query?: string): Promise<Answered>
  /** Urlencoded POST of exactly this text. */
  form(endpoint: string, text: string): Promise<Answered>
  /** Anything else, signed. */
  send(endpoint: string, init: RequestInit): Promise<Answered>
  /** A control call: GET without a body, POST with one. */
  control(path: string, body?: unknown): Promise<Answered>
  /** The same world seen by another user. */
  as(userId: number, token: string): Client
}

/** The header pair of fact sheet §1.1. */
export function sign(userId: number, token: string, seconds = Math.floor(Date.now() / 1000)): Record<string, string> {
  const hash = createHash('sha256').update(`${token}:${seconds}`).digest('hex')
  return { authorization: `Basic ${Buffer.from(`${userId}:${hash}`).toString('base64')}`, timestamp: String(seconds) }
}

let made = 0

/** A client of a world of its own inside a sandbox, empty until it is reset. */
export function newWorld(url: string): Client {
  made += 1
  return clientOf(`${url}/w/${process.pid}-${made}`)
}

/** A client of the world at this address. */
export function clientOf(base: string, userId = 123, token = 'abc'): Client {
  const api = `${base}/api/v2`

  function send(endpoint: string, init: RequestInit): Promise<Answered> {
    const headers = new Headers(init.headers)
    for (const [name, value] of Object.entries(sign(userId, token))) headers.set(name, value)
    return ask(`${api}/${endpoint}`, { ...init, headers })
  }

  function post(endpoint: string, body?: unknown): Promise<Answered> {
    if (body === undefined) return send(endpoint, { method: 'POST' })
    return send(endpoint, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
  }

  function form(endpoint: string, text: string): Promise<Answered> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return send(endpoint, { method: 'POST', body: text, headers })
  }

  function control(path: string, body?: unknown): Promise<Answered> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    return ask(`${base}/_sandbox/${path}`, init)
  }

  return {
    api,
    post,
    get: (endpoint, query = '') => send(query ? `${endpoint}?${query}` : endpoint, {}),
    form,
    send,
    control,
    as: (otherId, otherToken) => clientOf(base, otherId, otherToken),
  }
}

/** One request, with nothing added. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(url, init)
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
