/** Forms: everything that changes something is one that posts. No script; a browser's own controls and nothing more. */

import { html } from 'hono/html'
import type { Html } from './layout.ts'

export interface FormOptions {
  /** Hidden fields. */
  readonly fields?: { readonly [name: string]: string }
  readonly look?: 'plain' | 'danger'
  /** Visible controls before the button. */
  readonly controls?: Html | ''
}

export function form(action: string, button: string, { fields = {}, look, controls = '' }: FormOptions = {}): Html {
  return html`<form class="row" method="post" action="${action}">
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    ${controls}
    <button type="submit" class="${look ?? ''}">${button}</button>
  </form>`
}
