/** Plans that wait for people: the question as it stands, and the answer to it (G7). */

import * as v from 'valibot'
import type { Decided } from '../../workspace/ledger/asks.ts'
import { whoOf } from '../auth.ts'
import { problem } from '../problem.ts'
import { type DoorContext, operation } from './operation.ts'
import { RUN } from './params.ts'
import { Proposal } from './run-shapes.ts'
import { RunId } from './shapes.ts'

const TOPIC = 'Decisions'

export const showProposal = operation({
  id: 'showProposal',
  method: 'GET',
  path: '/api/proposal',
  needs: 'read',
  topic: TOPIC,
  summary: 'The plan that waits for people, or the last one that did',
  details: 'Its items are in the plan of its run.',
  answers: { 200: { means: 'The plan, open or how it ended.', shape: Proposal }, 404: 'No plan has ever waited.' },
  async handle({ c, workspace }) {
    const proposal = await workspace.proposal()
    if (proposal !== null) return c.json(proposal)
    return problem(c, 404, { title: 'No plan waits', detail: 'No plan has ever waited for a decision here.' })
  },
})

const Answer = v.strictObject(
  {
    decision: v.picklist(['approve', 'refuse'], 'must be "approve" or "refuse"'),
    plan: v.pipe(
      v.string('must be the hash of the plan'),
      v.regex(/^[0-9a-f]{64}$/, 'must be the hash of the plan, 64 characters of 0-9 and a-f'),
      v.description('The hash of the plan that was shown: nothing else is approved.'),
    ),
  },
  'must be there, as in {"decision": "approve", "plan": "<hash>"}',
)

export const decide = operation({
  id: 'decide',
  method: 'POST',
  path: '/api/runs/{id}/decision',
  needs: 'decide',
  topic: TOPIC,
  summary: 'Approve or refuse the waiting plan of a run',
  details: 'The first decision that settles it wins. ADMIN_TOKEN may approve all but plans that need two people.',
  params: RUN,
  body: Answer,
  answers: {
    202: {
      means: 'The decision counts.',
      shape: v.pipe(
        v.strictObject({
          run: v.pipe(
            v.nullable(RunId),
            v.description('The run that executes the plan; null when refused, or while approvals are missing.'),
          ),
          missing: v.pipe(v.number(), v.integer(), v.description('How many approvals are still needed.')),
        }),
        v.title('Decided'),
      ),
    },
    403: 'Not by this caller.',
    404: 'No such run, or its plan never waited.',
    409: 'It is over, it is another plan now, or it cannot be done now.',
  },
  async handle({ c, workspace, caller, params, body }) {
    const decided = await workspace.decideOn({ run: params.id, ...body, by: whoOf(caller), through: 'api' })
    return decided.ok ? c.json({ run: decided.run, missing: decided.missing }, 202) : notDecided(c, decided)
  },
})

function notDecided(c: DoorContext, { reason, message: detail }: Extract<Decided, { ok: false }>): Response {
  if (reason === 'not found') return problem(c, 404, { title: 'No such plan', detail })
  if (reason === 'forbidden') return problem(c, 403, { title: 'Not allowed', detail })
  if (reason === 'unready') return problem(c, 503, { title: 'Not ready', detail })
  return problem(c, 409, { title: 'Not decided', detail })
}
