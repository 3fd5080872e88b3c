/** Hands a run in for a door for machines: 202 with where to find it, the same for every repeat (G14). */

import type { Context } from 'hono'
import { workspaceOf } from '../workspace/address.ts'
import type { Submission, Submitted, TooMany } from '../workspace/asking/submit.ts'
import type { Door } from './auth.ts'
import { problem } from './problem.ts'

/** `used`: what was used before when the same trigger came with another request, such as `webhook-id`. */
export async function handIn(c: Context<Door>, submission: Submission, used: string): Promise<Response> {
  const submitted = await take(c, submission)
  if (submitted.ok) return c.json(runAt(c, submitted.run), 202)
  if (submitted.reason === 'too many') {
    const wait = String(Math.max(1, Math.ceil(submitted.retryAfterMs / 1_000)))
    const detail = `${submitted.message} This request was not counted and did nothing; wait as long as Retry-After says.`
    return problem(c, 429, { title: 'Too many requests', detail }, { 'retry-after': wait })
  }
  const detail = `This ${used} was used for run ${submitted.run} with another body. Nothing was done; use a new one.`
  return problem(c, 422, { title: 'Used before', detail })
}

/** Reports are merged and limited; all else is a run of its own. */
export async function take(c: Context<Door>, submission: Submission): Promise<Submitted | TooMany> {
  const { kind, mode } = submission.request
  const workspace = workspaceOf(c.env)
  return kind === 'sweep' && mode === 'report' ? workspace.report(submission) : workspace.submit(submission)
}

/** A run that was taken, and where to look at it. */
export function runAt(c: Context, run: string): { readonly run: string; readonly url: string } {
  return { run, url: new URL(`/api/runs/${run}`, c.req.url).href }
}
