/** The API: what programs see of the workspace, in the shapes that others build on. */

import { Hono } from 'hono'
import * as v from 'valibot'
import { nearest } from '../core/nearest.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import type { Asked } from '../workspace/last-survey.ts'
import { requireBearer } from './auth.ts'
import { readJson } from './body.ts'
import { problem } from './problem.ts'

const NewRun = v.object(
  {
    mode: v.picklist(['report', 'act'], 'must be "report" or "act"'),
    rules: v.optional(
      v.pipe(v.array(v.string('must be the id of a rule')), v.minLength(1, 'must name a rule, or be left out')),
    ),
  },
  'must be there, as in {"mode": "report"}',
)

const JSON_HEADERS = { 'content-type': 'application/json' }

export function createApi(): Hono<{ Bindings: Env }> {
  const api = new Hono<{ Bindings: Env }>()
  api.use('*', requireBearer())

  api.get('/runs', async (c) => {
    const page = pageOf(c)
    if (page instanceof Response) return page
    const runs = await workspaceOf(c.env).runs(page.limit + 1, page.cursor)
    const shown = runs.slice(0, page.limit)
    return c.json({ runs: shown, cursor: runs.length > shown.length ? (shown.at(-1)?.id ?? null) : null })
  })

  api.get('/runs/:id', async (c) => {
    const run = await workspaceOf(c.env).run(c.req.param('id'))
    if (run !== null) return c.json(run)
    return problem(c, 404, {
      title: 'No such run',
      detail: `There is no run ${c.req.param('id')}. GET /api/runs lists them.`,
    })
  })

  api.post('/runs', async (c) => {
    const read = await readJson(c, NewRun, ['mode', 'rules'])
    if (!read.ok) return read.response
    const { unknown, known } = await workspaceOf(c.env).unknownRules(read.body.rules ?? [])
    if (unknown[0] !== undefined) {
      const close = nearest(unknown[0], known)
      const hint = close === null ? `Rules: ${known.join(', ')}.` : `Did you mean "${close}"?`
      return problem(c, 422, { title: 'No such rule', detail: `The policy has no rule "${unknown[0]}". ${hint}` })
    }
    const key = c.req.header('idempotency-key')
    const submitted = await workspaceOf(c.env).submit({
      triggerId: `api:${key || crypto.randomUUID()}`,
      trigger: 'api',
      actor: 'token',
      request: { kind: 'sweep', mode: read.body.mode, rules: read.body.rules ?? null },
    })
    if (submitted.ok) return c.json({ run: submitted.run, url: urlOf(c.req.url, submitted.run) }, 202)
    const detail = `This Idempotency-Key was used for run ${submitted.run} with another body. Use a new key.`
    return problem(c, 422, { title: 'Key used before', detail })
  })

  api.get('/plan', async (c) => answer(c, await workspaceOf(c.env).plan()))

  api.get('/inventory', async (c) => answer(c, await workspaceOf(c.env).inventory()))

  api.get('/inventories', async (c) => {
    const page = pageOf(c)
    if (page instanceof Response) return page
    const stored = await workspaceOf(c.env).inventories(page.limit + 1, page.cursor)
    const shown = stored.slice(0, page.limit)
    return c.json({ inventories: shown, cursor: stored.length > shown.length ? (shown.at(-1)?.run ?? null) : null })
  })

  api.get('/inventories/:run', async (c) => {
    const run = c.req.param('run')
    const key = await workspaceOf(c.env).inventoryKey(run)
    const packed = key === null ? null : await c.env.LOG.get(key, 'stream')
    // Passed on as it comes: a large inventory costs no memory and no parsing here.
    if (packed !== null) return c.body(packed.pipeThrough(new DecompressionStream('gzip')), 200, JSON_HEADERS)
    const why = key === null ? 'stored none' : 'stored one that is not there (any more); a new one takes up to a minute'
    const detail = `Run ${run} ${why}. GET /api/inventories lists them.`
    return problem(c, 404, { title: 'No such inventory', detail })
  })

  api.get('/why/:projectId', async (c) => {
    const projectId = wholeNumber(c.req.param('projectId'))
    if (projectId === null) {
      return problem(c, 400, { title: 'Bad project id', detail: 'A project id is a whole number.' })
    }
    return answer(c, await workspaceOf(c.env).why(projectId))
  })

  api.post('/inventory/base', async (c) => {
    await workspaceOf(c.env).acceptBase('token')
    return c.body(null, 204)
  })

  api.put('/pause', async (c) => {
    await workspaceOf(c.env).pause('token')
    return c.body(null, 204)
  })

  api.delete('/pause', async (c) => {
    await workspaceOf(c.env).resume()
    return c.body(null, 204)
  })

  return api
}

function answer(c: Parameters<typeof problem>[0], asked: Asked<object>): Response {
  if (asked.ok) return c.json(asked.value)
  if (asked.reason === 'notFound') return problem(c, 404, { title: 'Not found', detail: asked.message })
  if (asked.reason === 'unready') return problem(c, 503, { title: 'Not ready', detail: asked.message })
  return problem(c, 502, { title: 'QuantConnect could not be read', detail: asked.message })
}

/** `?limit=20&cursor=`, or the answer that says what is wrong with them. */
function pageOf(
  c: Parameters<typeof problem>[0],
): Response | { readonly limit: number; readonly cursor: string | null } {
  const limit = wholeNumber(c.req.query('limit') ?? '20')
  if (limit !== null && limit >= 1 && limit <= 100) return { limit, cursor: c.req.query('cursor') ?? null }
  return problem(c, 400, { title: 'Bad limit', detail: '"limit" must be a whole number from 1 to 100.' })
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

function urlOf(request: string, run: string): string {
  return new URL(`/api/runs/${run}`, request).href
}
