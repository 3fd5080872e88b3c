/** Errors as RFC 9457 problem+json: what happened, why, what to do. */

import type { Context } from 'hono'
import { storedText } from '../core/base/bounds.ts'

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 502 | 503

export interface Problem {
  /** What kind of problem: the same for every occurrence. */
  readonly title: string
  /** This occurrence: why, and what to do. */
  readonly detail: string
}

/**
 * `more`: headers besides, such as `allow` or `retry-after`. The detail is sent as it is: it repeats what a caller sent
 * unchanged or not at all, to a stranger never, and nothing in it depends on a secret (G29).
 */
export function problem(
  c: Context,
  status: ProblemStatus,
  { title, detail }: Problem,
  more: { readonly [header: string]: string } = {},
): Response {
  const wait = status === 503 ? { 'retry-after': '60' } : {}
  const headers = {
    ...wait,
    ...more,
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  }
  return c.body(JSON.stringify({ type: 'about:blank', title, status, detail: storedText(detail) }), status, headers)
}
