/** What everybody should see above every page: a pause, a plan that waits, a sweeping that does not go on. */

import { html } from 'hono/html'
import { timeText } from '../../core/cards/card-text.ts'
import type { Health } from '../../workspace/views/health.ts'
import type { Caller } from '../auth.ts'
import { form } from './forms.ts'
import type { Html } from './layout.ts'

export function bannerOf({ pause, waiting, level, reason, reading }: Health, caller: Caller): Html | '' {
  const mayOperate = caller.rights.includes('operate')
  return html`${
    pause === null
      ? ''
      : html`<div class="banner warn" role="status">
          <p>Paused by ${pause.by} since ${timeText(pause.since)}: nothing is changed.</p>
          ${mayOperate ? form('/resume', 'Go on') : ''}
        </div>`
  }${
    waiting === null
      ? ''
      : html`<div class="banner warn" role="status">
          <p>A plan waits for a decision until ${timeText(waiting.expiresAt)}: <a href="/runs/${waiting.run}">look at it</a>.</p>
        </div>`
  }${reading === null ? '' : html`<div class="banner" role="status"><p>${reading} What has not been read is not touched.</p></div>`}${level === 'healthy' ? '' : html`<div class="banner ${level === 'failing' ? 'bad' : 'warn'}" role="alert"><p>${reason}</p></div>`}`
}
