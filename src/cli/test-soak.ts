/** `npm run test:soak`: what takes too long for `npm test`, part by part, with as much of each as one likes. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './settings.ts'

interface Part {
  /** For `--only`, and for people. */
  readonly name: string
  readonly what: string
  /** Test files or folders, as vitest takes them. */
  readonly files: readonly string[]
}

/** A further part is added here and reads what it needs from `test/support/node/soak.ts`. */
const PARTS: readonly Part[] = [
  { name: 'guesses', what: 'guesses at secrets, at every operation (G29)', files: ['test/http/guesses.test.ts'] },
  {
    name: 'texts',
    what: 'long texts, at every place where a caller may put one',
    files: ['test/http/long-texts.test.ts'],
  },
  { name: 'document', what: 'requests made from the OpenAPI document', files: ['test/http/document-fuzz.test.ts'] },
  {
    name: 'load',
    what: '200 clients at once, and memory after 100,000 requests',
    files: ['test/process/load.test.ts'],
  },
]

const HELP = `Runs the long tests, one part after the other:

${PARTS.map(({ name, what }) => `  ${name.padEnd(10)} ${what}`).join('\n')}

  --only NAME        only that part
  --pairs 1000       how many guesses at each operation
  --requests 100000  how many requests the load is
  --seed N           makes the same ones again (default: others each time; the seed is printed)
  --help

Exit codes: 0 all held, 1 something did not, 2 could not run.
`

await main()

async function main(): Promise<void> {
  const options = readOptions()
  if (options === null) return
  const env = { ...process.env, SOAK_PAIRS: options.pairs, SOAK_SEED: options.seed, SOAK_REQUESTS: options.requests }
  let worst = 0
  for (const { name, what, files } of options.parts) {
    console.error(`${name}: ${what} …`)
    const began = performance.now()
    const code = await run(files, env)
    console.error(
      `${name}: ${code === 0 ? 'held' : 'see above'}, ${((performance.now() - began) / 1_000).toFixed(0)} s.`,
    )
    worst = Math.max(worst, code)
  }
  process.exitCode = worst
}

function run(files: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', ...files], { cwd: root, env, stdio: 'inherit' })
  return new Promise((resolve) => {
    child.on('error', () => resolve(2))
    child.on('exit', (code) => resolve(code ?? 2))
  })
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        pairs: { type: 'string', default: '1000' },
        requests: { type: 'string', default: '100000' },
        seed: { type: 'string', default: '0' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      return null
    }
    const parts = PARTS.filter(({ name }) => values.only === undefined || name === values.only)
    if (parts.length === 0) throw new Error(`There is no part "${values.only}".`)
    return {
      parts,
      pairs: whole('pairs', values.pairs),
      requests: whole('requests', values.requests),
      seed: whole('seed', values.seed),
    }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`)
    process.exitCode = 2
    return null
  }
}

function whole(name: string, text: string): string {
  if (/^\d{1,9}$/.test(text)) return text
  throw new Error(`--${name} takes a whole number, not "${text}".`)
}
