/** Who may come in: the admin bearer for the API, the same as a password for pages. */

import type { MiddlewareHandler } from 'hono'
import { configText, readConfig } from '../config.ts'
import type { Env } from '../env.ts'
import { problem } from './problem.ts'

/** Lets requests with `Authorization: Bearer <ADMIN_TOKEN>` through. */
export function requireBearer(): MiddlewareHandler<{ Bindings: Env }> {
  return async function requireBearerHandler(c, next) {
    const read = readConfig(c.env)
    if (!read.ok) return problem(c, 503, { title: 'Not configured', detail: configText(read.problems) })
    const given = /^Bearer ([^\s]+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    if (given !== undefined && (await isSame(given, read.config.adminToken))) return next()
    c.header('www-authenticate', 'Bearer')
    const detail = 'Send the admin token: "Authorization: Bearer <ADMIN_TOKEN>".'
    return problem(c, 401, { title: 'No valid bearer token', detail })
  }
}

/** Lets a browser in that knows the admin token as its password; on a sandbox of this machine anybody may look. */
export function requirePassword(): MiddlewareHandler<{ Bindings: Env }> {
  return async function requirePasswordHandler(c, next) {
    const read = readConfig(c.env)
    if (!read.ok) return c.text(configText(read.problems), 503)
    if (read.config.development) return next()
    const password = passwordOf(c.req.header('authorization') ?? '')
    if (password !== null && (await isSame(password, read.config.adminToken))) return next()
    c.header('www-authenticate', 'Basic realm="leansweep", charset="UTF-8"')
    return c.text('Sign in with any name and the admin token as the password.', 401)
  }
}

function passwordOf(header: string): string | null {
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1]
  if (encoded === undefined) return null
  try {
    const pair = atob(encoded)
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
