/** Runs test/chaos in several processes at once, each with a Worker and a sandbox of its own, and adds up what they say. */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './settings.ts'

export interface ChaosOptions {
  /** At most so many sequences in all. */
  readonly runs: number
  /** For at most so long. */
  readonly seconds: number
  readonly seed: number
  /** `SEED/PATH`: only that one. */
  readonly replay: string | null
}

export interface ChaosResult {
  /** 0: all held. */
  readonly code: number
  readonly held: number
  readonly seconds: number
}

/** What came of it, in a line. */
export function chaosText({ code, held, seconds }: ChaosResult, seed: number): string {
  const rate = (held / seconds).toFixed(1)
  const verdict = code === 0 ? 'every promise held' : 'see above'
  return `${held} sequences in ${seconds.toFixed(0)} s (${rate} a second), seed ${seed}: ${verdict}.`
}

/** Two keep two cores busy: a Worker and its sandbox take turns. */
const PROCESSES = 2

/** What the runtime says when a process is killed on purpose, again and again. */
const NOISE = /^(uncaught exception|exception = |stack: |NOSENTRY|\s*$)/

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const began = performance.now()
  const processes = options.replay === null ? PROCESSES : 1
  const parts = await Promise.all(Array.from({ length: processes }, (_, part) => runPart(options, part, processes)))
  return {
    code: Math.max(...parts.map(({ code }) => code)),
    held: parts.reduce((sum, { held }) => sum + held, 0),
    seconds: (performance.now() - began) / 1_000,
  }
}

function runPart(
  { runs, seconds, seed, replay }: ChaosOptions,
  part: number,
  processes: number,
): Promise<Pick<ChaosResult, 'code' | 'held'>> {
  const env = {
    ...process.env,
    // Where a write to the disk costs nothing: each step of a run waits for one.
    ...(existsSync('/dev/shm') ? { TMPDIR: '/dev/shm' } : {}),
    CHAOS_RUNS: String(Math.ceil(runs / processes)),
    CHAOS_SECONDS: String(seconds),
    CHAOS_SEED: String(seed),
    CHAOS_PART: String(part),
    CHAOS_REPLAY: replay ?? '',
  }
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', 'test/chaos', '--reporter=verbose'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let held = 0
  let rest = ''
  const pass = (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      held += Number(/chaos: (\d+) sequences held/.exec(line)?.[1] ?? 0)
      if (!NOISE.test(line)) console.error(`${part + 1}| ${line}`)
    }
  }
  child.stdout.on('data', pass)
  child.stderr.on('data', pass)
  return new Promise((resolve) => {
    child.on('error', () => resolve({ code: 2, held }))
    child.on('close', (code) => resolve({ code: code ?? 2, held }))
  })
}
