/**
 * What the doors for machines cost: the built Worker in the real Workers runtime over HTTP on this machine, beside a bare
 * route of the same router in the same runtime. A verified hook is acknowledged when its run is written down; the runs
 * then go on by themselves, and here they do so while the next hooks come in.
 */

import { execFile } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Log, LogLevel, Miniflare } from 'miniflare'
import { parse } from 'smol-toml'
import { table } from '../../src/cli/paint.ts'
import { serve } from '../../src/cli/serve.ts'
import { developmentSecrets, policyFile, root } from '../../src/cli/settings.ts'
import { workerApi } from '../../src/cli/worker-api.ts'
import { isGoingOn } from '../../src/workspace/ledger/run.ts'
import { startSandbox } from '../sandbox/server.ts'
import { type Measured, measure, type Prepared, summed } from './load.ts'

/** Requests per row, after some to warm up. */
const REQUESTS = 1_500
const WARM_UP = 300
/** Milliseconds that 99 of 100 acknowledgements may take, one after the other; and while a run deletes. */
const BUDGET = 50
const BUDGET_WHILE_DELETING = 150

/** Projects that a run deletes meanwhile, and how long each call of the API takes then, in milliseconds. */
const DELETIONS = 100
const LATENCY = 40
/** Each figure is the median of so many rounds. */
const ROUNDS = 5

const DAY = 86_400_000

const DELETING = `
[limits]
per_run = 1000
per_day = 1000
percent = 100
[[rule]]
id = "old"
why = "Old ones go."
when = { path = "Old/**", idle = ">90d" }
then = "delete"
after = "1d"
notice = "0h"
approve = "never"
enforce = true
`

const BODY = JSON.stringify({ type: 'sweep.run', timestamp: '2026-11-24T10:00:00Z', data: { mode: 'report' } })

interface Row {
  readonly what: string
  readonly atOnce: number
  readonly measured: Measured
  /** For the 99th of 100, in milliseconds. */
  readonly budget?: number
}

/** Acknowledgements with nothing else going on; each waits for the end of the run before. */
const QUIET = 100

const rows: Row[] = []
const bare = await startBare()
const serving = await serve({ port: 0, sandboxPort: 0, policy: policyFile, projects: 400, seed: 7, quiet: true })
try {
  const same = signed(serving.worker)
  for (const atOnce of [1, 10]) {
    await add('a bare Hono route', atOnce, [202], () => signed(bare.url))
    await add('a hook that is refused', atOnce, [401, 429], () => ({ ...signed(serving.worker), headers: {} }))
    await add('a verified hook, the same again', atOnce, [202], () => same, atOnce === 1 ? BUDGET : undefined)
  }
  await addQuiet()
  for (const atOnce of [1, 10]) {
    await add('a verified hook, a new run each, while runs go on', atOnce, [202], () => signed(serving.worker))
  }
} finally {
  await Promise.all([bare.stop(), serving.stop()])
}
await addWhileDeleting()
print(rows)

async function add(
  what: string,
  atOnce: number,
  statuses: readonly number[],
  request: () => Prepared,
  budget?: number,
): Promise<void> {
  await measure(Array.from({ length: WARM_UP }, request), statuses, atOnce)
  const requests = Array.from({ length: REQUESTS }, request)
  const measured = await measure(requests, statuses, atOnce)
  rows.push({ what, atOnce, measured, ...(budget === undefined ? {} : { budget }) })
}

async function addQuiet(): Promise<void> {
  const api = workerApi(serving.worker, developmentSecrets.ADMIN_TOKEN)
  const rounds: Measured[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const times: number[] = []
    for (let n = 0; n < QUIET; n++) {
      const { run, ms } = await acknowledged(serving.worker)
      times.push(ms)
      while (isGoingOn((await api.run(run)).status)) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    rounds.push(summed(times))
  }
  const what = 'a verified hook, a new run, nothing else going on'
  rows.push({ what, atOnce: 1, measured: medianOf(rounds), budget: BUDGET })
}

/** The same while a run of the clock deletes: what it takes until the run is written down. */
async function addWhileDeleting(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'leansweep-bench-'))
  const policy = join(folder, 'policy.toml')
  await writeFile(policy, DELETING)
  const sandbox = await startSandbox({ port: 0, projects: 0, seed: 7, latencyMs: LATENCY })
  const rounds: Measured[] = []
  try {
    for (let round = 0; round < ROUNDS; round++) rounds.push(await whileDeleting(policy, sandbox.url))
  } finally {
    await sandbox.close()
    await rm(folder, { recursive: true, force: true })
  }
  const what = `a verified hook, while ${DELETIONS} deletions run at ${LATENCY} ms`
  rows.push({ what, atOnce: 1, measured: medianOf(rounds), budget: BUDGET_WHILE_DELETING })
}

