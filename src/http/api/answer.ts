/** What the workspace was asked, as an answer: the value, or the problem with the fitting status. */

import type { Asked } from '../../workspace/ledger/last-survey.ts'
import { problem } from '../problem.ts'
import type { DoorContext } from './operation.ts'

export function answer(c: DoorContext, asked: Asked<object>): Response {
  if (asked.ok) return c.json(asked.value)
  const detail = asked.message
  if (asked.reason === 'notFound') return problem(c, 404, { title: 'Not found', detail })
  if (asked.reason === 'unready') return problem(c, 503, { title: 'Not ready', detail })
  return problem(c, 502, { title: 'QuantConnect could not be read', detail })
}
