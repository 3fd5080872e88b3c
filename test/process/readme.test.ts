/**
 * README's examples for programs, run as they are written, in their order, against the built Worker beside a sandbox: curl,
 * openssl, Python and the commands. What they print must be what README says.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../src/cli/settings.ts'
import { difference, type Example, examplesIn, type Stands, withIds } from './readme-examples.ts'

const CHAPTERS = ['Doors', 'Webhooks in', 'Webhooks out', 'The API', 'Watch it', 'Backups, restore and undo']
const PROGRAMS = ['bash', 'curl', 'openssl', 'od', 'python3']
const START = 'npm run dev -- '
/** Ports as README has them: the Worker, its sandbox, and a receiver of webhooks. */
const PORTS = ['8787', '5612', '9000']
const PATIENCE_MS = 30_000

/** The project whose bearer README's algorithm has. */
const ALGORITHM = 23403217

/** As much of LEAN as the algorithm uses: `Notify.Web` posts its data as JSON, with the headers. */
const LEAN = `
import json, urllib.request
class Notify:
    def web(self, address, data, headers):
        body = json.dumps(data).encode()
        request = urllib.request.Request(address, body, {"content-type": "application/json", **headers})
        urllib.request.urlopen(request)
        return True
class QCAlgorithm:
    notify = Notify()
`
const AT_THE_END = `
import datetime, types, main
algorithm = main.FxCarry()
algorithm.live_mode, algorithm.project_id = True, ${ALGORITHM}
algorithm.portfolio = types.SimpleNamespace(total_profit=1234.5678)
algorithm.time = datetime.datetime(2026, 11, 24)
algorithm.on_end_of_algorithm()`

const missing = PROGRAMS.filter((program) => spawnSync(program, ['--version']).error !== undefined)
const notRun = missing.length === 0 ? '' : ` (not run: there is no ${missing.join(' and no ')} here)`

let folder: string
let worker: string
let dev: ChildProcess
let shell: Shell
let examples: ReturnType<typeof examplesIn>
/** Our ports in the order of `PORTS`. */
let ports: readonly string[]

describe.skipIf(missing.length > 0)(`README's examples for programs${notRun}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leansweep-readme-'))
    ports = await Promise.all(PORTS.map(freePort))
    examples = examplesIn(await readFile(join(root, 'README.md'), 'utf8'), CHAPTERS)
    for (const { name, content } of examples.files) await writeFile(join(folder, name), withOurPorts(content))
    const start = examples.session.find(({ command }) => command.startsWith(START))
    if (start === undefined) throw new Error(`README does not say "${START}" any more.`)
    dev = await startDev(start)
    worker = `http://127.0.0.1:${ports[0]}`
    shell = openShell()
  }, 60_000)

  afterAll(async () => {
    shell?.close()
    dev?.kill()
    await rm(folder, { recursive: true, force: true })
  })

  it('print what README says', async () => {
    const stands: Stands = new Map()
    const differences: string[] = []
    for (const example of examples.session) {
      if (example.command.startsWith(START)) continue
      const { output, errors } = await shell.run(withIds(withOurPorts(example.command), stands))
      const found = difference(example, withTheirPorts(output), stands)
      if (found !== null) differences.push(errors === '' ? found : `${found}\nErrors: ${errors}`)
      await quiet()
    }
    expect(differences.join('\n\n')).toBe('')
    expect(examples.session.length).toBeGreaterThan(40)
  }, 240_000)

  it('the algorithm says how it ended, and what it says is written down', async () => {
    await writeFile(join(folder, 'AlgorithmImports.py'), LEAN)
    const { errors } = await shell.run(`python3 -c '${AT_THE_END}'`)
    expect(errors).toBe('')
    await quiet()
    const { projects } = (await (await fetch(`http://127.0.0.1:${ports[1]}/_sandbox/state`)).json()) as {
      projects: readonly { readonly projectId: number }[]
    }
    expect(projects.find(({ projectId }) => projectId === ALGORITHM)).toMatchObject({
      description: 'Stopped 2026-11-24, profit 1235',
      parameters: expect.arrayContaining([{ key: 'stopped', value: '1' }]),
    })
  })

  it('alert on metrics that there are', async () => {
    const names = (text: string) => new Set(text.match(/\bleansweep_\w+/g))
    const alerts = examples.files.find(({ name }) => name === 'alerts.yml')?.content ?? ''
    const headers = { authorization: 'Bearer dev-admin-token' }
    const shown = names(await (await fetch(`${worker}/metrics`, { headers })).text())
    expect(names(alerts).size).toBeGreaterThan(2)
    expect([...names(alerts).difference(shown)]).toEqual([])
  })
})

async function startDev({ command }: Example): Promise<ChildProcess> {
  const more = ['--port', ports[0] ?? '', '--sandbox-port', ports[1] ?? '', '--state', join(folder, 'state')]
  const args = [...command.slice(START.length).split(' '), ...more]
  const child = spawn(process.execPath, [join(root, 'src/cli/dev.ts'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => /^ready /m.test(String(chunk)) && resolve())
    child.on('exit', () => reject(new Error('The Worker did not start.')))
  })
  return child
}

interface Shell {
  run(command: string): Promise<{ readonly output: string; readonly errors: string }>
  close(): void
}

/** One session, so that what a command sets the next ones have. */
function openShell(): Shell {
  const child = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    // In a group of its own, so that what it started goes with it.
    detached: true,
    env: { ...process.env, ROOT: root, NODE: process.execPath },
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  // What npm would run in the repository, without what npm says itself.
  child.stdin.write(
    'npm() { local name=$2; shift 2; [ "$1" = -- ] && shift; "$NODE" "$ROOT/src/cli/$name.ts" "$@"; }\n',
  )
  return {
    run: async (command) => {
      output = ''
      errors = ''
      const end = `end-${crypto.randomUUID()}`
      child.stdin.write(`${command}\necho; echo ${end}\n`)
      await until(() => output.includes(end), `"${command}" did not end.`)
      return { output: output.slice(0, output.indexOf(end)), errors }
    },
    close: () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    },
  }
}

/** Every run has ended and everybody has been told. */
async function quiet(): Promise<void> {
  const headers = { authorization: 'Bearer dev-admin-token' }
  await until(async () => {
    const { runs } = (await (await fetch(`${worker}/api/runs?limit=100`, { headers })).json()) as {
      runs: readonly { readonly status: string }[]
    }
    if (runs.some(({ status }) => status === 'queued' || status === 'running')) return false
    return /^leansweep_outbox 0$/m.test(await (await fetch(`${worker}/metrics`, { headers })).text())
  }, 'The Worker did not come to rest.')
}

async function until(isSo: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  for (const started = Date.now(); Date.now() - started < PATIENCE_MS; ) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(otherwise)
}

function withOurPorts(text: string): string {
  return text.replaceAll(/\b(8787|5612|9000)\b/g, (port) => ports[PORTS.indexOf(port)] ?? port)
}

function withTheirPorts(text: string): string {
  return ports.reduce((shown, port, n) => shown.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${PORTS[n]}`), text)
}

function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(String(typeof address === 'object' ? address?.port : '')))
    })
  })
}
