/** One project: what the policy says of it and why. */

import { html } from 'hono/html'
import type { Why } from '../../core/explain.ts'
import { type Html, table, when } from './layout.ts'

const READ_AS = { yes: 'yes', no: 'no', unknown: 'not known' } as const

export function projectDetail(why: Why): Html {
  const { projectId, sentences, mark, due, rules } = why
  return html`<div class="card">${sentences.map((sentence) => html`<p>${sentence}</p>`)}</div>
    <dl class="facts">
      <dt>Id</dt><dd>${projectId}</dd>
      <dt>Marked</dt><dd>${mark === null ? 'no' : `since ${when(mark.since)} by rule ${mark.rule}`}</dd>
      <dt>Due</dt><dd>${due === null ? 'not as things stand' : when(due)}</dd>
    </dl>
    ${table(
      'Rules',
      ['Rule', 'Selects it', 'Because'],
      rules.map((rule) => [
        rule.rule,
        rule.outcome,
        html`${rule.sentences.join(' ')} ${rule.predicates.map(
          ({ part, predicate, value, threshold, reading }) =>
            html`<br /><span class="small">${part} ${predicate} <code>${threshold}</code>: ${value} – ${READ_AS[reading]}</span>`,
        )}`,
      ]),
      'over the last survey',
    )}`
}
