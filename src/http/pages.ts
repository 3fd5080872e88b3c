/** Pages for people: the runs, newest first, and one run with what it planned, did and left alone. */

import { Hono } from 'hono'
import { html, raw } from 'hono/html'
import { workspaceOf } from '../workspace/address.ts'
import type { RunRecord, RunSummary } from '../workspace/run.ts'
import { type Door, requirePerson } from './auth.ts'

/** The numbers of a run that its row shows. */
const NUMBERS: readonly (readonly [title: string, numberOf: (run: RunSummary) => number])[] = [
  ['Projects', ({ counts }) => counts.inventory],
  ['Protected', ({ counts }) => counts.protected],
  ['Held', ({ counts }) => counts.held],
  ['Not judged', ({ counts }) => counts.notJudged],
  ['Marked', ({ counts }) => counts.marked],
  ['Due', ({ counts }) => counts.due],
  ['Confirmed', ({ counts }) => counts.confirmed],
  ['Failed', ({ counts }) => counts.failed],
  ['Unsure', ({ counts }) => counts.unsure],
  ['API calls', ({ apiCalls }) => apiCalls],
]

type Html = ReturnType<typeof html>

const RUNS_ON_A_PAGE = 50

export function createPages(): Hono<Door> {
  const pages = new Hono<Door>()

  pages.get('/', requirePerson(), async (c) => {
    const before = c.req.query('cursor') ?? null
    const runs = await workspaceOf(c.env).runs(RUNS_ON_A_PAGE + 1, before)
    return c.html(await layout('Runs', runList(runs)))
  })

  pages.get('/runs/:id', requirePerson(), async (c) => {
    const run = await workspaceOf(c.env).run(c.req.param('id'))
    if (run === null) return c.html(await layout('No such run', html`<p>There is no such run.</p>`), 404)
    return c.html(await layout(`Run ${run.id}`, runDetail(run)))
  })

  return pages
}

function layout(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · leansweep</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <header><a href="/">leansweep</a> <a href="/health">health</a></header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`
}

function runList(runs: readonly RunSummary[]): Html {
  if (runs.length === 0) return html`<p>No runs yet. The first one comes with the next cron tick.</p>`
  const shown = runs.slice(0, RUNS_ON_A_PAGE)
  const last = runs.length > RUNS_ON_A_PAGE ? shown.at(-1) : undefined
  return html`<table>
      <thead>
        <tr>
          <th>When</th>
          <th>Trigger</th>
          <th>Status</th>
          ${NUMBERS.map(([title]) => html`<th class="number">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(runRow)}
      </tbody>
    </table>
    ${last === undefined ? '' : html`<p><a href="/?cursor=${last.id}">Older runs</a></p>`}`
}

function runRow(run: RunSummary): Html {
  return html`<tr>
    <td><a href="/runs/${run.id}">${when(run.at)}</a></td>
    <td>${run.trigger}${run.mode === 'report' ? ', report' : ''}</td>
    <td class="${run.status}">${run.status}</td>
    ${NUMBERS.map(([, numberOf]) => html`<td class="number">${numberOf(run)}</td>`)}
  </tr>
  ${run.message === '' ? '' : html`<tr class="message"><td colspan="${3 + NUMBERS.length}">${run.message}</td></tr>`}`
}

function runDetail(run: RunRecord): Html {
  return html`<p>
      <strong class="${run.status}">${run.status}</strong>, ${askedBy(run)}, policy time ${when(run.at)}, ${run.apiCalls} API
      calls.
    </p>
    ${run.message === '' ? '' : html`<p>${run.message}</p>`}
    ${table(
      'Outcomes',
      ['Project', 'Action', 'Rule', 'Outcome', 'Detail'],
      run.outcomes.map((outcome) => [
        `${outcome.name} (${outcome.projectId})`,
        outcome.action,
        outcome.rule ?? 'command',
        outcome.outcome,
        outcome.detail,
      ]),
    )}
    ${table(
      'Planned',
      ['Project', 'Action', 'Rule', 'Why'],
      (run.plan?.items ?? []).map((item) => [
        `${item.name} (${item.projectId})`,
        item.to === null ? item.action : `${item.action} → ${item.to}`,
        item.rule ?? 'command',
        item.reasons.join(' '),
      ]),
    )}
    ${table(
      'Not judged',
      ['Project', 'Why'],
      run.notJudged.map((left) => [`${left.name} (${left.projectId})`, left.reasons.join(' ')]),
    )}
    ${table(
      'Marks that went',
      ['Project', 'Rule', 'Why'],
      run.unmarked.map((mark) => [`${mark.name} (${mark.projectId})`, mark.rule, mark.reason]),
    )}
    ${run.warnings.length === 0 ? '' : html`<h2>Warnings</h2><ul>${run.warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}`
}

function askedBy({ trigger, actor }: RunSummary): string {
  return trigger === actor ? trigger : `${trigger} by ${actor}`
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): Html | '' {
  if (rows.length === 0) return ''
  return html`<h2>${title}</h2>
    <table>
      <thead><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
    </table>`
}

function when(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 84rem; padding: 1rem }
header a { margin-right: 1rem }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border-bottom: 1px solid #8884; padding: .3rem .7rem; text-align: left; vertical-align: top }
.number { text-align: right; font-variant-numeric: tabular-nums }
.message td { color: #8a8a8a; padding-left: 2rem }
td a { white-space: nowrap }
.ok { color: #18794e } .partial, .waiting, .blocked { color: #ad5700 } .failed, .refused { color: #c62a2f }
@media (prefers-color-scheme: dark) { .ok { color: #4cc38a } .partial, .waiting, .blocked { color: #ffa94d } .failed, .refused { color: #ff6369 } }
`
