/** What is done to one project because somebody asked: changed, brought back, held, let go. */

import * as v from 'valibot'
import { LONGEST_DESCRIPTION, LONGEST_NAME } from '../../core/base/bounds.ts'
import { description, newName, parameters, release } from '../../hooks/commands.ts'
import type { Held } from '../../workspace/ledger/asks.ts'
import { whoOf } from '../auth.ts'
import { taggedJson } from '../etag.ts'
import { problem } from '../problem.ts'
import { ACCEPTED, accept, TAKEN_BEFORE } from './accept.ts'
import { checkedBy } from './checked-by.ts'
import { type DoorContext, operation } from './operation.ts'
import { PROJECT } from './params.ts'
import { ProjectId, RunId, Time } from './shapes.ts'

const TOPIC = 'Projects'

const ProjectUpdate = v.pipe(
  v.strictObject(
    {
      name: v.optional(
        v.pipe(
          checkedBy(newName, v.pipe(v.string(), v.maxLength(LONGEST_NAME))),
          v.description('The new full name, directories and all.'),
        ),
      ),
      description: v.optional(
        v.pipe(
          checkedBy(description, v.pipe(v.string(), v.maxLength(LONGEST_DESCRIPTION))),
          v.description('The whole new description.'),
        ),
      ),
      parameters: v.optional(
        v.pipe(
          checkedBy(parameters, v.record(v.string(), v.nullable(v.union([v.string(), v.number()])))),
          v.description('Sets these and leaves the others as they are; null takes one out.'),
        ),
      ),
      release: v.optional(
        v.pipe(
          release,
          v.description('Ends the holds of the project. Without it a hold in the description stays there.'),
        ),
      ),
    },
    'must be there, as in {"description": "Waiting for data"}',
  ),
  v.check(
    (update) => Object.values(update).some((value) => value !== undefined && value !== false),
    'must name something to change: name, description, parameters',
  ),
)

export const updateProject = operation({
  id: 'updateProject',
  method: 'POST',
  path: '/api/projects/{projectId}',
  needs: 'operate',
  topic: TOPIC,
  summary: 'Change name, description or parameters',
  details:
    'Records what was there before, and can be undone. A hold in the description stays there unless the body says release; the run then says holdPreserved.',
  params: PROJECT,
  body: ProjectUpdate,
  submits: true,
  answers: { 202: ACCEPTED, 422: TAKEN_BEFORE },
  handle({ params, body, ...ask }) {
    const { name, description, parameters, release = false } = body
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(release ? ({ release } as const) : {}),
    }
    const command = { type: 'project.update', project: params.projectId, ...change } as const
    return accept(ask, { kind: 'command', mode: 'act', command })
  },
})

export const restoreProject = operation({
  id: 'restoreProject',
  method: 'POST',
  path: '/api/projects/{projectId}/restore',
  needs: 'operate',
  topic: TOPIC,
  summary: 'Bring a deleted project back',
  details:
    'Out of the Recycle Bin within 30 days, with id and backtests; afterwards rebuilt from its backup. The outcome says which, and what could not come back.',
  params: PROJECT,
  submits: true,
  answers: { 202: ACCEPTED, 422: 'The Idempotency-Key was used for something else.' },
  handle({ params, ...ask }) {
    return accept(ask, {
      kind: 'command',
      mode: 'act',
      command: { type: 'project.restore', projectId: params.projectId },
    })
  },
})

const NO_DAY = 'must be a day such as "2027-01-31"'

const NewHold = v.strictObject(
  {
    until: v.optional(
      v.pipe(
        v.string(NO_DAY),
        v.isoDate(NO_DAY),
        v.description('The last day, in the time zone of the policy; for ever when left out.'),
      ),
    ),
  },
  'must be an object, as in {"until": "2027-01-31"}',
)

const HeldShape = v.pipe(
  v.strictObject({
    until: v.pipe(
      v.nullable(v.string()),
      v.description('The last day it is held. Null for ever, or when it is let go.'),
    ),
    run: v.pipe(v.nullable(RunId), v.description('The run that writes it into the description, where there is one.')),
  }),
  v.title('Held'),
)

export const HoldList = v.pipe(
  v.strictObject({
    holds: v.array(
      v.strictObject({
        projectId: ProjectId,
        name: v.pipe(v.nullable(v.string()), v.description('As in the last survey; null when it was not in it.')),
        until: v.pipe(v.nullable(Time), v.description('Null for ever.')),
        by: v.string(),
      }),
    ),
  }),
  v.title('HoldList'),
)

const UNREADABLE = 'It is not in the last survey, and QuantConnect could not be asked about it.'

export const holdProject = operation({
  id: 'holdProject',
  method: 'POST',
  path: '/api/projects/{projectId}/hold',
  needs: 'operate',
  topic: TOPIC,
  summary: 'Keep a project: no rule and no command deletes, moves or renames it',
  params: PROJECT,
  body: NewHold,
  mayBeEmpty: true,
  answers: {
    200: { means: 'It is held from now on; a hold that lasts longer stays.', shape: HeldShape },
    404: 'No such project in the last survey.',
    409: 'It cannot be held: it is not ours, or it is in the Recycle Bin and has to be brought back first.',
    502: UNREADABLE,
  },
  async handle({ c, workspace, caller, params, body }) {
    return heldAnswer(c, await workspace.hold(params.projectId, body.until ?? null, whoOf(caller)))
  },
})

export const releaseProject = operation({
  id: 'releaseProject',
  method: 'DELETE',
  path: '/api/projects/{projectId}/hold',
  needs: 'operate',
  topic: TOPIC,
  summary: 'Let a held project go',
  params: PROJECT,
  answers: {
    200: { means: 'It is held no more.', shape: HeldShape },
    404: 'No such project, or it is not held.',
    409: 'It is not ours.',
    502: UNREADABLE,
  },
  async handle({ c, workspace, caller, params }) {
    return heldAnswer(c, await workspace.release(params.projectId, whoOf(caller)))
  },
})

export const listHolds = operation({
  id: 'listHolds',
  method: 'GET',
  path: '/api/holds',
  needs: 'read',
  topic: TOPIC,
  summary: 'What is held, until when and by whom',
  details: 'The holds of the ledger. A project is held as well while its description says [keep].',
  tagged: true,
  answers: { 200: { means: 'All of them, by name.', shape: HoldList } },
  handle: async ({ c, workspace }) => taggedJson(c, { holds: await workspace.holds() }),
})

function heldAnswer(c: DoorContext, held: Held): Response {
  if (held.ok) return c.json({ until: held.until, run: held.run })
  const detail = held.message
  if (held.reason === 'not found') return problem(c, 404, { title: 'No such project', detail })
  if (held.reason === 'not held') return problem(c, 404, { title: 'Not held', detail })
  if (held.reason === 'unready') return problem(c, 503, { title: 'Not ready', detail })
  if (held.reason === 'unreadable') return problem(c, 502, { title: 'QuantConnect could not be read', detail })
  if (held.reason === 'in bin') return problem(c, 409, { title: 'In the Recycle Bin', detail })
  if (held.reason === 'bad date') return problem(c, 422, { title: 'The body does not fit', detail })
  return problem(c, 409, { title: 'Not ours', detail })
}
