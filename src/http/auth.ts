/** Who is asking, and what they may: a bearer token with a scope, or a person that Cloudflare Access has signed in. */

import type { Context, MiddlewareHandler } from 'hono'
import { type Config, configText, readConfig } from '../config.ts'
import { sha256Hex } from '../core/base/canonical.ts'
import { logWarning } from '../log.ts'
import { workspaceOf } from '../workspace/address.ts'
import { nameOf, type Who } from '../workspace/ledger/asks.ts'
import type { Caller, Door, Right } from './caller.ts'
import {
  clientAddress,
  createLimiter,
  createPace,
  type Limiter,
  limited,
  type Pace,
  tooManyFailures,
} from './limiter.ts'
import { problem } from './problem.ts'
import { logOf } from './request-id.ts'

export type { Caller, Door, Right } from './caller.ts'

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

/**
 * What a request is measured by, of one isolate: wrong credentials and unsigned requests per address, requests per
 * identity.
 */
export interface Gauges {
  readonly signIns: Limiter
  readonly failures: Limiter
  readonly pace: Pace
}

const SIGN_IN_WINDOW_MS = 5 * 60_000

export function createGauges(): Gauges {
  return { signIns: createLimiter({ windowMs: SIGN_IN_WINDOW_MS }), failures: createLimiter(), pace: createPace() }
}

/** For programs: a bearer, or a person signed in by Access. A bearer that is sent is judged alone. */
export function requireCaller(gauges: Gauges): MiddlewareHandler<Door> {
  return async function requireCallerHandler(c, next) {
    if (c.req.method === 'OPTIONS') return next() // nothing is done and nothing is told
    const read = readConfig(c.env)
    if (!read.ok) return problem(c, 503, { title: 'Not configured', detail: configText(read.problems) })
    const found = await programOf(c, gauges, read.config)
    if (found instanceof Response) return found
    if (found === null) return wrongCredentials(c)
    const waits = paced(c, gauges, read.config, found)
    if (waits !== null) return waits
    c.set('caller', found)
    return next()
  }
}

/** 401 for a program. */
export function wrongCredentials(c: Context): Response {
  const detail = 'Send the admin token: "Authorization: Bearer <ADMIN_TOKEN>"; a READ_TOKEN may look.'
  return problem(c, 401, { title: 'No valid bearer token', detail }, { 'www-authenticate': 'Bearer' })
}

/** For people: signed in by Access, or with the admin token as password; on a sandbox of this machine anybody. */
export function requirePerson(gauges: Gauges): MiddlewareHandler<Door> {
  return async function requirePersonHandler(c, next) {
    if (c.req.method === 'OPTIONS') return next() // nothing is done and nothing is told
    const read = readConfig(c.env)
    if (!read.ok) return c.text(configText(read.problems), 503, { 'retry-after': '60' })
    const { config } = read
    const found = config.development
      ? ((await signedIn(c)) ?? { ...ADMIN, isAmbient: true })
      : ((await signedIn(c)) ?? (await withCredentials(c, gauges, config, withPassword)))
    if (found instanceof Response) return found
    if (found === null) {
      c.header('www-authenticate', 'Basic realm="leansweep", charset="UTF-8"')
      return c.text('Sign in with any name and the admin token as the password.', 401)
    }
    const waits = paced(c, gauges, config, found)
    if (waits !== null) return waits
    c.set('caller', found)
    return next()
  }
}

/**
 * Who sends a request that may also come from nobody: a program, a person of Access, a person with the password. Null for
 * nobody, and for wrong credentials, which count; a response for an address that has sent too many of them.
 */
export async function callerOf(c: Context<Door>, gauges: Gauges, config: Config): Promise<Caller | Response | null> {
  const isPassword = /^Basic /i.test(c.req.header('authorization') ?? '')
  if (!isPassword) return programOf(c, gauges, config)
  return (await signedIn(c)) ?? (await withCredentials(c, gauges, config, withPassword))
}

/** The same, but a password is none: it is for pages. */
async function programOf(c: Context<Door>, gauges: Gauges, config: Config): Promise<Caller | Response | null> {
  // Whoever Access has signed in is never kept waiting for what others sent from the same address.
  const person = /^Bearer /i.test(c.req.header('authorization') ?? '') ? null : await signedIn(c)
  return person ?? withCredentials(c, gauges, config, withBearer)
}

/**
 * The caller with the credentials of the request. An address that has sent too many different wrong ones is refused before
 * anything is compared, so that guessing gains nothing; the same wrong one again, as from a program with an old token,
 * counts once and locks nobody out.
 */
async function withCredentials(
  c: Context<Door>,
  { signIns }: Gauges,
  config: Config,
  compare: (header: string, config: Config) => Promise<Caller | null>,
): Promise<Caller | Response | null> {
  const header = c.req.header('authorization')
  // Nothing was sent, as when a browser asks for the first time: there is nothing to guess with.
  if (header === undefined) return null
  const [address, now] = [clientAddress(c), Date.now()]
  const key = `${config.organizationId} ${address}`
  const wait = signIns.wait(key, now, config.rates.wrongCredentials)
  if (wait !== null) return tooManyFailures(c, wait)
  const caller = await compare(header, config)
  if (caller !== null) return caller
  if (signIns.failed(key, now, await sha256Hex(header))) {
    logWarning(logOf(c), `Not accepted (sign-in): wrong credentials from ${address || 'this machine'}.`)
  }
  return null
}

/** 429 for an identity that asks too often; null for an answer, and the request is counted. */
function paced(c: Context<Door>, { pace }: Gauges, { organizationId, rates }: Config, caller: Caller): Response | null {
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
  const [most, what] = isRead ? [rates.reads, 'reads'] : [rates.writes, 'writes']
  const who = `${organizationId} ${what} ${caller.identity ?? caller.name}`
  return limited(c, pace, who, { name: what, most, what: `${what} a minute` })
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

async function withBearer(header: string, { adminTokens, readTokens }: Config): Promise<Caller | null> {
  const bearer = /^Bearer (\S+)$/i.exec(header)?.[1] ?? ''
  const [admin, reader] = [await placeIn(adminTokens, bearer), await placeIn(readTokens, bearer)]
  if (admin >= 0) return ADMIN
  if (reader < 0) return null
  return { who: null, rights: ['read'], name: 'READ_TOKEN', identity: `READ_TOKEN ${reader + 1}`, isAmbient: false }
}

async function withPassword(header: string, { adminTokens }: Config): Promise<Caller | null> {
  const place = await placeIn(adminTokens, passwordOf(header) ?? '')
  return place < 0 ? null : { ...ADMIN, isAmbient: true }
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

/** Where it stands among those, or -1. Compares hashes, and all of them, so that neither content nor length nor which one it was can be learnt from the time. */
async function placeIn(wanted: readonly string[], given: string): Promise<number> {
  const [own, ...others] = await Promise.all([given, ...wanted].map(digestOf))
  const same = others.map((other) => own !== undefined && crypto.subtle.timingSafeEqual(own, other))
  return same.indexOf(true)
}

function digestOf(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
}
