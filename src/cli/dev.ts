/** `npm run dev`: sandbox and Worker together, for trying things, until Ctrl-C. */

import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs, parseEnv } from 'node:util'
import { problemText, readPolicy } from '../core/policy/policy.ts'
import { serve } from './serve.ts'
import { policyFile, root } from './settings.ts'

const HELP = `Starts the sandbox and the Worker in the real Workers runtime, and stays until Ctrl-C.

  --port 8787          where the Worker listens (0 = any free port)
  --sandbox-port 5612  where the sandbox listens (0 = any free port)
  --sandbox URL        use a sandbox that runs already
  --policy FILE        the policy to run with (default: policy.toml)
  --env FILE           further settings, written as in .dev.vars: chats, webhooks, limits
  --projects 400       size of the made-up workspace
  --seed 7             the same seed makes the same workspace
  --keep               keep the Worker's state of the last time
  --state FOLDER       where that state is (default: .wrangler/leansweep-state)
  --help

When both answer, one line is printed: ready {"worker":"http://…","sandbox":"http://…"}
A cron tick at any policy time: GET <worker>/cdn-cgi/handler/scheduled?time=<ms>
The admin bearer is dev-admin-token.
`

await main()

async function main(): Promise<void> {
  const options = await readOptions()
  if (options === null) return
  try {
    await warnOfPolicy(options.policy)
    const serving = await serve(options)
    console.log(`ready ${JSON.stringify({ worker: serving.worker, sandbox: serving.sandbox })}`)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void serving.stop().finally(() => process.exit(0)))
    }
  } catch (error) {
    console.error(`Could not start: ${(error as Error).message}`)
    process.exitCode = 2
  }
}

async function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8787' },
        'sandbox-port': { type: 'string', default: '5612' },
        sandbox: { type: 'string' },
        policy: { type: 'string', default: policyFile },
        env: { type: 'string' },
        projects: { type: 'string', default: '400' },
        seed: { type: 'string', default: '7' },
        keep: { type: 'boolean', default: false },
        state: { type: 'string', default: join(root, '.wrangler', 'leansweep-state') },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      return null
    }
    return {
      port: whole('port', values.port),
      sandboxPort: whole('sandbox-port', values['sandbox-port']),
      sandboxUrl: values.sandbox,
      policy: values.policy,
      settings: values.env === undefined ? {} : await settingsIn(values.env),
      projects: whole('projects', values.projects),
      seed: whole('seed', values.seed),
      state: await stateFolder(values.state, values.keep),
    }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`)
    process.exitCode = 2
    return null
  }
}

function whole(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`--${name} takes a whole number, not "${value}".`)
  return Number(value)
}

async function settingsIn(file: string): Promise<NodeJS.Dict<string>> {
  return parseEnv(await readFile(file, 'utf8'))
}

/** Where the Worker's state lives between two starts with --keep; without it the folder begins empty. */
async function stateFolder(folder: string, keep: boolean): Promise<string> {
  if (!keep) await rm(folder, { recursive: true, force: true })
  return folder
}

/** A broken policy is said at once; the Worker starts all the same, and says it too. */
async function warnOfPolicy(file: string): Promise<void> {
  const read = await readPolicy(await readFile(file, 'utf8'))
  if (read.ok) return
  for (const problem of read.problems) console.error(problemText(problem))
}
