/** Errors as RFC 9457 problem+json: what happened, why, what to do. */

import type { Context } from 'hono'
import { redactionOf } from '../log.ts'

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 502 | 503

export interface Problem {
  /** What kind of problem: the same for every occurrence. */
  readonly title: string
  /** This occurrence: why, and what to do. */
  readonly detail: string
}

/** `more`: headers besides, such as `allow` or `retry-after`. What a caller sent may be repeated, a setting never (G20). */
export function problem(
  c: Context,
  status: ProblemStatus,
  { title, detail: given }: Problem,
  more: { readonly [header: string]: string } = {},
): Response {
  const detail = redactionOf(c.env ?? {})(given)
  const headers = { ...more, 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store' }
  return c.body(JSON.stringify({ type: 'about:blank', title, status, detail }), status, headers)
}
