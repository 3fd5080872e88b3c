/** Puts the pages on the router. Everything that changes something is a form that posts and is sent on to a page. */

import type { Hono } from 'hono'
import { html } from 'hono/html'
import { workspaceOf } from '../../workspace/address.ts'
import { type Door, requirePerson } from '../auth.ts'
import type { Limiter } from '../limiter.ts'
import { layout, STYLE_PATH } from './layout.ts'
import { projectDetail } from './project.ts'
import { runDetail } from './run.ts'
import { runList } from './runs.ts'
import { STYLE } from './style.ts'

const RUNS_ON_A_PAGE = 50

export function mountPages(app: Hono<Door>, failures: Limiter): void {
  const signedIn = requirePerson(failures)

  app.get(STYLE_PATH, (c) =>
    c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' }),
  )

  app.get('/', signedIn, async (c) => {
    const runs = await workspaceOf(c.env).runs(RUNS_ON_A_PAGE + 1, c.req.query('cursor') ?? null)
    const shown = runs.slice(0, RUNS_ON_A_PAGE)
    const older = runs.length > RUNS_ON_A_PAGE ? (shown.at(-1)?.id ?? null) : null
    return c.html(await layout({ title: 'Runs', place: '/' }, runList(shown, older)))
  })

  app.get('/runs/:id', signedIn, async (c) => {
    const run = await workspaceOf(c.env).run(c.req.param('id'))
    if (run === null) return c.html(await layout({ title: 'No such run' }, html`<p>There is no such run.</p>`), 404)
    return c.html(await layout({ title: `Run ${run.id}`, place: '/' }, runDetail(run)))
  })

  app.get('/projects/:id{[0-9]{1,15}}', signedIn, async (c) => {
    const asked = await workspaceOf(c.env).why(Number(c.req.param('id')))
    if (!asked.ok) return c.html(await layout({ title: 'Not found' }, html`<p>${asked.message}</p>`), 404)
    return c.html(await layout({ title: asked.value.name }, projectDetail(asked.value)))
  })
}
