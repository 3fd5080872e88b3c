/** `npm run test:soak`: what takes too long for `npm test`, part by part, with as much of each as one likes. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chaosText, runChaos } from './chaos-parts.ts'
import { root } from './settings.ts'

interface Part {
  /** For `--only`, and for people. */
  readonly name: string
  readonly what: string
  /** Test files or folders, as vitest takes them; `chaos` is several processes at once. */
  readonly files: readonly string[] | 'chaos'
}

/** A further part is added here and reads what it needs from `test/support/node/soak.ts`. */
const PARTS: readonly Part[] = [
  { name: 'chaos', what: 'random sequences of the wide model, every promise', files: 'chaos' },
  { name: 'guesses', what: 'guesses at secrets, at every operation (G29)', files: ['test/http/guesses.test.ts'] },
  {
    name: 'units',
    what: 'directories of many, and what comes between in every stage (G23)',
    files: ['test/workspace/units-matrix.test.ts'],
  },
  {
    name: 'readings',
    what: 'the first day of a large workspace, all of it idle (G31)',
    files: ['test/workspace/readings-scale.test.ts'],
  },
  {
    name: 'storage',
    what: 'days of a workspace, and what they store (G27)',
    files: ['test/workspace/storage.test.ts'],
  },
  { name: 'texts', what: 'long texts, wherever a caller may put one', files: ['test/http/long-texts.test.ts'] },
  { name: 'document', what: 'requests made from the OpenAPI document', files: ['test/http/document-fuzz.test.ts'] },
  { name: 'load', what: '200 clients at once, and memory', files: ['test/process/load.test.ts'] },
  { name: 'kills', what: 'a Worker that is killed (G12)', files: ['test/process/kill.test.ts'] },
  {
    name: 'properties',
    what: 'what holds for every policy and inventory',
    files: ['test/core/properties.test.ts', 'test/core/still.test.ts', 'test/core/asking.test.ts'],
  },
]

/** How much of each: whole numbers, handed to the tests as SOAK_NAME. */
const AMOUNTS = {
  pairs: { by: '1000', what: 'how many guesses at each operation' },
  members: { by: '300', what: 'how many projects are in a directory' },
  idle: { by: '3000', what: 'how many projects are to be read' },
  days: { by: '14', what: 'how many days of storage' },
  kills: { by: '50', what: 'how often the Worker is killed' },
  properties: { by: '8000', what: 'how many cases of each property' },
  requests: { by: '100000', what: 'how many requests the load is' },
  minutes: { by: '10', what: 'how long the chaos test goes on' },
  seed: { by: '0', what: 'makes the same ones again (0: others each time; the seed is printed)' },
} as const

const HELP = `Runs the long tests, one part after the other:

${PARTS.map(({ name, what }) => `  ${name.padEnd(10)} ${what}`).join('\n')}

  --only NAME        only that part
${Object.entries(AMOUNTS)
  .map(([name, { by, what }]) => `  ${`--${name} ${by}`.padEnd(18)} ${what}`)
  .join('\n')}
  --help

Exit codes: 0 all held, 1 something did not, 2 could not run.
`

await main()

async function main(): Promise<void> {
  const options = readOptions()
  if (options === null) return
  let worst = 0
  for (const { name, what, files } of options.parts) {
    console.error(`${name}: ${what} …`)
    const began = performance.now()
    const code = files === 'chaos' ? await chaos(options.env) : await run(files, { ...process.env, ...options.env })
    console.error(
      `${name}: ${code === 0 ? 'held' : 'see above'}, ${((performance.now() - began) / 1_000).toFixed(0)} s.`,
    )
    worst = Math.max(worst, code)
  }
  process.exitCode = worst
}

async function chaos(env: Readonly<Record<string, string>>): Promise<number> {
  const seed = Number(env.SOAK_SEED) || Date.now() % 1_000_000_007
  const result = await runChaos({ runs: 1_000_000, seconds: Number(env.SOAK_MINUTES) * 60, seed, replay: null })
  console.error(chaosText(result, seed))
  return result.code
}

function run(files: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--testTimeout=0', ...files], {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  return new Promise((resolve) => {
    child.on('error', () => resolve(2))
    child.on('exit', (code) => resolve(code ?? 2))
  })
}

/** Null where there is nothing to run: help was asked for, or an option cannot be read, which is said. */
function readOptions(): { readonly parts: readonly Part[]; readonly env: Record<string, string> } | null {
  try {
    const amounts = Object.fromEntries(Object.keys(AMOUNTS).map((name) => [name, { type: 'string' as const }]))
    const flags = { only: { type: 'string' }, help: { type: 'boolean', default: false } } as const
    const parsed = parseArgs({ options: { ...amounts, ...flags } })
    const values: Readonly<Record<string, unknown>> = parsed.values
    if (values.help === true) {
      console.log(HELP)
      return null
    }
    const parts = PARTS.filter(({ name }) => values.only === undefined || name === values.only)
    if (parts.length === 0) throw new Error(`There is no part "${values.only}".`)
    const given = Object.entries(AMOUNTS).map(([name, { by }]) => {
      const text = String(values[name] ?? by)
      if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} takes a whole number, not "${text}".`)
      return [`SOAK_${name.toUpperCase()}`, text]
    })
    return { parts, env: Object.fromEntries(given) }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`)
    process.exitCode = 2
    return null
  }
}
