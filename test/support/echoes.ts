/** Servers that repeat whatever they were sent, in every kind of answer that there is. */

/** `echo`: the address, the headers and more of what came; `call` counts. An error is a connection that failed. */
export type Echo = (echo: string, call: number) => Response | Error

/** Refusals of single calls while the rest works: the detail of an item has them. */
export const ON_THE_WAY: readonly (readonly [of: RegExp, says: Echo])[] = [
  [/projects\/delete/, (echo) => Response.json({ success: false, errors: [`It has ${echo}`] })],
  [/projects\/delete/, (echo) => new Error(`socket hang up after ${echo}`)],
  [/files\/read/, (echo) => Response.json({ success: false, messages: [echo] })],
  [/files\/read/, (echo) => Response.json({ success: true, files: [{ name: { echo }, content: echo }] })],
  [/live\/list/, (echo) => Response.json({ success: false, Message: echo })],
  [/live\/list/, (echo) => Response.json({ success: true, live: [{ projectId: echo, status: echo }] })],
]

const html = (echo: string) => `<html><body>${echo.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</body></html>`

/** Answers to whatever is asked. */
export const CLOUDS: readonly Echo[] = [
  (echo) => Response.json({ success: false, errors: [echo] }),
  (echo) => Response.json({ success: false, messages: [echo, btoa(unescape(encodeURIComponent(echo)))] }),
  (echo) => Response.json({ success: false, Message: echo }),
  (echo) => Response.json({ success: false, errors: [{ request: { headers: echo } }] }),
  (echo) => Response.json({ success: false, errors: [`Hash doesn't match. ${echo}`] }),
  (echo) => Response.json({ success: false, errors: [`Too many of ${echo}`] }),
  (echo) => Response.json({ success: false, errors: [`Please try again: ${encodeURIComponent(echo)}`] }),
  // What is cut out of it may begin or end in the middle of a secret.
  ...[150, 200, 240, 270, 290].map<Echo>(
    (length) => (echo) => Response.json({ success: false, errors: [`${'-'.repeat(length)}${echo}`] }),
  ),
  (echo) => Response.json({ success: false, errors: [`${'-'.repeat(9_980)}${echo}`] }),
  (echo) => Response.json({ success: echo, errors: [echo] }),
  (echo) => Response.json({ success: true, projects: echo }),
  (echo) => Response.json({ success: true, projects: [{ projectId: echo, name: echo }] }),
  (echo) => Response.json({ success: true, projects: [{ projectId: 1, name: 'x', language: [echo] }], count: echo }),
  (echo) => new Response(html(echo), { status: 403, headers: { 'content-type': 'text/html' } }),
  (echo) => new Response(html(echo), { status: 200, headers: { 'content-type': 'text/html' } }),
  (echo) => new Response(echo, { status: 500 }),
  (echo) => new Response(echo, { status: 404 }),
  (echo) => new Response(null, { status: 302, headers: { location: `/${encodeURIComponent(echo)}` } }),
  (echo) => new Response(echo, { status: 429, headers: { 'retry-after': '7200', 'x-echo': encodeURIComponent(echo) } }),
  (echo) => new Response(`{"success": true, "projects": ["${echo}`),
  (echo) => new Error(`connect ECONNREFUSED ${echo}`),
  (echo) => new TypeError('fetch failed', { cause: new Error(echo) }),
]

/** Answers of chats and of receivers of webhooks. */
export const OTHERS: readonly Echo[] = [
  (echo) => new Response(html(echo), { status: 500 }),
  (echo) => Response.json({ ok: false, error: echo }),
  (echo) => Response.json({ ok: false, error: 'x', needed: echo, message: echo }, { status: 400 }),
  (echo) => Response.json({ message: echo, code: 50_035, errors: { echo } }, { status: 400 }),
  (echo) => new Response(null, { status: 302, headers: { location: `https://${encodeURIComponent(echo)}` } }),
  (echo) => new Response(echo, { status: 429, headers: { 'retry-after': '1' } }),
  (echo) => new Response(echo, { status: 200 }),
  (echo) => new Error(`connect ECONNREFUSED ${echo}`),
  (echo) => new TypeError('fetch failed', { cause: new Error(echo) }),
  (echo) => new Response(echo, { status: 503 }),
]
