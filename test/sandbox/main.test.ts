import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ask, sign } from './client.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** Runs the command; `then` gets the first line it prints, after which SIGTERM is sent. */
function run(args: readonly string[], then?: (line: string) => Promise<void>): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, error] = ['', '']
  let failed: unknown
  child.stderr.on('data', (chunk) => (error += chunk))
  child.stdout.on('data', (chunk) => {
    const first = out === ''
    out += chunk
    if (!first || !then) return
    then(out).then(
      () => child.kill('SIGTERM'),
      (reason) => {
        failed = reason
        child.kill('SIGTERM')
      },
    )
  })
  return new Promise((resolve, reject) => {
    child.on('close', (code) => (failed ? reject(failed) : resolve({ code, out, error })))
  })
}

describe('the command', () => {
  it('prints one line, answers, and stops cleanly on a signal, even while a client hangs', async () => {
    const { code, out } = await run(
      ['--port', '0', '--projects', '10', '--seed', '3', '--latency', '5'],
      async (line) => {
        const [, url = ''] = /sandbox ready: (http:\S+)/.exec(line) ?? []
        const { body } = await ask(`${url}/projects/read`, { headers: sign(123, 'abc') })
        expect(body.projects).toHaveLength(10)
        const control = url.replace('/api/v2', '/_sandbox')
        const faults = [{ endpoint: '*', calls: 'all', kind: 'hang-before' }]
        await ask(`${control}/faults`, { method: 'POST', body: JSON.stringify({ faults }) })
        ask(`${url}/projects/read`).catch(() => undefined)
        await new Promise((resolve) => setTimeout(resolve, 50))
      },
    )
    expect(code).toBe(0)
    expect(out).toMatch(/^sandbox ready: \S+ user 123 token abc organization 5cad178b20a1d52567b534553413b691\n$/)
  })

  it('helps', async () => {
    const { code, out } = await run(['--help'])
    expect([code, out]).toEqual([0, expect.stringContaining('--from inventory.json')])
  })

  it.each([
    [['--port', 'x'], '--port takes a number, not "x"'],
    [['--size', '3'], "Unknown option '--size'"],
    [['--from', 'no-such-file.json'], "can't be read"],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, error } = await run(args)
    expect([code, error]).toEqual([1, expect.stringContaining(message)])
  })
})
