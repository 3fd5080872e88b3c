/** Runs: the list, each in detail, and a new one. */

import * as v from 'valibot'
import { LONGEST_RULE, MOST_RULES } from '../../core/base/bounds.ts'
import { isGoingOn } from '../../workspace/ledger/run.ts'
import { whoOf } from '../auth.ts'
import { notAKey } from '../body.ts'
import { taggedJson } from '../etag.ts'
import { problem } from '../problem.ts'
import { ACCEPTED, accept, TAKEN_BEFORE } from './accept.ts'
import { type DoorContext, operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { PAGING, PROJECT, RUN } from './params.ts'
import { RunDetail, RunPage } from './run-shapes.ts'

export const listRuns = operation({
  id: 'listRuns',
  method: 'GET',
  path: '/api/runs',
  needs: 'read',
  topic: 'Runs',
  summary: 'The runs, newest first',
  query: PAGING,
  tagged: true,
  answers: { 200: { means: 'A page of runs.', shape: RunPage } },
  async handle({ c, workspace, query }) {
    const page = await pageOf(
      c,
      query,
      (limit, before) => workspace.runs(limit, before),
      ({ id }) => id,
    )
    return page instanceof Response ? page : taggedJson(c, { runs: page.shown, cursor: page.cursor })
  },
})

export const showRun = operation({
  id: 'showRun',
  method: 'GET',
  path: '/api/runs/{id}',
  needs: 'read',
  topic: 'Runs',
  summary: 'One run: plan, outcomes, what was not judged',
  details: 'A finished run has an ETag; send it back as If-None-Match and get 304 while nothing has changed.',
  params: RUN,
  tagged: true,
  answers: { 200: { means: 'The run as it is recorded, or as far as it is.', shape: RunDetail }, 404: 'No such run.' },
  async handle({ c, workspace, params }) {
    const [run, proposal] = await Promise.all([workspace.run(params.id), workspace.proposalOf(params.id)])
    if (run !== null) return isGoingOn(run.status) ? c.json({ ...run, proposal }) : taggedJson(c, { ...run, proposal })
    return noSuchRun(c)
  },
})

const NewRun = v.strictObject(
  {
    mode: v.pipe(
      v.picklist(['report', 'act'], 'must be "report" or "act"'),
      v.description('`report` shows what would happen and changes nothing, marks included.'),
    ),
    rules: v.optional(
      v.pipe(
        v.array(
          v.pipe(v.string('must be the id of a rule'), v.maxLength(LONGEST_RULE, 'is too long for the id of a rule')),
        ),
        v.minLength(1, 'must name a rule, or be left out'),
        v.maxLength(MOST_RULES, `must have at most ${MOST_RULES} ids`),
        v.description('Ids of the only rules that may act.'),
      ),
    ),
  },
  'must be there, as in {"mode": "report"}',
)

export const startRun = operation({
  id: 'startRun',
  method: 'POST',
  path: '/api/runs',
  needs: 'operate',
  topic: 'Runs',
  summary: 'Sweep now',
  body: NewRun,
  submits: true,
  answers: { 202: ACCEPTED, 422: `There is no such rule. ${TAKEN_BEFORE}` },
  async handle(ask) {
    const { c, workspace, body } = ask
    const { unknown, known } = await workspace.unknownRules(body.rules ?? [])
    if (unknown[0] !== undefined) {
      return problem(c, 422, { title: 'No such rule', detail: notAKey(unknown[0], 'a rule of the policy', known) })
    }
    return accept(ask, { kind: 'sweep', mode: body.mode, rules: body.rules ?? null })
  },
})

const Undo = v.strictObject(
  {
    projectId: v.optional(v.pipe(PROJECT.projectId, v.description('Take back only what happened to this one.'))),
    directory: v.optional(
      v.pipe(
        v.string(),
        v.description('Take back only what happened to this directory as a whole; it is named as in the run.'),
      ),
    ),
  },
  'must be an object, as in {"projectId": 23456789}',
)

export const undoRun = operation({
  id: 'undoRun',
  method: 'POST',
  path: '/api/runs/{id}/undo',
  needs: 'operate',
  topic: 'Runs',
  summary: 'Take back what a run did',
  details: 'Brings back what was deleted, renames and moves back, and writes back what was changed.',
  params: RUN,
  body: Undo,
  mayBeEmpty: true,
  submits: true,
  answers: { 202: ACCEPTED, 404: 'No such run.', 422: TAKEN_BEFORE },
  async handle({ params, body, ...ask }) {
    if ((await ask.workspace.run(params.id)) === null) return noSuchRun(ask.c)
    const { projectId = null, directory } = body
    return accept(ask, {
      kind: 'undo',
      mode: 'act',
      run: params.id,
      projectId,
      ...(directory === undefined ? {} : { directory }),
    })
  },
})

export const stopRun = operation({
  id: 'stopRun',
  method: 'POST',
  path: '/api/runs/{id}/stop',
  needs: 'operate',
  topic: 'Runs',
  summary: 'End a run before its next call that changes anything',
  params: RUN,
  answers: {
    204: { means: 'What it has not done stays undone.', shape: null },
    404: 'No such run.',
    409: 'It is not going on.',
  },
  async handle({ c, workspace, caller, params: { id } }) {
    if (await workspace.stop(id, whoOf(caller))) return c.body(null, 204)
    const run = await workspace.run(id)
    if (run === null) return noSuchRun(c)
    const detail = `Run ${id} is over: it ended ${run.status}. Nothing was stopped; POST /api/runs/${id}/undo takes back what it did.`
    return problem(c, 409, { title: 'Not going on', detail })
  },
})

function noSuchRun(c: DoorContext): Response {
  return problem(c, 404, { title: 'No such run', detail: 'There is no run of that id. GET /api/runs lists them.' })
}
