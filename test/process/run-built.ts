/** A process of its own that runs a Worker built before, until it is killed: `node run-built.ts <file>`, a JSON file. */

import { readFile } from 'node:fs/promises'
import { type Build, startBuilt } from '../../src/cli/serve.ts'

interface Wanted {
  readonly build: Build
  readonly policy: string
  readonly sandbox: string
  readonly state: string
}

const { build, policy, sandbox, state } = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as Wanted
const { worker } = await startBuilt({ port: 0, state }, build, policy, sandbox)
console.log(`ready ${JSON.stringify({ worker })}`)
