/** A real Worker process that a test may kill with SIGKILL as often as it likes; it starts again on the same state. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Build } from '../../src/cli/serve.ts'

export interface CrashingWorker {
  /** Asks the Worker, again and again while it is down. */
  ask(
    path: string,
    init?: { readonly method?: string; readonly body?: object; readonly key?: string },
  ): Promise<unknown>
  /** Kills the whole process group, workerd included, and starts it again. */
  crash(): Promise<void>
  /** The same, after which its clock is right: so much time has passed. */
  catchUp(): Promise<void>
  end(): Promise<void>
}

const RUNNER = join(dirname(fileURLToPath(import.meta.url)), 'run-built.ts')

/** `behindMs`: how far its clock is behind until it catches up. */
export async function crashingWorker(
  build: Build,
  policy: string,
  sandbox: string,
  behindMs: number,
): Promise<CrashingWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'leansweep-crash-'))
  const file = join(folder, 'wanted.json')
  const write = (behindMs: number) =>
    writeFile(file, JSON.stringify({ build, policy, sandbox, behindMs, state: join(folder, 'state') }))
  await write(behindMs)
  let going = await start(file)

  return {
    ask: async (path, { method = 'GET', body, key } = {}) => {
      for (;;) {
        const answer = await fetch(`${going.url}${path}`, {
          method,
          headers: {
            authorization: 'Bearer dev-admin-token',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(key === undefined ? {} : { 'idempotency-key': key }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
          .then(async (response) => ({ status: response.status, text: await response.text() }))
          .catch(() => null)
        if (answer !== null && answer.status < 500)
          return answer.text.startsWith('{') ? JSON.parse(answer.text) : answer.text
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    crash: async () => {
      kill(going.process)
      going = await start(file)
    },
    catchUp: async () => {
      kill(going.process)
      await write(0)
      going = await start(file)
    },
    end: async () => {
      kill(going.process)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Going {
  readonly process: ChildProcess
  readonly url: string
}

async function start(file: string): Promise<Going> {
  const child = spawn(process.execPath, [RUNNER, file], { detached: true })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (data) => {
      said += data
    })
    child.stdout.on('data', (data) => {
      said += data
      const ready = /^ready (.*)$/m.exec(said)?.[1]
      if (ready !== undefined) resolve((JSON.parse(ready) as { worker: string }).worker)
    })
    child.on('exit', () => reject(new Error(`The Worker did not start: ${said}`)))
  })
  return { process: child, url }
}

function kill({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL')
}
