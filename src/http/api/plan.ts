/** What would happen now, and why. */

import { answer } from './answer.ts'
import { Why } from './inventory-shapes.ts'
import { operation } from './operation.ts'
import { PROJECT } from './params.ts'
import { Preview } from './run-shapes.ts'

export const showPlan = operation({
  id: 'showPlan',
  method: 'GET',
  path: '/api/plan',
  needs: 'read',
  topic: 'Plan',
  summary: 'What would happen now',
  details: 'Surveys the account and decides as a run would, has no effect and marks nothing.',
  answers: {
    200: { means: 'The plan, and what is marked or could not be judged.', shape: Preview },
    502: 'QuantConnect could not be read.',
  },
  handle: async ({ c, workspace }) => answer(c, await workspace.plan()),
})

export const showWhy = operation({
  id: 'showWhy',
  method: 'GET',
  path: '/api/why/{projectId}',
  needs: 'read',
  topic: 'Plan',
  summary: 'Why a project is where it is',
  details: 'Every rule and condition, over the last survey; makes no API call.',
  params: PROJECT,
  answers: {
    200: { means: 'The verdict and everything behind it.', shape: Why },
    404: 'There is no survey yet, or the project was not in it.',
  },
  handle: async ({ c, workspace, params }) => answer(c, await workspace.why(params.projectId)),
})
