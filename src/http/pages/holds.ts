/** The holds of the ledger; those that only a description has are found on the page of their project. */

import { html } from 'hono/html'
import { timeText } from '../../core/cards/card-text.ts'
import type { HoldView } from '../../workspace/ledger/asks.ts'
import type { Caller } from '../auth.ts'
import { form } from './forms.ts'
import { type Html, table } from './layout.ts'

export function holdList(holds: readonly HoldView[], caller: Caller): Html {
  if (holds.length === 0)
    return html`<p>Nobody holds anything here. A hold is given on the page of a project, in chat, or by writing <code>[keep]</code> into its description.</p>`
  const mayOperate = caller.rights.includes('operate')
  return html`${table(
    'Held',
    ['Project', 'Until', 'By', ...(mayOperate ? ['Release'] : [])],
    holds.map(({ projectId, name, until, by }) => [
      html`<a href="/projects/${projectId}">${name ?? projectId}</a>`,
      until === null ? 'for ever' : timeText(until),
      by,
      ...(mayOperate ? [form(`/projects/${projectId}/release`, 'Release', { look: 'plain' })] : []),
    ]),
  )}`
}
