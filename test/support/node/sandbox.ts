/**
 * Global set-up of the tests that talk to QuantConnect: one sandbox on a free port, with an empty workspace, whose address
 * a test gets by `inject('sandbox')`.
 *
 * Test files run at the same time against this one server, so each should use a world of its own: any name in
 * `${inject('sandbox')}/w/<name>/api/v2` and `…/w/<name>/_sandbox` makes an independent one, empty until its first reset.
 */
import type { TestProject } from 'vitest/node'
import { startSandbox } from '../../sandbox/server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the sandbox is, such as `http://127.0.0.1:51234`, without a path. */
    sandbox: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const sandbox = await startSandbox({ projects: 0 })
  project.provide('sandbox', sandbox.url)
  return () => sandbox.close()
}
