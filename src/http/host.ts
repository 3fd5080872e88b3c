/**
 * Beside a sandbox of this machine everybody knows the secrets, and pages need no password. So a Worker there answers only
 * under a name of this machine, or the one that PUBLIC_URL gives it: a site that makes its own name lead to this machine (DNS
 * rebinding) gets nothing.
 */

import type { MiddlewareHandler } from 'hono'
import { readConfig } from '../config.ts'
import { isLoopback } from '../core/base/address.ts'
import type { Door } from './caller.ts'
import { problem } from './problem.ts'

export const onlyByOwnName: MiddlewareHandler<Door> = async (c, next) => {
  if (isLoopback(c.req.url)) return next()
  const read = readConfig(c.env)
  if (!read.ok || !read.config.development) return next()
  const { publicUrl } = read.config
  if (publicUrl !== null && new URL(publicUrl).host === new URL(c.req.url).host) return next()
  const detail =
    'Beside a sandbox this Worker answers only under a name of this machine, such as localhost, or at PUBLIC_URL.'
  return problem(c, 403, { title: 'Not under this name', detail })
}
