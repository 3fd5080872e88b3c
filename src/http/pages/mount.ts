/** Puts the pages on the router: what people look at. What they change is in `changes.ts`. */

import type { Hono } from 'hono'
import { html } from 'hono/html'
import { workspaceOf } from '../../workspace/address.ts'
import type { Health } from '../../workspace/views/health.ts'
import type { DoorContext } from '../api/operation.ts'
import { type Door, type Gauges, requirePerson } from '../auth.ts'
import { bannerOf } from './banner.ts'
import { BASELINE_PATH, baselineBanner, baselinePage } from './baseline.ts'
import { mountChanges } from './changes.ts'
import { holdList } from './holds.ts'
import { type Frame, type Html, layout, STYLE_PATH } from './layout.ts'
import { projectDetail, unseenProject } from './project.ts'
import { runDetail } from './run.ts'
import { runList } from './runs.ts'
import { STYLE } from './style.ts'
import { approvePage, waitingPlan } from './waiting.ts'

const RUNS_ON_A_PAGE = 50

export function mountPages(app: Hono<Door>, gauges: Gauges): void {
  const signedIn = requirePerson(gauges)

  app.get(STYLE_PATH, (c) =>
    c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' }),
  )

  app.get('/', signedIn, async (c) => {
    const workspace = workspaceOf(c.env)
    const [runs, health] = await Promise.all([
      workspace.runs(RUNS_ON_A_PAGE + 1, c.req.query('cursor') ?? null),
      workspace.health(),
    ])
    const shown = runs.slice(0, RUNS_ON_A_PAGE)
    const older = runs.length > RUNS_ON_A_PAGE ? (shown.at(-1)?.id ?? null) : null
    return page(c, { title: 'Runs', place: '/' }, runList(shown, older, c.var.caller, health.pause !== null), health)
  })

  app.get('/runs/:id', signedIn, async (c) => {
    const id = c.req.param('id')
    const [run, proposal] = await Promise.all([workspaceOf(c.env).run(id), workspaceOf(c.env).proposalOf(id)])
    if (run === null) return noRun(c)
    const plan = proposal === null ? '' : waitingPlan(proposal, c.var.caller)
    return page(c, { title: `Run ${run.id}`, place: '/' }, html`${plan}${runDetail(run, c.var.caller)}`)
  })

  app.get('/runs/:id/approve', signedIn, async (c) => {
    const id = c.req.param('id')
    const workspace = workspaceOf(c.env)
    const [proposal, items, run] = await Promise.all([
      workspace.proposalOf(id),
      workspace.waiting(id),
      workspace.run(id),
    ])
    if (proposal === null) return noRun(c)
    if (proposal.state !== 'open') return c.redirect(`/runs/${id}`, 303)
    return page(
      c,
      { title: `Approve ${proposal.waiting} projects?`, place: '/' },
      approvePage(proposal, items, run?.plan?.stopped ?? []),
    )
  })

  app.get('/projects/:id{[0-9]{1,15}}', signedIn, async (c) => {
    const id = Number(c.req.param('id'))
    const asked = await workspaceOf(c.env).why(id)
    if (!asked.ok) {
      const body = unseenProject(id, asked.message, c.var.caller)
      return c.html(await layout({ title: 'Not in the last survey' }, body), 404)
    }
    return page(c, { title: asked.value.name }, projectDetail(asked.value, c.var.caller))
  })

  app.get('/holds', signedIn, async (c) => {
    return page(c, { title: 'Holds', place: '/holds' }, holdList(await workspaceOf(c.env).holds(), c.var.caller))
  })

  app.get(BASELINE_PATH, signedIn, async (c) => {
    const shown = await workspaceOf(c.env).base()
    return page(c, { title: 'What stands against the list' }, baselinePage(shown, c.var.caller))
  })

  mountChanges(app, gauges)
}

/** With what everybody should know above it. `health`: where it was asked for already. */
async function page(c: DoorContext, frame: Frame, body: Html, health?: Health): Promise<Response> {
  const workspace = workspaceOf(c.env)
  const [well, base] = await Promise.all([health ?? workspace.health(), workspace.base()])
  const banner = html`${c.req.path === BASELINE_PATH ? '' : baselineBanner(base)}${bannerOf(well, c.var.caller)}`
  return c.html(await layout({ ...frame, banner }, body))
}

async function noRun(c: DoorContext): Promise<Response> {
  return c.html(await layout({ title: 'No such run' }, html`<p>There is no such run.</p>`), 404)
}
