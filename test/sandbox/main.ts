/** `npm run sandbox`: one sandbox on a port of its own, until Ctrl-C. */
import { parseArgs } from 'node:util'
import { defaultOrganizationId, people } from './people.ts'
import { startSandbox } from './server.ts'

const help = `A local QuantConnect cloud to try things on. Nothing leaves this machine.

  --port 5612            where to listen (0 = any free port)
  --projects 400         how many projects to make up
  --seed 7               the same seed makes the same workspace
  --latency 0            milliseconds that every API call takes
  --from inventory.json  start from projects saved in a file instead: an answer of projects/read,
                         a list of such projects, or a leansweep inventory
  --help
`

await main()

async function main(): Promise<void> {
  const options = {
    port: { type: 'string', default: '5612' },
    projects: { type: 'string', default: '400' },
    seed: { type: 'string', default: '7' },
    latency: { type: 'string', default: '0' },
    from: { type: 'string' },
    help: { type: 'boolean', default: false },
  } as const
  try {
    const { values } = parseArgs({ options })
    if (values.help) return console.log(help)
    const [port, projects, seed] = [
      number('port', values.port),
      number('projects', values.projects),
      number('seed', values.seed),
    ]
    const latencyMs = number('latency', values.latency)
    const sandbox = await startSandbox({ port, projects, seed, latencyMs, from: values.from })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close())
    const [user] = people
    console.log(
      `sandbox ready: ${sandbox.url}/api/v2 user ${user?.id} token ${user?.token} organization ${defaultOrganizationId}`,
    )
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`)
    process.exitCode = 1
  }
}

function number(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`--${name} takes a number, not "${value}"`)
  return Number(value)
}
