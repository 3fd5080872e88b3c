/** Where the API's description is: for programs and for people, without a token. */

import { describe, expect, it } from 'vitest'
import { OPERATIONS } from '../../src/http/api/operations.ts'
import { openApiDocument } from '../../src/http/openapi/document.ts'
import { ask } from '../support/door.ts'

const nowhere = { name: '0'.repeat(32), sandbox: 'http://127.0.0.1:1' }

describe('the description of the API', () => {
  it('is at /openapi.json, and says where this Worker answers', async () => {
    const answer = await ask(nowhere, '/openapi.json', { bearer: null })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
  })

  it('is at /docs for people, with every operation, every shape it points to, and no script', async () => {
    const answer = await ask(nowhere, '/docs', { bearer: null })
    const page = await answer.text()
    for (const { method, path, summary } of OPERATIONS) {
      expect(page).toContain(`<code>${method} ${path}</code>`)
      expect(page).toContain(`${summary}.`)
    }
    const anchors = [...page.matchAll(/href="#(\w+)"/g)].map(([, name]) => name)
    expect(anchors.length).toBeGreaterThan(10)
    for (const name of new Set(anchors)) expect(page).toContain(`id="${name}"`)
    expect(page).not.toMatch(/<script|undefined|\[object|https?:\/\/(?!leansweep\.example)/)
  })
})
