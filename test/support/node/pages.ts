/** A browser before the served Worker: the built one in the real runtime, with a policy and projects of the test's own. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { type Serving, serve } from '../../../src/cli/serve.ts'
import { launch } from './browser.ts'

export interface Pages extends Pick<Serving, 'worker' | 'sandbox'> {
  readonly browser: Browser
  readonly page: Page
  close(): Promise<void>
}

export async function openPages(executable: string, policy: string, workspace: readonly object[]): Promise<Pages> {
  const folder = await mkdtemp(join(tmpdir(), 'leansweep-page-'))
  const file = join(folder, 'policy.toml')
  await writeFile(file, policy)
  const state = join(folder, 'state')
  const serving = await serve({ port: 0, sandboxPort: 0, policy: file, projects: 0, seed: 7, state })
  await fetch(`${serving.sandbox}/_sandbox/reset`, { method: 'POST', body: JSON.stringify({ workspace }) })
  const browser = await launch(executable)
  const close = async () => {
    await browser.close()
    await serving.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { worker: serving.worker, sandbox: serving.sandbox, browser, page: await browser.newPage(), close }
}
