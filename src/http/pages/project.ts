/** One project: what the policy says of it and why. */

import { html } from 'hono/html'
import { placeOf } from '../../core/base/names.ts'
import { timeText } from '../../core/cards/card-text.ts'
import { activityText } from '../../core/plan/activity-view.ts'
import type { Why } from '../../core/plan/explain.ts'
import type { Caller } from '../auth.ts'
import { form } from './forms.ts'
import { type Html, table } from './layout.ts'

const READ_AS = { yes: 'yes', no: 'no', unknown: 'not known' } as const

export function projectDetail(why: Why, caller: Caller): Html {
  const { projectId, sentences, mark, due, rules, activity } = why
  return html`<div class="card">${sentences.map((sentence) => html`<p>${sentence}</p>`)}</div>
    <dl class="facts">
      <dt>Id</dt><dd>${projectId}</dd>
      <dt>Marked</dt><dd>${mark === null ? 'no' : `since ${timeText(mark.since)} by rule ${mark.rule}`}</dd>
      <dt>Due</dt><dd>${due === null ? 'not as things stand' : timeText(due)}</dd>
      <dt>Last worked on</dt><dd>${activityText(activity).replace('Activity: ', '')}</dd>
    </dl>
    ${caller.rights.includes('operate') ? changes(why) : ''}
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

/** Nobody has seen it lately: it may be in the Recycle Bin since the last survey, or gone from there. */
export function unseenProject(projectId: number, message: string, caller: Caller): Html {
  return html`<p>${message}</p>${caller.rights.includes('operate') ? bringBack(projectId) : ''}`
}

function changes({ projectId, name, verdict }: Why): Html {
  if (placeOf(name) === 'bin') return bringBack(projectId)
  const until = html`<p><label for="until">Keep until the end of (empty = for ever)</label><input id="until" name="until" type="date" /></p>`
  return html`<h2>Keep it</h2>
    ${form(`/projects/${projectId}/hold`, 'Keep', { controls: until })}
    ${verdict === 'held' ? form(`/projects/${projectId}/release`, 'Release', { look: 'plain' }) : ''}`
}

function bringBack(projectId: number): Html {
  return form(`/projects/${projectId}/restore`, 'Bring it back from the Recycle Bin or our backup', { look: 'plain' })
}
