/** What the forms of the pages do: the same as the API, by the same rights, and then a page that shows it. */

import type { Hono } from 'hono'
import { html } from 'hono/html'
import { workspaceOf } from '../../workspace/address.ts'
import type { RunRequest } from '../../workspace/ledger/run.ts'
import { take } from '../accepted.ts'
import type { DoorContext } from '../api/operation.ts'
import { actorOf, type Door, type Gauges, type Right, requirePerson, whoOf, whyNot } from '../auth.ts'
import { readBytes } from '../body.ts'
import { isFromElsewhere } from '../origin.ts'
import { BASELINE_PATH } from './baseline.ts'
import { layout } from './layout.ts'

/** Places of an address: what is no id leads nowhere, and stands in no answer. */
const RUN = ':id{[0-9a-f-]{22}}'
const PROJECT = ':id{[0-9]{1,15}}'

type Fields = URLSearchParams
/** Where to go on; or why it was not done. */
type Done = { readonly to: string } | { readonly not: string }

export function mountChanges(app: Hono<Door>, gauges: Gauges): void {
  const signedIn = requirePerson(gauges)
  const change = (path: string, right: Right, act: (c: DoorContext, fields: Fields) => Promise<Done>) =>
    app.post(path, signedIn, (c) => perform(c, right, act))

  change(`/runs/${RUN}/decision`, 'decide', async (c, fields) => {
    const run = id(c)
    const decision = fields.get('decision')
    const plan = fields.get('plan') ?? ''
    if (decision !== 'approve' && decision !== 'refuse') return { not: 'A decision is "approve" or "refuse".' }
    const decided = await workspaceOf(c.env).decideOn({ run, decision, plan, by: whoOf(c.var.caller), through: 'page' })
    return decided.ok ? { to: `/runs/${decided.run ?? run}` } : { not: decided.message }
  })
  change('/sweep', 'operate', async (c, fields) => {
    const mode = fields.get('mode')
    if (mode !== 'report' && mode !== 'act') return { not: 'A sweep is asked to "report" or to "act".' }
    return ask(c, { kind: 'sweep', mode, rules: null })
  })
  change(`/runs/${RUN}/undo`, 'operate', (c, fields) => {
    const directory = fields.get('directory')
    const request = { kind: 'undo', mode: 'act', run: id(c), projectId: null } as const
    return ask(c, directory === null ? request : { ...request, directory })
  })
  change(`/runs/${RUN}/stop`, 'operate', async (c) => {
    const isStopped = await workspaceOf(c.env).stop(id(c), whoOf(c.var.caller))
    return isStopped ? { to: `/runs/${id(c)}` } : { not: 'This run is over already; there is nothing to stop.' }
  })
  change(`/projects/${PROJECT}/hold`, 'operate', async (c, fields) => {
    const until = fields.get('until') || null
    const held = await workspaceOf(c.env).hold(Number(id(c)), until, whoOf(c.var.caller), 'page')
    return held.ok ? { to: `/projects/${id(c)}` } : { not: held.message }
  })
  change(`/projects/${PROJECT}/release`, 'operate', async (c) => {
    const held = await workspaceOf(c.env).release(Number(id(c)), whoOf(c.var.caller), 'page')
    return held.ok ? { to: `/projects/${id(c)}` } : { not: held.message }
  })
  change(`/projects/${PROJECT}/restore`, 'operate', (c) => {
    return ask(c, { kind: 'command', mode: 'act', command: { type: 'project.restore', projectId: Number(id(c)) } })
  })
  change(BASELINE_PATH, 'operate', async (c, fields) => {
    const isAccepted = await workspaceOf(c.env).acceptBase(actorOf(c.var.caller), fields.get('missing') ?? '')
    return isAccepted
      ? { to: BASELINE_PATH }
      : { not: 'That is not what stands against the list of projects now. Look at it again.' }
  })
  change('/pause', 'operate', async (c) => {
    await workspaceOf(c.env).pause(actorOf(c.var.caller))
    return { to: '/' }
  })
  change('/resume', 'operate', async (c) => {
    await workspaceOf(c.env).resume()
    return { to: '/' }
  })
}

async function perform(
  c: DoorContext,
  right: Right,
  act: (c: DoorContext, fields: Fields) => Promise<Done>,
): Promise<Response> {
  const { caller } = c.var
  // Only a form of our own pages: a browser adds a person's credentials to what other sites make it send as well.
  if (isFromElsewhere(c.req.raw)) return say(c, 403, 'Another site made the browser ask; nothing was done.')
  if (!/^application\/x-www-form-urlencoded\b/i.test(c.req.header('content-type') ?? '')) {
    return say(c, 415, 'This takes a form of the pages; programs use the API.')
  }
  if (!caller.rights.includes(right)) return say(c, 403, whyNot(caller, right))
  const body = await readBytes(c.req.raw)
  if (body === null) return say(c, 413, 'The form is too large.')
  const fields = new URLSearchParams(new TextDecoder().decode(body))
  if (new Set(fields.keys()).size < [...fields.keys()].length) return say(c, 400, 'A field is there twice.')
  const done = await act(c, fields)
  return 'to' in done ? c.redirect(done.to, 303) : say(c, 409, done.not)
}

async function ask(c: DoorContext, request: RunRequest): Promise<Done> {
  const submission = {
    triggerId: `page:${crypto.randomUUID()}`,
    trigger: 'page',
    actor: actorOf(c.var.caller),
    request,
  } as const
  const taken = await take(c, submission)
  if (!taken.ok && taken.reason === 'too many') return { not: taken.message }
  return { to: `/runs/${taken.run}` }
}

async function say(c: DoorContext, status: 400 | 403 | 409 | 413 | 415, message: string): Promise<Response> {
  const back = c.req.path.replace(/\/[a-z]+$/, '') || '/'
  return c.html(
    await layout(
      { title: 'Nothing was changed' },
      html`<p class="card warn">${message}</p><p><a href="${back}">Back</a></p>`,
    ),
    status,
  )
}

function id(c: DoorContext): string {
  return c.req.param('id') ?? ''
}
