/** The API's description, for programs and for people. It tells nothing of this account, so it needs no token. */

import type { Hono } from 'hono'
import type { Door } from '../auth.ts'
import { docsPage } from '../pages/docs.ts'
import { openApiDocument } from './document.ts'

/** Made once: anybody may ask for them, and making them takes far longer than sending. */
let document: string | null = null
let page: string | null = null

export function mountDescription(app: Hono<Door>): void {
  app.get('/openapi.json', (c) => {
    document ??= JSON.stringify(openApiDocument())
    return c.body(document, 200, { 'content-type': 'application/json' })
  })
  app.get('/docs', async (c) => {
    page ??= String(await docsPage(openApiDocument()))
    return c.html(page)
  })
}
