/** The API's description, for programs and for people. It tells nothing of this account, so it needs no token. */

import type { Hono } from 'hono'
import type { Door } from '../auth.ts'
import { docsPage } from '../pages/docs.ts'
import { openApiDocument } from './document.ts'

export function mountDescription(app: Hono<Door>): void {
  app.get('/openapi.json', (c) => c.json(openApiDocument()))
  app.get('/docs', async (c) => {
    return c.html(await docsPage(openApiDocument()))
  })
}
