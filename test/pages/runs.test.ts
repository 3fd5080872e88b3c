/** The pages as a person sees them: the built Worker in the real runtime, a sandbox beside it, a real Chromium. */

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workerApi } from '../../src/cli/worker-api.ts'
import { findBrowser } from '../support/node/browser.ts'
import { openPages, type Pages } from '../support/node/pages.ts'

const DAY = 86_400_000
const HOSTILE = 'Old/<img src=x onerror="document.title=1">'
const POLICY = `
[limits]
percent = 100
[[rule]]
id = "old"
why = "Old ones go."
when = { path = "Old/*", idle = ">90d" }
then = "delete"
after = "14d"
notice = "0h"
approve = "never"
enforce = true
`
const executable = findBrowser()

describe.skipIf(executable === null)('the page of runs', () => {
  let page: Page
  let pages: Pages

  beforeAll(async () => {
    const old = { created: Date.now() - 400 * DAY, modified: Date.now() - 200 * DAY }
    const workspace = [{ name: HOSTILE, ...old }, { name: 'New/one' }, { name: 'New/two', description: 'mine [keep]' }]
    pages = await openPages(executable ?? '', POLICY, workspace)
    page = pages.page
  }, 60_000)

  afterAll(() => pages?.close())

  it('says that there are none yet, and where the first one comes from', async () => {
    await page.goto(pages.worker)
    expect(await page.textContent('main')).toContain('No runs yet. The first one comes with the next cron tick.')
  })

  it('lists the newest run first, with its counts, and leads to what it did', async () => {
    const api = workerApi(pages.worker, 'dev-admin-token')
    const now = Math.ceil(Date.now() / 3_600_000) * 3_600_000
    await api.tick(now)
    await api.tick(now + 14 * DAY)
    await page.goto(pages.worker)
    const rows = await page.locator('tbody tr').allTextContents()
    expect(rows).toHaveLength(2)
    expect(rows[0]).toContain(new Date(now + 14 * DAY).toISOString().slice(0, 10))
    expect(rows[1]).toContain(new Date(now).toISOString().slice(0, 10))

    await page.locator('tbody tr a').first().click()
    expect(await page.textContent('h1')).toMatch(/^Run \d{8}-\d{6}-[0-9a-f]{6}$/)
    const done = await page.locator('table').first().textContent()
    expect(done).toContain(HOSTILE)
    expect(done).toContain('done')
    expect(done).toContain('Recycle Bin')
  })

  it('shows a hostile project name as text and runs nothing of it', async () => {
    expect(await page.title()).toMatch(/^Run .* leansweep$/)
    expect(await page.locator('img').count()).toBe(0)
  })

  it('has a readable page for a run that does not exist', async () => {
    const answer = await page.goto(`${pages.worker}/runs/nothing`)
    expect(answer?.status()).toBe(404)
    expect(await page.textContent('main')).toContain('There is no such run.')
  })
})
