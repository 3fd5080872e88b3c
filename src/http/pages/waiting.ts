/** A plan that waits for people: what it would do, who may decide and until when, and the question before a yes. */

import { html } from 'hono/html'
import { shortHash } from '../../core/cards/approval-card.ts'
import { timeText } from '../../core/cards/card-text.ts'
import type { ProposalView } from '../../workspace/ledger/asks.ts'
import type { ShownItem } from '../../workspace/ledger/run.ts'
import { type Caller, whyNot } from '../auth.ts'
import { form } from './forms.ts'
import type { Html } from './layout.ts'
import { plannedTable } from './run.ts'

/** On the page of the run that proposed it. */
export function waitingPlan(proposal: ProposalView, caller: Caller): Html {
  const { run, hash, waiting, proposed, state, endedBy, endedAt, execution } = proposal
  if (state !== 'open') {
    const by = endedBy === null ? '' : ` by ${endedBy}`
    const at = endedAt === null ? '' : `, ${timeText(endedAt)}`
    return html`<p class="card">Its plan for ${proposed} projects was ${ENDED[state]}${by}${at}.
      ${execution === null ? '' : html`<a href="/runs/${execution}">The run that carries it out</a>.`}</p>`
  }
  const mayDecide = caller.rights.includes('decide')
  return html`<section class="card warn" aria-label="Waiting plan">
    <h2>${waiting} of ${proposed} projects wait for a decision</h2>
    <p>${needsText(proposal)} It ends undecided ${timeText(proposal.expiresAt)}. What is not due any more has left it.</p>
    <p class="small">Plan <code>${shortHash(hash)}</code></p>
    ${
      mayDecide
        ? html`<p class="actions"><a class="button" href="/runs/${run}/approve">Approve …</a></p>
          ${form(`/runs/${run}/decision`, 'Keep all', { fields: { decision: 'refuse', plan: hash }, look: 'plain' })}`
        : html`<p class="quiet">${whyNot(caller, 'decide')}</p>`
    }
  </section>`
}

/** The page that asks once more, naming how many and which plan. */
export function approvePage(
  { run, hash, waiting }: ProposalView,
  items: readonly ShownItem[],
  because: readonly string[],
): Html {
  return html`<p>Plan <code>${shortHash(hash)}</code>: ${waiting} projects, as listed here. Each is looked at once more before
      its turn, and copied before it is deleted; what is not due any more is left alone.</p>
    ${because.map((text) => html`<p>${text}</p>`)}
    ${form(`/runs/${run}/decision`, `Approve ${waiting}`, { fields: { decision: 'approve', plan: hash }, look: 'danger' })}
    <p><a href="/runs/${run}">Not now</a></p>
    ${plannedTable(items, 'What would be done')}`
}

const ENDED: { readonly [state in Exclude<ProposalView['state'], 'open'>]: string } = {
  approved: 'approved',
  refused: 'refused',
  expired: 'not decided within 24 hours',
  'policy changed': 'ended by a change of the policy',
  empty: 'ended: nothing of it was left',
}

function needsText({ needs, approvals }: ProposalView): string {
  const given = approvals.map(({ by }) => by).join(' and ')
  if (needs === 1) return 'One person decides.'
  return given === '' ? 'Two different people have to approve.' : `Two different people have to approve; ${given} did.`
}
