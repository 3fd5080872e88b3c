/**
 * `npm run test:mutations`: takes out each guard by itself and says which named test and which random sequence notice it. What
 * was found is written down at once, so that it goes on where it was when it is started again.
 */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MUTANTS, type Mutant } from '../../test/mutations/mutants.ts'
import { type Result, type Results, resultsTable } from '../../test/mutations/results.ts'
import { root } from './settings.ts'

const HELP = `Takes out each guard by itself (test/mutations/mutants.ts) and looks for the first named test and the first random
sequence that notice. Results are kept in test/mutations/results.json; what is there and still right is not done again.

  --only ID          only that mutant
  --sequences 2000   how many sequences are tried at most
  --minutes 10       for how long at most, for each mutant
  --again            does it anew, whatever is there
  --table            only writes docs/testing.md anew
  --help

Exit codes: 0 each was noticed by a named test, 1 one was not, 2 could not run.
`

/** What a copy of the repository needs; modules are linked. */
const COPIED = [
  'src',
  'test',
  'package.json',
  'tsconfig.json',
  'tsconfig.node.json',
  'vitest.config.ts',
  'wrangler.toml',
  'policy.toml',
  'README.md',
]

const RESULTS = join(root, 'test', 'mutations', 'results.json')
const PAGE = join(root, 'docs', 'testing.md')

/** Marks of the page, between which the table stands. */
const BEGIN = '<!-- mutants -->'
const END = '<!-- end of mutants -->'

await main()

async function main(): Promise<void> {
  const options = readOptions()
  if (options === null) return
  const results: Results = existsSync(RESULTS) ? (JSON.parse(await readFile(RESULTS, 'utf8')) as Results) : {}
  const wanted = MUTANTS.filter(({ id }) => options.only === undefined || id === options.only)
  if (wanted.length === 0) {
    console.error(`There is no mutant "${options.only}".`)
    process.exitCode = 2
    return
  }
  if (!options.table) {
    const copy = await copied()
    try {
      for (const mutant of wanted) {
        const known = results[mutant.id]
        if (known?.of === hashOf(mutant) && !options.again) continue
        const result = await tryOut(copy, mutant, options)
        results[mutant.id] = result
        await writeFile(RESULTS, `${JSON.stringify(sorted(results), null, 2)}\n`)
        console.log(
          `${mutant.id}: ${result.named ?? 'no named test'} | ${result.sequence ?? `none of ${result.tried}`}`,
        )
      }
    } finally {
      await rm(copy, { recursive: true, force: true })
    }
  }
  await writePage(results)
  process.exitCode = wanted.every(({ id }) => results[id]?.named != null) ? 0 : 1
}

async function copied(): Promise<string> {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'leansweep-mutant-'))
  for (const name of COPIED) await cp(join(root, name), join(folder, name), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

async function tryOut(copy: string, mutant: Mutant, options: Options): Promise<Result> {
  const file = join(copy, mutant.file)
  const whole = await readFile(file, 'utf8')
  await writeFile(file, mutated(mutant, whole))
  try {
    const named = await firstNamed(copy, mutant)
    return { of: hashOf(mutant), named, ...(await firstSequence(copy, options)) }
  } finally {
    await writeFile(file, whole)
  }
}

function mutated({ id, find, by }: Mutant, text: string): string {
  if (text.split(find).length !== 2) throw new Error(`Mutant ${id} does not apply: its text is not there exactly once.`)
  return text.replace(find, () => by)
}

/** The first named test that fails. */
async function firstNamed(copy: string, { tests }: Mutant): Promise<string | null> {
  const report = join(copy, 'report.json')
  for (const file of tests) {
    await rm(report, { force: true })
    await vitest(copy, [file, '--bail=1', '--reporter=json', `--outputFile=${report}`], {})
    const told = JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as {
      readonly testResults?: readonly {
        readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
      }[]
    }
    const failed = (told.testResults ?? [])
      .flatMap(({ assertionResults }) => assertionResults)
      .find(({ status }) => status === 'failed')
    if (failed !== undefined) return `${file.replace(/^test\//, '')}: ${failed.fullName}`
  }
  return null
}

async function firstSequence(
  copy: string,
  { sequences, minutes }: Options,
): Promise<Pick<Result, 'sequence' | 'why' | 'tried'>> {
  const said = await vitest(copy, ['test/chaos', '--reporter=dot'], {
    CHAOS_RUNS: String(sequences),
    CHAOS_SECONDS: String(minutes * 60),
    CHAOS_SHRINK_SECONDS: '0',
    CHAOS_FIRST: '1',
    CHAOS_SEED: '1',
  })
  const held = Number(/chaos: (\d+) sequences held/.exec(said)?.[1] ?? 0)
  const sequence = /--replay (u?-?\d+\/[\d:]+)/.exec(said)?.[1] ?? null
  const why = /^Error: (.*)$/m.exec(said)?.[1]?.slice(0, 200) ?? null
  return { sequence, why: sequence === null ? null : why, tried: held + (sequence === null ? 0 : 1) }
}

function vitest(copy: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const script = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [script, 'run', ...args], {
    cwd: copy,
    env: { ...process.env, NO_COLOR: '1', ...(existsSync('/dev/shm') ? { TMPDIR: '/dev/shm' } : {}), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const take = (chunk: Buffer) => {
    said += chunk.toString()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return new Promise((resolve) => {
    child.on('error', () => resolve(said))
    child.on('close', () => resolve(said))
  })
}

/** Results of a mutant that was changed since are no results. */
function hashOf({ file, find, by }: Mutant): string {
  return createHash('sha256')
    .update(JSON.stringify([file, find, by]))
    .digest('hex')
    .slice(0, 12)
}

function sorted(results: Results): Results {
  return Object.fromEntries(MUTANTS.flatMap(({ id }) => (results[id] === undefined ? [] : [[id, results[id]]])))
}

/** Puts the table between its marks. */
async function writePage(results: Results): Promise<void> {
  const text = await readFile(PAGE, 'utf8')
  const [begin, end] = [text.indexOf(BEGIN), text.lastIndexOf(END)]
  if (begin === -1 || end < begin) throw new Error(`${PAGE} does not have ${BEGIN} and ${END}.`)
  const table = resultsTable(MUTANTS, results)
  await writeFile(PAGE, `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`)
}

interface Options {
  readonly only: string | undefined
  readonly sequences: number
  readonly minutes: number
  readonly again: boolean
  readonly table: boolean
}

function readOptions(): Options | null {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        sequences: { type: 'string', default: '2000' },
        minutes: { type: 'string', default: '10' },
        again: { type: 'boolean', default: false },
        table: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      return null
    }
    const { only, again, table } = values
    return {
      only,
      again,
      table,
      sequences: whole('sequences', values.sequences),
      minutes: whole('minutes', values.minutes),
    }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`)
    process.exitCode = 2
    return null
  }
}

function whole(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Error(`--${name} takes a whole number from 1, not "${text}".`)
}
