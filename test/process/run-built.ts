/** A process of its own that runs a Worker built before, until it is killed: `node run-built.ts <file>`, a JSON file. */

import { readFile } from 'node:fs/promises'
import { type Build, startBuilt } from '../../src/cli/serve.ts'

interface Wanted {
  readonly build: Build
  readonly policy: string
  readonly sandbox: string
  readonly state: string
  /** How far the Worker's clock is behind. */
  readonly behindMs: number
}

const { build, policy, sandbox, state, behindMs } = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as Wanted
// What is asked of time is asked of Date.now alone.
const clock = `Date.now = ((now) => () => now() - ${behindMs})(Date.now.bind(Date));\n`
const { worker } = await startBuilt({ port: 0, state }, { ...build, code: clock + build.code }, policy, sandbox)
console.log(`ready ${JSON.stringify({ worker })}`)
