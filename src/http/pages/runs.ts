/** The list of runs, newest first. */

import { html } from 'hono/html'
import { timeText } from '../../core/cards/card-text.ts'
import type { RunSummary } from '../../workspace/ledger/run.ts'
import type { Caller } from '../auth.ts'
import { form } from './forms.ts'
import { type Html, table } from './layout.ts'
import { askedBy, inNumbers } from './run-words.ts'

/** `older`: the cursor of the next page, or null. `isPaused`: then there is nothing to pause. */
export function runList(runs: readonly RunSummary[], older: string | null, caller: Caller, isPaused: boolean): Html {
  return html`${caller.rights.includes('operate') ? actions(isPaused) : ''}${list(runs, older)}`
}

function actions(isPaused: boolean): Html {
  return html`<div class="actions">
    ${form('/sweep', 'Report only', { fields: { mode: 'report' }, look: 'plain' })}
    ${form('/sweep', 'Sweep now', { fields: { mode: 'act' }, look: 'plain' })}
    ${isPaused ? '' : form('/pause', 'Pause', { look: 'plain' })}
  </div>`
}

function list(runs: readonly RunSummary[], older: string | null): Html {
  if (runs.length === 0) return html`<p>No runs yet. The first one comes with the next cron tick.</p>`
  return html`${table('Newest first', ['When', 'Status', 'What happened'], runs.map(row))}
    ${older === null ? '' : html`<p><a href="/?cursor=${older}">Older runs</a></p>`}`
}

function row(run: RunSummary): readonly Html[] {
  return [
    html`<a href="/runs/${run.id}">${timeText(run.at)}</a><br /><span class="quiet small">${askedBy(run)}${run.mode === 'report' ? ', report only' : ''}</span>`,
    html`<span class="status ${run.status}">${run.status}</span>`,
    html`${inNumbers(run)}${run.message === '' ? '' : html`<br /><span class="quiet small">${run.message}</span>`}`,
  ]
}
