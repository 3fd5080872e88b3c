/** One run: what it planned, what became of it, and what it left alone. */

import { html } from 'hono/html'
import { timeText } from '../../core/cards/card-text.ts'
import type { RunRecord } from '../../workspace/ledger/run.ts'
import type { Caller } from '../auth.ts'
import { form } from './forms.ts'
import { type Html, table } from './layout.ts'
import { askedBy, numbersOf } from './run-words.ts'

export function runDetail(run: RunRecord, caller: Caller): Html {
  return html`${actions(run, caller)}<p>
      <span class="status ${run.status}">${run.status}</span>, ${askedBy(run)}, policy time ${timeText(run.at)}${run.mode === 'report' ? ', report only' : ''}.
    </p>
    ${run.message === '' ? '' : html`<p class="card">${run.message}</p>`}
    <ul class="numbers">${numbersOf(run).map(([word, number]) => html`<li><b>${number}</b> ${word}</li>`)}</ul>
    ${table(
      'Outcomes',
      ['Project', 'Outcome', 'Detail'],
      run.outcomes.map((outcome) => [
        projectLink(outcome),
        html`${outcome.action}: <span class="status ${outcome.outcome}">${outcome.outcome}</span>`,
        html`${outcome.detail} ${ruleOf(outcome)}`,
      ]),
    )}
    ${plannedTable(run.plan?.items ?? [])}
    ${table(
      'Not judged',
      ['Project', 'Why'],
      run.notJudged.map((left) => [projectLink(left), left.reasons.join(' ')]),
      'something that decides could not be read',
    )}
    ${table(
      'Marks that went',
      ['Project', 'Rule', 'Why'],
      run.unmarked.map((mark) => [projectLink(mark), mark.rule, mark.reason]),
    )}
    ${run.warnings.length === 0 ? '' : html`<h2>Warnings</h2><ul>${run.warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
    ${origin(run)}`
}

/** Stop while it goes on, undo when it did something. */
function actions(run: RunRecord, caller: Caller): Html | '' {
  if (!caller.rights.includes('operate')) return ''
  if (run.finishedAt === null) return form(`/runs/${run.id}/stop`, 'Stop before the next change', { look: 'danger' })
  const isUndone = run.outcomes.some(
    ({ outcome, action }) => outcome === 'done' && action !== 'restore' && action !== 'rebuild',
  )
  if (!isUndone) return ''
  const away = (run.stoppedDirectories ?? []).filter(({ went }) => went.length > 0)
  return html`${away.map(({ directory, went }) =>
    form(`/runs/${run.id}/undo`, `Bring back the ${went.length} of ${directory} that went`, {
      fields: { directory },
      look: 'plain',
    }),
  )}${form(`/runs/${run.id}/undo`, 'Undo what this run did', { look: 'plain' })}`
}

/** The items of a plan, with what would be done and why. */
export function plannedTable(items: NonNullable<RunRecord['plan']>['items'], title = 'Planned'): Html | '' {
  return table(
    title,
    ['Project', 'Action', 'Why'],
    items.map((item) => [
      projectLink(item),
      item.to === null ? item.action : `${item.action} → ${item.to}`,
      html`${item.reasons.join(' ')} ${ruleOf(item)}`,
    ]),
  )
}

/** A project by its name, with a way to its page. */
export function projectLink({ projectId, name }: { readonly projectId: number; readonly name: string }): Html {
  return html`<a href="/projects/${projectId}">${name}</a> <span class="quiet small">${projectId}</span>`
}

function ruleOf({ rule }: { readonly rule: string | null }): Html {
  return html`<span class="quiet small">${rule === null ? 'command' : `rule ${rule}`}</span>`
}

function origin(run: RunRecord): Html {
  const facts: readonly (readonly [string, string | null])[] = [
    ['Run', run.id],
    ['Started', run.startedAt === null ? null : timeText(run.startedAt)],
    ['Finished', run.finishedAt === null ? null : timeText(run.finishedAt)],
    ['Plan', run.plan?.hash ?? null],
    ['Policy', run.policy],
    ['Record', run.audit.hash],
    ['Record before', run.audit.previous],
  ]
  const known = facts.filter(([, value]) => value !== null)
  return html`<h2>For the record</h2>
    <dl class="facts">${known.map(([name, value]) => html`<dt>${name}</dt><dd class="mono">${value}</dd>`)}</dl>`
}
