/** `npm run test:chaos`: as many little histories of the world as one likes, against the real Worker, until a promise breaks. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './settings.ts'

const HELP = `Lets random histories of ticks, people, commands, decisions, faults and killed processes happen to the real Worker
beside a sandbox, and checks every promise after each.

  --runs 500   how many histories
  --seed N     makes the same ones again (default: others each time; the seed is printed)
  --help

Exit codes: 0 every promise held, 1 one was broken (the smallest history that breaks it is printed), 2 could not run.
`

await main()

async function main(): Promise<void> {
  const options = readOptions()
  if (options === null) return
  console.error(`${options.runs} histories, ${options.seed === 0 ? 'others each time' : `from seed ${options.seed}`} …`)
  const began = performance.now()
  const env = { ...process.env, CHAOS_RUNS: String(options.runs), CHAOS_SEED: String(options.seed) }
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', 'test/chaos', '--reporter=verbose'], {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  const tick = setInterval(() => console.error(`… ${seconds(began)} s`), 60_000)
  const code = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(2))
    child.on('exit', (exit) => resolve(exit ?? 2))
  })
  clearInterval(tick)
  console.error(`${options.runs} histories in ${seconds(began)} s: ${code === 0 ? 'every promise held' : 'see above'}.`)
  process.exitCode = code
}

function readOptions(): { readonly runs: number; readonly seed: number } | null {
  try {
    const { values } = parseArgs({
      options: {
        runs: { type: 'string', default: '500' },
        seed: { type: 'string', default: '0' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      return null
    }
    return { runs: whole('runs', values.runs, 1), seed: whole('seed', values.seed, 0) }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`)
    process.exitCode = 2
    return null
  }
}

function whole(name: string, text: string, least: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text)
  throw new Error(`--${name} takes a whole number from ${least}, not "${text}".`)
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(0)
}