async function whileDeleting(policy: string, sandboxUrl: string): Promise<Measured> {
  const now = Date.now()
  const old = { created: now - 400 * DAY, modified: now - 200 * DAY }
  const workspace = Array.from({ length: DELETIONS }, (_, n) => ({ name: `Old/p${n}`, ...old }))
  await fetch(`${sandboxUrl}/_sandbox/reset`, { method: 'POST', body: JSON.stringify({ workspace }) })
  const running = await serve({ port: 0, sandboxPort: 0, sandboxUrl, policy, projects: 0, seed: 7, quiet: true })
  try {
    const api = workerApi(running.worker, developmentSecrets.ADMIN_TOKEN)
    await api.tick(now)
    const times: number[] = []
    let isOver = false
    const deleting = api.tick(now + 2 * DAY).finally(() => {
      isOver = true
    })
    while (!isOver) {
      times.push((await acknowledged(running.worker)).ms)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const { counts } = await deleting
    if (JSON.stringify(counts).includes(String(DELETIONS))) return summed(times)
    throw new Error(`The run was to delete ${DELETIONS} projects: ${JSON.stringify(counts)}`)
  } finally {
    await running.stop()
  }
}

async function acknowledged(worker: string): Promise<{ readonly run: string; readonly ms: number }> {
  const { url, headers, body } = signed(worker)
  const before = performance.now()
  const answer = await fetch(url, { method: 'POST', headers, body })
  const { run } = (await answer.json()) as { readonly run: string }
  return { run, ms: performance.now() - before }
}

/** Of each figure the median of the rounds. */
function medianOf(rounds: readonly Measured[]): Measured {
  const middle = (figures: readonly number[]) => [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? Number.NaN
  return { rate: null, p50: middle(rounds.map(({ p50 }) => p50)), p99: middle(rounds.map(({ p99 }) => p99)) }
}

function print(all: readonly Row[]): void {
  const cells = all.map(({ what, atOnce, measured: { rate, p50, p99 }, budget = '' }) => {
    const base = all.find((row) => row.atOnce === atOnce)?.measured.rate ?? Number.NaN
    const share = rate === null ? '' : `${Math.round((rate / (base ?? Number.NaN)) * 100)} %`
    return [what, atOnce, rate?.toFixed(0) ?? '', share, p50.toFixed(2), p99.toFixed(2), budget]
  })
  console.log(table(['what', 'at once', 'requests/s', 'of bare', 'p50 ms', 'p99 ms', 'p99 allowed'], cells))
}

/** A signed command with an id of its own. */
function signed(worker: string): Prepared {
  const id = `msg_${randomUUID()}`
  const at = String(Math.floor(Date.now() / 1_000))
  const key = Buffer.from(developmentSecrets.STANDARD_WEBHOOKS_SECRET.slice('whsec_'.length), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${at}.${BODY}`).digest('base64')
  const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${mac}` }
  return { url: `${worker}/hooks`, headers, body: BODY }
}

/** The bare route, bundled and run as the Worker is. */
async function startBare(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'leansweep-bench-'))
  const config = join(folder, 'wrangler.toml')
  const main = join(root, 'test', 'bench', 'bare-worker.ts')
  const compatibilityDate = String(parse(await readFile(join(root, 'wrangler.toml'), 'utf8')).compatibility_date)
  await writeFile(
    config,
    `name = "bare"\nmain = ${JSON.stringify(main)}\ncompatibility_date = "${compatibilityDate}"\nminify = true\n`,
  )
  const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
  const args = [wrangler, 'deploy', '--dry-run', '--config', config, '--outdir', folder]
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false' }
  await promisify(execFile)(process.execPath, args, { cwd: root, env })
  const contents = await readFile(join(folder, 'bare-worker.js'), 'utf8')
  await rm(folder, { recursive: true, force: true })
  const manifest = {
    mainModule: 'bare.js',
    modulesRoot: root,
    modules: { 'bare.js': { type: 'esm' as const, contents } },
  }
  const runtime = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    log: new Log(LogLevel.WARN),
    logRequests: false,
    cf: false,
    workers: [{ config: { name: 'bare', compatibilityDate, manifest } }],
  })
  const url = await runtime.ready
  return { url: url.origin, stop: () => runtime.dispose() }
}
