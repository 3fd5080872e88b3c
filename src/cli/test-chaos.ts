/** `npm run test:chaos`: as many sequences of the world as one likes, against the real Worker, until a promise breaks. */

import { parseArgs } from 'node:util'
import { type ChaosOptions, chaosText, runChaos } from './chaos-parts.ts'

const HELP = `Lets random sequences of runs, people, commands, decisions, faults and killed processes happen to the real Worker
beside a sandbox, and checks every promise in each.

  --runs 500          how many sequences
  --minutes N         for at most so long
  --seed N            makes the same ones again (default: others each time; the seed is printed)
  --replay SEED/PATH  only the one that was printed so
  --help

Exit codes: 0 every promise held, 1 one was broken (the shortest sequence that still breaks it is printed), 2 could not run.
`

await main()

async function main(): Promise<void> {
  const options = readOptions()
  if (options === null) return
  console.error(`Seed ${options.seed} …`)
  const result = await runChaos(options)
  console.error(chaosText(result, options.seed))
  process.exitCode = result.code
}

function readOptions(): ChaosOptions | null {
  try {
    const { values } = parseArgs({
      options: {
        runs: { type: 'string', default: '500' },
        minutes: { type: 'string', default: '600' },
        seed: { type: 'string', default: '0' },
        replay: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      return null
    }
    return {
      runs: whole('runs', values.runs, 1),
      seconds: whole('minutes', values.minutes, 1) * 60,
      seed: whole('seed', values.seed, 0) || Date.now() % 1_000_000_007,
      replay: values.replay ?? null,
    }
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
