/** Stops all acting and lets it go on (G19). */

import { actorOf } from '../auth.ts'
import { operation } from './operation.ts'
import { PauseShape } from './shapes.ts'

const TOPIC = 'Pause'

export const pause = operation({
  id: 'pause',
  method: 'PUT',
  path: '/api/pause',
  needs: 'operate',
  topic: TOPIC,
  summary: 'Stop before the next call that changes anything',
  answers: { 200: { means: 'Nothing more is done until the pause is lifted.', shape: PauseShape } },
  async handle({ c, workspace, caller }) {
    return c.json(await workspace.pause(actorOf(caller)))
  },
})

export const resume = operation({
  id: 'resume',
  method: 'DELETE',
  path: '/api/pause',
  needs: 'operate',
  topic: TOPIC,
  summary: 'Go on',
  answers: { 204: { means: 'What was under way goes on.', shape: null } },
  async handle({ c, workspace }) {
    await workspace.resume()
    return c.body(null, 204)
  },
})
