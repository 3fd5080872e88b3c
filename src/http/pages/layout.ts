/** The frame of every page: where one can go, the title, what is being said to everybody, and the page itself. */

import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

/** Where the style sheet is. */
export const STYLE_PATH = '/style.css'

const PLACES: readonly (readonly [path: string, name: string])[] = [
  ['/', 'Runs'],
  ['/holds', 'Holds'],
  ['/docs', 'API'],
  ['/health', 'Health'],
]

export interface Frame {
  readonly title: string
  /** Path of the place this page belongs to, to mark it in the navigation. */
  readonly place?: string
  /** What everybody should see above the page. */
  readonly banner?: Html | ''
}

export function layout({ title, place, banner = '' }: Frame, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · leansweep</title>
        <link rel="stylesheet" href="${STYLE_PATH}" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the page</a>
        <nav aria-label="Pages">
          <a class="name" href="/">leansweep</a>
          ${PLACES.map(([path, name]) => html`<a href="${path}"${path === place ? html` aria-current="page"` : ''}>${name}</a>`)}
        </nav>
        ${banner}
        <main id="main">
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`
}

/** A table that scrolls by itself where the screen is narrow; nothing when it has no rows. */
export function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
  more = '',
): Html | '' {
  if (rows.length === 0) return ''
  return html`<div class="scroll" role="region" aria-label="${title}" tabindex="0">
    <table>
      <caption>${title}${more === '' ? '' : html` <span class="quiet">${more}</span>`}</caption>
      <thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
      <tbody>
        ${rows.map(
          ([first = '', ...rest]) =>
            html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
