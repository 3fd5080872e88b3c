/** The API: what programs see of the workspace, in the shapes that others build on. */

import { Hono } from 'hono'
import * as v from 'valibot'
import { nearest } from '../core/nearest.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import type { Asked } from '../workspace/preview.ts'
import { requireBearer } from './auth.ts'
import { readJson } from './body.ts'
import { problem } from './problem.ts'

const NewRun = v.object({
  mode: v.picklist(['report', 'act'], 'must be "report" or "act"'),
  rules: v.optional(
    v.pipe(v.array(v.string('must be the id of a rule')), v.minLength(1, 'must name a rule, or be left out')),
  ),
})

export function createApi(): Hono<{ Bindings: Env }> {
  const api = new Hono<{ Bindings: Env }>()
  api.use('*', requireBearer())

  api.get('/runs', async (c) => {
    const limit = wholeNumber(c.req.query('limit') ?? '20')
    if (limit === null || limit < 1 || limit > 100) {
      return problem(c, 400, { title: 'Bad limit', detail: '"limit" must be a whole number from 1 to 100.' })
    }
    const cursor = c.req.query('cursor') ?? null
    const runs = await workspaceOf(c.env).runs(limit + 1, cursor)
    const page = runs.slice(0, limit)
    return c.json({ runs: page, cursor: runs.length > limit ? (page.at(-1)?.id ?? null) : null })
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
      triggerId: `api:${key ?? crypto.randomUUID()}`,
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

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

function urlOf(request: string, run: string): string {
  return new URL(`/api/runs/${run}`, request).href
}
