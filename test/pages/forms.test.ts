/** What people press on the pages: a real Chromium over the built Worker, from the question to the undo. */

import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workerApi } from '../../src/cli/worker-api.ts'
import { findBrowser } from '../support/node/browser.ts'
import { openPages, type Pages } from '../support/node/pages.ts'

const DAY = 86_400_000
const POLICY = `
[limits]
percent = 100
[[rule]]
id = "old"
why = "Old ones go."
when = { path = "Old/**", idle = ">90d" }
then = "delete"
after = "14d"
notice = "0h"
approve = "always"
enforce = true
`
const LONG = `Old/${'a directory with a long name/'.repeat(4)}and a long project`
const executable = findBrowser()

describe.skipIf(executable === null)('the pages, pressed', () => {
  let page: Page
  let pages: Pages
  let api: ReturnType<typeof workerApi>
  const now = Math.ceil(Date.now() / 3_600_000) * 3_600_000

  beforeAll(async () => {
    const old = { created: Date.now() - 400 * DAY, modified: Date.now() - 200 * DAY }
    const workspace = [
      { name: 'Old/one', ...old },
      { name: LONG, ...old },
      { name: 'Old/three', ...old },
    ]
    pages = await openPages(executable ?? '', POLICY, workspace)
    api = workerApi(pages.worker, 'dev-admin-token')
    await api.tick(now)
    await api.tick(now + 14 * DAY)
    page = pages.page
  }, 60_000)

  afterAll(() => pages?.close())

  const text = () => page.locator('main').innerText()
  const press = (name: string | RegExp) => page.getByRole('button', { name }).click()
  /** The page until a run on it is over. */
  const over = async () => {
    const isOver = async () => !/\b(queued|running)\b/.test(await page.locator('main .status').first().innerText())
    for (let waited = 0; waited < 100 && !(await isOver()); waited++) {
      await page.waitForTimeout(100)
      await page.reload()
    }
  }

  it('keeps a project that a waiting plan holds, which then leaves the plan', async () => {
    await page.goto(pages.worker)
    await page.getByRole('link', { name: 'look at it' }).click()
    expect(await text()).toContain('3 of 3 projects wait for a decision')
    await page.getByRole('link', { name: 'Old/three' }).first().click()
    await page.getByLabel('Keep until the end of').fill(new Date(now + 60 * DAY).toISOString().slice(0, 10))
    await press('Keep')
    expect(await text()).toMatch(/held/i)
    await page.goto(pages.worker)
    await over()
    await page.getByRole('link', { name: 'look at it' }).click()
    expect(await text()).toContain('2 of 3 projects wait for a decision')
    await page.getByRole('link', { name: 'Holds' }).click()
    expect(await page.locator('tbody tr').allInnerTexts()).toHaveLength(1)
    expect(await text()).toContain('Old/three')
  })

  it('approves what is left, as shown, and carries it out', async () => {
    await page.goto(pages.worker)
    await page.getByRole('link', { name: 'look at it' }).click()
    expect(await text()).toContain('2 of 3 projects wait for a decision')
    await page.getByRole('link', { name: 'Approve …' }).click()
    expect(await page.textContent('h1')).toBe('Approve 2 projects?')
    expect(await page.locator('tbody tr').count()).toBe(2)
    await press('Approve 2')
    await over()
    expect(await text()).toMatch(/ok, approval by token/)
    expect(await page.getByRole('region', { name: 'Outcomes' }).locator('tbody tr').count()).toBe(2)
  })

  it('undoes it', async () => {
    await press('Undo what this run did')
    await over()
    expect(await page.getByRole('region', { name: 'Outcomes' }).innerText()).toMatch(/restore: done/)
  })

  it('pauses and goes on, with a banner on every page', async () => {
    await page.goto(pages.worker)
    await press('Pause')
    await page.getByRole('link', { name: 'Holds' }).click()
    expect(await page.getByRole('status').innerText()).toContain('Paused by token')
    await press('Go on')
    expect(await page.getByRole('status').count()).toBe(0)
  })

  it.each([
    ['a telephone', 400, 'light'],
    ['a large screen in the dark', 1280, 'dark'],
  ] as const)('fits %s, and every field and button has a name', async (_, width, colorScheme) => {
    const other = await pages.browser.newPage({ viewport: { width, height: 800 }, colorScheme })
    await other.goto(pages.worker)
    const paths = await Promise.all((await other.locator('tbody tr a').all()).map((link) => link.getAttribute('href')))
    const runs = paths.map((path) => `${pages.worker}${path}`)
    const project = `${pages.worker}/projects/${await idOf('Old/three')}`
    for (const url of [pages.worker, `${pages.worker}/holds`, project, ...runs]) {
      await other.goto(url)
      const wide = await other.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      expect([url, wide]).toEqual([url, 0])
      expect(await other.locator('main').ariaSnapshot()).not.toMatch(/- (button|textbox)( \[|:|$)/m)
      await shoot(other, url, width)
    }
    await other.close()
  })

  async function idOf(name: string): Promise<number> {
    const state = (await (await fetch(`${pages.sandbox}/_sandbox/state`)).json()) as {
      projects: { projectId: number; name: string }[]
    }
    return state.projects.find((project) => project.name === name)?.projectId ?? 0
  }
})

/** Pictures for people, where SCREENSHOTS names a folder. */
async function shoot(page: Page, url: string, width: number): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (folder === undefined) return
  const path = new URL(url).pathname.replaceAll('/', '-')
  await page.screenshot({ path: join(folder, `${width}${path}.png`), fullPage: true })
}
