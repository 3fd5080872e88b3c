/** Who is asking, and what they may: a bearer token with a scope, or a person that Cloudflare Access has signed in. */

import type { Context, MiddlewareHandler } from 'hono'
import { type Config, configText, readConfig } from '../config.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import { nameOf, type Who } from '../workspace/ledger/asks.ts'
import { clientAddress, type Limiter, tooManyFailures } from './limiter.ts'
import { problem } from './problem.ts'

/** `read`: look at everything. `operate`: start, change, hold, pause. `decide`: say yes or no to a waiting plan. */
export type Right = 'read' | 'operate' | 'decide'

export interface Caller {
  /** For the record; null for somebody who may only look. */
  readonly who: Who | null
  readonly rights: readonly Right[]
  /** Who that is, for messages: `READ_TOKEN`, an address. */
  readonly name: string
  /** Whether a browser adds the credentials by itself, so that another site could make it ask. */
  readonly isAmbient: boolean
}

/** What a request carries through the router; `caller` is there behind `requireCaller` and `requirePerson` only. */
export type Door = { Bindings: Env; Variables: { caller: Caller } }

const EVERYTHING: readonly Right[] = ['read', 'operate', 'decide']

/** Whoever has the admin token. */
const ADMIN: Caller = { who: { kind: 'token' }, rights: EVERYTHING, name: 'ADMIN_TOKEN', isAmbient: false }

/** Whoever may operate or decide; nobody else has a name that counts. */
export function whoOf({ who, name }: Caller): Who {
  if (who === null) throw new TypeError(`${name} may only look.`)
  return who
}

/** Who that is in a record: `token`, or the name of a person. */
export function actorOf({ who }: Caller): string {
  return who === null ? 'token' : nameOf(who)
}

/** For programs: a bearer, or a person signed in by Access. A bearer that is sent is judged alone. */
export function requireCaller(failures: Limiter): MiddlewareHandler<Door> {
  return async function requireCallerHandler(c, next) {
    if (c.req.method === 'OPTIONS') return next() // nothing is done and nothing is told
    const read = readConfig(c.env)
    if (!read.ok) return problem(c, 503, { title: 'Not configured', detail: configText(read.problems) })
    const bearer = /^Bearer ([^\s]+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    const caller = bearer === undefined ? await signedIn(c) : await callerWith(bearer, read.config)
    if (caller === null) {
      const wait = countFailure(c, failures)
      if (wait !== null) return tooManyFailures(c, wait)
      const detail = 'Send the admin token: "Authorization: Bearer <ADMIN_TOKEN>"; a READ_TOKEN may look.'
      return problem(c, 401, { title: 'No valid bearer token', detail }, { 'www-authenticate': 'Bearer' })
    }
    c.set('caller', caller)
    return next()
  }
}

/** For people: signed in by Access, or with the admin token as password; on a sandbox of this machine anybody. */
export function requirePerson(failures: Limiter): MiddlewareHandler<Door> {
  return async function requirePersonHandler(c, next) {
    if (c.req.method === 'OPTIONS') return next() // nothing is done and nothing is told
    const read = readConfig(c.env)
    if (!read.ok) return c.text(configText(read.problems), 503)
    const caller = (await signedIn(c)) ?? (await withPassword(c, read.config))
    if (caller === null) {
      // Browsers first ask without a password; that is no failure.
      const wait = c.req.header('authorization') === undefined ? null : countFailure(c, failures)
      if (wait !== null) return tooManyFailures(c, wait)
      c.header('www-authenticate', 'Basic realm="leansweep", charset="UTF-8"')
      return c.text('Sign in with any name and the admin token as the password.', 401)
    }
    c.set('caller', caller)
    return next()
  }
}

/** How many seconds this address has to wait after too many failures; null for an answer, and the failure is counted. */
function countFailure(c: Context, failures: Limiter): number | null {
  const [address, now] = [clientAddress(c), Date.now()]
  const wait = failures.wait(address, now)
  if (wait === null) failures.failed(address, now)
  return wait
}

/** The answer to somebody who may not; null when they may. */
export function refusal(c: Context, caller: Caller, right: Right): Response | null {
  if (caller.rights.includes(right)) return null
  return problem(c, 403, { title: 'Not allowed', detail: whyNot(caller, right) })
}

/** Why somebody may not, and what would change that. */
export function whyNot({ who, name }: Caller, right: Right): string {
  const what = right === 'decide' ? 'decide on a plan' : 'change anything'
  if (who?.kind === 'person') {
    const may = right === 'decide' ? '"approve"' : '"operate"'
    return `${name} may not ${what}: add ${may} to their "may" in the policy.`
  }
  if (name === 'READ_TOKEN') return `READ_TOKEN may look but not ${what}. Use ADMIN_TOKEN.`
  return `${name} may look but not ${what}: the policy has no [[person]] with that email.`
}

/** The person Access has signed in; null when it has not. Only the platform's own word counts, never a header. */
async function signedIn(c: Context<Door>): Promise<Caller | null> {
  const access = accessOf(c)
  if (access === undefined) return null
  const email = (await access.getIdentity())?.email
  if (email === undefined || email === '') return looker('A service without an email')
  const person = await workspaceOf(c.env).person('email', email)
  if (person === null) return looker(email)
  const { name, may } = person
  const rights: Right[] = ['read']
  if (may.includes('operate')) rights.push('operate')
  if (may.length > 0) rights.push('decide')
  return { who: { kind: 'person', name }, rights, name, isAmbient: true }
}

function accessOf(c: Context<Door>): CloudflareAccessContext | undefined {
  try {
    return (c.executionCtx as ExecutionContext).access
  } catch {
    return undefined // called without a context
  }
}

function looker(name: string): Caller {
  return { who: null, rights: ['read'], name, isAmbient: true }
}

async function callerWith(bearer: string, { adminToken, readTokens }: Config): Promise<Caller | null> {
  if (await isSame(bearer, adminToken)) return ADMIN
  for (const token of readTokens) {
    if (await isSame(bearer, token)) return { who: null, rights: ['read'], name: 'READ_TOKEN', isAmbient: false }
  }
  return null
}

async function withPassword(c: Context<Door>, { development, adminToken }: Config): Promise<Caller | null> {
  const caller = { ...ADMIN, isAmbient: true }
  if (development) return caller
  const password = passwordOf(c.req.header('authorization') ?? '')
  return password !== null && (await isSame(password, adminToken)) ? caller : null
}

function passwordOf(header: string): string | null {
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1]
  if (encoded === undefined) return null
  try {
    const pair = new TextDecoder().decode(Uint8Array.from(atob(encoded), (byte) => byte.charCodeAt(0)))
    const colon = pair.indexOf(':')
    return colon < 0 ? null : pair.slice(colon + 1)
  } catch {
    return null // not base64
  }
}

/** Compares hashes, so that neither content nor length can be learnt from the time it takes. */
async function isSame(given: string, wanted: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [given, wanted].map((text) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))),
  )
  return a !== undefined && b !== undefined && crypto.subtle.timingSafeEqual(a, b)
}
