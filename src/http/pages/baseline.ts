/** What stands against the list of projects, with the button that accepts exactly what is shown (G6). */

import { html } from 'hono/html'
import { timeText } from '../../core/cards/card-text.ts'
import type { BaseView } from '../../workspace/ledger/asks.ts'
import { type Caller, whyNot } from '../auth.ts'
import { form } from './forms.ts'
import { type Html, table } from './layout.ts'

export const BASELINE_PATH = '/baseline'

export function baselinePage({ hash, count, missing, at, acceptedBy, message }: BaseView, caller: Caller): Html {
  if (hash === null) return html`<p>Nothing stands against the list of projects.</p>`
  const more = count > missing.length ? `the first ${missing.length} of ${count}` : `${count}`
  return html`<section class="card warn" aria-label="What stands against the list">
      <p>${message}</p>
      ${at === null ? '' : html`<p class="quiet">Seen first ${timeText(at)}.</p>`}
      ${acceptedBy === null ? accepting(hash, count, caller) : html`<p>Accepted by ${acceptedBy}; the next run goes on from there.</p>`}
    </section>
    ${table(
      'What it is about',
      ['Project', 'Id'],
      missing.map(({ projectId, name }) => [name, html`<a href="/projects/${projectId}">${projectId}</a>`]),
      more,
    )}`
}

function accepting(hash: string, count: number, caller: Caller): Html {
  if (!caller.rights.includes('operate')) return html`<p class="quiet">${whyNot(caller, 'operate')}</p>`
  return html`<p>If all ${count} are meant to be so, accept exactly these: rules and deletions then go on with the next run.</p>
    ${form(BASELINE_PATH, `Accept these ${count}`, { fields: { missing: hash }, look: 'danger' })}`
}

/** Above every page, while it keeps rules from acting. */
export function baselineBanner({ hash, count, acceptedBy }: BaseView): Html | '' {
  if (hash === null || acceptedBy !== null) return ''
  return html`<div class="banner warn" role="status">
    <p>Rules wait: ${count} projects stand against the list. <a href="${BASELINE_PATH}">Look at them</a>.</p>
  </div>`
}
